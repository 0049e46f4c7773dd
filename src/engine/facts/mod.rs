//! Reads what plans rest on, the same way when planning and right before a step.

pub(super) mod cluster;
pub(super) mod database;
pub(super) mod network;
pub(super) mod organization;
pub(super) mod traffic;

use serde_json::Value;

use super::plan::{Fact, Source};
use crate::{
    model::protection::Wanted,
    provider::{Provider, Result},
};

/// Reads the value of `source` now.
pub(super) async fn read(provider: &Provider, source: &Source) -> Result<Value> {
    match source {
        Source::HostedZone { account, .. }
        | Source::RecordGroup { account, .. }
        | Source::HealthCheck { account, .. } => {
            let zones = provider.traffic.zones(*account).await?;
            traffic::value(&zones, source).map_err(|error| error.at(*account, None))
        }
        Source::Network(source) => network::read(provider, source).await,
        Source::Cluster(source) => cluster::read(provider, source).await,
        Source::Organization(source) => organization::read(provider, source).await,
        Source::Database { place, kind, id } => {
            let wanted = Wanted::one(*kind, id);
            let seen = provider.databases.databases(place, &wanted).await?;
            database::value(&seen, source)
                .map_err(|error| error.at(place.account, Some(&place.region)))
        }
        Source::Snapshot { place, .. }
        | Source::RestoreWindow { place, .. }
        | Source::ReplicaLag { place, .. } => {
            let wanted = Wanted::Everything;
            let seen = provider.databases.databases(place, &wanted).await?;
            database::value(&seen, source)
                .map_err(|error| error.at(place.account, Some(&place.region)))
        }
    }
}

/// What differs between a fact and what is there now, in words; `None` when nothing does.
#[must_use]
pub(super) fn difference(name: &str, fact: &Fact, now: &Value) -> Option<String> {
    (fact.value != *now).then(|| format!("{name}: planned from {}, found {now}", fact.value))
}
