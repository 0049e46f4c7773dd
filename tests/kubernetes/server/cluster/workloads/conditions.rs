//! Conditions of a Deployment's status, set as its controller sets them.

use serde_json::{Value, json};

use super::super::super::json::{list, text};

/// The condition of a kind.
pub(super) fn get<'a>(status: &'a Value, kind: &str) -> Option<&'a Value> {
    let conditions = list(status, "/conditions").iter();
    let mut found = conditions.filter(|condition| condition["type"] == kind);
    found.next()
}

/// Sets a condition, unless it says the same already; a new one goes to the end.
pub(super) fn set(
    status: &mut Value,
    kind: &str,
    holds: bool,
    reason: &str,
    message: &str,
    now: &str,
) {
    let same = get(status, kind)
        .is_some_and(|found| truth(found) == holds && text(found, "/reason") == reason);
    if !same {
        renew(status, kind, holds, reason, message, now);
    }
}

/// Sets a condition even where it says the same: its `lastUpdateTime` is new.
pub(super) fn renew(
    status: &mut Value,
    kind: &str,
    holds: bool,
    reason: &str,
    message: &str,
    now: &str,
) {
    let since = get(status, kind)
        .filter(|found| truth(found) == holds)
        .map_or(json!(now), |found| found["lastTransitionTime"].clone());
    let mut conditions = list(status, "/conditions").to_vec();
    conditions.retain(|condition| condition["type"] != kind);
    conditions.push(json!({
        "type": kind,
        "status": if holds { "True" } else { "False" },
        "lastUpdateTime": now,
        "lastTransitionTime": since,
        "reason": reason,
        "message": message,
    }));
    status["conditions"] = conditions.into();
}

fn truth(condition: &Value) -> bool {
    condition["status"] == "True"
}
