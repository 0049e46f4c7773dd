//! The README is true: its commands run, its table of keys is the keymap's, its pictures exist.

use std::{fs, path::Path};

use crate::support::{Home, text};

#[test]
fn every_command_of_the_readme_runs() {
    let home = Home::new();
    let mut ran = 0;
    for command in commands()
        .iter()
        .filter_map(|line| line.strip_prefix("awsdeck "))
    {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let output = home.run(&arguments);
        let said = text(&output.stderr);
        let code = output.status.code();
        // A deck wants a terminal and says so; a plan with changes ends as 3.
        let opens_the_deck = arguments
            .first()
            .is_some_and(|first| first.starts_with('-'));
        let fine = match code {
            Some(2) => opens_the_deck && said.contains("needs a terminal"),
            Some(3) => arguments[0] == "plan",
            // The simulated organization has a suspended account: part of it cannot be read.
            Some(0 | 5) => !output.stdout.is_empty(),
            _ => false,
        };
        assert!(
            fine,
            "awsdeck {command}: {code:?}\n{}\n{said}",
            text(&output.stdout)
        );
        ran += 1;
    }
    assert!(ran >= 10, "only {ran} commands were found");
}

#[test]
fn the_checks_run_the_readmes_own_set_up_and_test_commands() {
    let run = fs::read_to_string(root().join(".ci/run")).expect("the checks");
    for command in commands()
        .iter()
        .filter(|line| !line.starts_with("awsdeck "))
    {
        // The main job is walked through in a terminal by the tests.
        let walked = command == "cargo run --release --no-default-features -- --demo";
        assert!(
            walked || run.lines().any(|line| line == command),
            "{command}"
        );
    }
}

#[test]
fn the_table_of_keys_is_the_keymaps_own() {
    let table = Home::new().printed(0, &["keymap", "export"]);
    let readme = readme();
    let shown = readme
        .split("<!-- keys -->\n")
        .nth(1)
        .and_then(|rest| rest.split("<!-- /keys -->").next());
    assert_eq!(
        shown.map(str::trim),
        Some(table.trim()),
        "paste the output of `awsdeck keymap export`"
    );
}

#[test]
fn the_pictures_of_the_readme_exist() {
    for after in readme().split("](screenshots/").skip(1) {
        let name = after.split(')').next().unwrap_or_default();
        assert!(root().join("screenshots").join(name).exists(), "{name}");
    }
}

/// The lines of the README's `sh` blocks.
fn commands() -> Vec<String> {
    let readme = readme();
    let blocks = readme
        .split("```sh\n")
        .skip(1)
        .filter_map(|block| block.split("```").next());
    blocks
        .flat_map(str::lines)
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("the README")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
