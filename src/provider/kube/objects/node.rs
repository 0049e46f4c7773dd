//! Nodes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    super::loose,
    Head, Names,
    head::{conditions, head},
    pod::Toleration,
};
use crate::model::{
    fleet::NodeFacts,
    workload::{Amounts, Condition, quantity},
};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Node {
    #[serde(deserialize_with = "head")]
    pub(super) metadata: Head,
    #[serde(deserialize_with = "loose::object")]
    spec: Spec,
    #[serde(deserialize_with = "loose::object")]
    status: Status,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    #[serde(rename = "providerID", deserialize_with = "loose::text")]
    provider_id: Option<String>,
    #[serde(deserialize_with = "loose::flag")]
    unschedulable: bool,
    #[serde(deserialize_with = "loose::list")]
    taints: Vec<Toleration>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(deserialize_with = "loose::pairs")]
    capacity: BTreeMap<String, String>,
    #[serde(deserialize_with = "loose::pairs")]
    allocatable: BTreeMap<String, String>,
    #[serde(deserialize_with = "conditions")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "loose::object")]
    node_info: Info,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Info {
    #[serde(deserialize_with = "loose::text")]
    kubelet_version: Option<String>,
}

/// Conditions that are trouble when they are true.
const PRESSURES: [&str; 4] = [
    "MemoryPressure",
    "DiskPressure",
    "PIDPressure",
    "NetworkUnavailable",
];

impl Node {
    pub(in super::super) fn facts(self, names: &mut Names) -> NodeFacts {
        let conditions = &self.status.conditions;
        let ready = Condition::find(conditions, "Ready");
        let reason = match ready {
            Some(ready) if !ready.is_true() => Some(ready.said().to_owned()),
            _ => PRESSURES
                .iter()
                .filter_map(|kind| Condition::find(conditions, kind))
                .find(|condition| condition.is_true())
                .map(|condition| format!("{}: {}", condition.kind, condition.said())),
        };
        let pods = self.status.allocatable.get("pods");
        NodeFacts {
            name: names.keep(&self.metadata.name),
            taints: self
                .spec
                .taints
                .into_iter()
                .map(Toleration::taint)
                .collect(),
            capacity: amounts(&self.status.capacity),
            allocatable: amounts(&self.status.allocatable),
            pods: pods
                .and_then(|text| quantity::whole(text))
                .unwrap_or_default(),
            ready: ready.map(Condition::is_true),
            reason,
            cordoned: self.spec.unschedulable,
            created: self.metadata.created,
            provider_id: self.spec.provider_id,
            version: self.status.node_info.kubelet_version,
            labels: self.metadata.labels,
        }
    }
}

pub(super) fn amounts(told: &BTreeMap<String, String>) -> Amounts {
    let mut amounts = Amounts::default();
    for (resource, amount) in told {
        amounts.note(resource, amount);
    }
    amounts
}
