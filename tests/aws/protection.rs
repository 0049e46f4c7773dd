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

use super::moto::{Moto, shared};

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
