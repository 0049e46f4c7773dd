//! Devices that are given out by claims (dynamic resource allocation): which a node has, and which
//! of them are taken. Nothing of this shows in a node's capacity or in a pod's requests.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    device::Unit,
    facts::{Claim, Device, Slice},
    node::Share,
    provenance::{Model, ModelSource},
};

/// What claims may be made on, node by node.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    nodes: HashMap<String, OnNode>,
    /// Devices of each pod that may use them, by namespace and name.
    pods: HashMap<(String, String), Vec<Taken>>,
}

/// The devices of one node.
#[derive(Clone, Debug, Default)]
pub struct OnNode {
    pub shares: Vec<Share>,
    pub model: Option<Model>,
    /// Whole devices, however they are cut.
    pub devices: u64,
    /// A driver's list of its devices is not whole.
    pub incomplete: bool,
}

/// Devices of one kind that a pod may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub resource: String,
    pub node: String,
    pub count: u64,
}

/// Whether a driver or a device class is one of accelerators.
#[must_use]
pub(super) fn is_accelerated(name: &str) -> bool {
    let of_vendor = |vendor: &str| name == vendor || name.ends_with(&format!(".{vendor}"));
    let part = name.split('.').next().unwrap_or_default();
    let vendors = ["nvidia.com", "amd.com", "intel.com", "neuron.aws.com"];
    // The same vendors have drivers of networks and compute domains.
    let parts = ["gpu", "mig", "vfio", "neuron", "nvidia", "amd", "intel"];
    vendors.iter().any(|vendor| of_vendor(vendor)) && parts.contains(&part)
}

/// Driver and pool.
type PoolKey = (String, String);

impl Claimed {
    /// Joins slices and claims. Of each pool only the highest generation counts, and only when all
    /// of its slices are there; a device that several pods share is taken once.
    #[must_use]
    pub fn new(slices: &[Slice], claims: &[Claim]) -> Self {
        let mut taken: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
        for claim in claims {
            taken.extend(
                claim
                    .allocated
                    .iter()
                    .map(|(driver, pool, device)| (&**driver, &**pool, &**device)),
            );
        }
        let mut pools: BTreeMap<PoolKey, Vec<&Slice>> = BTreeMap::new();
        for slice in slices.iter().filter(|slice| is_accelerated(&slice.driver)) {
            let key = (slice.driver.clone(), slice.pool.clone());
            pools.entry(key).or_default().push(slice);
        }
        let mut all = Self::default();
        for ((driver, pool), mut slices) in pools {
            let newest = slices.iter().map(|slice| slice.generation).max();
            slices.retain(|slice| Some(slice.generation) == newest);
            let Some(name) = slices.iter().find_map(|slice| slice.node.clone()) else {
                continue;
            };
            let node = all.nodes.entry(name).or_default();
            let devices: Vec<&Device> = slices.iter().flat_map(|slice| &slice.devices).collect();
            node.name(&devices);
            let whole = slices
                .iter()
                .all(|slice| slice.slices == slices.len() as u64);
            if !whole {
                node.incomplete = true;
                continue;
            }
            let is_taken = |device: &Device| taken.contains(&(&*driver, &*pool, &*device.name));
            node.take_in(&driver, &devices, is_taken);
        }
        for node in all.nodes.values_mut() {
            if node.incomplete {
                node.shares.clear();
            }
        }
        all.assign(slices, claims);
        all
    }

    fn assign(&mut self, slices: &[Slice], claims: &[Claim]) {
        let node_of: HashMap<(&str, &str), &str> = slices
            .iter()
            .filter_map(|slice| Some(((&*slice.driver, &*slice.pool), slice.node.as_deref()?)))
            .collect();
        for claim in claims {
            let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
            for (driver, pool, _) in &claim.allocated {
                if let Some(node) = node_of.get(&(&**driver, &**pool))
                    && is_accelerated(driver)
                {
                    *counts.entry((&**driver, *node)).or_default() += 1;
                }
            }
            for pod in &claim.reserved_for {
                let key = (claim.namespace.clone(), pod.clone());
                let own = self.pods.entry(key).or_default();
                own.extend(counts.iter().map(|((driver, node), count)| Taken {
                    resource: (*driver).to_owned(),
                    node: (*node).to_owned(),
                    count: *count,
                }));
            }
        }
    }

    /// The devices of a node, where it has any of this kind.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&OnNode> {
        self.nodes.get(name)
    }

    /// The devices that a pod may use.
    pub fn pods(&self) -> impl Iterator<Item = (&(String, String), &Vec<Taken>)> {
        self.pods.iter()
    }
}

impl OnNode {
    fn name(&mut self, devices: &[&Device]) {
        let product = devices.iter().find_map(|device| device.product.clone());
        self.model = self.model.take().or_else(|| {
            product.map(|name| Model {
                name,
                from: ModelSource::Driver,
            })
        });
    }

    fn take_in(&mut self, driver: &str, devices: &[&Device], is_taken: impl Fn(&Device) -> bool) {
        let mut parents: BTreeSet<&str> = BTreeSet::new();
        for device in devices {
            let unit = match (device.kind.as_deref(), &device.profile) {
                (Some("mig"), Some(profile)) => Unit::Mig(profile.clone()),
                _ => Unit::Claimed,
            };
            match &device.parent {
                Some(parent) if unit != Unit::Claimed => {
                    parents.insert(parent);
                }
                _ => self.devices += 1,
            }
            let known = self
                .shares
                .iter()
                .position(|share| share.resource == driver && share.unit == unit);
            let at = known.unwrap_or_else(|| {
                self.shares.push(Share {
                    resource: driver.to_owned(),
                    unit,
                    capacity: 0,
                    allocatable: 0,
                    requested: 0,
                    replicas: 1,
                });
                self.shares.len() - 1
            });
            let share = &mut self.shares[at];
            share.capacity += 1;
            share.allocatable += 1;
            share.requested += u64::from(is_taken(device));
        }
        self.devices += parents.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str) -> Device {
        Device {
            name: name.into(),
            product: Some("NVIDIA L40S".into()),
            kind: Some("gpu".into()),
            ..Device::default()
        }
    }

    fn slice(generation: i64, slices: u64, devices: &[&str]) -> Slice {
        Slice {
            driver: "gpu.nvidia.com".into(),
            pool: "node-1".into(),
            generation,
            slices,
            node: Some("node-1".into()),
            devices: devices.iter().map(|name| device(name)).collect(),
        }
    }

    fn claim(name: &str, device: &str, pods: &[&str]) -> Claim {
        let taken = ("gpu.nvidia.com".into(), "node-1".into(), device.into());
        Claim {
            namespace: "ml".into(),
            name: name.into(),
            allocated: vec![taken],
            reserved_for: pods.iter().map(ToString::to_string).collect(),
            ..Claim::default()
        }
    }

    fn counts(claimed: &Claimed) -> Option<(u64, u64)> {
        let share = claimed.node("node-1")?.shares.first()?;
        Some((share.allocatable, share.requested))
    }

    #[test]
    fn a_generation_that_is_out_of_date_is_not_added() {
        let slices = [
            slice(1, 1, &["gpu-0", "gpu-1", "gpu-2", "gpu-3"]),
            slice(2, 2, &["gpu-0", "gpu-1"]),
            slice(2, 2, &["gpu-2", "gpu-3"]),
        ];
        let claimed = Claimed::new(&slices, &[claim("one", "gpu-0", &["a"])]);
        assert_eq!(counts(&claimed), Some((4, 1)));
    }

    #[test]
    fn a_pool_that_lacks_a_slice_is_unknown_and_not_empty() {
        let claimed = Claimed::new(&[slice(1, 2, &["gpu-0", "gpu-1"])], &[]);
        let node = claimed.node("node-1").expect("known of");
        assert!(node.incomplete);
        assert_eq!(counts(&claimed), None);
    }

    #[test]
    fn a_device_that_two_pods_share_is_taken_once() {
        let slices = [slice(1, 1, &["gpu-0", "gpu-1"])];
        let claimed = Claimed::new(&slices, &[claim("shared", "gpu-1", &["a", "b"])]);
        assert_eq!(counts(&claimed), Some((2, 1)));
        assert_eq!(claimed.pods().count(), 2);
    }

    #[test]
    fn partitions_of_one_device_are_that_one_device() {
        let part = |name: &str| Device {
            kind: Some("mig".into()),
            profile: Some("1g.5gb".into()),
            parent: Some("GPU-1".into()),
            ..device(name)
        };
        let mut cut = slice(1, 1, &["gpu-0"]);
        cut.devices.extend([part("mig-0"), part("mig-1")]);
        let claimed = Claimed::new(&[cut], &[]);
        let node = claimed.node("node-1").expect("there");
        assert_eq!(node.devices, 2);
        let units: Vec<(Unit, u64)> = node
            .shares
            .iter()
            .map(|share| (share.unit.clone(), share.allocatable))
            .collect();
        assert_eq!(units, [(Unit::Claimed, 1), (Unit::Mig("1g.5gb".into()), 2)]);
    }

    #[test]
    fn drivers_of_other_things_are_left_alone() {
        for (name, wanted) in [
            ("gpu.nvidia.com", true),
            ("mig.nvidia.com", true),
            ("gpu.amd.com", true),
            ("neuron.aws.com", true),
            ("compute-domain.nvidia.com", false),
            ("dra.networking", false),
            ("gpu.example.com", false),
        ] {
            assert_eq!(is_accelerated(name), wanted, "{name}");
        }
    }
}
