//! Changing an object that is there.

use std::sync::Arc;

use serde_json::Value;

use super::{
    super::{json::inside, json::number, json::text, kinds::Kind, world::World},
    Author, apply_managers, finish_deletion,
};

/// Metadata that no change of an object touches.
const FIXED: &[&str] = &[
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "generation",
    "generateName",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "resourceVersion",
];

/// Changes an object of the cluster's own accord; the answer is what it is now.
pub(crate) fn edit(
    world: &mut World,
    kind: &Arc<Kind>,
    namespace: &str,
    name: &str,
    author: &Author,
    change: impl FnOnce(&mut Value),
) -> Option<Value> {
    let before = world.get(kind, namespace, name)?;
    let mut after = before.clone();
    change(&mut after);
    Some(replace(world, kind, &before, after, author))
}

/// Stores `after` in place of `before`, unless nothing is different.
pub(crate) fn replace(
    world: &mut World,
    kind: &Arc<Kind>,
    before: &Value,
    mut after: Value,
    author: &Author,
) -> Value {
    let metadata = inside(&mut after, "metadata");
    for name in FIXED {
        match before["metadata"].get(*name) {
            Some(value) => metadata.insert((*name).into(), value.clone()),
            None => metadata.remove(*name),
        };
    }
    tidy(metadata);
    // Nobody but server-side apply says who manages what; that comes without a manager here.
    if !author.manager.is_empty() {
        match before["metadata"].get("managedFields") {
            Some(fields) => metadata.insert("managedFields".into(), fields.clone()),
            None => metadata.remove("managedFields"),
        };
    }
    if after == *before {
        return after;
    }
    if is_new_generation(kind, before, &after, author) {
        let generation = number(before, "/metadata/generation") + 1;
        after["metadata"]["generation"] = generation.into();
    }
    let now = world.stamp();
    apply_managers(kind, Some(before), &mut after, author, &now);
    if author.dry_run {
        return after;
    }
    if finish_deletion(world, kind, before, &after) {
        return after;
    }
    let stored = world.save(kind, after);
    stored.value(kind)
}

/// Nothing is stored of empty labels, annotations, finalizers.
fn tidy(metadata: &mut serde_json::Map<String, Value>) {
    for name in ["labels", "annotations", "finalizers", "ownerReferences"] {
        let empty = metadata.get(name).is_some_and(|value| {
            value.is_null()
                || value.as_object().is_some_and(serde_json::Map::is_empty)
                || value.as_array().is_some_and(Vec::is_empty)
        });
        if empty {
            metadata.remove(name);
        }
    }
}

/// Whether a change counts: one of the spec; without a status subresource one of anything but
/// metadata; annotations of a Deployment too.
fn is_new_generation(kind: &Kind, before: &Value, after: &Value, author: &Author) -> bool {
    if !kind.counts_generations() || matches!(author.part, "binding" | "status") {
        return false;
    }
    let annotations = "/metadata/annotations";
    if kind.is("apps", "deployments") && before.pointer(annotations) != after.pointer(annotations) {
        return true;
    }
    if kind.has("status") {
        return before["spec"] != after["spec"];
    }
    let rest = |value: &Value| {
        let mut value = value.clone();
        value["metadata"].take();
        value
    };
    rest(before) != rest(after)
}

/// Whether the object waits for its end.
pub(crate) fn is_deleting(object: &Value) -> bool {
    !text(object, "/metadata/deletionTimestamp").is_empty()
}
