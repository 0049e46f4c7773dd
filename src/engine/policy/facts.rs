//! What conditions are asked about: a plan in plain words.

use jiff::Zoned;
use serde_json::{Map, Value, json};

use crate::{
    engine::plan::{Plan, Step},
    model::change::Verb,
};

/// How many of the plan's steps do that.
pub(super) fn count(plan: &Plan, verb: Verb) -> usize {
    let changes = plan.steps.iter().filter_map(Step::changes);
    changes
        .filter(|change| change.kind().verb() == verb)
        .count()
}

/// The variables of a condition: `plan`, `accounts`, `steps`, `author`, `now`.
pub(super) fn facts(plan: &Plan, local: &Zoned) -> Map<String, Value> {
    let money = |amount: Option<rust_decimal::Decimal>| {
        let amount = amount.and_then(|amount| f64::try_from(amount).ok());
        amount.map_or(Value::Null, Value::from)
    };
    let monthly = plan.cost.as_ref().and_then(|cost| cost.monthly);
    let accounts = plan.accounts.iter().map(|account| {
        json!({
            "id": account.id,
            "name": account.name,
            "path": account.path,
            "environment": account.class,
            "tags": account.tags,
        })
    });
    let steps = plan.steps.iter().map(|step| {
        let change = step.changes();
        json!({
            "id": step.id,
            "title": step.title,
            "verb": change.map_or_else(|| "read".into(), |change| change.kind().verb().to_string()),
            "action": change.map_or("", |change| change.kind().action()),
            "class": step.class(),
            "account": change.map_or_else(String::new, |change| change.account().to_string()),
            "region": step.region(),
            "final": plan.points_of_no_return.contains(&step.id),
        })
    });
    let facts = json!({
        "plan": {
            "operation": plan.operation,
            "title": plan.title,
            "reason": plan.reason,
            "environment": plan.environment,
            "guarded_as": plan.environment.guarded_as(),
            "parameters": plan.parameters,
            "steps": plan.steps.len(),
            "adds": count(plan, Verb::Add),
            "changes": count(plan, Verb::Change),
            "replaces": count(plan, Verb::Replace),
            "destroys": count(plan, Verb::Destroy),
            "shifts": count(plan, Verb::Shift),
            "points_of_no_return": plan.points_of_no_return.len(),
            "traffic_percent": plan.reach.traffic_percent,
            "accounts": plan.reach.accounts.len(),
            "monthly_cost": money(monthly),
            "warnings": plan.warnings,
        },
        "accounts": accounts.collect::<Vec<_>>(),
        "steps": steps.collect::<Vec<_>>(),
        "author": plan.author,
        "now": {
            "date": local.date().to_string(),
            "time": local.strftime("%H:%M").to_string(),
            "hour": local.hour(),
            // Monday is 1.
            "weekday": local.weekday().to_monday_one_offset(),
            "at": local.timestamp().to_string(),
        },
    });
    match facts {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}
