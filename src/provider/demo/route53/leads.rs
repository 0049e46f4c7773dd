//! Where names lead: what follows from records for those who stand behind them.

use jiff::Timestamp;

use super::Route53;
use crate::{
    model::traffic::{Record, Routing, Zones, shares},
    provider::demo::estate::{Environment, Estate, Purpose},
};

impl Route53 {
    /// Whether a plain name leads to `host` at a moment.
    pub(in super::super) fn leads_to(&self, estate: &Estate, host: &str, at: Timestamp) -> bool {
        let all = self.of_environments(estate, at);
        let mut records = all.iter().flat_map(|zones| &zones.zones);
        records.any(|zone| zone.records.iter().any(|one| is_at(one, host)))
    }

    /// The share of a name's traffic, from 0 to 1, that DNS sends to `host`: the largest of all
    /// names that lead there, 1 where none does.
    pub(in super::super) fn share_of(&self, estate: &Estate, host: &str, at: Timestamp) -> f64 {
        let all = self.of_environments(estate, at);
        let zones = all.iter().flat_map(|zones| &zones.zones);
        let groups = zones.flat_map(|zone| {
            let here = zone.records.iter().filter(|one| is_at(one, host));
            here.map(|one| {
                let mut group = zone.records.iter();
                let group: Vec<&Record> = group
                    .by_ref()
                    .filter(|other| other.name == one.name && other.kind == one.kind)
                    .collect();
                share_in(&group, one)
            })
        });
        groups.reduce(f64::max).unwrap_or(1.0)
    }

    /// Whether a health check has found `host` to be sick.
    pub(in super::super) fn is_sick(&self, estate: &Estate, host: &str, at: Timestamp) -> bool {
        self.of_environments(estate, at).iter().any(|zones| {
            let records = zones.zones.iter().flat_map(|zone| &zone.records);
            let mut checks = records
                .filter(|one| is_at(one, host))
                .filter_map(|one| one.health_check.as_ref());
            checks.any(|check| zones.passes(check) == Some(false))
        })
    }

    /// The zones of the reference architecture's environments.
    fn of_environments(&self, estate: &Estate, at: Timestamp) -> Vec<Zones> {
        [Environment::Dev, Environment::Staging, Environment::Prod]
            .map(|environment| {
                self.zones(estate, estate.reference(environment, Purpose::Shared), at)
            })
            .into()
    }
}

fn is_at(record: &Record, host: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    let alias = record.alias.as_ref().map(|alias| alias.name.as_str());
    let mut targets = record.values.iter().map(String::as_str).chain(alias);
    targets.any(|target| plain(target) == plain(host))
}

fn share_in(group: &[&Record], one: &Record) -> f64 {
    match one.routing {
        Routing::Failover { primary } => f64::from(u8::from(primary)),
        Routing::Weighted(_) => {
            let weights: Vec<u8> = group.iter().filter_map(|other| other.weight()).collect();
            let at = group.iter().position(|other| *other == one).unwrap_or(0);
            shares(&weights).get(at).copied().unwrap_or(0.0) / 100.0
        }
        _ => 1.0,
    }
}
