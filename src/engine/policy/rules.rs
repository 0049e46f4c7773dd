//! The rules of the settings: `[operations]` in so many words, and `[[policy]]`.

use jiff::{SignedDuration, Zoned};
use serde_json::{Map, Value};

use super::History;
use crate::{
    config::settings::{Operations, PlanMatch, PolicyRule},
    engine::plan::{Plan, Ruling, Step, Touched, Verdict},
    model::EnvironmentClass,
};

/// Freezes, change requests, how much goes on at once.
pub(super) fn settings(
    operations: &Operations,
    plan: &Plan,
    local: &Zoned,
    history: &History,
) -> Vec<Ruling> {
    let mut rulings = Vec::new();
    let mut deny = |rule: &str, message: String| {
        rulings.push(Ruling {
            rule: rule.into(),
            verdict: Verdict::Deny,
            message,
        });
    };
    let classes = plan.accounts.iter().map(|account| account.class);
    let mut classes: Vec<EnvironmentClass> = classes.chain([plan.environment]).collect();
    classes.sort_unstable();
    classes.dedup();
    for class in &classes {
        if let Some(freeze) = operations.frozen(*class, local.date()) {
            let (from, to) = (freeze.from, freeze.to);
            deny(
                "freeze",
                format!("{} is frozen from {from} to {to}", freeze.env),
            );
            break;
        }
    }
    let asked = operations
        .require_change_id
        .iter()
        .any(|class| class.guarded_as() == plan.environment.guarded_as());
    if asked {
        let named = regex::Regex::new(&operations.change_id).map(|id| id.is_match(&plan.reason));
        match named {
            Ok(true) => {}
            Ok(false) => deny(
                "change-id",
                format!(
                    "the reason names no change request such as `{}`: plan again with --reason",
                    operations.change_id
                ),
            ),
            Err(error) => deny(
                "change-id",
                format!("`operations.change_id` is no regular expression: {error}"),
            ),
        }
    }
    let guarded = plan.environment.guarded_as() == EnvironmentClass::Prod;
    if guarded && history.unfinished_prod >= operations.max_concurrent_prod {
        deny(
            "at-once",
            format!(
                "{} runs in production have not ended; at most {} at once",
                history.unfinished_prod, operations.max_concurrent_prod
            ),
        );
    }
    let cool = SignedDuration::try_from(operations.cool_down.as_duration()).unwrap_or_default();
    if let Some(last) = history.last_failover
        && plan.operation.starts_with("fail")
        && local.timestamp().duration_since(last) < cool
    {
        deny(
            "cool-down",
            format!(
                "a failover ended at {last}; wait {} before the next",
                operations.cool_down
            ),
        );
    }
    rulings
}

/// What the rules of `[[policy]]` say. A rule that cannot be asked forbids: nobody knows what it
/// would have said.
pub(super) fn policy(
    rules: &[PolicyRule],
    plan: &Plan,
    local: &Zoned,
    facts: &Map<String, Value>,
) -> Vec<Ruling> {
    let speaks = |rule: &PolicyRule| {
        if !fits(&rule.plans, plan, local) {
            return None;
        }
        match rule.when.as_ref().map(|when| when.holds(facts)) {
            Some(Ok(false)) => None,
            None | Some(Ok(true)) => Some(Ruling {
                rule: rule.name.clone(),
                verdict: rule.verdict,
                message: rule.message.clone(),
            }),
            Some(Err(error)) => Some(Ruling {
                rule: rule.name.clone(),
                verdict: Verdict::Deny,
                message: format!("the rule cannot be asked: {error}"),
            }),
        }
    };
    rules.iter().filter_map(speaks).collect()
}

/// Whether every field that is given fits something of the plan.
fn fits(wanted: &PlanMatch, plan: &Plan, local: &Zoned) -> bool {
    let accounts = &plan.accounts;
    let any_account = |test: &dyn Fn(&Touched) -> bool| accounts.iter().any(test);
    let any_step = |test: &dyn Fn(&Step) -> bool| plan.steps.iter().any(test);
    let text =
        |field: &Option<String>, test: &dyn Fn(&str) -> bool| field.as_deref().is_none_or(test);
    text(&wanted.operation, &|name| plan.operation == name)
        && wanted.env.is_none_or(|class| {
            plan.environment == class || any_account(&|account| account.class == class)
        })
        && text(&wanted.ou, &|path| {
            any_account(&|account| below(&account.path, path))
        })
        && text(&wanted.account, &|which| {
            any_account(&|account| account.id.to_string() == which || account.name == which)
        })
        && text(&wanted.tag, &|tag| {
            any_account(&|account| tagged(account, tag))
        })
        && text(&wanted.region, &|region| {
            any_step(&|step| step.changes().is_some() && step.region().as_str() == region)
        })
        && text(&wanted.verb, &|verb| {
            any_step(&|step| {
                let change = step.changes();
                change.is_some_and(|change| change.kind().verb().to_string() == verb)
            })
        })
        && wanted
            .hours
            .is_none_or(|hours| hours.contains(local.time()))
}

fn below(path: &str, unit: &str) -> bool {
    let rest = path.strip_prefix(unit.trim_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn tagged(account: &Touched, tag: &str) -> bool {
    match tag.split_once('=') {
        Some((key, value)) => account.tags.get(key).is_some_and(|has| has == value),
        None => account.tags.contains_key(tag),
    }
}
