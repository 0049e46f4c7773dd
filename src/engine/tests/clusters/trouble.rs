//! What goes wrong while node groups are scaled and clusters made, and what the runs make of it.

use proptest::prelude::*;

use super::{
    super::{
        crash::until,
        faults::{ends_at_last, in_virtual_time},
    },
    *,
};

fn scale() -> Arguments {
    Arguments::new()
        .with("cluster", "prod-ml-1")
        .with("pool", "a10g-batch")
        .with("desired", "5")
        .with("reserve", "spread")
        .with("reason", "load")
}

fn provision() -> Arguments {
    Arguments::new()
        .with("account", "dev-shared")
        .with("name", "tools")
        .with("reason", "tests")
}

async fn begin(bench: &Bench, operation: &str, wish: &Arguments) -> RunId {
    let sealed = bench.planned(operation, wish).await.expect("a plan");
    bench.open(&sealed).await.expect("a run")
}

#[tokio::test(start_paused = true)]
async fn troubles_that_pass_end_in_success_with_each_change_made_once() {
    for faults in [
        "lost=perform:1",
        "lost=perform:3",
        "lost=perform:1,lost=perform:2,lost=perform:3",
        "fail-before=perform:1",
        "fail-before=perform:3",
        "fail-after=perform:3",
        "late=perform:3:4m",
        "late=perform:1:4m",
        "throttle=eks:0.3",
        "error=eks:0.2",
        "throttle=ec2:0.3",
        "stale=20s",
        "latency=3s",
    ] {
        let bench = Bench::new().await;
        let run = begin(&bench, "scale-pool", &scale()).await;
        bench.world.set_faults(faults.parse().expect("faults"));
        let ended = bench.execute(run).await;
        bench.check_invariants(run);
        let story = bench.story(run);
        let pause = ended.pause;
        assert_eq!(
            ended.state,
            State::Succeeded,
            "{faults}: {pause:?}\n{story}"
        );
        assert_eq!(bench.done().len(), 5, "{faults}\n{story}");
        let pool = bench.pool(&ml(), "prod-ml-1", "a10g-batch").await;
        assert_eq!(pool.sizes(), Sizes::new(0, 5, 6), "{faults}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cluster_is_made_once_whatever_gets_lost() {
    for faults in [
        "lost=perform:1",
        "lost=perform:7",
        "lost=perform:1,lost=perform:2,lost=perform:3,lost=perform:4,lost=perform:7,lost=perform:12",
        "fail-before=perform:7",
        "fail-after=perform:7,fail-before=perform:9",
        "late=perform:7:4m",
        "throttle=iam:0.3,throttle=eks:0.3",
        "error=eks:0.2",
        "stale=20s",
    ] {
        let bench = Bench::new().await;
        let run = begin(&bench, "provision-cluster", &provision()).await;
        let changes = changes(&bench, run);
        bench.world.set_faults(faults.parse().expect("faults"));
        let ended = bench.execute(run).await;
        bench.check_invariants(run);
        let story = bench.story(run);
        let pause = ended.pause;
        assert_eq!(
            ended.state,
            State::Succeeded,
            "{faults}: {pause:?}\n{story}"
        );
        assert_eq!(bench.done().len(), changes, "{faults}\n{story}");
    }
}

fn changes(bench: &Bench, run: RunId) -> usize {
    let standing = bench.engine.standing(run).expect("readable");
    let steps = standing.sealed.plan().steps.iter();
    steps.filter(|step| step.changes().is_some()).count()
}

#[tokio::test(start_paused = true)]
async fn places_that_refuse_or_keep_silent_pause_before_anything_is_sent() {
    for (faults, reason) in [
        ("deny=888888888888", PauseReason::FailedStep),
        ("hang=888888888888", PauseReason::Inconclusive),
        ("throttle=eks:1,throttle=ec2:1", PauseReason::ThrottledOut),
        ("expired", PauseReason::Credentials),
    ] {
        let bench = Bench::new().await;
        let run = begin(&bench, "scale-pool", &scale()).await;
        bench.world.set_faults(faults.parse().expect("faults"));
        let ended = bench.execute(run).await;
        bench.check_invariants(run);
        let paused = ended.pause.map(|pause| pause.reason);
        assert_eq!(paused, Some(reason), "{faults}");
        assert_eq!(bench.done(), [], "{faults}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_write_of_a_scaling_is_resumed_with_each_change_made_once() {
    for durable in [false, true] {
        for writes in 0.. {
            let bench = Bench::new().await;
            let run = begin(&bench, "scale-pool", &scale()).await;
            if until(&bench, run, writes, durable).await.is_some() {
                assert!(writes > 15, "the run has more lines than {writes}");
                break;
            }
            bench.check_invariants_of_a_crash(run);
            let ended = bench.execute(run).await;
            let story = bench.story(run);
            assert_eq!(ended.state, State::Succeeded, "{writes} {durable}\n{story}");
            assert_eq!(bench.done().len(), 5, "{writes} {durable}\n{story}");
            bench.check_invariants(run);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_while_a_cluster_is_made_is_resumed_and_nothing_is_made_twice() {
    for durable in [false, true] {
        for writes in (0..).step_by(3) {
            let bench = Bench::new().await;
            let run = begin(&bench, "provision-cluster", &provision()).await;
            let changes = changes(&bench, run);
            if until(&bench, run, writes, durable).await.is_some() {
                assert!(writes > 50, "the run has more lines than {writes}");
                break;
            }
            bench.check_invariants_of_a_crash(run);
            let ended = bench.execute(run).await;
            let story = bench.story(run);
            assert_eq!(ended.state, State::Succeeded, "{writes} {durable}\n{story}");
            assert_eq!(bench.done().len(), changes, "{writes} {durable}\n{story}");
            bench.check_invariants(run);
        }
    }
}

fn one_fault() -> impl Strategy<Value = String> {
    prop_oneof![
        (1..9_u64).prop_map(|send| format!("lost=perform:{send}")),
        (1..9_u64).prop_map(|send| format!("fail-before=perform:{send}")),
        (1..9_u64).prop_map(|send| format!("fail-after=perform:{send}")),
        (1..9_u64, 1..290_u64).prop_map(|(send, after)| format!("late=perform:{send}:{after}s")),
        (1..40_u32).prop_map(|percent| format!("throttle=eks:0.{percent:02}")),
        (1..40_u32).prop_map(|percent| format!("error=eks:0.{percent:02}")),
        (1..90_u64).prop_map(|time| format!("stale={time}s")),
        (0..3_u32).prop_map(|left| format!("capacity={left}")),
        Just("no-device-plugin".to_owned()),
        Just("create-failed".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 40, ..ProptestConfig::default() })]
    #[test]
    fn whatever_goes_wrong_with_a_pool_the_run_ends_or_stands_with_a_way_on(
        seed in 0..1000_u64,
        faults in prop::collection::vec(one_fault(), 0..4),
        operation in prop::sample::select(vec!["scale-pool", "provision-cluster"]),
        requests in prop::collection::vec((0..1500_u64, 0..4_u8), 0..3),
    ) {
        in_virtual_time(async {
            let bench = Bench::seeded(seed, "none").await;
            let wish = if operation == "scale-pool" { scale() } else { provision() };
            let run = begin(&bench, operation, &wish).await;
            bench.world.set_faults(faults.join(",").parse().expect("faults"));
            ends_at_last(&bench, run, requests).await;
        });
    }
}
