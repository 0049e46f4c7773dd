//! What protects data: databases and their copies, AWS Backup, buckets, and how far they fall short.

mod assess;
mod database;
mod databases;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Arn, Gap, Place, Tags};
pub use assess::{Objective, Protected, assess, length};
pub use database::{
    Database, DatabaseKind, DatabaseMember, DatabaseSnapshot, GroupStatus, Lag, is_identifier,
};
pub use databases::{
    DatabaseEvent, Databases, Failover, GlobalCluster, GlobalMember, RetainedBackup, SubnetGroup,
    Wanted,
};

/// Recovery time objective of critical services: four hours.
pub const RTO: SignedDuration = SignedDuration::from_hours(4);
/// Recovery point objective of data: one hour.
pub const RPO: SignedDuration = SignedDuration::from_hours(1);

/// Everything about data protection in one account and region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    pub place: Place,
    pub databases: Vec<Database>,
    pub snapshots: Vec<DatabaseSnapshot>,
    pub vaults: Vec<Vault>,
    pub plans: Vec<BackupPlan>,
    pub recovery_points: Vec<RecoveryPoint>,
    pub jobs: Vec<BackupJob>,
    /// Only in the region where the bucket is.
    pub buckets: Vec<Bucket>,
    pub gaps: Vec<Gap>,
}

/// A vault of AWS Backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vault {
    pub name: String,
    pub arn: Arn,
    pub recovery_points: u64,
    pub locked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPlan {
    pub id: String,
    pub name: String,
    pub arn: Arn,
    pub rules: Vec<BackupRule>,
    pub last_run: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRule {
    pub name: String,
    pub vault: String,
    /// `cron(…)` or `rate(…)`.
    pub schedule: Option<String>,
    /// Vaults that copies go to.
    pub copies: Vec<Arn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryPoint {
    pub arn: Arn,
    pub vault: String,
    pub resource: Arn,
    /// `RDS`, `Aurora`, `EBS`, `EFS`, `S3`, `EKS`, …
    pub resource_type: String,
    /// `COMPLETED`, `PARTIAL`, `DELETING`, `EXPIRED`, …
    pub status: String,
    pub created: Timestamp,
    pub size_bytes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupJob {
    pub id: String,
    pub resource: Arn,
    pub resource_type: String,
    /// `COMPLETED`, `FAILED`, `ABORTED`, `EXPIRED`, `RUNNING`, …
    pub state: String,
    pub message: Option<String>,
    pub created: Timestamp,
    pub completed: Option<Timestamp>,
}

/// An S3 bucket, as far as protection goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub name: String,
    pub arn: Arn,
    pub versioning: Option<bool>,
    /// ARNs of buckets that it replicates to; `None` where it could not be read.
    pub replicas: Option<Vec<Arn>>,
    pub tags: Tags,
}
