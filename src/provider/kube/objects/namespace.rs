//! Namespaces and service accounts.

use serde::Deserialize;

use super::{
    super::loose,
    Head,
    head::{conditions, head},
};
use crate::model::workload::{self, Condition, Grant};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Namespace {
    #[serde(deserialize_with = "head")]
    pub(super) metadata: Head,
    #[serde(deserialize_with = "loose::object")]
    status: Status,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Status {
    #[serde(deserialize_with = "loose::word")]
    phase: String,
    #[serde(deserialize_with = "conditions")]
    conditions: Vec<Condition>,
}

/// Conditions of a namespace that is being deleted, the most telling first.
const HOLDS: [&str; 3] = [
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
    "NamespaceDeletionContentFailure",
];

impl Namespace {
    pub(in super::super) fn namespace(self) -> workload::Namespace {
        let conditions = &self.status.conditions;
        let held = HOLDS
            .iter()
            .filter_map(|kind| Condition::find(conditions, kind))
            .find(|condition| condition.is_true());
        workload::Namespace {
            held_by: held.map(|condition| condition.said().to_owned()),
            phase: self.status.phase,
            created: self.metadata.created,
            name: self.metadata.name,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct ServiceAccount {
    #[serde(deserialize_with = "head")]
    pub(super) metadata: Head,
}

impl ServiceAccount {
    /// The role that it may assume by its own annotation.
    pub(in super::super) fn grant(self) -> Option<Grant> {
        let role = self
            .metadata
            .annotation("eks.amazonaws.com/role-arn")?
            .into();
        Some(Grant {
            namespace: self.metadata.namespace,
            service_account: self.metadata.name,
            role,
            pod_identity: false,
        })
    }
}
