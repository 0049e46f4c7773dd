//! Thousands of courses that a run can take: every one drawn from a seed that is printed when it
//! goes wrong, in virtual time, with lost answers, late effects, stale reads, throttles, sessions
//! that run out, people who interfere, and processes that end.

use super::*;
use machine::run::State;
use runner::execute_with;

/// Courses of one test run, over both plans.
const COURSES: u64 = 2_000;
/// Threads that share them.
const THREADS: u64 = 2;

/// A source of choices that a number decides.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn one_in(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }
}

/// What goes wrong in one course. Late effects and stale reads together stay within the window in
/// which absence is no evidence: beyond it nobody could tell.
fn faults(dice: &mut Dice, sends: u64) -> Vec<String> {
    let mut faults = Vec::new();
    for _ in 0..dice.below(4) {
        let send = 1 + dice.below(sends);
        faults.push(match dice.below(12) {
            0 | 1 => format!("lost=perform:{send}"),
            2 => format!("fail-before=perform:{send}"),
            3 => format!("fail-after=perform:{send}"),
            4 | 5 => format!("late=perform:{send}:{}s", 1 + dice.below(200)),
            6 => format!("throttle=ec2:0.{:02}", 1 + dice.below(30)),
            7 => format!("throttle=route53:0.{:02}", 1 + dice.below(30)),
            8 => format!("error=ec2:0.{:02}", 1 + dice.below(20)),
            9 => format!("stale={}s", 1 + dice.below(60)),
            10 => format!("latency={}s", 1 + dice.below(20)),
            _ => "prior".to_owned(),
        });
    }
    faults
}

/// Executes until the process ends at one of its next writes, or the run stands still.
async fn live(bench: &Bench, run: RunId, dice: &mut Dice) -> Option<Ended> {
    let mut journal = Journal::open(bench.engine.journal_path()).expect("the journal");
    if dice.one_in(3) {
        journal.crash = Some(journal::Crash {
            writes_left: u32::try_from(dice.below(60)).expect("small"),
            durable: dice.one_in(2),
        });
    }
    let (_keep, messages) = mpsc::channel(1);
    match execute_with(journal, run, bench.ground(), messages).await {
        Ok(ended) => Some(ended),
        Err(runner::Error::Journal(journal::Error::Crash)) => None,
        Err(other) => panic!("{other}"),
    }
}

/// One course from its beginning to an end.
async fn course(seed: u64) {
    let mut dice = Dice(seed);
    let bench = Bench::seeded(seed % 7, "none").await;
    let (run, sends) = if dice.one_in(2) {
        let (_, run) = bench.begin().await;
        (run, 6)
    } else {
        let sealed = bench.seal(baseline::plan());
        (bench.open(&sealed).await.expect("a run"), 70)
    };
    let before = bench.before().await;
    let faults = faults(&mut dice, sends).join(",");
    let faults = if faults.is_empty() {
        "none".into()
    } else {
        faults
    };
    bench.world.set_faults(faults.parse().expect("faults"));
    let expiry = dice.one_in(6).then(|| dice.below(300));
    let wishes: Vec<(u64, u64)> = (0..dice.below(3))
        .map(|_| (dice.below(400), dice.below(4)))
        .collect();
    let mut ended = None;
    for life in 0..12 {
        let people = async {
            if life == 0
                && let Some(after) = expiry
            {
                bench.after(after).await;
                bench.world.set_faults("expired".parse().expect("faults"));
                bench.after(60).await;
                bench.world.set_faults("none".parse().expect("faults"));
            }
            for (after, which) in wishes.iter().filter(|_| life < 2) {
                bench.after(*after).await;
                interfere(&bench, run, *which).await;
            }
        };
        let (lived, ()) = tokio::join!(live(&bench, run, &mut dice), people);
        let Some(stands) = lived else {
            continue;
        };
        ended = Some(stands.state);
        if stands.state.is_terminal() {
            break;
        }
        move_on(&bench, run, &stands, &mut dice).await;
    }
    if !ended.is_some_and(State::is_terminal) {
        // A run whose process is gone is taken up and ended.
        let reason = "enough".to_owned();
        let _ = bench
            .engine
            .ask(run, &Request::Stop { reason }, "ann", &bench.clock)
            .await;
        for _ in 0..4 {
            if bench.execute(run).await.state.is_terminal() {
                break;
            }
            bench.world.set_faults("none".parse().expect("faults"));
            let _ = bench
                .engine
                .ask(run, &Request::Resume, "ann", &bench.clock)
                .await;
        }
    }
    bench.check_invariants(run);
    let view = bench.engine.standing(run).expect("readable").view;
    assert!(
        view.state.is_terminal(),
        "{}\n{}",
        view.state,
        bench.story(run)
    );
    // What was under way in the world comes to rest before it is looked at.
    bench.world.set_faults("none".parse().expect("faults"));
    bench.after(600).await;
    bench.check_world(run, &before).await;
}

/// What somebody asks at a bad moment; refused where it makes no sense.
async fn interfere(bench: &Bench, run: RunId, which: u64) {
    let reason = || "drawn".to_owned();
    let request = match which {
        0 => Request::Pause,
        1 => Request::RollBack { reason: reason() },
        2 => Request::Stop { reason: reason() },
        _ => Request::Detach,
    };
    let _ = bench.engine.ask(run, &request, "ann", &bench.clock).await;
}

/// What a person does about a run that stands still: mostly goes on, sometimes goes back.
async fn move_on(bench: &Bench, run: RunId, stands: &Ended, dice: &mut Dice) {
    let reason = || "drawn".to_owned();
    let request = match (&stands.pause, dice.below(6)) {
        (Some(pause), 0) if pause.step.is_some() => Request::Skip {
            step: pause.step.clone().expect("seen"),
            reason: reason(),
        },
        (_, 1) => Request::RollBack { reason: reason() },
        _ => Request::Resume,
    };
    if bench
        .engine
        .ask(run, &request, "ann", &bench.clock)
        .await
        .is_err()
    {
        let _ = bench
            .engine
            .ask(run, &Request::Resume, "ann", &bench.clock)
            .await;
    }
}

fn in_virtual_time(seed: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(course(seed));
}

#[test]
fn two_thousand_courses_keep_every_invariant() {
    let share = COURSES / THREADS;
    let runs = (0..THREADS).map(|thread| {
        std::thread::spawn(move || {
            for seed in thread * share..(thread + 1) * share {
                let course = std::panic::catch_unwind(|| in_virtual_time(seed));
                assert!(course.is_ok(), "the course of seed {seed}");
            }
        })
    });
    let runs: Vec<_> = runs.collect();
    for run in runs {
        run.join().expect("every course keeps every invariant");
    }
}

#[test]
fn the_dice_draw_every_kind_of_fault() {
    let mut dice = Dice(1);
    let drawn: Vec<String> = (0..400).flat_map(|_| faults(&mut dice, 9)).collect();
    for kind in [
        "lost",
        "fail-before",
        "fail-after",
        "late",
        "throttle",
        "error",
        "stale",
        "latency",
        "prior",
    ] {
        let faults = drawn.iter().filter(|fault| fault.starts_with(kind));
        assert!(faults.count() > 10, "{kind}");
    }
}
