use super::*;

#[tokio::test(start_paused = true)]
async fn an_instance_restarts_on_its_standby_after_somebody_said_so() {
    let bench = Bench::new().await;
    let wish = of_orders("targets", &[]);
    let (_, run) = bench.begun("failover-zone", &wish).await;
    let before = bench.zones_of_orders().await;
    let ended = bench.execute(run).await;
    assert_eq!(gate(&ended), Some("fail-over-orders-mysql".into()));
    assert_eq!(bench.done(), [], "nothing before the gate");
    let (ended, _) = bench.through(run).await;
    let story = bench.story(run);
    assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
    insta::assert_snapshot!(story, @"
      0 run RunCreated
      0 run ApprovalGiven
      0 run ApprovalGranted
      0 run LeaseTaken
      0 run RunStarted
      0 fail-over-orders-mysql StepReady
      0 run Paused
      0 run LeaseReleased
      0 run LeaseTaken
      0 run LeaseReleased
      0 run LeaseTaken
      0 run GatePassed
      0 run Resumed
      0 fail-over-orders-mysql PrecheckOk
      0 fail-over-orders-mysql Intent
      0 fail-over-orders-mysql Ack
      0 fail-over-orders-mysql SettleBegan
     75 fail-over-orders-mysql Settled
     75 fail-over-orders-mysql StepDone
     75 run VerifyBegan
     75 port-orders-mysql StepReady
     75 port-orders-mysql CheckBegan
     75 port-orders-mysql CheckVerdict
     75 port-orders-mysql StepDone
     75 bake StepReady
     75 bake CheckBegan
     75 bake CheckSample
     80 bake CheckSample
     85 bake CheckSample
     90 bake CheckSample
     95 bake CheckSample
    100 bake CheckSample
    105 bake CheckSample
    110 bake CheckSample
    115 bake CheckSample
    120 bake CheckSample
    125 bake CheckSample
    130 bake CheckSample
    135 bake CheckSample
    135 bake CheckVerdict
    135 bake StepDone
    135 run RunDone
    ");
    let [first, second] = bench.zones_of_orders().await;
    assert_eq!([second, first], before);
    assert_eq!(actions(&bench), ["rds:RebootDBInstance"]);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_whole_zone_is_left_and_planning_again_finds_nothing_to_do() {
    let bench = Bench::new().await;
    let all = wish(&[
        ("account", "prod-app"),
        ("zone", "eu-west-1a"),
        ("bake", "2m"),
    ]);
    bench.succeeds("failover-zone", &all).await;
    assert_eq!(bench.zones_of_orders().await, ["eu-west-1b", "eu-west-1a"]);
    assert_eq!(bench.writer().await, "checkout-aurora-2");
    let resources = bench.provider.zonal_shifts.resources(&home()).await;
    let resources = resources.expect("readable");
    assert!(
        resources.iter().all(|one| one.shifts.len() == 1),
        "{resources:?}"
    );
    let mut actions = actions(&bench);
    actions.sort_unstable();
    insta::assert_snapshot!(actions.join("\n"), @"
    arc-zonal-shift:StartZonalShift
    arc-zonal-shift:StartZonalShift
    arc-zonal-shift:StartZonalShift
    arc-zonal-shift:StartZonalShift
    arc-zonal-shift:StartZonalShift
    rds:FailoverDBCluster
    rds:RebootDBInstance
    rds:RebootDBInstance
    ");
    let again = bench
        .planned("failover-zone", &all)
        .await
        .expect_err("done");
    assert!(again.is_nothing_to_do(), "{again}");
    // An hour later the load balancers have all their zones again, by themselves.
    bench.after(3600).await;
    let resources = bench.provider.zonal_shifts.resources(&home()).await;
    assert!(
        resources
            .expect("readable")
            .iter()
            .all(|one| one.shifts.is_empty())
    );
}

#[tokio::test(start_paused = true)]
async fn a_cluster_goes_to_the_member_that_is_named() {
    let bench = Bench::new().await;
    let wish = wish(&[("targets", CHECKOUT), ("to", "checkout-aurora-2")]);
    let run = bench.succeeds("failover-zone", &wish).await;
    assert_eq!(bench.writer().await, "checkout-aurora-2");
    assert_eq!(actions(&bench), ["rds:FailoverDBCluster"]);
    let again = bench
        .planned("failover-zone", &wish)
        .await
        .expect_err("it writes already");
    assert!(
        again.to_string().contains("a reader of checkout-aurora"),
        "{again}"
    );
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_shift_is_taken_back_and_a_failover_is_not() {
    let bench = Bench::new().await;
    let zone = bench
        .provider
        .networks
        .network(&home())
        .await
        .expect("readable");
    let zone = zone.subnets[0].zone_id.clone().expect("an id");
    let (_, run) = bench
        .begun(
            "failover-zone",
            &wish(&[
                ("zone", &zone),
                ("targets", "shop-blue"),
                ("account", "prod-app"),
                ("region", "eu-west-1"),
            ]),
        )
        .await;
    let change_of_mind = async {
        bench.after(30).await;
        let reason = "it was another zone".into();
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
    assert_eq!(
        actions(&bench),
        [
            "arc-zonal-shift:StartZonalShift",
            "arc-zonal-shift:CancelZonalShift"
        ]
    );
    bench.check_invariants(run);

    let bench = Bench::new().await;
    let (_, run) = bench
        .begun("failover-zone", &of_orders("targets", &[]))
        .await;
    let ended = bench.execute(run).await;
    bench.pass(run, &gate(&ended).expect("a gate")).await;
    let too_late = async {
        bench.after(100).await;
        let reason = "no".into();
        bench.ask(run, &Request::RollBack { reason }).await;
    };
    let (ended, ()) = tokio::join!(bench.execute(run), too_late);
    assert_eq!(
        ended.state,
        State::Succeeded,
        "there is no way back\n{}",
        bench.story(run)
    );
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_shift_of_somebody_else_is_left_alone() {
    let bench = Bench::new().await;
    let shift = |minutes: &'static str| {
        wish(&[
            ("account", "prod-app"),
            ("zone", "eu-west-1a"),
            ("targets", "shop-blue"),
            ("for", minutes),
            ("bake", "0s"),
        ])
    };
    let first = bench
        .planned("failover-zone", &shift("1h"))
        .await
        .expect("a plan");
    let second = bench
        .planned("failover-zone", &shift("2h"))
        .await
        .expect("a plan");
    let run = bench.open(&first).await.expect("a run");
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
    // No two failovers within half an hour.
    bench.after(1860).await;
    let late = bench.open(&second).await.expect_err("shifted already");
    assert!(late.to_string().contains("is shifted away from"), "{late}");
}

#[tokio::test(start_paused = true)]
async fn troubles_that_pass_end_in_success_with_each_failover_done_once() {
    for faults in [
        "lost=perform:1",
        "lost=perform:1,lost=perform:2,lost=perform:3",
        "fail-after=perform:1,fail-after=perform:2",
        "late=perform:1:4m",
        "throttle=rds:0.2",
        "error=rds:0.1",
        "stale=20s",
        "rds-event-lag=10m",
        "rds-events-twice",
        "latency=3s",
    ] {
        let bench = Bench::new().await;
        let all = wish(&[("account", "prod-app"), ("zone", "eu-west-1a")]);
        let (sealed, run) = bench.begun("failover-zone", &all).await;
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
async fn what_changed_since_the_plan_stops_it_before_anything_is_sent() {
    let bench = Bench::new().await;
    let sealed = bench
        .planned("failover-zone", &of_orders("targets", &[]))
        .await;
    let sealed = sealed.expect("a plan");
    let single = |database: &mut Database| database.multi_az = false;
    bench
        .world
        .edit_database(&home(), Instance, ORDERS, single)
        .expect("there");
    let error = bench.open(&sealed).await.expect_err("drift");
    assert!(
        error.to_string().contains("not Multi-AZ any more"),
        "{error}"
    );
    assert_eq!(bench.world.ledger(), []);
}
