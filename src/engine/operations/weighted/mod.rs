//! What the operations on weighted groups share: finding the group, what it must be like, the steps
//! that move it and prove that it has moved, and the plan around them.

mod checks;
mod draft;
mod observe;
mod parameters;
#[cfg(test)]
pub(super) mod sample;

use std::collections::BTreeMap;

use jiff::SignedDuration;

pub(super) use checks::{Receiver, group, receivers, warnings};
pub(super) use draft::{Draft, QUICK};
pub(super) use observe::{Observed, observe};
pub(super) use parameters::{ACCOUNT, REASON, SAMPLES, ZONE};

use super::Arguments;
use crate::{
    engine::{
        facts,
        plan::{Edge, Fact, FactId, Plan, Reach, SCHEMA, Source, StepId},
    },
    model::traffic::{Record, shares},
};

/// How long a sealed plan may wait for its start.
const VALID: SignedDuration = SignedDuration::from_hours(1);

/// The whole plan around the steps.
pub(super) fn whole(
    operation: &str,
    draft: Draft<'_>,
    wish: &Arguments,
    group: &[&Record],
    from: &[u8],
    to: &[u8],
    warnings: Vec<String>,
) -> Plan {
    let seen = draft.seen;
    let ids: Vec<StepId> = draft.steps.iter().map(|step| step.id.clone()).collect();
    let edge = |pair: &[StepId]| Edge {
        before: pair[0].clone(),
        after: pair[1].clone(),
        why: "in order".into(),
    };
    let name = name_of(group);
    Plan {
        schema: SCHEMA,
        engine: env!("CARGO_PKG_VERSION").into(),
        operation: operation.into(),
        title: format!("{name}: {}", listed(group, to)),
        parameters: wish.values().clone(),
        reason: wish.text("reason").into(),
        author: seen.author.clone(),
        organization: seen.organization.clone(),
        environment: seen.environment,
        facts: known(seen, group),
        edges: ids.windows(2).map(edge).collect(),
        steps: draft.steps,
        gates: Vec::new(),
        points_of_no_return: Vec::new(),
        reach: Reach {
            accounts: vec![seen.account],
            targets: vec![format!("{name} {} in {}", group[0].kind, seen.zone.id)],
            traffic_percent: Some(moved(from, to)),
        },
        cost: None,
        recovery: None,
        policy: Vec::new(),
        accounts: Vec::new(),
        warnings,
        sealed_at: seen.now,
        expires_at: seen.now.checked_add(VALID).unwrap_or(seen.now),
    }
}

/// What the plan rests on, as it was read.
fn known(seen: &Observed, group: &[&Record]) -> BTreeMap<FactId, Fact> {
    let account = seen.account;
    let zone = seen.zone.id.clone();
    let mut sources = vec![
        (
            "zone".to_owned(),
            Source::HostedZone {
                account,
                zone: zone.clone(),
            },
        ),
        (
            "group".to_owned(),
            Source::RecordGroup {
                account,
                zone,
                name: group[0].name.clone(),
                kind: group[0].kind.clone(),
            },
        ),
    ];
    for record in group {
        if let Some(check) = record.health_check.clone() {
            let name = format!("health of {}", side_of(record));
            sources.push((name, Source::HealthCheck { account, check }));
        }
    }
    sources
        .into_iter()
        .filter_map(|(name, source)| {
            let fact = Fact {
                value: facts::traffic::value(&seen.zones, &source).ok()?,
                volatile: matches!(source, Source::HealthCheck { .. }),
                source,
                observed_at: seen.now,
            };
            Some((name.as_str().into(), fact))
        })
        .collect()
}

/// The share of all traffic that changes sides, in whole percent.
fn moved(from: &[u8], to: &[u8]) -> u8 {
    let gains = shares(from)
        .into_iter()
        .zip(shares(to))
        .map(|(before, after)| (after - before).max(0.0));
    let percent = gains.sum::<f64>().round().clamp(0.0, 100.0);
    (0..=100)
        .find(|&whole| f64::from(whole) >= percent)
        .unwrap_or(100)
}

pub(super) fn side_of(record: &Record) -> &str {
    record.set_identifier.as_deref().unwrap_or_default()
}

pub(super) fn name_of(group: &[&Record]) -> String {
    group[0].name.trim_end_matches('.').to_owned()
}

pub(super) fn listed(group: &[&Record], weights: &[u8]) -> String {
    let each = |(record, weight): (&&Record, &u8)| format!("{} {weight}", side_of(record));
    group
        .iter()
        .zip(weights)
        .map(each)
        .collect::<Vec<_>>()
        .join(", ")
}
