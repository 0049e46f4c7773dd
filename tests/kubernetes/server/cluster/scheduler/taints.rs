//! Taints and tolerations.

use serde_json::Value;

use super::super::super::json::{list, text};

/// Whether a pod tolerates every taint of a node that keeps pods away.
pub(super) fn tolerated(pod: &Value, node: &Value) -> bool {
    let taints = list(node, "/spec/taints").iter();
    taints
        .filter(|taint| matches!(text(taint, "/effect"), "NoSchedule" | "NoExecute"))
        .all(|taint| {
            let (key, value) = (text(taint, "/key"), text(taint, "/value"));
            tolerates(pod, key, value, text(taint, "/effect"))
        })
}

/// Whether a pod goes to cordoned nodes too.
pub(super) fn tolerates_cordon(pod: &Value) -> bool {
    tolerates(pod, "node.kubernetes.io/unschedulable", "", "NoSchedule")
}

fn tolerates(pod: &Value, key: &str, value: &str, effect: &str) -> bool {
    list(pod, "/spec/tolerations").iter().any(|toleration| {
        let field = |name: &str| text(toleration, name);
        let key_fits =
            field("/key") == key || field("/key").is_empty() && field("/operator") == "Exists";
        let value_fits = field("/operator") == "Exists" || field("/value") == value;
        let effect_fits = field("/effect").is_empty() || field("/effect") == effect;
        key_fits && value_fits && effect_fits
    })
}
