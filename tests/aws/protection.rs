//! Databases, backups and buckets, against what boto3 made in a server that lacks some calls.

use awsdeck::{
    model::{
        Place,
        protection::{DatabaseKind, Protection},
    },
    provider::{
        Protections as _,
        aws::{protection::Protections, session::Sessions},
    },
};

use serde_json::json;

use super::{
    forward::Forward,
    moto::{Moto, shared, written},
};

async fn read(moto: &Moto, account: &str) -> Protection {
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let place = Place::new(moto.account(account), "eu-west-1");
    let protection = Protections::new(sessions).protection(&place).await;
    protection.expect("readable")
}

#[tokio::test]
async fn databases_tell_their_replicas_and_snapshots() {
    let found = read(shared(), "prod-app").await;
    let database = |id: &str| {
        let mut databases = found.databases.iter();
        databases
            .find(|database| database.id == id)
            .expect("seeded")
    };
    let main = database("prod-orders");
    assert_eq!(main.kind, DatabaseKind::Instance);
    assert_eq!(
        (main.engine.as_str(), main.multi_az, main.encrypted),
        ("postgres", true, true)
    );
    assert_eq!(main.backup_retention_days, 7);
    assert_eq!(main.replicas, ["prod-orders-replica"]);
    assert_eq!(
        database("prod-orders-replica").replica_of.as_deref(),
        Some("prod-orders")
    );
    let mut snapshots = found.snapshots.iter();
    let snapshot = snapshots.find(|snapshot| snapshot.id == "prod-orders-before-release");
    let snapshot = snapshot.expect("seeded");
    assert_eq!(
        (snapshot.database.as_str(), snapshot.kind.as_str()),
        ("prod-orders", "manual")
    );
    assert!(snapshot.created.is_some());
}

#[tokio::test]
async fn a_call_that_is_not_offered_is_named_and_breaks_nothing_else() {
    let found = read(shared(), "prod-shared").await;
    assert_eq!(found.vaults[0].name, "prod-vault");
    assert_eq!(found.plans[0].name, "prod-daily");
    let rule = &found.plans[0].rules[0];
    assert_eq!(
        (rule.name.as_str(), rule.vault.as_str()),
        ("daily", "prod-vault")
    );
    assert_eq!(rule.schedule.as_deref(), Some("cron(0 3 * * ? *)"));
    // moto has no jobs and no recovery points, and its answer about versioning is not S3's.
    let missing = [
        "backup:ListBackupJobs",
        "backup:ListRecoveryPointsByBackupVault",
        "s3:GetBucketVersioning",
    ];
    let gaps: Vec<&str> = found.gaps.iter().map(|gap| gap.action.as_str()).collect();
    assert_eq!(gaps, missing);
    let names: Vec<&str> = found
        .buckets
        .iter()
        .map(|bucket| bucket.name.as_str())
        .collect();
    assert_eq!(names, ["acme-prod-scratch", "acme-prod-state"]);
    assert_eq!(found.buckets[0].versioning, None, "unknown, not off");
    assert_eq!(found.buckets[0].replicas, Some(Vec::new()));
}

#[tokio::test]
async fn a_bucket_is_shown_only_where_it_is() {
    let moto = shared();
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let place = Place::new(moto.account("prod-shared"), "eu-central-1");
    let found = Protections::new(sessions)
        .protection(&place)
        .await
        .expect("readable");
    assert_eq!(found.buckets, []);
}

#[tokio::test]
async fn versions_and_replication_of_a_bucket_are_those_that_boto3_set() {
    let moto = written();
    let account = moto.account("dev-shared");
    let s3 = |operation: &str, input| moto.boto(Some(account), "s3", operation, &input);
    let region = json!({ "LocationConstraint": "eu-west-1" });
    for bucket in ["acme-source", "acme-copy"] {
        let made = json!({ "Bucket": bucket, "CreateBucketConfiguration": region });
        s3("create_bucket", made);
        let on = json!({ "Status": "Enabled" });
        s3(
            "put_bucket_versioning",
            json!({ "Bucket": bucket, "VersioningConfiguration": on }),
        );
    }
    let every = json!({
        "ID": "all",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": { "Prefix": "" },
        "DeleteMarkerReplication": { "Status": "Disabled" },
        "Destination": { "Bucket": "arn:aws:s3:::acme-copy" },
    });
    let role = format!("arn:aws:iam::{account}:role/replication");
    let replication = json!({ "Role": role, "Rules": [every] });
    s3(
        "put_bucket_replication",
        json!({ "Bucket": "acme-source", "ReplicationConfiguration": replication }),
    );

    // moto tells versioning under a name that S3 does not use.
    let forward = Forward::before(moto);
    let options = moto.options_at(forward.endpoint());
    let sessions = Sessions::open(options).await.expect("settings");
    let place = Place::new(account, "eu-west-1");
    let found = Protections::new(sessions).protection(&place).await;
    let found = found.expect("readable");
    assert_eq!(found.gaps, []);
    let bucket = |name: &str| {
        let mut buckets = found.buckets.iter();
        buckets.find(|bucket| bucket.name == name).expect("made")
    };
    let source = bucket("acme-source");
    assert_eq!(source.versioning, Some(true));
    let copies = source.replicas.as_ref().expect("read");
    assert_eq!(copies[0].as_str(), "arn:aws:s3:::acme-copy");
    assert_eq!(bucket("acme-copy").replicas, Some(Vec::new()));
    assert_eq!(bucket("acme-dev-scratch").versioning, Some(false));
}
