//! The namespaces whose items are slow, fail, or go on by themselves.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Stage;
use crate::kubernetes::server::Server;

/// The backup that nobody recorded, of which a restore was recorded.
const UNRECORDED: &str = "mixed2-1";

/// Makes the namespaces that a recording needs.
pub(super) fn set(stage: &mut Stage, name: &str) {
    let server = &stage.server;
    match name {
        "backup-queued-second-stays-new" => {
            // It comes before what every namespace has: two of six are done when it begins.
            namespace(
                server,
                "slow",
                &[
                    (
                        "big",
                        json!({"example.io/backup": "sleep 4", "example.io/restore": "sleep 4"}),
                    ),
                    ("small", json!({})),
                ],
            );
            namespace(
                server,
                "broken",
                &[
                    (
                        "bad",
                        json!({"example.io/restore": "fail volume type not available in this zone"}),
                    ),
                    ("good", json!({})),
                ],
            );
        }
        "backup-waiting-for-plugin-operations" => namespace(
            server,
            "async",
            &[(
                "goes-on",
                json!({"example.io/backup": "async 4.7", "example.io/restore": "async 6.1"}),
            )],
        ),
        "backup-async-operation-fails" => namespace(
            server,
            "asyncfail",
            &[(
                "goes-on",
                json!({"example.io/backup": "async-fail 2.6", "example.io/restore": "async-fail 2.75"}),
            )],
        ),
        "backup-waiting-partially-failed" => namespace(
            server,
            "mixed",
            &[
                (
                    "bad",
                    json!({"example.io/backup": "fail snapshot quota exceeded"}),
                ),
                ("goes-on", json!({"example.io/backup": "async 4.65"})),
            ],
        ),
        "restore-waiting-partially-failed" => {
            namespace(
                server,
                "mixed2",
                &[
                    (
                        "bad",
                        json!({"example.io/restore": "fail volume type not available in this zone"}),
                    ),
                    ("goes-on", json!({"example.io/restore": "async 5.5"})),
                ],
            );
            server.by("recorder").create(
                "velero.io",
                "backups",
                "velero",
                json!({
                    "metadata": {"name": UNRECORDED},
                    "spec": {"includedNamespaces": ["mixed2"], "storageLocation": "default"},
                }),
            );
            server.advance(SignedDuration::from_secs(2));
        }
        _ => {}
    }
}

/// A namespace with ConfigMaps of these annotations.
fn namespace(server: &Server, name: &str, maps: &[(&str, Value)]) {
    let hand = server.by("recorder");
    hand.create("", "namespaces", "", json!({"metadata": {"name": name}}));
    for (map, annotations) in maps {
        let object = json!({
            "metadata": {"name": map, "annotations": annotations},
            "data": {"key": "value"},
        });
        hand.create("", "configmaps", name, object);
    }
}
