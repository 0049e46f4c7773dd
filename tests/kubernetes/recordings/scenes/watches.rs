//! Watches: the history up to where they begin, and what happened meanwhile.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    super::{
        history::{History, version},
        recording::Recording,
        replay::Act,
    },
    beginning, lists, play,
    writes::before_deletion,
};
use crate::kubernetes::server::Server;

/// The manager of everything that the recorder wrote.
const SEED: &str = "seed";

pub(super) fn set(
    server: &Server,
    history: &History,
    name: &str,
    recording: &Recording,
) -> Vec<(i64, Act)> {
    let at = match name {
        "pods-no-rv-synthetic-added"
        | "pods-rv0-synthetic-added"
        | "streaming-list-empty"
        | "streaming-list-metadata-only"
        | "streaming-list-no-bookmarks" => 329,
        "streaming-list" => 328,
        "server-restart-under-watch" => 359,
        "watch-old-rv-replays-history" | "watch-rv-future" | "watch-rv-bad" => 338,
        "pod-graceful-delete" => 323,
        name if name.starts_with("watch-410") => {
            lists::restarted(server, history);
            server.compact();
            if name.contains("cache") || name.contains("plain") {
                server.world(|world| world.store.cached_since = 367);
            }
            return Vec::new();
        }
        _ => beginning(recording),
    };
    play(server, history, at);
    match name {
        "bookmark-before-timeout" => vec![create(1_011, "job-4")],
        "pods-unscheduled-field-selector" => vec![create(511, "job-2")],
        "pods-leave-and-enter-selector" => vec![
            patch(
                513,
                "web-1",
                json!({"metadata": {"labels": {"tier": "away"}}}),
            ),
            patch(
                828,
                "web-1",
                json!({"metadata": {"labels": {"tier": "front"}}}),
            ),
        ],
        "streaming-list" => {
            vec![patch(
                70,
                "api-0",
                json!({"metadata": {"annotations": {"note": "changed"}}}),
            )]
        }
        "server-restart-under-watch" => vec![(80, Box::new(shut_down))],
        "nodes-cordon-notready" => cordon(recording),
        "pods-added-modified-deleted" => life_of_a_job(recording),
        "pod-graceful-delete" => {
            let first = recording.steps[0].answer().expect("the pod").clone();
            super::load(server, undeleted(first));
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A pod as the recorder made it, at some milliseconds.
fn create(at: i64, name: &str) -> (i64, Act) {
    let pod = json!({
        "metadata": {"name": name, "labels": {"app": "job"}},
        "spec": {"containers": [{
            "name": "main",
            "image": "registry.example/app:1",
            "resources": {"limits": {"cpu": "100m"}, "requests": {"cpu": "100m"}},
        }]},
    });
    (
        at,
        Box::new(move |server| drop(server.by(SEED).create("", "pods", "shop", pod))),
    )
}

fn patch(at: i64, name: &'static str, patch: Value) -> (i64, Act) {
    (
        at,
        Box::new(move |server| drop(server.by(SEED).patch("", "pods", "shop", name, &patch))),
    )
}

/// The server is told to end: open watches get the minute that requests have.
fn shut_down(server: &Server) {
    server.world(|world| {
        for watch in world.watches.values_mut() {
            watch.bookmarks = false;
        }
        let end = world.now() + SignedDuration::from_secs(60);
        world.timer(end, |world| world.watches.clear());
    });
}

/// What was written to a node: each event holds the whole of it.
fn cordon(recording: &Recording) -> Vec<(i64, Act)> {
    let events = recording.steps[0].events().into_iter();
    events
        .map(|(event, at)| -> (i64, Act) {
            let mut object = event["object"].clone();
            let metadata = object["metadata"].as_object_mut().expect("metadata");
            metadata.remove("resourceVersion");
            (at, Box::new(move |server| super::load(server, object)))
        })
        .collect()
}

/// What the recorder wrote about a pod, as the kubelet would have.
fn life_of_a_job(recording: &Recording) -> Vec<(i64, Act)> {
    let events = recording.steps[1].events();
    let status = |at: usize| json!({"status": events[at].0["object"]["status"]});
    let written = |at: i64, status: Value| -> (i64, Act) {
        (
            at,
            Box::new(move |server| {
                server.by(SEED).patch("", "pods", "shop", "job-1", &status);
            }),
        )
    };
    vec![
        create(513, "job-1"),
        written(537, status(2)),
        written(552, status(3)),
        patch(
            566,
            "job-1",
            json!({"metadata": {"labels": {"step": "done"}}}),
        ),
        (
            571,
            Box::new(|server| server.by(SEED).delete("", "pods", "shop", "job-1", 30)),
        ),
    ]
}

/// A pod before anybody deleted it.
fn undeleted(pod: Value) -> Value {
    let before = version(&pod).unwrap_or_default() - 1;
    let mut pod = before_deletion(pod);
    pod["metadata"]["generation"] = 1.into();
    pod["metadata"]["resourceVersion"] = before.to_string().into();
    pod
}
