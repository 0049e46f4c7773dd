//! The kubelets of all nodes: pods become ready, fail, and end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    super::{
        json::{list, number, put, text},
        world::World,
        write::{Author, DeleteOptions, delete, edit},
    },
    queue::enqueue,
};

/// Milliseconds between two rounds over the pods.
const ROUND: i64 = 300;
/// Milliseconds between two pods in a round.
const BETWEEN: i64 = 30;

/// What becomes of containers of an image. Only [`Behaviour::Ready`] and [`Behaviour::Silent`] were
/// recorded; the other statuses are written from the API reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// They run and are ready.
    #[default]
    Ready,
    /// Nothing is ever heard of them.
    Silent,
    /// They run and never get ready.
    Unready,
    /// Their image cannot be pulled.
    PullFails,
    /// They start and crash, again and again.
    Crashes,
}

/// How kubelets treat images; those that are not named are [`Behaviour::Ready`].
#[derive(Default)]
pub(crate) struct Kubelet {
    images: BTreeMap<String, Behaviour>,
    addresses: u32,
}

impl Kubelet {
    pub(crate) fn set(&mut self, image: &str, behaviour: Behaviour) {
        self.images.insert(image.into(), behaviour);
    }

    fn behaviour(&self, pod: &Value) -> Behaviour {
        let containers = list(pod, "/spec/containers").iter();
        let behaviours = containers.map(|container| {
            let set = self.images.get(text(container, "/image"));
            set.copied().unwrap_or_default()
        });
        let mut behaviours = behaviours.filter(|behaviour| *behaviour != Behaviour::Ready);
        behaviours.next().unwrap_or_default()
    }
}

/// Something has changed about a pod: there will be another round.
pub(super) fn notice(world: &mut World) {
    let behind = world.now().as_millisecond().rem_euclid(ROUND);
    enqueue(world, "kubelet", ROUND - behind, "", "", round);
}

fn round(world: &mut World, _: &str, _: &str) {
    let pods = world.kind("", "pods");
    let mut pods = world.all(&pods);
    pods.retain(|pod| !text(pod, "/spec/nodeName").is_empty() && is_due(world, pod));
    for (place, pod) in (0..).zip(pods) {
        world.after(place * BETWEEN, move |world| act(world, &pod));
    }
}

fn is_ending(pod: &Value) -> bool {
    !text(pod, "/metadata/deletionTimestamp").is_empty()
}

fn is_due(world: &World, pod: &Value) -> bool {
    if is_ending(pod) {
        // A finalizer keeps it once its time is over.
        let over = number(pod, "/metadata/deletionGracePeriodSeconds") == 0;
        return !over || list(pod, "/metadata/finalizers").is_empty();
    }
    text(pod, "/status/startTime").is_empty()
        && text(pod, "/status/phase") == "Pending"
        && world.cluster.kubelet.behaviour(pod) != Behaviour::Silent
}

fn act(world: &mut World, pod: &Value) {
    let (namespace, name) = (
        text(pod, "/metadata/namespace"),
        text(pod, "/metadata/name"),
    );
    let pods = world.kind("", "pods");
    if is_ending(pod) {
        let options = DeleteOptions {
            grace: Some(0),
            ..DeleteOptions::default()
        };
        drop(delete(world, &pods, namespace, name, &options));
        return;
    }
    let behaviour = world.cluster.kubelet.behaviour(pod);
    world.cluster.kubelet.addresses += 1;
    let [_, _, high, low] = world.cluster.kubelet.addresses.to_be_bytes();
    let (now, ip) = (world.stamp(), format!("10.1.{high}.{low}"));
    let author = Author::status("kubelet");
    edit(world, &pods, namespace, name, &author, |pod| {
        pod["status"] = status(pod, behaviour, &now, &ip);
    });
}

fn status(pod: &Value, behaviour: Behaviour, now: &str, ip: &str) -> Value {
    let ready = behaviour == Behaviour::Ready;
    let condition = |kind: &str, holds: bool| {
        let mut condition = json!({
            "type": kind,
            "status": if holds { "True" } else { "False" },
            "lastProbeTime": null,
            "lastTransitionTime": now,
        });
        if !holds {
            let names = list(pod, "/spec/containers").iter();
            let names: Vec<&str> = names.map(|container| text(container, "/name")).collect();
            let message = format!("containers with unready status: [{}]", names.join(" "));
            condition["reason"] = "ContainersNotReady".into();
            condition["message"] = message.into();
        }
        condition
    };
    let mut conditions = list(pod, "/status/conditions").to_vec();
    conditions.push(condition("Initialized", true));
    conditions.push(condition("ContainersReady", ready));
    conditions.push(condition("Ready", ready));
    let pulled = behaviour != Behaviour::PullFails;
    let containers = list(pod, "/spec/containers").iter();
    let statuses: Vec<Value> = containers
        .map(|one| container(one, behaviour, now))
        .collect();
    let mut status = pod["status"].clone();
    put(
        &mut status,
        &["phase"],
        if pulled { "Running" } else { "Pending" },
    );
    put(&mut status, &["conditions"], conditions);
    put(&mut status, &["hostIP"], "127.0.0.1");
    put(&mut status, &["hostIPs"], json!([{"ip": "127.0.0.1"}]));
    put(&mut status, &["podIP"], ip);
    put(&mut status, &["podIPs"], json!([{"ip": ip}]));
    put(&mut status, &["startTime"], now);
    put(&mut status, &["containerStatuses"], statuses);
    status
}

fn container(container: &Value, behaviour: Behaviour, now: &str) -> Value {
    let image = text(container, "/image");
    let ready = behaviour == Behaviour::Ready;
    let crash = json!({"terminated": {
        "exitCode": 1, "reason": "Error", "startedAt": now, "finishedAt": now,
    }});
    let (state, last, restarts) = match behaviour {
        Behaviour::PullFails => {
            let message = format!("Back-off pulling image {image:?}");
            let waiting = json!({"reason": "ImagePullBackOff", "message": message});
            (json!({"waiting": waiting}), json!({}), 0)
        }
        Behaviour::Crashes => {
            let name = text(container, "/name");
            let message = format!("back-off 40s restarting failed container={name}");
            let waiting = json!({"reason": "CrashLoopBackOff", "message": message});
            (json!({"waiting": waiting}), crash, 3)
        }
        _ => (json!({"running": {"startedAt": now}}), json!({}), 0),
    };
    json!({
        "name": container["name"],
        "state": state,
        "lastState": last,
        "ready": ready,
        "restartCount": restarts,
        "image": image,
        "imageID": "",
        "started": ready || behaviour == Behaviour::Unready,
    })
}
