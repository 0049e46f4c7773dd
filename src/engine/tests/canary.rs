//! A canary's whole way in the simulated organization, in virtual time.

use super::{
    every::{bears_crashes, bears_troubles, titles},
    *,
};
use crate::{model::Place, provider::demo::BalancerConduct};
use machine::{PauseReason, run::State};

const OPERATION: &str = "canary";

/// The API, of which 5 % goes to the canary already; only metrics tell how it does.
fn api() -> Arguments {
    Arguments::new()
        .with("zone", "example.com")
        .with("name", "api.example.com")
        .with("to", "canary")
        .with("reason", "release 8")
}

/// The shop, whose sides have health checks.
fn shop() -> Arguments {
    Bench::wish().with("hold", "10m")
}

/// In two short stages.
fn quick() -> Arguments {
    api().with("stages", "50,100").with("hold", "2m")
}

impl Bench {
    /// The weights of the API, the stable side's first.
    async fn api(&self) -> Vec<u8> {
        let zones = self.zones().await;
        let records = zones.zones.iter().flat_map(|zone| &zone.records);
        let records = records.filter(|record| record.name == "api.example.com.");
        records.filter_map(traffic::Record::weight).collect()
    }

    async fn shop(&self) -> Vec<u8> {
        let weights = self.weights().await;
        weights.into_iter().map(|(_, weight, _)| weight).collect()
    }

    fn conduct(&self, side: &str, conduct: BalancerConduct) {
        let organization = self.inventory.organization.value().expect("read");
        let mut accounts = organization.accounts.iter();
        let app = accounts.find(|account| account.name == "prod-app");
        let place = Place::new(app.expect("in the world").id, "eu-west-1");
        self.world.set_conduct(&place, side, conduct);
    }

    /// Waits until a line stands in the story, and `seconds` more.
    async fn once(&self, run: RunId, line: &str, seconds: u64) {
        while !self.story(run).lines().any(|known| known.ends_with(line)) {
            self.after(5).await;
        }
        self.after(seconds).await;
    }
}

/// What happened but for the looks in between.
fn outline(story: &str) -> String {
    let lines = story.lines().filter(|line| !line.ends_with("CheckSample"));
    lines.collect::<Vec<_>>().join("\n")
}

fn second(story: &str, line: &str) -> i64 {
    let found = story.lines().find(|known| known.ends_with(line));
    let number = found.and_then(|found| found.split_whitespace().next());
    number
        .and_then(|text| text.parse().ok())
        .expect("in the story")
}

#[tokio::test(start_paused = true)]
async fn a_canary_that_is_well_gets_more_at_each_stage_until_it_has_everything() {
    let bench = Bench::new().await;
    let (sealed, run) = bench
        .begun(OPERATION, &api().with("stages", "5,50,100"))
        .await;
    insta::assert_snapshot!(titles(&sealed).join("\n"), @"
    api.example.com: stable 95→50, canary 5→50
    api.example.com: stable 50→0, canary 50→100
    ");
    let ended = bench.execute(run).await;
    let story = bench.story(run);
    assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
    insta::assert_snapshot!(outline(&story), @"
       0 run RunCreated
       0 run ApprovalGiven
       0 run ApprovalGranted
       0 run LeaseTaken
       0 run RunStarted
       0 shift-50 StepReady
       0 shift-50 PrecheckOk
       0 shift-50 Intent
       0 shift-50 Ack
       0 shift-50 SettleBegan
      48 shift-50 Settled
      48 shift-50 StepDone
      48 aged-50 StepReady
      48 aged-50 CheckBegan
     108 aged-50 StepDone
     108 answers-50 StepReady
     108 answers-50 CheckBegan
     108 answers-50 CheckVerdict
     108 answers-50 StepDone
     108 hold-50 StepReady
     108 hold-50 CheckBegan
     708 hold-50 CheckVerdict
     708 hold-50 StepDone
     708 shift-100 StepReady
     708 shift-100 PrecheckOk
     708 shift-100 Intent
     708 shift-100 Ack
     708 shift-100 SettleBegan
     766 shift-100 Settled
     766 shift-100 StepDone
     766 run VerifyBegan
     766 aged-100 StepReady
     766 aged-100 CheckBegan
     826 aged-100 StepDone
     826 answers-100 StepReady
     826 answers-100 CheckBegan
     826 answers-100 CheckVerdict
     826 answers-100 StepDone
     826 hold-100 StepReady
     826 hold-100 CheckBegan
    1426 hold-100 CheckVerdict
    1426 hold-100 StepDone
    1426 run RunDone
    ");
    assert_eq!(bench.api().await, [0, 100]);
    assert_eq!(bench.done().len(), 2);
    bench.check_invariants(run);
    bench.assert_nothing_to_do(OPERATION, &api()).await;
}

#[tokio::test(start_paused = true)]
async fn the_ttl_is_lowered_first_and_every_stage_of_the_shop_is_passed() {
    let bench = Bench::new().await;
    bench.made(OPERATION, &shop()).await;
    assert_eq!(bench.shop().await, [0, 100]);
    // The TTL and four stages.
    assert_eq!(bench.done().len(), 5);
    bench.assert_nothing_to_do(OPERATION, &shop()).await;
}

#[tokio::test(start_paused = true)]
async fn a_canary_that_fails_more_or_is_slower_is_left_at_once_at_every_stage() {
    let sick = [
        BalancerConduct::Fails { permille: 350 },
        BalancerConduct::Slow { millis: 900 },
    ];
    for (stage, shifts) in [("25", 1), ("50", 2), ("100", 3)] {
        for conduct in sick {
            let bench = Bench::new().await;
            let (_, run) = bench.begun(OPERATION, &api()).await;
            let sicken = async {
                let line = format!("hold-{stage} CheckBegan");
                bench.once(run, &line, 100).await;
                bench.conduct("api-canary", conduct);
            };
            let (ended, ()) = tokio::join!(bench.execute(run), sicken);
            let story = bench.story(run);
            assert_eq!(
                ended.state,
                State::RolledBack,
                "{stage} {conduct:?}\n{story}"
            );
            assert_eq!(bench.api().await, [95, 5], "{stage}");
            // However far it was, one change takes everything back.
            assert_eq!(bench.done().len(), shifts + 1, "{story}");
            let failed = second(&story, &format!("hold-{stage} StepFailed"));
            let back = second(&story, &format!("shift-{stage} CompIntent"));
            assert!(back - failed <= 5, "{story}");
            bench.check_invariants(run);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_canary_that_falls_sick_by_its_health_check_is_left_at_every_stage() {
    for stage in ["5", "25", "50", "100"] {
        let bench = Bench::new().await;
        let check = bench.green_check().await;
        let wish = shop().with("metrics", "off");
        let (_, run) = bench.begun(OPERATION, &wish).await;
        let sicken = async {
            let line = format!("hold-{stage} CheckBegan");
            bench.once(run, &line, 0).await;
            bench.world.set_health(&check, false);
        };
        let (ended, ()) = tokio::join!(bench.execute(run), sicken);
        let story = bench.story(run);
        assert_eq!(ended.state, State::RolledBack, "{stage}\n{story}");
        let weights = [
            ("blue".into(), 100, Some(300)),
            ("green".into(), 0, Some(300)),
        ];
        assert_eq!(bench.weights().await, weights);
        let began = second(&story, &format!("hold-{stage} CheckBegan"));
        let failed = second(&story, &format!("hold-{stage} StepFailed"));
        assert!(failed - began <= 200, "{story}");
        bench.check_invariants(run);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_measured_never_passes_and_a_person_decides() {
    let held = async |bench: &Bench| {
        let (_, run) = bench.begun(OPERATION, &api()).await;
        let hush = async {
            bench.once(run, "hold-25 CheckBegan", 0).await;
            bench.conduct("api-canary", BalancerConduct::Silent);
        };
        let (ended, ()) = tokio::join!(bench.execute(run), hush);
        let pause = ended.pause.expect("it stands still");
        assert_eq!(pause.reason, PauseReason::Inconclusive);
        assert_eq!(pause.text, "nothing is measured of canary");
        assert_eq!(bench.api().await, [75, 25]);
        bench.check_invariants(run);
        run
    };
    // It is measured again: going on passes.
    let bench = Bench::new().await;
    let run = held(&bench).await;
    bench.conduct("api-canary", BalancerConduct::Well);
    bench.after(180).await;
    bench.ask(run, &Request::Resume).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::Succeeded, "{}", bench.story(run));
    assert_eq!(bench.api().await, [0, 100]);
    bench.check_invariants(run);
    // It is not: going on waits again.
    let bench = Bench::new().await;
    let run = held(&bench).await;
    bench.ask(run, &Request::Resume).await;
    assert_eq!(bench.execute(run).await.state, State::Paused);
    assert_eq!(bench.api().await, [75, 25]);
    // A person takes it back.
    let reason = "nobody can tell".into();
    bench.ask(run, &Request::RollBack { reason }).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::RolledBack, "{}", bench.story(run));
    assert_eq!(bench.api().await, [95, 5]);
    assert_eq!(bench.done().len(), 2);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn with_too_few_requests_a_stage_is_held_longer() {
    let bench = Bench::new().await;
    let wish = api().with("stages", "50").with("min-requests", "6000");
    let (_, run) = bench.begun(OPERATION, &wish).await;
    let gap = async {
        bench.once(run, "hold-50 CheckBegan", 30).await;
        bench.conduct("api-canary", BalancerConduct::Silent);
        bench.after(200).await;
        bench.conduct("api-canary", BalancerConduct::Well);
    };
    let (ended, ()) = tokio::join!(bench.execute(run), gap);
    let story = bench.story(run);
    assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
    let began = second(&story, "hold-50 CheckBegan");
    let done = second(&story, "hold-50 StepDone");
    assert!((610..900).contains(&(done - began)), "{story}");
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_sick_stable_side_proves_nothing_and_is_not_gone_back_to() {
    let bench = Bench::new().await;
    let zones = bench.zones().await;
    let mut records = zones.zones.iter().flat_map(|zone| &zone.records);
    let blue = records.find(|record| {
        record.name == "shop.example.com." && record.set_identifier.as_deref() == Some("blue")
    });
    let blue = blue.and_then(|record| record.health_check.clone());
    let (blue, green) = (blue.expect("checked"), bench.green_check().await);
    let (_, run) = bench.begun(OPERATION, &shop()).await;
    let sicken = async {
        bench.once(run, "hold-25 CheckBegan", 0).await;
        bench.world.set_health(&blue, false);
    };
    let (ended, ()) = tokio::join!(bench.execute(run), sicken);
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Inconclusive);
    assert!(pause.text.contains("blue is not healthy"), "{}", pause.text);
    assert_eq!(bench.shop().await, [75, 25]);
    // With both sick, a person is asked at once.
    bench.world.set_health(&green, false);
    bench.ask(run, &Request::Resume).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::Paused, "{}", bench.story(run));
    assert_eq!(bench.shop().await, [75, 25]);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn weights_that_somebody_else_moved_halt_a_stage() {
    let bench = Bench::new().await;
    let (_, run) = bench.begun(OPERATION, &shop()).await;
    let meddle = async {
        bench.once(run, "hold-25 CheckBegan", 120).await;
        bench
            .by_hand(|record| record.routing = Routing::Weighted(7))
            .await;
    };
    let (ended, ()) = tokio::join!(bench.execute(run), meddle);
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Drift);
    assert!(pause.text.contains("found Weighted(7)"), "{}", pause.text);
    assert_eq!(bench.shop().await, [7, 25]);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_person_is_asked_before_the_last_stage_where_that_is_wanted() {
    let bench = Bench::new().await;
    let (_, run) = bench
        .begun(OPERATION, &quick().with("promote", "ask"))
        .await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::Paused, "{}", bench.story(run));
    assert_eq!(bench.api().await, [50, 50]);
    assert_eq!(bench.done().len(), 1);
    let pause = ended.pause.expect("a gate");
    assert_eq!(pause.reason, PauseReason::Gate);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_watched_is_refused() {
    let bench = Bench::new().await;
    let refused = bench
        .refusal(OPERATION, &api().with("metrics", "off"))
        .await;
    assert!(
        refused.contains("nothing would tell that canary is sick"),
        "{refused}"
    );
    let refused = bench
        .refusal(OPERATION, &api().with("hold", "2m").with("stages", "6"))
        .await;
    assert!(refused.contains("canary gets about"), "{refused}");
    let refused = bench
        .refusal(OPERATION, &api().with("balancers", "dev-app"))
        .await;
    assert!(refused.contains("nothing measures"), "{refused}");
    bench.conduct("api-stable", BalancerConduct::Silent);
    bench.after(4000).await;
    let refused = bench.refusal(OPERATION, &api()).await;
    assert!(refused.contains("in the last hour"), "{refused}");
    bench
        .world
        .set_faults("throttle=cloudwatch:1".parse().expect("faults"));
    let refused = bench.refusal(OPERATION, &api()).await;
    assert!(refused.contains("cannot see what is there"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn troubles_that_pass_end_in_success_with_each_change_made_once() {
    bears_troubles(OPERATION, &quick()).await;
}

#[tokio::test(start_paused = true)]
async fn metrics_and_records_that_answer_badly_are_waited_for() {
    for faults in [
        "throttle=cloudwatch:0.2",
        "error=cloudwatch:0.2",
        "throttle=route53:0.3",
        "error=route53:0.3,stale=20s",
    ] {
        let bench = Bench::new().await;
        let (_, run) = bench.begun(OPERATION, &quick()).await;
        bench.world.set_faults(faults.parse().expect("faults"));
        let ended = bench.execute(run).await;
        let story = bench.story(run);
        assert_eq!(
            ended.state,
            State::Succeeded,
            "{faults} {:?}\n{story}",
            ended.pause
        );
        bench.check_invariants(run);
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_write_is_resumed_with_each_stage_made_once() {
    bears_crashes(
        OPERATION,
        &api().with("stages", "50").with("hold", "2m"),
        20,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_abort_bears_lost_answers_and_crashes() {
    for faults in [
        "lost=perform:3",
        "fail-before=perform:3",
        "late=perform:3:100s",
    ] {
        for writes in [4, 5, 6, 7, 8, 9, 10, 400] {
            let bench = Bench::new().await;
            let (_, run) = bench.begun(OPERATION, &quick()).await;
            bench.world.set_faults(faults.parse().expect("faults"));
            let sicken = async {
                bench.once(run, "hold-100 CheckBegan", 0).await;
                bench.conduct("api-canary", BalancerConduct::Fails { permille: 900 });
            };
            // The first process gets as far as the end of the first stage.
            let crash = super::crash::until(&bench, run, 40 + writes, writes % 2 == 0);
            let first = async {
                if crash.await.is_none() {
                    bench.execute(run).await;
                }
            };
            tokio::join!(first, sicken);
            let ended = bench.execute(run).await;
            let story = bench.story(run);
            assert_eq!(ended.state, State::RolledBack, "{faults} {writes}\n{story}");
            assert_eq!(bench.api().await, [95, 5], "{faults} {writes}");
            // To set the same weights again, where nobody knows that they were set, harms nothing.
            let sent = bench.done().len();
            assert!((3..=4).contains(&sent), "{faults} {writes}\n{story}");
            bench.check_invariants(run);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_rights_that_are_told_are_those_that_the_steps_need() {
    let bench = Bench::new().await;
    let mut needed = std::collections::BTreeSet::new();
    for wish in [api(), shop()] {
        let sealed = bench.planned(OPERATION, &wish).await.expect("a plan");
        needed.extend(sealed.review().permissions);
    }
    // Whose servers are asked for the answers is read from the zone.
    needed.insert("route53:GetHostedZone");
    let told = operations::find(OPERATION).expect("registered");
    let told: std::collections::BTreeSet<&str> = told.permissions().iter().copied().collect();
    assert_eq!(needed, told);
}
