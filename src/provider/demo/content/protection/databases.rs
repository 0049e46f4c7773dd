//! RDS: Multi-AZ instances, an Aurora cluster with a reader, a replica in the second region.

use jiff::SignedDuration;

use super::{
    super::{
        super::estate::{Environment, HOME, Purpose, Role, SECOND, arn},
        named,
    },
    Ground, backup, before,
};
use crate::model::{
    Arn,
    protection::{Database, DatabaseKind, DatabaseMember, DatabaseSnapshot},
};

const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn databases(ground: &Ground<'_>) -> Vec<Database> {
    let prod_app = ground.site.is(Environment::Prod, Purpose::App);
    match (ground.site.role, ground.region()) {
        (_, SECOND) if prod_app => vec![replica(ground)],
        (Role::Workload(_, Purpose::App), HOME) if prod_app => vec![
            orders(ground),
            multi_az(instance(ground, "catalog-postgres", "postgres", "17.5")),
            aurora(ground),
        ],
        (Role::Workload(_, Purpose::App), HOME) if ground.site.is_reference() => {
            vec![small(ground, "orders-mysql", "mysql", "8.4.6")]
        }
        (Role::Workload(Environment::Prod, Purpose::Ml), HOME) if ground.site.is_reference() => {
            vec![multi_az(instance(
                ground,
                "features-postgres",
                "postgres",
                "17.5",
            ))]
        }
        (Role::Workload(_, Purpose::App), HOME) if ground.site.index.is_multiple_of(2) => {
            vec![small(ground, "main-postgres", "postgres", "17.5")]
        }
        _ => Vec::new(),
    }
}

pub(super) fn database_arn(ground: &Ground<'_>, region: &str, resource: &str) -> Arn {
    arn("rds", region, &ground.site.id.to_string(), resource)
}

fn instance(ground: &Ground<'_>, id: &str, engine: &str, version: &str) -> Database {
    let region = ground.region();
    let letters = ground
        .estate
        .seed
        .letters(&format!("rds/{}", ground.place), 12);
    let host = letters.to_lowercase();
    Database {
        id: id.into(),
        arn: database_arn(ground, region, &format!("db:{id}")),
        kind: DatabaseKind::Instance,
        engine: engine.into(),
        engine_version: version.into(),
        status: "available".into(),
        class: Some("db.r6g.xlarge".into()),
        multi_az: false,
        zone: Some(format!("{region}a").into()),
        secondary_zone: None,
        endpoint: Some(format!("{id}.{host}.{region}.rds.amazonaws.com")),
        members: Vec::new(),
        replica_of: None,
        replicas: Vec::new(),
        backup_retention_days: 14,
        // Logs are shipped every five minutes.
        latest_restorable: Some(ground.last(SignedDuration::from_mins(5), SignedDuration::ZERO)),
        deletion_protection: true,
        encrypted: true,
        tags: named(ground.site, id),
    }
}

fn multi_az(mut database: Database) -> Database {
    database.multi_az = true;
    let second = database
        .zone
        .as_ref()
        .map(|zone| format!("{}b", zone.as_str().trim_end_matches('a')));
    database.secondary_zone = second.map(Into::into);
    database
}

fn orders(ground: &Ground<'_>) -> Database {
    let replica = database_arn(ground, SECOND, "db:orders-mysql-replica");
    Database {
        replicas: vec![replica.to_string()],
        ..multi_az(instance(ground, "orders-mysql", "mysql", "8.4.6"))
    }
}

fn replica(ground: &Ground<'_>) -> Database {
    let source = database_arn(ground, HOME, "db:orders-mysql");
    Database {
        replica_of: Some(source.to_string()),
        backup_retention_days: 1,
        ..instance(ground, "orders-mysql-replica", "mysql", "8.4.6")
    }
}

fn aurora(ground: &Ground<'_>) -> Database {
    let id = backup::FAILING;
    let member = |id: &str, writer| DatabaseMember {
        id: id.into(),
        writer,
    };
    let base = instance(ground, id, "aurora-postgresql", "17.5");
    // What keeps AWS Backup from the key keeps continuous backup from it as well.
    let stuck = SignedDuration::from_hours(i64::from(backup::FAILED_HOURS));
    let restorable = base.latest_restorable.map(|last| before(last, stuck, 1));
    Database {
        latest_restorable: restorable,
        arn: database_arn(ground, ground.region(), &format!("cluster:{id}")),
        kind: DatabaseKind::Cluster,
        class: None,
        multi_az: true,
        zone: None,
        endpoint: base.endpoint.map(|host| host.replacen('.', ".cluster-", 1)),
        members: vec![
            member("checkout-aurora-1", true),
            member("checkout-aurora-2", false),
        ],
        ..base
    }
}

/// Outside production one instance in one zone; in development without any backup.
fn small(ground: &Ground<'_>, id: &str, engine: &str, version: &str) -> Database {
    let base = instance(ground, id, engine, version);
    let dev = matches!(ground.site.role, Role::Workload(Environment::Dev, _));
    Database {
        class: Some("db.t4g.medium".into()),
        backup_retention_days: if dev { 0 } else { 3 },
        latest_restorable: base.latest_restorable.filter(|_| !dev),
        deletion_protection: false,
        ..base
    }
}

/// Automated ones each night, a manual one before each release, and copies in the second region.
pub(super) fn snapshots(ground: &Ground<'_>) -> Vec<DatabaseSnapshot> {
    let mut found = Vec::new();
    let night = ground.last(DAY, SignedDuration::from_mins(3 * 60 + 12));
    for database in databases(ground) {
        if database.replica_of.is_some() {
            continue;
        }
        let kept = database.backup_retention_days.min(3);
        for back in 0..kept.cast_signed() {
            let created = before(night, DAY, back);
            let id = format!("rds:{}-{}", database.id, created.strftime("%Y-%m-%d-%H-%M"));
            found.push(snapshot(ground, &database.id, &id, "automated", created));
        }
        if database.multi_az {
            let id = format!("{}-before-release", database.id);
            let created = before(night, DAY, 16);
            found.push(snapshot(ground, &database.id, &id, "manual", created));
        }
    }
    if ground.site.is(Environment::Prod, Purpose::App) && ground.region() == SECOND {
        for back in 0..3 {
            let created = before(night, DAY, back);
            let id = format!("orders-mysql-copy-{}", created.strftime("%Y-%m-%d"));
            let mut copy = snapshot(ground, "orders-mysql", &id, "manual", created);
            copy.copied_from = Some(HOME.into());
            found.push(copy);
        }
    }
    found
}

fn snapshot(
    ground: &Ground<'_>,
    database: &str,
    id: &str,
    kind: &str,
    created: jiff::Timestamp,
) -> DatabaseSnapshot {
    let size = 40 + ground.estate.seed.below(&format!("size/{database}"), 400);
    DatabaseSnapshot {
        id: id.into(),
        arn: database_arn(ground, ground.region(), &format!("snapshot:{id}")),
        database: database.into(),
        kind: kind.into(),
        status: "available".into(),
        created: Some(created),
        size_gib: Some(size),
        encrypted: true,
        copied_from: None,
    }
}
