//! The controller of Deployments.

use serde_json::Value;

use super::{
    super::{
        super::{
            json::{number, text},
            world::World,
            write::{DeleteOptions, delete},
        },
        queue::call_off,
    },
    enqueue_deployment, revisions, rolling, status,
};

pub(super) fn sync(world: &mut World, namespace: &str, name: &str) {
    call_off(world, namespace, name);
    let deployments = world.kind("apps", "deployments");
    let Some(deployment) = world.get(&deployments, namespace, name) else {
        return;
    };
    let (current, others) = revisions::sets(world, &deployment);
    let ending = !text(&deployment, "/metadata/deletionTimestamp").is_empty();
    if ending || deployment["spec"]["paused"] == true {
        let all: Vec<Value> = others.into_iter().chain(current.clone()).collect();
        status::sync(world, &deployment, current.as_ref(), &all, true);
        return;
    }
    if revisions::ensure(world, &deployment, current.as_ref(), &others) {
        enqueue_deployment(world, namespace, name);
        return;
    }
    let Some(set) = current else { return };
    let scaled = rolling::step(world, &deployment, &set, &others);
    // What was scaled shows in the specs already.
    let (current, others) = revisions::sets(world, &deployment);
    let mut all = others.clone();
    all.extend(current.clone());
    status::sync(world, &deployment, current.as_ref(), &all, false);
    if !scaled {
        forget(world, &deployment, others);
    }
}

/// Deletes old ReplicaSets beyond the history that is kept.
fn forget(world: &mut World, deployment: &Value, mut others: Vec<Value>) {
    let kept = number(&deployment["spec"], "/revisionHistoryLimit");
    let kept = usize::try_from(kept).unwrap_or_default();
    others.retain(|set| number(set, "/spec/replicas") == 0 && number(set, "/status/replicas") == 0);
    others.sort_by_key(revisions::revision);
    let surplus = others.len().saturating_sub(kept);
    let sets = world.kind("apps", "replicasets");
    for set in others.iter().take(surplus) {
        let namespace = text(set, "/metadata/namespace");
        let name = text(set, "/metadata/name");
        drop(delete(
            world,
            &sets,
            namespace,
            name,
            &DeleteOptions::default(),
        ));
    }
}
