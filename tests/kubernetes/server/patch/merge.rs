//! JSON merge patch (RFC 7386).

use serde_json::Value;

use super::super::json::object;

/// Lays `patch` over `target`: null removes, lists are replaced.
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    let target = object(target);
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_removes_and_lists_are_replaced() {
        let mut target = json!({"a": {"b": 1, "c": [1, 2]}, "d": 4});
        merge(
            &mut target,
            &json!({"a": {"b": null, "c": [3], "e": {"f": null}}}),
        );
        assert_eq!(target, json!({"a": {"c": [3], "e": {}}, "d": 4}));
    }
}
