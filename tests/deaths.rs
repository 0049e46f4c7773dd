//! Hundreds of `kill -9` in one run, by the real program on the simulated organization in a process
//! of its own: at every write of the journal, before it is durable and after.

use std::{collections::BTreeMap, os::unix::process::ExitStatusExt, path::PathBuf};

use awsdeck::{
    engine::{clock::FACTOR, journal::KILLED_AT},
    provider::demo::{self, DemoOptions, Effect},
};
use rustix::process::Signal;

use crate::support::{
    operator::{Operator, Planned},
    text,
};

/// The simulated organization; its minutes pass as fast as the program's.
const WORLD: [&str; 2] = ["--demo", "--demo-clock=x100"];
const PACE: &str = "100";
/// A network over three zones with everything that belongs to it.
const WISH: [&str; 15] = [
    "provision-network",
    "--name",
    "drill",
    "--account",
    "111111111111",
    "--region",
    "eu-west-1",
    "--zones",
    "3",
    "--nat",
    "per-zone",
    "--public-addresses",
    "on",
    "--reason",
    "drill",
];
/// With its first write a runner takes the run over; it ends before its second or third is durable,
/// or right after, in turn. So every line of the run is written in vain once, and the last once;
/// what is sent between two of them is sent and not acknowledged.
const MOMENTS: [&str; 4] = ["3", "4", "5", "6"];
/// Enough for any run, so that one that does not get on ends.
const LIVES: usize = 2_000;

#[tokio::test]
async fn a_runner_that_is_killed_at_every_write_loses_nothing_and_makes_nothing_twice() {
    let operator = Operator::of(&WORLD);
    let Planned {
        digest,
        phrase,
        review,
    } = operator.plan(&WISH);
    let steps = review["steps"].as_array().expect("steps").len();
    let apply = [
        "apply",
        &digest,
        "--write",
        "--confirm",
        &phrase,
        "--detach",
    ];
    let opened = operator.command(&apply).env(KILLED_AT, MOMENTS[0]).status();
    assert!(opened.expect("the built binary").success());
    let run = operator.newest_run();
    let run = run["run"].as_str().expect("a run").to_owned();

    let mut kills = 1;
    let mut lives = 0;
    let last = loop {
        let life = operator
            .command(&["runner", &run])
            .env(FACTOR, PACE)
            .env(KILLED_AT, MOMENTS[lives % MOMENTS.len()])
            .output();
        let life = life.expect("the built binary");
        lives += 1;
        assert!(
            lives < LIVES,
            "it does not get on: {}",
            operator.newest_run()
        );
        match life.status.signal() {
            Some(signal) if signal == Signal::KILL.as_raw() => kills += 1,
            // The first one may not be dead yet.
            _ if text(&life.stderr).contains("another process executes") => {}
            _ => break life,
        }
    };
    assert!(
        last.status.success(),
        "{}{}",
        text(&last.stdout),
        text(&last.stderr)
    );
    let ended = operator.newest_run();
    assert_eq!(ended["state"], "succeeded");
    assert!(kills >= 360, "{kills} kills");
    let (out, told) = operator.runs(0, &["runs", "verify"]);
    assert!(out.contains("are what was written"), "{out}{told}");

    let options = DemoOptions {
        clock: "x100".parse().expect("a clock"),
        state_dir: operator.home.path().join("state/awsdeck/demo"),
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
    let twice = made.iter().filter(|(_, times)| **times > 1);
    assert_eq!(
        twice.collect::<Vec<_>>(),
        [],
        "after {kills} kills in {steps} steps"
    );
    eprintln!(
        "DBG {kills} kills {lives} lives {steps} steps {}",
        made.len()
    );
    let (again, _) = operator.runs(0, &[&["plan"], &WISH[..]].concat());
    assert!(
        again.contains("stands in account 111111111111 as it is wanted"),
        "{again}"
    );
}
