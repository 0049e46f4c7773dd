//! Backup jobs.

use serde_json::{Value, json};

use super::{
    Answer, Place, Request, World, filtered, given_before, id, kind, not_found, now, points,
    remember,
};

/// Size of every backup.
pub(super) const GIB: u64 = 1 << 30;

pub(super) async fn start(world: &World, request: &Request) -> Answer {
    let vault = request.needed("BackupVaultName");
    let path = format!("/backup-vaults/{vault}");
    let found = world.get(request, "backup", &path).await;
    if !found.is_good() {
        return not_found(request, &format!("backup vault {vault}"));
    }
    let vault_arn = found.read()["BackupVaultArn"].clone();
    let job = world.here(request, |place| {
        if let Some(before) = given_before(&place.backup, request) {
            let mut jobs = place.backup.jobs.iter();
            return jobs.find(|job| job["BackupJobId"] == before).cloned();
        }
        let job = job(request, &vault, &vault_arn);
        let id = job["BackupJobId"].as_str().unwrap_or_default();
        remember(&mut place.backup, request, id);
        place.backup.jobs.push(job.clone());
        Some(job)
    });
    let job = job.unwrap_or_default();
    let told = json!({
        "BackupJobId": job["BackupJobId"],
        "RecoveryPointArn": job["RecoveryPointArn"],
        "CreationDate": job["CreationDate"],
        "IsParent": false,
    });
    Answer::value(request, &told)
}

fn job(request: &Request, vault: &str, vault_arn: &Value) -> Value {
    let resource = request.needed("ResourceArn");
    let id = id();
    // Databases have snapshots of their own kind, everything else has recovery points.
    let point = match kind(&resource) {
        "RDS" => request.arn("rds", &format!("snapshot:awsbackup:job-{id}")),
        "Aurora" => request.arn("rds", &format!("cluster-snapshot:awsbackup:job-{id}")),
        _ => request.arn("backup", &format!("recovery-point:{id}")),
    };
    json!({
        "AccountId": request.account,
        "BackupJobId": id,
        "BackupVaultName": vault,
        "BackupVaultArn": vault_arn,
        "RecoveryPointArn": point,
        "ResourceArn": resource,
        "ResourceType": kind(&resource),
        "CreationDate": now(),
        "State": "RUNNING",
        "PercentDone": "0.0",
        "IamRoleArn": request.text("IamRoleArn"),
        "IsParent": false,
    })
}

pub(super) fn answer(world: &World, request: &Request) -> Answer {
    let told = world.here(request, |place| {
        let jobs = &place.backup.jobs;
        let Some(wanted) = request.text("backupJobId") else {
            let filters = [
                ("resourceArn", "ResourceArn"),
                ("state", "State"),
                ("backupVaultName", "BackupVaultName"),
                ("resourceType", "ResourceType"),
            ];
            let listed = filtered(request, jobs, &filters);
            (0..jobs.len()).for_each(|at| go_on(place, at));
            return Some(json!({ "BackupJobs": listed }));
        };
        let at = jobs.iter().position(|job| job["BackupJobId"] == wanted)?;
        if request.operation == "StopBackupJob" {
            place.backup.jobs[at]["State"] = json!("ABORTED");
            return Some(json!({}));
        }
        let told = place.backup.jobs[at].clone();
        go_on(place, at);
        Some(told)
    });
    match told {
        Some(told) => Answer::value(request, &told),
        None => not_found(request, "the backup job"),
    }
}

/// A job gets on by being looked at.
fn go_on(place: &mut Place, at: usize) {
    let job = &mut place.backup.jobs[at];
    if job["State"] != "RUNNING" {
        return;
    }
    job["State"] = json!("COMPLETED");
    job["PercentDone"] = json!("100.0");
    job["CompletionDate"] = json!(now());
    job["BackupSizeInBytes"] = json!(GIB);
    let point = points::of_job(job);
    let arn = job["RecoveryPointArn"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    place.backup.points.insert(arn, point);
}
