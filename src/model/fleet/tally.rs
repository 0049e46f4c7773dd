//! Counts pods page by page, so that a large cluster is summed without being kept.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Fleet, Node,
    claims::Claimed,
    facts::{Claim, NodeClaim, NodeFacts, PoolLimit, Slice},
    pending,
};
use crate::model::{
    ClusterId, Gap, State,
    workload::{Amounts, Owner, Pod},
};

/// What is requested on one node.
#[derive(Clone, Debug, Default)]
pub struct OnNode {
    pub asks: Amounts,
    pub pods: u32,
}

/// A pod that holds accelerators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub namespace: String,
    pub name: String,
    pub owner: Option<Owner>,
    pub node: String,
    /// By resource.
    pub holds: BTreeMap<String, u64>,
    pub phase: String,
    pub created: Option<Timestamp>,
    pub state: State,
    pub reason: String,
    /// How busy its GPUs are, where something measures it.
    pub busy: Option<super::node::Busy>,
}

/// Everything that a fleet is summed up of.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub version: Option<String>,
    pub nodes: Vec<NodeFacts>,
    pub slices: Vec<Slice>,
    pub claims: Vec<Claim>,
    pub limits: Vec<PoolLimit>,
    pub node_claims: Vec<NodeClaim>,
    pub gaps: Vec<Gap>,
    pub malformed: u32,
    counted: HashMap<Arc<str>, OnNode>,
    holders: Vec<Holder>,
    waiting: Vec<Arc<Pod>>,
    /// Pods with a node that use claims: what they hold the claims tell.
    claiming: HashMap<(String, String), Holder>,
    pods: u32,
    unwell: u32,
}

impl Tally {
    /// Nothing yet of a cluster whose Kubernetes version is `version`.
    #[must_use]
    pub fn new(version: String) -> Self {
        Self {
            version: Some(version),
            ..Self::default()
        }
    }

    /// Counts one pod.
    pub fn pod(&mut self, pod: &Arc<Pod>) {
        if pod.is_over() {
            return;
        }
        let Some(node) = &pod.node else {
            self.waiting.push(Arc::clone(pod));
            return;
        };
        self.pods += 1;
        self.unwell += u32::from(pod.health.state >= State::Warning);
        let counted = self.counted.entry(Arc::clone(node)).or_default();
        counted.asks.add(&pod.asks);
        counted.pods += 1;
        if !pod.asks.devices.is_empty() {
            self.holders.push(holder(pod, node));
        }
        if !pod.claims.is_empty() {
            let key = (pod.namespace.to_string(), pod.name.clone());
            self.claiming.insert(key, holder(pod, node));
        }
    }

    /// Forgets the pods that were counted, to count them anew.
    pub fn clear_pods(&mut self) {
        self.counted.clear();
        self.holders.clear();
        self.waiting.clear();
        self.claiming.clear();
        self.pods = 0;
        self.unwell = 0;
    }

    /// Pods that were counted so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.pods as usize + self.waiting.len()
    }

    /// What was counted on a node.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&OnNode> {
        self.counted.get(name)
    }

    /// The sums as far as they are known.
    #[must_use]
    pub fn fleet(&self, cluster: &ClusterId, complete: bool) -> Fleet {
        let claimed = Claimed::new(&self.slices, &self.claims);
        let mut nodes: Vec<Node> = self
            .nodes
            .iter()
            .map(|facts| Node::new(facts, self, &claimed))
            .collect();
        nodes.sort_by(|a, b| a.name.cmp(&b.name));
        let mut fleet = Fleet {
            cluster: cluster.clone(),
            version: self.version.clone(),
            holders: self.held(&claimed),
            pending: Vec::new(),
            pods: self.pods,
            pods_unwell: self.unwell,
            pods_waiting: u32::try_from(self.waiting.len()).unwrap_or(u32::MAX),
            nodes,
            limits: self.limits.clone(),
            claims: self.node_claims.clone(),
            gaps: self.gaps.clone(),
            malformed: self.malformed,
            complete,
        };
        fleet.pending = self
            .waiting
            .iter()
            .flat_map(|pod| pending::demands(pod, self, &fleet))
            .collect();
        fleet
            .pending
            .sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        fleet
    }

    /// Holders by requests, and by claims those that use claims.
    fn held(&self, claimed: &Claimed) -> Vec<Holder> {
        let mut holders = self.holders.clone();
        for (key, taken) in claimed.pods() {
            let Some(claiming) = self.claiming.get(key) else {
                continue;
            };
            let own = holders
                .iter()
                .position(|known| (&known.namespace, &known.name) == (&key.0, &key.1));
            let at = own.unwrap_or_else(|| {
                holders.push(Holder {
                    holds: BTreeMap::new(),
                    ..claiming.clone()
                });
                holders.len() - 1
            });
            for one in taken {
                *holders[at].holds.entry(one.resource.clone()).or_default() += one.count;
            }
        }
        holders.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        holders
    }
}

fn holder(pod: &Pod, node: &str) -> Holder {
    Holder {
        namespace: pod.namespace.to_string(),
        name: pod.name.clone(),
        owner: pod.owner.clone(),
        node: node.to_owned(),
        holds: pod.asks.devices.clone(),
        phase: pod.phase.to_string(),
        created: pod.created,
        state: pod.health.state,
        reason: pod.health.reason.clone(),
        busy: None,
    }
}
