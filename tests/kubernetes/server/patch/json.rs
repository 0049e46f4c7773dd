//! JSON patch (RFC 6902).

use serde_json::Value;

use super::super::{json::text, status::Status};

/// Applies every operation, or none.
pub(crate) fn json_patch(target: &Value, patch: &Value) -> Result<Value, Status> {
    let operations = patch.as_array().ok_or_else(Status::unprocessable)?;
    let mut result = target.clone();
    for operation in operations {
        step(&mut result, operation).ok_or_else(Status::unprocessable)?;
    }
    Ok(result)
}

/// One operation; nothing when it does not fit.
fn step(target: &mut Value, operation: &Value) -> Option<()> {
    let path = text(operation, "/path");
    let value = || operation.get("value").cloned();
    match text(operation, "/op") {
        "test" => (target.pointer(path)? == operation.get("value")?).then_some(()),
        "add" => add(target, path, value()?),
        "remove" => remove(target, path).map(drop),
        "replace" => {
            *target.pointer_mut(path)? = value()?;
            Some(())
        }
        "move" => {
            let moved = remove(target, text(operation, "/from"))?;
            add(target, path, moved)
        }
        "copy" => {
            let copied = target.pointer(text(operation, "/from"))?.clone();
            add(target, path, copied)
        }
        _ => None,
    }
}

fn add(target: &mut Value, path: &str, value: Value) -> Option<()> {
    let Some((parent, last)) = split(path) else {
        *target = value;
        return Some(());
    };
    match target.pointer_mut(parent)? {
        Value::Object(object) => {
            object.insert(last, value);
        }
        Value::Array(items) if last == "-" => items.push(value),
        Value::Array(items) => {
            let index = last.parse().ok().filter(|index| *index <= items.len())?;
            items.insert(index, value);
        }
        _ => return None,
    }
    Some(())
}

fn remove(target: &mut Value, path: &str) -> Option<Value> {
    let (parent, last) = split(path)?;
    match target.pointer_mut(parent)? {
        Value::Object(object) => object.remove(&last),
        Value::Array(items) => {
            let index = last.parse().ok().filter(|index| *index < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
}

fn split(path: &str) -> Option<(&str, String)> {
    let (parent, last) = path.rsplit_once('/')?;
    Some((parent, last.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_follow_each_other() {
        let target = json!({"a": [1, 2], "b/c": {"d": 1}});
        let patch = json!([
            {"op": "test", "path": "/a/0", "value": 1},
            {"op": "add", "path": "/a/-", "value": 3},
            {"op": "add", "path": "/a/0", "value": 0},
            {"op": "remove", "path": "/a/1"},
            {"op": "move", "from": "/b~1c/d", "path": "/e"},
            {"op": "copy", "from": "/e", "path": "/f"},
            {"op": "replace", "path": "/e", "value": 9},
        ]);
        let patched = json_patch(&target, &patch).expect("fits");
        assert_eq!(patched, json!({"a": [0, 2, 3], "b/c": {}, "e": 9, "f": 1}));
    }

    #[test]
    fn one_step_that_does_not_fit_refuses_all() {
        let target = json!({"a": 1});
        for patch in [
            json!([{"op": "test", "path": "/a", "value": 2}]),
            json!([{"op": "remove", "path": "/b"}]),
            json!([{"op": "replace", "path": "/b", "value": 1}]),
            json!([{"op": "add", "path": "/a/b", "value": 1}]),
            json!({"not": "a list"}),
        ] {
            let status = json_patch(&target, &patch).expect_err("does not fit");
            assert_eq!(status.code, 422, "{patch}");
        }
    }
}
