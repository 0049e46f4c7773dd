//! Who must say yes, and what the rules have to say about it.

use std::path::Path;

use super::*;
use crate::config::Settings;
use machine::{PauseReason, run::State};

pub(super) fn under(toml: &str) -> Policy {
    let settings = Settings::parse(toml, Path::new("config.toml")).expect("settings");
    Policy::new(&settings, Path::new(".")).expect("rules")
}

async fn bench(toml: &str) -> Bench {
    let mut bench = Bench::new().await;
    let folder = bench.folder.path().to_owned();
    bench.engine = Engine::open(&folder)
        .expect("the journal")
        .under(under(toml));
    bench
}

fn yes(sealed: &Sealed) -> Confirmation {
    Challenge::answer(sealed, &Challenge::of(sealed).wanted()).expect("what was asked for")
}

const TWO: &str = "[operations]\nsecond_person = [\"always\"]\n";
const ANN: &str = "arn:aws:sts::123456789012:assumed-role/Operator/ann";
const ANN_AGAIN: &str = "arn:aws:sts::123456789012:assumed-role/Operator/bob";
const BOB: &str = "arn:aws:sts::123456789012:assumed-role/Reviewer/bob";

#[tokio::test(start_paused = true)]
async fn a_second_person_is_another_principal_and_nothing_is_sent_before() {
    let bench = bench(TWO).await;
    let sealed = bench.plan(&Bench::wish()).await.expect("a plan");
    let (engine, clock) = (&bench.engine, &bench.clock);
    let run = engine
        .start(
            &sealed,
            &yes(&sealed),
            &Arming::Always,
            &bench.provider,
            ANN,
            clock,
        )
        .await
        .expect("opened");
    assert!(!engine.needs_runner(run).await.expect("known"));
    assert_eq!(bench.execute(run).await.state, State::AwaitingApproval);
    assert_eq!(bench.world.ledger(), []);
    for same in [ANN, ANN_AGAIN] {
        let error = engine
            .approve(run, &yes(&sealed), same, clock)
            .await
            .expect_err(same);
        assert!(matches!(error, Error::SamePerson { .. }), "{error}");
    }
    let other = bench
        .plan(&Bench::wish().with("to", "blue=50,green=50"))
        .await
        .expect("another plan");
    let error = engine.approve(run, &yes(&other), BOB, clock).await;
    assert!(matches!(error, Err(Error::NotConfirmed(_))));
    engine
        .approve(run, &yes(&sealed), BOB, clock)
        .await
        .expect("two people");
    let late = engine.approve(run, &yes(&sealed), "carol", clock).await;
    assert!(matches!(late, Err(Error::NotNow { .. })));
    assert!(engine.needs_runner(run).await.expect("known"));
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_rejected_is_over_and_its_plan_can_be_opened_again() {
    let bench = bench(TWO).await;
    let sealed = bench.plan(&Bench::wish()).await.expect("a plan");
    let run = bench.open(&sealed).await.expect("opened");
    bench
        .engine
        .reject(run, BOB, "not before the release", &bench.clock)
        .await
        .expect("rejected");
    assert_eq!(bench.execute(run).await.state, State::Rejected);
    let again = bench.open(&sealed).await.expect("opened again");
    assert_ne!(run, again);
}

#[tokio::test(start_paused = true)]
async fn a_rule_forbids_a_plan_and_its_sealed_ruling_says_so() {
    let deny = "[[policy]]\nname = \"no-shop\"\nmatch = { env = \"prod\" }\nverdict = \"deny\"\nmessage = \"the shop rests\"\n";
    let bench = bench(deny).await;
    let sealed = bench
        .plan(&Bench::wish())
        .await
        .expect("a plan that can be read");
    assert_eq!(sealed.plan().verdict(), plan::Verdict::Deny);
    let error = bench.open(&sealed).await.expect_err("forbidden");
    assert_eq!(error.to_string(), "forbidden: the shop rests (no-shop)");
    assert!(error.is_refusal());
    assert!(bench.engine.runs().expect("readable").is_empty());
}

#[tokio::test(start_paused = true)]
async fn rules_that_became_stricter_since_stop_a_run_before_it_begins() {
    let mut bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    let folder = bench.folder.path().to_owned();
    let deny = "[[policy]]\nname = \"new\"\nverdict = \"deny\"\nmessage = \"since today\"\n";
    bench.engine = Engine::open(&folder)
        .expect("the journal")
        .under(under(deny));
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Policy);
    assert_eq!(pause.text, "since today (new)");
    assert_eq!(bench.world.ledger(), []);
    bench.engine = Engine::open(&folder).expect("the journal");
    bench.ask(run, &Request::Resume).await;
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_warning_is_acknowledged_by_name() {
    let warn = "[[policy]]\nname = \"whole\"\nverdict = \"warn\"\nmessage = \"all of it\"\n";
    let bench = bench(warn).await;
    let sealed = bench.plan(&Bench::wish()).await.expect("a plan");
    let error = bench.open(&sealed).await.expect_err("unheard");
    assert!(
        matches!(&error, Error::Unacknowledged(rules) if rules == &["whole"]),
        "{error}"
    );
    let knowing = yes(&sealed).in_spite_of(["whole".to_owned()]);
    let (engine, clock) = (&bench.engine, &bench.clock);
    engine
        .start(
            &sealed,
            &knowing,
            &Arming::Always,
            &bench.provider,
            ANN,
            clock,
        )
        .await
        .expect("opened");
}

#[tokio::test(start_paused = true)]
async fn accounts_are_sealed_as_rules_ask_for_them() {
    let bench = Bench::new().await;
    let sealed = bench.plan(&Bench::wish()).await.expect("a plan");
    let [account] = &sealed.plan().accounts[..] else {
        panic!("one account");
    };
    assert_eq!(account.name, "prod-shared");
    assert_eq!(account.path, "Environments/Prod");
    assert!(account.tags.contains_key("owner") || !account.tags.is_empty());
}
