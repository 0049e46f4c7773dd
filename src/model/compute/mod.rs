//! What runs clusters in one account and region, as far as operations look at it: beside the
//! clusters what is made for them and in them.

mod machine;
mod sizes;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use machine::{Family, Machine, Nodes, Witness};
pub use sizes::{NoSizes, Sizes, Wanted};

use super::{
    Arn, ClusterName, Gap, LaunchTemplateId, PoolName, ReservationId, Tags, ZoneName,
    cluster::{Cluster, NodePool},
};

/// One account in one region. What nobody asked for is empty: whoever reads it decides what it
/// holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compute {
    pub clusters: Vec<Cluster>,
    pub addons: Vec<Addon>,
    pub access: Vec<AccessEntry>,
    pub updates: Vec<Update>,
    pub templates: Vec<LaunchTemplate>,
    pub reservations: Vec<Reservation>,
    /// What could not be read: that part is unknown, not empty.
    pub gaps: Vec<Gap>,
}

/// An add-on of a cluster (EKS, DescribeAddon).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addon {
    pub cluster: ClusterName,
    pub name: String,
    pub version: Option<String>,
    /// `CREATING`, `ACTIVE`, `DEGRADED`, `CREATE_FAILED`, `UPDATING`, `DELETING`, …
    pub status: String,
    /// Health issues in EKS's own words.
    pub issues: Vec<String>,
    pub tags: Tags,
}

/// Who may enter a cluster (EKS, DescribeAccessEntry and ListAssociatedAccessPolicies).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessEntry {
    pub cluster: ClusterName,
    pub principal: Arn,
    /// `STANDARD`, `EC2_LINUX`, …
    pub kind: String,
    /// Access policies for the whole cluster, by ARN.
    pub policies: Vec<Arn>,
    pub tags: Tags,
}

/// A change on its way through EKS (DescribeUpdate).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub id: String,
    pub cluster: ClusterName,
    pub pool: Option<PoolName>,
    /// `InProgress`, `Successful`, `Failed`, `Cancelled`
    pub status: String,
    /// Code and message of each, in EKS's own words.
    pub errors: Vec<String>,
}

/// What nodes are launched from (EC2, DescribeLaunchTemplates).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    pub id: LaunchTemplateId,
    pub name: String,
    /// The newest version.
    pub version: u32,
    pub tags: Tags,
}

/// Instances that are held for us, used or not (EC2, DescribeCapacityReservations).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    pub id: ReservationId,
    pub instance_type: String,
    pub zone: Option<ZoneName>,
    /// `pending`, `active`, `scheduled`, `expired`, `cancelled`, `failed`, …
    pub state: String,
    /// Instances in all.
    pub total: u32,
    /// Instances that nobody uses.
    pub free: u32,
    /// A capacity block: paid in advance, for a fixed time.
    pub block: bool,
    pub ends: Option<Timestamp>,
    pub tags: Tags,
}

/// A version of Kubernetes that EKS offers (DescribeClusterVersions).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// `1.34`
    pub version: String,
    /// The one that a cluster gets that names none.
    pub default: bool,
    /// In standard support; a cluster of another one costs six times as much an hour.
    pub standard: bool,
}

impl Compute {
    #[must_use]
    pub fn cluster(&self, name: &ClusterName) -> Option<&Cluster> {
        self.clusters.iter().find(|one| one.name == *name)
    }

    #[must_use]
    pub fn pool(&self, cluster: &ClusterName, name: &PoolName) -> Option<&NodePool> {
        let mut pools = self.cluster(cluster)?.pools.iter();
        pools.find(|pool| pool.name == *name)
    }

    #[must_use]
    pub fn addon(&self, cluster: &ClusterName, name: &str) -> Option<&Addon> {
        let mut addons = self.addons.iter();
        addons.find(|one| one.cluster == *cluster && one.name == name)
    }

    #[must_use]
    pub fn entry(&self, cluster: &ClusterName, principal: &Arn) -> Option<&AccessEntry> {
        let mut entries = self.access.iter();
        entries.find(|one| one.cluster == *cluster && one.principal == *principal)
    }
}

impl NodePool {
    #[must_use]
    pub const fn sizes(&self) -> Sizes {
        Sizes {
            min: self.min,
            desired: self.desired,
            max: self.max,
        }
    }

    /// Whether it is tagged for the Kubernetes Cluster Autoscaler to find it. EKS itself tags the
    /// Auto Scaling group of every node group so, but not the node group.
    #[must_use]
    pub fn is_autoscaled(&self) -> bool {
        let tag = self.tags.get("k8s.io/cluster-autoscaler/enabled");
        tag.is_some_and(|value| value != "false")
    }
}

impl Reservation {
    /// Whether it holds instances now.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == "active"
    }
}
