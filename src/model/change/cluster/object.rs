//! What changes to clusters make and can remove again.

use serde::{Deserialize, Serialize};

use crate::model::{Arn, ClusterName, LaunchTemplateId, PoolName, ReservationId, change::Ref};

/// Something that runs a cluster and can be removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClusterObject {
    Cluster(Ref<ClusterName>),
    AccessEntry {
        cluster: Ref<ClusterName>,
        principal: Arn,
    },
    Addon {
        cluster: Ref<ClusterName>,
        addon: String,
    },
    NodeGroup {
        cluster: Ref<ClusterName>,
        pool: PoolName,
    },
    LaunchTemplate(Ref<LaunchTemplateId>),
    Reservation(Ref<ReservationId>),
}

impl ClusterObject {
    /// What it is and which, for people: `node group gpu of shop`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Cluster(name) => format!("cluster {name}"),
            Self::AccessEntry { cluster, principal } => {
                format!("access entry of {principal} to {cluster}")
            }
            Self::Addon { cluster, addon } => format!("add-on {addon} of {cluster}"),
            Self::NodeGroup { cluster, pool } => format!("node group {pool} of {cluster}"),
            Self::LaunchTemplate(id) => format!("launch template {id}"),
            Self::Reservation(id) => format!("capacity reservation {id}"),
        }
    }

    /// Its place below those of its service: `shop/nodegroup/gpu`.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Cluster(name) => name.to_string(),
            Self::AccessEntry { cluster, principal } => format!("{cluster}/access/{principal}"),
            Self::Addon { cluster, addon } => format!("{cluster}/addon/{addon}"),
            Self::NodeGroup { cluster, pool } => format!("{cluster}/nodegroup/{pool}"),
            Self::LaunchTemplate(id) => id.to_string(),
            Self::Reservation(id) => id.to_string(),
        }
    }

    pub(super) const fn deletion(&self) -> &'static str {
        match self {
            Self::Cluster(_) => "eks:DeleteCluster",
            Self::AccessEntry { .. } => "eks:DeleteAccessEntry",
            Self::Addon { .. } => "eks:DeleteAddon",
            Self::NodeGroup { .. } => "eks:DeleteNodegroup",
            Self::LaunchTemplate(_) => "ec2:DeleteLaunchTemplate",
            Self::Reservation(_) => "ec2:CancelCapacityReservation",
        }
    }

    pub(super) const fn reads(&self) -> &'static [&'static str] {
        match self {
            Self::Cluster(_) => &["eks:DescribeCluster"],
            Self::AccessEntry { .. } => &[
                "eks:ListAssociatedAccessPolicies",
                "eks:DescribeAccessEntry",
            ],
            Self::Addon { .. } => &["eks:DescribeAddon"],
            Self::NodeGroup { .. } => &["eks:DescribeNodegroup"],
            Self::LaunchTemplate(_) => &["ec2:DescribeLaunchTemplates"],
            Self::Reservation(_) => &["ec2:DescribeCapacityReservations"],
        }
    }
}
