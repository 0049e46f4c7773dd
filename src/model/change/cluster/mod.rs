//! Changes to clusters: what EKS makes and scales, and what EC2 launches nodes from and holds for
//! them.

mod kind;
mod object;
mod progress;
mod standing;
#[cfg(test)]
mod tests;

use std::fmt;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use object::ClusterObject;

use super::{Location, Ref};
use crate::model::{
    Arn, ClusterName, LaunchTemplateId, PoolName, SubnetId, Tags, ZoneName, cluster::Capacity,
    compute::Sizes,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ClusterChange {
    /// Makes a cluster; later steps refer to its name.
    CreateCluster {
        at: Location,
        name: ClusterName,
        /// Kubernetes minor version such as `1.34`.
        version: String,
        role: Ref<Arn>,
        subnets: Vec<Ref<SubnetId>>,
        endpoint: Endpoint,
        /// Logs of the control plane that are kept: `api`, `audit`, `authenticator`, …
        logs: Vec<String>,
        /// The KMS key that secrets are encrypted with; EKS's own where there is none.
        key: Option<Arn>,
        /// Whoever makes it is let in as its administrator, without an entry of its own.
        creator_is_admin: bool,
        tags: Tags,
    },
    /// Lets a principal into a cluster; what it may do there is another change.
    CreateAccessEntry {
        at: Location,
        cluster: Ref<ClusterName>,
        principal: Arn,
        tags: Tags,
    },
    /// Gives a principal one of EKS's own access policies for the whole cluster.
    AssociateAccessPolicy {
        at: Location,
        cluster: Ref<ClusterName>,
        principal: Arn,
        policy: Arn,
    },
    DisassociateAccessPolicy {
        at: Location,
        cluster: Ref<ClusterName>,
        principal: Arn,
        policy: Arn,
    },
    CreateAddon {
        at: Location,
        cluster: Ref<ClusterName>,
        addon: String,
        /// The one that EKS takes for the cluster's version where there is none.
        version: Option<String>,
        tags: Tags,
    },
    /// What the nodes of a group are launched from; later steps refer to its id.
    CreateLaunchTemplate {
        at: Location,
        name: String,
        /// Of the root volume, in GiB.
        disk_gib: u32,
        /// What instances and volumes are tagged with.
        instance_tags: Tags,
        tags: Tags,
    },
    CreateNodeGroup {
        at: Location,
        cluster: Ref<ClusterName>,
        name: PoolName,
        role: Ref<Arn>,
        subnets: Vec<Ref<SubnetId>>,
        sizes: Sizes,
        instance_types: Vec<String>,
        capacity: Capacity,
        /// EKS's name of the image: `AL2023_x86_64_STANDARD`.
        image: String,
        template: Ref<LaunchTemplateId>,
        template_version: u32,
        labels: Tags,
        taints: Vec<Taint>,
        tags: Tags,
    },
    /// Sets fewest, wanted and most nodes of a group, all at once.
    ScaleNodeGroup {
        at: Location,
        cluster: Ref<ClusterName>,
        pool: PoolName,
        from: Sizes,
        to: Sizes,
        /// An autoscaler decides about the desired size: it is left alone within the bounds and
        /// says nothing about where the group stands.
        autoscaled: bool,
    },
    /// Holds instances for us, or is refused: the only honest question for capacity.
    CreateCapacityReservation {
        at: Location,
        instance_type: String,
        zone: ZoneName,
        count: u32,
        tags: Tags,
    },
    /// Removes what a step of the same plan has made, and no other.
    Delete {
        at: Location,
        object: ClusterObject,
        /// The step that made it, whose mark the object must carry.
        made_by: String,
    },
}

/// From where the API server of a cluster is reached. Its private endpoint is always there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// Only from within the VPC.
    Private,
    /// Also from these blocks of the Internet.
    Public(Vec<IpNet>),
}

/// Keeps pods away that do not tolerate it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taint {
    pub key: String,
    pub value: String,
    /// EKS's word: `NO_SCHEDULE`, `NO_EXECUTE`, `PREFER_NO_SCHEDULE`.
    pub effect: String,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Private => f.write_str("private endpoint"),
            Self::Public(blocks) => {
                let blocks: Vec<String> = blocks.iter().map(ToString::to_string).collect();
                write!(f, "endpoint open to {}", blocks.join(", "))
            }
        }
    }
}

impl ClusterChange {
    #[must_use]
    pub const fn at(&self) -> &Location {
        match self {
            Self::CreateCluster { at, .. }
            | Self::CreateAccessEntry { at, .. }
            | Self::AssociateAccessPolicy { at, .. }
            | Self::DisassociateAccessPolicy { at, .. }
            | Self::CreateAddon { at, .. }
            | Self::CreateLaunchTemplate { at, .. }
            | Self::CreateNodeGroup { at, .. }
            | Self::ScaleNodeGroup { at, .. }
            | Self::CreateCapacityReservation { at, .. }
            | Self::Delete { at, .. } => at,
        }
    }

    /// Whether EC2 performs it and not EKS.
    #[must_use]
    pub const fn is_of_ec2(&self) -> bool {
        matches!(
            self,
            Self::CreateLaunchTemplate { .. }
                | Self::CreateCapacityReservation { .. }
                | Self::Delete {
                    object: ClusterObject::LaunchTemplate(_) | ClusterObject::Reservation(_),
                    ..
                }
        )
    }
}
