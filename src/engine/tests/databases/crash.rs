//! The process ends at every point where it writes.

use super::*;
use runner::execute_with;

/// Writes of a resumed run until a change has been sent: the lease, what was asked, what was
/// intended; and at the next one the process ends.
pub(super) const AFTER_THE_SEND: u32 = 3;

/// Executes with an end at the `writes`-th write; `None` when it ended so.
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

/// Executes to the end, says yes at gates, and tells the truth to whoever asks.
async fn to_the_end(bench: &Bench, run: RunId) -> (Ended, usize) {
    let mut questions = 0;
    loop {
        let (ended, _) = bench.through(run).await;
        let Some(pause) = &ended.pause else {
            return (ended, questions);
        };
        let (PauseReason::Ambiguous, Some(step)) = (pause.reason, &pause.step) else {
            return (ended, questions);
        };
        questions += 1;
        let view = bench.engine.standing(run).expect("readable");
        let key = view
            .sealed
            .plan()
            .step(step)
            .map(|step| view.sealed.key(step));
        let happened = bench
            .done()
            .iter()
            .any(|entry| Some(&entry.key) == key.as_ref());
        let answer = Request::Answer {
            step: step.clone(),
            happened,
            made: None,
            reason: "looked at the ledger".into(),
        };
        bench.ask(run, &answer).await;
    }
}

/// Ends the process at every `stride`-th write, then goes on to the end.
async fn ends_everywhere(operation: &str, wish: &Arguments, stride: usize, questions: usize) {
    let mut changes = 0;
    for durable in [false, true] {
        for writes in (0..).step_by(stride) {
            let bench = Bench::new().await;
            let (sealed, run) = bench.begun(operation, wish).await;
            let steps = sealed.plan().steps.iter();
            changes = steps.filter(|step| step.changes().is_some()).count();
            let mut left = writes;
            // Passing gates begins another execution, which may end too.
            let mut crashed = false;
            loop {
                let before = bench
                    .engine
                    .records(run, 0, u32::MAX)
                    .expect("readable")
                    .len();
                match until(&bench, run, left, durable).await {
                    None => {
                        crashed = true;
                        break;
                    }
                    Some(ended) => match gate(&ended) {
                        Some(before) => bench.pass(run, &before).await,
                        None => break,
                    },
                }
                let after = bench
                    .engine
                    .records(run, 0, u32::MAX)
                    .expect("readable")
                    .len();
                let wrote = u32::try_from(after - before).expect("few");
                left = left.saturating_sub(wrote.min(left));
            }
            if !crashed {
                assert!(writes > 5, "the run has more lines than {writes}");
                break;
            }
            bench.check_invariants_of_a_crash(run);
            let (ended, asked) = to_the_end(&bench, run).await;
            let story = bench.story(run);
            assert_eq!(
                ended.state,
                State::Succeeded,
                "{writes} {durable}: {:?}\n{story}",
                ended.pause
            );
            assert_eq!(bench.done().len(), changes, "{writes} {durable}\n{story}");
            assert!(
                asked <= questions,
                "{writes} {durable}: asked {asked} times\n{story}"
            );
            bench.check_invariants(run);
        }
    }
    assert!(changes > 0);
}

#[tokio::test(start_paused = true)]
async fn a_failover_of_an_instance_is_done_once_wherever_the_process_ends() {
    let wish = of_orders("targets", &[("bake", "0s")]);
    ends_everywhere("failover-zone", &wish, 1, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_failover_of_a_cluster_is_done_once_and_nobody_is_asked() {
    let wish = wish(&[("targets", CHECKOUT), ("bake", "0s")]);
    ends_everywhere("failover-zone", &wish, 1, 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_shift_of_traffic_is_done_once_and_nobody_is_asked() {
    let wish = wish(&[
        ("account", "prod-app"),
        ("zone", "eu-west-1a"),
        ("targets", "shop-blue"),
        ("bake", "0s"),
    ]);
    ends_everywhere("failover-zone", &wish, 1, 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_promotion_is_done_once_wherever_the_process_ends() {
    let bench = Bench::new().await;
    let fence = bench.group(&home(), "quarantine").await;
    let wish = wish(&[
        ("replica", "orders-mysql-replica"),
        ("fence", &fence),
        ("replicas", "orders-mysql-r1"),
        ("bake", "0s"),
    ]);
    ends_everywhere("promote-replica", &wish, 3, 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_restore_with_its_cut_over_is_done_once_wherever_the_process_ends() {
    let wish = of_orders(
        "database",
        &[
            ("time", "2026-01-15T09:30:00Z"),
            ("cut-over", "rename"),
            ("bake", "0s"),
        ],
    );
    ends_everywhere("restore-point-in-time", &wish, 3, 0).await;
}
