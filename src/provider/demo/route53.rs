//! Route 53 as it behaves: atomic batches, changes that are `PENDING` and then `INSYNC`, name
//! servers that learn of them one after another, weights, health and fail-open.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    content,
    estate::{Estate, Site},
    faults::Faults,
};
use crate::{
    model::{
        HealthCheckId, HostedZoneId,
        change::TrafficChange,
        traffic::{HostedZone, Record, Routing, Zones},
    },
    provider::{Accepted, Answers, Error, Kind, Result},
};

/// How many name servers a zone has.
const SERVERS: u32 = 4;
/// How many states of a zone are remembered for stale reads and slow name servers.
const REMEMBERED: usize = 32;

/// What differs from the zones that the seed gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Route53 {
    /// Every written zone, oldest state first; the first one is as it was before any write.
    zones: BTreeMap<HostedZoneId, Vec<Version>>,
    /// When each change is `INSYNC`; `None` is never.
    changes: BTreeMap<String, Option<Timestamp>>,
    health: BTreeMap<HealthCheckId, bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Version {
    at: Timestamp,
    insync: Option<Timestamp>,
    records: Vec<Record>,
}

/// A question to the name servers.
pub(super) struct Asked<'a> {
    /// The records of one group.
    pub(super) sides: &'a [Record],
    pub(super) samples: u32,
    /// How long servers answer as before after `INSYNC`.
    pub(super) lag: Duration,
    /// The share of queries without an answer.
    pub(super) loss: f64,
    /// Makes this question's luck its own.
    pub(super) salt: u64,
    pub(super) now: Timestamp,
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
        estate: &Estate,
        site: &Site,
        change: &TrafficChange,
        external_id: &str,
        faults: &Faults,
        at: Timestamp,
    ) -> Result<()> {
        let zone = self.zone(estate, site, change.zone(), Timestamp::MAX)?;
        let pending = self.zones.get(&zone.id).and_then(|all| all.last());
        let pending = pending.is_some_and(|last| last.insync.is_none_or(|insync| insync > at));
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
            Some(Duration::from_secs(u64::from(30 + more)))
        });
        let insync = settle.map(|time| after(at, time));
        self.changes.insert(external_id.into(), insync);
        self.write(&zone, records, at, insync);
        Ok(())
    }

    /// GetChange.
    pub(super) fn settled(&self, accepted: &Accepted, now: Timestamp) -> Result<bool> {
        let id = accepted.external_id.as_deref().unwrap_or_default();
        match self.changes.get(id) {
            Some(insync) => Ok(insync.is_some_and(|insync| insync <= now)),
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
        self.write(&zone, records, now, Some(now));
        Ok(())
    }

    pub(super) fn set_health(&mut self, check: &HealthCheckId, healthy: bool) {
        self.health.insert(check.clone(), healthy);
    }

    /// Asks the zone's own servers in turn.
    pub(super) fn answers(
        &self,
        estate: &Estate,
        site: &Site,
        zone: &HostedZoneId,
        asked: &Asked<'_>,
    ) -> Result<Answers> {
        let latest = self.zone(estate, site, zone, Timestamp::MAX)?;
        let health = self.unhealthy(estate, site);
        let mut answers = Answers {
            servers: SERVERS,
            ..Answers::default()
        };
        for side in asked
            .sides
            .iter()
            .filter_map(|side| side.set_identifier.as_ref())
        {
            answers.by_side.insert(side.clone(), 0);
        }
        let Some(first) = asked.sides.first() else {
            return Ok(answers);
        };
        for sample in 0..asked.samples {
            let luck = |what: &str| {
                let what = format!("dns/{what}/{}/{sample}", asked.salt);
                estate.seed.share(&what)
            };
            if luck("loss") < asked.loss {
                answers.lost += 1;
                continue;
            }
            let records = self
                .served(zone, sample % SERVERS, asked)
                .unwrap_or(&latest.records);
            let group: Vec<&Record> = records
                .iter()
                .filter(|record| record.name == first.name && record.kind == first.kind)
                .collect();
            let healthy = |record: &Record| {
                let check = record.health_check.as_ref();
                !check.is_some_and(|check| health.contains(check))
            };
            let Some(answer) = choose(&group, healthy, luck("side")) else {
                answers.strange += 1;
                continue;
            };
            let side = asked
                .sides
                .iter()
                .find(|side| side.values == answer.values && side.alias == answer.alias);
            match side.and_then(|side| side.set_identifier.as_ref()) {
                Some(side) => *answers.by_side.entry(side.clone()).or_default() += 1,
                None => answers.strange += 1,
            }
        }
        Ok(answers)
    }

    fn unhealthy(&self, estate: &Estate, site: &Site) -> Vec<HealthCheckId> {
        let zones = self.zones(estate, site, Timestamp::MAX);
        let bad = zones
            .health_checks
            .into_iter()
            .filter(|check| !check.disabled && check.healthy == Some(check.inverted));
        bad.map(|check| check.id).collect()
    }

    /// What one name server serves: each learns of a change a little later than the one before it,
    /// the last one when the change is `INSYNC`.
    fn served(&self, zone: &HostedZoneId, server: u32, asked: &Asked<'_>) -> Option<&[Record]> {
        let learned = |version: &&Version| {
            let Some(insync) = version.insync else {
                return false;
            };
            let whole = insync.duration_since(version.at);
            let part = whole * i32::try_from(server + 1).unwrap_or(1) / SERVERS.cast_signed();
            let lag = SignedDuration::try_from(asked.lag).unwrap_or_default();
            let moment = version.at.saturating_add(part.saturating_add(lag));
            moment.is_ok_and(|moment| moment <= asked.now)
        };
        let versions = self.zones.get(zone)?;
        let version = versions.iter().rev().find(learned).or(versions.first())?;
        Some(&version.records)
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
        insync: Option<Timestamp>,
    ) {
        let versions = self.zones.entry(before.id.clone()).or_insert_with(|| {
            vec![Version {
                at: Timestamp::UNIX_EPOCH,
                insync: Some(Timestamp::UNIX_EPOCH),
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

/// The record that answers, by Route 53's rules. `luck` is from 0 to 1.
fn choose<'a>(
    group: &[&'a Record],
    healthy: impl Fn(&Record) -> bool,
    luck: f64,
) -> Option<&'a Record> {
    let well: Vec<&Record> = group.iter().copied().filter(|one| healthy(one)).collect();
    // Where all are unhealthy, all count as healthy.
    let usable = if well.is_empty() { group } else { &well };
    let primary = |one: &&&Record| one.routing == Routing::Failover { primary: true };
    if group
        .iter()
        .any(|one| matches!(one.routing, Routing::Failover { .. }))
    {
        let all_bad = well.is_empty();
        let first = if all_bad { group } else { usable };
        return first.iter().find(primary).or(first.first()).copied();
    }
    let weight = |one: &&Record| f64::from(one.weight().unwrap_or(1));
    let mut bearing: Vec<&Record> = usable
        .iter()
        .copied()
        .filter(|one| one.weight() != Some(0))
        .collect();
    let standby = bearing.is_empty();
    if standby {
        // Zero is a standby, not off: it serves when nothing else can.
        bearing = usable.to_vec();
    }
    let each = |one: &&Record| if standby { 1.0 } else { weight(one) };
    let mut left = luck * bearing.iter().map(each).sum::<f64>();
    for one in &bearing {
        left -= each(one);
        if left < 0.0 {
            return Some(one);
        }
    }
    bearing.last().copied()
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
    Error::new(Kind::Service {
        service: "route53".into(),
        code: code.into(),
        message: message.into(),
    })
}

fn after(at: Timestamp, time: Duration) -> Timestamp {
    at.saturating_add(time).unwrap_or(Timestamp::MAX)
}
