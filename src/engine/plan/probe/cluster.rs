//! Questions about clusters and their nodes.

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, ClusterName, PoolName, Ref, change::Location, cluster::Capacity};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "asks", rename_all = "snake_case")]
pub enum ClusterProbe {
    /// A cluster is active, nothing ails it, and every add-on is at work.
    Well {
        at: Location,
        cluster: Ref<ClusterName>,
    },
    /// A node group has its nodes, and pods can be given their GPUs.
    Nodes {
        at: Location,
        cluster: Ref<ClusterName>,
        pool: PoolName,
        least: u32,
        most: u32,
        /// GPUs that each node brings; 0 for nodes without any.
        gpus_each: u32,
    },
    /// The quota of virtual CPUs that such instances count against has that much left.
    Headroom {
        at: Location,
        instance_type: String,
        capacity: Capacity,
        vcpus: u32,
    },
}

impl ClusterProbe {
    #[must_use]
    pub const fn at(&self) -> &Location {
        match self {
            Self::Well { at, .. } | Self::Nodes { at, .. } | Self::Headroom { at, .. } => at,
        }
    }

    #[must_use]
    pub const fn account(&self) -> &Ref<AccountId> {
        &self.at().account
    }

    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Well { cluster, .. } => format!("{cluster} and its add-ons are well"),
            Self::Nodes {
                cluster,
                pool,
                least,
                most,
                gpus_each,
                ..
            } => {
                let nodes = match (least, most) {
                    (least, most) if least == most => format!("{least} nodes"),
                    (least, &u32::MAX) => format!("at least {least} nodes"),
                    (least, most) => format!("{least} to {most} nodes"),
                };
                let gpus = match gpus_each * least {
                    0 => String::new(),
                    gpus => format!(" and {gpus} GPUs for pods"),
                };
                format!("{cluster}/{pool} has {nodes}{gpus}")
            }
            Self::Headroom {
                instance_type,
                vcpus,
                ..
            } => format!("the quota of {instance_type} has {vcpus} vCPUs left"),
        }
    }

    #[must_use]
    pub const fn permissions(&self) -> &'static [&'static str] {
        match self {
            Self::Well { .. } => &[
                "ec2:DescribeCapacityReservations",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplates",
                "eks:DescribeAccessEntry",
                "eks:DescribeAddon",
                "eks:DescribeCluster",
                "eks:DescribeNodegroup",
                "eks:ListAccessEntries",
                "eks:ListAddons",
                "eks:ListAssociatedAccessPolicies",
                "eks:ListNodegroups",
            ],
            Self::Nodes { .. } => &["ec2:DescribeInstances", "eks:DescribeNodegroup"],
            Self::Headroom { .. } => &[
                "cloudwatch:GetMetricStatistics",
                "servicequotas:GetAWSDefaultServiceQuota",
                "servicequotas:GetServiceQuota",
            ],
        }
    }
}
