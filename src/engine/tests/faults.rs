//! What goes wrong outside, and what the run makes of it.

use proptest::prelude::*;

use super::*;
use machine::{PauseReason, run::State};

async fn under(faults: &str) -> (Bench, RunId, Ended) {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    bench.world.set_faults(faults.parse().expect("faults"));
    let ended = bench.execute(run).await;
    bench.check_invariants(run);
    (bench, run, ended)
}

#[tokio::test(start_paused = true)]
async fn troubles_that_pass_end_in_success_with_each_change_made_once() {
    for faults in [
        "lost=perform:1",
        "lost=perform:2",
        "lost=perform:1,lost=perform:2",
        "fail-before=perform:1",
        "fail-before=perform:2",
        "fail-after=perform:2",
        "late=perform:2:4m",
        "throttle=route53:0.3",
        "error=route53:0.2",
        "stale=20s",
        "dns-lag=10m",
        "dns-loss=0.05",
        "settle=200s",
        "prior",
        "latency=3s",
    ] {
        let (bench, run, ended) = under(faults).await;
        let story = bench.story(run);
        assert_eq!(
            ended.state,
            State::Succeeded,
            "{faults}: {:?}\n{story}",
            ended.pause
        );
        assert_eq!(bench.done().len(), 2, "{faults}\n{story}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_never_gets_in_sync_pauses_with_a_way_on() {
    let (bench, run, ended) = under("settle=forever").await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Inconclusive);
    let reason = "stuck".into();
    bench.ask(run, &Request::Stop { reason }).await;
    assert_eq!(bench.execute(run).await.state, State::Stopped);
}

#[tokio::test(start_paused = true)]
async fn answers_that_never_move_pause_and_nothing_is_taken_for_done() {
    let (bench, run, ended) = under("dns-lag=24h").await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Inconclusive);
    assert!(
        pause.text.contains("green should have 100.0 %"),
        "{}",
        pause.text
    );
    let view = bench.engine.standing(run).expect("readable").view;
    assert_eq!(
        view.state_of(&"answers".into()),
        machine::step::State::Checking
    );
}

#[tokio::test(start_paused = true)]
async fn a_session_that_runs_out_pauses_and_signing_in_goes_on() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let expire = async {
        bench.after(200).await;
        bench.world.set_faults("expired".parse().expect("faults"));
    };
    let (ended, ()) = tokio::join!(bench.execute(run), expire);
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Credentials);
    bench.world.set_faults("none".parse().expect("faults"));
    bench.ask(run, &Request::Resume).await;
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn denied_and_silent_places_pause_before_anything_is_sent() {
    for (faults, reason) in [
        ("deny=999999999999", PauseReason::FailedStep),
        ("hang=999999999999", PauseReason::Inconclusive),
        ("throttle=route53:1", PauseReason::ThrottledOut),
    ] {
        let (bench, _, ended) = under(faults).await;
        assert_eq!(
            ended.pause.map(|pause| pause.reason),
            Some(reason),
            "{faults}"
        );
        assert_eq!(bench.done(), [], "{faults}");
    }
}

fn one_fault() -> impl Strategy<Value = String> {
    prop_oneof![
        (1..6_u64).prop_map(|send| format!("lost=perform:{send}")),
        (1..6_u64).prop_map(|send| format!("fail-before=perform:{send}")),
        (1..6_u64).prop_map(|send| format!("fail-after=perform:{send}")),
        (1..6_u64, 1..290_u64).prop_map(|(send, after)| format!("late=perform:{send}:{after}s")),
        (1..40_u32).prop_map(|percent| format!("throttle=route53:0.{percent:02}")),
        (1..40_u32).prop_map(|percent| format!("error=route53:0.{percent:02}")),
        (1..120_u64).prop_map(|time| format!("stale={time}s")),
        (1..900_u64).prop_map(|time| format!("dns-lag={time}s")),
        (1..20_u32).prop_map(|percent| format!("dns-loss=0.{percent:02}")),
        (1..600_u64).prop_map(|time| format!("settle={time}s")),
        (1..40_u64).prop_map(|time| format!("latency={time}s")),
        Just("prior".to_owned()),
    ]
}

/// Runs a test on a clock that jumps from one thing that happens to the next.
pub(super) fn in_virtual_time(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(test);
}

/// Executes a run that people ask something of, each so many seconds after the other. Nothing is
/// stuck: going on again and again, and at last stopping, ends it.
pub(super) async fn ends_at_last(bench: &Bench, run: RunId, requests: Vec<(u64, u8)>) {
    let reason = || "drawn".to_owned();
    let people = async {
        for (after, which) in requests {
            bench.after(after).await;
            let request = match which {
                0 => Request::Pause,
                1 => Request::RollBack { reason: reason() },
                2 => Request::Stop { reason: reason() },
                _ => Request::Detach,
            };
            // Refused where the run is over or stands still: then nothing happens.
            let _ = bench.engine.ask(run, &request, "ann", &bench.clock).await;
        }
    };
    let (mut ended, ()) = tokio::join!(bench.execute(run), people);
    bench.check_invariants(run);
    for _ in 0..4 {
        if ended.state.is_terminal() {
            break;
        }
        if ended.state == State::Paused {
            bench.ask(run, &Request::Resume).await;
        }
        ended = bench.execute(run).await;
        bench.check_invariants(run);
    }
    if !ended.state.is_terminal() {
        bench.ask(run, &Request::Stop { reason: reason() }).await;
        ended = bench.execute(run).await;
        bench.check_invariants(run);
    }
    let state = ended.state;
    assert!(state.is_terminal(), "{state}\n{}", bench.story(run));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 40, ..ProptestConfig::default() })]
    #[test]
    fn whatever_goes_wrong_the_run_ends_or_stands_with_a_way_on(
        seed in 0..1000_u64,
        faults in prop::collection::vec(one_fault(), 0..4),
        requests in prop::collection::vec((0..900_u64, 0..4_u8), 0..3),
    ) {
        in_virtual_time(async {
            let bench = Bench::seeded(seed, "none").await;
            let (_, run) = bench.begin().await;
            bench.world.set_faults(faults.join(",").parse().expect("faults"));
            ends_at_last(&bench, run, requests).await;
        });
    }
}
