//! What database changes say of themselves.

use super::{
    super::{Change, ChangeKind, Class, Difference, Objection, Ref, Verb},
    DatabaseChange, Origin, Settings,
};
use crate::model::{
    AccountId, Arn, Region,
    protection::DatabaseKind::{Cluster, Instance},
};

impl ChangeKind for DatabaseChange {
    fn class(&self) -> Class {
        match self {
            Self::Restore { .. }
            | Self::CreateMember { .. }
            | Self::CreateReplica { .. }
            | Self::Delete { .. } => Class::Name,
            Self::Modify { .. } | Self::Rename { .. } => Class::Set,
            Self::Promote { .. }
            | Self::SwitchOverGlobal { .. }
            | Self::FailOverGlobal { .. }
            | Self::FailOverCluster { to: Some(_), .. } => Class::GuardedAct,
            Self::FailOverCluster { to: None, .. } | Self::FailOverInstance { .. } => Class::Act,
        }
    }

    fn verb(&self) -> Verb {
        match self {
            Self::Restore { .. } | Self::CreateMember { .. } | Self::CreateReplica { .. } => {
                Verb::Add
            }
            Self::Modify { .. } | Self::Rename { .. } | Self::Promote { .. } => Verb::Change,
            Self::FailOverCluster { .. }
            | Self::FailOverInstance { .. }
            | Self::SwitchOverGlobal { .. }
            | Self::FailOverGlobal { .. } => Verb::Shift,
            Self::Delete { .. } => Verb::Destroy,
        }
    }

    fn inverse(&self, step: &str) -> Option<Change> {
        let back = match self.clone() {
            Self::Restore { at, kind, id, .. } => Self::Delete {
                at,
                kind,
                final_snapshot: Some(last_snapshot(&id)),
                id,
                made_by: step.into(),
            },
            Self::CreateMember { at, id, .. } | Self::CreateReplica { at, id, .. } => {
                Self::Delete {
                    at,
                    kind: Instance,
                    id,
                    made_by: step.into(),
                    final_snapshot: None,
                }
            }
            Self::Modify {
                at,
                kind,
                id,
                from,
                to,
            } => {
                if from.is_empty() {
                    return None; // goes with the database that the plan itself makes
                }
                Self::Modify {
                    at,
                    kind,
                    id,
                    to: from,
                    from: to,
                }
            }
            Self::Rename {
                at,
                kind,
                from,
                to,
                whose,
            } => Self::Rename {
                at,
                kind,
                from: to,
                to: from,
                whose,
            },
            Self::SwitchOverGlobal {
                at,
                global,
                from,
                to,
            } => Self::SwitchOverGlobal {
                at,
                global,
                from: to,
                to: from,
            },
            // Failing back is a new operation, after a look at what the first one was for.
            Self::Promote { .. }
            | Self::FailOverCluster { .. }
            | Self::FailOverInstance { .. }
            | Self::FailOverGlobal { .. }
            | Self::Delete { .. } => return None,
        };
        Some(Change::Database(back))
    }

    fn account(&self) -> &Ref<AccountId> {
        &self.at().account
    }

    fn region(&self) -> Region {
        self.at().region.clone()
    }

    fn scope(&self) -> String {
        let kind = match self.of() {
            Some(Instance) => "db",
            Some(Cluster) => "cluster",
            None => "global",
        };
        format!("{}/{kind}/{}", self.at().scope("rds"), self.subject())
    }

    fn action(&self) -> &'static str {
        let either = |instance, cluster| match self.of() {
            Some(Cluster) => cluster,
            _ => instance,
        };
        match self {
            Self::Restore {
                from: Origin::Snapshot(_),
                ..
            } => either(
                "rds:RestoreDBInstanceFromDBSnapshot",
                "rds:RestoreDBClusterFromSnapshot",
            ),
            Self::Restore {
                from: Origin::Moment { .. },
                ..
            } => either(
                "rds:RestoreDBInstanceToPointInTime",
                "rds:RestoreDBClusterToPointInTime",
            ),
            Self::CreateMember { .. } => "rds:CreateDBInstance",
            Self::CreateReplica { .. } => "rds:CreateDBInstanceReadReplica",
            Self::Modify { .. } | Self::Rename { .. } => {
                either("rds:ModifyDBInstance", "rds:ModifyDBCluster")
            }
            Self::Promote { .. } => {
                either("rds:PromoteReadReplica", "rds:PromoteReadReplicaDBCluster")
            }
            Self::FailOverCluster { .. } => "rds:FailoverDBCluster",
            Self::FailOverInstance { .. } => "rds:RebootDBInstance",
            Self::SwitchOverGlobal { .. } => "rds:SwitchoverGlobalCluster",
            Self::FailOverGlobal { .. } => "rds:FailoverGlobalCluster",
            Self::Delete { .. } => either("rds:DeleteDBInstance", "rds:DeleteDBCluster"),
        }
    }

    fn reads(&self) -> &'static [&'static str] {
        match self {
            Self::Restore { .. } => match self.of() {
                Some(Cluster) => &["rds:AddTagsToResource", "rds:DescribeDBClusters"],
                _ => &["rds:AddTagsToResource", "rds:DescribeDBInstances"],
            },
            Self::CreateMember { .. } | Self::CreateReplica { .. } => {
                &["rds:AddTagsToResource", "rds:DescribeDBInstances"]
            }
            Self::Modify { .. } | Self::Rename { .. } | Self::Promote { .. } => match self.of() {
                Some(Cluster) => &["rds:DescribeDBClusters"],
                _ => &["rds:DescribeDBInstances"],
            },
            Self::Delete {
                kind,
                final_snapshot,
                ..
            } => match (kind, final_snapshot) {
                (Cluster, Some(_)) => &["rds:CreateDBClusterSnapshot", "rds:DescribeDBClusters"],
                (Cluster, None) => &["rds:DescribeDBClusters"],
                (Instance, Some(_)) => &["rds:CreateDBSnapshot", "rds:DescribeDBInstances"],
                (Instance, None) => &["rds:DescribeDBInstances"],
            },
            Self::FailOverCluster { .. } => &["rds:DescribeEvents", "rds:DescribeDBClusters"],
            Self::FailOverInstance { .. } => &["rds:DescribeEvents", "rds:DescribeDBInstances"],
            Self::SwitchOverGlobal { .. } | Self::FailOverGlobal { .. } => {
                &["rds:DescribeGlobalClusters"]
            }
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Restore { from, id, .. } => format!("restore {id} from {from}"),
            Self::CreateMember { cluster, id, .. } => format!("create {id} in {cluster}"),
            Self::CreateReplica { source, id, .. } => {
                format!("create {id}, a replica of {}", short(source))
            }
            Self::Modify { id, to, .. } => format!("{id}: {}", to.listed()),
            Self::Rename { from, to, .. } => format!("rename {from} to {to}"),
            Self::Promote { id, source, .. } => {
                format!("promote {id}, no replica of {} any more", short(source))
            }
            Self::FailOverCluster { id, from, to, .. } => match to {
                Some(to) => format!("{id}: writer from {from} to {to}"),
                None => format!("{id}: writer from {from} to the next"),
            },
            Self::FailOverInstance { id, from, to, .. } => {
                format!("{id}: fail over from {from} to {to}")
            }
            Self::SwitchOverGlobal {
                global, from, to, ..
            } => format!(
                "{global}: switch over from {} to {}",
                region(from),
                region(to)
            ),
            Self::FailOverGlobal {
                global, from, to, ..
            } => format!(
                "{global}: fail over from {} to {}",
                region(from),
                region(to)
            ),
            Self::Delete { id, .. } => format!("delete {id}"),
        }
    }

    fn objections(&self) -> Vec<Objection> {
        let against = |rule, why: String| vec![Objection { rule, why }];
        match self {
            Self::Restore { id, shape, .. } if !shape.names_its_groups() => against(
                "restored-with-groups-of-its-own",
                format!("{id} would come up with the account's default groups"),
            ),
            Self::Delete {
                kind: Cluster,
                id,
                final_snapshot: None,
                ..
            } => against(
                "a-last-snapshot-before-deletion",
                format!("{id} would be deleted and nothing kept of it"),
            ),
            _ => Vec::new(),
        }
    }

    fn differences(&self) -> Vec<Difference> {
        match self {
            Self::Restore {
                from, id, shape, ..
            } => vec![
                Difference::added(id.as_str(), from),
                Difference::added(format!("{id} subnet group"), &shape.subnet_group),
                Difference::added(format!("{id} parameter group"), &shape.parameter_group),
            ],
            Self::CreateMember { cluster, id, .. } => {
                vec![Difference::added(
                    id.as_str(),
                    &format!("member of {cluster}"),
                )]
            }
            Self::CreateReplica { source, id, .. } => {
                let source = format!("replica of {}", short(source));
                vec![Difference::added(id.as_str(), &source)]
            }
            Self::Modify { id, from, to, .. } => Settings::differences(from, id, to),
            Self::Rename { from, to, .. } => vec![Difference::new("name", from, to)],
            Self::Promote {
                id,
                source,
                retention_days,
                ..
            } => vec![
                Difference::removed(format!("{id} replica of"), &short(source)),
                Difference::added(
                    format!("{id} backup retention"),
                    &format!("{retention_days} days"),
                ),
            ],
            Self::FailOverCluster { id, from, to, .. } => {
                let next = "the next".to_owned();
                let to = to.as_ref().unwrap_or(&next);
                vec![Difference::new(format!("{id} writer"), from, to)]
            }
            Self::FailOverInstance { id, from, to, .. } => {
                vec![Difference::new(format!("{id} zone"), from, to)]
            }
            Self::SwitchOverGlobal {
                global, from, to, ..
            }
            | Self::FailOverGlobal {
                global, from, to, ..
            } => vec![Difference::new(format!("{global} primary"), from, to)],
            Self::Delete { id, .. } => vec![Difference::removed(id.as_str(), &"there")],
        }
    }
}

/// The name of the last snapshot of a database that is taken back, within RDS's 255 characters.
fn last_snapshot(id: &str) -> String {
    format!("{id}-final")
}

/// An ARN's last part, for people.
pub(super) fn short(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Where the cluster of an ARN is.
fn region(arn: &Arn) -> &str {
    arn.as_str().split(':').nth(3).unwrap_or_default()
}
