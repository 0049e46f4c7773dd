//! What one cluster shall be, and what of it is there.

use crate::{
    engine::plan::StepId,
    model::{
        Arn, ClusterName, PoolName, Ref, RoleName, SubnetId, Tags,
        change::{Endpoint, Location},
        cluster::Capacity,
        compute::{Compute, Sizes},
        identity::Role,
    },
};

/// The longest name that IAM takes for a role.
pub(in crate::engine) const ROLE_NAME: usize = 64;

/// What one cluster shall be. Account and subnets may still have to be made by earlier steps.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Blueprint {
    /// Before the name of every step, such as `ml-`; empty where it stands alone.
    pub(in crate::engine) prefix: String,
    pub(in crate::engine) at: Location,
    pub(in crate::engine) name: ClusterName,
    /// Kubernetes minor version.
    pub(in crate::engine) version: String,
    pub(in crate::engine) subnets: Vec<Ref<SubnetId>>,
    /// Steps without which the subnets lead nowhere: routes, NAT gateways.
    pub(in crate::engine) after: Vec<StepId>,
    pub(in crate::engine) endpoint: Endpoint,
    pub(in crate::engine) logs: Vec<String>,
    pub(in crate::engine) key: Option<Arn>,
    /// Who administers it; whoever makes it where nobody is named.
    pub(in crate::engine) admin: Option<Arn>,
    pub(in crate::engine) addons: Vec<String>,
    pub(in crate::engine) disk_gib: u32,
    pub(in crate::engine) pools: Vec<PoolWish>,
    pub(in crate::engine) tags: Tags,
}

/// What one node group shall be.
#[derive(Clone, Debug)]
pub(in crate::engine) struct PoolWish {
    pub(in crate::engine) name: PoolName,
    pub(in crate::engine) instance_type: String,
    pub(in crate::engine) sizes: Sizes,
    pub(in crate::engine) capacity: Capacity,
    /// GPUs of one node.
    pub(in crate::engine) gpus: u32,
    pub(in crate::engine) arm: bool,
}

/// What of a cluster is there already; nothing in an account that is still to be made.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Present {
    pub(in crate::engine) cluster_role: Option<Role>,
    pub(in crate::engine) node_role: Option<Role>,
    pub(in crate::engine) compute: Compute,
}

impl Blueprint {
    /// The role of its control plane. Roles are the account's, clusters a region's.
    pub(in crate::engine) fn cluster_role(&self) -> RoleName {
        RoleName::from(format!("{}-{}-cluster", self.name, self.at.region))
    }

    pub(in crate::engine) fn node_role(&self) -> RoleName {
        RoleName::from(format!("{}-{}-nodes", self.name, self.at.region))
    }

    /// The name of the launch template of its nodes.
    pub(in crate::engine) fn template(&self) -> String {
        format!("{}-nodes", self.name)
    }
}
