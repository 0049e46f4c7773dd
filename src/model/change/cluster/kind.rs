//! What each change to a cluster says of itself.

use super::{ClusterChange, ClusterObject};
use crate::model::{
    AccountId, Region,
    change::{Change, ChangeKind, Class, Difference, Ref, Verb},
};

impl ChangeKind for ClusterChange {
    fn class(&self) -> Class {
        match self {
            Self::AssociateAccessPolicy { .. }
            | Self::DisassociateAccessPolicy { .. }
            | Self::Delete { .. } => Class::Set,
            _ => Class::Token,
        }
    }

    fn verb(&self) -> Verb {
        match self {
            Self::ScaleNodeGroup { .. } => Verb::Change,
            Self::DisassociateAccessPolicy { .. } | Self::Delete { .. } => Verb::Destroy,
            _ => Verb::Add,
        }
    }

    fn inverse(&self, step: &str) -> Option<Change> {
        let delete = |object| Self::Delete {
            at: self.at().clone(),
            object,
            made_by: step.into(),
        };
        let back = match self.clone() {
            Self::CreateCluster { name, .. } => delete(ClusterObject::Cluster(name.into())),
            Self::CreateAccessEntry {
                cluster, principal, ..
            } => delete(ClusterObject::AccessEntry { cluster, principal }),
            Self::CreateAddon { cluster, addon, .. } => {
                delete(ClusterObject::Addon { cluster, addon })
            }
            Self::CreateNodeGroup { cluster, name, .. } => delete(ClusterObject::NodeGroup {
                cluster,
                pool: name,
            }),
            Self::CreateLaunchTemplate { .. } => {
                delete(ClusterObject::LaunchTemplate(Ref::output(step)))
            }
            Self::CreateCapacityReservation { .. } => {
                delete(ClusterObject::Reservation(Ref::output(step)))
            }
            Self::AssociateAccessPolicy {
                at,
                cluster,
                principal,
                policy,
            } => Self::DisassociateAccessPolicy {
                at,
                cluster,
                principal,
                policy,
            },
            Self::DisassociateAccessPolicy {
                at,
                cluster,
                principal,
                policy,
            } => Self::AssociateAccessPolicy {
                at,
                cluster,
                principal,
                policy,
            },
            Self::ScaleNodeGroup {
                at,
                cluster,
                pool,
                from,
                to,
                autoscaled,
            } => Self::ScaleNodeGroup {
                at,
                cluster,
                pool,
                from: to,
                to: from,
                autoscaled,
            },
            Self::Delete { .. } => return None,
        };
        Some(Change::Cluster(back))
    }

    fn account(&self) -> &Ref<AccountId> {
        &self.at().account
    }

    fn region(&self) -> Region {
        self.at().region.clone()
    }

    fn scope(&self) -> String {
        let what = match self {
            Self::CreateCluster { name, .. } => name.to_string(),
            Self::CreateAccessEntry {
                cluster, principal, ..
            } => format!("{cluster}/access/{principal}"),
            Self::AssociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            }
            | Self::DisassociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            } => format!("{cluster}/access/{principal}/{policy}"),
            Self::CreateAddon { cluster, addon, .. } => format!("{cluster}/addon/{addon}"),
            Self::CreateNodeGroup { cluster, name, .. } => format!("{cluster}/nodegroup/{name}"),
            Self::ScaleNodeGroup { cluster, pool, .. } => format!("{cluster}/nodegroup/{pool}"),
            Self::CreateLaunchTemplate { name, .. } => format!("new-launch-template/{name}"),
            Self::CreateCapacityReservation {
                instance_type,
                zone,
                ..
            } => format!("new-reservation/{instance_type}/{zone}"),
            Self::Delete { object, .. } => object.path(),
        };
        let of_ec2 = self.is_of_ec2();
        let base = self.at().scope(if of_ec2 { "ec2" } else { "eks" });
        format!("{base}/{what}")
    }

    fn action(&self) -> &'static str {
        match self {
            Self::CreateCluster { .. } => "eks:CreateCluster",
            Self::CreateAccessEntry { .. } => "eks:CreateAccessEntry",
            Self::AssociateAccessPolicy { .. } => "eks:AssociateAccessPolicy",
            Self::DisassociateAccessPolicy { .. } => "eks:DisassociateAccessPolicy",
            Self::CreateAddon { .. } => "eks:CreateAddon",
            Self::CreateLaunchTemplate { .. } => "ec2:CreateLaunchTemplate",
            Self::CreateNodeGroup { .. } => "eks:CreateNodegroup",
            Self::ScaleNodeGroup { .. } => "eks:UpdateNodegroupConfig",
            Self::CreateCapacityReservation { .. } => "ec2:CreateCapacityReservation",
            Self::Delete { object, .. } => object.deletion(),
        }
    }

    // The last of each tells where the change stands.
    fn reads(&self) -> &'static [&'static str] {
        match self {
            Self::CreateCluster { .. } => &[
                "ec2:DescribeSubnets",
                "eks:TagResource",
                "iam:CreateServiceLinkedRole",
                "iam:PassRole",
                "eks:DescribeCluster",
            ],
            Self::CreateAccessEntry { .. } => &[
                "eks:ListAssociatedAccessPolicies",
                "eks:TagResource",
                "eks:DescribeAccessEntry",
            ],
            Self::AssociateAccessPolicy { .. } | Self::DisassociateAccessPolicy { .. } => &[
                "eks:ListAssociatedAccessPolicies",
                "eks:DescribeAccessEntry",
            ],
            Self::CreateAddon { .. } => &["eks:TagResource", "eks:DescribeAddon"],
            Self::CreateLaunchTemplate { .. } => &["ec2:CreateTags", "ec2:DescribeLaunchTemplates"],
            // EKS asks on the caller's behalf whether the template could be launched.
            Self::CreateNodeGroup { .. } => &[
                "ec2:CreateTags",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:RunInstances",
                "eks:TagResource",
                "iam:CreateServiceLinkedRole",
                "iam:PassRole",
                "eks:DescribeNodegroup",
            ],
            Self::ScaleNodeGroup { .. } => &["eks:DescribeUpdate", "eks:DescribeNodegroup"],
            Self::CreateCapacityReservation { .. } => {
                &["ec2:CreateTags", "ec2:DescribeCapacityReservations"]
            }
            Self::Delete { object, .. } => object.reads(),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::CreateCluster {
                name,
                version,
                endpoint,
                ..
            } => format!("create cluster {name} {version}, {endpoint}"),
            Self::CreateAccessEntry {
                cluster, principal, ..
            } => format!("{cluster}: let {principal} in"),
            Self::AssociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            } => format!("{cluster}: {} for {principal}", short(policy.as_str())),
            Self::DisassociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            } => format!(
                "{cluster}: {} for {principal} no more",
                short(policy.as_str())
            ),
            Self::CreateAddon { cluster, addon, .. } => format!("{cluster}: add-on {addon}"),
            Self::CreateLaunchTemplate { name, disk_gib, .. } => {
                format!("create launch template {name}, {disk_gib} GiB")
            }
            Self::CreateNodeGroup {
                cluster,
                name,
                sizes,
                instance_types,
                ..
            } => format!(
                "{cluster}: node group {name} of {}, {sizes}",
                instance_types.join(" or ")
            ),
            Self::ScaleNodeGroup {
                cluster,
                pool,
                from,
                to,
                ..
            } => format!("{cluster}/{pool}: {from} to {to}"),
            Self::CreateCapacityReservation {
                instance_type,
                zone,
                count,
                ..
            } => format!("reserve {count} {instance_type} in {zone}"),
            Self::Delete {
                object: ClusterObject::Cluster(name),
                ..
            } => format!(
                "delete cluster {name} (volumes and load balancers made from within survive)"
            ),
            Self::Delete {
                object: object @ ClusterObject::Reservation(_),
                ..
            } => format!("cancel {}", object.label()),
            Self::Delete { object, .. } => format!("delete {}", object.label()),
        }
    }

    fn differences(&self) -> Vec<Difference> {
        match self {
            Self::ScaleNodeGroup {
                cluster,
                pool,
                from,
                to,
                ..
            } => {
                let values = [
                    ("min", from.min, to.min),
                    ("desired", from.desired, to.desired),
                    ("max", from.max, to.max),
                ];
                let differ = values.iter().filter(|(_, from, to)| from != to);
                differ
                    .map(|(name, from, to)| {
                        Difference::new(format!("{cluster}/{pool} {name}"), from, to)
                    })
                    .collect()
            }
            Self::AssociateAccessPolicy {
                principal, policy, ..
            } => vec![Difference::added(
                format!("{principal} may"),
                &short(policy.as_str()),
            )],
            Self::DisassociateAccessPolicy {
                principal, policy, ..
            } => vec![Difference::removed(
                format!("{principal} may"),
                &short(policy.as_str()),
            )],
            Self::Delete { object, .. } => vec![Difference::removed(object.label(), &"there")],
            created => vec![Difference::added(created.title(), &"new")],
        }
    }
}

/// What stands after the last slash of an ARN.
fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
