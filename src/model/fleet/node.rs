//! A node and the sums of what is on it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    claims::Claimed,
    device::{self, Unit},
    facts::NodeFacts,
    provenance::{self, Maker, Model},
    tally::Tally,
};
use crate::model::{PoolName, ZoneName, cluster::Capacity};

/// A node, what it carries and what is requested of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub name: String,
    pub pool: PoolName,
    pub maker: Maker,
    /// How it is bought; `None` where no label says.
    pub capacity: Option<Capacity>,
    pub instance_type: Option<String>,
    /// `i-…`
    pub instance: Option<String>,
    pub zone: Option<ZoneName>,
    /// The capacity reservation that it was launched into.
    pub reservation: Option<String>,
    pub created: Option<Timestamp>,
    pub ready: bool,
    /// Why it is not ready, or under which pressure it is.
    pub reason: Option<String>,
    pub cordoned: bool,
    /// Version of the kubelet.
    pub version: Option<String>,
    pub model: Option<Model>,
    /// Whole devices in it, however they are cut; `None` where nobody tells.
    pub devices: Option<u64>,
    /// By resource; several resources of one node are never added up.
    pub shares: Vec<Share>,
    /// Devices are given out by claims, and the driver's list of them is not whole: nobody knows
    /// how many there are, and the scheduler gives none of them out.
    pub devices_unknown: bool,
    pub cpu_milli: u64,
    pub cpu_requested_milli: u64,
    pub memory_bytes: u64,
    pub memory_requested_bytes: u64,
    pub pods: u32,
    /// Pods that fit on it.
    pub pods_most: u32,
    /// The mean over its GPUs of how busy they are, from 0 to 1, where something measures it.
    pub busy: Option<Busy>,
}

/// A measured share, kept in thousandths so that nodes can be compared exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Busy(pub u16);

impl Busy {
    /// A share from 0 to 1; what lies outside is drawn to the end that it is beyond.
    #[must_use]
    pub fn of(share: f64) -> Self {
        let thousandths = (share.clamp(0.0, 1.0) * 1000.0).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 0..=1000 just above"
        )]
        Self(thousandths as u16)
    }

    /// From 0 to 100.
    #[must_use]
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

/// What a node has of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// `nvidia.com/gpu`; of devices given out by claims, their driver: `gpu.nvidia.com`.
    pub resource: String,
    pub unit: Unit,
    pub capacity: u64,
    /// What healthy devices offer.
    pub allocatable: u64,
    pub requested: u64,
    /// How many shares a device or partition is given out as; 1 where it is not shared.
    pub replicas: u64,
}

impl Share {
    /// What nobody has requested.
    #[must_use]
    pub const fn free(&self) -> u64 {
        self.allocatable.saturating_sub(self.requested)
    }

    /// What is there and not offered: devices that are not healthy.
    #[must_use]
    pub const fn unhealthy(&self) -> u64 {
        self.capacity.saturating_sub(self.allocatable)
    }

    /// Whole devices that `units` of it are, as a fraction of the node's `devices`.
    fn whole(&self, units: u64, devices: u64, cores: u64) -> f64 {
        let units = units as f64;
        match &self.unit {
            Unit::Gpu | Unit::NeuronDevice | Unit::Claimed => units,
            Unit::TimeSlice | Unit::MpsShare => units / self.replicas as f64,
            Unit::Mig(profile) => units / device::partitions(profile).unwrap_or(1) as f64,
            Unit::NeuronCore => units * devices as f64 / cores.max(1) as f64,
        }
    }
}

impl Node {
    /// Joins what a node is with what was counted on it.
    #[must_use]
    pub fn new(facts: &NodeFacts, tally: &Tally, claimed: &Claimed) -> Self {
        let labels = &facts.labels;
        let (pool, maker) = provenance::pool(labels);
        let counted = tally.node(&facts.name);
        let asked = counted.map(|counted| &counted.asks);
        let mut shares: Vec<Share> = facts
            .capacity
            .devices
            .keys()
            .chain(facts.allocatable.devices.keys())
            .filter_map(|resource| {
                let unit = device::unit(resource, labels)?;
                Some(Share {
                    capacity: facts.capacity.of(resource),
                    allocatable: facts.allocatable.of(resource),
                    requested: asked.map_or(0, |asks| asks.of(resource)),
                    replicas: device::shares(resource, labels),
                    resource: resource.clone(),
                    unit,
                })
            })
            .collect();
        shares.sort_by(|a, b| a.resource.cmp(&b.resource));
        shares.dedup_by(|a, b| a.resource == b.resource);
        // A plugin that has gone leaves its resource behind with nothing in it.
        shares.retain(|share| share.capacity > 0 || share.requested > 0);
        let claimed = claimed.node(&facts.name);
        let model = provenance::model(labels);
        let mut node = Self {
            name: facts.name.to_string(),
            pool,
            maker,
            capacity: provenance::capacity(labels),
            instance_type: provenance::instance_type(labels).map(str::to_owned),
            instance: provenance::instance(facts).map(str::to_owned),
            zone: provenance::zone(labels),
            reservation: provenance::reservation(labels).map(str::to_owned),
            created: facts.created,
            ready: facts.ready == Some(true),
            reason: facts.reason.clone(),
            cordoned: facts.cordoned,
            version: facts.version.clone(),
            model,
            devices: None,
            shares,
            devices_unknown: claimed.is_some_and(|claimed| claimed.incomplete),
            cpu_milli: facts.allocatable.cpu_milli,
            cpu_requested_milli: asked.map_or(0, |asks| asks.cpu_milli),
            memory_bytes: facts.allocatable.memory_bytes,
            memory_requested_bytes: asked.map_or(0, |asks| asks.memory_bytes),
            pods: counted.map_or(0, |counted| counted.pods),
            pods_most: u32::try_from(facts.pods).unwrap_or(u32::MAX),
            busy: None,
        };
        if let Some(claimed) = claimed {
            node.shares.extend(claimed.shares.iter().cloned());
            // Drivers tell more exactly than the name of an instance type.
            if let Some(own) = claimed.model.clone()
                && node
                    .model
                    .as_ref()
                    .is_none_or(|known| known.from > own.from)
            {
                node.model = Some(own);
            }
        }
        node.devices = node.count_devices(facts, claimed.map(|claimed| claimed.devices));
        node
    }

    #[must_use]
    pub fn has_accelerators(&self) -> bool {
        !self.shares.is_empty() || self.devices_unknown
    }

    /// Whether new pods may go there.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.ready && !self.cordoned
    }

    /// Whole devices: what the launcher or the driver tells, else what the partitions amount to,
    /// else what discovery counted, else what the instance type is known for.
    fn count_devices(&self, facts: &NodeFacts, claimed: Option<u64>) -> Option<u64> {
        if !self.has_accelerators() || self.devices_unknown {
            return None;
        }
        if claimed.is_some_and(|count| count > 0) {
            return claimed;
        }
        let labels = &facts.labels;
        let neuron = self.most_of(&Unit::NeuronDevice);
        if neuron > 0 {
            return Some(neuron);
        }
        // Where all are cut alike, discovery's count is that of the partitions.
        let cut = device::single_profile(labels).and_then(device::partitions);
        let counted = labels
            .get("nvidia.com/gpu.count")
            .filter(|_| cut.is_none())
            .and_then(|text| text.parse().ok());
        let partitioned = cut.map(|each| self.most_of_resource(device::WHOLE).div_ceil(each));
        provenance::devices(labels)
            .or(counted)
            .or(partitioned)
            .or_else(|| {
                let whole: f64 = self
                    .shares
                    .iter()
                    .map(|share| share.whole(share.capacity, 0, 1))
                    .sum();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a sum of counts, none below zero"
                )]
                Some(whole.ceil() as u64).filter(|count| *count > 0)
            })
    }

    fn most_of(&self, unit: &Unit) -> u64 {
        let of_unit = self.shares.iter().filter(|share| share.unit == *unit);
        of_unit.map(|share| share.capacity).max().unwrap_or(0)
    }

    fn most_of_resource(&self, resource: &str) -> u64 {
        let found = self.shares.iter().find(|share| share.resource == resource);
        found.map_or(0, |share| share.capacity)
    }

    /// Neuron devices that are requested at least: its three resources are views of the same
    /// silicon, and the scheduler keeps their counts apart.
    #[must_use]
    pub fn neuron_devices_requested(&self) -> Option<u64> {
        let devices = self.devices?;
        let cores = self.most_of(&Unit::NeuronCore);
        let each = (cores / devices.max(1)).max(1);
        let mut any = false;
        let requested = self.shares.iter().map(|share| match share.unit {
            Unit::NeuronDevice => {
                any = true;
                share.requested
            }
            Unit::NeuronCore => {
                any = true;
                share.requested.div_ceil(each)
            }
            _ => 0,
        });
        let requested: u64 = requested.sum();
        any.then(|| requested.min(devices))
    }

    /// The share of the node's devices that nobody has requested, from 0 to 1; `None` where it is
    /// not known how many there are.
    #[must_use]
    pub fn idle(&self) -> Option<f64> {
        let devices = self.devices.filter(|count| *count > 0)?;
        let free = match self.neuron_devices_requested() {
            Some(requested) => {
                let allocatable = self
                    .shares
                    .iter()
                    .filter(|share| share.unit == Unit::NeuronDevice)
                    .map(|share| share.allocatable)
                    .max()
                    .unwrap_or(devices);
                allocatable.saturating_sub(requested) as f64
            }
            None => self
                .shares
                .iter()
                .map(|share| share.whole(share.free(), devices, 1))
                .sum(),
        };
        Some((free / devices as f64).clamp(0.0, 1.0))
    }
}
