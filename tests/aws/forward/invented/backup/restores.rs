//! Restores from recovery points.

use serde_json::{Value, json};

use super::{
    Answer, Request, World, filtered, given_before, id, jobs::GIB, not_found, now, remember,
};

const RDS: (&str, &str) = ("rds", "2014-10-31");

pub(super) async fn start(world: &World, request: &Request) -> Answer {
    let arn = request.needed("RecoveryPointArn");
    let (before, point) = world.here(request, |place| {
        let before = given_before(&place.backup, request);
        (before, place.backup.points.get(&arn).cloned())
    });
    if let Some(id) = before {
        return Answer::value(request, &json!({ "RestoreJobId": id }));
    }
    let Some(point) = point else {
        return not_found(request, "the recovery point");
    };
    let outcome = restore(world, request, &point).await;
    let id = id();
    let job = job(request, &id, &point, outcome);
    world.here(request, |place| {
        remember(&mut place.backup, request, &id);
        place.backup.restores.push(job);
    });
    Answer::value(request, &json!({ "RestoreJobId": id }))
}

/// The ARN of what was made, or why nothing was.
async fn restore(world: &World, request: &Request, point: &Value) -> Result<String, String> {
    let metadata = &request.document["Metadata"];
    let source = point["ResourceArn"].as_str().unwrap_or_default();
    let source = source.rsplit([':', '/']).next().unwrap_or_default();
    if point["ResourceType"] != "RDS" {
        return Ok(request.arn("backup", &format!("restored:{source}")));
    }
    let wanted = metadata["DBInstanceIdentifier"].as_str();
    let target = wanted.ok_or("DBInstanceIdentifier is missing in the metadata")?;
    let parameters = [
        ("Action", "RestoreDBInstanceToPointInTime"),
        ("SourceDBInstanceIdentifier", source),
        ("TargetDBInstanceIdentifier", target),
        ("UseLatestRestorableTime", "true"),
    ];
    let answer = world.call(request, RDS, &parameters).await;
    if answer.is_good() {
        Ok(request.arn("rds", &format!("db:{target}")))
    } else {
        Err(answer.text())
    }
}

fn job(request: &Request, id: &str, point: &Value, outcome: Result<String, String>) -> Value {
    let mut job = json!({
        "AccountId": request.account,
        "RestoreJobId": id,
        "RecoveryPointArn": point["RecoveryPointArn"],
        "SourceResourceArn": point["ResourceArn"],
        "BackupVaultArn": point["BackupVaultArn"],
        "CreationDate": now(),
        "Status": "RUNNING",
        "PercentDone": "0.00%",
        "BackupSizeInBytes": GIB,
        "IamRoleArn": request.text("IamRoleArn"),
        "ResourceType": point["ResourceType"],
        "RecoveryPointCreationDate": point["CreationDate"],
        "IsParent": false,
    });
    match outcome {
        Ok(arn) => job["CreatedResourceArn"] = json!(arn),
        Err(why) => {
            job["Status"] = json!("FAILED");
            job["StatusMessage"] = json!(why);
        }
    }
    job
}

pub(super) fn answer(world: &World, request: &Request) -> Answer {
    let told = world.here(request, |place| {
        let jobs = &mut place.backup.restores;
        let Some(wanted) = request.text("restoreJobId") else {
            let filters = [("status", "Status"), ("resourceType", "ResourceType")];
            let listed = filtered(request, jobs, &filters);
            jobs.iter_mut().for_each(go_on);
            return Some(json!({ "RestoreJobs": listed }));
        };
        let mut jobs = jobs.iter_mut();
        let job = jobs.find(|job| job["RestoreJobId"] == wanted)?;
        let told = job.clone();
        go_on(job);
        Some(told)
    });
    match told {
        Some(told) => Answer::value(request, &told),
        None => not_found(request, "the restore job"),
    }
}

/// A restore gets on by being looked at.
fn go_on(job: &mut Value) {
    if job["Status"] == "RUNNING" {
        job["Status"] = json!("COMPLETED");
        job["PercentDone"] = json!("100.00%");
        job["CompletionDate"] = json!(now());
    }
}
