//! Server-side apply.

use serde_json::{Value, json};

use super::super::{
    json::object,
    kinds::Kind,
    status::Status,
    write::{FieldSet, Managers, is_atomic, list_keys},
};

/// What `live` becomes when `manager` applies `config`. Fields of others that would change are
/// conflicts, unless it forces them; fields that it owned and no longer names go away.
pub(crate) fn apply(
    kind: &Kind,
    live: Option<&Value>,
    config: &Value,
    manager: &str,
    force: bool,
    now: &str,
) -> Result<Value, Status> {
    let custom = kind.is_custom();
    let nothing = json!({});
    let live = live.unwrap_or(&nothing);
    let wanted = FieldSet::of(custom, config);
    let mut managers = Managers::of(live);
    let mut result = live.clone();
    merge(custom, "", &mut result, config);
    let mut changed = FieldSet::of(custom, config);
    let mut same = FieldSet::default();
    unchanged(custom, "", live, config, &mut same);
    changed.remove(&same);
    let conflicts: Vec<(String, String)> = managers
        .others(manager, "Apply")
        .into_iter()
        .flat_map(|(name, fields)| {
            let shared = changed.shared(&fields).into_iter();
            shared.map(move |field| (name.clone(), field))
        })
        .collect();
    if !conflicts.is_empty() && !force {
        return Err(Status::apply_conflict(&conflicts));
    }
    let mut dropped = managers.set(manager, "Apply", "");
    dropped.remove(&wanted);
    for (_, fields) in managers.others(manager, "Apply") {
        dropped.remove(&fields);
    }
    remove("", &mut result, &dropped);
    managers.strip(&changed, (manager, "Apply", ""));
    managers.give(manager, "Apply", "", &kind.api_version(), now, wanted);
    managers.write(&mut result);
    Ok(result)
}

/// Lays `config` over `target`, lists by their keys.
fn merge(custom: bool, field: &str, target: &mut Value, config: &Value) {
    match config {
        Value::Object(members) if custom || !is_atomic(field) => {
            let target = object(target);
            for (name, value) in members {
                merge(
                    custom,
                    name,
                    target.entry(name).or_insert(Value::Null),
                    value,
                );
            }
        }
        Value::Array(items) if !custom && list_keys(field).is_some() => {
            let keys = list_keys(field).unwrap_or_default();
            if !target.is_array() {
                *target = json!([]);
            }
            let Value::Array(target) = target else { return };
            for item in items {
                match target.iter_mut().find(|found| same_item(keys, found, item)) {
                    Some(found) => merge(custom, "", found, item),
                    None => target.push(item.clone()),
                }
            }
        }
        other => *target = other.clone(),
    }
}

fn same_item(keys: &[&str], one: &Value, two: &Value) -> bool {
    if keys.is_empty() {
        one == two
    } else {
        keys.iter().all(|key| one.get(*key) == two.get(*key))
    }
}

/// The fields of `config` that `live` has already, with the same value.
fn unchanged(custom: bool, field: &str, live: &Value, config: &Value, same: &mut FieldSet) {
    let Value::Object(members) = config else {
        return;
    };
    if !custom && is_atomic(field) {
        return;
    }
    for (name, value) in members {
        let Some(found) = live.get(name) else {
            continue;
        };
        if found == value {
            same.0.insert(format!("f:{name}"), json!({}));
        } else if let (Value::Object(_), Value::Object(_)) = (found, value) {
            let mut below = FieldSet::default();
            unchanged(custom, name, found, value, &mut below);
            if !below.is_empty() {
                same.0.insert(format!("f:{name}"), Value::Object(below.0));
            }
        }
    }
}

/// Takes the fields of a set out of `target`.
fn remove(field: &str, target: &mut Value, set: &FieldSet) {
    for (key, below) in &set.0 {
        let below = FieldSet(below.as_object().cloned().unwrap_or_default());
        if let Some(name) = key.strip_prefix("f:") {
            let Value::Object(members) = &mut *target else {
                continue;
            };
            if below.is_empty() {
                members.remove(name);
            } else if let Some(inner) = members.get_mut(name) {
                remove(name, inner, &below);
            }
        } else if let (Some(key), Value::Array(items)) = (key.strip_prefix("k:"), &mut *target) {
            let wanted: Value = serde_json::from_str(key).unwrap_or_default();
            let keys = list_keys(field).unwrap_or_default();
            if below.0.contains_key(".") {
                items.retain(|item| !same_item(keys, item, &wanted));
            } else {
                for item in items
                    .iter_mut()
                    .filter(|item| same_item(keys, item, &wanted))
                {
                    remove("", item, &below);
                }
            }
        }
    }
}
