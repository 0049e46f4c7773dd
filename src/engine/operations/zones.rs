//! Finds hosted zones by their names or ids.

use futures::{StreamExt as _, stream};

use super::{Refusal, World};
use crate::{
    model::{
        AccountId, AccountStatus,
        traffic::{HostedZone, Zones},
    },
    provider,
};

/// Accounts that are asked for their zones at once.
const AT_ONCE: usize = 10;

/// The one zone of an account that is meant.
pub(super) fn named<'z>(zones: &'z Zones, wanted: &str) -> Result<&'z HostedZone, Refusal> {
    let account = zones.account;
    let named: Vec<&HostedZone> = zones.zones.iter().filter(|zone| is(zone, wanted)).collect();
    match named.as_slice() {
        [zone] => Ok(zone),
        [] => Err(Refusal::Impossible(format!(
            "account {account} has no hosted zone `{wanted}`"
        ))),
        several => {
            let ids: Vec<String> = several
                .iter()
                .map(|zone| {
                    format!(
                        "{} ({})",
                        zone.id,
                        if zone.private { "private" } else { "public" }
                    )
                })
                .collect();
            Err(Refusal::Impossible(format!(
                "account {account} has {} zones named `{wanted}`: give the id of one: {}",
                several.len(),
                ids.join(", ")
            )))
        }
    }
}

/// The only account that has the zone: by what was read before, else by asking all of them.
pub(super) async fn account_of(wanted: &str, world: &World<'_>) -> Result<AccountId, Refusal> {
    let has = |zones: &Zones| zones.zones.iter().any(|zone| is(zone, wanted));
    let mut known: Vec<AccountId> = Vec::new();
    let mut unread: Vec<AccountId> = Vec::new();
    let accounts = world.organization().map_or(&[][..], |all| &all.accounts);
    for account in accounts
        .iter()
        .filter(|one| one.status == AccountStatus::Active)
    {
        match world
            .inventory
            .zones
            .get(&account.id)
            .and_then(|zones| zones.value())
        {
            Some(zones) if has(zones) => known.push(account.id),
            Some(_) => {}
            None => unread.push(account.id),
        }
    }
    let ask = async |account: AccountId| (account, world.provider.traffic.zones(account).await);
    let answers: Vec<(AccountId, provider::Result<Zones>)> = stream::iter(unread)
        .map(ask)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut silent = Vec::new();
    for (account, answer) in answers {
        match answer {
            Ok(zones) if has(&zones) => known.push(account),
            Ok(_) => {}
            Err(_) => silent.push(account.to_string()),
        }
    }
    known.sort_unstable();
    match known.as_slice() {
        [account] => Ok(*account),
        [] if silent.is_empty() => Err(Refusal::Impossible(format!(
            "no account has a hosted zone `{wanted}`; give --account if it lies elsewhere"
        ))),
        [] => {
            silent.sort_unstable();
            Err(Refusal::Impossible(format!(
                "no account that could be read has a hosted zone `{wanted}`; not read: {}",
                silent.join(", ")
            )))
        }
        several => {
            let list: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Refusal::Impossible(format!(
                "several accounts have a hosted zone `{wanted}`: give --account, one of {}",
                list.join(", ")
            )))
        }
    }
}

fn is(zone: &HostedZone, wanted: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    zone.id.as_str() == wanted || plain(&zone.name) == plain(wanted)
}
