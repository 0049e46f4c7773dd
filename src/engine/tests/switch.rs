use super::*;
use machine::run::State;

#[tokio::test(start_paused = true)]
async fn a_switch_moves_all_traffic_and_proves_it() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let ended = bench.execute(run).await;
    insta::assert_snapshot!(bench.story(run), @"
      0 run RunCreated
      0 run ApprovalGiven
      0 run ApprovalGranted
      0 run LeaseTaken
      0 run RunStarted
      0 ttl StepReady
      0 ttl PrecheckOk
      0 ttl Intent
      0 ttl Ack
      0 ttl SettleBegan
     48 ttl Settled
     48 ttl StepDone
     48 ttl-aged StepReady
     48 ttl-aged CheckBegan
    408 ttl-aged StepDone
    408 shift StepReady
    408 shift PrecheckOk
    408 shift Intent
    408 shift Ack
    408 shift SettleBegan
    466 shift Settled
    466 shift StepDone
    466 run VerifyBegan
    466 aged StepReady
    466 aged CheckBegan
    526 aged StepDone
    526 answers StepReady
    526 answers CheckBegan
    526 answers CheckSample
    526 answers CheckVerdict
    526 answers StepDone
    526 bake StepReady
    526 bake CheckBegan
    526 bake CheckSample
    536 bake CheckSample
    546 bake CheckSample
    556 bake CheckSample
    566 bake CheckSample
    576 bake CheckSample
    586 bake CheckSample
    596 bake CheckSample
    606 bake CheckSample
    616 bake CheckSample
    626 bake CheckSample
    636 bake CheckSample
    646 bake CheckSample
    646 bake CheckVerdict
    646 bake StepDone
    646 run RunDone
    ");
    assert_eq!((ended.state, ended.pause), (State::Succeeded, None));
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn the_world_is_as_planned_afterwards_and_planning_again_finds_nothing_to_do() {
    let bench = Bench::new().await;
    let (sealed, run) = bench.begin().await;
    bench.execute(run).await;
    let weights = [
        ("blue".into(), 0, Some(60)),
        ("green".into(), 100, Some(60)),
    ];
    assert_eq!(bench.weights().await, weights);
    let again = bench.open(&sealed).await.expect_err("applied before");
    assert!(
        again.to_string().contains("already applied by run"),
        "{again}"
    );
    let replanned = bench.plan(&Bench::wish()).await.expect_err("nothing to do");
    assert!(replanned.is_nothing_to_do(), "{replanned}");
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
    assert_eq!(bench.done().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn two_equal_plans_have_one_effect_digest_and_only_one_is_applied() {
    let bench = Bench::new().await;
    let first = bench.plan(&Bench::wish()).await.expect("a plan");
    bench.after(60).await;
    let second = bench.plan(&Bench::wish()).await.expect("a plan");
    assert_ne!(first.digest(), second.digest());
    assert_eq!(first.effect(), second.effect());
    let run = bench.open(&first).await.expect("a run");
    bench.execute(run).await;
    let late = bench.open(&second).await.expect_err("done already");
    assert!(late.is_nothing_to_do(), "{late}");
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_not_started_late_disarmed_or_on_the_word_of_another() {
    let bench = Bench::new().await;
    let sealed = bench.plan(&Bench::wish()).await.expect("a plan");
    let other = bench
        .plan(&Bench::wish().with("to", "blue=50,green=50"))
        .await
        .expect("a plan");
    let yes = |plan: &Sealed| {
        Challenge::answer(plan, &Challenge::of(plan).wanted()).expect("what was asked for")
    };
    let start = async |confirmation: &Confirmation, arming: Arming| {
        bench
            .engine
            .start(
                &sealed,
                confirmation,
                &arming,
                &bench.provider,
                "ann",
                &bench.clock,
            )
            .await
    };
    let error = start(&yes(&other), Arming::Always)
        .await
        .expect_err("another plan");
    assert!(matches!(error, Error::NotConfirmed(_)), "{error}");
    let error = start(&yes(&sealed), Arming::Disarmed)
        .await
        .expect_err("disarmed");
    assert!(matches!(error, Error::Arming(_)), "{error}");
    bench.after(3601).await;
    let error = start(&yes(&sealed), Arming::Always)
        .await
        .expect_err("late");
    assert!(matches!(error, Error::Expired(_)), "{error}");
    assert!(bench.engine.runs().expect("readable").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_nobody_took_up_in_time_expires_and_sends_nothing() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    bench.after(3601).await;
    assert_eq!(bench.execute(run).await.state, State::Expired);
    assert_eq!(bench.world.ledger(), []);
}

#[tokio::test(start_paused = true)]
async fn what_changed_between_plan_and_start_is_named() {
    let bench = Bench::new().await;
    let sealed = bench.plan(&Bench::wish()).await.expect("a plan");
    bench
        .by_hand(|record| record.routing = Routing::Weighted(7))
        .await;
    let error = bench.open(&sealed).await.expect_err("drift");
    assert_eq!(
        error.to_string(),
        "what the plan was made from has changed: blue: routing planned from Weighted(100), found \
         Weighted(7); make a new plan"
    );
    assert!(error.is_refusal());
}

#[tokio::test(start_paused = true)]
async fn a_change_by_hand_during_the_run_halts_it_before_the_shift() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let meddle = async {
        bench.after(200).await;
        bench
            .by_hand(|record| record.values = vec!["evil.example.net.".into()])
            .await;
    };
    let (ended, ()) = tokio::join!(bench.execute(run), meddle);
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, machine::PauseReason::Drift);
    assert!(
        pause.text.contains("found evil.example.net."),
        "{}",
        pause.text
    );
    assert_eq!(bench.done().len(), 1, "only the TTL was changed");
    bench.check_invariants(run);
    // Rolling back does not overwrite what somebody else did, and says so.
    let reason = "not ours".into();
    bench.ask(run, &Request::RollBack { reason }).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::Paused);
    let reason = "leave it".into();
    bench.ask(run, &Request::Stop { reason }).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::RollbackPartial);
    assert_eq!(ended.leftovers.len(), 1, "{:?}", ended.leftovers);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_side_that_falls_sick_while_baking_is_left_by_itself() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let check = bench.green_check().await;
    let sicken = async {
        bench.after(560).await;
        bench.world.set_health(&check, false);
    };
    let (ended, ()) = tokio::join!(bench.execute(run), sicken);
    assert_eq!(ended.state, State::RolledBack, "{}", bench.story(run));
    let weights = [
        ("blue".into(), 100, Some(300)),
        ("green".into(), 0, Some(300)),
    ];
    assert_eq!(bench.weights().await, weights);
    bench.check_invariants(run);
    let sent = bench.story(run);
    let failed = second(&sent, "bake StepFailed");
    assert!(second(&sent, "shift CompIntent") - failed <= 5, "{sent}");
}

#[tokio::test(start_paused = true)]
async fn an_exported_run_proves_itself_and_tells_tampering() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    bench.execute(run).await;
    let folder = bench.folder.path().join("out");
    export::export(&bench.engine, run, &folder).expect("written");
    assert_eq!(
        export::verify(&folder).expect("readable"),
        Vec::<String>::new()
    );
    let lines = std::fs::read_to_string(folder.join("journal.jsonl")).expect("there");
    let forged = lines.replace("awsdeck\"", "nobody\"");
    assert_ne!(lines, forged);
    std::fs::write(folder.join("journal.jsonl"), forged).expect("writable");
    let faults = export::verify(&folder).expect("readable");
    assert!(
        faults[0].contains("journal.jsonl does not have the sum"),
        "{faults:?}"
    );
    assert!(
        faults.iter().any(|fault| fault.contains("its link is not")),
        "{faults:?}"
    );
    assert!(
        export::export(&bench.engine, run, &folder).is_err(),
        "never over something"
    );
}

#[tokio::test(start_paused = true)]
async fn a_plan_file_is_the_plan_and_a_changed_one_is_refused() {
    let bench = Bench::new().await;
    let sealed = bench.plan(&Bench::wish()).await.expect("a plan");
    let path = bench.folder.path().join("switch.json");
    Engine::save(&sealed, &path).expect("written");
    let name = path.display().to_string();
    assert_eq!(bench.engine.load(&name).expect("the plan"), sealed);
    let short = sealed.digest().short();
    assert_eq!(bench.engine.load(&short).expect("the plan"), sealed);
    let text = std::fs::read_to_string(&path).expect("there");
    std::fs::write(&path, text.replace("\"to\":0", "\"to\":1")).expect("writable");
    let error = bench.engine.load(&name).expect_err("changed");
    assert!(
        error.to_string().contains("changed after sealing"),
        "{error}"
    );
    assert!(error.is_refusal());
}

/// The second in which a line of a story came to be.
fn second(story: &str, line: &str) -> i64 {
    let found = story.lines().find(|known| known.ends_with(line));
    let number = found.and_then(|found| found.split_whitespace().next());
    number
        .and_then(|text| text.parse().ok())
        .expect("in the story")
}
