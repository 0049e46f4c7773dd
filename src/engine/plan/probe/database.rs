//! Questions about databases.

use serde::{Deserialize, Serialize};

use crate::model::{SecurityGroupId, ZoneName, protection::DatabaseKind};

/// What is asked of a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseQuestion {
    /// It is there, at rest, and has an endpoint.
    Available,
    /// Its automated backups are on and reach some moment.
    BackedUp,
    /// No parameter group waits for a restart.
    InSync,
    /// This member writes.
    WrittenBy(String),
    /// It is in that zone.
    In(ZoneName),
    /// A replica is at most that far behind, by a measurement that is not older.
    LagWithin { seconds: u32, age_seconds: u32 },
    /// It follows no other database.
    Alone,
    /// No client gets in: it is gone, or its security groups are these.
    Fenced(Vec<SecurityGroupId>),
    /// It has had no connection for the last minutes.
    Idle,
}

impl DatabaseQuestion {
    /// One line for people: what must be so of `database`.
    pub(super) fn title(&self, database: &str) -> String {
        match self {
            Self::Available => format!("{database} is available"),
            Self::BackedUp => format!("{database} is backed up"),
            Self::InSync => format!("the parameters of {database} are in force"),
            Self::WrittenBy(member) => format!("{database} is written by {member}"),
            Self::In(zone) => format!("{database} is in {zone}"),
            Self::LagWithin { seconds: 0, .. } => {
                format!("{database} has all that its source has")
            }
            Self::LagWithin { seconds, .. } => {
                format!("{database} is at most {seconds} s behind its source")
            }
            Self::Alone => format!("{database} follows no other database"),
            Self::Fenced(_) => format!("no client gets in to {database}"),
            Self::Idle => format!("{database} has no connection"),
        }
    }

    pub(super) const fn permissions(&self, kind: DatabaseKind) -> &'static [&'static str] {
        match (self, kind) {
            (Self::Idle, _) => &["cloudwatch:GetMetricData"],
            (Self::LagWithin { .. }, _) => &["cloudwatch:GetMetricData", "rds:DescribeDBInstances"],
            (_, DatabaseKind::Instance) => &["rds:DescribeDBInstances"],
            (_, DatabaseKind::Cluster) => &["rds:DescribeDBClusters"],
        }
    }
}
