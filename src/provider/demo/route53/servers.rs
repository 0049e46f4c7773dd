//! The zone's name servers: what each serves, and which record of a group answers.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Route53, Version};
use crate::{
    model::{
        HealthCheckId, HostedZoneId,
        traffic::{Record, Routing},
    },
    provider::{
        Answers, Result,
        demo::estate::{Estate, Site},
    },
};

/// How many name servers a zone has.
const SERVERS: u32 = 4;

/// A question to the name servers.
pub(in super::super) struct Asked<'a> {
    /// The records of one group.
    pub(in super::super) sides: &'a [Record],
    pub(in super::super) samples: u32,
    /// How long servers answer as before after `INSYNC`.
    pub(in super::super) lag: Duration,
    /// The share of queries without an answer.
    pub(in super::super) loss: f64,
    /// Makes this question's luck its own.
    pub(in super::super) salt: u64,
    pub(in super::super) now: Timestamp,
}

impl Route53 {
    /// Asks the zone's own servers in turn.
    pub(in super::super) fn answers(
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
            let asked_for = asked
                .sides
                .iter()
                .find(|side| side.values == answer.values && side.alias == answer.alias);
            match asked_for.and_then(|one| one.set_identifier.clone()) {
                Some(name) => *answers.by_side.entry(name).or_default() += 1,
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
            let whole = version.insync.duration_since(version.at);
            let part = whole * i32::try_from(server + 1).unwrap_or(1) / SERVERS.cast_signed();
            let lag = SignedDuration::try_from(asked.lag).unwrap_or_default();
            let moment = version.at.saturating_add(part.saturating_add(lag));
            moment.is_ok_and(|moment| moment <= asked.now)
        };
        let versions = self.zones.get(zone)?;
        let version = versions.iter().rev().find(learned).or(versions.first())?;
        Some(&version.records)
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
