//! RDS: Multi-AZ instances, an Aurora cluster with a reader and a secondary in the second region, a
//! replica there.

mod around;

use jiff::{SignedDuration, Timestamp};

pub(in super::super::super) use around::{
    cluster_parameter_groups, global_clusters, option_groups, parameter_groups, retained,
    subnet_groups,
};

use super::{
    super::{
        super::estate::{Environment, Estate, HOME, Purpose, Role, SECOND, Site, arn},
        named, network,
    },
    Ground, backup, before,
};
use crate::model::{
    Arn, Place,
    protection::{
        Database,
        DatabaseKind::{Cluster, Instance},
        DatabaseMember, DatabaseSnapshot, GroupStatus,
    },
};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The global database that the failing cluster is the primary of.
const GLOBAL: &str = "checkout-global";

/// Instances that stand alone, and clusters: as overviews list them.
pub(super) fn databases(ground: &Ground<'_>) -> Vec<Database> {
    let mut found = instances(ground);
    found.retain(|one| one.cluster.is_none());
    found.extend(clusters(ground));
    found
}

/// Every instance, the members of clusters among them.
pub(in super::super::super) fn instances(ground: &Ground<'_>) -> Vec<Database> {
    let prod_app = ground.site.is(Environment::Prod, Purpose::App);
    let mut found = match (ground.site.role, ground.region()) {
        (_, SECOND) if prod_app => vec![replica(ground)],
        (Role::Workload(_, Purpose::App), HOME) if prod_app => vec![
            orders(ground),
            multi_az(instance(ground, "catalog-postgres", "postgres", "17.5")),
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
    };
    for cluster in clusters(ground) {
        let members = cluster.members.iter().zip(network::ZONES);
        found.extend(members.map(|(member, letter)| of_cluster(ground, &cluster, member, letter)));
    }
    found
}

/// Every cluster.
pub(in super::super::super) fn clusters(ground: &Ground<'_>) -> Vec<Database> {
    if !ground.site.is(Environment::Prod, Purpose::App) {
        return Vec::new();
    }
    match ground.region() {
        HOME => {
            let mut primary = aurora(ground, backup::FAILING, 2);
            primary.members[0].writer = true;
            // What keeps AWS Backup from the key keeps continuous backup from it as well.
            let stuck = SignedDuration::from_hours(i64::from(backup::FAILED_HOURS));
            let restorable = primary.latest_restorable;
            primary.latest_restorable = restorable.map(|last| before(last, stuck, 1));
            vec![primary]
        }
        SECOND => vec![aurora(ground, "checkout-aurora-dr", 1)],
        _ => Vec::new(),
    }
}

pub(super) fn database_arn(ground: &Ground<'_>, region: &str, resource: &str) -> Arn {
    arn("rds", region, &ground.site.id.to_string(), resource)
}

/// The host name of an instance of a place; all of an account and region end alike.
pub(in super::super::super) fn endpoint(estate: &Estate, place: &Place, id: &str) -> String {
    let letters = estate.seed.letters(&format!("rds/{place}"), 12);
    let region = &place.region;
    format!("{id}.{}.{region}.rds.amazonaws.com", letters.to_lowercase())
}

/// The host name of the writer of a cluster.
pub(in super::super::super) fn cluster_endpoint(
    estate: &Estate,
    place: &Place,
    id: &str,
) -> String {
    endpoint(estate, place, id).replacen('.', ".cluster-", 1)
}

/// The group of subnets that all databases of an account and region are in.
pub(in super::super::super) fn subnet_group(site: &Site) -> String {
    format!("{}-private", site.name)
}

fn instance(ground: &Ground<'_>, id: &str, engine: &str, version: &str) -> Database {
    let (estate, site, region) = (ground.estate, ground.site, ground.region());
    let resource = format!("rds/{}/{id}", ground.place);
    let created: Timestamp = "2024-11-05T09:12:00Z"
        .parse()
        .expect("a moment in the code");
    let kept = ground.last(DAY, SignedDuration::from_mins(3 * 60 + 12));
    Database {
        resource_id: Some(format!("db-{}", estate.seed.letters(&resource, 24))),
        engine: engine.into(),
        engine_version: version.into(),
        class: Some("db.r6g.xlarge".into()),
        zone: Some(format!("{region}a").into()),
        endpoint: Some(endpoint(estate, ground.place, id)),
        port: Some(if engine.contains("postgres") {
            5432
        } else {
            3306
        }),
        backup_retention_days: 14,
        earliest_restorable: Some(before(kept, DAY, 14)),
        // Logs are shipped every five minutes.
        latest_restorable: Some(ground.last(SignedDuration::from_mins(5), SignedDuration::ZERO)),
        subnet_group: Some(subnet_group(site)),
        security_groups: vec![network::group_id(estate, site, region, "data")],
        parameter_groups: vec![GroupStatus {
            name: around::parameter_group(engine, version),
            status: "in-sync".into(),
        }],
        option_groups: vec![around::option_group(engine, version)],
        size_gib: Some(size(ground, id)),
        kms_key: Some(database_key(ground)),
        deletion_protection: true,
        encrypted: true,
        created: Some(created),
        tags: named(site, id),
        ..Database::named(
            Instance,
            id,
            database_arn(ground, region, &format!("db:{id}")),
        )
    }
}

fn size(ground: &Ground<'_>, database: &str) -> u32 {
    40 + ground.estate.seed.below(&format!("size/{database}"), 400)
}

fn database_key(ground: &Ground<'_>) -> String {
    let account = ground.site.id.to_string();
    arn("kms", ground.region(), &account, "alias/aws/rds").to_string()
}

/// A key that nobody may use any more: what is encrypted with it cannot be restored.
pub(in super::super::super) fn retired_key(ground: &Ground<'_>) -> String {
    let id = ground.estate.seed.uuid(&format!("key/{}", ground.place));
    let account = ground.site.id.to_string();
    arn("kms", ground.region(), &account, &format!("key/{id}")).to_string()
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

/// A cluster with that many members, all of them readers, as a secondary one has them.
fn aurora(ground: &Ground<'_>, id: &str, members: u8) -> Database {
    let member = |at: u8| DatabaseMember {
        id: format!("{id}-{}", at + 1),
        writer: false,
        tier: Some(1),
    };
    let base = instance(ground, id, "aurora-postgresql", "17.5");
    let resource = base.resource_id.map(|id| id.replacen("db", "cluster", 1));
    Database {
        resource_id: resource,
        arn: database_arn(ground, ground.region(), &format!("cluster:{id}")),
        kind: Cluster,
        class: None,
        multi_az: members > 1,
        zone: None,
        endpoint: Some(cluster_endpoint(ground.estate, ground.place, id)),
        members: (0..members).map(member).collect(),
        global_cluster: Some(GLOBAL.into()),
        option_groups: Vec::new(),
        ..base
    }
}

/// A member of a cluster in the zone of that letter.
fn of_cluster(
    ground: &Ground<'_>,
    cluster: &Database,
    member: &DatabaseMember,
    letter: char,
) -> Database {
    let base = instance(ground, &member.id, &cluster.engine, &cluster.engine_version);
    Database {
        cluster: Some(cluster.id.clone()),
        zone: Some(format!("{}{letter}", ground.region()).into()),
        kms_key: cluster.kms_key.clone(),
        latest_restorable: None,
        earliest_restorable: None,
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
        earliest_restorable: base.earliest_restorable.filter(|_| !dev),
        latest_restorable: base.latest_restorable.filter(|_| !dev),
        deletion_protection: false,
        ..base
    }
}

/// Automated ones each night, a manual one before each release, and copies in the second region.
pub(in super::super::super) fn snapshots(ground: &Ground<'_>) -> Vec<DatabaseSnapshot> {
    let mut found = Vec::new();
    let night = ground.last(DAY, SignedDuration::from_mins(3 * 60 + 12));
    for database in databases(ground) {
        if database.replica_of.is_some() || ground.region() != HOME {
            continue;
        }
        let kept = database.backup_retention_days.min(3);
        for back in 0..kept.cast_signed() {
            let created = before(night, DAY, back);
            let id = format!("rds:{}-{}", database.id, created.strftime("%Y-%m-%d-%H-%M"));
            found.push(snapshot(ground, &database, &id, "automated", created));
        }
        if database.multi_az {
            let id = format!("{}-before-release", database.id);
            let created = before(night, DAY, 16);
            let mut made = snapshot(ground, &database, &id, "manual", created);
            if database.id == "catalog-postgres" {
                made.kms_key = Some(retired_key(ground));
            }
            found.push(made);
        }
    }
    if ground.site.is(Environment::Prod, Purpose::App) && ground.region() == SECOND {
        let source = instance(ground, "orders-mysql", "mysql", "8.4.6");
        for back in 0..3 {
            let created = before(night, DAY, back);
            let id = format!("orders-mysql-copy-{}", created.strftime("%Y-%m-%d"));
            let mut copy = snapshot(ground, &source, &id, "manual", created);
            copy.copied_from = Some(HOME.into());
            found.push(copy);
        }
    }
    found
}

fn snapshot(
    ground: &Ground<'_>,
    database: &Database,
    id: &str,
    kind: &str,
    created: Timestamp,
) -> DatabaseSnapshot {
    let resource = match database.kind {
        Instance => format!("snapshot:{id}"),
        Cluster => format!("cluster-snapshot:{id}"),
    };
    DatabaseSnapshot {
        kind: kind.into(),
        created: Some(created),
        engine: database.engine.clone(),
        engine_version: database.engine_version.clone(),
        option_group: database.option_groups.first().cloned(),
        size_gib: Some(size(ground, &database.id)),
        encrypted: true,
        kms_key: database.kms_key.clone(),
        ..DatabaseSnapshot::named(
            database.kind,
            id,
            database_arn(ground, ground.region(), &resource),
            &database.id,
        )
    }
}
