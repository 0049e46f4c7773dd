//! The metadata of an object, as far as it is looked at.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kube::core::ObjectMeta;
use serde::{Deserialize, Deserializer};

use super::super::loose;
use crate::model::workload::{Condition, Owner};

/// Metadata. What kube itself needs stands in `k8s`.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Head {
    pub(in super::super) k8s: ObjectMeta,
    pub(in super::super) name: String,
    pub(in super::super) namespace: String,
    pub(in super::super) uid: String,
    pub(in super::super) generation: i64,
    pub(in super::super) created: Option<Timestamp>,
    /// Set once it is being deleted: by when it should be gone.
    pub(in super::super) deleted: Option<Timestamp>,
    pub(in super::super) labels: BTreeMap<String, String>,
    pub(in super::super) annotations: BTreeMap<String, String>,
    pub(in super::super) owner: Option<Owner>,
    pub(in super::super) finalizers: Vec<String>,
}

impl Head {
    pub(in super::super) fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }

    pub(in super::super) fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Raw {
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "loose::word")]
    namespace: String,
    #[serde(deserialize_with = "loose::word")]
    uid: String,
    #[serde(deserialize_with = "loose::text")]
    resource_version: Option<String>,
    #[serde(deserialize_with = "loose::number")]
    generation: Option<i64>,
    #[serde(deserialize_with = "loose::moment")]
    creation_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "loose::moment")]
    deletion_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "loose::pairs")]
    labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "loose::pairs")]
    annotations: BTreeMap<String, String>,
    #[serde(deserialize_with = "loose::list")]
    owner_references: Vec<Reference>,
    #[serde(deserialize_with = "loose::texts")]
    finalizers: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference {
    #[serde(deserialize_with = "loose::word")]
    kind: String,
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "loose::flag")]
    controller: bool,
}

/// Annotations that are looked at; the others, some of which hold the whole object once more, are
/// dropped.
const ANNOTATIONS: [&str; 6] = [
    "eks.amazonaws.com/role-arn",
    "argocd.argoproj.io/tracking-id",
    "meta.helm.sh/release-name",
    "deployment.kubernetes.io/revision",
    "rpo",
    "awsdeck.dev/rpo",
];

/// Reads `metadata`.
pub(super) fn head<'de, D: Deserializer<'de>>(from: D) -> Result<Head, D::Error> {
    let mut raw: Raw = loose::object(from)?;
    raw.annotations
        .retain(|key, _| ANNOTATIONS.contains(&key.as_str()));
    let controller = raw
        .owner_references
        .iter()
        .find(|owner| owner.controller)
        .or_else(|| raw.owner_references.first());
    Ok(Head {
        k8s: ObjectMeta {
            name: Some(raw.name.clone()),
            namespace: Some(raw.namespace.clone()).filter(|name| !name.is_empty()),
            resource_version: raw.resource_version,
            ..ObjectMeta::default()
        },
        owner: controller.map(|owner| Owner::new(owner.kind.as_str(), owner.name.as_str())),
        name: raw.name,
        namespace: raw.namespace,
        uid: raw.uid,
        generation: raw.generation.unwrap_or_default(),
        created: raw.creation_timestamp,
        deleted: raw.deletion_timestamp,
        labels: raw.labels,
        annotations: raw.annotations,
        finalizers: raw.finalizers,
    })
}

/// One of `status.conditions`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RawCondition {
    #[serde(rename = "type", deserialize_with = "loose::word")]
    kind: String,
    #[serde(deserialize_with = "loose::word")]
    status: String,
    #[serde(deserialize_with = "loose::word")]
    reason: String,
    #[serde(deserialize_with = "loose::word")]
    message: String,
    #[serde(deserialize_with = "loose::moment")]
    last_transition_time: Option<Timestamp>,
}

/// The conditions of a status.
pub(super) fn conditions<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Condition>, D::Error> {
    let raw: Vec<RawCondition> = loose::list(from)?;
    let condition = |raw: RawCondition| Condition {
        kind: raw.kind,
        status: raw.status,
        reason: raw.reason,
        message: raw.message,
        since: raw.last_transition_time,
    };
    Ok(raw.into_iter().map(condition).collect())
}
