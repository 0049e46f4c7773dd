//! EKS clusters, their node pools and the GPUs in them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Arn, ClusterId, ClusterName, Place, PoolName, SubnetId, Tags, VpcId, ZoneName};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    pub place: Place,
    pub name: ClusterName,
    pub arn: Arn,
    /// Kubernetes minor version such as `1.33`.
    pub version: String,
    /// `ACTIVE`, `CREATING`, `DELETING`, `FAILED`, `UPDATING`, `PENDING`, or a newer word.
    pub status: String,
    pub endpoint: Option<String>,
    pub public_endpoint: bool,
    pub vpc: Option<VpcId>,
    pub created: Option<Timestamp>,
    /// Health issues in EKS's own words.
    pub issues: Vec<String>,
    pub pools: Vec<NodePool>,
    pub tags: Tags,
}

/// A managed node group (EKS, DescribeNodegroup).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodePool {
    pub name: PoolName,
    pub arn: Arn,
    pub status: String,
    pub instance_types: Vec<String>,
    pub capacity: Capacity,
    pub min: u32,
    pub desired: u32,
    pub max: u32,
    /// Instances in service; `None` where nobody could be asked.
    pub running: Option<u32>,
    pub subnets: Vec<SubnetId>,
    pub zones: Vec<ZoneName>,
    /// What one node of the first instance type carries.
    pub accelerator: Option<Accelerator>,
    pub issues: Vec<String>,
    pub tags: Tags,
}

/// How the pool's capacity is bought (EKS, `capacityType`).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Capacity {
    OnDemand,
    Spot,
    /// Paid in advance for a fixed time.
    CapacityBlock,
    /// Out of a capacity reservation (Karpenter, `reserved`).
    Reserved,
    Other,
}

/// The accelerators of one instance (EC2, DescribeInstanceTypes `GpuInfo`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accelerator {
    /// `NVIDIA`, `AMD`, `AWS`.
    pub maker: String,
    /// `T4`, `A10G`, `H100`, …
    pub model: String,
    /// Whole devices in one instance.
    pub count: u32,
    /// Memory of all devices of one instance, in MiB.
    pub memory_mib: u64,
}

impl NodePool {
    /// GPUs that the pool has when `nodes` of its nodes run.
    #[must_use]
    pub fn gpus(&self, nodes: u32) -> u32 {
        self.accelerator
            .as_ref()
            .map_or(0, |gpu| gpu.count.saturating_mul(nodes))
    }

    /// GPUs of the running nodes, or of the wanted ones where nobody knows what runs.
    #[must_use]
    pub fn gpus_now(&self) -> u32 {
        self.gpus(self.running.unwrap_or(self.desired))
    }

    /// Nodes that are wanted and do not run; 0 where nobody knows what runs.
    #[must_use]
    pub fn short_of(&self) -> u32 {
        self.running
            .map_or(0, |running| self.desired.saturating_sub(running))
    }
}

impl Cluster {
    #[must_use]
    pub fn id(&self) -> ClusterId {
        ClusterId::new(self.place.clone(), self.name.clone())
    }

    #[must_use]
    pub fn gpus_now(&self) -> u32 {
        self.pools.iter().map(NodePool::gpus_now).sum()
    }
}
