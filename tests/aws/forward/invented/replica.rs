//! Promotion of a read replica: in moto the instance stands alone afterwards.

use super::{super::keys::between, Answer, Invention, Request, World};

pub(super) const PROMOTION: Invention = Invention {
    service: "rds",
    operations: &["PromoteReadReplica"],
    what: "moto's own changes nothing that is told afterwards: here the replica is deleted and made \
           again under its name with its settings, so that it has no source and its source has no \
           replica; its tags and its age are lost, and it is available at once",
};

const RDS: (&str, &str) = ("rds", "2014-10-31");

/// What the new instance takes from the replica.
const KEPT: &[&str] = &[
    "Engine",
    "EngineVersion",
    "DBInstanceClass",
    "AllocatedStorage",
    "MasterUsername",
    "StorageEncrypted",
    "MultiAZ",
    "DBName",
];

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    let name = request.needed("DBInstanceIdentifier");
    let of_it = [
        ("Action", "DescribeDBInstances"),
        ("DBInstanceIdentifier", name.as_str()),
    ];
    let replica = world.call(request, RDS, &of_it).await;
    if !replica.is_good() {
        return replica;
    }
    let replica = replica.text();
    if between(&replica, "ReadReplicaSourceDBInstanceIdentifier").is_none_or(str::is_empty) {
        let message = format!("DB Instance {name} is not a read replica");
        return Answer::refusal(request, 400, "InvalidDBInstanceState", &message);
    }
    let delete = [
        ("Action", "DeleteDBInstance"),
        ("DBInstanceIdentifier", name.as_str()),
        ("SkipFinalSnapshot", "true"),
    ];
    let deleted = world.call(request, RDS, &delete).await;
    assert!(deleted.is_good(), "{}", deleted.text());
    let retention = request.text("BackupRetentionPeriod");
    let retention = retention.unwrap_or_else(|| "1".into());
    let group = between(&replica, "DBSubnetGroupName").unwrap_or_default();
    let mut create = vec![
        ("Action", "CreateDBInstance"),
        ("DBInstanceIdentifier", name.as_str()),
        ("MasterUserPassword", "promoted-password"),
        ("BackupRetentionPeriod", retention.as_str()),
        ("DBSubnetGroupName", group),
    ];
    let kept = KEPT
        .iter()
        .filter_map(|name| Some((*name, between(&replica, name)?)));
    create.extend(kept);
    create.retain(|(_, value)| !value.is_empty());
    let created = world.call(request, RDS, &create).await;
    let text = created.text();
    Answer::xml(text.replace("CreateDBInstance", "PromoteReadReplica"))
}
