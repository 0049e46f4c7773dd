//! Finding a cluster by its name in the accounts and regions that are looked in.

use futures::{StreamExt as _, stream};

use super::{Arguments, Refusal, World};
use crate::{
    model::{AccountStatus, ClusterName, Place, Region},
    provider,
};

/// Places that are asked for their clusters at once.
const AT_ONCE: usize = 10;

/// The place of the cluster: as given, else the only one that has it, by what was read before and
/// else by asking everywhere.
pub(super) async fn find(
    name: &ClusterName,
    wish: &Arguments,
    world: &World<'_>,
) -> Result<Place, Refusal> {
    let account = wish.get("account").map(|text| world.account(text));
    let account = account.transpose()?;
    let region = wish.get("region").map(Region::from);
    if let (Some(account), Some(region)) = (account, &region) {
        return Ok(Place::new(account, region.clone()));
    }
    let all = world.organization().map_or(&[][..], |all| &all.accounts);
    let accounts: Vec<_> = match account {
        Some(account) => vec![account],
        None => all
            .iter()
            .filter(|one| one.status == AccountStatus::Active)
            .map(|one| one.id)
            .collect(),
    };
    let regions = match region {
        Some(region) => vec![region],
        None => world.provider.regions.clone(),
    };
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    for account in accounts {
        for region in &regions {
            let place = Place::new(account, region.clone());
            let known = world.inventory.clusters.get(&place);
            match known.and_then(|clusters| clusters.value()) {
                Some(clusters) if clusters.iter().any(|one| one.name == *name) => found.push(place),
                Some(_) => {}
                None => unread.push(place),
            }
        }
    }
    let ask = async |place: Place| (world.provider.clusters.clusters(&place).await, place);
    let answers: Vec<(provider::Result<_>, Place)> = stream::iter(unread)
        .map(ask)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut silent = Vec::new();
    for (answer, place) in answers {
        match answer {
            Ok(clusters) if clusters.iter().any(|one| one.name == *name) => found.push(place),
            Ok(_) => {}
            Err(_) => silent.push(place.to_string()),
        }
    }
    found.sort();
    silent.sort_unstable();
    match found.as_slice() {
        [place] => Ok(place.clone()),
        [] if silent.is_empty() => Err(Refusal::Impossible(format!(
            "no cluster is named `{name}` in the accounts and regions that are looked in; give \
             --account and --region if it lies elsewhere"
        ))),
        [] => Err(Refusal::Impossible(format!(
            "no cluster is named `{name}` where it could be looked for; not read: {}",
            silent.join(", ")
        ))),
        several => {
            let list: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Refusal::Impossible(format!(
                "several clusters are named `{name}`: give --account and --region, one of {}",
                list.join(", ")
            )))
        }
    }
}

/// Why something could not be read, for a plan that does without it.
pub(super) fn told(error: &provider::Error) -> String {
    error.trouble().message
}
