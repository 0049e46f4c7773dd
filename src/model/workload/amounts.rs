//! What a pod asks for and what a node has, as far as it is counted here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::quantity;

/// CPU, memory and accelerators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    pub cpu_milli: u64,
    pub memory_bytes: u64,
    /// Accelerators by resource name (`nvidia.com/gpu`). Names that stand for the same silicon are
    /// kept apart, and so must never be added up.
    pub devices: BTreeMap<String, u64>,
}

/// Domains of accelerators; what else has a domain is network cards, disks and the like.
const DOMAINS: [&str; 5] = [
    "nvidia.com",
    "amd.com",
    "aws.amazon.com",
    "gpu.intel.com",
    "habana.ai",
];

impl Amounts {
    /// Notes one resource as Kubernetes writes it; what is not counted here is left out.
    pub fn note(&mut self, resource: &str, amount: &str) {
        match resource {
            "cpu" => self.cpu_milli = quantity::milli(amount).unwrap_or_default(),
            "memory" => self.memory_bytes = quantity::whole(amount).unwrap_or_default(),
            device if is_accelerator(device) => {
                let count = quantity::whole(amount).unwrap_or_default();
                self.devices.insert(device.to_owned(), count);
            }
            _ => {}
        }
    }

    #[must_use]
    pub fn of(&self, device: &str) -> u64 {
        self.devices.get(device).copied().unwrap_or_default()
    }

    pub fn add(&mut self, other: &Self) {
        self.merge(other, u64::saturating_add);
    }

    /// The greater of each.
    pub fn raise(&mut self, other: &Self) {
        self.merge(other, u64::max);
    }

    fn merge(&mut self, other: &Self, join: fn(u64, u64) -> u64) {
        self.cpu_milli = join(self.cpu_milli, other.cpu_milli);
        self.memory_bytes = join(self.memory_bytes, other.memory_bytes);
        for (device, count) in &other.devices {
            let own = self.devices.entry(device.clone()).or_default();
            *own = join(*own, *count);
        }
    }
}

/// Whether a resource of that name is a GPU or another accelerator, or a part of one.
#[must_use]
pub fn is_accelerator(resource: &str) -> bool {
    resource
        .split_once('/')
        .is_some_and(|(domain, name)| DOMAINS.contains(&domain) && !name.is_empty())
}

/// One container, as far as its requests go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub asks: Amounts,
    /// An init container that goes on beside the others (`restartPolicy: Always`).
    pub sidecar: bool,
}

/// What the scheduler sets aside for a pod: its containers and sidecars together, or the most that
/// it needs while it starts. An init container runs beside the sidecars that are declared before
/// it, so a sidecar of 1 before an init container of 4 makes 5.
#[must_use]
pub fn requested<'a>(
    containers: impl IntoIterator<Item = &'a Amounts>,
    init: impl IntoIterator<Item = &'a Share>,
) -> Amounts {
    let mut running = Amounts::default();
    for asks in containers {
        running.add(asks);
    }
    let mut sidecars = Amounts::default();
    let mut most = Amounts::default();
    for share in init {
        if share.sidecar {
            sidecars.add(&share.asks);
            continue;
        }
        let mut starting = sidecars.clone();
        starting.add(&share.asks);
        most.raise(&starting);
    }
    running.add(&sidecars);
    running.raise(&most);
    running.devices.retain(|_, count| *count > 0);
    running
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    const GPU: &str = "nvidia.com/gpu";

    fn gpus(count: u64) -> Amounts {
        Amounts {
            devices: BTreeMap::from([(GPU.into(), count)]),
            ..Amounts::default()
        }
    }

    fn share((count, sidecar): (u64, bool)) -> Share {
        Share {
            asks: gpus(count),
            sidecar,
        }
    }

    fn asked(containers: &[u64], init: &[(u64, bool)]) -> u64 {
        let containers: Vec<Amounts> = containers.iter().map(|count| gpus(*count)).collect();
        let init: Vec<Share> = init.iter().copied().map(share).collect();
        requested(&containers, &init).of(GPU)
    }

    #[test]
    fn an_init_container_runs_beside_the_sidecars_before_it() {
        assert_eq!(asked(&[1], &[(1, true), (4, false)]), 5);
        assert_eq!(asked(&[1], &[(4, false), (1, true)]), 4);
        assert_eq!(asked(&[1], &[(2, false)]), 2);
        assert_eq!(asked(&[2, 1], &[(1, false)]), 3);
        assert_eq!(asked(&[], &[]), 0);
    }

    #[test]
    fn only_accelerators_are_counted_beside_cpu_and_memory() {
        let mut amounts = Amounts::default();
        for (resource, amount) in [
            ("cpu", "250m"),
            ("memory", "256Mi"),
            (GPU, "8"),
            ("aws.amazon.com/neuroncore", "32"),
            ("vpc.amazonaws.com/efa", "4"),
            ("ephemeral-storage", "1Gi"),
            ("nvidia.com/mig-1g.5gb", "nonsense"),
        ] {
            amounts.note(resource, amount);
        }
        assert_eq!((amounts.cpu_milli, amounts.memory_bytes), (250, 256 << 20));
        let names: Vec<&str> = amounts.devices.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["aws.amazon.com/neuroncore", GPU, "nvidia.com/mig-1g.5gb"]
        );
        assert_eq!(amounts.of("nvidia.com/mig-1g.5gb"), 0);
    }

    /// Starts the pod step by step, as the kubelet does, and takes the most that ran at once.
    fn lived_through(containers: &[u64], init: &[(u64, bool)]) -> u64 {
        let mut beside = 0;
        let mut most = 0;
        for (count, sidecar) in init {
            if *sidecar {
                beside += count;
                most = most.max(beside);
            } else {
                most = most.max(beside + count);
            }
        }
        most.max(beside + containers.iter().sum::<u64>())
    }

    proptest! {
        #[test]
        fn the_rule_is_what_a_start_step_by_step_needs_at_most(
            containers in vec(0_u64..9, 0..4),
            init in vec((0_u64..9, any::<bool>()), 0..5),
        ) {
            prop_assert_eq!(asked(&containers, &init), lived_through(&containers, &init));
        }

        #[test]
        fn more_containers_never_ask_for_less(
            containers in vec(0_u64..9, 1..4),
            init in vec((0_u64..9, any::<bool>()), 0..5),
        ) {
            let fewer = asked(&containers[1..], &init);
            prop_assert!(asked(&containers, &init) >= fewer);
        }
    }
}
