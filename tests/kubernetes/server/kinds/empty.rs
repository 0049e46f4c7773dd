//! What an object of a kind looks like when nothing is in it: Kubernetes shows it in bookmarks, and
//! field managers do not own what is in every object anyway.

use serde_json::{Value, json};

use super::Kind;

/// An object of `kind` with nothing in it, without `kind`, `apiVersion` and metadata.
pub(crate) fn empty(kind: &Kind) -> Value {
    let template = json!({"metadata": {}, "spec": {"containers": null}});
    match (kind.group.as_str(), kind.name.as_str()) {
        ("", "Pod") => json!({"spec": {"containers": null}, "status": {}}),
        ("", "Node") => json!({
            "spec": {},
            "status": {
                "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
                "nodeInfo": {
                    "machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "",
                    "osImage": "", "containerRuntimeVersion": "", "kubeletVersion": "",
                    "kubeProxyVersion": "", "operatingSystem": "", "architecture": "",
                },
            },
        }),
        ("", "Namespace") => json!({"spec": {}, "status": {}}),
        ("", "Service") => json!({"spec": {}, "status": {"loadBalancer": {}}}),
        ("apps", "Deployment") => json!({
            "spec": {"selector": null, "template": template, "strategy": {}},
            "status": {},
        }),
        ("apps", "ReplicaSet") => json!({
            "spec": {"selector": null, "template": template},
            "status": {"replicas": 0},
        }),
        ("apps", "StatefulSet") => json!({
            "spec": {"selector": null, "template": template, "serviceName": "", "updateStrategy": {}},
            "status": {"replicas": 0, "availableReplicas": 0},
        }),
        ("batch", "Job") => json!({"spec": {"template": template}, "status": {}}),
        _ => json!({}),
    }
}
