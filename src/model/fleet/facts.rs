//! What the API server tells of nodes, devices and claims: what the sums are made of.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::model::workload::{Amounts, Bound};

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeFacts {
    pub name: Arc<str>,
    pub labels: BTreeMap<String, String>,
    pub taints: Vec<Bound>,
    pub capacity: Amounts,
    pub allocatable: Amounts,
    /// Pods that fit on it.
    pub pods: u64,
    /// The Ready condition; `None` where it has none yet.
    pub ready: Option<bool>,
    /// Why it is not ready, or under which pressure it is.
    pub reason: Option<String>,
    pub cordoned: bool,
    pub created: Option<Timestamp>,
    /// `aws:///eu-west-1a/i-0abc…`
    pub provider_id: Option<String>,
    /// Of the kubelet.
    pub version: Option<String>,
}

/// A ResourceSlice: some devices of a pool, as their driver offers them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    pub driver: String,
    pub pool: String,
    pub generation: i64,
    /// How many slices of this generation the pool is made of.
    pub slices: u64,
    /// The node that the devices are in; `None` for devices of no single node.
    pub node: Option<String>,
    pub devices: Vec<Device>,
}

/// A device in a slice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    pub name: String,
    /// `NVIDIA L40S`
    pub product: Option<String>,
    /// `gpu`, `mig`, or what else the driver calls it.
    pub kind: Option<String>,
    /// Of a partition: `1g.5gb`.
    pub profile: Option<String>,
    /// Of a partition: the device that it is cut out of.
    pub parent: Option<String>,
    pub memory_bytes: Option<u64>,
}

/// A ResourceClaim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    pub namespace: String,
    pub name: String,
    /// Device class and count of each request; `None` where all of a kind or an unknown number is
    /// wanted.
    pub wants: Vec<(String, Option<u64>)>,
    /// Driver, pool and device of what was allocated; access for administration takes nothing.
    pub allocated: Vec<(String, String, String)>,
    /// Pods that may use it, in the same namespace.
    pub reserved_for: Vec<String>,
}

/// A Karpenter NodePool, as far as its limits go.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PoolLimit {
    pub pool: String,
    /// The most accelerators that its nodes may have together, by resource.
    pub limit: BTreeMap<String, u64>,
    /// What its nodes have.
    pub has: BTreeMap<String, u64>,
}

impl PoolLimit {
    /// The resource of which the pool may have no more, if there is one.
    #[must_use]
    pub fn reached(&self, resource: &str, more: u64) -> Option<(u64, u64)> {
        let limit = *self.limit.get(resource)?;
        let has = self.has.get(resource).copied().unwrap_or_default();
        (has.saturating_add(more) > limit).then_some((has, limit))
    }
}

/// A Karpenter NodeClaim that is no node yet.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NodeClaim {
    pub name: String,
    pub pool: String,
    /// How far it is: `requested`, `launched`, `registered`.
    pub step: String,
    /// Why it does not get further: `InsufficientCapacityError: …`.
    pub reason: Option<String>,
    pub created: Option<Timestamp>,
}
