//! A database in each environment: one past its objective, one without backups.

use jiff::SignedDuration;

use super::{ENVIRONMENTS, HOME, ago, arn, now, place, role};
use crate::model::protection::{BackupJob, Database, DatabaseKind, DatabaseSnapshot, Protection};

pub(super) fn protection(number: u64) -> Protection {
    let (environment, purpose) = role(number);
    let (_, short, _) = ENVIRONMENTS[environment];
    let mut protection = Protection {
        place: place(number),
        databases: Vec::new(),
        snapshots: Vec::new(),
        vaults: Vec::new(),
        plans: Vec::new(),
        recovery_points: Vec::new(),
        jobs: Vec::new(),
        buckets: Vec::new(),
        gaps: Vec::new(),
    };
    if purpose != 0 {
        return protection;
    }
    let id = format!("{short}-orders");
    let late = environment == 2;
    protection.databases.push(Database {
        engine: "postgres".into(),
        engine_version: "16.4".into(),
        class: Some("db.m6g.large".into()),
        multi_az: environment == 2,
        zone: Some(format!("{HOME}a").into()),
        secondary_zone: (environment == 2).then(|| format!("{HOME}b").into()),
        endpoint: Some(format!("{id}.example.com")),
        backup_retention_days: if environment == 0 { 0 } else { 7 },
        latest_restorable: match environment {
            0 => None,
            1 => Some(now() - SignedDuration::from_mins(4)),
            _ => Some(ago(26)),
        },
        deletion_protection: environment == 2,
        encrypted: true,
        ..Database::named(
            DatabaseKind::Instance,
            &id,
            arn(number, "rds", &format!("db:{id}")),
        )
    });
    let snapshot = format!("{id}-2026-01-14");
    protection.snapshots.push(DatabaseSnapshot {
        kind: "automated".into(),
        created: Some(ago(26)),
        size_gib: Some(200),
        encrypted: true,
        ..DatabaseSnapshot::named(
            DatabaseKind::Instance,
            &snapshot,
            arn(number, "rds", &format!("snapshot:{snapshot}")),
            &id,
        )
    });
    if late {
        protection.jobs.push(BackupJob {
            id: "job-1".into(),
            resource: arn(number, "rds", &format!("db:{id}")),
            resource_type: "RDS".into(),
            state: "FAILED".into(),
            message: Some("the vault's key is not accessible".into()),
            created: ago(8),
            completed: Some(ago(8)),
        });
    }
    protection
}
