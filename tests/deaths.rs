//! Hundreds of `kill -9`, by the real program on the simulated organization in a process of its own:
//! at every write of the journal, before it is durable and after.

use std::{collections::BTreeMap, os::unix::process::ExitStatusExt, path::PathBuf};

use awsdeck::{
    engine::{
        Engine, Request, SystemClock, clock::FACTOR, journal::KILLED_AT, machine::run::State,
    },
    provider::demo::{self, DemoOptions, Effect},
};
use rustix::process::Signal;

use crate::support::{
    operator::{Operator, Planned},
    text,
};

/// How many seconds of the program and its world pass in one.
const PACE: &str = "100";
const WORLD: [&str; 2] = ["--demo", "--demo-clock=x100"];
/// With its first write a runner takes the run over; it ends before its second or third is durable,
/// or right after, in turn. So every line of the run is written in vain once, and the last once;
/// what is sent between two of them is sent and not acknowledged.
const MOMENTS: [&str; 4] = ["3", "4", "5", "6"];
/// Enough for any run, so that one that does not get on ends.
const LIVES: usize = 2_000;

/// A network over three zones with everything that belongs to it.
fn network() -> Vec<&'static str> {
    let place = ["--account", "111111111111", "--region", "eu-west-1"];
    let zones = [
        "--zones",
        "3",
        "--nat",
        "per-zone",
        "--public-addresses",
        "on",
    ];
    let name = ["provision-network", "--name", "drill", "--reason", "drill"];
    [&name[..], &place, &zones].concat()
}

/// Carries a wish out, runner by killed runner. How many there were, and of how many steps it was.
async fn carried_out(operator: &Operator, wish: &[&str]) -> (usize, usize) {
    let Planned {
        digest,
        phrase,
        review,
    } = operator.plan(wish);
    let steps = review["steps"].as_array().expect("steps").len();
    let apply = [
        "apply",
        &digest,
        "--write",
        "--confirm",
        &phrase,
        "--detach",
    ];
    let mut apply = operator.command(&apply);
    let opened = apply.env(FACTOR, PACE).env(KILLED_AT, MOMENTS[0]).output();
    assert!(opened.expect("the built binary").status.success());
    let engine = Engine::open(&state(operator)).expect("a journal");
    let run = engine.runs().expect("readable")[0].id;

    let clock = SystemClock::default();
    let mut kills = 1;
    for moment in MOMENTS.iter().cycle().take(LIVES) {
        let mut runner = operator.command(&["runner", &run.to_string()]);
        let runner = runner.env(FACTOR, PACE).env(KILLED_AT, moment).output();
        let life = runner.expect("the built binary");
        if life.status.signal() == Some(Signal::KILL.as_raw()) {
            kills += 1;
            continue;
        }
        match engine.standing(run).expect("readable").view.state {
            State::Succeeded => return (kills, steps),
            // With every runner dead, what takes its time was not done in time: somebody says go on.
            State::Paused => {
                let asked = engine.ask(run, &Request::Resume, "ann", &clock).await;
                asked.expect("possible now");
            }
            // The one that the program itself has started may not be dead yet.
            _ if text(&life.stderr).contains("another process executes") => {}
            state => panic!("{state}: {}{}", text(&life.stdout), text(&life.stderr)),
        }
    }
    panic!("it does not get on: {:#}", operator.newest_run());
}

fn state(operator: &Operator) -> PathBuf {
    operator.home.path().join("state/awsdeck/demo")
}

#[tokio::test]
async fn runners_that_are_killed_at_every_write_lose_nothing_and_make_nothing_twice() {
    let operator = Operator::of(&WORLD);
    let wish = network();
    let (kills, steps) = carried_out(&operator, &wish).await;
    assert!(steps >= 35, "{steps} steps");
    assert!(kills >= 3 * steps, "{kills} kills in {steps} steps");
    let (out, told) = operator.runs(0, &["runs", "verify"]);
    assert!(out.contains("are what was written"), "{out}{told}");

    let options = DemoOptions {
        clock: "x100".parse().expect("a clock"),
        state_dir: state(&operator),
        ..DemoOptions::default()
    };
    let program = PathBuf::from(env!("CARGO_BIN_EXE_awsdeck"));
    let world = demo::handle(program, &options).await.expect("the world");
    let mut made: BTreeMap<String, u32> = BTreeMap::new();
    for entry in world.ledger().await.expect("the ledger") {
        if matches!(entry.effect, Effect::Done { .. }) {
            *made.entry(entry.reference).or_default() += 1;
        }
    }
    let twice: Vec<_> = made.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?} after {kills} kills");
    operator.runs(0, &[&["plan"], &wish[..]].concat());
}
