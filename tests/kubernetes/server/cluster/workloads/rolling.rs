//! How a rollout moves replicas from old ReplicaSets to the new one.

use serde_json::Value;

use super::{
    super::{
        super::{
            json::{number, put, text},
            world::World,
            write::{Author, edit},
        },
        Occurrence, record,
    },
    MANAGER,
};

/// How many pods there may be at most, and must be available at least.
pub(super) fn bounds(spec: &Value) -> (i64, i64) {
    let replicas = number(spec, "/replicas");
    if text(spec, "/strategy/type") == "Recreate" {
        return (replicas, 0);
    }
    let rolling = &spec["strategy"]["rollingUpdate"];
    let surge = share(&rolling["maxSurge"], replicas, true);
    let mut missing = share(&rolling["maxUnavailable"], replicas, false);
    if surge == 0 && missing == 0 {
        missing = 1;
    }
    (replicas + surge, replicas - missing.min(replicas))
}

/// A count or a percentage of the replicas.
fn share(value: &Value, replicas: i64, up: bool) -> i64 {
    let percent = value.as_str().and_then(|text| text.strip_suffix('%'));
    match percent.and_then(|text| text.parse::<i64>().ok()) {
        Some(percent) => (replicas * percent + if up { 99 } else { 0 }) / 100,
        None => value.as_i64().unwrap_or_default(),
    }
}

/// How many pods a new ReplicaSet starts with beside the others.
pub(super) fn first_size(spec: &Value, others: &[Value]) -> i64 {
    let replicas = number(spec, "/replicas");
    let running = total(others, "/spec/replicas");
    let (most, _) = bounds(spec);
    if text(spec, "/strategy/type") == "Recreate" && running > 0 {
        return 0;
    }
    (most - running).clamp(0, replicas)
}

pub(super) fn total(sets: &[Value], pointer: &str) -> i64 {
    sets.iter().map(|set| number(set, pointer)).sum()
}

/// Moves one step further. Whether anything was scaled.
pub(super) fn step(
    world: &mut World,
    deployment: &Value,
    current: &Value,
    others: &[Value],
) -> bool {
    let spec = &deployment["spec"];
    let wanted = number(spec, "/replicas");
    let (most, least) = bounds(spec);
    let size = number(current, "/spec/replicas");
    let all = size + total(others, "/spec/replicas");
    if size != wanted {
        let target = if size > wanted {
            wanted
        } else {
            (size + most - all).min(wanted)
        };
        if target != size {
            scale(world, deployment, current, target);
            return true;
        }
    }
    let mut scaled = false;
    // Old pods that do not serve go first, however many are needed.
    let unavailable = size - number(current, "/status/availableReplicas");
    let mut room = all - least - unavailable.max(0);
    if room <= 0 {
        return false;
    }
    let mut sizes: Vec<i64> = others
        .iter()
        .map(|set| number(set, "/spec/replicas"))
        .collect();
    for (set, size) in others.iter().zip(&mut sizes) {
        let broken = *size - number(set, "/status/availableReplicas");
        let less = broken.clamp(0, room.max(0));
        *size -= less;
        room -= less;
    }
    let available =
        number(current, "/status/availableReplicas") + total(others, "/status/availableReplicas");
    let mut spare = (available - least).max(0);
    for (set, size) in others.iter().zip(&mut sizes) {
        let less = (*size).min(spare).max(0);
        let serving = number(set, "/status/availableReplicas");
        if serving > 0 {
            *size -= less;
            spare -= less;
        }
    }
    for (set, target) in others.iter().zip(sizes) {
        if target != number(set, "/spec/replicas") {
            scale(world, deployment, set, target);
            scaled = true;
        }
    }
    scaled
}

fn scale(world: &mut World, deployment: &Value, set: &Value, replicas: i64) {
    let sets = world.kind("apps", "replicasets");
    let (namespace, name) = (
        text(set, "/metadata/namespace"),
        text(set, "/metadata/name"),
    );
    let (most, _) = bounds(&deployment["spec"]);
    let wanted = number(&deployment["spec"], "/replicas");
    let before = number(set, "/spec/replicas");
    edit(world, &sets, namespace, name, &Author::of(MANAGER), |set| {
        put(set, &["spec", "replicas"], replicas);
        let annotations = [
            "deployment.kubernetes.io/desired-replicas",
            "deployment.kubernetes.io/max-replicas",
        ];
        for (annotation, value) in annotations.into_iter().zip([wanted, most]) {
            put(
                set,
                &["metadata", "annotations", annotation],
                value.to_string(),
            );
        }
    });
    let way = if replicas > before { "up" } else { "down" };
    let message = format!("Scaled {way} replica set {name} from {before} to {replicas}");
    let occurrence = Occurrence {
        about: deployment,
        kind: "Normal",
        reason: "ScalingReplicaSet",
        message: &message,
        component: "deployment-controller",
        action: None,
    };
    record(world, &occurrence);
}
