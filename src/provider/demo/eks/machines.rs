//! The instance types that the world has, and the versions of Kubernetes that its EKS offers.

use crate::{
    model::compute::{Machine, Offer},
    provider::demo::content::clusters::accelerator,
};

/// Instance types with their virtual CPUs; those of Arm have the letter.
const TYPES: &[(&str, u32, bool)] = &[
    ("t3.medium", 2, false),
    ("t3.large", 2, false),
    ("t3.xlarge", 4, false),
    ("m5.large", 2, false),
    ("m5.xlarge", 4, false),
    ("m7g.large", 2, true),
    ("g4dn.xlarge", 4, false),
    ("g4dn.2xlarge", 8, false),
    ("g5.xlarge", 4, false),
    ("g5.12xlarge", 48, false),
    ("p5.48xlarge", 192, false),
];

/// Newest first.
const VERSIONS: &[&str] = &["1.35", "1.34", "1.33", "1.32"];

/// An instance type; `None` where it is not offered.
pub(in super::super) fn machine(kind: &str) -> Option<Machine> {
    let known = TYPES.iter().find(|(name, ..)| *name == kind);
    known.map(|(name, vcpus, arm)| Machine {
        instance_type: (*name).to_owned(),
        vcpus: *vcpus,
        arm: *arm,
        accelerator: accelerator(name),
    })
}

/// How many of a type there are in all, where there are not many.
pub(super) fn to_be_had(kind: &str) -> Option<u32> {
    (kind == "p5.48xlarge").then_some(2)
}

pub(in super::super) fn offers() -> Vec<Offer> {
    let offer = |version: &str| Offer {
        version: version.to_owned(),
        default: version == "1.34",
        standard: version != "1.32",
    };
    VERSIONS.iter().copied().map(offer).collect()
}
