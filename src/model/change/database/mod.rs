//! Changes to databases: what RDS restores, sets, renames, promotes and fails over.

mod acts;
mod kind;
mod settings;
mod standing;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use settings::{Origin, Settings, Shape};

use super::Location;
use crate::model::{Arn, Tags, ZoneName, protection::DatabaseKind};

/// Names are those of instances and clusters, which are unique in their place: nothing that is made
/// needs to be referred to by an id of its own. What a restore and a new instance give to later
/// steps is the host name of their endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum DatabaseChange {
    /// A new instance or cluster from a snapshot or from the backups of another one. A cluster of
    /// Aurora comes without instances.
    Restore {
        at: Location,
        kind: DatabaseKind,
        from: Origin,
        id: String,
        shape: Box<Shape>,
        tags: Tags,
    },
    /// A new member of a cluster.
    CreateMember {
        at: Location,
        cluster: String,
        id: String,
        class: String,
        engine: String,
        tags: Tags,
    },
    CreateReplica {
        at: Location,
        /// The source's id, or its ARN where it is in another region.
        source: String,
        id: String,
        shape: Box<Shape>,
        tags: Tags,
    },
    /// Sets values, at once and not in the maintenance window.
    Modify {
        at: Location,
        kind: DatabaseKind,
        id: String,
        /// What is left out here was never read, because the plan itself makes the database.
        from: Settings,
        to: Settings,
    },
    /// Gives another name, and with it another endpoint.
    Rename {
        at: Location,
        kind: DatabaseKind,
        from: String,
        to: String,
        whose: Whose,
    },
    /// Cuts a read replica off its source: it takes writes then, and never follows again.
    Promote {
        at: Location,
        kind: DatabaseKind,
        id: String,
        source: String,
        /// Days that its backups are kept afterwards.
        retention_days: u32,
    },
    /// Makes another member of a cluster its writer.
    FailOverCluster {
        at: Location,
        id: String,
        /// The writer before.
        from: String,
        /// The writer after; `None` where the engine chooses, so that a second send does harm.
        to: Option<String>,
        /// The last failover that was known when it was planned.
        since: Option<Timestamp>,
    },
    /// Restarts a Multi-AZ instance on its standby.
    FailOverInstance {
        at: Location,
        id: String,
        from: ZoneName,
        to: ZoneName,
        since: Option<Timestamp>,
    },
    /// Makes a secondary cluster of a global database its primary, with nothing lost: both must be
    /// well.
    SwitchOverGlobal {
        at: Location,
        global: String,
        from: Arn,
        to: Arn,
    },
    /// The same while the primary is out of reach.
    FailOverGlobal {
        at: Location,
        global: String,
        from: Arn,
        to: Arn,
        /// What was not copied yet is lost.
        allow_data_loss: bool,
    },
    /// Only what the step `made_by` of the same plan has made.
    Delete {
        at: Location,
        kind: DatabaseKind,
        id: String,
        made_by: String,
        /// The name of a last snapshot; members of a cluster and replicas have none.
        final_snapshot: Option<String>,
    },
}

/// By what a database is known under any name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// It was there before: by its resource id.
    Resource(String),
    /// A step of the same plan has made it: by the mark of that step.
    MadeBy(String),
}

impl DatabaseChange {
    /// Where it happens: the account and region of the API that performs it.
    #[must_use]
    pub const fn at(&self) -> &Location {
        match self {
            Self::Restore { at, .. }
            | Self::CreateMember { at, .. }
            | Self::CreateReplica { at, .. }
            | Self::Modify { at, .. }
            | Self::Rename { at, .. }
            | Self::Promote { at, .. }
            | Self::FailOverCluster { at, .. }
            | Self::FailOverInstance { at, .. }
            | Self::SwitchOverGlobal { at, .. }
            | Self::FailOverGlobal { at, .. }
            | Self::Delete { at, .. } => at,
        }
    }

    /// Whether an instance or a cluster is changed; nothing for a global database.
    #[must_use]
    pub const fn of(&self) -> Option<DatabaseKind> {
        match self {
            Self::Restore { kind, .. }
            | Self::Modify { kind, .. }
            | Self::Rename { kind, .. }
            | Self::Promote { kind, .. }
            | Self::Delete { kind, .. } => Some(*kind),
            Self::CreateMember { .. }
            | Self::CreateReplica { .. }
            | Self::FailOverInstance { .. } => Some(DatabaseKind::Instance),
            Self::FailOverCluster { .. } => Some(DatabaseKind::Cluster),
            Self::SwitchOverGlobal { .. } | Self::FailOverGlobal { .. } => None,
        }
    }

    /// What is changed, by name.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Restore { id, .. }
            | Self::CreateMember { id, .. }
            | Self::CreateReplica { id, .. }
            | Self::Modify { id, .. }
            | Self::Promote { id, .. }
            | Self::FailOverCluster { id, .. }
            | Self::FailOverInstance { id, .. }
            | Self::Delete { id, .. } => id,
            Self::Rename { from, .. } => from,
            Self::SwitchOverGlobal { global, .. } | Self::FailOverGlobal { global, .. } => global,
        }
    }
}
