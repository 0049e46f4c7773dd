//! The process ends at every point where it writes, before the line is durable and after.

use super::*;
use machine::run::State;
use runner::execute_with;

/// Executes with an end at the `writes`-th write; `None` when the run got through before that.
pub(super) async fn until(bench: &Bench, run: RunId, writes: u32, durable: bool) -> Option<Ended> {
    let mut journal = Journal::open(bench.engine.journal_path()).expect("the journal");
    journal.crash = Some(journal::Crash {
        writes_left: writes,
        durable,
    });
    let (_sender, messages) = mpsc::channel(1);
    match execute_with(journal, run, bench.ground(), messages).await {
        Ok(ended) => Some(ended),
        Err(runner::Error::Journal(journal::Error::Crash)) => None,
        Err(other) => panic!("{other}"),
    }
}

/// Ends the process at every `stride`-th write of a run under `faults`.
async fn crashes_everywhere(faults: &str, stride: usize) {
    for durable in [false, true] {
        for writes in (0..).step_by(stride) {
            let bench = Bench::new().await;
            let (_, run) = bench.begin().await;
            bench.world.set_faults(faults.parse().expect("faults"));
            if until(&bench, run, writes, durable).await.is_some() {
                assert!(writes > 20, "the run has more lines than {writes}");
                break;
            }
            bench.check_invariants_of_a_crash(run);
            let ended = bench.execute(run).await;
            let story = bench.story(run);
            assert_eq!(ended.state, State::Succeeded, "{writes} {durable}\n{story}");
            assert_eq!(bench.done().len(), 2, "{writes} {durable}\n{story}");
            bench.check_invariants(run);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_write_is_resumed_with_each_change_made_once() {
    crashes_everywhere("none", 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_while_looking_for_a_lost_answer_is_resumed_too() {
    crashes_everywhere("lost=perform:2,fail-before=perform:1", 4).await;
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_again_and_again_gets_there() {
    for seed in 0..5 {
        let bench = Bench::new().await;
        let (_, run) = bench.begin().await;
        let mut crashes = 0;
        // Each life writes a few lines more: the lease takes one, so one more is progress.
        let ended = loop {
            let writes = 1 + (seed + crashes * 7) % 5;
            if let Some(ended) = until(&bench, run, writes, crashes % 2 == 0).await {
                break ended;
            }
            crashes += 1;
            assert!(crashes < 200, "{}", bench.story(run));
        };
        assert!(crashes > 5);
        assert_eq!(ended.state, State::Succeeded);
        assert_eq!(bench.done().len(), 2);
        bench.check_invariants(run);
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_while_rolling_back_is_resumed_back_to_the_beginning() {
    for durable in [false, true] {
        for writes in 0.. {
            let bench = Bench::new().await;
            let before = bench.weights().await;
            let (_, run) = bench.begin().await;
            let leave = async {
                bench.after(500).await;
                bench.ask(run, &Request::Detach).await;
            };
            tokio::join!(bench.execute(run), leave);
            let reason = "no".into();
            bench.ask(run, &Request::RollBack { reason }).await;
            if until(&bench, run, writes, durable).await.is_some() {
                assert!(writes > 5, "the rollback has more lines than {writes}");
                break;
            }
            let ended = bench.execute(run).await;
            let story = bench.story(run);
            assert_eq!(
                ended.state,
                State::RolledBack,
                "{writes} {durable}\n{story}"
            );
            assert_eq!(bench.weights().await, before, "{writes} {durable}\n{story}");
            bench.check_invariants(run);
        }
    }
}
