//! One GPU fleet: what the nodes of a cluster carry, what is requested of it, what waits for it, and
//! what lies idle. Plain arithmetic on what the API server tells; numbers of different units are
//! kept apart.

mod catalog;
mod claims;
mod device;
mod facts;
mod idle;
mod node;
mod pending;
mod pool;
mod provenance;
mod tally;

use serde::{Deserialize, Serialize};

pub use catalog::{Known, accelerator};
pub use device::{Unit, partitions, shares, unit};
pub use facts::{Claim, Device, NodeClaim, NodeFacts, PoolLimit, Slice};
pub use idle::{Basis, Block, Idle, Price, Rate};
pub use node::{Busy, Node, Share};
pub use pending::{Pending, Wait};
pub use pool::{Count, NodeCounts, PendingCounts, Pool, Sum, pools};
pub use provenance::{Maker, Model, ModelSource, capacity, instance, model, short_model};
pub use tally::{Holder, Tally};

use super::{ClusterId, Gap};

/// One cluster from within, as sums for each node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fleet {
    pub cluster: ClusterId,
    /// As the API server tells it: `v1.34.2-eks-1a2b3c`.
    pub version: Option<String>,
    pub nodes: Vec<Node>,
    /// Pods that hold accelerators.
    pub holders: Vec<Holder>,
    /// Pods that wait for accelerators.
    pub pending: Vec<Pending>,
    /// Pods that hold anything, and those of them that are not well.
    pub pods: u32,
    pub pods_unwell: u32,
    /// Pods that wait for a node, whatever they ask for.
    pub pods_waiting: u32,
    /// Limits of Karpenter's NodePools.
    pub limits: Vec<PoolLimit>,
    /// Nodes that Karpenter has asked for.
    pub claims: Vec<NodeClaim>,
    /// Parts that could not be read.
    pub gaps: Vec<Gap>,
    /// Objects that made no sense and were left out.
    pub malformed: u32,
    /// Whether all pages are in.
    pub complete: bool,
}

impl Fleet {
    /// Whether anything in it has, holds or waits for accelerators.
    #[must_use]
    pub fn has_accelerators(&self) -> bool {
        !self.pending.is_empty() || self.nodes.iter().any(Node::has_accelerators)
    }

    /// Instance types of the nodes with accelerators, each once.
    #[must_use]
    pub fn accelerated_types(&self) -> Vec<String> {
        let nodes = self.nodes.iter().filter(|node| node.has_accelerators());
        let mut types: Vec<String> = nodes
            .filter_map(|node| node.instance_type.clone())
            .collect();
        types.sort();
        types.dedup();
        types
    }
}

#[cfg(test)]
mod tests;
