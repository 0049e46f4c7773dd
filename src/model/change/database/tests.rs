use jiff::{SignedDuration, Timestamp};

use super::{
    super::{Change, ChangeKind as _, Class, Mark, Progress, Standing},
    *,
};
use crate::model::{
    AccountId, Place, Region,
    protection::{
        Database, DatabaseEvent, DatabaseKind::Instance, DatabaseMember, Databases, GlobalCluster,
        GlobalMember, GroupStatus,
    },
};

const MARK: Mark<'_> = Mark {
    plan: "0123456789abcdef",
    step: "do",
};

fn now() -> Timestamp {
    "2026-01-15T10:00:00Z".parse().expect("a moment")
}

fn minutes(ago: i64) -> Timestamp {
    now() - SignedDuration::from_mins(ago)
}

fn account() -> AccountId {
    "111122223333".parse().expect("twelve digits")
}

fn at() -> Location {
    Location::new(account(), "eu-west-1")
}

fn instance(id: &str) -> Database {
    let arn = format!("arn:x:rds:eu-west-1:111122223333:db:{id}");
    Database {
        resource_id: Some(format!("db-{id}")),
        engine: "mysql".into(),
        multi_az: true,
        zone: Some("eu-west-1a".into()),
        secondary_zone: Some("eu-west-1b".into()),
        endpoint: Some(format!("{id}.example.com")),
        backup_retention_days: 14,
        security_groups: vec!["sg-b".into(), "sg-a".into()],
        parameter_groups: vec![GroupStatus {
            name: "orders".into(),
            status: "in-sync".into(),
        }],
        ..Database::named(Instance, id, arn.into())
    }
}

fn cluster(writer: &str) -> Database {
    let member = |id: &str| DatabaseMember {
        id: id.into(),
        writer: id == writer,
        tier: Some(1),
    };
    let arn = "arn:x:rds:eu-west-1:111122223333:cluster:checkout";
    Database {
        members: vec![member("one"), member("two")],
        endpoint: Some("checkout.example.com".into()),
        ..Database::named(DatabaseKind::Cluster, "checkout", arn.into())
    }
}

fn seen(instances: Vec<Database>, clusters: Vec<Database>) -> Databases {
    Databases {
        instances,
        clusters,
        ..Databases::empty(Place::new(account(), "eu-west-1"), now())
    }
}

fn told(source: &str, ago: i64, message: &str) -> DatabaseEvent {
    DatabaseEvent {
        at: minutes(ago),
        source: source.into(),
        categories: vec!["failover".into()],
        message: message.into(),
    }
}

const STARTED: &str = "Multi-AZ instance failover started.";
const COMPLETED: &str = "Multi-AZ instance failover completed.";

fn reboot() -> DatabaseChange {
    DatabaseChange::FailOverInstance {
        at: at(),
        id: "orders".into(),
        from: "eu-west-1a".into(),
        to: "eu-west-1b".into(),
        since: Some(minutes(60)),
    }
}

fn zone(zone: &str) -> Database {
    Database {
        zone: Some(zone.into()),
        ..instance("orders")
    }
}

/// Where the failover of the instance stands, with these lines in the log.
fn after(database: Database, events: Vec<DatabaseEvent>) -> Standing {
    let seen = Databases {
        events,
        ..seen(vec![database], Vec::new())
    };
    reboot().standing(&seen, MARK)
}

fn elsewhere(standing: Standing) -> String {
    let Standing::Elsewhere(lines) = standing else {
        panic!("it stands as planned: {standing:?}");
    };
    lines.join("; ")
}

#[test]
fn the_zone_is_the_witness_of_a_failover_and_the_log_tells_the_rest() {
    assert_eq!(after(zone("eu-west-1a"), Vec::new()), Standing::From);
    assert_eq!(after(zone("eu-west-1b"), Vec::new()), Standing::to());
    // What was there before the plan counts for nothing.
    let old = vec![told("orders", 61, STARTED), told("orders", 60, COMPLETED)];
    assert_eq!(after(zone("eu-west-1a"), old), Standing::From);
    let busy = Database {
        status: "rebooting".into(),
        ..zone("eu-west-1a")
    };
    assert!(matches!(after(busy, Vec::new()), Standing::Moving(_)));
    // The log is ahead of the description, for a while.
    let begun = vec![told("orders", 1, STARTED)];
    assert!(matches!(
        after(zone("eu-west-1a"), begun),
        Standing::Moving(_)
    ));
    let done = |ago| {
        vec![
            told("orders", ago + 1, STARTED),
            told("orders", ago, COMPLETED),
        ]
    };
    assert!(matches!(
        after(zone("eu-west-1a"), done(2)),
        Standing::Moving(_)
    ));
    assert_eq!(
        elsewhere(after(zone("eu-west-1a"), done(20))),
        "orders is in eu-west-1a, though its log tells of a failover at 2026-01-15T09:40:00Z"
    );
    assert_eq!(
        elsewhere(after(zone("eu-west-1c"), Vec::new())),
        "orders is in eu-west-1c, not in eu-west-1a"
    );
}

#[test]
fn one_that_has_come_back_is_neither_done_nor_to_be_sent() {
    let twice = vec![told("orders", 30, COMPLETED), told("orders", 2, COMPLETED)];
    assert_eq!(
        elsewhere(after(zone("eu-west-1a"), twice)),
        "orders is in eu-west-1a again: it has failed over 2 times, last at 2026-01-15T09:58:00Z"
    );
    // A line that the log repeats is one failover.
    let repeated = vec![told("orders", 2, COMPLETED), told("orders", 2, COMPLETED)];
    assert!(matches!(
        after(zone("eu-west-1a"), repeated),
        Standing::Moving(_)
    ));
    let single = Database {
        multi_az: false,
        ..zone("eu-west-1b")
    };
    assert_eq!(
        elsewhere(after(single, Vec::new())),
        "orders is not Multi-AZ any more"
    );
}

#[test]
fn a_failover_that_the_service_gave_up_is_told_as_failed() {
    let seen = |message: &str| Databases {
        events: vec![told("orders", 2, message)],
        ..seen(vec![zone("eu-west-1a")], Vec::new())
    };
    assert!(matches!(
        reboot().progress(&seen(STARTED), MARK),
        Progress::Working(_)
    ));
    let failed = reboot().progress(&seen("Multi-AZ instance failover failed."), MARK);
    assert_eq!(
        failed,
        Progress::Failed("the failover of orders has failed at 2026-01-15T09:58:00Z".into())
    );
}

#[test]
fn a_cluster_is_failed_over_by_its_writer() {
    let change = |to: Option<&str>| DatabaseChange::FailOverCluster {
        at: at(),
        id: "checkout".into(),
        from: "one".into(),
        to: to.map(Into::into),
        since: None,
    };
    let standing = |change: &DatabaseChange, writer| {
        change.standing(&seen(vec![], vec![cluster(writer)]), MARK)
    };
    let named = change(Some("two"));
    assert_eq!(named.class(), Class::GuardedAct);
    assert_eq!(standing(&named, "one"), Standing::From);
    assert_eq!(standing(&named, "two"), Standing::to());
    assert_eq!(
        elsewhere(standing(&named, "three")),
        "checkout is written by nobody, not by one"
    );
    let any = change(None);
    assert_eq!(any.class(), Class::Act);
    assert_eq!(standing(&any, "one"), Standing::From);
    assert_eq!(standing(&any, "two"), Standing::to());
}

#[test]
fn a_promotion_is_seen_by_the_source_that_is_gone() {
    let change = DatabaseChange::Promote {
        at: at(),
        kind: Instance,
        id: "orders".into(),
        source: "arn:x:rds:eu-west-1:111122223333:db:main".into(),
        retention_days: 7,
    };
    let of = |source: Option<&str>, status: &str| Database {
        replica_of: source.map(Into::into),
        status: status.into(),
        ..instance("orders")
    };
    let standing = |database| change.standing(&seen(vec![database], vec![]), MARK);
    let main = Some("arn:x:rds:eu-west-1:111122223333:db:main");
    assert_eq!(standing(of(main, "available")), Standing::From);
    assert!(matches!(
        standing(of(main, "backing-up")),
        Standing::Moving(_)
    ));
    assert_eq!(standing(of(None, "available")), Standing::to());
    assert_eq!(
        elsewhere(standing(of(Some("other"), "available"))),
        "orders is a replica of other, not of main"
    );
    let progress = |database| change.progress(&seen(vec![database], vec![]), MARK);
    assert!(matches!(
        progress(of(None, "rebooting")),
        Progress::Working(_)
    ));
    assert_eq!(progress(of(None, "available")), Progress::settled());
}

fn global(writer: &str, moving_to: Option<&str>, status: &str) -> Databases {
    let arn = |region: &str| crate::model::Arn::from(format!("arn:x:rds:{region}:1:cluster:c"));
    let member = |region: &str| GlobalMember {
        cluster: arn(region),
        writer: region == writer,
        synchronized: Some(true),
    };
    Databases {
        global_clusters: vec![GlobalCluster {
            id: "shop".into(),
            status: status.into(),
            engine: "aurora-mysql".into(),
            members: vec![member("here"), member("there")],
            moving_to: moving_to.map(arn),
        }],
        ..seen(Vec::new(), Vec::new())
    }
}

#[test]
fn the_primary_of_a_global_database_is_the_witness_of_its_move() {
    let arn = |region: &str| crate::model::Arn::from(format!("arn:x:rds:{region}:1:cluster:c"));
    let change = |to: &str| DatabaseChange::SwitchOverGlobal {
        at: at(),
        global: "shop".into(),
        from: arn("here"),
        to: arn(to),
    };
    let standing = |seen: &Databases| change("there").standing(seen, MARK);
    assert_eq!(standing(&global("here", None, "available")), Standing::From);
    assert_eq!(
        standing(&global("there", None, "available")),
        Standing::to()
    );
    let moving = global("here", Some("there"), "switching-over");
    assert!(matches!(standing(&moving), Standing::Moving(_)));
    let other = global("here", Some("here"), "switching-over");
    assert_eq!(
        elsewhere(standing(&other)),
        "shop is switching-over to another cluster"
    );
    let stranger = change("mars").standing(&global("here", None, "available"), MARK);
    assert_eq!(elsewhere(stranger), "c is no member of shop");
    // What is lost is said by the change, and nothing takes it back.
    let lossy = DatabaseChange::FailOverGlobal {
        at: at(),
        global: "shop".into(),
        from: arn("here"),
        to: arn("there"),
        allow_data_loss: true,
    };
    assert_eq!(lossy.inverse("x"), None);
    let back = change("there").inverse("x").expect("an inverse");
    assert_eq!(back.title(), "shop: switch over from there to here");
}

#[test]
fn nothing_is_restored_into_default_groups_and_no_cluster_is_deleted_without_a_trace() {
    let restore = |shape: Shape| DatabaseChange::Restore {
        at: at(),
        kind: Instance,
        from: Origin::Snapshot("s".into()),
        id: "orders-new".into(),
        shape: shape.into(),
        tags: crate::model::Tags::new(),
    };
    let rules = |change: &DatabaseChange| {
        let objections = change.objections().into_iter();
        objections.map(|one| one.rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(&restore(shape())), Vec::<&str>::new());
    for spoil in [
        |shape: &mut Shape| shape.security_groups.clear(),
        |shape: &mut Shape| shape.parameter_group.clear(),
        |shape: &mut Shape| shape.subnet_group.clear(),
    ] {
        let mut spoilt = shape();
        spoil(&mut spoilt);
        assert_eq!(rules(&restore(spoilt)), ["restored-with-groups-of-its-own"]);
    }
    let delete = |final_snapshot| DatabaseChange::Delete {
        at: at(),
        kind: crate::model::protection::DatabaseKind::Cluster,
        id: "shop".into(),
        made_by: "restore".into(),
        final_snapshot,
    };
    assert_eq!(rules(&delete(None)), ["a-last-snapshot-before-deletion"]);
    assert_eq!(rules(&delete(Some("last".into()))), Vec::<&str>::new());
}

fn shape() -> Shape {
    Shape {
        engine: "mysql".into(),
        engine_version: "8.4.6".into(),
        class: Some("db.r6g.xlarge".into()),
        subnet_group: "private".into(),
        security_groups: vec!["sg-a".into()],
        parameter_group: "orders".into(),
        option_group: None,
        port: 3306,
        public: false,
    }
}

fn restore() -> DatabaseChange {
    DatabaseChange::Restore {
        at: at(),
        kind: Instance,
        from: Origin::Snapshot("before".into()),
        id: "orders-r".into(),
        shape: shape().into(),
        tags: Tags::new(),
    }
}

fn marked(mut database: Database, step: &str) -> Database {
    database.tags.insert(Mark::PLAN.into(), MARK.plan.into());
    database.tags.insert(Mark::STEP.into(), step.into());
    database
}

#[test]
fn a_restored_database_is_ours_by_its_mark_and_tells_its_endpoint() {
    let standing = |found: Vec<Database>| restore().standing(&seen(found, vec![]), MARK);
    assert_eq!(standing(vec![]), Standing::From);
    let ours = marked(instance("orders-r"), "do");
    assert_eq!(
        standing(vec![ours.clone()]),
        Standing::made("orders-r.example.com")
    );
    assert_eq!(
        elsewhere(standing(vec![marked(instance("orders-r"), "other")])),
        "the name orders-r is taken by a database that is not ours"
    );
    let progress = |found: Database| restore().progress(&seen(vec![found], vec![]), MARK);
    let young = Database {
        status: "creating".into(),
        endpoint: None,
        ..ours.clone()
    };
    assert_eq!(
        progress(young),
        Progress::Working("orders-r is creating".into())
    );
    let bad = Database {
        status: "incompatible-restore".into(),
        ..ours.clone()
    };
    assert_eq!(
        progress(bad),
        Progress::Failed("orders-r is incompatible-restore".into())
    );
    let made = Some("orders-r.example.com".into());
    assert_eq!(progress(ours), Progress::Settled { made });
}

#[test]
fn only_what_the_plan_has_made_is_deleted_and_a_last_snapshot_stays() {
    let Some(Change::Database(delete)) = restore().inverse("restore") else {
        panic!("a restore can be taken back");
    };
    let DatabaseChange::Delete { final_snapshot, .. } = &delete else {
        panic!("by deletion");
    };
    assert_eq!(final_snapshot.as_deref(), Some("orders-r-final"));
    let standing = |found: Vec<Database>| delete.standing(&seen(found, vec![]), MARK);
    assert_eq!(standing(vec![]), Standing::to());
    let ours = marked(instance("orders-r"), "restore");
    assert_eq!(standing(vec![ours.clone()]), Standing::From);
    let busy = Database {
        status: "creating".into(),
        ..ours
    };
    assert!(matches!(standing(vec![busy]), Standing::Moving(_)));
    assert_eq!(
        elsewhere(standing(vec![instance("orders-r")])),
        "orders-r does not carry the mark of the step that made it"
    );
}

#[test]
fn settings_stand_three_ways_and_wait_while_the_database_is_busy() {
    let change = DatabaseChange::Modify {
        at: at(),
        kind: Instance,
        id: "orders".into(),
        from: Settings {
            multi_az: Some(false),
            ..Settings::default()
        },
        to: Settings {
            multi_az: Some(true),
            security_groups: Some(vec!["sg-a".into(), "sg-b".into()]),
            ..Settings::default()
        },
    };
    let of = |multi_az, status: &str, pending: &[&str]| Database {
        multi_az,
        status: status.into(),
        pending: pending.iter().map(|line| (*line).to_owned()).collect(),
        ..instance("orders")
    };
    let standing = |database| change.standing(&seen(vec![database], vec![]), MARK);
    assert_eq!(standing(of(true, "modifying", &[])), Standing::to());
    assert_eq!(standing(of(false, "available", &[])), Standing::From);
    assert!(matches!(
        standing(of(false, "backing-up", &[])),
        Standing::Moving(_)
    ));
    assert!(matches!(
        standing(of(false, "available", &["multi_az: true"])),
        Standing::Moving(_)
    ));
    let back = change.inverse("x").expect("an inverse");
    assert_eq!(back.title(), "orders: Multi-AZ off");
    let strict = DatabaseChange::Modify {
        at: at(),
        kind: Instance,
        id: "orders".into(),
        from: Settings {
            retention_days: Some(0),
            ..Settings::default()
        },
        to: Settings {
            retention_days: Some(7),
            ..Settings::default()
        },
    };
    let found = strict.standing(&seen(vec![instance("orders")], vec![]), MARK);
    assert_eq!(
        elsewhere(found),
        "backup retention: planned from 0 days, found 14 days"
    );
}

#[test]
fn a_rename_that_is_half_done_is_told_by_whose_the_names_are() {
    let change = |from: &str, to: &str, whose| DatabaseChange::Rename {
        at: at(),
        kind: Instance,
        from: from.into(),
        to: to.into(),
        whose,
    };
    let old = change("orders", "orders-old", Whose::Resource("db-orders".into()));
    let new = change("orders-r", "orders", Whose::MadeBy("restore".into()));
    let ours = |id: &str| marked(instance(id), "restore");
    let under = |id: &str| Database {
        resource_id: Some("db-orders".into()),
        ..instance(id)
    };
    let before = seen(vec![under("orders"), ours("orders-r")], vec![]);
    assert_eq!(old.standing(&before, MARK), Standing::From);
    assert_eq!(
        elsewhere(new.standing(&before, MARK)),
        "the name orders is taken by another database"
    );
    let half = seen(vec![under("orders-old"), ours("orders-r")], vec![]);
    let endpoint = |id: &str| Standing::made(format!("{id}.example.com"));
    assert_eq!(old.standing(&half, MARK), endpoint("orders-old"));
    assert_eq!(new.standing(&half, MARK), Standing::From);
    let whole = seen(vec![under("orders-old"), ours("orders")], vec![]);
    assert_eq!(new.standing(&whole, MARK), endpoint("orders"));
    assert_eq!(
        elsewhere(old.standing(&seen(vec![], vec![]), MARK)),
        "neither orders nor orders-old is there"
    );
}

#[test]
fn every_change_names_its_call_its_class_and_its_scope() {
    let lines: Vec<String> = every()
        .iter()
        .map(|change| {
            let scope = change.scope();
            let rest = scope.strip_prefix("aws/111122223333/eu-west-1/rds/");
            format!(
                "{} {} {} {}",
                change.class(),
                change.action(),
                rest.expect("within its place"),
                change.reads().join(" "),
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    name rds:RestoreDBInstanceFromDBSnapshot db/new rds:AddTagsToResource rds:DescribeDBInstances
    name rds:RestoreDBClusterFromSnapshot cluster/new rds:AddTagsToResource rds:DescribeDBClusters
    name rds:RestoreDBInstanceToPointInTime db/new rds:AddTagsToResource rds:DescribeDBInstances
    name rds:RestoreDBClusterToPointInTime cluster/new rds:AddTagsToResource rds:DescribeDBClusters
    name rds:CreateDBInstance db/checkout-1 rds:AddTagsToResource rds:DescribeDBInstances
    name rds:CreateDBInstanceReadReplica db/orders-replica rds:AddTagsToResource rds:DescribeDBInstances
    set rds:ModifyDBInstance db/orders rds:DescribeDBInstances
    set rds:ModifyDBCluster cluster/orders rds:DescribeDBClusters
    set rds:ModifyDBInstance db/orders rds:DescribeDBInstances
    guarded_act rds:PromoteReadReplica db/orders rds:DescribeDBInstances
    guarded_act rds:PromoteReadReplicaDBCluster cluster/orders rds:DescribeDBClusters
    guarded_act rds:FailoverDBCluster cluster/checkout rds:DescribeEvents rds:DescribeDBClusters
    act rds:FailoverDBCluster cluster/checkout rds:DescribeEvents rds:DescribeDBClusters
    act rds:RebootDBInstance db/orders rds:DescribeEvents rds:DescribeDBInstances
    guarded_act rds:SwitchoverGlobalCluster global/shop rds:DescribeGlobalClusters
    guarded_act rds:FailoverGlobalCluster global/shop rds:DescribeGlobalClusters
    name rds:DeleteDBInstance db/new rds:CreateDBSnapshot rds:DescribeDBInstances
    name rds:DeleteDBCluster cluster/new rds:CreateDBClusterSnapshot rds:DescribeDBClusters
    name rds:DeleteDBInstance db/new rds:CreateDBSnapshot rds:DescribeDBInstances
    name rds:DeleteDBCluster cluster/new rds:CreateDBClusterSnapshot rds:DescribeDBClusters
    name rds:DeleteDBInstance db/checkout-1 rds:DescribeDBInstances
    name rds:DeleteDBInstance db/orders-replica rds:DescribeDBInstances
    ");
    assert!(
        every()
            .iter()
            .all(|change| change.region() == Region::from("eu-west-1"))
    );
}

#[test]
fn a_change_is_the_same_after_a_journey_as_text() {
    for change in every() {
        let change = Change::Database(change);
        let text = serde_json::to_string(&change).expect("text");
        assert_eq!(
            serde_json::from_str::<Change>(&text).expect("a change"),
            change
        );
    }
}

/// One of each kind.
fn every() -> Vec<DatabaseChange> {
    let arn = |region: &str| crate::model::Arn::from(format!("arn:x:rds:{region}:1:cluster:c"));
    let moment = Origin::Moment {
        database: "orders".into(),
        resource_id: "db-1".into(),
        gone: false,
        time: now(),
    };
    let restore = |kind, from: &Origin| DatabaseChange::Restore {
        at: at(),
        kind,
        from: from.clone(),
        id: "new".into(),
        shape: shape().into(),
        tags: Tags::new(),
    };
    let snapshot = Origin::Snapshot("before".into());
    let (instance, cluster) = (Instance, DatabaseKind::Cluster);
    let modify = |kind| DatabaseChange::Modify {
        at: at(),
        kind,
        id: "orders".into(),
        from: Settings::default(),
        to: Settings {
            retention_days: Some(7),
            ..Settings::default()
        },
    };
    let promote = |kind| DatabaseChange::Promote {
        at: at(),
        kind,
        id: "orders".into(),
        source: "main".into(),
        retention_days: 7,
    };
    let mut all = vec![
        restore(instance, &snapshot),
        restore(cluster, &snapshot),
        restore(instance, &moment),
        restore(cluster, &moment),
        DatabaseChange::CreateMember {
            at: at(),
            cluster: "checkout".into(),
            id: "checkout-1".into(),
            class: "db.r6g.large".into(),
            engine: "aurora-mysql".into(),
            tags: Tags::new(),
        },
        DatabaseChange::CreateReplica {
            at: at(),
            source: "orders".into(),
            id: "orders-replica".into(),
            shape: shape().into(),
            tags: Tags::new(),
        },
        modify(instance),
        modify(cluster),
        DatabaseChange::Rename {
            at: at(),
            kind: instance,
            from: "orders".into(),
            to: "orders-old".into(),
            whose: Whose::Resource("db-1".into()),
        },
        promote(instance),
        promote(cluster),
        DatabaseChange::FailOverCluster {
            at: at(),
            id: "checkout".into(),
            from: "one".into(),
            to: Some("two".into()),
            since: None,
        },
        DatabaseChange::FailOverCluster {
            at: at(),
            id: "checkout".into(),
            from: "one".into(),
            to: None,
            since: None,
        },
        reboot(),
        DatabaseChange::SwitchOverGlobal {
            at: at(),
            global: "shop".into(),
            from: arn("here"),
            to: arn("there"),
        },
        DatabaseChange::FailOverGlobal {
            at: at(),
            global: "shop".into(),
            from: arn("here"),
            to: arn("there"),
            allow_data_loss: true,
        },
    ];
    let deletions = all
        .clone()
        .into_iter()
        .filter_map(|change| match change.inverse("made") {
            Some(Change::Database(back @ DatabaseChange::Delete { .. })) => Some(back),
            _ => None,
        });
    let deletions: Vec<DatabaseChange> = deletions.collect();
    all.extend(deletions);
    all
}
