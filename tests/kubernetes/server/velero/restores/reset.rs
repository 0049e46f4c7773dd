//! Objects as they are compared and created: without what only the cluster that they come from knows.

use serde_json::{Map, Value, json};

use super::super::super::json::{list, put, take, text};

/// Keeps of the metadata what belongs to the object itself, and drops the status.
pub(super) fn reset(object: &Value) -> Value {
    let mut object = object.clone();
    take(&mut object, &["status"]);
    let kept = ["name", "namespace", "labels", "annotations"];
    let metadata = object["metadata"].as_object().cloned().unwrap_or_default();
    let metadata: Map<String, Value> = metadata
        .into_iter()
        .filter(|(name, _)| kept.contains(&name.as_str()))
        .collect();
    object["metadata"] = Value::Object(metadata);
    object
}

/// What Velero's own actions change about an object before it is restored.
pub(super) fn adapt(object: &mut Value) {
    match text(object, "/kind") {
        "Pod" => {
            take(object, &["spec", "nodeName"]);
            take(object, &["spec", "priority"]);
        }
        "Service" if text(object, "/spec/clusterIP") != "None" => {
            take(object, &["spec", "clusterIP"]);
            take(object, &["spec", "clusterIPs"]);
            for port in object["spec"]["ports"].as_array_mut().into_iter().flatten() {
                take(port, &["nodePort"]);
            }
        }
        "Job" => {
            take(
                object,
                &["spec", "selector", "matchLabels", "controller-uid"],
            );
            take(
                object,
                &["spec", "template", "metadata", "labels", "controller-uid"],
            );
        }
        "PersistentVolumeClaim" => {
            take(object, &["spec", "volumeName"]);
        }
        _ => {}
    }
}

/// Marks an object as restored.
pub(super) fn mark(object: &mut Value, backup: &str, restore: &str) {
    let label = super::super::names::label;
    put(
        object,
        &["metadata", "labels", "velero.io/backup-name"],
        label(backup),
    );
    put(
        object,
        &["metadata", "labels", "velero.io/restore-name"],
        label(restore),
    );
}

/// Takes those marks away, and the labels when nothing else is among them.
pub(super) fn unmark(object: &mut Value) {
    for label in ["velero.io/backup-name", "velero.io/restore-name"] {
        take(object, &["metadata", "labels", label]);
    }
    if object["metadata"]["labels"] == json!({}) {
        take(object, &["metadata", "labels"]);
    }
}

/// A ServiceAccount with what another has beside it.
pub(super) fn merge_account(account: &mut Value, other: &Value) {
    for field in ["secrets", "imagePullSecrets"] {
        let mut all = list(account, &format!("/{field}")).to_vec();
        for one in list(other, &format!("/{field}")) {
            if !all.contains(one) {
                all.push(one.clone());
            }
        }
        if !all.is_empty() {
            put(account, &[field], all);
        }
    }
}
