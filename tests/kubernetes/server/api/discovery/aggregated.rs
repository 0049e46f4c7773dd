//! Discovery of everything at once.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    super::super::kinds::{Kind, part},
    groups as grouped, served,
};

/// An `APIGroupDiscoveryList` of the core group, or of all others.
pub(super) fn groups(kinds: &[Arc<Kind>], core: bool) -> Value {
    let groups = if core {
        vec![("", vec!["v1"])]
    } else {
        grouped(kinds)
    };
    let items: Vec<Value> = groups
        .into_iter()
        .map(|(group, versions)| {
            let versions: Vec<Value> = versions
                .into_iter()
                .map(|version| {
                    let served = served(kinds, group, version);
                    json!({
                        "version": version,
                        "resources": served.iter().map(|kind| resource(kind)).collect::<Vec<_>>(),
                        "freshness": "Current",
                    })
                })
                .collect();
            let metadata = match group {
                "" => json!({}),
                name => json!({"name": name}),
            };
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    })
}

fn resource(kind: &Kind) -> Value {
    // Only custom kinds say which group and version their objects are of.
    let (group, version) = if kind.is_custom() {
        (kind.group.as_str(), kind.version.as_str())
    } else {
        ("", "")
    };
    let mut resource = json!({
        "resource": kind.plural,
        "responseKind": {"group": group, "version": version, "kind": kind.name},
        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": kind.singular,
        "verbs": kind.verbs,
    });
    if !kind.short.is_empty() {
        resource["shortNames"] = kind.short.clone().into();
    }
    if !kind.categories.is_empty() {
        resource["categories"] = kind.categories.clone().into();
    }
    let parts: Vec<Value> = kind
        .parts
        .iter()
        .map(|name| {
            let part = part(kind, name);
            let (group, version) = part.group_version.unwrap_or(("", ""));
            json!({
                "subresource": name,
                "responseKind": {"group": group, "version": version, "kind": part.kind},
                "verbs": part.verbs,
            })
        })
        .collect();
    if !parts.is_empty() {
        resource["subresources"] = parts.into();
    }
    resource
}
