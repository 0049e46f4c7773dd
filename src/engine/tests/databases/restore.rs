use super::*;

const MOMENT: &str = "2026-01-15T09:30:00Z";

fn of_moment(pairs: &[(&str, &str)]) -> Arguments {
    let base = [("time", MOMENT)];
    of_orders("database", &[&base[..], pairs].concat())
}

#[tokio::test(start_paused = true)]
async fn a_database_is_made_as_it_was_with_nothing_left_to_defaults() {
    let bench = Bench::new().await;
    let run = bench
        .succeeds("restore-point-in-time", &of_moment(&[]))
        .await;
    insta::assert_snapshot!(bench.story(run), @"
       0 run RunCreated
       0 run ApprovalGiven
       0 run ApprovalGranted
       0 run LeaseTaken
       0 run RunStarted
       0 restore StepReady
       0 restore PrecheckOk
       0 restore Intent
       0 restore Ack
       0 restore SettleBegan
     840 restore Settled
     840 restore StepDone
     840 set StepReady
     840 set PrecheckOk
     840 set Intent
     840 set Ack
     840 set SettleBegan
    1380 set Settled
    1380 set StepDone
    1380 run VerifyBegan
    1380 in-sync StepReady
    1380 backed-up StepReady
    1380 in-sync CheckBegan
    1380 backed-up CheckBegan
    1380 in-sync CheckVerdict
    1380 in-sync StepDone
    1380 backed-up CheckVerdict
    1380 backed-up StepDone
    1380 bake StepReady
    1380 bake CheckBegan
    1380 bake CheckSample
    1385 bake CheckSample
    1390 bake CheckSample
    1395 bake CheckSample
    1400 bake CheckSample
    1405 bake CheckSample
    1410 bake CheckSample
    1415 bake CheckSample
    1420 bake CheckSample
    1425 bake CheckSample
    1430 bake CheckSample
    1435 bake CheckSample
    1440 bake CheckSample
    1440 bake CheckVerdict
    1440 bake StepDone
    1440 run RunDone
    ");
    let old = bench.orders().await;
    let new = bench
        .database(&home(), Instance, "orders-mysql-r-2601150930")
        .await;
    assert_eq!(new.subnet_group, old.subnet_group);
    assert_eq!(new.security_groups, old.security_groups);
    assert_eq!(new.parameter_groups, old.parameter_groups);
    assert_eq!(new.option_groups, old.option_groups);
    assert_eq!((new.multi_az, new.deletion_protection), (true, true));
    assert_eq!(new.backup_retention_days, old.backup_retention_days);
    assert!(new.latest_restorable.is_some());
    assert_eq!(
        actions(&bench),
        ["rds:RestoreDBInstanceToPointInTime", "rds:ModifyDBInstance"]
    );
}

#[tokio::test(start_paused = true)]
async fn rolling_back_leaves_nothing_but_a_last_snapshot() {
    let bench = Bench::new().await;
    let before = bench.databases(&home()).await;
    let (_, run) = bench
        .begun("restore-point-in-time", &of_moment(&[("bake", "10m")]))
        .await;
    let change_of_mind = async {
        bench.after(1500).await;
        let reason = "the wrong moment".into();
        bench.ask(run, &Request::RollBack { reason }).await;
    };
    let (ended, ()) = tokio::join!(bench.execute(run), change_of_mind);
    assert_eq!(
        ended.state,
        State::RolledBack,
        "{:?}\n{}",
        ended.pause,
        bench.story(run)
    );
    let after = bench.databases(&home()).await;
    let names = |seen: &Databases| {
        let names = seen.instances.iter().map(|one| one.id.clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&after), names(&before));
    let left = after
        .snapshots
        .iter()
        .filter(|one| !before.snapshots.iter().any(|old| old.id == one.id));
    let left: Vec<&str> = left.map(|one| one.id.as_str()).collect();
    assert_eq!(left, ["orders-mysql-r-2601150930-final"]);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn the_new_one_takes_the_old_ones_name_after_somebody_has_looked_at_its_data() {
    let bench = Bench::new().await;
    let fence = bench.group(&home(), "quarantine").await;
    let wish = of_moment(&[("cut-over", "rename"), ("fence", &fence)]);
    let (_, run) = bench.begun("restore-point-in-time", &wish).await;
    let old = bench.orders().await;
    let (ended, asked) = bench.through(run).await;
    let story = bench.story(run);
    assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
    assert_eq!(asked, ["fence", "rename-new"]);
    let new = bench.orders().await;
    assert_ne!(new.resource_id, old.resource_id);
    assert_eq!(new.endpoint, old.endpoint);
    let former = bench
        .database(&home(), Instance, "orders-mysql-old-2601150930")
        .await;
    assert_eq!(former.resource_id, old.resource_id);
    assert_eq!(former.security_groups, [fence.as_str().into()]);
    assert_eq!(
        actions(&bench),
        [
            "rds:RestoreDBInstanceToPointInTime",
            "rds:ModifyDBInstance",
            "rds:ModifyDBInstance",
            "rds:ModifyDBInstance",
            "rds:ModifyDBInstance"
        ]
    );
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_rename_that_is_half_done_is_put_back() {
    let bench = Bench::new().await;
    let (_, run) = bench
        .begun(
            "restore-point-in-time",
            &of_moment(&[("cut-over", "rename")]),
        )
        .await;
    let before = bench.orders().await;
    let ended = bench.execute(run).await;
    assert_eq!(gate(&ended), Some("rename-old".into()));
    bench.pass(run, &"rename-old".into()).await;
    let ended = bench.execute(run).await;
    assert_eq!(
        gate(&ended),
        Some("rename-new".into()),
        "{}",
        bench.story(run)
    );
    // The old name is free, and the new one does not take it.
    let busy = |database: &mut Database| database.status = "storage-full".into();
    bench
        .world
        .edit_database(&home(), Instance, "orders-mysql-r-2601150930", busy)
        .expect("there");
    let reason = "it is full".into();
    bench.ask(run, &Request::RollBack { reason }).await;
    let ended = bench.execute(run).await;
    assert_ne!(ended.state, State::Succeeded);
    assert_eq!(
        bench.orders().await.resource_id,
        before.resource_id,
        "{}",
        bench.story(run)
    );
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_name_leads_to_the_new_one_and_the_old_one_is_left_by_everybody() {
    let bench = Bench::new().await;
    let fence = bench.group(&home(), "quarantine").await;
    let wish = of_moment(&[
        ("cut-over", "record"),
        ("record", "orders.db.prod.internal"),
        ("hosted-zone", "prod.internal"),
        ("isolate", &fence),
        ("fence", &fence),
    ]);
    let (sealed, run) = bench.begun("restore-point-in-time", &wish).await;
    assert_eq!(sealed.plan().points_of_no_return, ["open".into()]);
    let (ended, asked) = bench.through(run).await;
    let story = bench.story(run);
    assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
    assert_eq!(asked, ["fence", "open"]);
    let new = bench
        .database(&home(), Instance, "orders-mysql-r-2601150930")
        .await;
    assert_ne!(new.security_groups, [fence.as_str().into()], "it is open");
    let zones = bench.zones().await;
    let mut records = zones.zones.iter().flat_map(|zone| &zone.records);
    let record = records.find(|record| record.name == "orders.db.prod.internal.");
    assert_eq!(
        record.expect("there").values,
        [new.endpoint.expect("an endpoint")]
    );
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn clients_that_are_told_by_hand_are_seen_to_have_gone() {
    let bench = Bench::new().await;
    let isolate = bench.group(&home(), "quarantine").await;
    let without = of_moment(&[("cut-over", "by-hand")]);
    let error = bench
        .planned("restore-point-in-time", &without)
        .await
        .expect_err("no way back");
    assert!(error.to_string().contains("--isolate is needed"), "{error}");
    let wish = of_moment(&[("cut-over", "by-hand"), ("isolate", &isolate)]);
    let (_, run) = bench.begun("restore-point-in-time", &wish).await;
    let ended = bench.execute(run).await;
    assert_eq!(gate(&ended), Some("open".into()));
    bench.pass(run, &"open".into()).await;
    let ended = bench.execute(run).await;
    assert_eq!(gate(&ended), Some("told".into()), "{}", bench.story(run));
    bench.pass(run, &"told".into()).await;
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("clients are still there");
    assert_eq!(pause.reason, PauseReason::Inconclusive);
    assert!(pause.text.contains("orders-mysql has"), "{}", pause.text);
    // Somebody shuts out those who have not moved.
    let closed = |database: &mut Database| database.security_groups = vec!["sg-0closed".into()];
    bench
        .world
        .edit_database(&home(), Instance, ORDERS, closed)
        .expect("there");
    bench.ask(run, &Request::Resume).await;
    let (ended, _) = bench.through(run).await;
    assert_eq!(
        ended.state,
        State::Succeeded,
        "{:?}\n{}",
        ended.pause,
        bench.story(run)
    );
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_cluster_comes_back_with_its_members() {
    let bench = Bench::new().await;
    let seen = bench.databases(&home()).await;
    let snapshot = seen
        .snapshots
        .iter()
        .find(|one| one.of == Cluster)
        .expect("in the world");
    let wish = wish(&[
        ("snapshot", &snapshot.id),
        ("to", "checkout-new"),
        ("cut-over", "rename"),
    ]);
    bench.succeeds("restore-snapshot", &wish).await;
    let new = bench.database(&home(), Cluster, CHECKOUT).await;
    let members: Vec<(&str, bool)> = new
        .members
        .iter()
        .map(|one| (one.id.as_str(), one.writer))
        .collect();
    assert_eq!(
        members,
        [("checkout-new-1", true), ("checkout-new-2", false)]
    );
    assert!(new.deletion_protection);
    let old = bench.databases(&home()).await;
    let mut old = old.clusters.iter();
    assert!(old.any(|one| one.id.starts_with("checkout-aurora-old-")));
}

#[tokio::test(start_paused = true)]
async fn the_backups_of_a_database_that_is_gone_bring_it_back() {
    let bench = Bench::new().await;
    let base = [
        ("database", "invoices-mysql"),
        ("time", "2026-01-07T12:00:00Z"),
        ("account", "prod-app"),
        ("region", "eu-west-1"),
    ];
    let error = bench
        .planned("restore-point-in-time", &wish(&base))
        .await
        .expect_err("no groups");
    assert!(
        error.to_string().contains("--subnet-group is needed"),
        "{error}"
    );
    let group = bench.group(&home(), "data").await;
    let whole = wish(&base)
        .with("subnet-group", "prod-app-private")
        .with("security-groups", group)
        .with("parameter-group", "acme-mysql8.4")
        .with("class", "db.r6g.large");
    bench.succeeds("restore-point-in-time", &whole).await;
    let new = bench
        .database(&home(), Instance, "invoices-mysql-r-2601071200")
        .await;
    assert_eq!(
        (new.engine.as_str(), new.class.as_deref()),
        ("mysql", Some("db.r6g.large"))
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_restored_is_refused_with_the_reason() {
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case; 12] = [
        (MOMENT, &[("to", "Orders")], "write `orders`"),
        (MOMENT, &[("to", "orders--new")], "no two in a row"),
        (
            MOMENT,
            &[("to", "catalog-postgres")],
            "a name that no database of the place has",
        ),
        (
            "2026-01-15T10:30:00Z",
            &[],
            "is not yet: it is 2026-01-15T10:03:00Z",
        ),
        (
            "2026-01-15T10:01:00Z",
            &[],
            "reach until 2026-01-15T10:00:00Z",
        ),
        ("2025-12-01T00:00:00Z", &[], "cannot be restored any more"),
        (
            MOMENT,
            &[("subnet-group", "prod-app-single")],
            "a standby needs a second zone",
        ),
        (
            MOMENT,
            &[("subnet-group", "nothing")],
            "there is no subnet group `nothing`",
        ),
        (
            MOMENT,
            &[("parameter-group", "nothing")],
            "there is no parameter group `nothing`",
        ),
        (
            MOMENT,
            &[("option-group", "nothing")],
            "there is no option group `nothing`",
        ),
        (
            MOMENT,
            &[("security-groups", "sg-0nothing")],
            "there is no security group sg-0nothing",
        ),
        (
            MOMENT,
            &[("class", "db.m3.large")],
            "does not run mysql 8.4.6 in that class",
        ),
    ];
    for (time, pairs, told) in cases {
        let bench = Bench::new().await;
        bench.after(180).await;
        let wish = of_moment(pairs).with("time", time);
        let error = bench
            .planned("restore-point-in-time", &wish)
            .await
            .expect_err(told);
        assert!(error.to_string().contains(told), "{error}");
    }
    let bench = Bench::new().await;
    let off = of_orders("database", &[("time", "latest"), ("account", "dev-app")]);
    let error = bench
        .planned("restore-point-in-time", &off)
        .await
        .expect_err("off");
    assert!(
        error
            .to_string()
            .contains("automated backups of orders-mysql are off"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_newest_moment_is_restored_and_the_edge_of_the_window_too() {
    for time in ["latest", "2026-01-15T10:00:00Z"] {
        let bench = Bench::new().await;
        bench.after(180).await;
        let sealed = bench
            .planned("restore-point-in-time", &of_moment(&[]).with("time", time))
            .await
            .expect("a plan");
        let loss = sealed
            .plan()
            .recovery
            .as_ref()
            .and_then(|one| one.point_seconds);
        assert_eq!(loss, Some(180), "{time}");
        let run = bench.open(&sealed).await.expect("a run");
        assert_eq!(bench.through(run).await.0.state, State::Succeeded);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_nobody_may_use_fails_the_restore_and_leaves_nothing() {
    let bench = Bench::new().await;
    let wish = wish(&[("snapshot", "catalog-postgres-before-release")]);
    let (_, run) = bench.begun("restore-snapshot", &wish).await;
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::FailedStep);
    assert!(
        pause.text.contains("KMSKeyNotAccessibleFault"),
        "{}",
        pause.text
    );
    assert_eq!(bench.done(), []);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_takes_for_ever_pauses_with_a_way_on() {
    let bench = Bench::new().await;
    let (_, run) = bench.begun("restore-point-in-time", &of_moment(&[])).await;
    bench.world.set_faults("rds-stuck".parse().expect("faults"));
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Inconclusive);
    assert!(pause.text.contains("is creating"), "{}", pause.text);
    let reason = "a ticket is open".into();
    bench.ask(run, &Request::Stop { reason }).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::Stopped);
    assert_eq!(ended.leftovers.len(), 1, "{:?}", ended.leftovers);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_takes_first_is_not_ours() {
    let bench = Bench::new().await;
    let (_, run) = bench.begun("restore-point-in-time", &of_moment(&[])).await;
    let mut stranger = bench.orders().await;
    stranger.id = "orders-mysql-r-2601150930".into();
    stranger.resource_id = Some("db-STRANGER".into());
    bench
        .world
        .put_database(&home(), stranger)
        .expect("writable");
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Drift);
    assert!(
        pause.text.contains("taken by a database that is not ours"),
        "{}",
        pause.text
    );
    // Rolling back does not delete what is somebody else's.
    let reason = "no".into();
    bench.ask(run, &Request::RollBack { reason }).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::RolledBack, "{:?}", ended.pause);
    assert_eq!(bench.done(), []);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn troubles_that_pass_end_in_success_with_each_change_made_once() {
    for faults in [
        "lost=perform:1,lost=perform:2",
        "fail-before=perform:1,fail-before=perform:3",
        "fail-after=perform:1",
        "late=perform:1:4m",
        "throttle=rds:0.2",
        "error=rds:0.1",
        "stale=20s",
    ] {
        let bench = Bench::new().await;
        let wish = of_moment(&[("cut-over", "rename")]);
        let (sealed, run) = bench.begun("restore-point-in-time", &wish).await;
        bench.world.set_faults(faults.parse().expect("faults"));
        let (ended, _) = bench.through(run).await;
        let story = bench.story(run);
        assert_eq!(
            ended.state,
            State::Succeeded,
            "{faults}: {:?}\n{story}",
            ended.pause
        );
        let changes = sealed
            .plan()
            .steps
            .iter()
            .filter(|step| step.changes().is_some());
        assert_eq!(bench.done().len(), changes.count(), "{faults}\n{story}");
        bench.check_invariants(run);
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_that_moves_does_not_make_it_another_plan() {
    let bench = Bench::new().await;
    let first = bench
        .planned("restore-point-in-time", &of_moment(&[]))
        .await
        .expect("a plan");
    bench.after(1200).await;
    let second = bench
        .planned("restore-point-in-time", &of_moment(&[]))
        .await
        .expect("a plan");
    assert_ne!(first.digest(), second.digest());
    assert_eq!(first.effect(), second.effect());
}
