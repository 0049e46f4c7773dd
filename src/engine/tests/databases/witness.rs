//! What tells that an act has happened, when nothing answers; and what is asked when nothing tells.

use super::*;

/// A run of the failover of an instance whose gate is passed, under these faults.
async fn failing_over(faults: &str) -> (Bench, RunId) {
    let bench = Bench::new().await;
    let (_, run) = bench
        .begun("failover-zone", &of_orders("targets", &[]))
        .await;
    let ended = bench.execute(run).await;
    bench.pass(run, &gate(&ended).expect("a gate")).await;
    bench.world.set_faults(faults.parse().expect("faults"));
    (bench, run)
}

fn answer(happened: bool) -> Request {
    Request::Answer {
        step: "fail-over-orders-mysql".into(),
        happened,
        made: None,
        reason: "looked at the console".into(),
    }
}

/// Whether a person is asked, and how often so far.
fn questions(bench: &Bench, run: RunId) -> usize {
    bench.story(run).matches("HumanNeeded").count()
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_by_the_zone_and_nobody_is_asked() {
    for faults in [
        "lost=perform:1",
        "fail-after=perform:1",
        "late=perform:1:4m",
    ] {
        let (bench, run) = failing_over(faults).await;
        let ended = bench.execute(run).await;
        let story = bench.story(run);
        assert_eq!(
            ended.state,
            State::Succeeded,
            "{faults}: {:?}\n{story}",
            ended.pause
        );
        assert_eq!(questions(&bench, run), 0, "{faults}\n{story}");
        assert_eq!(bench.world.ledger().len(), 1, "{faults}");
        bench.check_invariants(run);
    }
}

#[tokio::test(start_paused = true)]
async fn what_nothing_tells_of_is_asked_once_and_sent_again_only_on_a_word() {
    let (bench, run) = failing_over("fail-before=perform:1").await;
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Ambiguous);
    assert!(
        pause.text.contains("A second send would do harm"),
        "{}",
        pause.text
    );
    assert_eq!(questions(&bench, run), 1);
    // Going on without an answer asks nothing anew and sends nothing.
    bench.ask(run, &Request::Resume).await;
    let ended = bench.execute(run).await;
    assert_eq!(
        ended.pause.map(|pause| pause.reason),
        Some(PauseReason::Ambiguous)
    );
    assert_eq!((questions(&bench, run), bench.world.ledger().len()), (1, 1));
    bench.ask(run, &answer(false)).await;
    let ended = bench.execute(run).await;
    assert_eq!(
        ended.state,
        State::Succeeded,
        "{:?}\n{}",
        ended.pause,
        bench.story(run)
    );
    assert_eq!(questions(&bench, run), 1);
    assert_eq!(bench.done().len(), 1);
    assert_eq!(bench.zones_of_orders().await[0], "eu-west-1b");
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_failover_that_comes_back_while_nobody_looks_is_not_sent_again() {
    let (bench, run) = failing_over("lost=perform:1,rds-flips-back").await;
    // The process ends right after the send, and somebody takes it up later.
    let ended = crash::until(&bench, run, crash::AFTER_THE_SEND, true).await;
    assert!(ended.is_none());
    assert_eq!(bench.done().len(), 1);
    bench.after(900).await;
    assert_eq!(
        bench.zones_of_orders().await[0],
        "eu-west-1a",
        "there and back"
    );
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Drift);
    assert!(
        pause.text.contains("it has failed over 2 times"),
        "{}",
        pause.text
    );
    assert_eq!(bench.world.ledger().len(), 1);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_failover_that_comes_back_while_it_is_watched_is_told() {
    let (bench, run) = failing_over("rds-flips-back").await;
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(
        pause.reason,
        PauseReason::FailedStep,
        "{}",
        bench.story(run)
    );
    assert_eq!(bench.world.ledger().len(), 1);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_stays_on_its_way_pauses_with_a_way_on() {
    for faults in ["rds-stuck", "rds-stuck,lost=perform:1"] {
        let (bench, run) = failing_over(faults).await;
        let ended = bench.execute(run).await;
        let pause = ended.pause.expect("it stands still");
        assert_eq!(
            pause.reason,
            PauseReason::Inconclusive,
            "{faults}\n{}",
            bench.story(run)
        );
        assert!(pause.text.contains("still on its way"), "{}", pause.text);
        assert_eq!(bench.world.ledger().len(), 1);
        bench.check_invariants(run);
        let reason = "AWS support looks at it".into();
        bench.ask(run, &Request::Stop { reason }).await;
        let ended = bench.execute(run).await;
        assert!(
            ended.state.is_terminal(),
            "{faults}: {}\n{}",
            ended.state,
            bench.story(run)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_failover_of_awss_own_before_the_send_makes_ours_needless() {
    let (bench, run) = failing_over("none").await;
    bench
        .world
        .fail_over(&home(), Instance, ORDERS)
        .expect("there");
    let ended = bench.execute(run).await;
    let story = bench.story(run);
    assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
    assert_eq!(bench.world.ledger(), [], "{story}");
    assert_eq!(bench.zones_of_orders().await[0], "eu-west-1b");
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_failover_of_awss_own_at_the_moment_of_the_send_is_taken_for_what_it_is() {
    // Ours never arrived, theirs happened: what was wanted is so.
    let (bench, run) = failing_over("fail-before=perform:1,latency=2s").await;
    let theirs = async {
        bench.after(9).await;
        bench
            .world
            .fail_over(&home(), Instance, ORDERS)
            .expect("there");
    };
    let (ended, ()) = tokio::join!(bench.execute(run), theirs);
    let story = bench.story(run);
    assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
    assert_eq!(bench.done(), [], "{story}");
    assert_eq!(questions(&bench, run), 0);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_lost_failover_to_a_named_member_is_sent_once_more_and_not_twice() {
    let named = wish(&[("targets", CHECKOUT)]);
    for (faults, sends, state) in [
        ("lost=perform:1", 1, State::Succeeded),
        ("fail-before=perform:1", 2, State::Succeeded),
        (
            "fail-before=perform:1,fail-before=perform:2",
            2,
            State::Paused,
        ),
    ] {
        let bench = Bench::new().await;
        let (_, run) = bench.begun("failover-zone", &named).await;
        bench.world.set_faults(faults.parse().expect("faults"));
        let (ended, _) = bench.through(run).await;
        let story = bench.story(run);
        assert_eq!(ended.state, state, "{faults}: {:?}\n{story}", ended.pause);
        assert_eq!(bench.world.ledger().len(), sends, "{faults}\n{story}");
        assert_eq!(questions(&bench, run), 0, "{faults}");
        bench.check_invariants(run);
    }
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_takes_no_name_is_asked_about_like_a_restart() {
    let bench = Bench::new().await;
    let plain = |database: &mut Database| database.engine = "mysql".into();
    bench
        .world
        .edit_database(&home(), Cluster, CHECKOUT, plain)
        .expect("there");
    let (_, run) = bench
        .begun("failover-zone", &wish(&[("targets", CHECKOUT)]))
        .await;
    bench
        .world
        .set_faults("fail-before=perform:1".parse().expect("faults"));
    let (ended, _) = bench.through(run).await;
    assert_eq!(
        ended.pause.map(|pause| pause.reason),
        Some(PauseReason::Ambiguous)
    );
    let happened = Request::Answer {
        step: "fail-over-checkout-aurora".into(),
        happened: false,
        made: None,
        reason: "looked".into(),
    };
    bench.ask(run, &happened).await;
    let (ended, _) = bench.through(run).await;
    assert_eq!(
        ended.state,
        State::Succeeded,
        "{:?}\n{}",
        ended.pause,
        bench.story(run)
    );
    assert_eq!(bench.done().len(), 1);
    assert_eq!(questions(&bench, run), 1);
    bench.check_invariants(run);
}
