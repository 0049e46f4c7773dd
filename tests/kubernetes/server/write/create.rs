//! Creating an object.

use std::sync::Arc;

use serde_json::Value;

use super::{
    super::{
        json::{inside, text},
        kinds::Kind,
        status::{Cause, Status},
        world::World,
    },
    Author, apply_managers,
    defaults::{admit, fill, prepare},
    edit::is_deleting,
    validate,
};

/// Stores a new object, as a client or the cluster itself wants it.
pub(crate) fn create(
    world: &mut World,
    kind: &Arc<Kind>,
    namespace: &str,
    mut value: Value,
    author: &Author,
) -> Result<Value, Status> {
    place(world, kind, namespace, &mut value)?;
    fill(kind, &mut value);
    let now = world.stamp();
    value["metadata"]["creationTimestamp"] = now.clone().into();
    if !author.manager.is_empty() {
        inside(&mut value, "metadata").remove("managedFields");
    }
    apply_managers(kind, None, &mut value, author, &now);
    admit(world, kind, &mut value);
    prepare(kind, &mut value);
    let name = text(&value, "/metadata/name").to_owned();
    admissible(world, kind, namespace, &name)?;
    let causes = validate(kind, None, &value);
    if !causes.is_empty() {
        return Err(Status::invalid(kind, &name, &causes));
    }
    if world.store.get(kind, namespace, &name).is_some() {
        return Err(Status::already_exists(kind, &name));
    }
    value["metadata"]["uid"] = world.names.uid().into();
    if kind.counts_generations() {
        value["metadata"]["generation"] = 1.into();
    }
    if author.dry_run {
        return Ok(value);
    }
    Ok(world.save(kind, value).value(kind))
}

/// Gives the object its name and namespace, and takes away what only the server writes.
fn place(world: &mut World, kind: &Kind, namespace: &str, value: &mut Value) -> Result<(), Status> {
    value["apiVersion"] = kind.api_version().into();
    value["kind"] = kind.name.clone().into();
    let metadata = inside(value, "metadata");
    for name in [
        "uid",
        "resourceVersion",
        "generation",
        "selfLink",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ] {
        metadata.remove(name);
    }
    metadata.remove("namespace");
    if kind.namespaced {
        metadata.insert("namespace".into(), namespace.into());
    }
    if text(value, "/metadata/name").is_empty() {
        let prefix = text(value, "/metadata/generateName").to_owned();
        if prefix.is_empty() {
            let cause = Cause::required("metadata.name", "name or generateName is required");
            return Err(Status::invalid(kind, "", &[cause]));
        }
        let name = format!("{prefix}{}", world.names.suffix());
        inside(value, "metadata").insert("name".into(), name.into());
    }
    Ok(())
}

/// Whether the namespace takes in new objects, and no policy of a test is against it.
fn admissible(world: &World, kind: &Kind, namespace: &str, name: &str) -> Result<(), Status> {
    if kind.namespaced {
        let namespaces = world.kind("", "namespaces");
        match world.get(&namespaces, "", namespace) {
            None => return Err(Status::no_namespace(namespace)),
            Some(found) if is_deleting(&found) => {
                return Err(Status::terminating(kind, name, namespace));
            }
            Some(_) => {}
        }
    }
    match world.cluster.refusal(kind, namespace, name) {
        Some(why) => Err(Status::denied(kind, name, why)),
        None => Ok(()),
    }
}
