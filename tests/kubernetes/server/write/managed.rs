//! Who owns which fields: `managedFields`.

use serde_json::{Map, Value, json};

use super::{
    super::{
        json::{inside, text},
        kinds::{Kind, empty},
    },
    Author,
    fields::FieldSet,
};

/// The managers of one object.
pub(crate) struct Managers(Vec<Value>);

impl Managers {
    pub(crate) fn of(object: &Value) -> Self {
        let entries = object["metadata"]["managedFields"].as_array();
        Self(entries.cloned().unwrap_or_default())
    }

    /// The entry of a manager, made when it is missing.
    pub(crate) fn set(&self, manager: &str, operation: &str, part: &str) -> FieldSet {
        let found = self
            .0
            .iter()
            .find(|entry| is(entry, manager, operation, part));
        FieldSet(found.map(fields).unwrap_or_default())
    }

    /// The other managers and what they own: how messages name them, and their fields.
    pub(crate) fn others(&self, manager: &str, operation: &str) -> Vec<(String, FieldSet)> {
        let others = self.0.iter();
        others
            .filter(|entry| !is(entry, manager, operation, ""))
            .map(|entry| (named(entry), FieldSet(fields(entry))))
            .collect()
    }

    /// Gives a manager a set, in place of the one that it had.
    pub(crate) fn give(
        &mut self,
        manager: &str,
        operation: &str,
        part: &str,
        api_version: &str,
        now: &str,
        set: FieldSet,
    ) {
        let at = self
            .0
            .iter()
            .position(|entry| is(entry, manager, operation, part));
        if set.is_empty() {
            if let Some(at) = at {
                self.0.remove(at);
            }
            return;
        }
        let mut entry = json!({
            "manager": manager,
            "operation": operation,
            "apiVersion": api_version,
            "time": now,
            "fieldsType": "FieldsV1",
        });
        entry["fieldsV1"] = Value::Object(set.0);
        if !part.is_empty() {
            entry["subresource"] = part.into();
        }
        match at {
            Some(at) => self.0[at] = entry,
            None => self.0.push(entry),
        }
    }

    /// Takes fields away from everybody but one manager.
    pub(crate) fn strip(&mut self, set: &FieldSet, except: (&str, &str, &str)) {
        for entry in &mut self.0 {
            if !is(entry, except.0, except.1, except.2) {
                let mut left = FieldSet(fields(entry));
                left.remove(set);
                entry["fieldsV1"] = Value::Object(left.0);
            }
        }
        self.0.retain(|entry| entry["fieldsV1"] != json!({}));
    }

    /// Writes the managers into the object, appliers first, then by the times of their changes.
    pub(crate) fn write(mut self, object: &mut Value) {
        self.0.sort_by_key(|entry| {
            ["operation", "time", "manager", "subresource"]
                .map(|field| entry[field].as_str().unwrap_or_default().to_owned())
        });
        let metadata = inside(object, "metadata");
        if self.0.is_empty() {
            metadata.remove("managedFields");
        } else {
            metadata.insert("managedFields".into(), self.0.into());
        }
    }
}

fn is(entry: &Value, manager: &str, operation: &str, part: &str) -> bool {
    text(entry, "/manager") == manager
        && text(entry, "/operation") == operation
        && text(entry, "/subresource") == part
}

fn fields(entry: &Value) -> Map<String, Value> {
    entry["fieldsV1"].as_object().cloned().unwrap_or_default()
}

/// `"kubectl" with subresource "status" using v1 at …`.
fn named(entry: &Value) -> String {
    let mut name = format!("{:?}", text(entry, "/manager"));
    let part = text(entry, "/subresource");
    if !part.is_empty() {
        name = format!("{name} with subresource {part:?}");
    }
    if text(entry, "/operation") == "Update" {
        let (version, time) = (text(entry, "/apiVersion"), text(entry, "/time"));
        name = format!("{name} using {version} at {time}");
    }
    name
}

/// Writes into `after` who owns what, once `author` has changed `before` to it.
pub(crate) fn apply_managers(
    kind: &Kind,
    before: Option<&Value>,
    after: &mut Value,
    author: &Author,
    now: &str,
) {
    if author.manager.is_empty() {
        return;
    }
    let mut managers = before.map_or_else(|| Managers(Vec::new()), Managers::of);
    let nothing = empty(kind);
    let custom = kind.is_custom();
    let (changed, gone) = FieldSet::compare(custom, before.unwrap_or(&nothing), after);
    if !changed.is_empty() || !gone.is_empty() {
        let owner = (author.manager.as_str(), "Update", author.part);
        managers.strip(&changed, owner);
        managers.strip(&gone, ("", "", ""));
        if !changed.is_empty() {
            let mut set = managers.set(owner.0, owner.1, owner.2);
            set.add(&changed);
            let version = kind.api_version();
            managers.give(owner.0, owner.1, owner.2, &version, now, set);
        }
    }
    managers.write(after);
}
