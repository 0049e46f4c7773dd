//! Facts of Route 53.

use serde_json::{Value, json};

use crate::{
    engine::plan::Source,
    model::{
        HostedZoneId,
        traffic::{HostedZone, Zones},
    },
    provider::{Error, Kind, Result},
};

/// The value of `source` in what was read.
pub(in crate::engine) fn value(zones: &Zones, source: &Source) -> Result<Value> {
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
        other => Err(Error::new(Kind::NotFound {
            kind: "fact of DNS".into(),
            name: format!("{other:?}"),
        })),
    }
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
