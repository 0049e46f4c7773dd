//! Which pool a node is of, how it is bought, and what is in it, by its labels.

use serde::{Deserialize, Serialize};

use super::{
    catalog,
    device::{Labels, PRODUCT},
    facts::NodeFacts,
};
use crate::model::{PoolName, ZoneName, cluster::Capacity};

/// What makes the nodes of a pool.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// A managed node group of EKS.
    #[strum(serialize = "node group")]
    NodeGroup,
    #[strum(serialize = "Karpenter")]
    Karpenter,
    #[strum(serialize = "Auto Mode")]
    AutoMode,
    /// A node group of eksctl, or of whoever labels it.
    #[strum(serialize = "self-managed")]
    SelfManaged,
    /// Nobody says: nodes of one instance type are taken for a pool.
    #[strum(serialize = "unknown")]
    Unknown,
}

const INSTANCE_TYPE: [&str; 2] = [
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
];
const ZONE: [&str; 2] = [
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
];
const CAPACITY: [&str; 4] = [
    "karpenter.sh/capacity-type",
    "eks.amazonaws.com/capacityType",
    "eks.amazonaws.com/capacity-type",
    "node.kubernetes.io/lifecycle",
];
const RESERVATION: [&str; 2] = [
    "karpenter.k8s.aws/capacity-reservation-id",
    "eks.amazonaws.com/capacity-reservation-id",
];
/// Domains of the labels that Karpenter and Auto Mode put on what they launch.
const LAUNCHERS: [&str; 2] = ["karpenter.k8s.aws", "eks.amazonaws.com"];

fn first<'a>(labels: &'a Labels, keys: &[&str]) -> Option<&'a str> {
    keys.iter()
        .find_map(|key| labels.get(*key))
        .map(String::as_str)
}

/// The pool of a node: the first of the labels that is there, else its instance type.
#[must_use]
pub(super) fn pool(labels: &Labels) -> (PoolName, Maker) {
    let auto = labels
        .get("eks.amazonaws.com/compute-type")
        .is_some_and(|kind| kind == "auto");
    let karpenter = if auto {
        Maker::AutoMode
    } else {
        Maker::Karpenter
    };
    for (label, maker) in [
        ("karpenter.sh/nodepool", karpenter),
        ("eks.amazonaws.com/nodegroup", Maker::NodeGroup),
        ("alpha.eksctl.io/nodegroup-name", Maker::SelfManaged),
        ("node.kubernetes.io/instancegroup", Maker::SelfManaged),
    ] {
        if let Some(name) = labels.get(label) {
            return (name.as_str().into(), maker);
        }
    }
    let kind = instance_type(labels).unwrap_or("unknown");
    (kind.into(), Maker::Unknown)
}

#[must_use]
pub(super) fn instance_type(labels: &Labels) -> Option<&str> {
    first(labels, &INSTANCE_TYPE)
}

#[must_use]
pub(super) fn zone(labels: &Labels) -> Option<ZoneName> {
    first(labels, &ZONE).map(Into::into)
}

/// The capacity reservation that the node was launched into, where its labels say.
#[must_use]
pub(super) fn reservation(labels: &Labels) -> Option<&str> {
    first(labels, &RESERVATION)
}

/// How the node is bought; managed node groups and Karpenter spell the same differently.
#[must_use]
pub fn capacity(labels: &Labels) -> Option<Capacity> {
    let word = first(labels, &CAPACITY)?;
    Some(match word.to_ascii_lowercase().replace('_', "-").as_str() {
        "on-demand" | "ondemand" | "normal" => Capacity::OnDemand,
        "spot" => Capacity::Spot,
        "capacity-block" => Capacity::CapacityBlock,
        "reserved" => Capacity::Reserved,
        _ => Capacity::Other,
    })
}

/// What is in a node, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Model {
    /// As it is told: `NVIDIA-H100-80GB-HBM3`, `l40s`, `Radeon Pro V520`.
    pub name: String,
    pub from: ModelSource,
}

/// Who says what is in a node, the most exact first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ModelSource {
    /// GPU feature discovery's label.
    Product,
    /// Karpenter's or Auto Mode's label.
    Launcher,
    /// The device's own attributes, by its driver.
    Driver,
    /// Known of the instance type.
    InstanceType,
}

/// The model of a node's devices by its labels, without what is said of sharing and cutting.
#[must_use]
pub fn model(labels: &Labels) -> Option<Model> {
    if let Some(product) = labels.get(PRODUCT) {
        let whole = product.split("-MIG-").next().unwrap_or(product);
        let name = whole.trim_end_matches("-SHARED").to_owned();
        let from = ModelSource::Product;
        return Some(Model { name, from });
    }
    if let Some(name) = launcher(labels, "instance-gpu-name") {
        let (name, from) = (name.to_owned(), ModelSource::Launcher);
        return Some(Model { name, from });
    }
    let known = catalog::accelerator(instance_type(labels)?)?;
    Some(Model {
        name: known.model.to_owned(),
        from: ModelSource::InstanceType,
    })
}

/// Whole devices of a node as whoever launched it or its instance type tell.
pub(super) fn devices(labels: &Labels) -> Option<u64> {
    let told = launcher(labels, "instance-gpu-count").and_then(|text| text.parse().ok());
    told.or_else(|| {
        let known = catalog::accelerator(instance_type(labels)?)?;
        Some(u64::from(known.count))
    })
}

fn launcher<'a>(labels: &'a Labels, what: &str) -> Option<&'a str> {
    LAUNCHERS
        .iter()
        .find_map(|domain| labels.get(&format!("{domain}/{what}")))
        .map(String::as_str)
}

/// What people call a model, whoever tells it: `NVIDIA-H100-80GB-HBM3`, `h100` and `NVIDIA H100`
/// are all an `H100`.
#[must_use]
pub fn short_model(name: &str) -> String {
    let upper = name.to_uppercase();
    let words = upper.split(|char: char| !char.is_ascii_alphanumeric());
    let noise = [
        "NVIDIA", "TESLA", "AWS", "AMD", "RADEON", "PRO", "GPU", "INSTINCT", "",
    ];
    let mut words = words.filter(|word| !noise.contains(word));
    words.next().map_or_else(|| name.to_owned(), str::to_owned)
}

/// The instance that a node is.
#[must_use]
pub fn instance(node: &NodeFacts) -> Option<&str> {
    let id = node.provider_id.as_deref()?.rsplit('/').next()?;
    id.starts_with("i-").then_some(id)
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
    fn the_first_label_that_is_there_names_the_pool() {
        let both = [
            ("eks.amazonaws.com/nodegroup", "group"),
            ("karpenter.sh/nodepool", "pool"),
        ];
        let auto = [
            ("eks.amazonaws.com/compute-type", "auto"),
            ("karpenter.sh/nodepool", "auto-gpu"),
        ];
        for (labelled, name, maker) in [
            (&both[..], "pool", Maker::Karpenter),
            (&auto, "auto-gpu", Maker::AutoMode),
            (&both[..1], "group", Maker::NodeGroup),
            (
                &[("alpha.eksctl.io/nodegroup-name", "own")],
                "own",
                Maker::SelfManaged,
            ),
            (
                &[("node.kubernetes.io/instancegroup", "kops")],
                "kops",
                Maker::SelfManaged,
            ),
            (
                &[("node.kubernetes.io/instance-type", "p5.48xlarge")],
                "p5.48xlarge",
                Maker::Unknown,
            ),
            (&[], "unknown", Maker::Unknown),
        ] {
            assert_eq!(pool(&labels(labelled)), (name.into(), maker));
        }
    }

    #[test]
    fn both_spellings_of_a_capacity_type_mean_the_same() {
        for (label, word, wanted) in [
            (
                "eks.amazonaws.com/capacityType",
                "ON_DEMAND",
                Capacity::OnDemand,
            ),
            (
                "karpenter.sh/capacity-type",
                "on-demand",
                Capacity::OnDemand,
            ),
            ("eks.amazonaws.com/capacityType", "SPOT", Capacity::Spot),
            ("karpenter.sh/capacity-type", "spot", Capacity::Spot),
            ("karpenter.sh/capacity-type", "reserved", Capacity::Reserved),
            (
                "eks.amazonaws.com/capacityType",
                "CAPACITY_BLOCK",
                Capacity::CapacityBlock,
            ),
            ("node.kubernetes.io/lifecycle", "normal", Capacity::OnDemand),
            ("eks.amazonaws.com/capacity-type", "newer", Capacity::Other),
        ] {
            assert_eq!(capacity(&labels(&[(label, word)])), Some(wanted), "{word}");
        }
        assert_eq!(capacity(&labels(&[("node-lifecycle", "on-demand")])), None);
    }

    #[test]
    fn a_model_is_told_by_whoever_knows_best_and_shortened_alike() {
        let told =
            |pairs: &[(&str, &str)]| model(&labels(pairs)).map(|model| (model.name, model.from));
        let product = |name: &str| told(&[(PRODUCT, name)]).map(|(name, _)| name);
        assert_eq!(product("Tesla-T4-SHARED").as_deref(), Some("Tesla-T4"));
        assert_eq!(
            product("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb").as_deref(),
            Some("NVIDIA-A100-SXM4-40GB")
        );
        let launched = ("eks.amazonaws.com/instance-gpu-name", "l40s");
        let kind = ("node.kubernetes.io/instance-type", "g4ad.16xlarge");
        assert_eq!(
            told(&[launched]),
            Some(("l40s".into(), ModelSource::Launcher))
        );
        assert_eq!(
            told(&[kind]),
            Some(("Radeon Pro V520".into(), ModelSource::InstanceType))
        );
        assert_eq!(told(&[]), None);
        for name in ["NVIDIA-H100-80GB-HBM3", "h100", "NVIDIA H100", "H100"] {
            assert_eq!(short_model(name), "H100");
        }
        assert_eq!(short_model("Tesla-T4"), "T4");
        assert_eq!(short_model("Radeon Pro V520"), "V520");
        assert_eq!(short_model("Trainium2"), "TRAINIUM2");
    }
}
