//! Demand that waits: for what, since when, which pool it could go to, and the one reason why it does
//! not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fleet, Node, claims, facts::NodeFacts, tally::Tally};
use crate::model::{
    PoolName,
    workload::{Owner, Pod, Scheduling, is_accelerator},
};

/// A pod without a node that asks for accelerators. One that asks for several resources has one of
/// these for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub namespace: String,
    pub name: String,
    pub owner: Option<Owner>,
    pub resource: String,
    /// 0 where a claim does not tell.
    pub count: u64,
    pub wait: Wait,
    pub since: Option<Timestamp>,
    /// Pools whose nodes it may go to and that have the resource.
    pub pools: Vec<PoolName>,
    /// Why it waits.
    pub reason: String,
    /// The scheduler's own words.
    pub said: Option<String>,
    /// Labels that it demands of a node.
    pub selector: BTreeMap<String, String>,
}

/// Who lets it wait.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Wait {
    /// The scheduler found no node.
    Unschedulable,
    /// A gate is closed, so the scheduler does not look yet.
    Gated,
    /// No scheduler has looked at it.
    Unseen,
}

impl Pending {
    /// The pool that it waits for, where only one comes into question.
    #[must_use]
    pub fn pool(&self) -> Option<&PoolName> {
        match self.pools.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// What a pod without a node waits for; nothing when it asks for no accelerator.
pub(super) fn demands(pod: &Pod, tally: &Tally, fleet: &Fleet) -> Vec<Pending> {
    let nowhere = Scheduling::default();
    let place = pod.waits.as_deref().unwrap_or(&nowhere);
    let wait = match place.reason.as_deref() {
        Some("SchedulingGated") => Wait::Gated,
        Some(_) => Wait::Unschedulable,
        None if !place.gates.is_empty() => Wait::Gated,
        None => Wait::Unseen,
    };
    let mut wanted: BTreeMap<String, u64> = pod.asks.devices.clone();
    for (class, count) in claimed(pod, tally) {
        *wanted.entry(class).or_default() += count;
    }
    let demand = |(resource, count): (String, u64)| {
        let look = Look {
            place,
            resource: &resource,
            count,
            tally,
            fleet,
        };
        Pending {
            namespace: pod.namespace.to_string(),
            name: pod.name.clone(),
            owner: pod.owner.clone(),
            pools: look.pools(),
            reason: look.reason(wait),
            wait,
            since: pod.created,
            said: place.message.clone(),
            selector: place.selector.clone(),
            resource,
            count,
        }
    };
    wanted.into_iter().map(demand).collect()
}

/// Device classes that the pod's claims ask for, and how many.
fn claimed<'a>(pod: &'a Pod, tally: &'a Tally) -> impl Iterator<Item = (String, u64)> + 'a {
    let own = tally
        .claims
        .iter()
        .filter(|claim| *claim.namespace == *pod.namespace && pod.claims.contains(&claim.name));
    own.filter(|claim| claim.allocated.is_empty())
        .flat_map(|claim| &claim.wants)
        .filter(|(class, _)| claims::is_accelerated(class))
        .map(|(class, count)| (class.clone(), count.unwrap_or_default()))
}

/// One demand, held against the nodes.
struct Look<'a> {
    place: &'a Scheduling,
    resource: &'a str,
    count: u64,
    tally: &'a Tally,
    fleet: &'a Fleet,
}

impl<'a> Look<'a> {
    /// Nodes that it may go to by their labels, with their sums.
    fn chosen(&self) -> Vec<(&'a NodeFacts, &'a Node)> {
        let sums = |facts: &NodeFacts| {
            let at = self
                .fleet
                .nodes
                .binary_search_by(|node| node.name.as_str().cmp(&facts.name));
            at.ok().map(|at| &self.fleet.nodes[at])
        };
        self.tally
            .nodes
            .iter()
            .filter(|facts| self.place.chooses(&facts.name, &facts.labels))
            .filter_map(|facts| Some((facts, sums(facts)?)))
            .collect()
    }

    fn offers(&self, node: &Node) -> bool {
        node.shares.iter().any(|share| self.is(&share.resource))
            || (node.devices_unknown && !is_accelerator(self.resource))
    }

    /// A device class is offered by the driver of the same vendor.
    fn is(&self, resource: &str) -> bool {
        let vendor = |name: &str| name.split_once('.').map(|(_, vendor)| vendor.to_owned());
        resource == self.resource
            || (!is_accelerator(self.resource)
                && !resource.contains('/')
                && vendor(resource).is_some_and(|of| Some(of) == vendor(self.resource)))
    }

    fn pools(&self) -> Vec<PoolName> {
        let chosen = self.chosen();
        let offering = chosen.iter().filter(|(_, node)| self.offers(node));
        let pools: BTreeSet<PoolName> = offering.map(|(_, node)| node.pool.clone()).collect();
        pools.into_iter().collect()
    }

    /// Free units of the resource on a node.
    fn free(&self, node: &Node) -> u64 {
        let own = node.shares.iter().filter(|share| self.is(&share.resource));
        own.map(super::Share::free).max().unwrap_or(0)
    }

    /// The first of these that holds: a gate, no scheduler, no such node, no such resource, limits
    /// of Karpenter, a taint, nodes that take nothing, too little free.
    fn reason(&self, wait: Wait) -> String {
        match wait {
            Wait::Gated => {
                let gates = self.place.gates.join(", ");
                let queue = self.place.queue.as_ref();
                let queue = queue.map(|queue| format!(", queue {queue}"));
                return format!("held by {gates}{}", queue.unwrap_or_default());
            }
            Wait::Unseen => return format!("not yet seen by {}", self.place.scheduler),
            Wait::Unschedulable => {}
        }
        let chosen = self.chosen();
        if chosen.is_empty() {
            return self.no_node();
        }
        let offering: Vec<_> = chosen
            .into_iter()
            .filter(|(_, node)| self.offers(node))
            .collect();
        if offering.is_empty() {
            return format!("no node has {}", self.resource);
        }
        let tolerated: Vec<_> = offering
            .iter()
            .filter(|(facts, _)| self.place.repelled_by(&own(facts)).is_none())
            .collect();
        if tolerated.is_empty() {
            let taint = offering.iter().find_map(|(facts, _)| {
                self.place
                    .repelled_by(&own(facts))
                    .map(|taint| taint.key.clone())
            });
            return format!("does not tolerate {}", taint.unwrap_or_default());
        }
        let open: Vec<&Node> = tolerated
            .iter()
            .map(|(_, node)| *node)
            .filter(|node| node.is_open())
            .collect();
        if open.is_empty() {
            return "every node that fits is cordoned or not ready".into();
        }
        if open.iter().all(|node| node.devices_unknown) {
            return "the driver's list of devices is not whole".into();
        }
        let most = open.iter().map(|node| self.free(node)).max().unwrap_or(0);
        let all: u64 = open.iter().map(|node| self.free(node)).sum();
        if most < self.count {
            let told = format!(
                "{all} free, at most {most} on one node, wants {}",
                self.count
            );
            return match self.launching(&open) {
                Some(more) => format!("{told}; {more}"),
                None => told,
            };
        }
        "enough is free; something else keeps it".into()
    }

    /// No node has the labels that it demands.
    fn no_node(&self) -> String {
        let named = self
            .place
            .selector
            .iter()
            .find(|(key, _)| key.ends_with("nodepool") || key.ends_with("nodegroup"));
        match named {
            Some((_, pool)) => match self.launching_in(pool) {
                Some(more) => format!("pool {pool} has no node; {more}"),
                None => format!("pool {pool} has no node"),
            },
            None => "no node has the labels that it demands".into(),
        }
    }

    /// What Karpenter does about it, in the pools of these nodes.
    fn launching(&self, open: &[&Node]) -> Option<String> {
        open.iter()
            .find_map(|node| self.launching_in(node.pool.as_str()))
    }

    fn launching_in(&self, pool: &str) -> Option<String> {
        let limit = self.fleet.limits.iter().find(|limit| limit.pool == pool);
        let reached = limit.and_then(|limit| limit.reached(self.resource, self.count));
        if let Some((has, limit)) = reached {
            return Some(format!("NodePool {pool} has {has} of at most {limit}"));
        }
        let claim = self.fleet.claims.iter().find(|claim| claim.pool == pool)?;
        Some(match &claim.reason {
            Some(reason) => format!("NodeClaim {}: {reason}", claim.name),
            None => format!("NodeClaim {} is {}", claim.name, claim.step),
        })
    }
}

/// Taints that are the node's own: those of a cordon and of a lost node say what its state says.
fn own(facts: &NodeFacts) -> Vec<crate::model::workload::Bound> {
    let of_state = |key: &str| {
        key.starts_with("node.kubernetes.io/")
            || key.starts_with("node.cloudprovider.kubernetes.io/")
    };
    let taints = facts.taints.iter().filter(|taint| !of_state(&taint.key));
    taints.cloned().collect()
}
