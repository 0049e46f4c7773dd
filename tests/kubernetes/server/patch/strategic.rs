//! Strategic merge patch: as a merge patch, but lists of built-in kinds are merged by their keys.

use serde_json::{Map, Value};

use super::super::{
    json::{object, text},
    write::merge_key,
};

/// Lays `patch` over `target`.
pub(crate) fn strategic_merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if patch
        .get("$patch")
        .is_some_and(|directive| directive == "replace")
    {
        let mut whole = patch.clone();
        whole.remove("$patch");
        *target = Value::Object(whole);
        return;
    }
    let target = object(target);
    for (name, value) in patch {
        if let Some(name) = name.strip_prefix("$deleteFromPrimitiveList/") {
            delete_values(target, name, value);
        } else if name.starts_with('$') {
            // `$setElementOrder/…` and `$retainKeys` only say in which order or what stays.
        } else if value.is_null() {
            target.remove(name);
        } else if let (Value::Array(items), Some(key)) = (value, key_of(name)) {
            merge_list(target.entry(name).or_insert(Value::Null), items, key);
        } else {
            strategic_merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// How a list is merged: by a key, as a set (an empty key), or not at all.
fn key_of(field: &str) -> Option<&'static str> {
    match field {
        "finalizers" => Some(""),
        "addresses" => Some("type"),
        field => merge_key(field),
    }
}

fn delete_values(target: &mut Map<String, Value>, name: &str, values: &Value) {
    if let (Some(Value::Array(items)), Value::Array(values)) = (target.get_mut(name), values) {
        items.retain(|item| !values.contains(item));
    }
}

fn merge_list(target: &mut Value, patch: &[Value], key: &str) {
    if !target.is_array() {
        *target = Value::Array(Vec::new());
    }
    let Value::Array(items) = target else {
        return;
    };
    if patch.iter().any(|item| text(item, "/$patch") == "replace") {
        items.clear();
    }
    for new in patch {
        let same = |item: &Value| {
            if key.is_empty() {
                item == new
            } else {
                item.get(key) == new.get(key)
            }
        };
        match text(new, "/$patch") {
            "delete" => items.retain(|item| !same(item)),
            "replace" => {}
            _ => match items.iter_mut().find(|item| same(item)) {
                Some(item) => strategic_merge(item, new),
                None => {
                    let mut item = Value::Null;
                    strategic_merge(&mut item, new);
                    items.push(item);
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_are_told_apart_by_their_key() {
        let mut target = json!({"containers": [
            {"name": "a", "image": "a:1", "args": ["x"]},
            {"name": "b", "image": "b:1"},
        ], "finalizers": ["one"]});
        let patch = json!({"containers": [
            {"name": "a", "image": "a:2", "args": ["y"]},
            {"name": "b", "$patch": "delete"},
            {"name": "c", "image": "c:1"},
        ], "finalizers": ["one", "two"]});
        strategic_merge(&mut target, &patch);
        let expected = json!({"containers": [
            {"name": "a", "image": "a:2", "args": ["y"]},
            {"name": "c", "image": "c:1"},
        ], "finalizers": ["one", "two"]});
        assert_eq!(target, expected);
    }

    #[test]
    fn a_list_without_a_key_is_replaced() {
        let mut target = json!({"tolerations": [{"key": "a"}], "labels": {"x": "1"}});
        strategic_merge(
            &mut target,
            &json!({"tolerations": [{"key": "b"}], "labels": {"x": null}}),
        );
        assert_eq!(target, json!({"tolerations": [{"key": "b"}], "labels": {}}));
    }
}
