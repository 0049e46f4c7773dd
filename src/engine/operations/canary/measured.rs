//! Finds the load balancers behind the sides and what they have answered in the last hour.

use std::collections::BTreeMap;

use futures::{StreamExt as _, stream};

use super::super::{
    Arguments, Refusal, World,
    weighted::{Observed, group, side_of},
};
use crate::{
    engine::{
        comparison,
        plan::{Measured, Measurement},
    },
    model::{
        AccountId, AccountStatus, Place, Region,
        traffic::{Balancers, Record},
    },
};

/// Accounts that are asked for their load balancers at once.
const AT_ONCE: usize = 10;
/// What is looked back on to know what is usual, in seconds.
pub(super) const USUAL: u32 = 3600;

/// What is measured, by side. A side without an entry leads to nothing that is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Metrics {
    pub(super) sides: BTreeMap<String, Measured>,
    /// The last hour of each, where anything was measured.
    pub(super) usual: BTreeMap<String, Measurement>,
}

pub(super) async fn observe(
    wish: &Arguments,
    seen: &Observed,
    world: &World<'_>,
) -> Result<Metrics, Refusal> {
    let account = wish.get("balancers").map(|text| world.account(text));
    let account = account.transpose()?;
    let mut metrics = Metrics::default();
    for record in group(wish, seen)? {
        let side = side_of(record).to_owned();
        let Some((host, region)) = balancer_of(record) else {
            continue;
        };
        let Some((place, balancer)) = find(&host, &region, account, world).await else {
            continue;
        };
        let measured = Measured {
            side: side.clone(),
            place,
            balancer,
        };
        let provider = world.provider;
        let usual = comparison::measure(provider, &measured, USUAL, world.now).await?;
        metrics
            .usual
            .extend(usual.map(|usual| (side.clone(), usual)));
        metrics.sides.insert(side, measured);
    }
    Ok(metrics)
}

/// The name of the load balancer that a record leads to, and the region in it:
/// `api-123.eu-west-1.elb.amazonaws.com` (Elastic Load Balancing, "DNS name").
fn balancer_of(record: &Record) -> Option<(String, Region)> {
    let alias = record.alias.as_ref().map(|alias| alias.name.as_str());
    let target = alias.or(match record.values.as_slice() {
        [only] if record.kind == "CNAME" => Some(only.as_str()),
        _ => None,
    })?;
    let host = target.trim_end_matches('.').to_ascii_lowercase();
    let host = host.strip_prefix("dualstack.").unwrap_or(&host).to_owned();
    let mut parts = host.split('.').skip(1);
    let (region, service) = (parts.next()?.to_owned(), parts.next()?);
    (service == "elb").then(|| (host.clone(), Region::from(region.as_str())))
}

/// Where the Application Load Balancer of that name is, and how CloudWatch names it: by what was
/// read before, else by asking. What cannot be read does not have it.
async fn find(
    host: &str,
    region: &Region,
    account: Option<AccountId>,
    world: &World<'_>,
) -> Option<(Place, String)> {
    let known = world.inventory.balancers.values();
    let known = known.filter_map(|one| one.value());
    let known = known.filter(|one| account.is_none_or(|account| one.place.account == account));
    if let Some(found) = known.into_iter().find_map(|one| named(one, host)) {
        return Some(found);
    }
    let accounts: Vec<AccountId> = match account {
        Some(account) => vec![account],
        None => world
            .organization()
            .map_or(&[][..], |all| &all.accounts)
            .iter()
            .filter(|one| one.status == AccountStatus::Active)
            .map(|one| one.id)
            .collect(),
    };
    let ask = async |account: AccountId| {
        let place = Place::new(account, region.clone());
        let read = world.provider.traffic.balancers(&place).await;
        read.ok().and_then(|read| named(&read, host))
    };
    let answers: Vec<Option<(Place, String)>> = stream::iter(accounts)
        .map(ask)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    answers.into_iter().flatten().next()
}

fn named(read: &Balancers, host: &str) -> Option<(Place, String)> {
    let mut balancers = read.balancers.iter();
    let found = balancers.find(|one| {
        let name = one.dns_name.trim_end_matches('.');
        one.kind == "application" && name.eq_ignore_ascii_case(host)
    })?;
    let (_, dimension) = found.arn.as_str().split_once(":loadbalancer/")?;
    Some((read.place.clone(), dimension.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::plan::sample, model::traffic::AliasTarget};

    #[test]
    fn the_load_balancer_is_read_from_where_a_record_leads() {
        let cname = |host: &str| Record {
            kind: "CNAME".into(),
            values: vec![host.into()],
            ..sample::record("green", 0)
        };
        let alias = Record {
            alias: Some(AliasTarget {
                name: "dualstack.Api-1.eu-west-1.elb.amazonaws.com.".into(),
                zone: "Z2".into(),
                evaluate_health: true,
            }),
            values: Vec::new(),
            ..sample::record("green", 0)
        };
        let found =
            |record: &Record| balancer_of(record).map(|(host, region)| format!("{host} {region}"));
        assert_eq!(
            found(&alias).as_deref(),
            Some("api-1.eu-west-1.elb.amazonaws.com eu-west-1")
        );
        assert_eq!(
            found(&cname("shop-2.eu-west-1.elb.amazonaws.com.")).as_deref(),
            Some("shop-2.eu-west-1.elb.amazonaws.com eu-west-1")
        );
        // A Network Load Balancer counts no requests.
        assert_eq!(found(&cname("nlb-1.elb.eu-west-1.amazonaws.com")), None);
        assert_eq!(found(&sample::record("blue", 1)), None);
    }
}
