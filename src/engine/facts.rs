//! Reads what plans rest on, the same way when planning and right before a step.

use serde_json::{Value, json};

use super::plan::{Fact, Source};
use crate::{
    model::{
        HostedZoneId,
        traffic::{HostedZone, Zones},
    },
    provider::{Error, Kind, Provider, Result},
};

/// Reads the value of `source` now.
pub(super) async fn read(provider: &Provider, source: &Source) -> Result<Value> {
    let account = match source {
        Source::HostedZone { account, .. }
        | Source::RecordGroup { account, .. }
        | Source::HealthCheck { account, .. } => *account,
    };
    let zones = provider.traffic.zones(account).await?;
    value(&zones, source).map_err(|error| error.at(account, None))
}

/// The value of `source` in what was read.
pub(super) fn value(zones: &Zones, source: &Source) -> Result<Value> {
    match source {
        Source::HostedZone { zone, .. } => {
            let zone = find(zones, zone)?;
            Ok(json!({
                "name": zone.name,
                "private": zone.private,
                "name_servers": zone.name_servers,
            }))
        }
        Source::RecordGroup {
            zone, name, kind, ..
        } => {
            let zone = find(zones, zone)?;
            let records = zone
                .records
                .iter()
                .filter(|record| record.name == *name && record.kind == *kind);
            Ok(json!(records.collect::<Vec<_>>()))
        }
        Source::HealthCheck { check, .. } => Ok(json!(zones.passes(check))),
    }
}

/// What differs between a fact and what is there now, in words; `None` when nothing does.
#[must_use]
pub(super) fn difference(name: &str, fact: &Fact, now: &Value) -> Option<String> {
    (fact.value != *now).then(|| format!("{name}: planned from {}, found {now}", fact.value))
}

fn find<'a>(zones: &'a Zones, id: &HostedZoneId) -> Result<&'a HostedZone> {
    zones
        .zones
        .iter()
        .find(|zone| zone.id == *id)
        .ok_or_else(|| {
            Error::new(Kind::NotFound {
                kind: "hosted zone".into(),
                name: id.to_string(),
            })
        })
}
