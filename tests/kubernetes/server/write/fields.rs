//! Sets of fields, as `metadata.managedFields` has them.

use serde_json::{Map, Value, json};

use super::{is_atomic, list_keys};

/// A set of fields, in the form of `FieldsV1`: `f:name`, `k:{"name":"x"}`, `v:"x"`, `.`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FieldSet(pub(crate) Map<String, Value>);

impl FieldSet {
    /// The fields that differ between two objects: those that are new or changed, and those gone.
    pub(super) fn compare(custom: bool, before: &Value, after: &Value) -> (Self, Self) {
        let (mut changed, mut gone) = (Self::default(), Self::default());
        let none = Map::new();
        let before = before.as_object().unwrap_or(&none);
        for (name, new) in after.as_object().into_iter().flatten() {
            let old = before.get(name);
            if matches!(name.as_str(), "apiVersion" | "kind") || old == Some(new) {
                continue;
            }
            if name == "metadata" {
                let (mut set, mut lost) = (Self::default(), Self::default());
                let old = old.and_then(Value::as_object).unwrap_or(&none);
                let new = new.as_object().unwrap_or(&none);
                metadata(old, new, &mut set, &mut lost);
                changed.place("f:metadata", set);
                gone.place("f:metadata", lost);
            } else {
                differ_at(custom, name, old, new, &mut changed, &mut gone);
            }
        }
        for name in before
            .keys()
            .filter(|name| after.get(name.as_str()).is_none())
        {
            gone.0.insert(format!("f:{name}"), json!({}));
        }
        (changed, gone)
    }

    /// All fields of an applied configuration.
    pub(crate) fn of(custom: bool, value: &Value) -> Self {
        let (mut set, _) = Self::compare(custom, &json!({}), value);
        set.without_maps();
        set
    }

    /// Leaves out the marks of maps, which an applier does not own; those of list items it does.
    fn without_maps(&mut self) {
        fn clean(below: &mut Map<String, Value>, item: bool) {
            if !item && below.len() > 1 {
                below.remove(".");
            }
            for (key, value) in below {
                if let Value::Object(inner) = value {
                    clean(inner, key.starts_with("k:"));
                }
            }
        }
        clean(&mut self.0, false);
    }

    fn place(&mut self, key: &str, below: Self) {
        if !below.0.is_empty() {
            self.0.insert(key.into(), Value::Object(below.0));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        merge(&mut self.0, &other.0);
    }

    pub(crate) fn remove(&mut self, other: &Self) {
        subtract(&mut self.0, &other.0);
    }

    /// The paths of the fields that are in both, such as `.data.k`.
    pub(crate) fn shared(&self, other: &Self) -> Vec<String> {
        let mut paths = Vec::new();
        common(&self.0, &other.0, "", &mut paths);
        paths
    }
}

/// Metadata of which somebody can be the manager. Its lists have keys in custom kinds too.
fn metadata(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    changed: &mut FieldSet,
    gone: &mut FieldSet,
) {
    for name in [
        "annotations",
        "finalizers",
        "generateName",
        "labels",
        "ownerReferences",
    ] {
        match (before.get(name), after.get(name)) {
            (old, Some(new)) if old != Some(new) => {
                differ_at(false, name, old, new, changed, gone);
            }
            (Some(_), None) => {
                gone.0.insert(format!("f:{name}"), json!({}));
            }
            _ => {}
        }
    }
}

fn differ_at(
    custom: bool,
    name: &str,
    before: Option<&Value>,
    after: &Value,
    changed: &mut FieldSet,
    gone: &mut FieldSet,
) {
    let (mut set, mut lost) = (FieldSet::default(), FieldSet::default());
    differ(custom, name, before, after, &mut set, &mut lost);
    if set.is_empty() && lost.is_empty() {
        // The field is one value, and it is another one now.
        changed.0.insert(format!("f:{name}"), json!({}));
    } else {
        changed.place(&format!("f:{name}"), set);
        gone.place(&format!("f:{name}"), lost);
    }
}

/// What differs in one field. Nothing in both sets means that it is one value.
fn differ(
    custom: bool,
    field: &str,
    before: Option<&Value>,
    after: &Value,
    changed: &mut FieldSet,
    gone: &mut FieldSet,
) {
    match after {
        Value::Object(new) if !new.is_empty() && (custom || !is_atomic(field)) => {
            let old = before.and_then(Value::as_object);
            if old.is_none() {
                changed.0.insert(".".into(), json!({}));
            }
            for (name, value) in new {
                let was = old.and_then(|old| old.get(name));
                if was != Some(value) {
                    differ_at(custom, name, was, value, changed, gone);
                }
            }
            for name in old.into_iter().flat_map(Map::keys) {
                if !new.contains_key(name) {
                    gone.0.insert(format!("f:{name}"), json!({}));
                }
            }
        }
        Value::Array(items) if !custom && list_keys(field).is_some() => {
            let keys = list_keys(field).unwrap_or_default();
            let old = before.and_then(Value::as_array);
            if before.is_none() {
                changed.0.insert(".".into(), json!({}));
            }
            let find = |key: &str| {
                let mut old = old.into_iter().flatten();
                old.find(|item| item_key(keys, item) == key)
            };
            for item in items {
                let key = item_key(keys, item);
                let was = find(&key);
                if was == Some(item) {
                    continue;
                }
                if keys.is_empty() {
                    changed.0.insert(key, json!({}));
                } else {
                    let (mut set, mut lost) = (FieldSet::default(), FieldSet::default());
                    differ(custom, "", was, item, &mut set, &mut lost);
                    changed.place(&key, set);
                    gone.place(&key, lost);
                }
            }
            for item in old.into_iter().flatten() {
                let key = item_key(keys, item);
                if !items.iter().any(|new| item_key(keys, new) == key) {
                    gone.0.insert(key, json!({}));
                }
            }
        }
        _ => {}
    }
}

fn item_key(keys: &[&str], item: &Value) -> String {
    if keys.is_empty() {
        return format!("v:{item}");
    }
    let parts: Map<String, Value> = keys
        .iter()
        .map(|key| {
            let default = if *key == "protocol" {
                json!("TCP")
            } else {
                Value::Null
            };
            let value = item.get(*key).cloned().unwrap_or(default);
            ((*key).to_owned(), value)
        })
        .collect();
    format!("k:{}", Value::Object(parts))
}

fn merge(into: &mut Map<String, Value>, other: &Map<String, Value>) {
    for (key, value) in other {
        let below = inside_map(into, key);
        if let Value::Object(value) = value {
            merge(below, value);
        }
    }
}

/// Takes away what is in `other`: a field there takes everything below it with it.
fn subtract(from: &mut Map<String, Value>, other: &Map<String, Value>) {
    for (key, value) in other {
        let Some(Value::Object(below)) = from.get_mut(key) else {
            continue;
        };
        let other = value.as_object().filter(|other| !other.is_empty());
        match other {
            Some(other) if !below.is_empty() => {
                subtract(below, other);
                if below.is_empty() {
                    from.remove(key);
                }
            }
            _ => {
                from.remove(key);
            }
        }
    }
}

fn common(one: &Map<String, Value>, two: &Map<String, Value>, path: &str, paths: &mut Vec<String>) {
    for (key, below) in one {
        let Some(other) = two.get(key) else { continue };
        if key == "." {
            continue;
        }
        let path = match key.split_once(':') {
            Some(("f", name)) => format!("{path}.{name}"),
            Some(("k", fields)) => format!(
                "{path}[{}]",
                fields
                    .trim_matches(['{', '}'])
                    .replace("\":", "\"=")
                    .replace('"', "")
            ),
            _ => format!("{path}[={}]", key.trim_start_matches("v:")),
        };
        match (below.as_object(), other.as_object()) {
            (Some(below), Some(other)) if !below.is_empty() && !other.is_empty() => {
                common(below, other, &path, paths);
            }
            _ => paths.push(path),
        }
    }
}

fn inside_map<'a>(map: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let value = map.entry(key).or_insert_with(|| json!({}));
    super::super::json::object(value)
}
