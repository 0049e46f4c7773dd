//! Pools: the nodes of one name added up.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fleet, Model, Node, Pending, Unit, Wait, provenance::Maker};
use crate::model::{PoolName, ZoneName, cluster::Capacity};

/// The nodes of a pool that have accelerators, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    pub name: PoolName,
    pub maker: Maker,
    pub nodes: NodeCounts,
    /// Nodes by how they are bought; those of which nobody says are left out.
    pub capacity: BTreeMap<Capacity, u64>,
    pub models: BTreeSet<Model>,
    pub instance_types: BTreeSet<String>,
    pub zones: BTreeSet<ZoneName>,
    /// Whole devices; `None` where one node does not tell.
    pub devices: Option<u64>,
    /// Of AWS Neuron, whose resources are views of the same devices.
    pub devices_requested: Option<u64>,
    /// By resource, the whole devices first.
    pub sums: Vec<Sum>,
    /// Nodes whose devices are not known.
    pub unknown: Vec<String>,
    pub pending: PendingCounts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeCounts {
    pub all: u64,
    pub ready: u64,
    pub cordoned: u64,
}

/// One resource over the nodes of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub resource: String,
    pub unit: Unit,
    pub capacity: u64,
    pub allocatable: u64,
    pub unhealthy: u64,
    pub requested: u64,
    /// Not requested, wherever it is.
    pub free: u64,
    /// Not requested, on nodes that take new pods.
    pub free_schedulable: u64,
    /// The most that is free on one node that takes new pods: a job of eight does not fit in eight
    /// nodes with one free each.
    pub largest_free_block: u64,
    pub replicas: u64,
}

/// What waits for one pool and no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PendingCounts {
    pub unschedulable: Count,
    pub gated: Count,
    pub unseen: Count,
    pub oldest: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub pods: u64,
    pub units: u64,
}

impl PendingCounts {
    /// All of them.
    #[must_use]
    pub const fn all(&self) -> Count {
        Count {
            pods: self.unschedulable.pods + self.gated.pods + self.unseen.pods,
            units: self.unschedulable.units + self.gated.units + self.unseen.units,
        }
    }

    fn add(&mut self, pending: &Pending) {
        let count = match pending.wait {
            Wait::Unschedulable => &mut self.unschedulable,
            Wait::Gated => &mut self.gated,
            Wait::Unseen => &mut self.unseen,
        };
        count.pods += 1;
        count.units += pending.count;
        let since = pending.since;
        self.oldest = self.oldest.into_iter().chain(since).min();
    }
}

/// The pools of a fleet that have accelerators, by name.
#[must_use]
pub fn pools(fleet: &Fleet) -> Vec<Pool> {
    let mut pools: BTreeMap<&PoolName, Pool> = BTreeMap::new();
    for node in fleet.nodes.iter().filter(|node| node.has_accelerators()) {
        let pool = pools.entry(&node.pool).or_insert_with(|| Pool::named(node));
        pool.take_in(node);
    }
    for pending in &fleet.pending {
        if let Some(pool) = pending.pool().and_then(|name| pools.get_mut(name)) {
            pool.pending.add(pending);
        }
    }
    pools
        .into_values()
        .map(|mut pool| {
            // Devices before their cores, whole ones before slices, by name among equals.
            pool.sums
                .sort_by(|a, b| (rank(a), &a.resource).cmp(&(rank(b), &b.resource)));
            pool
        })
        .collect()
}

fn rank(sum: &Sum) -> (u8, bool) {
    let by_unit = match sum.unit {
        Unit::Gpu | Unit::NeuronDevice | Unit::Claimed => 0,
        Unit::TimeSlice | Unit::MpsShare => 1,
        Unit::Mig(_) => 2,
        Unit::NeuronCore => 3,
    };
    // An older name of the same devices.
    (by_unit, sum.resource.ends_with("/neurondevice"))
}

impl Pool {
    fn named(node: &Node) -> Self {
        Self {
            name: node.pool.clone(),
            maker: node.maker,
            nodes: NodeCounts::default(),
            capacity: BTreeMap::new(),
            models: BTreeSet::new(),
            instance_types: BTreeSet::new(),
            zones: BTreeSet::new(),
            devices: Some(0),
            devices_requested: None,
            sums: Vec::new(),
            unknown: Vec::new(),
            pending: PendingCounts::default(),
        }
    }

    fn take_in(&mut self, node: &Node) {
        self.nodes.all += 1;
        self.nodes.ready += u64::from(node.ready);
        self.nodes.cordoned += u64::from(node.cordoned);
        if let Some(capacity) = node.capacity {
            *self.capacity.entry(capacity).or_default() += 1;
        }
        self.models.extend(node.model.clone());
        self.instance_types.extend(node.instance_type.clone());
        self.zones.extend(node.zone.clone());
        if node.devices_unknown {
            self.unknown.push(node.name.clone());
        } else {
            self.devices = self.devices.zip(node.devices).map(|(all, own)| all + own);
        }
        if let Some(requested) = node.neuron_devices_requested() {
            *self.devices_requested.get_or_insert(0) += requested;
        }
        for share in &node.shares {
            let known = self
                .sums
                .iter()
                .position(|sum| sum.resource == share.resource && sum.unit == share.unit);
            let at = known.unwrap_or_else(|| {
                self.sums.push(Sum::of(&share.resource, &share.unit));
                self.sums.len() - 1
            });
            self.sums[at].take_in(share, node.is_open());
        }
    }

    /// Words for how it is bought: `spot`, `on demand + spot`.
    #[must_use]
    pub fn bought(&self) -> Option<String> {
        let words: Vec<String> = self
            .capacity
            .keys()
            .map(|capacity| capacity.to_string().replace('_', "-"))
            .collect();
        (!words.is_empty()).then(|| words.join("+"))
    }
}

impl Sum {
    fn of(resource: &str, unit: &Unit) -> Self {
        Self {
            resource: resource.to_owned(),
            unit: unit.clone(),
            capacity: 0,
            allocatable: 0,
            unhealthy: 0,
            requested: 0,
            free: 0,
            free_schedulable: 0,
            largest_free_block: 0,
            replicas: 1,
        }
    }

    fn take_in(&mut self, share: &super::Share, open: bool) {
        self.capacity += share.capacity;
        self.allocatable += share.allocatable;
        self.unhealthy += share.unhealthy();
        self.requested += share.requested;
        self.free += share.free();
        self.replicas = self.replicas.max(share.replicas);
        if open {
            self.free_schedulable += share.free();
            self.largest_free_block = self.largest_free_block.max(share.free());
        }
    }
}
