//! The recorded pods, given to the scheduler again one by one: each must end where it was.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{recording::Recording, scenes::options};
use crate::kubernetes::server::{Parts, Server};

/// The pod after whose placing one node was cordoned and another was lost.
const BEFORE_CORDON: &str = "lost-0";
/// The nodes to which that happened.
const LOST: &[&str] = &["ip-10-0-2-22.ec2.internal", "ip-10-0-2-23.ec2.internal"];
/// When the pods were created.
const START: &str = "2026-11-23T14:50:43Z";
/// A claim that was made from a template.
const CLAIM_OF_TEMPLATE: &str = "dra-2-gpu-v8qfx";

#[test]
fn pods_end_on_the_nodes_that_the_real_scheduler_chose() {
    let server = cluster();
    let nodes = items("gpu/nodes");
    let claims = items("gpu/resourceclaims");
    give_claims(&server, &claims);
    let mut pods = items("gpu/pods-all");
    pods.retain(|pod| pod["metadata"]["namespace"] != "shop");
    pods.sort_by_key(|pod| (text(pod, "/metadata/creationTimestamp"), version(pod)));
    for pod in &pods {
        place(&server, pod);
        if pod["metadata"]["name"] == BEFORE_CORDON {
            for node in nodes.iter().filter(|node| is_lost(node)) {
                server.load(node.clone());
            }
            server.advance(SignedDuration::from_millis(100));
        }
    }
    for pod in &pods {
        compare(&server, pod);
    }
    for claim in &claims {
        compare_claim(&server, claim);
    }
}

/// The nodes and their devices before any of the pods was created.
fn cluster() -> Server {
    let start: Timestamp = START.parse().expect("a time");
    let parts = Parts {
        scheduler: true,
        ..Parts::NONE
    };
    let server = Server::start(options(start).parts(parts));
    for name in ["ml", "research"] {
        server
            .by("recorder")
            .create("", "namespaces", "", json!({"metadata": {"name": name}}));
    }
    for mut node in items("gpu/nodes") {
        if is_lost(&node) {
            let spec = node["spec"].as_object_mut().expect("a spec");
            spec.remove("taints");
            spec.remove("unschedulable");
        }
        server.load(node);
    }
    for name in ["gpu/deviceclasses", "gpu/resourceslices"] {
        for object in items(name) {
            server.load(object);
        }
    }
    server
}

fn is_lost(node: &Value) -> bool {
    LOST.iter().any(|name| node["metadata"]["name"] == *name)
}

fn items(name: &str) -> Vec<Value> {
    let recording = Recording::load(name);
    let answer = recording.steps[0].answer().expect("a list");
    let (kind, version) = (text(answer, "/kind"), &answer["apiVersion"]);
    let mut items = answer["items"].as_array().expect("items").clone();
    for item in &mut items {
        item["kind"] = kind.trim_end_matches("List").into();
        item["apiVersion"] = version.clone();
    }
    items
}

fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}

fn version(object: &Value) -> u64 {
    super::history::version(object).expect("a version")
}

/// The claims that were made by hand, without what the scheduler wrote into them, and the template.
fn give_claims(server: &Server, claims: &[Value]) {
    let hand = server.by("recorder");
    for claim in claims {
        let name = text(claim, "/metadata/name");
        let spec = claim["spec"].clone();
        if name == CLAIM_OF_TEMPLATE {
            hand.create(
                "resource.k8s.io",
                "resourceclaimtemplates",
                "ml",
                json!({
                    "metadata": {"name": "two-gpus"},
                    "spec": {"spec": spec},
                }),
            );
        } else if !name.starts_with("dra-") {
            hand.create(
                "resource.k8s.io",
                "resourceclaims",
                "ml",
                json!({
                    "metadata": {"name": name},
                    "spec": spec,
                }),
            );
        }
    }
}

/// Creates a pod as it was before the scheduler saw it, waits for the scheduler, and lets the
/// kubelet say what it said.
fn place(server: &Server, pod: &Value) {
    let (namespace, name) = (
        text(pod, "/metadata/namespace"),
        text(pod, "/metadata/name"),
    );
    let mut spec = pod["spec"].clone();
    spec.as_object_mut().expect("a spec").remove("nodeName");
    let hand = server.by("recorder");
    hand.create(
        "",
        "pods",
        &namespace,
        json!({
            "metadata": {"name": name, "labels": pod["metadata"]["labels"]},
            "spec": spec,
        }),
    );
    server.advance(SignedDuration::from_millis(100));
    let phase = json!({"status": {"phase": pod["status"]["phase"]}});
    hand.patch("", "pods", &namespace, &name, &phase);
    server.advance(SignedDuration::from_millis(100));
}

fn compare(server: &Server, recorded: &Value) {
    let (namespace, name) = (
        text(recorded, "/metadata/namespace"),
        text(recorded, "/metadata/name"),
    );
    let ours = server.object("", "pods", &namespace, &name).expect("a pod");
    assert_eq!(
        ours["spec"]["nodeName"], recorded["spec"]["nodeName"],
        "{name}"
    );
    let scheduled = |pod: &Value| {
        let conditions = pod["status"]["conditions"].as_array();
        let mut conditions = conditions.cloned().unwrap_or_default();
        conditions.retain(|condition| condition["type"] == "PodScheduled");
        conditions
            .iter()
            .map(|found| {
                (
                    found["status"].clone(),
                    found["reason"].clone(),
                    found["message"].clone(),
                )
            })
            .next()
    };
    assert_eq!(scheduled(&ours), scheduled(recorded), "{name}");
}

/// A claim holds the same devices for the same pods.
fn compare_claim(server: &Server, recorded: &Value) {
    let holders = |claim: &Value| -> Vec<Value> {
        let reserved = claim["status"]["reservedFor"].as_array();
        reserved
            .into_iter()
            .flatten()
            .map(|holder| holder["name"].clone())
            .collect()
    };
    let devices = |claim: &Value| claim.pointer("/status/allocation/devices").cloned();
    let name = text(recorded, "/metadata/name");
    let claims = server.world(|world| {
        let kind = world.kind("resource.k8s.io", "resourceclaims");
        world.all(&kind)
    });
    // One that was made from a template has another ending here.
    let stem = match name.strip_prefix("dra-") {
        Some(_) => name
            .rsplit_once('-')
            .map_or(name.as_str(), |(stem, _)| stem),
        None => &name,
    };
    let ours = claims
        .iter()
        .find(|claim| text(claim, "/metadata/name").starts_with(stem));
    let ours = ours.unwrap_or_else(|| panic!("no claim like {name}"));
    assert_eq!(devices(ours), devices(recorded), "{name}");
    assert_eq!(holders(ours), holders(recorded), "{name}");
}
