//! Where facts of clusters are read.

use serde::{Deserialize, Serialize};

use crate::model::{ClusterName, Place, PoolName, SubnetId, cluster::Capacity};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum ClusterSource {
    /// Which cluster stands behind a name: another one of the same name has another endpoint.
    Identity { place: Place, cluster: ClusterName },
    /// The size of a node group and what its nodes are.
    Pool {
        place: Place,
        cluster: ClusterName,
        pool: PoolName,
    },
    /// The quota of virtual CPUs that such instances count against, and how much of it is used.
    Vcpus {
        place: Place,
        instance_type: String,
        capacity: Capacity,
    },
    /// Where subnets lie.
    Subnets {
        place: Place,
        subnets: Vec<SubnetId>,
    },
}
