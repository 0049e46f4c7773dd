//! The namespace `demo` of the recorded cluster, and what became of it.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Stage;
use crate::kubernetes::server::Server;

const POD: &str = "web-55cf947b48-mvkw5";
const SET: &str = "web-55cf947b48";

/// Does to the namespace what was done before a recording.
pub(super) fn set(stage: &mut Stage, name: &str) {
    let server = &stage.server;
    match name {
        "backup-completed" => {
            fill(server);
            for event in [
                "web-55cf947b48-mvkw5.18eab3a503408b45",
                "web-55cf947b48.18eab3a502f8c644",
                "web.18eab3a5021ceb05",
            ] {
                tell(server, event);
            }
        }
        "restore-existing-completed-nothing-changed" => {
            let hand = server.by("recorder");
            hand.patch(
                "",
                "configmaps",
                "demo",
                "settings",
                &json!({"data": {"colour": "RED"}}),
            );
            let more = json!({"spec": {"replicas": 2}});
            hand.patch("apps", "deployments", "demo", "web", &more);
            hand.patch("apps", "replicasets", "demo", SET, &more);
        }
        "restore-existing-policy-update" => {
            let moved = json!({"metadata": {"annotations": {
                "endpoints.kubernetes.io/last-change-trigger-time": "2026-11-23T14:42:16Z",
            }}});
            let hand = server.by("recorder");
            hand.patch(
                "discovery.k8s.io",
                "endpointslices",
                "demo",
                "web-jp2gk",
                &moved,
            );
        }
        "restore-clean-new-to-completed" => {
            let hand = server.by("recorder");
            // There is no kubelet that would end it.
            hand.delete("", "pods", "demo", POD, 0);
            hand.delete("", "namespaces", "", "demo", 0);
            server.advance(SignedDuration::from_secs(10));
        }
        "backup-failed-validation" => tell(server, "web-55cf947b48-mvkw5.18eab3ae3c1a4f10"),
        "restore-waiting-partially-failed" => {
            // One that was made and not recorded.
            server.by("recorder").create(
                "velero.io",
                "restores",
                "velero",
                json!({
                    "metadata": {"name": "demo-1-again"},
                    "spec": {"backupName": "demo-1", "includedNamespaces": ["demo"]},
                }),
            );
            server.advance(SignedDuration::from_secs(2));
        }
        _ => {}
    }
}

fn fill(server: &Server) {
    let hand = server.by("recorder");
    hand.create("", "namespaces", "", json!({"metadata": {"name": "demo"}}));
    // What every namespace has must be there before the rest.
    server.advance(SignedDuration::from_millis(500));
    let create = |group: &str, plural: &str, object: Value| {
        hand.create(group, plural, "demo", object);
    };
    let labels = json!({"app": "web"});
    let template = json!({
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "main", "image": "registry.example/web:1"}]},
    });
    let workload = |name: &str| {
        json!({
            "metadata": {"name": name, "labels": labels},
            "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
        })
    };
    create(
        "",
        "configmaps",
        json!({"metadata": {"name": "settings"}, "data": {"colour": "blue"}}),
    );
    create(
        "",
        "configmaps",
        json!({"metadata": {"name": "flags"}, "data": {"beta": "off"}}),
    );
    create(
        "",
        "secrets",
        json!({"metadata": {"name": "db"}, "stringData": {"user": "web"}}),
    );
    create("apps", "deployments", workload("web"));
    create("apps", "replicasets", workload(SET));
    create(
        "",
        "pods",
        json!({
            "metadata": {"name": POD, "labels": labels},
            "spec": {
                "nodeName": "ip-10-0-1-11.ec2.internal",
                "containers": template["spec"]["containers"],
            },
        }),
    );
    create(
        "",
        "services",
        json!({
            "metadata": {"name": "web"},
            "spec": {"selector": labels, "ports": [{"port": 80}]},
        }),
    );
    create("", "endpoints", json!({"metadata": {"name": "web"}}));
    create(
        "discovery.k8s.io",
        "endpointslices",
        json!({
            "metadata": {"name": "web-jp2gk", "labels": {"kubernetes.io/service-name": "web"}},
            "addressType": "IPv4",
            "endpoints": [],
            "ports": [],
        }),
    );
}

fn tell(server: &Server, name: &str) {
    server.by("kube-controller-manager").create(
        "",
        "events",
        "demo",
        json!({
            "metadata": {"name": name},
            "involvedObject": {"kind": "Pod", "namespace": "demo", "name": POD},
            "reason": "Recorded",
            "type": "Normal",
        }),
    );
}
