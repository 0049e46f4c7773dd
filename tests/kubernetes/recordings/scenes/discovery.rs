//! Discovery: a cluster with Velero in it.

use serde_json::json;

use super::{
    super::{history::History, replay::Act},
    play,
};
use crate::kubernetes::server::Server;

pub(super) fn set(server: &Server, history: &History, name: &str) -> Vec<(i64, Act)> {
    if name == "gzip" {
        // Enough that it is worth compressing; the recorded list had the managers of all fields.
        for pod in 0..20 {
            super::load(
                server,
                json!({
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "metadata": {
                        "name": format!("large-{pod}"),
                        "namespace": "research",
                        "annotations": {"text": "x".repeat(4_000)},
                    },
                }),
            );
        }
        play(server, history, 2_491);
    }
    Vec::new()
}
