//! Discovery one group and version at a time.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    super::super::kinds::{Kind, part},
    groups as grouped, served,
};

pub(super) fn versions(host: &str) -> Value {
    json!({
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": host}],
    })
}

pub(super) fn groups(kinds: &[Arc<Kind>]) -> Value {
    let groups = grouped(kinds).into_iter();
    let groups: Vec<Value> = groups
        .map(|(name, versions)| entry(name, &versions))
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

pub(super) fn group(kinds: &[Arc<Kind>], name: &str) -> Option<Value> {
    let (_, versions) = grouped(kinds)
        .into_iter()
        .find(|(known, _)| *known == name)?;
    let mut group = entry(name, &versions);
    group["kind"] = "APIGroup".into();
    group["apiVersion"] = "v1".into();
    Some(group)
}

fn entry(name: &str, versions: &[&str]) -> Value {
    let versions: Vec<Value> = versions
        .iter()
        .map(|version| json!({"groupVersion": format!("{name}/{version}"), "version": version}))
        .collect();
    json!({"name": name, "preferredVersion": versions.first(), "versions": versions})
}

/// An `APIResourceList`; that of the core group does not say its own version.
pub(super) fn resources(kinds: &[Arc<Kind>], group: &str, version: &str) -> Option<Value> {
    let served = served(kinds, group, version);
    let first = served.first()?;
    let resources: Vec<Value> = served.iter().flat_map(|kind| resource(kind)).collect();
    let mut list = json!({
        "kind": "APIResourceList",
        "groupVersion": first.api_version(),
        "resources": resources,
    });
    if !group.is_empty() {
        list["apiVersion"] = "v1".into();
    }
    Some(list)
}

/// A resource, followed by its subresources.
fn resource(kind: &Kind) -> Vec<Value> {
    let mut own = json!({
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.name,
        "verbs": kind.verbs,
    });
    if !kind.short.is_empty() {
        own["shortNames"] = kind.short.clone().into();
    }
    if !kind.categories.is_empty() {
        own["categories"] = kind.categories.clone().into();
    }
    if kind.allows("watch") {
        let stored = format!("{}/{}/{}", kind.group, kind.version, kind.name);
        let hash = BASE64_STANDARD.encode(&Sha256::digest(stored)[..8]);
        own["storageVersionHash"] = hash.into();
    }
    let parts = kind.parts.iter().map(|name| {
        let part = part(kind, name);
        let mut entry = json!({
            "name": format!("{}/{name}", kind.plural),
            "singularName": "",
            "namespaced": kind.namespaced,
            "kind": part.kind,
            "verbs": part.verbs,
        });
        if let Some((group, version)) = part.group_version {
            entry["group"] = group.into();
            entry["version"] = version.into();
        }
        entry
    });
    std::iter::once(own).chain(parts).collect()
}
