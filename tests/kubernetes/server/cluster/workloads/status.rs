//! The status of a Deployment.

use serde_json::{Value, json};

use super::{
    super::{
        super::{
            json::{number, text},
            world::World,
            write::{Author, edit},
        },
        queue::set_deadline,
    },
    MANAGER, conditions,
    rolling::{bounds, total},
};

/// Works out the status from the ReplicaSets; `current` is the one of the template. A Deployment
/// that is going away or paused only counts.
pub(super) fn sync(
    world: &mut World,
    deployment: &Value,
    current: Option<&Value>,
    all: &[Value],
    only_count: bool,
) {
    let now = world.stamp();
    let mut status = counts(deployment, current, all, &now);
    if !only_count && deployment["spec"].get("progressDeadlineSeconds").is_some() {
        progress(world, deployment, current, &mut status, &now);
    }
    let deployments = world.kind("apps", "deployments");
    let (namespace, name) = (
        text(deployment, "/metadata/namespace"),
        text(deployment, "/metadata/name"),
    );
    let author = Author::status(MANAGER);
    edit(world, &deployments, namespace, name, &author, |object| {
        object["status"] = status;
    });
}

/// The counts, and whether enough pods are available.
fn counts(deployment: &Value, current: Option<&Value>, all: &[Value], now: &str) -> Value {
    let available = total(all, "/status/availableReplicas");
    let updated = current.map_or(0, |set| number(set, "/status/replicas"));
    let mut status = json!({
        "observedGeneration": deployment["metadata"]["generation"],
        "conditions": deployment["status"]["conditions"],
    });
    for (field, count) in [
        ("replicas", total(all, "/status/replicas")),
        ("updatedReplicas", updated),
        ("readyReplicas", total(all, "/status/readyReplicas")),
        ("availableReplicas", available),
        (
            "unavailableReplicas",
            total(all, "/spec/replicas") - available,
        ),
    ] {
        if count > 0 {
            status[field] = count.into();
        }
    }
    status["terminatingReplicas"] = total(all, "/status/terminatingReplicas").into();
    let (_, least) = bounds(&deployment["spec"]);
    let enough = available >= least;
    let (reason, message) = if enough {
        (
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
        )
    } else {
        (
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        )
    };
    conditions::set(&mut status, "Available", enough, reason, message, now);
    status
}

/// Whether the rollout gets on: complete, progressing, or timed out.
fn progress(
    world: &mut World,
    deployment: &Value,
    current: Option<&Value>,
    status: &mut Value,
    now: &str,
) {
    let before = &deployment["status"];
    let reason = |status: &Value| {
        conditions::get(status, "Progressing").map(|found| text(found, "/reason").to_owned())
    };
    let known = reason(status);
    let replicas = number(status, "/replicas");
    let finished = replicas == number(status, "/updatedReplicas")
        && known.as_deref() == Some("NewReplicaSetAvailable");
    if finished {
        return;
    }
    let set = current.map_or("", |set| text(set, "/metadata/name"));
    let wanted = number(&deployment["spec"], "/replicas");
    let grown = |pointer: &str| number(status, pointer) > number(before, pointer);
    let old = |status: &Value| number(status, "/replicas") - number(status, "/updatedReplicas");
    let complete = number(status, "/updatedReplicas") == wanted
        && replicas == wanted
        && number(status, "/availableReplicas") == wanted;
    let progressing = grown("/updatedReplicas")
        || grown("/readyReplicas")
        || grown("/availableReplicas")
        || old(status) < old(before);
    if complete {
        let message = format!("ReplicaSet {set:?} has successfully progressed.");
        conditions::set(
            status,
            "Progressing",
            true,
            "NewReplicaSetAvailable",
            &message,
            now,
        );
    } else if progressing {
        let message = format!("ReplicaSet {set:?} is progressing.");
        conditions::renew(
            status,
            "Progressing",
            true,
            "ReplicaSetUpdated",
            &message,
            now,
        );
    } else if overdue(world, deployment, status) {
        let message = format!("ReplicaSet {set:?} has timed out progressing.");
        let reason = "ProgressDeadlineExceeded";
        conditions::set(status, "Progressing", false, reason, &message, now);
    }
}

/// Whether nothing has moved for longer than the deadline; otherwise it is looked at again then.
fn overdue(world: &mut World, deployment: &Value, status: &Value) -> bool {
    let Some(condition) = conditions::get(status, "Progressing") else {
        return false;
    };
    if text(condition, "/reason") == "ProgressDeadlineExceeded" {
        return true;
    }
    let Ok(since) = text(condition, "/lastUpdateTime").parse::<jiff::Timestamp>() else {
        return false;
    };
    let seconds = number(&deployment["spec"], "/progressDeadlineSeconds");
    let deadline = since + jiff::SignedDuration::from_secs(seconds);
    let left = deadline.duration_since(world.now());
    if left.is_negative() {
        return true;
    }
    let (namespace, name) = (
        text(deployment, "/metadata/namespace"),
        text(deployment, "/metadata/name"),
    );
    // The controller adds a second, so as not to be early by a fraction of one.
    let wait = i64::try_from(left.as_millis()).unwrap_or(i64::MAX) + 1_000;
    set_deadline(world, wait, namespace, name, super::deployment::sync);
    false
}
