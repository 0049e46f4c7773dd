//! What protects data: databases and their copies, AWS Backup, buckets, and how far they fall short.

mod assess;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Arn, Gap, Place, Region, Tags, ZoneName};
pub use assess::{Objective, Protected, assess, length};

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

/// An RDS instance, a Multi-AZ cluster or an Aurora cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    pub id: String,
    pub arn: Arn,
    pub kind: DatabaseKind,
    pub engine: String,
    pub engine_version: String,
    pub status: String,
    pub class: Option<String>,
    pub multi_az: bool,
    pub zone: Option<ZoneName>,
    /// Where the standby of a Multi-AZ instance is.
    pub secondary_zone: Option<ZoneName>,
    pub endpoint: Option<String>,
    /// Members of a cluster; the writer is marked.
    pub members: Vec<DatabaseMember>,
    /// Set when this is a read replica.
    pub replica_of: Option<String>,
    pub replicas: Vec<String>,
    /// Days that automated backups are kept; 0 is off.
    pub backup_retention_days: u32,
    /// Newest moment that point-in-time recovery can reach.
    pub latest_restorable: Option<Timestamp>,
    pub deletion_protection: bool,
    pub encrypted: bool,
    pub tags: Tags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DatabaseKind {
    Instance,
    Cluster,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseMember {
    pub id: String,
    pub writer: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseSnapshot {
    pub id: String,
    pub arn: Arn,
    pub database: String,
    /// `manual`, `automated`, `awsbackup`.
    pub kind: String,
    pub status: String,
    pub created: Option<Timestamp>,
    pub size_gib: Option<u32>,
    pub encrypted: bool,
    /// The region it was copied from, for a copy.
    pub copied_from: Option<Region>,
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
