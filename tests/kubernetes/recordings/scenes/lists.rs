//! Lists: the history up to their version.

use serde_json::json;

use super::{
    super::{history::History, recording::Recording, replay::Act},
    beginning, play,
};
use crate::kubernetes::server::Server;

/// The version of most of the lists.
const USUAL: u64 = 280;
/// The version at which the server was restarted.
const RESTARTED: u64 = 367;

pub(super) fn set(
    server: &Server,
    history: &History,
    name: &str,
    recording: &Recording,
) -> Vec<(i64, Act)> {
    match name {
        "pods-continue-expired-410" => {
            restarted(server, history);
            // The first answer came before the compaction.
            vec![(compaction(recording), Box::new(Server::compact))]
        }
        "pods-rv-exact-expired-410" => {
            restarted(server, history);
            server.compact();
            Vec::new()
        }
        "pods-rv-exact" => {
            play(server, history, USUAL);
            Vec::new()
        }
        "sidecar-plus-init-proof" => {
            play(server, history, 1_958);
            Vec::new()
        }
        "pods-limit2-three-pages" => {
            play(server, history, beginning(recording));
            let late = json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "zzz-late", "namespace": "shop"},
                "spec": {"containers": [{"name": "main", "image": "registry.example/app:1"}]},
            });
            let after_first: Act = Box::new(move |server| super::load(server, late));
            vec![(1, after_first)]
        }
        _ => {
            let version = beginning(recording);
            let is_list = recording.steps[0]
                .answer()
                .is_some_and(|body| body["items"].is_array());
            play(
                server,
                history,
                if is_list || version < 1_000_000 && version > USUAL {
                    version
                } else {
                    USUAL
                },
            );
            Vec::new()
        }
    }
}

/// The history until after the server's restart, with nothing older at hand.
pub(super) fn restarted(server: &Server, history: &History) {
    play(server, history, RESTARTED);
    server.world(|world| world.store.forget_recent());
    super::quietly(server, |server| history.play(server, 379));
}

/// When the database was compacted: after the first answer, before the second.
fn compaction(recording: &Recording) -> i64 {
    let dates: Vec<_> = recording
        .steps
        .iter()
        .filter_map(super::super::recording::Step::date)
        .collect();
    let between = dates[1].duration_since(dates[0]).as_millis();
    i64::try_from(between).unwrap_or_default() - 500
}
