//! Writes: what was there before each of them.

use serde_json::{Value, json};

use super::{
    super::{history::History, recording::Recording, replay::Act},
    beginning, load, play,
};
use crate::kubernetes::server::{Parts, Server};

pub(super) fn set(
    server: &Server,
    history: &History,
    name: &str,
    recording: &Recording,
) -> Vec<(i64, Act)> {
    let first = |at: usize| recording.steps[at].answer().expect("an object").clone();
    match name {
        "update-ok-200" => {
            play(server, history, 2_243);
            load(
                server,
                at_version(history.object_at("ConfigMap", "one", 2_243), 2_244),
            );
        }
        "delete-with-finalizer" => {
            play(server, history, 2_249);
            load(server, at_version(before_deletion(first(0)), 2_250));
        }
        "delete" => play(server, history, 2_252),
        "dry-run" | "server-side-apply" => play(server, history, 2_247),
        "namespace-terminating" => dying(server, history),
        "node-cordon-uncordon" => play(server, history, 2_420),
        "pod-status-patch" => play(server, history, 2_426),
        _ => {
            let version = beginning(recording);
            play(
                server,
                history,
                if version >= 2_241 { version } else { 2_247 },
            );
        }
    }
    Vec::new()
}

/// A namespace with something in it that stays.
fn dying(server: &Server, history: &History) {
    play(server, history, 2_425);
    load(
        server,
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"namespace": "dying", "name": "stays", "finalizers": ["example.io/wait"]},
        }),
    );
    server.world(|world| {
        world.cluster.parts = Parts {
            upkeep: true,
            ..Parts::NONE
        };
    });
}

/// The same object at another version.
fn at_version(mut object: Value, version: u64) -> Value {
    object["metadata"]["resourceVersion"] = version.to_string().into();
    object
}

/// An object before anybody deleted it.
pub(super) fn before_deletion(mut object: Value) -> Value {
    let metadata = object["metadata"].as_object_mut().expect("metadata");
    metadata.remove("deletionTimestamp");
    metadata.remove("deletionGracePeriodSeconds");
    object
}
