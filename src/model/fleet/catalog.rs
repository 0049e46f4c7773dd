//! What instance types carry, as EC2 documents it: for clusters whose nodes do not tell, and where
//! EC2 cannot be asked.

/// The accelerators of one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    pub model: &'static str,
    pub count: u32,
}

/// A family: its model, how many a size has, and in a size that is not listed.
struct Family {
    name: &'static str,
    model: &'static str,
    sizes: &'static [(&'static str, u32)],
    otherwise: u32,
}

const fn family(
    name: &'static str,
    model: &'static str,
    sizes: &'static [(&'static str, u32)],
    otherwise: u32,
) -> Family {
    Family {
        name,
        model,
        sizes,
        otherwise,
    }
}

const G4: &[(&str, u32)] = &[("12xlarge", 4), ("metal", 8)];
const G5: &[(&str, u32)] = &[("12xlarge", 4), ("24xlarge", 4), ("48xlarge", 8)];

const FAMILIES: &[Family] = &[
    family("g3", "Tesla M60", &[("8xlarge", 2), ("16xlarge", 4)], 1),
    family("g3s", "Tesla M60", &[], 1),
    family("g4dn", "T4", G4, 1),
    family(
        "g4ad",
        "Radeon Pro V520",
        &[("8xlarge", 2), ("16xlarge", 4)],
        1,
    ),
    family("g5", "A10G", G5, 1),
    family("g5g", "T4g", &[("16xlarge", 2), ("metal", 2)], 1),
    family("g6", "L4", G5, 1),
    family("gr6", "L4", &[], 1),
    family("g6e", "L40S", G5, 1),
    family("p3", "V100", &[("8xlarge", 4), ("16xlarge", 8)], 1),
    family("p3dn", "V100", &[], 8),
    family("p4d", "A100", &[], 8),
    family("p4de", "A100", &[], 8),
    family("p5", "H100", &[("4xlarge", 1)], 8),
    family("p5e", "H200", &[], 8),
    family("p5en", "H200", &[], 8),
    family("p6-b200", "B200", &[], 8),
    family("p6-b300", "B300", &[], 8),
    family("p6e-gb200", "GB200", &[], 4),
    family("inf1", "Inferentia", &[("6xlarge", 4), ("24xlarge", 16)], 1),
    family(
        "inf2",
        "Inferentia2",
        &[("24xlarge", 6), ("48xlarge", 12)],
        1,
    ),
    family("trn1", "Trainium", &[("32xlarge", 16)], 1),
    family("trn1n", "Trainium", &[], 16),
    family("trn2", "Trainium2", &[("3xlarge", 1)], 16),
    family("trn2u", "Trainium2", &[], 16),
    family("dl1", "Gaudi HL-205", &[], 8),
];

/// What an instance of that type carries; `None` for types without accelerators and unknown ones.
#[must_use]
pub fn accelerator(instance_type: &str) -> Option<Known> {
    let (name, size) = instance_type.split_once('.')?;
    let family = FAMILIES.iter().find(|family| family.name == name)?;
    let listed = family.sizes.iter().find(|(listed, _)| *listed == size);
    Some(Known {
        model: family.model,
        count: listed.map_or(family.otherwise, |(_, count)| *count),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_a_family_carry_what_is_documented() {
        let count = |kind: &str| accelerator(kind).map(|known| known.count);
        for (kind, wanted) in [
            ("g4dn.xlarge", Some(1)),
            ("g4dn.12xlarge", Some(4)),
            ("g5.16xlarge", Some(1)),
            ("g5.48xlarge", Some(8)),
            ("p4d.24xlarge", Some(8)),
            ("p5.4xlarge", Some(1)),
            ("p5.48xlarge", Some(8)),
            ("p6-b200.48xlarge", Some(8)),
            ("trn1.32xlarge", Some(16)),
            ("g4ad.16xlarge", Some(4)),
            ("m6i.4xlarge", None),
            ("p5", None),
        ] {
            assert_eq!(count(kind), wanted, "{kind}");
        }
    }
}
