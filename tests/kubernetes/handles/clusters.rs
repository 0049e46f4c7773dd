//! What a cluster does by itself, and what a test has it do.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{CONFIG_MAPS, Caller, manual};
use crate::kubernetes::server::{Behaviour, Server};

/// A node with room for a few pods.
pub(super) fn add_node(server: &Server) {
    server.load(json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "node-1"},
        "status": {
            "allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }));
}

fn pod(name: &str, image: &str) -> Value {
    json!({
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "main", "image": image}]},
    })
}

#[tokio::test]
async fn kubelets_treat_images_as_they_are_told() {
    let server = Server::start(manual());
    add_node(&server);
    for (image, behaviour) in [
        ("crashing", Behaviour::Crashes),
        ("missing", Behaviour::PullFails),
        ("slow", Behaviour::Unready),
        ("silent", Behaviour::Silent),
    ] {
        server.world(|world| world.cluster.kubelet.set(image, behaviour));
    }
    for image in ["crashing", "fine", "missing", "silent", "slow"] {
        server
            .by("test")
            .create("", "pods", "default", pod(image, image));
    }
    server.advance(SignedDuration::from_secs(2));
    let seen = |name: &str| {
        let pod = server.object("", "pods", "default", name).expect("a pod");
        let status = &pod["status"]["containerStatuses"][0];
        let reason = status["state"]["waiting"]["reason"].as_str();
        (
            pod["status"]["phase"].as_str().expect("a phase").to_owned(),
            status["ready"].as_bool(),
            reason.map(str::to_owned),
        )
    };
    let running = |ready: bool, reason: Option<&str>| {
        ("Running".to_owned(), Some(ready), reason.map(str::to_owned))
    };
    assert_eq!(seen("fine"), running(true, None));
    assert_eq!(seen("slow"), running(false, None));
    assert_eq!(seen("crashing"), running(false, Some("CrashLoopBackOff")));
    let missing = (
        "Pending".to_owned(),
        Some(false),
        Some("ImagePullBackOff".to_owned()),
    );
    assert_eq!(seen("missing"), missing);
    assert_eq!(seen("silent"), ("Pending".to_owned(), None, None));
}

#[tokio::test]
async fn logs_are_read_and_followed() {
    let server = Server::start(manual());
    add_node(&server);
    let caller = Caller::admin(&server);
    server
        .by("test")
        .create("", "pods", "default", pod("web", "web:1"));
    server.advance(SignedDuration::from_secs(2));
    for line in ["one", "two", "three"] {
        server.write_log("default", "web", "main", line);
    }
    let log = "/api/v1/namespaces/default/pods/web/log";
    assert_eq!(
        caller.get(&format!("{log}?tailLines=2")).await.body,
        "two\nthree\n"
    );
    let stamped = caller
        .get(&format!("{log}?timestamps=true&tailLines=1"))
        .await;
    let stamped = String::from_utf8_lossy(&stamped.body).into_owned();
    let (time, line) = stamped.split_once(' ').expect("a time");
    assert!(time.parse::<jiff::Timestamp>().is_ok());
    assert_eq!(line, "three\n");
    let mut open = caller
        .watch(&format!("{log}?follow=true&tailLines=1"))
        .await;
    assert_eq!(open.next().await.expect("open").as_deref(), Some("three"));
    server.write_log("default", "web", "main", "four");
    assert_eq!(open.next().await.expect("open").as_deref(), Some("four"));
    let unknown = caller.get(&format!("{log}?container=other")).await;
    assert_eq!(unknown.status, 400);
}

#[tokio::test]
async fn a_service_answers_through_the_proxy() {
    let server = Server::start(manual());
    server.world(|world| {
        let behind = |path: &str, query: &super::super::server::Parameters| {
            (
                200,
                json!({"path": path, "query": query.get("query")}).to_string(),
            )
        };
        world
            .cluster
            .put_behind("default", "prometheus:9090", Box::new(behind));
    });
    let caller = Caller::admin(&server);
    let path = "/api/v1/namespaces/default/services/prometheus:9090/proxy/api/v1/query?query=up";
    assert_eq!(
        caller.get(path).await.json(),
        json!({"path": "/api/v1/query", "query": "up"})
    );
    let other = "/api/v1/namespaces/default/services/other:80/proxy/";
    assert_eq!(caller.get(other).await.status, 404);
}

#[tokio::test]
async fn admission_refuses_what_a_test_denies() {
    let server = Server::start(manual());
    server.world(|world| {
        world
            .cluster
            .deny("configmaps", "default", "no", "not this one");
    });
    let caller = Caller::admin(&server);
    let refused = caller
        .post(CONFIG_MAPS, json!({"metadata": {"name": "no"}}))
        .await;
    assert_eq!(refused.status, 403);
    let message = refused.json()["message"]
        .as_str()
        .expect("a message")
        .to_owned();
    assert!(message.contains("not this one"), "{message}");
    assert_eq!(
        caller
            .post(CONFIG_MAPS, json!({"metadata": {"name": "yes"}}))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn dependents_go_with_their_owner_or_stay_as_orphans() {
    for (propagation, left) in [("Background", false), ("Orphan", true)] {
        let server = Server::start(manual());
        let hand = server.by("test");
        let owner = hand.create(
            "",
            "configmaps",
            "default",
            json!({"metadata": {"name": "owner"}}),
        );
        hand.create(
            "",
            "secrets",
            "default",
            json!({"metadata": {
                "name": "dependent",
                "ownerReferences": [{
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "name": "owner",
                    "uid": owner["metadata"]["uid"],
                }],
            }}),
        );
        let path = format!("{CONFIG_MAPS}/owner?propagationPolicy={propagation}");
        assert_eq!(Caller::admin(&server).delete(&path).await.status, 200);
        server.advance(SignedDuration::from_secs(1));
        let dependent = server.object("", "secrets", "default", "dependent");
        assert_eq!(dependent.is_some(), left, "{propagation}");
        assert!(
            server
                .object("", "configmaps", "default", "owner")
                .is_none()
        );
    }
}
