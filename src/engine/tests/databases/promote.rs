use super::*;

const REPLICA: &str = "orders-mysql-replica";

/// A graceful promotion of the replica in the second region, the source fenced by a security group.
async fn graceful(bench: &Bench) -> Arguments {
    let fence = bench.group(&home(), "quarantine").await;
    wish(&[("replica", REPLICA), ("fence", &fence)])
}

#[tokio::test(start_paused = true)]
async fn a_replica_takes_over_once_nothing_is_written_to_its_source_and_all_has_arrived() {
    let bench = Bench::new().await;
    let wish = graceful(&bench)
        .await
        .with("record", "orders.db.prod.internal")
        .with("hosted-zone", "prod.internal")
        .with("replicas", "orders-mysql-r1");
    let run = bench.succeeds("promote-replica", &wish).await;
    insta::assert_snapshot!(bench.story(run), @"
       0 run RunCreated
       0 run ApprovalGiven
       0 run ApprovalGranted
       0 run LeaseTaken
       0 run RunStarted
       0 fence StepReady
       0 fence PrecheckOk
       0 fence Intent
       0 fence Ack
       0 fence SettleBegan
      40 fence Settled
      40 fence StepDone
      40 quiet StepReady
      40 quiet CheckBegan
     220 quiet StepDone
     220 caught-up StepReady
     220 caught-up CheckBegan
     220 caught-up CheckVerdict
     220 caught-up StepDone
     220 promote StepReady
     220 run Paused
     220 run LeaseReleased
     220 run LeaseTaken
     220 run GatePassed
     220 run Resumed
     220 promote PrecheckOk
     220 promote Intent
     220 promote Ack
     220 promote SettleBegan
     760 promote Settled
     760 promote StepDone
     760 backed-up StepReady
     760 standby StepReady
     760 record StepReady
     760 port StepReady
     760 backed-up CheckBegan
     760 standby PrecheckOk
     760 standby Intent
     760 record PrecheckOk
     760 record Intent
     760 port CheckBegan
     760 standby Ack
     760 record Ack
     760 backed-up CheckVerdict
     760 backed-up StepDone
     760 port CheckVerdict
     760 port StepDone
     760 standby SettleBegan
     760 record SettleBegan
     790 record Settled
     790 record StepDone
     790 record-aged StepReady
     790 record-aged CheckBegan
     795 record-aged StepDone
    1300 standby Settled
    1300 standby StepDone
    1300 replica-orders-mysql-r1 StepReady
    1300 replica-orders-mysql-r1 PrecheckOk
    1300 replica-orders-mysql-r1 Intent
    1300 replica-orders-mysql-r1 Ack
    1300 replica-orders-mysql-r1 SettleBegan
    1960 replica-orders-mysql-r1 Settled
    1960 replica-orders-mysql-r1 StepDone
    1960 run VerifyBegan
    1960 bake StepReady
    1960 bake CheckBegan
    1960 bake CheckSample
    1965 bake CheckSample
    1970 bake CheckSample
    1975 bake CheckSample
    1980 bake CheckSample
    1985 bake CheckSample
    1990 bake CheckSample
    1995 bake CheckSample
    2000 bake CheckSample
    2005 bake CheckSample
    2010 bake CheckSample
    2015 bake CheckSample
    2020 bake CheckSample
    2020 bake CheckVerdict
    2020 bake StepDone
    2020 run RunDone
    ");
    let replica = bench.database(&second(), Instance, REPLICA).await;
    assert_eq!(replica.replica_of, None);
    assert!(replica.multi_az, "its source had a standby");
    assert_eq!(replica.backup_retention_days, 7);
    assert!(replica.latest_restorable.is_some());
    assert_eq!(replica.replicas, ["orders-mysql-r1"]);
    let source = bench.orders().await;
    assert_eq!(source.replicas, Vec::<String>::new());
    let fence = bench.group(&home(), "quarantine").await;
    assert_eq!(source.security_groups, [fence.as_str().into()]);
    let zones = bench.zones().await;
    let mut records = zones.zones.iter().flat_map(|zone| &zone.records);
    let record = records.find(|record| record.name == "orders.db.prod.internal.");
    let endpoint = replica.endpoint.clone().expect("an endpoint");
    assert_eq!(record.expect("in the world").values, [endpoint]);
    let again = bench
        .planned("promote-replica", &wish)
        .await
        .expect_err("done");
    assert!(again.is_nothing_to_do(), "{again}");
}

#[tokio::test(start_paused = true)]
async fn before_the_promotion_everything_can_be_put_back_and_after_it_nothing() {
    let bench = Bench::new().await;
    let before = bench.orders().await;
    let (_, run) = bench
        .begun("promote-replica", &graceful(&bench).await)
        .await;
    let ended = bench.execute(run).await;
    assert_eq!(gate(&ended), Some("promote".into()), "{}", bench.story(run));
    let reason = "the source is well again".into();
    bench.ask(run, &Request::RollBack { reason }).await;
    let ended = bench.execute(run).await;
    assert_eq!(
        ended.state,
        State::RolledBack,
        "{:?}\n{}",
        ended.pause,
        bench.story(run)
    );
    assert_eq!(ended.leftovers, Vec::<String>::new());
    assert_eq!(bench.orders().await.security_groups, before.security_groups);
    assert_eq!(
        actions(&bench),
        ["rds:ModifyDBInstance", "rds:ModifyDBInstance"]
    );
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_lag_that_grows_is_waited_for_and_then_told() {
    let bench = Bench::new().await;
    let (_, run) = bench
        .begun(
            "promote-replica",
            &wish(&[("replica", REPLICA), ("fence", "by-hand")]),
        )
        .await;
    let since = bench.world.now() - jiff::SignedDuration::from_mins(10);
    bench
        .world
        .set_lag(&second(), REPLICA, ReplicaLag::Grows { since })
        .expect("there");
    let (ended, asked) = bench.through(run).await;
    assert_eq!(asked, ["quiet"], "whether the source is fenced");
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Inconclusive);
    assert!(pause.text.contains("s behind"), "{}", pause.text);
    assert_eq!(bench.done(), [], "nothing was promoted");
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_promoted_is_refused_with_the_reason() {
    type Case<'a> = (&'a [(&'a str, &'a str)], fn(&Bench), &'a str);
    let cases: [Case; 8] = [
        (&[], |_| (), "--fence is needed"),
        (
            &[("fence", "dark")],
            |_| (),
            "a graceful promotion needs the source",
        ),
        (
            &[("fence", "by-hand")],
            |bench| {
                let unknown = ReplicaLag::Unknown;
                bench
                    .world
                    .set_lag(&second(), REPLICA, unknown)
                    .expect("there");
            },
            "nobody knows how far orders-mysql-replica is behind",
        ),
        (
            &[("fence", "by-hand")],
            |bench| {
                let busy = |database: &mut Database| database.status = "backing-up".into();
                bench
                    .world
                    .edit_database(&second(), Instance, REPLICA, busy)
                    .expect("there");
            },
            "orders-mysql-replica is backing-up; it can be promoted once it is available",
        ),
        (
            &[("fence", "by-hand")],
            |bench| {
                let chained = |database: &mut Database| {
                    database.replica_of = Some("catalog-postgres".into());
                };
                bench
                    .world
                    .edit_database(&home(), Instance, ORDERS, chained)
                    .expect("there");
            },
            "which is a replica of catalog-postgres itself",
        ),
        (
            &[("fence", "by-hand")],
            |bench| {
                bench
                    .world
                    .set_faults("deny=777777777777/eu-west-1".parse().expect("faults"));
            },
            "--mode forced takes what has",
        ),
        (
            &[("fence", "dark"), ("mode", "forced")],
            |_| (),
            "orders-mysql is not dark: it is available; fence it",
        ),
        (
            &[("fence", "sg-0nothing")],
            |_| (),
            "--fence `sg-0nothing`: a security group of 777777777777/eu-west-1",
        ),
    ];
    for (pairs, spoil, told) in cases {
        let bench = Bench::new().await;
        spoil(&bench);
        let wish = pairs.iter().fold(
            wish(&[
                ("replica", REPLICA),
                ("account", "777777777777"),
                ("region", "eu-central-1"),
            ]),
            |wish, (name, value)| wish.with(name, *value),
        );
        let error = bench
            .planned("promote-replica", &wish)
            .await
            .expect_err(told);
        assert!(error.to_string().contains(told), "{error}");
    }
}

/// A bench whose first region is out of reach, and the replica that has stopped following it.
async fn dark(minutes_ago: i64) -> Bench {
    let bench = Bench::new().await;
    let since = bench.world.now() - jiff::SignedDuration::from_mins(minutes_ago);
    bench
        .world
        .set_lag(&second(), REPLICA, ReplicaLag::Stopped { since })
        .expect("there");
    bench
        .world
        .set_faults("hang=777777777777/eu-west-1".parse().expect("faults"));
    bench
}

fn forced() -> Arguments {
    wish(&[
        ("replica", REPLICA),
        ("account", "777777777777"),
        ("region", "eu-central-1"),
        ("mode", "forced"),
        ("fence", "dark"),
    ])
}

#[tokio::test(start_paused = true)]
async fn while_the_source_is_out_of_reach_what_has_arrived_takes_over_and_the_loss_is_told() {
    let bench = dark(12).await;
    let sealed = bench
        .planned("promote-replica", &forced())
        .await
        .expect("a plan");
    let recovery = sealed.plan().recovery.clone().expect("a forecast");
    let loss = recovery.point_seconds.expect("known");
    assert!((12 * 60..15 * 60).contains(&loss), "{loss} s");
    let run = bench.open(&sealed).await.expect("a run");
    let (ended, asked) = bench.through(run).await;
    assert_eq!(
        ended.state,
        State::Succeeded,
        "{:?}\n{}",
        ended.pause,
        bench.story(run)
    );
    assert_eq!(asked, ["promote"]);
    assert_eq!(actions(&bench), ["rds:PromoteReadReplica"]);
    bench.check_invariants(run);

    let bench = dark(90).await;
    let error = bench
        .planned("promote-replica", &forced())
        .await
        .expect_err("too much");
    assert!(
        error
            .to_string()
            .contains("more than the 3600 s of the objective"),
        "{error}"
    );
    let accepted = forced().with("loss", "accept");
    assert!(bench.planned("promote-replica", &accepted).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_old_writer_that_comes_back_and_takes_writes_is_told() {
    let bench = dark(3).await;
    let (_, run) = bench
        .begun("promote-replica", &forced().with("bake", "1h"))
        .await;
    let ended = bench.execute(run).await;
    bench.pass(run, &gate(&ended).expect("a gate")).await;
    let back = async {
        bench.after(1800).await;
        bench.world.set_faults("none".parse().expect("faults"));
    };
    let (ended, ()) = tokio::join!(bench.execute(run), back);
    let pause = ended.pause.expect("it stands still");
    assert_eq!(
        pause.reason,
        PauseReason::FailedStep,
        "{}",
        bench.story(run)
    );
    assert!(
        pause.text.contains("orders-mysql is available and open to"),
        "{}",
        pause.text
    );
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn troubles_that_pass_end_in_success_with_each_change_made_once() {
    for faults in [
        "lost=perform:1,lost=perform:2,lost=perform:3",
        "fail-before=perform:1,fail-before=perform:3",
        "fail-after=perform:2",
        "late=perform:2:4m",
        "throttle=rds:0.2",
        "error=rds:0.1",
        "stale=20s",
    ] {
        let bench = Bench::new().await;
        let (sealed, run) = bench
            .begun("promote-replica", &graceful(&bench).await)
            .await;
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
async fn a_secondary_cluster_becomes_the_primary_and_goes_back_while_nothing_is_lost() {
    let bench = Bench::new().await;
    let wish = wish(&[("replica", "checkout-aurora-dr"), ("bake", "2m")]);
    let sealed = bench
        .planned("promote-replica", &wish)
        .await
        .expect("a plan");
    assert!(
        sealed.plan().points_of_no_return.is_empty(),
        "a switchover loses nothing"
    );
    let run = bench.open(&sealed).await.expect("a run");
    assert_eq!(bench.through(run).await.0.state, State::Succeeded);
    let primary = async || {
        let seen = bench.databases(&second()).await;
        seen.global_clusters[0]
            .writer()
            .expect("a primary")
            .to_string()
    };
    assert!(primary().await.ends_with(":checkout-aurora-dr"));
    assert_eq!(actions(&bench), ["rds:SwitchoverGlobalCluster"]);
    let again = bench
        .planned("promote-replica", &wish)
        .await
        .expect_err("done");
    assert!(again.is_nothing_to_do(), "{again}");
    bench.check_invariants(run);

    let back = Arguments::new()
        .with("replica", CHECKOUT)
        .with("reason", "back home");
    let (_, run) = bench.begun("promote-replica", &back).await;
    let (ended, _) = bench.through(run).await;
    let story = bench.story(run);
    assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
    assert!(primary().await.ends_with(":checkout-aurora"), "{story}");
}

#[tokio::test(start_paused = true)]
async fn a_primary_that_is_not_well_is_not_switched_over_but_failed_over_with_the_loss_accepted() {
    let bench = Bench::new().await;
    let ill =
        |database: &mut Database| database.status = "inaccessible-encryption-credentials".into();
    bench
        .world
        .edit_database(&home(), Cluster, CHECKOUT, ill)
        .expect("there");
    let gracefully = wish(&[("replica", "checkout-aurora-dr")]);
    let error = bench
        .planned("promote-replica", &gracefully)
        .await
        .expect_err("not well");
    assert!(
        error
            .to_string()
            .contains("a switchover needs both to be well"),
        "{error}"
    );
    let forced = gracefully.with("mode", "forced");
    let error = bench
        .planned("promote-replica", &forced)
        .await
        .expect_err("a loss");
    assert!(error.to_string().contains("say --loss accept"), "{error}");
    let accepted = forced.with("loss", "accept");
    let sealed = bench
        .planned("promote-replica", &accepted)
        .await
        .expect("a plan");
    assert_eq!(sealed.plan().points_of_no_return, ["primary".into()]);
    assert_eq!(
        sealed
            .plan()
            .recovery
            .as_ref()
            .and_then(|one| one.point_seconds),
        None
    );
    let run = bench.open(&sealed).await.expect("a run");
    let (ended, asked) = bench.through(run).await;
    assert_eq!(
        ended.state,
        State::Succeeded,
        "{:?}\n{}",
        ended.pause,
        bench.story(run)
    );
    assert_eq!(asked, ["primary"]);
    assert_eq!(actions(&bench), ["rds:FailoverGlobalCluster"]);
    bench.check_invariants(run);
}
