use super::*;
use crate::provider::demo::Effect;

fn wish(pool: &str) -> Arguments {
    Arguments::new()
        .with("cluster", "prod-ml-1")
        .with("pool", pool)
        .with("reason", "load")
}

async fn planned(bench: &Bench, wish: &Arguments) -> Sealed {
    let sealed = bench.planned("scale-pool", wish).await;
    sealed.expect("a plan")
}

async fn refused(bench: &Bench, wish: &Arguments) -> String {
    let refusal = bench.planned("scale-pool", wish).await;
    refusal.expect_err("no plan").to_string()
}

#[tokio::test(start_paused = true)]
async fn a_pool_grows_and_its_gpus_are_proven() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "5")).await;
    let review = sealed.review();
    assert_eq!(
        review.title,
        "prod-ml-1/a10g-batch: min 0 desired 3 max 6 to min 0 desired 5 max 6"
    );
    let cost = sealed.plan().cost.as_ref().expect("worked out");
    assert_eq!(
        cost.monthly, None,
        "eu-west-1 has no price for it: {cost:?}"
    );
    let (run, ended) = bench.carry_out(&sealed).await;
    assert_eq!((ended.state, ended.pause), (State::Succeeded, None));
    insta::assert_snapshot!(bench.story(run), @"
      0 run RunCreated
      0 run ApprovalGiven
      0 run ApprovalGranted
      0 run LeaseTaken
      0 run RunStarted
      0 scale StepReady
      0 scale PrecheckOk
      0 scale Intent
      0 scale Ack
      0 scale SettleBegan
     25 scale Settled
     25 scale StepDone
     25 run VerifyBegan
     25 ready StepReady
     25 ready CheckBegan
     25 ready CheckSample
    160 ready CheckSample
    205 ready CheckVerdict
    205 ready StepDone
    205 run RunDone
    ");
    let pool = bench.pool(&ml(), "prod-ml-1", "a10g-batch").await;
    assert_eq!(pool.sizes(), Sizes::new(0, 5, 6));
    assert_eq!(pool.running, Some(5));
    let again = refused(&bench, &wish("a10g-batch").with("desired", "5")).await;
    assert!(again.starts_with("nothing to do: "), "{again}");
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_shrinks_asks_before_and_has_no_way_back() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "1")).await;
    assert_eq!(sealed.plan().points_of_no_return, ["scale".into()]);
    let run = bench.open(&sealed).await.expect("a run");
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it asks");
    assert_eq!(pause.reason, PauseReason::Gate);
    assert!(pause.text.starts_with("2 of 3 nodes of a10g-batch go"));
    assert_eq!(bench.done(), []);
    let (before, typed) = ("scale".into(), Challenge::of(&sealed).wanted());
    bench.ask(run, &Request::PassGate { before, typed }).await;
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
    bench.check_invariants(run);
    let pool = bench.pool(&ml(), "prod-ml-1", "a10g-batch").await;
    assert_eq!((pool.desired, pool.running), (1, Some(1)));
}

#[tokio::test(start_paused = true)]
async fn growth_is_taken_back_on_request() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "5")).await;
    let run = bench.open(&sealed).await.expect("a run");
    let turn = async {
        bench.after(100).await;
        let reason = "second thoughts".into();
        bench.ask(run, &Request::RollBack { reason }).await;
    };
    let (ended, ()) = tokio::join!(bench.execute(run), turn);
    assert_eq!(ended.state, State::RolledBack, "{}", bench.story(run));
    assert_eq!(ended.leftovers, Vec::<String>::new());
    bench.check_invariants(run);
    bench.after(300).await;
    let pool = bench.pool(&ml(), "prod-ml-1", "a10g-batch").await;
    assert_eq!(pool.sizes(), Sizes::new(0, 3, 6));
    assert_eq!(pool.running, Some(3));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_scaled_is_refused_with_the_way_out() {
    let bench = Bench::new().await;
    let told = [
        refused(&bench, &wish("a10g-batch")).await,
        refused(&bench, &wish("a10g-batch").with("desired", "3")).await,
        refused(&bench, &wish("a10g-batch").with("max", "0")).await,
        refused(
            &bench,
            &wish("a10g-batch").with("min", "4").with("max", "2"),
        )
        .await,
        refused(&bench, &wish("a10g-batch").with("desired", "451")).await,
        refused(&bench, &wish("nope").with("desired", "1")).await,
        refused(&bench, &wish("a10g-batch").with("desired", "6")).await,
        refused(&bench, &wish("h100-train").with("desired", "8")).await,
        refused(
            &bench,
            &wish("gpu").with("desired", "3").with("reserve", "spread"),
        )
        .await,
        refused(
            &bench,
            &wish("a10g-batch")
                .with("desired", "4")
                .with("reserve", "eu-west-1z"),
        )
        .await,
        refused(
            &bench,
            &wish("main").with("desired", "3").with("cluster", "nope"),
        )
        .await,
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    give at least one of --desired, --min and --max
    nothing to do: prod-ml-1/a10g-batch has this size already: min 0 desired 3 max 6
    --max `0`: EKS wants a maximum of at least 1; a desired size of 0 empties the group
    --min `4`: min 4 is more than max 2
    --desired `451`: a number from 0 to 450
    prod-ml-1 has no node group `nope`; it has: main, gpu, a10g-batch, h100-train
    Running On-Demand G and VT instances (L-DB2E81BA): 256 vCPUs allowed, 144 used, 144 needed; ask for more first: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-DB2E81BA --desired-value N
    Running On-Demand P instances (L-417A185B): 768 vCPUs allowed, 384 used, 768 needed; ask for more first: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-417A185B --desired-value N
    gpu is bought as spot; only On-Demand capacity can be reserved
    --reserve `eu-west-1z`: no, spread, or one of eu-west-1a, eu-west-1b, eu-west-1c
    no cluster is named `nope` in the accounts and regions that are looked in; give --account and --region if it lies elsewhere
    ");
}

#[tokio::test(start_paused = true)]
async fn a_group_that_is_not_at_rest_or_has_failed_is_refused() {
    let bench = Bench::new().await;
    for (status, told) in [
        (
            "UPDATING",
            "an update of gpu is on its way and EKS takes one at a time; plan again when it is over",
        ),
        ("CREATING", "gpu is still being created"),
        ("DELETING", "gpu is being deleted"),
        (
            "CREATE_FAILED",
            "gpu is CREATE_FAILED; a group that failed has to be deleted and made anew",
        ),
    ] {
        bench.edit_pool(&ml(), "gpu", |pool| pool.status = status.into());
        assert_eq!(refused(&bench, &wish("gpu").with("max", "3")).await, told);
    }
    bench.edit_pool(&ml(), "gpu", |pool| {
        pool.status = "DEGRADED".into();
        pool.issues = vec!["Ec2SubnetNotFound: gone".into()];
    });
    let sealed = planned(&bench, &wish("gpu").with("max", "3")).await;
    let complaint = "EKS already complains about gpu: Ec2SubnetNotFound: gone";
    assert!(sealed.plan().warnings.iter().any(|line| line == complaint));
}

#[tokio::test(start_paused = true)]
async fn an_autoscaler_keeps_its_say_about_the_desired_size() {
    let bench = Bench::new().await;
    bench.edit_pool(&ml(), "a10g-batch", |pool| {
        let (tag, on) = ("k8s.io/cluster-autoscaler/enabled", "true");
        pool.tags.insert(tag.into(), on.into());
    });
    let told = refused(&bench, &wish("a10g-batch").with("desired", "4")).await;
    assert!(told.contains("--owner operator"), "{told}");
    let sealed = planned(&bench, &wish("a10g-batch").with("max", "8")).await;
    // It moves the size between plan and apply, and again while the run goes on.
    bench.edit_pool(&ml(), "a10g-batch", |pool| pool.desired = 4);
    let (run, ended) = bench.carry_out(&sealed).await;
    assert_eq!(ended.state, State::Succeeded, "{}", bench.story(run));
    let pool = bench.pool(&ml(), "prod-ml-1", "a10g-batch").await;
    assert_eq!(pool.sizes(), Sizes::new(0, 4, 8), "its 4 is left alone");

    let sealed = planned(&bench, &wish("a10g-batch").with("min", "5")).await;
    let (run, ended) = bench.carry_on(&sealed).await;
    assert_eq!(ended.state, State::Succeeded, "{}", bench.story(run));
    let pool = bench.pool(&ml(), "prod-ml-1", "a10g-batch").await;
    assert_eq!(
        pool.sizes(),
        Sizes::new(5, 5, 8),
        "brought within the bounds"
    );
}

#[tokio::test(start_paused = true)]
async fn a_size_that_somebody_else_changed_after_the_plan_is_named_and_nothing_is_sent() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "5")).await;
    bench.edit_pool(&ml(), "a10g-batch", |pool| pool.desired = 4);
    let error = bench.open(&sealed).await.expect_err("drift");
    assert_eq!(
        error.to_string(),
        "what the plan was made from has changed: a10g-batch desired: planned from 3, found 4; \
         make a new plan"
    );
    // The same after the run has begun, while it waits for another update.
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "5")).await;
    let run = bench.open(&sealed).await.expect("a run");
    bench.edit_pool(&ml(), "a10g-batch", |pool| pool.status = "UPDATING".into());
    let meddle = async {
        bench.after(60).await;
        bench.edit_pool(&ml(), "a10g-batch", |pool| {
            pool.status = "ACTIVE".into();
            pool.max = 7;
        });
    };
    let (ended, ()) = tokio::join!(bench.execute(run), meddle);
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Drift);
    assert!(pause.text.contains("max: planned from 6, found 7"));
    assert_eq!(bench.done(), []);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn another_cluster_behind_the_same_name_is_not_scaled() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "5")).await;
    let run = bench.open(&sealed).await.expect("a run");
    let anew = |compute: &mut Compute| {
        let cluster: &mut Cluster = &mut compute.clusters[0];
        cluster.endpoint = Some("https://another.example".into());
    };
    bench.world.edit_compute(&ml(), anew).expect("writable");
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Drift);
    assert!(pause.text.contains("another.example"), "{}", pause.text);
    assert_eq!(bench.done(), []);
}

#[tokio::test(start_paused = true)]
async fn without_capacity_the_size_is_set_back_so_that_it_does_not_burst_later() {
    for faults in ["no-capacity", "capacity=1"] {
        let bench = Bench::new().await;
        let sealed = planned(&bench, &wish("a10g-batch").with("desired", "5")).await;
        bench.world.set_faults(faults.parse().expect("faults"));
        let (run, ended) = bench.carry_out(&sealed).await;
        let story = bench.story(run);
        assert_eq!(ended.state, State::RolledBack, "{faults}\n{story}");
        assert_eq!(bench.done().len(), 2, "there and back");
        let pool = bench.pool(&ml(), "prod-ml-1", "a10g-batch").await;
        assert_eq!(pool.sizes(), Sizes::new(0, 3, 6));
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_of_a_shortage_is_kept_on_request_and_the_rest_may_still_come() {
    let bench = Bench::new().await;
    let wish = wish("a10g-batch")
        .with("desired", "5")
        .with("shortage", "pause");
    let sealed = planned(&bench, &wish).await;
    bench
        .world
        .set_faults("capacity=1".parse().expect("faults"));
    let (run, ended) = bench.carry_out(&sealed).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Inconclusive);
    assert!(
        pause.text.starts_with(
            "4 of 5 nodes of a10g-batch are ready, by the cluster; pods can be given 16 of 20 \
             GPUs: InsufficientInstanceCapacity"
        ),
        "{}",
        pause.text
    );
    bench.world.set_faults("none".parse().expect("faults"));
    bench.ask(run, &Request::Resume).await;
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn capacity_that_is_out_and_comes_back_in_time_ends_in_success() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "5")).await;
    bench
        .world
        .set_faults("no-capacity".parse().expect("faults"));
    let run = bench.open(&sealed).await.expect("a run");
    let relief = async {
        bench.after(900).await;
        bench.world.set_faults("none".parse().expect("faults"));
    };
    let (ended, ()) = tokio::join!(bench.execute(run), relief);
    assert_eq!(ended.state, State::Succeeded, "{}", bench.story(run));
}

#[tokio::test(start_paused = true)]
async fn ready_nodes_without_allocatable_gpus_are_not_taken_for_done() {
    let bench = Bench::new().await;
    let wish = wish("a10g-batch")
        .with("desired", "5")
        .with("shortage", "pause");
    let sealed = planned(&bench, &wish).await;
    bench
        .world
        .set_faults("no-device-plugin".parse().expect("faults"));
    let (run, ended) = bench.carry_out(&sealed).await;
    let pause = ended.pause.expect("it stands still");
    assert!(
        pause.text.starts_with(
            "5 of 5 nodes of a10g-batch are ready, by the cluster; pods can be given 0 of 20 GPUs"
        ),
        "{}",
        pause.text
    );
    let reason = "keep them".into();
    bench.ask(run, &Request::Stop { reason }).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::Stopped);
    assert_eq!(ended.leftovers.len(), 1, "{:?}", ended.leftovers);
}

#[tokio::test(start_paused = true)]
async fn nodes_that_are_taken_away_while_they_are_waited_for_are_waited_for_again() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "5")).await;
    let run = bench.open(&sealed).await.expect("a run");
    let interrupt = async {
        bench.after(120).await;
        bench.edit_pool(&ml(), "a10g-batch", |pool| pool.running = Some(1));
    };
    let (ended, ()) = tokio::join!(bench.execute(run), interrupt);
    assert_eq!(ended.state, State::Succeeded, "{}", bench.story(run));
    let pool = bench.pool(&ml(), "prod-ml-1", "a10g-batch").await;
    assert_eq!(pool.running, Some(5));
}

#[tokio::test(start_paused = true)]
async fn a_reservation_is_the_question_for_capacity_and_is_let_go_afterwards() {
    let bench = Bench::new().await;
    let wish = wish("a10g-batch")
        .with("desired", "5")
        .with("reserve", "spread");
    let sealed = planned(&bench, &wish).await;
    let ids: Vec<&str> = sealed
        .plan()
        .steps
        .iter()
        .map(|step| step.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "reserve-eu-west-1a",
            "reserve-eu-west-1b",
            "scale",
            "ready",
            "release-eu-west-1a",
            "release-eu-west-1b"
        ]
    );
    let (run, ended) = bench.carry_out(&sealed).await;
    assert_eq!(ended.state, State::Succeeded, "{}", bench.story(run));
    let compute = bench.compute(&ml(), "prod-ml-1").await;
    let states: Vec<&str> = compute
        .reservations
        .iter()
        .map(|one| one.state.as_str())
        .collect();
    assert_eq!(states, ["cancelled", "cancelled"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_reservation_stops_before_anything_is_scaled() {
    let bench = Bench::new().await;
    let wish = wish("a10g-batch")
        .with("desired", "5")
        .with("reserve", "eu-west-1a");
    let sealed = planned(&bench, &wish).await;
    bench
        .world
        .set_faults("capacity=1".parse().expect("faults"));
    let (_, ended) = bench.carry_out(&sealed).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::FailedStep);
    assert!(pause.text.contains("InsufficientInstanceCapacity"));
    let pool = bench.pool(&ml(), "prod-ml-1", "a10g-batch").await;
    assert_eq!(pool.desired, 3);
    let refused = bench.world.ledger();
    assert!(matches!(refused[0].effect, Effect::Nothing { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_is_full_is_refused_and_one_that_cannot_be_read_is_told() {
    let bench = Bench::new().await;
    let quota = QuotaCode::ec2("L-DB2E81BA", "");
    // 3 nodes of 48 vCPUs run: exactly one more fits.
    bench.world.grant(&ml(), quota, 192);
    planned(&bench, &wish("a10g-batch").with("desired", "4")).await;
    bench.world.grant(&ml(), quota, 191);
    let told = refused(&bench, &wish("a10g-batch").with("desired", "4")).await;
    assert!(
        told.starts_with(
            "Running On-Demand G and VT instances (L-DB2E81BA): 191 vCPUs allowed, 144 used, 48 \
             needed; ask for more first"
        ),
        "{told}"
    );
    bench
        .world
        .set_faults("error=servicequotas:1".parse().expect("faults"));
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "4")).await;
    let warned = |line: &String| line.starts_with("the quota could not be read: ");
    assert!(sealed.plan().warnings.iter().any(warned));
    // Without a figure nothing is demanded of it.
    bench.world.set_faults("none".parse().expect("faults"));
    let (_, ended) = bench.carry_out(&sealed).await;
    assert_eq!(ended.state, State::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_is_used_up_between_plan_and_send_halts_the_run() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "4")).await;
    let run = bench.open(&sealed).await.expect("a run");
    bench
        .world
        .grant(&ml(), QuotaCode::ec2("L-DB2E81BA", ""), 150);
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Drift);
    assert!(
        pause
            .text
            .contains("150 vCPUs allowed, 144 used, 48 needed")
    );
    assert_eq!(bench.done(), []);
}

#[tokio::test(start_paused = true)]
async fn a_capacity_block_must_have_room_and_outlast_the_wait() {
    let bench = Bench::new().await;
    let now = bench.clock.now();
    let block = |free: u32, minutes: i64| crate::model::compute::Reservation {
        id: "cr-block".into(),
        instance_type: "g5.12xlarge".into(),
        zone: Some("eu-west-1a".into()),
        state: "active".into(),
        total: 4,
        free,
        block: true,
        ends: now
            .checked_add(jiff::SignedDuration::from_mins(minutes))
            .ok(),
        tags: crate::model::Tags::new(),
    };
    let lay = |free: u32, minutes: i64| {
        let edit = |compute: &mut Compute| compute.reservations = vec![block(free, minutes)];
        bench.world.edit_compute(&ml(), edit).expect("writable");
    };
    bench.edit_pool(&ml(), "a10g-batch", |pool| {
        pool.capacity = crate::model::cluster::Capacity::CapacityBlock;
    });
    lay(0, 600);
    let told = refused(&bench, &wish("a10g-batch").with("desired", "4")).await;
    assert_eq!(
        told,
        "the active capacity blocks of g5.12xlarge have 0 free instances; 1 are needed"
    );
    lay(1, 10);
    let told = refused(&bench, &wish("a10g-batch").with("desired", "4")).await;
    assert!(
        told.contains("ends at 2026-01-15T10:10:00Z, before"),
        "{told}"
    );
    lay(1, 600);
    let sealed = planned(&bench, &wish("a10g-batch").with("desired", "4")).await;
    let told = |line: &String| line.contains("ends at 2026-01-15T20:00:00Z");
    assert!(sealed.plan().warnings.iter().any(told));
    let cost = sealed.plan().cost.as_ref().expect("worked out");
    assert!(cost.basis[0].contains("paid in advance"), "{cost:?}");
}

#[tokio::test(start_paused = true)]
async fn what_it_may_need_is_what_its_plans_need() {
    let bench = Bench::new().await;
    let wish = wish("a10g-batch")
        .with("desired", "5")
        .with("reserve", "spread");
    let sealed = planned(&bench, &wish).await;
    let operation = operations::find("scale-pool").expect("registered");
    assert_eq!(sealed.review().permissions, operation.permissions());
}
