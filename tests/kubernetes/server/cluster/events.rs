//! Events, in the two forms in which they are written.

use serde_json::{Value, json};

use super::super::{
    json::text,
    world::{World, micros, seconds},
    write::{Author, create},
};

/// Something that happened to an object.
pub(crate) struct Occurrence<'a> {
    /// The object that it happened to.
    pub(crate) about: &'a Value,
    /// `Normal` or `Warning`.
    pub(crate) kind: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) message: &'a str,
    /// The part of the cluster that tells.
    pub(crate) component: &'a str,
    /// What was being done: given in the newer form of events alone.
    pub(crate) action: Option<&'a str>,
}

/// Writes an event of the cluster.
pub(crate) fn record(world: &mut World, occurrence: &Occurrence<'_>) {
    let about = occurrence.about;
    let name = text(about, "/metadata/name");
    let namespace = match text(about, "/metadata/namespace") {
        "" => "default",
        namespace => namespace,
    };
    let now = world.now();
    let mut event = json!({
        "metadata": {"name": format!("{name}.{}", world.names.hex())},
        "involvedObject": {
            "kind": about["kind"],
            "namespace": namespace,
            "name": name,
            "uid": about["metadata"]["uid"],
            "apiVersion": about["apiVersion"],
            "resourceVersion": about["metadata"]["resourceVersion"],
        },
        "reason": occurrence.reason,
        "message": occurrence.message,
        "type": occurrence.kind,
        "reportingComponent": occurrence.component,
    });
    match occurrence.action {
        Some(action) => {
            event["source"] = json!({});
            event["firstTimestamp"] = Value::Null;
            event["lastTimestamp"] = Value::Null;
            event["eventTime"] = micros(now).into();
            event["action"] = action.into();
            let instance = format!("{}-test-server", occurrence.component);
            event["reportingInstance"] = instance.into();
        }
        None => {
            event["source"] = json!({"component": occurrence.component});
            event["firstTimestamp"] = seconds(now).into();
            event["lastTimestamp"] = seconds(now).into();
            event["count"] = 1.into();
            event["eventTime"] = Value::Null;
            event["reportingInstance"] = "".into();
        }
    }
    let kind = world.kind("", "events");
    let namespace = namespace.to_owned();
    // In a namespace that goes away there is nothing more to tell.
    drop(create(
        world,
        &kind,
        &namespace,
        event,
        &Author::of(occurrence.component),
    ));
}
