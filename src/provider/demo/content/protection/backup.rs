//! AWS Backup: hourly for production's databases, nightly for the rest; one job has failed.

use jiff::{SignedDuration, Timestamp};

use super::{
    super::super::estate::{Environment, HOME, Purpose, Role, SECOND, arn},
    Ground, before, databases,
};
use crate::model::{
    Arn,
    protection::{BackupJob, BackupPlan, BackupRule, Protection, RecoveryPoint, Vault},
};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The one whose backups fail: its last good one is past the recovery point objective.
pub(super) const FAILING: &str = "checkout-aurora";
/// How many hours its backups have failed for.
pub(super) const FAILED_HOURS: i32 = 4;

/// A thing that is backed up.
struct Kept {
    arn: Arn,
    kind: &'static str,
    id: String,
    every: SignedDuration,
    gib: u64,
}

pub(super) fn add(ground: &Ground<'_>, found: &mut Protection) {
    let Role::Workload(environment, purpose) = ground.site.role else {
        return;
    };
    let prod = environment == Environment::Prod && ground.site.is_reference();
    if purpose == Purpose::Shared || environment == Environment::Dev {
        return;
    }
    match ground.region() {
        HOME => {
            let hourly = prod;
            let kept = kept(ground, if hourly { HOUR } else { DAY });
            for thing in &kept {
                history(ground, thing, found);
            }
            found.plans.push(plan(ground, hourly, prod));
            found
                .vaults
                .push(vault(ground, "main", prod, found.recovery_points.len()));
        }
        SECOND if prod => {
            for thing in kept_copies(ground) {
                let newest = ground.last(DAY, SignedDuration::from_hours(2));
                for back in 0..7 {
                    let created = before(newest, DAY, back);
                    found
                        .recovery_points
                        .push(point(ground, &thing, created, "dr"));
                }
            }
            found
                .vaults
                .push(vault(ground, "dr", true, found.recovery_points.len()));
        }
        _ => {}
    }
}

fn kept(ground: &Ground<'_>, every: SignedDuration) -> Vec<Kept> {
    let mut kept: Vec<Kept> = databases::databases(ground)
        .into_iter()
        .map(|database| Kept {
            kind: if database.members.is_empty() {
                "RDS"
            } else {
                "Aurora"
            },
            arn: database.arn,
            id: database.id,
            every,
            gib: 120,
        })
        .collect();
    if ground.site.is_reference() {
        kept.push(volume(ground, every));
    }
    kept
}

/// The shared files of an account.
fn volume(ground: &Ground<'_>, every: SignedDuration) -> Kept {
    let id = ground.estate.seed.id("fs", &ground.site.id.to_string());
    let resource = format!("file-system/{id}");
    Kept {
        arn: arn(
            "elasticfilesystem",
            HOME,
            &ground.site.id.to_string(),
            &resource,
        ),
        kind: "EFS",
        id,
        every,
        gib: 310,
    }
}

/// What is copied to the second region each night.
fn kept_copies(ground: &Ground<'_>) -> Vec<Kept> {
    let mut copies = vec![volume(ground, DAY)];
    if ground.site.is(Environment::Prod, Purpose::App) {
        copies.extend(["orders-mysql", "catalog-postgres"].map(|id| Kept {
            arn: databases::database_arn(ground, HOME, &format!("db:{id}")),
            kind: "RDS",
            id: id.into(),
            every: DAY,
            gib: 120,
        }));
    }
    copies
}

/// Jobs of the last day and what they left behind.
fn history(ground: &Ground<'_>, thing: &Kept, found: &mut Protection) {
    let offset = if thing.every == DAY {
        SignedDuration::from_mins(125)
    } else {
        SignedDuration::from_mins(13)
    };
    let newest = ground.last(thing.every, offset);
    let steps = if thing.every == DAY { 7 } else { 26 };
    let fails = thing.id == FAILING;
    for back in 0..steps {
        let at = before(newest, thing.every, back);
        let failed = fails && back < FAILED_HOURS;
        if back < 6 {
            found.jobs.push(job(ground, thing, at, failed));
        }
        if !failed {
            found.recovery_points.push(point(ground, thing, at, "main"));
        }
    }
}

fn job(ground: &Ground<'_>, thing: &Kept, at: Timestamp, failed: bool) -> BackupJob {
    let why = "Insufficient privileges to perform this action: the key policy of the vault's KMS \
               key does not allow kms:CreateGrant";
    BackupJob {
        id: ground.estate.seed.uuid(&format!("job/{}/{at}", thing.arn)),
        resource: thing.arn.clone(),
        resource_type: thing.kind.into(),
        state: if failed { "FAILED" } else { "COMPLETED" }.into(),
        message: failed.then(|| why.into()),
        created: at,
        completed: at
            .checked_add(SignedDuration::from_mins(4))
            .ok()
            .filter(|done| *done <= ground.now),
    }
}

fn point(ground: &Ground<'_>, thing: &Kept, created: Timestamp, vault: &str) -> RecoveryPoint {
    let id = ground
        .estate
        .seed
        .uuid(&format!("point/{vault}/{}/{created}", thing.arn));
    let resource = format!("recovery-point:{id}");
    RecoveryPoint {
        arn: arn(
            "backup",
            ground.region(),
            &ground.site.id.to_string(),
            &resource,
        ),
        vault: vault.into(),
        resource: thing.arn.clone(),
        resource_type: thing.kind.into(),
        status: "COMPLETED".into(),
        created,
        size_bytes: Some(thing.gib << 30),
    }
}

fn vault_arn(ground: &Ground<'_>, region: &str, name: &str) -> Arn {
    arn(
        "backup",
        region,
        &ground.site.id.to_string(),
        &format!("backup-vault:{name}"),
    )
}

fn vault(ground: &Ground<'_>, name: &str, locked: bool, points: usize) -> Vault {
    Vault {
        name: name.into(),
        arn: vault_arn(ground, ground.region(), name),
        recovery_points: points as u64,
        locked,
    }
}

fn plan(ground: &Ground<'_>, hourly: bool, second: bool) -> BackupPlan {
    let id = ground.estate.seed.uuid(&format!("plan/{}", ground.place));
    let name = if hourly { "hourly" } else { "nightly" };
    let (every, offset) = if hourly {
        (HOUR, SignedDuration::from_mins(13))
    } else {
        (DAY, SignedDuration::from_mins(125))
    };
    let schedule = if hourly {
        "cron(13 * ? * * *)"
    } else {
        "cron(5 2 ? * * *)"
    };
    let copies = second.then(|| vault_arn(ground, SECOND, "dr"));
    BackupPlan {
        arn: arn(
            "backup",
            ground.region(),
            &ground.site.id.to_string(),
            &format!("backup-plan:{id}"),
        ),
        id,
        name: name.into(),
        rules: vec![BackupRule {
            name: name.into(),
            vault: "main".into(),
            schedule: Some(schedule.into()),
            copies: copies.into_iter().collect(),
        }],
        last_run: Some(ground.last(every, offset)),
    }
}
