//! Deployments and ReplicaSets.

mod conditions;
mod deployment;
mod replica_set;
mod revisions;
mod rolling;
mod status;

use serde_json::Value;

use super::{
    super::{json::text, store::Object, world::World},
    controller,
    queue::enqueue,
};

const MANAGER: &str = "kube-controller-manager";
/// Milliseconds until the controller of Deployments looks at one.
const DEPLOYMENT: i64 = 8;
/// Milliseconds until the controller of ReplicaSets looks at one.
const REPLICA_SET: i64 = 16;

pub(super) fn notice_deployment(world: &mut World, object: &Object) {
    enqueue_deployment(world, &object.namespace, &object.name);
}

pub(super) fn notice_replica_set(world: &mut World, replica_set: &Value) {
    let namespace = text(replica_set, "/metadata/namespace");
    enqueue_replica_set(world, namespace, text(replica_set, "/metadata/name"));
    if let Some(owner) = controller(replica_set) {
        enqueue_deployment(world, namespace, text(owner, "/name"));
    }
}

pub(super) fn notice_pod(world: &mut World, pod: &Value) {
    if let Some(owner) = controller(pod).filter(|owner| owner["kind"] == "ReplicaSet") {
        let namespace = text(pod, "/metadata/namespace");
        enqueue_replica_set(world, namespace, text(owner, "/name"));
    }
}

fn enqueue_deployment(world: &mut World, namespace: &str, name: &str) {
    enqueue(
        world,
        "deployment",
        DEPLOYMENT,
        namespace,
        name,
        deployment::sync,
    );
}

fn enqueue_replica_set(world: &mut World, namespace: &str, name: &str) {
    enqueue(
        world,
        "replicaset",
        REPLICA_SET,
        namespace,
        name,
        replica_set::sync,
    );
}
