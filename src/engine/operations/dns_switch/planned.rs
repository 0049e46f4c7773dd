//! The pure part: a wish and an observation give a plan or a refusal, and nothing else does.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{
    super::{Arguments, Refusal},
    checks::{group, receivers, warnings, weights},
    draft::{Draft, QUICK},
    observe::Observed,
};
use crate::{
    engine::{
        facts,
        plan::{Edge, Fact, FactId, Plan, Reach, SCHEMA, Source, StepId},
    },
    model::traffic::{Record, shares},
};

/// How long a sealed plan may wait for its start.
const VALID: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn plan(wish: &Arguments, seen: &Observed) -> Result<Plan, Refusal> {
    let group = group(wish, seen)?;
    let weights = weights(wish, &group)?;
    let from: Vec<u8> = group.iter().filter_map(|record| record.weight()).collect();
    if from == weights {
        return Err(Refusal::NothingToDo(format!(
            "{} has these weights already: {}",
            name_of(&group),
            listed(&group, &weights)
        )));
    }
    let mut warnings = warnings(&group, &weights, seen);
    let healthy = receivers(&group, &from, &weights, seen, &mut warnings)?;
    let ttl = group[0].ttl.unwrap_or(QUICK);
    let quick = ttl.min(QUICK);
    let bake = wish.number("bake").unwrap_or(2 * quick);
    let mut draft = Draft {
        seen,
        steps: Vec::new(),
    };
    let mut before: Vec<Record> = group.iter().map(|&record| record.clone()).collect();
    if ttl > QUICK {
        before = draft.lower_ttl(before, ttl);
        warnings.push(format!(
            "the TTL goes from {ttl} s to {QUICK} s and stays there, so that a later switch is quick"
        ));
    }
    let after = draft.shift(before, &from, &weights, &healthy);
    draft.watch(wish, after, quick, bake, &healthy, &mut warnings);
    Ok(finish(draft, wish, &group, &from, &weights, warnings))
}

/// The whole plan around the steps.
fn finish(
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
        operation: "dns-switch".into(),
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

fn name_of(group: &[&Record]) -> String {
    group[0].name.trim_end_matches('.').to_owned()
}

fn listed(group: &[&Record], weights: &[u8]) -> String {
    let each = |(record, weight): (&&Record, &u8)| format!("{} {weight}", side_of(record));
    group
        .iter()
        .zip(weights)
        .map(each)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests;
