//! The scheduler: which node a pod goes to, or why it goes nowhere, in the words of the real one.

mod affinity;
mod claims;
mod fit;
mod message;
mod taints;

use serde_json::{Value, json};

pub(crate) use fit::requested;

use super::{
    super::{
        json::{list, number, put, text},
        store::Change,
        world::World,
        write::{Author, edit},
    },
    Occurrence,
    queue::enqueue,
    record,
};

const NAME: &str = "default-scheduler";
/// Milliseconds until a new pod is looked at.
const ATTEMPT: i64 = 4;
/// Milliseconds until pods that fit nowhere are looked at again after a change.
const RETRY: i64 = 20;

/// Why a node does not take a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// As messages have it, such as `Insufficient cpu`; there may be several.
    pub(super) reasons: Vec<String>,
    /// Whether it could help to remove other pods.
    pub(super) resolvable: bool,
}

impl Refusal {
    fn of(reason: &str) -> Self {
        Self {
            reasons: vec![reason.into()],
            resolvable: false,
        }
    }
}

pub(super) fn notice(world: &mut World, pod: &Value, change: &Change) {
    let (namespace, name) = (
        text(pod, "/metadata/namespace"),
        text(pod, "/metadata/name"),
    );
    let ended = matches!(text(pod, "/status/phase"), "Succeeded" | "Failed");
    if change.now.is_none() || ended {
        claims::release(world, pod);
        retry(world);
    } else if change.before.is_none() && is_waiting(pod) {
        enqueue(world, "scheduler", ATTEMPT, namespace, name, attempt);
    }
}

/// Something has changed that may make room.
pub(super) fn retry(world: &mut World) {
    enqueue(world, "scheduler", RETRY, "", "", |world, _, _| {
        let pods = world.kind("", "pods");
        for pod in world.all(&pods).iter().filter(|pod| is_waiting(pod)) {
            let namespace = text(pod, "/metadata/namespace");
            attempt(world, namespace, text(pod, "/metadata/name"));
        }
    });
}

fn is_waiting(pod: &Value) -> bool {
    text(pod, "/spec/nodeName").is_empty()
        && text(pod, "/spec/schedulerName") == NAME
        && text(pod, "/metadata/deletionTimestamp").is_empty()
        && list(pod, "/spec/schedulingGates").is_empty()
}

fn attempt(world: &mut World, namespace: &str, name: &str) {
    let pods = world.kind("", "pods");
    claims::instantiate(world, namespace, name);
    let Some(pod) = world.get(&pods, namespace, name).filter(is_waiting) else {
        return;
    };
    let nodes = world.all(&world.kind("", "nodes"));
    let all = world.all(&pods);
    let devices = claims::Devices::of(world);
    let mut refusals = Vec::new();
    let mut fitting = Vec::new();
    for node in &nodes {
        let used = requested(&all, text(node, "/metadata/name"));
        match refuse(&pod, node, &used, &devices) {
            Some(refusal) => refusals.push(refusal),
            None => fitting.push((fit::load(node, &used), node)),
        }
    }
    let best = fitting.into_iter().min_by_key(|(load, _)| *load);
    match best {
        Some((_, node)) => {
            claims::allocate(world, &pod, node, &devices);
            bind(world, &pod, text(node, "/metadata/name"));
        }
        None => unschedulable(world, &pod, &message::unschedulable(&pod, &refusals)),
    }
}

/// The first reason of a node against a pod, in the order of the real filters.
fn refuse(
    pod: &Value,
    node: &Value,
    used: &fit::Amounts,
    devices: &claims::Devices,
) -> Option<Refusal> {
    if node["spec"]["unschedulable"] == true && !taints::tolerates_cordon(pod) {
        return Some(Refusal::of("node(s) were unschedulable"));
    }
    if !taints::tolerated(pod, node) {
        return Some(Refusal::of("node(s) had untolerated taint(s)"));
    }
    if !affinity::matches(pod, node) {
        return Some(Refusal::of(
            "node(s) didn't match Pod's node affinity/selector",
        ));
    }
    if let Some(refusal) = fit::insufficient(pod, node, used) {
        return Some(refusal);
    }
    (!devices.suffice(pod, node)).then(|| Refusal::of("cannot allocate all claims"))
}

/// Puts a pod on a node.
pub(crate) fn bind(world: &mut World, pod: &Value, node: &str) {
    let pods = world.kind("", "pods");
    let (namespace, name) = (
        text(pod, "/metadata/namespace"),
        text(pod, "/metadata/name"),
    );
    let now = world.stamp();
    let author = Author {
        part: "binding",
        ..Author::default()
    };
    let mut topology = pod.clone();
    label_topology(world, node, &mut topology);
    let labels = topology["metadata"]["labels"].clone();
    let bound = edit(world, &pods, namespace, name, &author, |pod| {
        put(pod, &["spec", "nodeName"], node);
        if labels.is_object() {
            put(pod, &["metadata", "labels"], labels);
        }
        scheduled(
            pod,
            json!({
                "type": "PodScheduled",
                "status": "True",
                "lastProbeTime": null,
                "lastTransitionTime": now,
            }),
        );
    });
    if let Some(pod) = bound {
        let message = format!("Successfully assigned {namespace}/{name} to {node}");
        tell(world, &pod, "Normal", "Scheduled", &message, "Binding");
    }
}

fn unschedulable(world: &mut World, pod: &Value, message: &str) {
    let pods = world.kind("", "pods");
    let known = list(pod, "/status/conditions").iter();
    let known = known.filter(|condition| condition["type"] == "PodScheduled");
    let same = known
        .map(|condition| text(condition, "/message"))
        .any(|known| known == message);
    if same {
        return;
    }
    tell(
        world,
        pod,
        "Warning",
        "FailedScheduling",
        message,
        "Scheduling",
    );
    let (namespace, name) = (
        text(pod, "/metadata/namespace"),
        text(pod, "/metadata/name"),
    );
    let now = world.stamp();
    let generation = number(pod, "/metadata/generation");
    let author = Author::status(NAME);
    edit(world, &pods, namespace, name, &author, |pod| {
        let conditions = list(pod, "/status/conditions").iter();
        let mut same = conditions.filter(|condition| {
            condition["type"] == "PodScheduled" && condition["status"] == "False"
        });
        let since = same
            .next()
            .map_or(json!(now), |found| found["lastTransitionTime"].clone());
        scheduled(
            pod,
            json!({
                "type": "PodScheduled",
                "observedGeneration": generation,
                "status": "False",
                "lastProbeTime": null,
                "lastTransitionTime": since,
                "reason": "Unschedulable",
                "message": message,
            }),
        );
    });
}

/// Sets the condition `PodScheduled`.
fn scheduled(pod: &mut Value, condition: Value) {
    let mut conditions = list(pod, "/status/conditions").to_vec();
    conditions.retain(|condition| condition["type"] != "PodScheduled");
    conditions.insert(0, condition);
    put(pod, &["status", "conditions"], conditions);
}

/// Gives a pod the labels of its node's region and zone.
pub(crate) fn label_topology(world: &World, node: &str, pod: &mut Value) {
    let nodes = world.kind("", "nodes");
    let Some(node) = world.get(&nodes, "", node) else {
        return;
    };
    for label in [
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
    ] {
        if let Some(value) = node["metadata"]["labels"].get(label) {
            put(pod, &["metadata", "labels", label], value.clone());
        }
    }
}

fn tell(world: &mut World, pod: &Value, kind: &str, reason: &str, message: &str, action: &str) {
    let occurrence = Occurrence {
        about: pod,
        kind,
        reason,
        message,
        component: NAME,
        action: Some(action),
    };
    record(world, &occurrence);
}
