//! The pure part: a wish and an observation give a plan or a refusal, and nothing else does.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{
    super::{Arguments, Refusal, Wrong},
    observe::Observed,
};
use crate::{
    engine::{
        facts,
        plan::{
            Compensation, Edge, Expected, Fact, OnFailure, Plan, Precondition, Reach, SCHEMA,
            Settle, Source, Step, StepId, Watch, Work,
        },
    },
    model::{
        Change, HealthCheckId, Region,
        change::{Side, TrafficChange},
        traffic::{Record, shares},
    },
};

/// The TTL up to which a switch is quick enough to take back (Route 53 recommends 60 s beside
/// aliases); the one that aliases of load balancers have.
const QUICK: u32 = 60;
/// How long a sealed plan may wait for its start.
const VALID: SignedDuration = SignedDuration::from_hours(1);
/// What Route 53 names as the normal time to reach all servers.
const INSYNC: u32 = 60;
const SETTLE: Settle = Settle {
    interval_seconds: 2,
    limit_seconds: 900,
};
const ATTEMPTS: u32 = 6;
const WINDOW: u32 = 300;

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
    Ok(draft.finish(wish, &group, &from, &weights, warnings))
}

/// The records of the name and type, if they are a weighted group that can be switched.
fn group<'a>(wish: &Arguments, seen: &'a Observed) -> Result<Vec<&'a Record>, Refusal> {
    let name = wish.text("name").trim_end_matches('.').to_ascii_lowercase();
    let zone = &seen.zone;
    let named = |record: &&Record| {
        record
            .name
            .trim_end_matches('.')
            .eq_ignore_ascii_case(&name)
    };
    let kind = wish.get("type").unwrap_or_else(|| {
        let weighted = zone.records.iter().filter(named);
        let kinds: BTreeSet<&str> = weighted
            .filter(|record| record.weight().is_some())
            .map(|record| record.kind.as_str())
            .collect();
        match kinds.first() {
            Some(only) if kinds.len() == 1 => only,
            _ => "A",
        }
    });
    let group: Vec<&Record> = zone
        .records
        .iter()
        .filter(named)
        .filter(|record| record.kind == kind)
        .collect();
    let impossible = |why: String| Err(Refusal::Impossible(format!("{name} {kind} {why}")));
    let Some(first) = group.first() else {
        return impossible(format!("is not in the zone {} ({})", zone.name, zone.id));
    };
    if let Some(other) = group.iter().find(|record| record.weight().is_none()) {
        let routing = format!("{:?}", other.routing).to_lowercase();
        return impossible(format!("is routed by {routing}, not by weights"));
    }
    if group.len() < 2 {
        return impossible("has one record; a switch needs two sides".into());
    }
    if group.iter().any(|record| record.set_identifier.is_none()) {
        return impossible("has a record without a set identifier".into());
    }
    if group
        .iter()
        .any(|record| record.alias.is_some() != first.alias.is_some())
    {
        return impossible(
            "mixes aliases with plain records: their TTLs differ, so the shares would not be what \
             the weights say; make them alike first"
                .into(),
        );
    }
    if group.iter().any(|record| record.ttl != first.ttl) {
        return impossible(
            "has records with different TTLs; Route 53 wants one for the group: set it first"
                .into(),
        );
    }
    if group
        .iter()
        .any(|record| record.health_check.is_some() != first.health_check.is_some())
    {
        return impossible(
            "has a health check on some sides only; attach one to all or to none first".into(),
        );
    }
    Ok(group)
}

/// The wanted weight of each record of the group, in its order.
fn weights(wish: &Arguments, group: &[&Record]) -> Result<Vec<u8>, Refusal> {
    let to = wish.text("to");
    let names: Vec<&str> = group.iter().map(|record| side_of(record)).collect();
    let wrong = |expected: String| {
        Refusal::Wrong(Wrong::Value {
            name: "to".into(),
            value: to.into(),
            expected,
        })
    };
    let sides = names.join(", ");
    if !to.contains('=') {
        if !names.contains(&to) {
            return Err(wrong(format!("no such side; the sides are {sides}")));
        }
        return Ok(names
            .iter()
            .map(|&name| if name == to { 100 } else { 0 })
            .collect());
    }
    let mut given: BTreeMap<&str, u8> = BTreeMap::new();
    for part in to.split(',') {
        let (side, weight) = part
            .split_once('=')
            .ok_or_else(|| wrong(format!("`{part}` is no `side=weight`")))?;
        let (side, weight) = (side.trim(), weight.trim());
        let number: u8 = weight
            .parse()
            .map_err(|_| wrong(format!("`{weight}` is no weight from 0 to 255")))?;
        if !names.contains(&side) {
            return Err(wrong(format!("no side `{side}`; the sides are {sides}")));
        }
        if given.insert(side, number).is_some() {
            return Err(wrong(format!("`{side}` is given twice")));
        }
    }
    if let Some(missing) = names.iter().find(|&&name| !given.contains_key(name)) {
        return Err(wrong(format!(
            "`{missing}` is missing; give every side: {sides}"
        )));
    }
    let weights: Vec<u8> = names.iter().map(|name| given[name]).collect();
    if weights.iter().all(|&weight| weight == 0) {
        return Err(wrong(
            "all weights 0 would send equal shares to every side, not nothing".into(),
        ));
    }
    Ok(weights)
}

/// A side that gets traffic and how its health is checked.
struct Receiver {
    check: HealthCheckId,
    what: String,
}

/// The health checks of the sides that will answer. A side that gets more than before must be
/// healthy now: a switch to a sick side would be answered by everyone or by nobody.
fn receivers(
    group: &[&Record],
    from: &[u8],
    to: &[u8],
    seen: &Observed,
    warnings: &mut Vec<String>,
) -> Result<Vec<Receiver>, Refusal> {
    let mut receivers = Vec::new();
    for ((record, &before), &after) in group.iter().zip(from).zip(to) {
        if after == 0 {
            continue;
        }
        let side = side_of(record);
        let Some(check) = &record.health_check else {
            let by_alias = record
                .alias
                .as_ref()
                .is_some_and(|alias| alias.evaluate_health);
            if after > before && !by_alias {
                warnings.push(format!("nothing checks the health of {side}"));
            }
            continue;
        };
        match facts::healthy(&seen.zones, check) {
            Some(true) => {}
            state if after > before => {
                let is = match state {
                    Some(_) => "not healthy",
                    None => "of unknown health",
                };
                return Err(Refusal::Impossible(format!(
                    "{side} is {is} (health check {check}); traffic is not sent there"
                )));
            }
            _ => {
                warnings.push(format!("{side} keeps traffic and is not healthy"));
                continue;
            }
        }
        if seen
            .zones
            .health_checks
            .iter()
            .any(|known| known.id == *check && known.disabled)
        {
            warnings.push(format!(
                "the health check of {side} is disabled: it always passes"
            ));
        }
        receivers.push(Receiver {
            check: check.clone(),
            what: side.into(),
        });
    }
    Ok(receivers)
}

fn warnings(group: &[&Record], to: &[u8], seen: &Observed) -> Vec<String> {
    let mut warnings = Vec::new();
    for (record, &weight) in group.iter().zip(to) {
        if weight == 0 && record.health_check.is_some() {
            warnings.push(format!(
                "weight 0 with a health check is standby, not off: {} answers when every other side is unhealthy",
                side_of(record)
            ));
        }
    }
    if group.iter().any(|record| record.alias.is_some()) {
        warnings.push("aliases have the TTL of their target: 60 s for load balancers".into());
    }
    warnings.push(
        "clients that keep an answer longer than its TTL, and open connections, stay where they are"
            .into(),
    );
    if seen.zone.private {
        warnings.push(
            "the zone is private: its answers cannot be sampled from here, so the shares are not proven"
                .into(),
        );
    }
    warnings
}

/// The steps so far; each waits for the one before.
struct Draft<'a> {
    seen: &'a Observed,
    steps: Vec<Step>,
}

impl Draft<'_> {
    /// Phase 0: lowers the TTL and waits until the old one has run out everywhere. Gives the group
    /// as it is then.
    fn lower_ttl(&mut self, before: Vec<Record>, ttl: u32) -> Vec<Record> {
        let side = |record: Record| Side {
            record,
            from: ttl,
            to: QUICK,
        };
        let change = TrafficChange::SetTtl {
            account: self.seen.account,
            zone: self.seen.zone.id.clone(),
            sides: before.into_iter().map(side).collect(),
        };
        let after = change.after();
        self.change(
            "ttl",
            change,
            "a switch can only be as quick as the TTL",
            Vec::new(),
        );
        // Some resolvers keep an answer a little longer than they should.
        let wait = ttl.saturating_add(ttl / 5);
        self.wait(
            "ttl-aged",
            wait,
            "resolvers keep answers with the old TTL that long",
        );
        after
    }

    fn shift(
        &mut self,
        before: Vec<Record>,
        from: &[u8],
        to: &[u8],
        healthy: &[Receiver],
    ) -> Vec<Record> {
        let sides = before.into_iter().zip(from.iter().zip(to));
        let change = TrafficChange::ShiftWeights {
            account: self.seen.account,
            zone: self.seen.zone.id.clone(),
            sides: sides
                .map(|(record, (&from, &to))| Side { record, from, to })
                .collect(),
        };
        let after = change.after();
        let health = healthy.iter().map(|side| Precondition::Healthy {
            account: self.seen.account,
            check: side.check.clone(),
            what: side.what.clone(),
        });
        let why = "one batch: every side moves at once or none does";
        self.change("shift", change, why, health.collect());
        after
    }

    /// What proves the switch: answers aged, counted, and watched.
    fn watch(
        &mut self,
        wish: &Arguments,
        after: Vec<Record>,
        ttl: u32,
        bake: u32,
        healthy: &[Receiver],
        warnings: &mut Vec<String>,
    ) {
        self.wait("aged", ttl, "resolvers keep the old answer for the TTL");
        if !self.seen.zone.private {
            self.answers(after, wish.number("samples").unwrap_or(400));
        }
        if bake == 0 {
            warnings.push("no bake: nobody watches after the answers have moved".into());
            return;
        }
        let mut watch = vec![Watch::Stands {
            step: "shift".into(),
        }];
        watch.extend(healthy.iter().map(|side| Watch::Healthy {
            account: self.seen.account,
            check: side.check.clone(),
            what: side.what.clone(),
        }));
        let work = Work::Bake {
            seconds: bake,
            interval_seconds: (bake / 12).clamp(5, 60),
            watch,
        };
        let title = format!("watch for {bake} s");
        let why = "what answers must stay healthy, and the records as they were set";
        let permissions = &[
            "route53:ListResourceRecordSets",
            "route53:GetHealthCheckStatus",
        ];
        self.read("bake", title, why, work, (bake, bake), permissions);
    }

    fn answers(&mut self, sides: Vec<Record>, samples: u32) {
        let work = Work::Answers {
            account: self.seen.account,
            zone: self.seen.zone.id.clone(),
            sides,
            samples,
            interval_seconds: 15,
            limit_seconds: 1800,
        };
        let title = format!("ask the zone's own servers {samples} times");
        let why = "the shares of the answers must be those of the weights, with 99.9 % confidence";
        self.read("answers", title, why, work, (5, 60), &[]);
    }

    fn wait(&mut self, id: &str, seconds: u32, why: &str) {
        let work = Work::Wait { seconds };
        let title = format!("wait {seconds} s");
        self.read(id, title, why, work, (seconds, seconds), &[]);
    }

    fn read(
        &mut self,
        id: &str,
        title: String,
        why: &str,
        work: Work,
        (typical_seconds, slow_seconds): (u32, u32),
        permissions: &[&str],
    ) {
        self.steps.push(Step {
            id: id.into(),
            title,
            why: why.into(),
            region: Region::global(),
            work,
            preconditions: Vec::new(),
            settle: None,
            compensation: Compensation::None {
                because: "it changes nothing".into(),
            },
            on_failure: OnFailure::RollBack,
            attempts: 1,
            window_seconds: 0,
            expected: Expected {
                typical_seconds,
                slow_seconds,
            },
            permissions: permissions.iter().map(ToString::to_string).collect(),
        });
    }

    fn change(&mut self, id: &str, change: TrafficChange, why: &str, more: Vec<Precondition>) {
        let inverse = Change::Traffic(change.inverse());
        let change = Change::Traffic(change);
        let mut preconditions = vec![
            Precondition::Stands,
            Precondition::Unchanged {
                fact: "zone".into(),
            },
        ];
        preconditions.extend(more);
        self.steps.push(Step {
            id: id.into(),
            title: change.title(),
            why: why.into(),
            region: Region::global(),
            preconditions,
            settle: Some(SETTLE),
            compensation: Compensation::Inverse { change: inverse },
            on_failure: OnFailure::Pause,
            attempts: ATTEMPTS,
            window_seconds: WINDOW,
            expected: Expected {
                typical_seconds: INSYNC / 2,
                slow_seconds: INSYNC,
            },
            permissions: vec![
                change.action().into(),
                "route53:GetChange".into(),
                "route53:GetHealthCheckStatus".into(),
                "route53:ListHostedZones".into(),
                "route53:ListResourceRecordSets".into(),
            ],
            work: Work::Change { change },
        });
    }

    fn finish(
        self,
        wish: &Arguments,
        group: &[&Record],
        from: &[u8],
        to: &[u8],
        warnings: Vec<String>,
    ) -> Plan {
        let seen = self.seen;
        let ids: Vec<StepId> = self.steps.iter().map(|step| step.id.clone()).collect();
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
            steps: self.steps,
            gates: Vec::new(),
            points_of_no_return: Vec::new(),
            reach: Reach {
                accounts: vec![seen.account],
                targets: vec![format!("{name} {} in {}", group[0].kind, seen.zone.id)],
                traffic_percent: Some(moved(from, to)),
            },
            warnings,
            sealed_at: seen.now,
            expires_at: seen.now.checked_add(VALID).unwrap_or(seen.now),
        }
    }
}

/// What the plan rests on, as it was read.
fn known(seen: &Observed, group: &[&Record]) -> BTreeMap<crate::engine::plan::FactId, Fact> {
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
                value: facts::value(&seen.zones, &source).ok()?,
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

fn side_of(record: &Record) -> &str {
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
