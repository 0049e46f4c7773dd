//! The life of one Deployment, from its creation to its deletion.

use serde_json::json;

use super::super::{
    history::History,
    recording::Recording,
    replay::{Act, Stage},
    scenes::{history_until, options},
};
use crate::kubernetes::server::{Behaviour, Server};

pub(in super::super) const ROLLOUTS: &[&str] = &[
    "writes/deployment-create-and-rollout",
    "writes/deployment-rollout-restart-success",
    "writes/deployment-rollout-fails-progress-deadline",
    "writes/deployment-rollback",
    "writes/scale-subresource",
    "writes/eviction",
    "writes/deployment-delete-foreground",
];

/// The version before the Deployment was created.
const BEGINNING: u64 = 2_253;

/// Plays all of them and gives what differs.
pub(in super::super) async fn play() -> Vec<String> {
    let recordings: Vec<Recording> = ROLLOUTS.iter().map(|name| Recording::load(name)).collect();
    let start = recordings[0].steps[0].date().expect("a date");
    let server = Server::start(options(start));
    history_until(&server, &History::read(), BEGINNING);
    server.world(|world| {
        let image = "registry.example/bad:1";
        world.cluster.kubelet.set(image, Behaviour::Silent);
    });
    let mut stage = Stage::new(server);
    for recording in &recordings {
        let acts = match recording.name.as_str() {
            "writes/eviction" => eviction(&mut stage),
            _ => Vec::new(),
        };
        stage.play(recording, acts).await;
    }
    stage.differences()
}

/// A budget that needs every pod; it is gone after the first refusal.
fn eviction(stage: &mut Stage) -> Vec<(i64, Act)> {
    let pods = stage.server.world(|world| {
        let pods = world.kind("", "pods");
        world.all_in(&pods, "ops")
    });
    let pod = pods[0]["metadata"]["name"].as_str().expect("a name");
    assert!(stage.renames.same("web-7797b59c57-6vxnf", pod), "{pod}");
    stage.server.by("recorder").create(
        "policy",
        "poddisruptionbudgets",
        "ops",
        json!({
            "metadata": {"name": "web"},
            "spec": {"minAvailable": 3, "selector": {"matchLabels": {"app": "web"}}},
        }),
    );
    let gone: Act = Box::new(|server| {
        let hand = server.by("recorder");
        hand.delete("policy", "poddisruptionbudgets", "ops", "web", 0);
    });
    // The next recording begins once the ReplicaSet has taken note of the loss.
    let noted: Act = Box::new(|_| {});
    vec![(300, gone), (1_008, noted)]
}
