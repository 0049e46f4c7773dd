//! How time passes.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{ADMIN, Caller, manual};
use crate::kubernetes::server::{Behaviour, Options, Pace, Server, User};

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";

fn cluster(pace: Pace) -> Server {
    let admin = User::new("admin", &["system:masters"]);
    let server = Server::start(Options::new().pace(pace).user(ADMIN, admin));
    super::clusters::add_node(&server);
    server
}

fn deployment(image: &str) -> Value {
    json!({
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "main", "image": image}]},
            },
        },
    })
}

fn progress(deployment: &Value) -> Value {
    let conditions = deployment["status"]["conditions"].as_array();
    let mut conditions = conditions.into_iter().flatten();
    let found = conditions.find(|condition| condition["type"] == "Progressing");
    found.map_or(Value::Null, |found| found["reason"].clone())
}

#[tokio::test]
async fn a_clock_that_leaps_finishes_a_rollout_before_the_next_call() {
    let server = cluster(Pace::Leaping);
    let caller = Caller::admin(&server);
    let began = server.now();
    caller.post(DEPLOYMENTS, deployment("web:1")).await;
    let web = caller.get(&format!("{DEPLOYMENTS}/web")).await.json();
    assert_eq!(progress(&web), "NewReplicaSetAvailable");
    // It did not leap to the deadline of what was finished.
    let passed = server.now().duration_since(began);
    assert!(passed < SignedDuration::from_secs(60), "{passed:?}");
}

#[tokio::test]
async fn a_clock_that_leaps_does_not_wait_for_a_deadline_either() {
    let server = cluster(Pace::Leaping);
    server.world(|world| world.cluster.kubelet.set("web:2", Behaviour::Silent));
    let caller = Caller::admin(&server);
    caller.post(DEPLOYMENTS, deployment("web:2")).await;
    let web = caller.get(&format!("{DEPLOYMENTS}/web")).await.json();
    assert_eq!(progress(&web), "ProgressDeadlineExceeded");
}

#[tokio::test]
async fn the_wall_clock_takes_its_time() {
    let server = cluster(Pace::Real);
    let caller = Caller::admin(&server);
    let mut open = caller.watch(&format!("{DEPLOYMENTS}?watch=true")).await;
    caller.post(DEPLOYMENTS, deployment("web:1")).await;
    let web = caller.get(&format!("{DEPLOYMENTS}/web")).await.json();
    assert_eq!(web["status"]["readyReplicas"], Value::Null);
    let rolled_out =
        async { while progress(&open.event().await["object"]) != "NewReplicaSetAvailable" {} };
    tokio::time::timeout(Duration::from_secs(20), rolled_out)
        .await
        .expect("a rollout");
}

#[tokio::test]
async fn a_manual_clock_stands_until_it_is_moved() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    let first = caller.get("/version").await;
    server.advance(SignedDuration::from_hours(1));
    let second = caller.get("/version").await;
    let date = |text: &str| jiff::fmt::rfc2822::parse(text).expect("a date").timestamp();
    let passed = date(second.header("date")).duration_since(date(first.header("date")));
    assert_eq!(passed, SignedDuration::from_hours(1));
}
