//! What the objects of a custom kind may contain.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// One field, with the fields below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Schema {
    /// Empty for a plain value.
    fields: BTreeMap<String, Schema>,
    /// Whether anything may be in it.
    open: bool,
    /// The values that it can have; empty for any.
    values: Vec<String>,
}

impl Schema {
    /// A field in which anything may be.
    pub(crate) fn open() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// Reads lines of `name`, indented by two spaces for each level. `name *` may contain anything,
    /// `name = A B` has one of these values. Lists are not marked: their items have the fields.
    pub(crate) fn parse(text: &str) -> Self {
        let mut root = Self::default();
        let mut path: Vec<String> = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let depth = (line.len() - line.trim_start().len()) / 2;
            let (name, values) = line.trim().split_once(" = ").unwrap_or((line.trim(), ""));
            let open = name.ends_with('*');
            path.truncate(depth);
            path.push(name.trim_end_matches([' ', '*']).into());
            let mut at = &mut root;
            for name in &path {
                at = at.fields.entry(name.clone()).or_default();
            }
            at.open = open;
            at.values = values.split_whitespace().map(str::to_owned).collect();
        }
        root
    }

    /// The paths in `value` that are not in the schema, which are removed from it.
    pub(crate) fn prune(&self, value: &mut Value) -> Vec<String> {
        let mut unknown = Vec::new();
        if let Value::Object(object) = value {
            for (name, inner) in object.iter_mut() {
                if let Some(schema) = self.fields.get(name) {
                    schema.prune_below(inner, name, &mut unknown);
                } else if !self.open && !matches!(name.as_str(), "apiVersion" | "kind" | "metadata")
                {
                    unknown.push(name.clone());
                }
            }
            object.retain(|name, _| !unknown.contains(name));
        }
        unknown
    }

    fn prune_below(&self, value: &mut Value, path: &str, unknown: &mut Vec<String>) {
        if self.open || self.fields.is_empty() {
            return;
        }
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.prune_below(item, &format!("{path}[{index}]"), unknown);
                }
            }
            Value::Object(object) => {
                object.retain(|name, inner| {
                    let path = format!("{path}.{name}");
                    let Some(schema) = self.fields.get(name) else {
                        unknown.push(path);
                        return false;
                    };
                    schema.prune_below(inner, &path, unknown);
                    true
                });
            }
            _ => {}
        }
    }

    /// The fields whose value is none of those that they can have: path, value, what it can be.
    pub(crate) fn unsupported(&self, value: &Value) -> Vec<(String, String, Vec<String>)> {
        let mut found = Vec::new();
        self.collect_unsupported(value, "", &mut found);
        found
    }

    fn collect_unsupported(
        &self,
        value: &Value,
        path: &str,
        found: &mut Vec<(String, String, Vec<String>)>,
    ) {
        match value {
            Value::String(text) if !self.values.is_empty() && !self.values.contains(text) => {
                found.push((path.into(), text.clone(), self.values.clone()));
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.collect_unsupported(item, &format!("{path}[{index}]"), found);
                }
            }
            Value::Object(object) => {
                for (name, schema) in &self.fields {
                    if let Some(inner) = object.get(name) {
                        let dot = if path.is_empty() { "" } else { "." };
                        schema.collect_unsupported(inner, &format!("{path}{dot}{name}"), found);
                    }
                }
            }
            _ => {}
        }
    }

    /// The same, as a `CustomResourceDefinition` says it.
    pub(super) fn to_open_api(&self) -> Value {
        let mut schema = Map::new();
        if self.open {
            schema.insert("x-kubernetes-preserve-unknown-fields".into(), true.into());
        }
        if !self.values.is_empty() {
            schema.insert("enum".into(), self.values.clone().into());
        }
        if !self.fields.is_empty() {
            let fields = self.fields.iter();
            let fields: Map<_, _> = fields
                .map(|(name, field)| (name.clone(), field.to_open_api()))
                .collect();
            schema.insert("type".into(), "object".into());
            schema.insert("properties".into(), Value::Object(fields));
        }
        json!(schema)
    }

    pub(super) fn from_open_api(schema: &Value) -> Self {
        let schema = if schema["items"].is_object() {
            &schema["items"]
        } else {
            schema
        };
        let fields = schema["properties"].as_object().into_iter().flatten();
        let values = schema["enum"].as_array().into_iter().flatten();
        Self {
            fields: fields
                .map(|(name, field)| (name.clone(), Self::from_open_api(field)))
                .collect(),
            open: schema["x-kubernetes-preserve-unknown-fields"] == true
                || schema.is_null()
                || schema["additionalProperties"].is_object(),
            values: values
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        }
    }
}
