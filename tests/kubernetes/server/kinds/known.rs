//! Which fields of a built-in kind exist: what its type does not take in is unknown.

use k8s_openapi::api::{
    apps::v1 as apps, batch::v1 as batch, core::v1 as core, policy::v1 as policy, rbac::v1 as rbac,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Kind;

/// The paths in `value` that its kind does not have, which are removed from it. `body` is the text
/// that it was read from: paths come in the order in which they stand there.
pub(crate) fn unknown_fields(kind: &Kind, value: &mut Value, body: &str) -> Vec<String> {
    let mut unknown = match &kind.custom {
        Some(schema) => schema.prune(value),
        None => built_in(kind, value),
    };
    let place = |path: &String| {
        let field = path.rsplit('.').next().unwrap_or_default();
        body.find(&format!("{field:?}"))
    };
    unknown.sort_by_key(place);
    unknown
}

fn built_in(kind: &Kind, value: &mut Value) -> Vec<String> {
    match (kind.group.as_str(), kind.name.as_str()) {
        ("", "ConfigMap") => typed::<core::ConfigMap>(value),
        ("", "Namespace") => typed::<core::Namespace>(value),
        ("", "Node") => typed::<core::Node>(value),
        ("", "Pod") => typed::<core::Pod>(value),
        ("", "Secret") => typed::<core::Secret>(value),
        ("", "Service") => typed::<core::Service>(value),
        ("", "ServiceAccount") => typed::<core::ServiceAccount>(value),
        ("apps", "DaemonSet") => typed::<apps::DaemonSet>(value),
        ("apps", "Deployment") => typed::<apps::Deployment>(value),
        ("apps", "ReplicaSet") => typed::<apps::ReplicaSet>(value),
        ("apps", "StatefulSet") => typed::<apps::StatefulSet>(value),
        ("batch", "CronJob") => typed::<batch::CronJob>(value),
        ("batch", "Job") => typed::<batch::Job>(value),
        ("policy", "PodDisruptionBudget") => typed::<policy::PodDisruptionBudget>(value),
        ("rbac.authorization.k8s.io", "Role") => typed::<rbac::Role>(value),
        ("rbac.authorization.k8s.io", "RoleBinding") => typed::<rbac::RoleBinding>(value),
        _ => Vec::new(),
    }
}

/// What gets lost when `value` is read as a `T`. A value that is no `T` at all loses nothing here:
/// validation tells what is wrong with it.
fn typed<T: DeserializeOwned + Serialize>(value: &mut Value) -> Vec<String> {
    let Ok(read) = serde_json::from_value::<T>(value.clone()) else {
        return Vec::new();
    };
    let Ok(kept) = serde_json::to_value(&read) else {
        return Vec::new();
    };
    let mut lost = Vec::new();
    prune(value, &kept, "", &mut lost);
    lost
}

fn prune(value: &mut Value, kept: &Value, path: &str, lost: &mut Vec<String>) {
    match (value, kept) {
        (Value::Object(object), Value::Object(kept)) => {
            object.retain(|name, inner| {
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{name}");
                match kept.get(name) {
                    Some(kept) => {
                        prune(inner, kept, &path, lost);
                        true
                    }
                    None if empty(inner) => true,
                    None => {
                        lost.push(path);
                        false
                    }
                }
            });
        }
        (Value::Array(items), Value::Array(kept)) => {
            for (index, (item, kept)) in items.iter_mut().zip(kept).enumerate() {
                prune(item, kept, &format!("{path}[{index}]"), lost);
            }
        }
        _ => {}
    }
}

/// Whether a type leaves a value out although it knows the field.
fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}
