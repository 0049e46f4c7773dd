//! Short ways to read and write inside a JSON value.

use serde_json::{Map, Value};

/// The text at `pointer`, or nothing.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The whole number at `pointer`, or 0.
pub(crate) fn number(value: &Value, pointer: &str) -> i64 {
    value
        .pointer(pointer)
        .and_then(Value::as_i64)
        .unwrap_or_default()
}

/// The list at `pointer`, or an empty one.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The texts of the list at `pointer`.
pub(crate) fn texts(value: &Value, pointer: &str) -> Vec<String> {
    let texts = list(value, pointer).iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// The members of the object at `pointer`, as texts.
pub(crate) fn pairs(value: &Value, pointer: &str) -> Vec<(String, String)> {
    let members = value.pointer(pointer).and_then(Value::as_object);
    let members = members.into_iter().flatten();
    members
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// The object inside `value` under `key`, made when it is missing.
pub(crate) fn inside<'a>(value: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    let inner = object(value).entry(key).or_insert(Value::Null);
    object(inner)
}

/// `value` as an object; anything else becomes an empty one.
pub(crate) fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made an object above"),
    }
}

/// Sets what is at `path`, with the objects on the way.
pub(crate) fn put(value: &mut Value, path: &[&str], new: impl Into<Value>) {
    match path {
        [] => *value = new.into(),
        [key, rest @ ..] => {
            let inner = object(value).entry(*key).or_insert(Value::Null);
            put(inner, rest, new);
        }
    }
}

/// Sets what is at `path` unless something is there already.
pub(crate) fn default(value: &mut Value, path: &[&str], new: impl Into<Value>) {
    match path {
        [] if value.is_null() => *value = new.into(),
        [] => {}
        [key, rest @ ..] => {
            let inner = object(value).entry(*key).or_insert(Value::Null);
            default(inner, rest, new);
        }
    }
}

/// Removes what is at `path` and gives it back.
pub(crate) fn take(value: &mut Value, path: &[&str]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let mut at = value;
    for key in parents {
        at = at.get_mut(*key)?;
    }
    at.as_object_mut()?.remove(*last)
}
