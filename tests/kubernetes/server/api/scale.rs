//! The scale subresource.

use std::sync::Arc;

use hyper::Method;
use serde_json::{Value, json};

use super::{
    super::{
        json::{number, pairs, put, text},
        kinds::Kind,
        patch::{json_patch, merge},
        status::Status,
        world::World,
        write::{Author, check_scale, replace},
    },
    Answer, Call,
    body::value,
    path::Resource,
};

pub(super) fn answer(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let live = world
        .get(kind, &resource.namespace, &resource.name)
        .ok_or_else(|| Status::not_found(kind, &resource.name))?;
    let shown = scale(&live);
    let wanted = match call.method {
        Method::GET => return Ok(Answer::json(200, shown)),
        Method::PUT => value(call)?,
        Method::PATCH if call.header("content-type").contains("json-patch") => {
            json_patch(&shown, &value(call)?)?
        }
        Method::PATCH => {
            let mut wanted = shown;
            merge(&mut wanted, &value(call)?);
            wanted
        }
        _ => return Err(Status::method_not_allowed()),
    };
    let version = text(&wanted, "/metadata/resourceVersion");
    if !version.is_empty() && version != text(&live, "/metadata/resourceVersion") {
        return Err(Status::modified(kind, &resource.name));
    }
    let replicas = number(&wanted, "/spec/replicas");
    let causes = check_scale(replicas);
    if !causes.is_empty() {
        return Err(Status::invalid_as(
            "autoscaling",
            "Scale",
            &resource.name,
            &causes,
        ));
    }
    let mut object = live.clone();
    put(&mut object, &["spec", "replicas"], replicas);
    let author = Author {
        manager: call.manager(),
        part: "scale",
        dry_run: call.is_dry_run(),
    };
    let stored = replace(world, kind, &live, object, &author);
    Ok(Answer::json(200, scale(&stored)))
}

/// A workload as a `Scale`.
fn scale(object: &Value) -> Value {
    let labels = pairs(object, "/spec/selector/matchLabels").into_iter();
    let selector: Vec<String> = labels
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let metadata = &object["metadata"];
    json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
            "creationTimestamp": metadata["creationTimestamp"],
        },
        "spec": {"replicas": number(object, "/spec/replicas")},
        "status": {
            "replicas": number(object, "/status/replicas"),
            "selector": selector.join(","),
        },
    })
}
