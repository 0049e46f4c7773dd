//! Recovery points, the vaults that they are in, and their copies in other vaults.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Answer, Request, World, filtered, given_before, id, jobs::GIB, not_found, now, remember,
};

/// The recovery point that a completed job has made.
pub(super) fn of_job(job: &Value) -> Value {
    json!({
        "RecoveryPointArn": job["RecoveryPointArn"],
        "BackupVaultName": job["BackupVaultName"],
        "BackupVaultArn": job["BackupVaultArn"],
        "ResourceArn": job["ResourceArn"],
        "ResourceType": job["ResourceType"],
        "IamRoleArn": job["IamRoleArn"],
        "Status": "COMPLETED",
        "CreationDate": job["CreationDate"],
        "CompletionDate": job["CompletionDate"],
        "BackupSizeInBytes": GIB,
        "IsEncrypted": true,
        "IsParent": false,
        "VaultType": "BACKUP_VAULT",
    })
}

pub(super) fn answer(world: &World, request: &Request) -> Answer {
    let told = world.here(request, |place| {
        let points = &mut place.backup.points;
        let all: Vec<Value> = points.values().cloned().collect();
        let arn = request.text("recoveryPointArn");
        match request.operation.as_str() {
            "ListRecoveryPointsByBackupVault" => {
                let vault = request.text("backupVaultName");
                let vault = json!(vault);
                let own = |point: &&Value| point["BackupVaultName"] == vault;
                let own: Vec<Value> = all.iter().filter(own).cloned().collect();
                let filters = [
                    ("resourceArn", "ResourceArn"),
                    ("resourceType", "ResourceType"),
                ];
                Some(json!({ "RecoveryPoints": filtered(request, &own, &filters) }))
            }
            "ListRecoveryPointsByResource" => {
                let resource = json!(request.text("resourceArn"));
                let own = all.iter().filter(|point| point["ResourceArn"] == resource);
                let own: Vec<Value> = own.map(briefly).collect();
                Some(json!({ "RecoveryPoints": own }))
            }
            "ListProtectedResources" => {
                let newest: BTreeMap<String, &Value> = all
                    .iter()
                    .map(|point| (point["ResourceArn"].to_string(), point))
                    .collect();
                let told = |point: &&Value| {
                    json!({
                        "ResourceArn": point["ResourceArn"],
                        "ResourceType": point["ResourceType"],
                        "LastBackupTime": point["CreationDate"],
                        "LastBackupVaultArn": point["BackupVaultArn"],
                        "LastRecoveryPointArn": point["RecoveryPointArn"],
                    })
                };
                let results: Vec<Value> = newest.values().map(told).collect();
                Some(json!({ "Results": results }))
            }
            "GetRecoveryPointRestoreMetadata" => {
                let point = points.get(&arn?)?;
                Some(json!({
                    "BackupVaultArn": point["BackupVaultArn"],
                    "RecoveryPointArn": point["RecoveryPointArn"],
                    "RestoreMetadata": metadata(point),
                    "ResourceType": point["ResourceType"],
                }))
            }
            "DeleteRecoveryPoint" => points.remove(&arn?).map(|_| json!({})),
            _ => points.get(&arn?).cloned(),
        }
    });
    match told {
        Some(told) => Answer::value(request, &told),
        None => not_found(request, "the recovery point"),
    }
}

fn briefly(point: &Value) -> Value {
    json!({
        "RecoveryPointArn": point["RecoveryPointArn"],
        "CreationDate": point["CreationDate"],
        "Status": point["Status"],
        "BackupSizeBytes": point["BackupSizeInBytes"],
        "BackupVaultName": point["BackupVaultName"],
        "IsParent": false,
    })
}

/// What a restore starts from, by AWS Backup's names: those of a database are RDS's parameters.
fn metadata(point: &Value) -> Value {
    let resource = point["ResourceArn"].as_str().unwrap_or_default();
    let name = resource.rsplit([':', '/']).next().unwrap_or_default();
    match point["ResourceType"].as_str() {
        Some("RDS") => json!({ "DBInstanceIdentifier": name, "MultiAZ": "false" }),
        Some("Aurora") => json!({ "DBClusterIdentifier": name }),
        _ => json!({ "name": name }),
    }
}

/// moto's vaults with the true number of recovery points.
pub(super) async fn vaults(world: &World, request: &Request) -> Answer {
    let answer = world.really(request).await;
    if !answer.is_good() {
        return answer;
    }
    let mut told = answer.read();
    world.here(request, |place| {
        let count = |vault: &mut Value| {
            let points = place.backup.points.values();
            let name = &vault["BackupVaultName"];
            let own = points
                .filter(|point| point["BackupVaultName"] == *name)
                .count();
            vault["NumberOfRecoveryPoints"] = json!(own);
        };
        match told
            .get_mut("BackupVaultList")
            .and_then(Value::as_array_mut)
        {
            Some(vaults) => vaults.iter_mut().for_each(count),
            None => count(&mut told),
        }
    });
    Answer::value(request, &told)
}

pub(super) fn copy(world: &World, request: &Request) -> Answer {
    let source = request.needed("RecoveryPointArn");
    let made = world.here(request, |place| {
        let made = &mut place.backup;
        if let Some(before) = given_before(made, request) {
            return Some(before);
        }
        let point = made.points.get(&source)?;
        let id = id();
        let copy = json!({
            "AccountId": request.account,
            "CopyJobId": id,
            "SourceBackupVaultArn": point["BackupVaultArn"],
            "SourceRecoveryPointArn": source,
            "DestinationBackupVaultArn": request.needed("DestinationBackupVaultArn"),
            "ResourceArn": point["ResourceArn"],
            "ResourceType": point["ResourceType"],
            "CreationDate": now(),
            "State": "RUNNING",
            "BackupSizeInBytes": GIB,
            "IamRoleArn": request.text("IamRoleArn"),
            "IsParent": false,
        });
        remember(made, request, &id);
        made.copies.push(copy);
        Some(id)
    });
    match made {
        Some(id) => {
            let told = json!({ "CopyJobId": id, "CreationDate": now(), "IsParent": false });
            Answer::value(request, &told)
        }
        None => not_found(request, "the recovery point"),
    }
}

pub(super) fn copies(world: &World, request: &Request) -> Answer {
    let wanted = request.text("copyJobId");
    let (told, arrived) = world.here(request, |place| {
        let copies = &mut place.backup.copies;
        let looked_at = |copy: &Value| {
            let wanted = wanted.as_ref();
            wanted.is_none_or(|wanted| copy["CopyJobId"] == json!(wanted))
        };
        let told: Vec<Value> = copies
            .iter()
            .filter(|copy| looked_at(copy))
            .cloned()
            .collect();
        let mut arrived = Vec::new();
        for copy in copies.iter_mut().filter(|copy| looked_at(copy)) {
            if copy["State"] == "RUNNING" {
                copy["State"] = json!("COMPLETED");
                copy["CompletionDate"] = json!(now());
                copy["DestinationRecoveryPointArn"] = json!(there(copy));
                let source = copy["SourceRecoveryPointArn"].as_str().unwrap_or_default();
                let point = place.backup.points.get(source).cloned();
                arrived.extend(point.map(|point| (copy.clone(), point)));
            }
        }
        (told, arrived)
    });
    for (copy, point) in arrived {
        arrive(world, &copy, point);
    }
    match (&wanted, told.first()) {
        (None, _) => Answer::value(request, &json!({ "CopyJobs": told })),
        (Some(_), Some(copy)) => Answer::value(request, &json!({ "CopyJob": copy })),
        (Some(_), None) => not_found(request, "the copy job"),
    }
}

/// The ARN of a copy in its vault.
fn there(copy: &Value) -> String {
    let vault = copy["DestinationBackupVaultArn"]
        .as_str()
        .unwrap_or_default();
    let parts: Vec<&str> = vault.split(':').collect();
    let id = copy["CopyJobId"].as_str().unwrap_or_default();
    format!("{}:recovery-point:{id}", parts[..5].join(":"))
}

/// Puts a copy where its vault is.
fn arrive(world: &World, copy: &Value, mut point: Value) {
    let vault = copy["DestinationBackupVaultArn"]
        .as_str()
        .unwrap_or_default();
    let parts: Vec<&str> = vault.split(':').collect();
    let account = parts[4].parse().expect("an account");
    let arn = there(copy);
    point["RecoveryPointArn"] = json!(arn);
    point["BackupVaultArn"] = json!(vault);
    point["BackupVaultName"] = json!(parts.last());
    point["SourceBackupVaultArn"] = copy["SourceBackupVaultArn"].clone();
    world.at(account, parts[3], |place| {
        place.backup.points.insert(arn, point);
    });
}
