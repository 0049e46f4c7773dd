//! Which fields of a kind a field selector can name.

use serde_json::Value;

use super::Kind;

const POD: &[&str] = &[
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
];
const EVENT: &[&str] = &[
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
];

/// The names of the fields of `kind` that can be selected by, beside name and namespace.
pub(crate) fn selectable_names(kind: &Kind) -> &'static [&'static str] {
    match (kind.group.as_str(), kind.plural.as_str()) {
        ("", "pods") => POD,
        ("", "events") => EVENT,
        ("", "nodes") => &["spec.unschedulable"],
        ("", "namespaces") => &["status.phase"],
        ("", "secrets") => &["type"],
        ("", "services") => &["spec.clusterIP", "spec.type"],
        ("apps", "replicasets") => &["status.replicas"],
        ("batch", "jobs") => &["status.successful"],
        ("resource.k8s.io", "resourceslices") => &["spec.driver", "spec.nodeName"],
        _ => &[],
    }
}

/// What an object has in these fields, in the same order.
pub(crate) fn selectable(kind: &Kind, value: &Value) -> Box<[Box<str>]> {
    let names = selectable_names(kind).iter();
    names
        .map(|name| read(value, name).into_boxed_str())
        .collect()
}

fn read(value: &Value, name: &str) -> String {
    let path = match name {
        "source" => "source.component",
        "status.successful" => "status.succeeded",
        name => name,
    };
    let found = path
        .split('.')
        .try_fold(value, |value, key| value.get(key))
        .unwrap_or(&Value::Null);
    match found {
        Value::String(text) => text.clone(),
        Value::Null => match name {
            "spec.hostNetwork" | "spec.unschedulable" => "false".into(),
            "status.replicas" | "status.successful" => "0".into(),
            _ => String::new(),
        },
        other => other.to_string(),
    }
}
