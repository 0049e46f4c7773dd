//! Route 53 as it behaves: atomic batches, changes that are `PENDING` and then `INSYNC`, name
//! servers that learn of them one after another, weights, health and fail-open.

mod leads;
mod servers;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    content,
    estate::{Estate, Site},
    scene::{self, Done, Scene, known},
};
pub(super) use servers::Asked;

use crate::{
    model::{
        ChangeKind as _, HealthCheckId, HostedZoneId,
        change::{Standing, TrafficChange},
        traffic::{HostedZone, Record, Routing, Zones},
    },
    provider::{Accepted, Error, Kind, Progress, Result},
};

/// How many states of a zone are remembered for stale reads and slow name servers.
const REMEMBERED: usize = 32;

/// What differs from the zones that the seed gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Route53 {
    /// Every written zone, oldest state first; the first one is as it was before any write.
    zones: BTreeMap<HostedZoneId, Vec<Version>>,
    /// When each change is `INSYNC`; the end of time is never.
    changes: BTreeMap<String, Timestamp>,
    health: BTreeMap<HealthCheckId, bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Version {
    at: Timestamp,
    insync: Timestamp,
    records: Vec<Record>,
}

impl Route53 {
    /// The account's zones as the API showed them at `seen`.
    pub(super) fn zones(&self, estate: &Estate, site: &Site, seen: Timestamp) -> Zones {
        let mut zones = content::zones::zones(estate, site);
        for zone in &mut zones.zones {
            if let Some(version) = self.version(&zone.id, seen) {
                zone.records.clone_from(&version.records);
            }
        }
        for check in &mut zones.health_checks {
            if let Some(&healthy) = self.health.get(&check.id) {
                check.healthy = Some(healthy);
                check.observations = (
                    if healthy { check.observations.1 } else { 0 },
                    check.observations.1,
                );
            }
        }
        zones
    }

    pub(super) fn zone(
        &self,
        estate: &Estate,
        site: &Site,
        id: &HostedZoneId,
        seen: Timestamp,
    ) -> Result<HostedZone> {
        let zones = self.zones(estate, site, seen).zones;
        zones
            .into_iter()
            .find(|zone| zone.id == *id)
            .ok_or_else(|| {
                Error::new(Kind::NotFound {
                    kind: "hosted zone".into(),
                    name: id.to_string(),
                })
            })
    }

    /// ChangeResourceRecordSets with one UPSERT for each record: all of them or none.
    pub(super) fn change(
        &mut self,
        scene: &Scene<'_>,
        change: &TrafficChange,
        external_id: &str,
    ) -> Result<Done> {
        let Scene {
            estate, faults, at, ..
        } = *scene;
        let site = scene.site(*known("route53", change.account())?)?;
        let zone = self.zone(estate, site, change.zone(), Timestamp::MAX)?;
        let pending = self.zones.get(&zone.id).and_then(|all| all.last());
        let pending = pending.is_some_and(|last| last.insync > at);
        if pending && faults.refuses_overlap() {
            return Err(refusal(
                "PriorRequestNotComplete",
                "the request was rejected because Route 53 was still processing a prior request",
            ));
        }
        let batch = change.after();
        for record in &batch {
            check(record, &zone, &batch)?;
        }
        let mut records = zone.records.clone();
        for record in batch {
            upsert(&mut records, record);
        }
        let settle = faults.settle().unwrap_or_else(|| {
            let more = estate.seed.below(&format!("settle/{external_id}"), 31);
            Duration::from_secs(u64::from(30 + more))
        });
        let insync = at.saturating_add(settle).unwrap_or(Timestamp::MAX);
        self.changes.insert(external_id.into(), insync);
        self.write(&zone, records, at, insync);
        Ok(Done::followed_by(external_id))
    }

    /// Where a change stands in its zone.
    pub(super) fn standing(&self, scene: &Scene<'_>, change: &TrafficChange) -> Result<Standing> {
        let site = scene.site(*known("route53", change.account())?)?;
        let zone = self.zone(scene.estate, site, change.zone(), scene.at)?;
        Ok(change.standing(&zone))
    }

    /// GetChange.
    pub(super) fn settled(&self, scene: &Scene<'_>, accepted: &Accepted) -> Result<Progress> {
        let id = accepted.external_id.as_deref().unwrap_or_default();
        match self.changes.get(id) {
            Some(insync) if *insync <= scene.at => Ok(Progress::settled()),
            Some(_) => Ok(Progress::Working("PENDING".into())),
            None => Err(refusal(
                "NoSuchChange",
                &format!("there is no change `{id}`"),
            )),
        }
    }

    /// Changes one record as somebody else would, at once and everywhere.
    pub(super) fn edit(
        &mut self,
        estate: &Estate,
        site: &Site,
        zone: &HostedZoneId,
        record: Record,
        delete: bool,
        now: Timestamp,
    ) -> Result<()> {
        let zone = self.zone(estate, site, zone, Timestamp::MAX)?;
        let mut records = zone.records.clone();
        if delete {
            records.retain(|other| !same_identity(other, &record));
        } else {
            upsert(&mut records, record);
        }
        self.write(&zone, records, now, now);
        Ok(())
    }

    pub(super) fn set_health(&mut self, check: &HealthCheckId, healthy: bool) {
        self.health.insert(check.clone(), healthy);
    }

    fn version(&self, zone: &HostedZoneId, seen: Timestamp) -> Option<&Version> {
        let versions = self.zones.get(zone)?;
        let newest = versions.iter().rev().find(|version| version.at <= seen);
        newest.or(versions.first())
    }

    fn write(
        &mut self,
        before: &HostedZone,
        records: Vec<Record>,
        at: Timestamp,
        insync: Timestamp,
    ) {
        let versions = self.zones.entry(before.id.clone()).or_insert_with(|| {
            vec![Version {
                at: Timestamp::UNIX_EPOCH,
                insync: Timestamp::UNIX_EPOCH,
                records: before.records.clone(),
            }]
        });
        versions.push(Version {
            at,
            insync,
            records,
        });
        let surplus = versions.len().saturating_sub(REMEMBERED);
        versions.drain(..surplus);
    }
}

/// What ChangeResourceRecordSets refuses a whole batch for.
fn check(record: &Record, zone: &HostedZone, batch: &[Record]) -> Result<()> {
    let invalid = |message: String| Err(refusal("InvalidChangeBatch", &message));
    let name = &record.name;
    let inside = name == &zone.name || name.ends_with(&format!(".{}", zone.name));
    if !inside {
        return invalid(format!(
            "RRSet with DNS name {name} is not permitted in zone {}",
            zone.name
        ));
    }
    let simple = record.routing == Routing::Simple;
    if simple != record.set_identifier.is_none() {
        return invalid(format!(
            "{name}: a set identifier goes with every routing but simple"
        ));
    }
    if record.alias.is_some() && (record.ttl.is_some() || !record.values.is_empty()) {
        return invalid(format!("{name}: an alias has neither TTL nor values"));
    }
    if record.alias.is_none() && (record.ttl.is_none() || record.values.is_empty()) {
        return invalid(format!(
            "{name}: a record that is no alias needs TTL and values"
        ));
    }
    let others = zone.records.iter().chain(batch).filter(|other| {
        other.name == *name && other.kind == record.kind && !same_identity(other, record)
    });
    for other in others {
        if std::mem::discriminant(&other.routing) != std::mem::discriminant(&record.routing) {
            return invalid(format!(
                "{name}: records of one name cannot mix routing policies"
            ));
        }
    }
    Ok(())
}

fn upsert(records: &mut Vec<Record>, record: Record) {
    // One group has one time to live: the last one written wins.
    if let (Some(ttl), Some(_)) = (record.ttl, &record.set_identifier) {
        let group = records.iter_mut().filter(|other| {
            other.name == record.name && other.kind == record.kind && other.ttl.is_some()
        });
        group.for_each(|other| other.ttl = Some(ttl));
    }
    match records
        .iter_mut()
        .find(|other| same_identity(other, &record))
    {
        Some(old) => *old = record,
        None => records.push(record),
    }
}

fn same_identity(one: &Record, other: &Record) -> bool {
    one.name == other.name && one.kind == other.kind && one.set_identifier == other.set_identifier
}

fn refusal(code: &str, message: &str) -> Error {
    scene::refusal("route53", code, message)
}
