//! Several machines and the bucket between them, by the real program on an S3 that we did not write.

use std::{fs, path::Path, process::Stdio, thread};

use awsdeck::engine::journal::KILLED_AT;
use serde_json::{Value, json};

use super::{
    moto::written,
    operator::Operator,
    scene::{Scene, nameservers},
};
use crate::support::text;

/// Processes that want one run at once.
const RACERS: usize = 50;

/// A bucket of its own, with versions.
fn bucket(name: &str) -> String {
    let call = |operation: &str, input: Value| {
        written().boto(None, "s3", operation, &input);
    };
    let place = json!({ "LocationConstraint": "eu-west-1" });
    call(
        "create_bucket",
        json!({ "Bucket": name, "CreateBucketConfiguration": place }),
    );
    let on = json!({ "Status": "Enabled" });
    call(
        "put_bucket_versioning",
        json!({ "Bucket": name, "VersioningConfiguration": on }),
    );
    name.to_owned()
}

/// Somebody at another machine who shares runs in `bucket`.
fn somebody(bucket: &str) -> Operator {
    let operator = Operator::at(written().endpoint(), Some(nameservers()));
    operator.shares_in(bucket);
    operator
}

/// Opens a run whose first runner dies at `moment`, and gives its id.
fn open(scene: &Scene, moment: &str) -> String {
    let plan = scene.plan("green");
    let apply = [&Scene::apply(&plan)[..], &["--detach"]].concat();
    let mut apply = scene.operator.command(&apply);
    let opened = apply
        .env(KILLED_AT, moment)
        .output()
        .expect("the built binary");
    let said = text(&opened.stdout) + &text(&opened.stderr);
    assert!(opened.status.success(), "{said}");
    let run = scene.operator.newest_run();
    run["run"].as_str().expect("a run").to_owned()
}

fn events(run: &Value, name: &str) -> usize {
    let lines = run["items"].as_array().expect("lines").iter();
    let is = |line: &&Value| line.to_string().contains(&format!("\"event\":\"{name}\""));
    lines.filter(is).count()
}

#[test]
fn a_second_operator_takes_a_run_over_whose_machine_is_gone() {
    let bucket = bucket("runs-taken-over");
    let scene = Scene::set("taken-over");
    scene.operator.shares_in(&bucket);
    let run = open(&scene, "14");
    let bob = somebody(&bucket);
    let listed = bob.json(0, &["runs", "list"]);
    assert_eq!(listed["items"][0]["id"], run.as_str());
    let (out, _) = bob.runs(0, &["runs", "resume", &run, "--write"]);
    assert!(out.trim_end().ends_with("succeeded"), "{out}");
    assert_eq!(scene.weights(), [0, 100]);
    let (out, told) = bob.runs(0, &["runs", "verify"]);
    assert!(out.contains("are what was written"), "{out}{told}");
    let seen = |operator: &Operator| {
        operator.runs(0, &["runs", "list"]);
        operator.newest_run()
    };
    let (his, hers) = (seen(&bob), seen(&scene.operator));
    assert_eq!(hers["state"], "succeeded");
    assert_eq!(
        his["items"].as_array().map(Vec::len),
        hers["items"].as_array().map(Vec::len)
    );
}

#[test]
fn of_fifty_processes_on_as_many_machines_one_gets_the_run() {
    let bucket = bucket("runs-raced-for");
    let scene = Scene::set("raced-for");
    scene.operator.shares_in(&bucket);
    // It dies right after it has taken the run over, and nobody hears of it.
    let run = open(&scene, "3");
    let machines: Vec<Operator> = (0..RACERS).map(|_| somebody(&bucket)).collect();
    let journal = scene.operator.home.path().join("state/awsdeck");
    for machine in &machines {
        copy(&journal, &machine.home.path().join("state/awsdeck"));
    }
    let race = |machine: &Operator| {
        let mut runner = machine.command(&["runner", &run]);
        let runner = runner.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        runner.expect("the built binary")
    };
    let racing: Vec<_> = machines.iter().map(race).collect();
    let ended: Vec<_> = racing
        .into_iter()
        .map(|runner| thread::spawn(|| runner.wait_with_output().expect("an end")))
        .collect();
    let ended = ended.into_iter().map(|end| end.join().expect("an end"));
    let (won, lost): (Vec<_>, Vec<_>) = ended.partition(|end| end.status.success());
    for end in &lost {
        assert!(
            text(&end.stderr).contains("executes the run on"),
            "{}",
            text(&end.stderr)
        );
    }
    assert!(!won.is_empty());
    assert_eq!(scene.weights(), [0, 100]);
    scene.operator.runs(0, &["runs", "list"]);
    let seen = scene.operator.newest_run();
    assert_eq!(seen["state"], "succeeded");
    // That of the one that died, and that of the one that went on.
    assert_eq!(events(&seen, "lease_taken"), 2, "{} lost", lost.len());
    assert_eq!(events(&seen, "intent"), events(&seen, "ack"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("copied");
        }
    }
}
