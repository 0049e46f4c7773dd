//! What one of a resource is: a whole GPU, a slice of one, a core. Numbers of different units are
//! never added.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A whole device.
    Gpu,
    /// A turn on a device that several share without being kept apart.
    TimeSlice,
    /// A share of a device by the Multi-Process Service.
    MpsShare,
    /// A partition of a device; the profile says how large: `1g.5gb`.
    Mig(String),
    NeuronDevice,
    NeuronCore,
    /// A device that is given out by claims (dynamic resource allocation).
    Claimed,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gpu => f.pad("GPU"),
            Self::TimeSlice => f.pad("time-slice"),
            Self::MpsShare => f.pad("MPS share"),
            Self::Mig(profile) => f.pad(&format!("MIG {profile}")),
            Self::NeuronDevice => f.pad("Neuron device"),
            Self::NeuronCore => f.pad("NeuronCore"),
            Self::Claimed => f.pad("GPU by claim"),
        }
    }
}

pub(super) const WHOLE: &str = "nvidia.com/gpu";
pub(super) const PRODUCT: &str = "nvidia.com/gpu.product";
const STRATEGY: &str = "nvidia.com/mig.strategy";
const SHARING: &str = "nvidia.com/gpu.sharing-strategy";

pub(super) type Labels = BTreeMap<String, String>;

/// What one of `resource` is on a node with these labels; `None` for what is no accelerator.
#[must_use]
pub fn unit(resource: &str, labels: &Labels) -> Option<Unit> {
    let name = match resource.split_once('/')? {
        ("nvidia.com", name) => name,
        ("aws.amazon.com", "neuroncore") => return Some(Unit::NeuronCore),
        ("aws.amazon.com", "neuron" | "neurondevice") => return Some(Unit::NeuronDevice),
        ("amd.com" | "gpu.intel.com" | "habana.ai", _) => return Some(Unit::Gpu),
        _ => return None,
    };
    if let Some(base) = name.strip_suffix(".shared") {
        return (base == "gpu" || base.starts_with("mig-")).then(|| shared(labels));
    }
    if let Some(profile) = name.strip_prefix("mig-") {
        let own = |what: &str| format!("nvidia.com/mig-{profile}.{what}");
        return Some(if replicas(labels, &own("replicas")) > 1 {
            shared(labels)
        } else {
            Unit::Mig(profile.into())
        });
    }
    if name != "gpu" {
        return None;
    }
    let product = labels.get(PRODUCT).map_or("", String::as_str);
    if replicas(labels, "nvidia.com/gpu.replicas") > 1 || product.ends_with("-SHARED") {
        return Some(shared(labels));
    }
    Some(single_profile(labels).map_or(Unit::Gpu, |profile| Unit::Mig(profile.into())))
}

/// The profile of a node all of whose GPUs are cut alike and are called whole.
pub(super) fn single_profile(labels: &Labels) -> Option<&str> {
    let single = labels.get(STRATEGY).is_some_and(|word| word == "single");
    let (_, profile) = labels.get(PRODUCT)?.split_once("-MIG-")?;
    single.then(|| profile.trim_end_matches("-SHARED"))
}

/// How many shares each device or partition is given out as; 1 where it is not shared.
#[must_use]
pub fn shares(resource: &str, labels: &Labels) -> u64 {
    let label = match resource.strip_prefix("nvidia.com/") {
        Some(name) => match name.strip_suffix(".shared").unwrap_or(name) {
            "gpu" => "nvidia.com/gpu.replicas".to_owned(),
            partition => format!("nvidia.com/{partition}.replicas"),
        },
        None => return 1,
    };
    replicas(labels, &label)
}

fn replicas(labels: &Labels, label: &str) -> u64 {
    let told = labels.get(label).and_then(|text| text.parse().ok());
    told.unwrap_or(1).max(1)
}

fn shared(labels: &Labels) -> Unit {
    match labels.get(SHARING).map(String::as_str) {
        Some("mps") => Unit::MpsShare,
        _ => Unit::TimeSlice,
    }
}

/// How many partitions of a profile one GPU is cut into at most: a GPU has seven slices of compute
/// and eight of memory, of which `3g` takes four.
#[must_use]
pub fn partitions(profile: &str) -> Option<u64> {
    let compute: u64 = profile.split_once('g')?.0.parse().ok()?;
    match compute {
        1 => Some(7),
        2 => Some(3),
        3 => Some(2),
        4..=7 => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn every_case_of_the_table_is_told_apart() {
        let sliced = [
            ("nvidia.com/gpu.replicas", "4"),
            (PRODUCT, "Tesla-T4-SHARED"),
        ];
        let single = [
            (STRATEGY, "single"),
            (PRODUCT, "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"),
        ];
        let uncut = [(STRATEGY, "single"), (PRODUCT, "NVIDIA-A100-SXM4-40GB")];
        let mps = [("nvidia.com/gpu.replicas", "10"), (SHARING, "mps")];
        let thin = [("nvidia.com/mig-1g.5gb.replicas", "2")];
        for (resource, labelled, wanted) in [
            (WHOLE, &[][..], Some(Unit::Gpu)),
            (WHOLE, &sliced, Some(Unit::TimeSlice)),
            (WHOLE, &mps, Some(Unit::MpsShare)),
            (WHOLE, &single, Some(Unit::Mig("1g.5gb".into()))),
            (WHOLE, &uncut, Some(Unit::Gpu)),
            ("nvidia.com/gpu.shared", &[], Some(Unit::TimeSlice)),
            ("nvidia.com/gpu.shared", &mps, Some(Unit::MpsShare)),
            (
                "nvidia.com/mig-3g.20gb",
                &[],
                Some(Unit::Mig("3g.20gb".into())),
            ),
            ("nvidia.com/mig-1g.5gb", &thin, Some(Unit::TimeSlice)),
            ("nvidia.com/mig-1g.5gb.shared", &[], Some(Unit::TimeSlice)),
            ("aws.amazon.com/neuron", &[], Some(Unit::NeuronDevice)),
            ("aws.amazon.com/neurondevice", &[], Some(Unit::NeuronDevice)),
            ("aws.amazon.com/neuroncore", &[], Some(Unit::NeuronCore)),
            ("amd.com/gpu", &[], Some(Unit::Gpu)),
            ("nvidia.com/gpumem", &[], None),
            ("vpc.amazonaws.com/efa", &[], None),
            ("cpu", &[], None),
        ] {
            assert_eq!(
                unit(resource, &labels(labelled)),
                wanted,
                "{resource} {labelled:?}"
            );
        }
    }

    #[test]
    fn shares_come_from_the_label_of_what_is_shared() {
        let labelled = labels(&[
            ("nvidia.com/gpu.replicas", "4"),
            ("nvidia.com/mig-1g.5gb.replicas", "2"),
        ]);
        assert_eq!(shares(WHOLE, &labelled), 4);
        assert_eq!(shares("nvidia.com/gpu.shared", &labelled), 4);
        assert_eq!(shares("nvidia.com/mig-1g.5gb", &labelled), 2);
        assert_eq!(shares("nvidia.com/mig-3g.20gb", &labelled), 1);
        assert_eq!(shares("amd.com/gpu", &labelled), 1);
        assert_eq!(
            shares(WHOLE, &labels(&[("nvidia.com/gpu.replicas", "0")])),
            1
        );
    }

    #[test]
    fn a_gpu_is_cut_into_as_many_partitions_as_its_slices_allow() {
        let cut = [
            "1g.5gb",
            "1g.5gb+me",
            "2g.10gb",
            "3g.20gb",
            "4g.40gb",
            "7g.80gb",
        ];
        let counts: Vec<u64> = cut
            .iter()
            .filter_map(|profile| partitions(profile))
            .collect();
        assert_eq!(counts, [7, 7, 3, 2, 1, 1]);
        assert_eq!(partitions("nonsense"), None);
        assert_eq!(partitions("9g.1gb"), None);
    }
}
