//! Instance types and the instances of a node group.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{
    QuotaCode,
    cluster::{Accelerator, Capacity},
};

/// An instance type (EC2, DescribeInstanceTypes).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub instance_type: String,
    /// Virtual CPUs: what EC2 counts quotas in.
    pub vcpus: u32,
    /// Whether its processor is an Arm one, which needs other images.
    pub arm: bool,
    pub accelerator: Option<Accelerator>,
}

/// Instance types that share a quota of running virtual CPUs (Service Quotas, `ec2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// A, C, D, H, I, M, R, T and Z.
    Standard,
    /// G and VT.
    G,
    P,
    /// The fifth generation of P, which has a spot quota of its own.
    P5,
    Inf,
    Trn,
    Dl,
}

/// The nodes of one pool, as far as anybody could be asked about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nodes {
    /// Instances that run; `None` where nobody could be asked.
    pub running: Option<u32>,
    /// Nodes that Kubernetes calls Ready; `None` where the cluster cannot be looked into.
    pub ready: Option<u32>,
    /// GPUs that pods can be given, of all ready nodes; `None` where the cluster cannot be looked
    /// into.
    pub gpus: Option<u32>,
    /// Why there are not more, in the words of whoever said so.
    pub issues: Vec<String>,
}

/// Who tells how many nodes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// The cluster's own API server: Ready is proven.
    Kubernetes,
    /// EC2 counts running instances, EKS tells of trouble: whether they are Ready is not known.
    Ec2,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kubernetes => "the cluster",
            Self::Ec2 => "EC2 and EKS",
        })
    }
}

impl Nodes {
    /// How many nodes there are by the best witness, and who that is.
    #[must_use]
    pub fn counted(&self) -> Option<(u32, Witness)> {
        let ready = self.ready.map(|ready| (ready, Witness::Kubernetes));
        ready.or(self.running.map(|running| (running, Witness::Ec2)))
    }
}

impl Family {
    /// The family of an instance type such as `g4dn.xlarge`; `None` for those that have quotas of
    /// another kind or are not known here.
    #[must_use]
    pub fn of(instance_type: &str) -> Option<Self> {
        let name = instance_type.split('.').next()?;
        let end = name.find(|char: char| !char.is_ascii_lowercase())?;
        Some(match &name[..end] {
            "g" | "vt" | "gr" => Self::G,
            "p" if name.starts_with("p5") => Self::P5,
            "p" => Self::P,
            "inf" => Self::Inf,
            "trn" => Self::Trn,
            "dl" => Self::Dl,
            "a" | "c" | "d" | "h" | "i" | "im" | "is" | "m" | "r" | "t" | "z" => Self::Standard,
            _ => return None,
        })
    }

    /// The quota of running virtual CPUs that instances bought so count against; `None` for
    /// capacity blocks, which count elsewhere.
    #[must_use]
    pub const fn quota(self, capacity: Capacity) -> Option<QuotaCode> {
        let (on_demand, spot) = match self {
            Self::Standard => (
                QuotaCode::ec2("L-1216C47A", "Running On-Demand Standard instances"),
                QuotaCode::ec2("L-34B43A08", "All Standard Spot Instance Requests"),
            ),
            Self::G => (
                QuotaCode::ec2("L-DB2E81BA", "Running On-Demand G and VT instances"),
                QuotaCode::ec2("L-3819A6DF", "All G and VT Spot Instance Requests"),
            ),
            Self::P => (
                Self::P_ON_DEMAND,
                QuotaCode::ec2("L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests"),
            ),
            Self::P5 => (
                Self::P_ON_DEMAND,
                QuotaCode::ec2("L-C4BD4855", "All P5 Spot Instance Requests"),
            ),
            Self::Inf => (
                QuotaCode::ec2("L-1945791B", "Running On-Demand Inf instances"),
                QuotaCode::ec2("L-B5D1601B", "All Inf Spot Instance Requests"),
            ),
            Self::Trn => (
                QuotaCode::ec2("L-2C3B7624", "Running On-Demand Trn instances"),
                QuotaCode::ec2("L-6B0D517C", "All Trn Spot Instance Requests"),
            ),
            Self::Dl => (
                QuotaCode::ec2("L-6E869C2A", "Running On-Demand DL instances"),
                QuotaCode::ec2("L-85EED4F7", "All DL Spot Instance Requests"),
            ),
        };
        match capacity {
            Capacity::OnDemand => Some(on_demand),
            Capacity::Spot => Some(spot),
            _ => None,
        }
    }

    const P_ON_DEMAND: QuotaCode = QuotaCode::ec2("L-417A185B", "Running On-Demand P instances");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_type_tells_the_quota_that_it_counts_against() {
        for (kind, family) in [
            ("t3.medium", Family::Standard),
            ("m7g.large", Family::Standard),
            ("im4gn.large", Family::Standard),
            ("g4dn.xlarge", Family::G),
            ("gr6.4xlarge", Family::G),
            ("p4d.24xlarge", Family::P),
            ("p5en.48xlarge", Family::P5),
            ("inf2.xlarge", Family::Inf),
            ("trn1.32xlarge", Family::Trn),
            ("dl1.24xlarge", Family::Dl),
        ] {
            assert_eq!(Family::of(kind), Some(family), "{kind}");
        }
        assert_eq!(Family::of("u-6tb1.metal"), None);
        assert_eq!(Family::of(""), None);
        let (on_demand, spot) = (Capacity::OnDemand, Capacity::Spot);
        let code = |family: Family, capacity| family.quota(capacity).map(|quota| quota.code);
        assert_eq!(code(Family::P, on_demand), Some("L-417A185B"));
        assert_eq!(code(Family::P5, on_demand), Some("L-417A185B"));
        assert_ne!(code(Family::G, on_demand), code(Family::G, spot));
        assert_ne!(code(Family::P, spot), code(Family::P5, spot));
        assert_eq!(Family::P.quota(Capacity::CapacityBlock), None);
    }

    #[test]
    fn the_cluster_itself_is_the_better_witness() {
        let mut nodes = Nodes {
            running: Some(3),
            ..Nodes::default()
        };
        assert_eq!(nodes.counted(), Some((3, Witness::Ec2)));
        nodes.ready = Some(2);
        assert_eq!(nodes.counted(), Some((2, Witness::Kubernetes)));
        assert_eq!(Nodes::default().counted(), None);
    }
}
