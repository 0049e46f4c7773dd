//! Creating, updating and patching.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    super::{
        json::{put, text},
        kinds::{Custom, Kind},
        patch::{apply, json_patch, merge, strategic_merge},
        status::{Cause, Status},
        world::World,
        write::{self, Author, replace, validate},
    },
    Answer, Call,
    body::{Sent, value},
    path::Resource,
};

fn author(call: &Call, resource: &Resource) -> Author {
    Author {
        manager: call.manager(),
        part: match resource.part.as_str() {
            "status" => "status",
            "scale" => "scale",
            _ => "",
        },
        dry_run: call.is_dry_run(),
    }
}

pub(super) fn create(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let sent = Sent::read(call, kind)?;
    let own = text(&sent.object, "/metadata/namespace");
    if !own.is_empty() && own != resource.namespace {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    let author = author(call, resource);
    let made = write::create(world, kind, &resource.namespace, sent.object, &author)?;
    if kind.is("apiextensions.k8s.io", "customresourcedefinitions") && !author.dry_run {
        for custom in Custom::from_definition(&made) {
            world.kinds.define(&custom);
        }
    }
    let mut answer = Answer::json(201, made);
    Sent::warn(&sent.warnings, &mut answer);
    Ok(answer)
}

pub(super) fn update(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let sent = Sent::read(call, kind)?;
    let name = text(&sent.object, "/metadata/name");
    if name != resource.name {
        return Err(Status::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            resource.name
        )));
    }
    let live = live(world, resource, kind)?;
    let mut object = sent.object;
    write::fill(kind, &mut object);
    let stored = store(world, call, resource, kind, &live, object)?;
    let mut answer = Answer::json(200, stored);
    Sent::warn(&sent.warnings, &mut answer);
    Ok(answer)
}

pub(super) fn patch(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let form = call
        .header("content-type")
        .split(';')
        .next()
        .unwrap_or_default();
    let known = match form {
        "application/json-patch+json"
        | "application/merge-patch+json"
        | "application/apply-patch+yaml" => true,
        "application/strategic-merge-patch+json" => {
            if kind.is_custom() {
                return Err(Status::unsupported_media(
                    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
                    None,
                ));
            }
            true
        }
        _ => false,
    };
    if !known {
        let message = "415: Unsupported Media Type";
        return Err(Status::unsupported_media(message, Some(json!({}))));
    }
    if form == "application/apply-patch+yaml" {
        return apply_patch(world, call, resource, kind);
    }
    let live = live(world, resource, kind)?;
    let patch = value(call)?;
    let patched = match form {
        "application/json-patch+json" => json_patch(&live, &patch)?,
        "application/merge-patch+json" => {
            let mut patched = live.clone();
            merge(&mut patched, &patch);
            patched
        }
        _ => {
            let mut patched = live.clone();
            strategic_merge(&mut patched, &patch);
            patched
        }
    };
    let sent = Sent::checked(call, kind, patched)?;
    let mut object = sent.object;
    write::fill(kind, &mut object);
    let stored = store(world, call, resource, kind, &live, object)?;
    let mut answer = Answer::json(200, stored);
    Sent::warn(&sent.warnings, &mut answer);
    Ok(answer)
}

/// Server-side apply: creates what is missing.
fn apply_patch(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let manager = call.query.get("fieldManager");
    if manager.is_empty() {
        let cause = Cause::required("fieldManager", "is required for apply patch");
        return Err(Status::invalid_as(
            "meta.k8s.io",
            "PatchOptions",
            "",
            &[cause],
        ));
    }
    let sent = Sent::read(call, kind)?;
    let mut config = sent.object;
    put(&mut config, &["metadata", "name"], resource.name.clone());
    let live = world.get(kind, &resource.namespace, &resource.name);
    let force = call.query.is_set("force");
    let now = world.stamp();
    let applied = apply(kind, live.as_ref(), &config, manager, force, &now)?;
    // The managers are worked out already.
    let author = Author {
        manager: String::new(),
        ..author(call, resource)
    };
    let (code, stored) = match live {
        Some(live) => {
            let mut applied = applied;
            write::fill(kind, &mut applied);
            (
                200,
                store_as(world, resource, kind, &live, applied, &author)?,
            )
        }
        None => {
            let made = write::create(world, kind, &resource.namespace, applied, &author)?;
            (201, made)
        }
    };
    let mut answer = Answer::json(code, stored);
    Sent::warn(&sent.warnings, &mut answer);
    Ok(answer)
}

/// Takes the finalizers of a namespace away.
pub(super) fn finalize(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let sent = Sent::read(call, kind)?;
    let live = live(world, resource, kind)?;
    let mut object = live.clone();
    let finalizers = sent.object.pointer("/spec/finalizers").cloned();
    put(
        &mut object,
        &["spec", "finalizers"],
        finalizers.unwrap_or(json!([])),
    );
    let stored = replace(world, kind, &live, object, &author(call, resource));
    Ok(Answer::json(200, stored))
}

fn live(world: &World, resource: &Resource, kind: &Kind) -> Result<Value, Status> {
    let live = world.get(kind, &resource.namespace, &resource.name);
    live.ok_or_else(|| Status::not_found(kind, &resource.name))
}

fn store(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
    live: &Value,
    object: Value,
) -> Result<Value, Status> {
    store_as(world, resource, kind, live, object, &author(call, resource))
}

/// Checks what shall take the place of `live`, and stores it.
fn store_as(
    world: &mut World,
    resource: &Resource,
    kind: &Arc<Kind>,
    live: &Value,
    mut object: Value,
    author: &Author,
) -> Result<Value, Status> {
    let version = text(&object, "/metadata/resourceVersion");
    if !version.is_empty() && version != text(live, "/metadata/resourceVersion") {
        return Err(Status::modified(kind, &resource.name));
    }
    let uid = text(&object, "/metadata/uid");
    if !uid.is_empty() && uid != text(live, "/metadata/uid") {
        return Err(Status::other_uid(
            kind,
            &resource.name,
            uid,
            text(live, "/metadata/uid"),
        ));
    }
    if kind.has("status") && !kind.is("", "nodes") || resource.part == "status" {
        keep_other_half(&mut object, live, resource.part == "status");
    }
    let causes = validate(kind, Some(live), &object);
    if !causes.is_empty() {
        return Err(Status::invalid(kind, &resource.name, &causes));
    }
    Ok(replace(world, kind, live, object, author))
}

/// The status is written through its subresource alone, and nothing but metadata beside it.
fn keep_other_half(object: &mut Value, live: &Value, writes_status: bool) {
    if writes_status {
        let status = object["status"].take();
        let metadata = object["metadata"].take();
        *object = live.clone();
        object["metadata"] = metadata;
        object["status"] = status;
    } else if let Some(status) = live.get("status") {
        object["status"] = status.clone();
    } else if let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
}
