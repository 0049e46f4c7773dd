//! What was there before each recording, and what the recorder did beside its requests.

mod auth;
mod discovery;
mod lists;
mod watches;
mod writes;

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    history::{History, version},
    recording::Recording,
    replay::{Act, Stage},
};
use crate::kubernetes::server::{Options, Pace, Parts, Server, User, install_velero};

/// A server as it was before a recording, and what happens meanwhile.
pub(super) fn scene(history: &History, recording: &Recording) -> (Stage, Vec<(i64, Act)>) {
    let (group, name) = recording.name.split_once('/').expect("a group and a name");
    let server = server(recording);
    server.world(install_velero);
    let mut tokens = VecDeque::new();
    let acts = match group {
        "auth" => auth::set(&server, history, name, recording, &mut tokens),
        "discovery" => discovery::set(&server, history, name),
        "lists" | "gpu" => lists::set(&server, history, name, recording),
        "watches" => watches::set(&server, history, name, recording),
        "writes" => writes::set(&server, history, name, recording),
        group => panic!("no scenes for {group}"),
    };
    let mut stage = Stage::new(server);
    stage.tokens = tokens;
    (stage, acts)
}

/// An empty cluster at the time of a recording, in which pods are scheduled and nothing else moves.
fn server(recording: &Recording) -> Server {
    let dates = recording
        .steps
        .iter()
        .filter_map(super::recording::Step::date);
    let start: Timestamp = dates.min().unwrap_or(Timestamp::UNIX_EPOCH);
    let parts = Parts {
        scheduler: true,
        ..Parts::NONE
    };
    Server::start(options(start).parts(parts))
}

/// The users of the recordings.
pub(super) fn options(start: Timestamp) -> Options {
    let admin = User::new("admin", &["system:masters"]).uid("u-admin");
    Options::new()
        .pace(Pace::Manual)
        .at(start)
        .user("<admin-token>", admin)
}

/// The version at which a recording begins: of its list, of its watch, else the one before its first
/// write.
pub(super) fn beginning(recording: &Recording) -> u64 {
    let step = &recording.steps[0];
    let listed = step
        .answer()
        .filter(|answer| answer["items"].is_array())
        .and_then(version);
    let asked = step.path().split_once("resourceVersion=").map(|(_, rest)| {
        let end = rest.find('&').unwrap_or(rest.len());
        rest[..end].parse().unwrap_or_default()
    });
    let shown = step.answer().and_then(version);
    let shown = shown.map(|shown| {
        if step.method() == "GET" {
            shown
        } else {
            shown - 1
        }
    });
    listed.or(asked).or(shown).unwrap_or_default()
}

/// Plays the history up to a version, in the namespaces that there were.
fn play(server: &Server, history: &History, until: u64) {
    for namespace in ["ml", "ops", "research", "shop", "velero"] {
        server.load(serde_json::json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": namespace},
        }));
    }
    quietly(server, |server| history.play(server, until));
}

/// Plays the history on a server that has nothing yet.
pub(super) fn history_until(server: &Server, history: &History, until: u64) {
    server.world(install_velero);
    play(server, history, until);
}

/// Does something that no part of the cluster takes notice of.
fn quietly(server: &Server, act: impl FnOnce(&Server)) {
    let parts = server.world(|world| std::mem::replace(&mut world.cluster.parts, Parts::NONE));
    act(server);
    server.world(|world| world.cluster.parts = parts);
}

/// An object that is taken in as it is.
fn load(server: &Server, object: Value) {
    quietly(server, |server| server.load(object));
}
