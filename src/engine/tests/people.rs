//! What people do while a run goes on.

use super::*;
use machine::{PauseReason, run::State};

#[tokio::test(start_paused = true)]
async fn a_paused_run_goes_on_where_it_stood() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let pause = async {
        bench.after(100).await;
        bench.ask(run, &Request::Pause).await;
    };
    let (ended, ()) = tokio::join!(bench.execute(run), pause);
    assert_eq!(ended.state, State::Paused);
    assert_eq!(
        ended.pause.map(|pause| pause.reason),
        Some(PauseReason::Operator)
    );
    assert!(!bench.engine.needs_runner(run).await.expect("readable"));
    bench.after(60).await;
    assert_eq!(
        bench.execute(run).await.state,
        State::Paused,
        "nobody said go on"
    );
    bench.ask(run, &Request::Resume).await;
    assert!(bench.engine.needs_runner(run).await.expect("readable"));
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn rolling_back_on_request_puts_everything_back() {
    for second in [10, 200, 420, 500, 600] {
        let bench = Bench::new().await;
        let (_, run) = bench.begin().await;
        let before = bench.weights().await;
        let turn = async {
            bench.after(second).await;
            let reason = "second thoughts".into();
            bench.ask(run, &Request::RollBack { reason }).await;
        };
        let (ended, ()) = tokio::join!(bench.execute(run), turn);
        assert_eq!(ended.state, State::RolledBack, "{}", bench.story(run));
        assert_eq!(ended.leftovers, Vec::<String>::new());
        assert_eq!(bench.weights().await, before);
        bench.check_invariants(run);
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_keeps_things_and_lists_them() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let stop = async {
        bench.after(500).await;
        let reason = "enough".into();
        bench.ask(run, &Request::Stop { reason }).await;
    };
    let (ended, ()) = tokio::join!(bench.execute(run), stop);
    assert_eq!(ended.state, State::Stopped);
    assert_eq!(
        ended.leftovers,
        [
            "shop.example.com: TTL 300 s to 60 s stands",
            "shop.example.com: blue 100→0, green 0→100 stands"
        ]
    );
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_detached_run_is_taken_up_without_a_word() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let leave = async {
        bench.after(100).await;
        bench.ask(run, &Request::Detach).await;
    };
    let (ended, ()) = tokio::join!(bench.execute(run), leave);
    assert!(ended.detached);
    assert_eq!(ended.state, State::Running);
    assert!(bench.engine.needs_runner(run).await.expect("readable"));
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn one_process_executes_and_the_second_is_told() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let second = async {
        bench.after(100).await;
        assert!(!bench.engine.needs_runner(run).await.expect("readable"));
        let (_sender, messages) = mpsc::channel(1);
        let path = bench.engine.journal_path();
        execute(path, run, bench.ground(), messages).await
    };
    let (first, second) = tokio::join!(bench.execute(run), second);
    assert!(matches!(second, Err(runner::Error::Held(_))));
    assert_eq!(first.state, State::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_makes_no_sense_is_refused_at_once() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    bench.execute(run).await;
    for request in [Request::Pause, Request::Resume, Request::Detach] {
        let error = bench.engine.ask(run, &request, "ann", &bench.clock).await;
        assert!(matches!(error, Err(Error::NotNow { .. })));
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_long_silence_a_person_looks_before_production_goes_on() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let leave = async {
        bench.after(100).await;
        bench.ask(run, &Request::Detach).await;
    };
    tokio::join!(bench.execute(run), leave);
    bench.after(3600).await;
    let ended = bench.execute(run).await;
    assert_eq!(
        ended.pause.map(|pause| pause.reason),
        Some(PauseReason::Stale)
    );
    bench.ask(run, &Request::Resume).await;
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
}
