//! What components have noted of late: of pods that wait, crash or miss their image.

use std::sync::Arc;

use super::Ground;
use crate::model::{
    State,
    workload::{Event, Owner, Pod},
};

pub(super) fn events(ground: &Ground<'_>, pods: &[Arc<Pod>]) -> Vec<Event> {
    let mut events: Vec<Event> = pods
        .iter()
        .filter(|pod| pod.health.state >= State::Warning)
        .map(|pod| of(ground, pod))
        .collect();
    events.push(Event {
        namespace: "kube-system".into(),
        about: Owner::new("Deployment", "coredns"),
        reason: "ScalingReplicaSet".into(),
        message: "Scaled up replica set coredns-6d8f to 2".into(),
        warning: false,
        count: 1,
        last: Some(ground.hours_ago(5)),
        source: "deployment-controller".into(),
    });
    events.sort_by_key(|event| std::cmp::Reverse(event.last));
    events
}

fn of(ground: &Ground<'_>, pod: &Pod) -> Event {
    let (reason, source, minutes) = if pod.waits.is_some() {
        ("FailedScheduling", "default-scheduler", 1)
    } else if pod.health.reason.contains("crashes") {
        ("BackOff", "kubelet", 2)
    } else if pod.health.reason.contains("image") {
        ("Failed", "kubelet", 3)
    } else {
        ("Unhealthy", "kubelet", 2)
    };
    let said = pod.evidence.last().unwrap_or(&pod.health.reason);
    Event {
        namespace: pod.namespace.to_string(),
        about: Owner::new("Pod", pod.name.as_str()),
        reason: reason.into(),
        message: said.clone(),
        warning: true,
        count: 3 + ground.below(&pod.name, 30),
        last: Some(ground.minutes_ago(minutes)),
        source: source.into(),
    }
}
