//! Several machines, each with a journal of its own, and the store between them.

use super::*;
use crate::engine::shared as store;
use machine::run::State;

const LEASE: Duration = Duration::from_secs(90);

/// A machine in the world of `bench`: its own folder, its own journal.
struct Machine<'b> {
    bench: &'b Bench,
    _folder: tempfile::TempDir,
    engine: Engine,
}

impl<'b> Machine<'b> {
    fn new(bench: &'b Bench) -> Self {
        Self::under(bench, Policy::default())
    }

    fn under(bench: &'b Bench, policy: Policy) -> Self {
        let folder = folder();
        let store = Shared::new(bench.provider.objects.clone().expect("a store"), LEASE);
        let engine = Engine::open(folder.path()).expect("a new journal");
        Self {
            bench,
            engine: engine.under(policy).sharing(Some(store)),
            _folder: folder,
        }
    }

    async fn open(&self, sealed: &Sealed, glass: Option<&str>, by: &str) -> Result<RunId> {
        let typed = Challenge::of(sealed).wanted();
        let yes = Challenge::answer(sealed, &typed).expect("what was asked for");
        let yes = yes.breaking_glass(glass.map(str::to_owned));
        let bench = self.bench;
        self.engine
            .start(
                sealed,
                &yes,
                &Arming::Always,
                &bench.provider,
                by,
                &bench.clock,
            )
            .await
    }

    async fn try_execute(&self, run: RunId) -> std::result::Result<Ended, runner::Error> {
        let (_keep, messages) = mpsc::channel(1);
        let ground = runner::Ground {
            shared: self.engine.shared(),
            policy: self.engine.policy(),
            ..self.bench.ground()
        };
        execute(self.engine.journal_path(), run, ground, messages).await
    }

    async fn execute(&self, run: RunId) -> Ended {
        self.try_execute(run).await.expect("executed")
    }

    async fn ask(&self, run: RunId, request: &Request) {
        let clock = &self.bench.clock;
        let asked = self.engine.ask(run, request, "bob", clock).await;
        asked.expect("possible now");
    }

    async fn sync(&self) {
        assert_eq!(
            self.engine.sync().await.expect("it answers"),
            Vec::<String>::new()
        );
    }

    fn lines(&self, run: RunId) -> Vec<journal::Entry> {
        self.engine.journal().entries(run).expect("readable")
    }

    fn state(&self, run: RunId) -> State {
        self.engine.standing(run).expect("known").view.state
    }

    fn check(&self) {
        let verified = self.engine.verify().expect("readable");
        assert_eq!(verified.faults, Vec::<String>::new());
    }
}

impl Bench {
    fn silence(&self) {
        self.world
            .set_faults("error=s3:1.0".parse().expect("a fault"));
    }

    fn no_faults(&self) {
        self.world.set_faults("none".parse().expect("no faults"));
    }

    /// What was changed, each change once.
    async fn switched(&self) {
        assert_eq!(self.done().len(), 2);
        let weights = self.weights().await;
        assert_eq!((weights[0].1, weights[1].1), (0, 100), "{weights:?}");
    }
}

async fn shop(bench: &Bench) -> Sealed {
    bench.plan(&Bench::wish()).await.expect("a plan")
}

#[tokio::test(start_paused = true)]
async fn every_machine_sees_the_same_lines() {
    let bench = Bench::shared().await;
    let (one, two) = (Machine::new(&bench), Machine::new(&bench));
    let sealed = shop(&bench).await;
    let run = one.open(&sealed, None, "ann").await.expect("opened");
    two.sync().await;
    assert_eq!(two.state(run), State::Approved);
    let again = two.open(&sealed, None, "bob").await;
    assert!(matches!(
        again,
        Err(Error::Journal(journal::Error::AlreadyApplied { .. }))
    ));
    assert_eq!(one.execute(run).await.state, State::Succeeded);
    two.sync().await;
    assert_eq!(two.lines(run), one.lines(run));
    one.check();
    two.check();
    bench.switched().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_on_one_machine_is_heard_on_the_other() {
    let bench = Bench::shared().await;
    let (one, two) = (Machine::new(&bench), Machine::new(&bench));
    let run = one
        .open(&shop(&bench).await, None, "ann")
        .await
        .expect("opened");
    let ask = async {
        bench.after(30).await;
        two.sync().await;
        two.ask(run, &Request::Pause).await;
        assert!(!two.engine.needs_runner(run).await.expect("known"));
    };
    let (ended, ()) = tokio::join!(one.execute(run), ask);
    assert_eq!(ended.state, State::Paused);
    assert_eq!(ended.pause.expect("a reason").text, "asked by bob");
    // Parked: the other machine takes it up at once.
    two.sync().await;
    two.ask(run, &Request::Resume).await;
    assert!(two.engine.needs_runner(run).await.expect("known"));
    let began = bench.clock.now();
    assert_eq!(two.execute(run).await.state, State::Succeeded);
    assert!(bench.clock.now().duration_since(began) < jiff::SignedDuration::from_mins(20));
    one.sync().await;
    assert_eq!(two.lines(run), one.lines(run));
    bench.switched().await;
}

#[tokio::test(start_paused = true)]
async fn a_run_of_a_dead_machine_is_taken_over_when_its_lease_has_run_out_and_not_before() {
    let bench = Bench::shared().await;
    let (one, two) = (Machine::new(&bench), Machine::new(&bench));
    let run = one
        .open(&shop(&bench).await, None, "ann")
        .await
        .expect("opened");
    tokio::select! {
        _ = one.execute(run) => panic!("it takes longer"),
        () = bench.after(70) => {}
    }
    two.sync().await;
    let early = two.try_execute(run).await.expect_err("held");
    assert!(
        matches!(early, runner::Error::Shared(store::Error::Held(_))),
        "{early}"
    );
    assert!(!two.engine.needs_runner(run).await.expect("known"));
    bench.after(101).await;
    assert!(two.engine.needs_runner(run).await.expect("known"));
    let before = bench.clock.now();
    let sent = bench.world.ledger().len();
    let ended = two.execute(run).await;
    assert_eq!(ended.state, State::Succeeded);
    let waited = bench.world.ledger()[sent].at.duration_since(before);
    assert!(waited >= jiff::SignedDuration::from_secs(60), "{waited}");
    bench.switched().await;
    two.check();
}

#[tokio::test(start_paused = true)]
async fn a_process_that_slept_while_it_was_given_up_for_dead_sends_nothing() {
    let bench = Bench::shared().await;
    let (one, two) = (Machine::new(&bench), Machine::new(&bench));
    let run = one
        .open(&shop(&bench).await, None, "ann")
        .await
        .expect("opened");
    let mut zombie = Box::pin(one.try_execute(run));
    tokio::select! {
        _ = &mut zombie => panic!("it takes longer"),
        () = bench.after(20) => {}
    }
    bench.after(200).await;
    two.sync().await;
    assert_eq!(two.execute(run).await.state, State::Succeeded);
    let sent = bench.world.ledger().len();
    let woken = zombie.await.expect_err("it has lost the run");
    assert!(
        matches!(woken, runner::Error::Shared(store::Error::Lost)),
        "{woken}"
    );
    assert_eq!(bench.world.ledger().len(), sent);
    one.sync().await;
    assert_eq!(one.lines(run), two.lines(run));
    one.check();
    bench.switched().await;
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_silent_nothing_new_is_begun_and_then_it_goes_on() {
    let bench = Bench::shared().await;
    let one = Machine::new(&bench);
    let run = one
        .open(&shop(&bench).await, None, "ann")
        .await
        .expect("opened");
    let outage = async {
        bench.after(50).await;
        bench.silence();
        bench.after(90).await;
        let sent = bench.world.ledger().len();
        bench.after(3_000).await;
        assert_eq!(bench.world.ledger().len(), sent);
        let waits = one.engine.waits_for(run).expect("readable").expect("told");
        assert!(waits.contains("break-glass"), "{waits}");
        bench.no_faults();
    };
    let (ended, ()) = tokio::join!(one.execute(run), outage);
    assert_eq!(ended.state, State::Succeeded);
    assert_eq!(one.engine.waits_for(run).expect("readable"), None);
    bench.switched().await;
    one.check();
}

#[tokio::test(start_paused = true)]
async fn with_broken_glass_it_goes_on_alone_and_the_store_hears_of_it_later() {
    let bench = Bench::shared().await;
    let (one, two) = (Machine::new(&bench), Machine::new(&bench));
    let run = one
        .open(&shop(&bench).await, None, "ann")
        .await
        .expect("opened");
    let outage = async {
        bench.after(50).await;
        bench.silence();
        bench.after(90).await;
        let reason = "the region is dark".to_owned();
        one.ask(run, &Request::BreakGlass { reason }).await;
        bench.after(120).await;
        assert_eq!(one.engine.waits_for(run).expect("readable"), None);
        bench.no_faults();
    };
    let (ended, ()) = tokio::join!(one.execute(run), outage);
    assert_eq!(ended.state, State::Succeeded);
    two.sync().await;
    assert_eq!(two.lines(run), one.lines(run));
    let broken = |line: &journal::Entry| line.event.kind() == "GlassBroken";
    assert_eq!(two.lines(run).iter().filter(|line| broken(line)).count(), 1);
    bench.switched().await;
    one.check();
    two.check();
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_silent_a_person_can_take_the_run_from_the_process() {
    let bench = Bench::shared().await;
    let one = Machine::new(&bench);
    let run = one
        .open(&shop(&bench).await, None, "ann")
        .await
        .expect("opened");
    let outage = async {
        bench.after(50).await;
        bench.silence();
        bench.after(200).await;
        one.ask(run, &Request::Detach).await;
    };
    let (ended, ()) = tokio::join!(one.try_execute(run), outage);
    assert!(
        matches!(ended, Err(runner::Error::LetGo(of)) if of == run),
        "{ended:?}"
    );
    bench.no_faults();
    assert_eq!(one.execute(run).await.state, State::Succeeded);
    bench.switched().await;
    one.check();
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_opened_and_ended_without_the_store_is_handed_on_afterwards() {
    let bench = Bench::shared().await;
    let (one, two) = (Machine::new(&bench), Machine::new(&bench));
    let sealed = shop(&bench).await;
    bench.silence();
    let refused = one.open(&sealed, None, "ann").await;
    assert!(matches!(refused, Err(Error::Silent(_))));
    let run = one
        .open(&sealed, Some("the region is dark"), "ann")
        .await
        .expect("opened");
    assert_eq!(one.execute(run).await.state, State::Succeeded);
    assert!(two.engine.sync().await.is_err());
    bench.no_faults();
    one.sync().await;
    two.sync().await;
    assert_eq!(two.lines(run), one.lines(run));
    bench.switched().await;
}

#[tokio::test(start_paused = true)]
async fn two_machines_that_both_went_on_are_told_so() {
    let bench = Bench::shared().await;
    let (one, two) = (Machine::new(&bench), Machine::new(&bench));
    let sealed = shop(&bench).await;
    bench.silence();
    let run = one
        .open(&sealed, Some("dark"), "ann")
        .await
        .expect("opened");
    bench.no_faults();
    // The other machine reaches the store and carries the same plan out.
    let other = two.open(&sealed, None, "bob").await.expect("opened");
    let clashes = one.engine.sync().await.expect("it answers");
    assert!(!clashes.is_empty());
    assert!(
        clashes
            .iter()
            .all(|text| text.contains("carries this plan out already")
                || text.contains("already applied")),
        "{clashes:?}"
    );
    assert_ne!(run, other);
}

#[tokio::test(start_paused = true)]
async fn of_many_machines_that_want_one_run_one_gets_it() {
    let bench = Bench::shared().await;
    let machines: Vec<Machine<'_>> = (0..12).map(|_| Machine::new(&bench)).collect();
    let run = machines[0]
        .open(&shop(&bench).await, None, "ann")
        .await
        .expect("opened");
    for machine in &machines {
        machine.sync().await;
    }
    let all = machines.iter().map(|machine| machine.try_execute(run));
    let all = futures::future::join_all(all).await;
    let held = |ended: &&std::result::Result<Ended, runner::Error>| {
        matches!(ended, Err(runner::Error::Shared(store::Error::Held(_))))
    };
    assert_eq!(all.iter().filter(held).count(), 11);
    assert_eq!(all.iter().filter(|ended| ended.is_ok()).count(), 1);
    bench.switched().await;
}

#[tokio::test(start_paused = true)]
async fn runs_of_two_machines_that_change_the_same_thing_go_one_after_the_other() {
    let bench = Bench::shared().await;
    let (one, two) = (Machine::new(&bench), Machine::new(&bench));
    let to_green = one
        .open(&shop(&bench).await, None, "ann")
        .await
        .expect("opened");
    let half = Bench::wish().with("to", "blue=50,green=50");
    let half = bench.plan(&half).await.expect("a plan");
    let half = two.open(&half, None, "bob").await.expect("opened");
    let late = async {
        bench.after(10).await;
        let held = two.try_execute(half).await.expect_err("held");
        assert!(
            matches!(held, runner::Error::Shared(store::Error::ScopeHeld { by, .. }) if by == to_green),
            "{held}"
        );
    };
    let (ended, ()) = tokio::join!(one.execute(to_green), late);
    assert_eq!(ended.state, State::Succeeded);
    // What it was planned from is gone by now, and it sees that.
    assert_eq!(two.execute(half).await.state, State::Paused);
    bench.switched().await;
}

#[tokio::test(start_paused = true)]
async fn a_second_person_says_yes_on_another_machine() {
    let bench = Bench::shared().await;
    let rules = "[operations]\nsecond_person = [\"always\"]\n";
    let (one, two) = (
        Machine::under(&bench, approval::under(rules)),
        Machine::under(&bench, approval::under(rules)),
    );
    let sealed = shop(&bench).await;
    let run = one.open(&sealed, None, "ann").await.expect("opened");
    assert_eq!(one.state(run), State::AwaitingApproval);
    two.sync().await;
    let typed = Challenge::of(&sealed).wanted();
    let yes = Challenge::answer(&sealed, &typed).expect("what was asked for");
    two.engine
        .approve(run, &yes, "bob", &bench.clock)
        .await
        .expect("two people");
    one.sync().await;
    assert_eq!(one.state(run), State::Approved);
    assert_eq!(one.execute(run).await.state, State::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn the_store_is_tried_before_it_is_trusted() {
    let bench = Bench::shared().await;
    let one = Machine::new(&bench);
    let store = one.engine.shared().expect("shared");
    assert_eq!(store.probe().await.expect("it answers"), Ok(()));
    assert_eq!(store.runs().await.expect("it answers"), []);
}
