//! Karpenter's NodePools and NodeClaims: limits, and nodes on their way.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    super::loose,
    Head,
    head::{conditions, head},
    node::amounts,
};
use crate::model::{fleet, workload::Condition};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct NodePool {
    #[serde(deserialize_with = "head")]
    pub(super) metadata: Head,
    #[serde(deserialize_with = "loose::object")]
    spec: PoolSpec,
    #[serde(deserialize_with = "loose::object")]
    status: PoolStatus,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct PoolSpec {
    #[serde(deserialize_with = "loose::pairs")]
    limits: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct PoolStatus {
    #[serde(deserialize_with = "loose::pairs")]
    resources: BTreeMap<String, String>,
}

impl NodePool {
    pub(in super::super) fn limit(self) -> fleet::PoolLimit {
        fleet::PoolLimit {
            limit: amounts(&self.spec.limits).devices,
            has: amounts(&self.status.resources).devices,
            pool: self.metadata.name,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct NodeClaim {
    #[serde(deserialize_with = "head")]
    pub(super) metadata: Head,
    #[serde(deserialize_with = "loose::object")]
    status: ClaimStatus,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClaimStatus {
    #[serde(deserialize_with = "conditions")]
    conditions: Vec<Condition>,
}

impl NodeClaim {
    /// The claim, as long as it is no node.
    pub(in super::super) fn claim(self) -> Option<fleet::NodeClaim> {
        let conditions = &self.status.conditions;
        let is = |kind: &str| Condition::find(conditions, kind).is_some_and(Condition::is_true);
        if is("Initialized") {
            return None;
        }
        let step = if is("Registered") {
            "registered"
        } else if is("Launched") {
            "launched"
        } else {
            "requested"
        };
        let reason = ["Launched", "Registered", "Initialized"]
            .iter()
            .filter_map(|kind| Condition::find(conditions, kind))
            .find(|condition| condition.status == "False")
            .map(|condition| match condition.reason.as_str() {
                "" => condition.message.clone(),
                reason => format!("{reason}: {}", condition.message),
            });
        Some(fleet::NodeClaim {
            pool: self
                .metadata
                .label("karpenter.sh/nodepool")
                .unwrap_or_default()
                .to_owned(),
            step: step.into(),
            reason,
            created: self.metadata.created,
            name: self.metadata.name,
        })
    }
}
