//! The command line as scripts meet it: exit codes, what goes where, no terminal codes in a pipe.

use crate::support::{Home, text};

#[test]
fn a_mistake_is_explained_on_standard_error_and_ends_with_2() {
    let home = Home::new();
    for wrong in [
        &["frobnicate"][..],
        &["tree", "--output", "xml"],
        &["screenshot", "home", "--size", "big"],
    ] {
        let output = home.run(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(text(&output.stderr).contains("error:"), "{wrong:?}");
        assert!(output.stdout.is_empty(), "{wrong:?}");
    }
}

#[test]
fn version_completions_and_manual_need_no_account() {
    let home = Home::new();
    assert!(home.printed(0, &["version"]).starts_with("awsdeck "));
    assert!(
        home.printed(0, &["version", "--verbose"])
            .contains("licence   MIT OR Apache-2.0")
    );
    assert!(
        home.printed(0, &["completions", "bash"])
            .contains("complete")
    );
    assert!(home.printed(0, &["man"]).contains(".TH"));
}

#[test]
fn everything_that_ships_passes_the_checks_that_users_files_pass() {
    let home = Home::new();
    for (kind, least) in [("theme", 3), ("keymap", 3)] {
        let list = home.printed(0, &[kind, "list"]);
        let names: Vec<&str> = list
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert!(names.len() >= least, "{list}");
        for name in names {
            let shown = home.printed(0, &[kind, "show", name]);
            let file = home.path().join(format!("my-{name}.toml"));
            std::fs::write(&file, shown).expect("a file to write");
            let file = file.display().to_string();
            assert_eq!(
                home.printed(0, &[kind, "check", &file]).trim_end(),
                format!("{file}: fine")
            );
        }
        assert!(
            home.printed(0, &[kind, "schema"])
                .contains("json-schema.org")
        );
    }
}

#[test]
fn a_value_that_is_none_for_its_parameter_ends_with_2() {
    let home = Home::new();
    let switch = ["--demo", "plan", "dns-switch", "--zone", "prod.example.com"];
    let wish = [
        "--name",
        "shop.prod.example.com",
        "--to",
        "green",
        "--reason",
        "try",
    ];
    for wrong in [["--bake", "soon"], ["--samples", "many"]] {
        let all: Vec<&str> = switch.iter().chain(&wish).chain(&wrong).copied().collect();
        let output = home.run(&all);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {said}");
        assert!(said.contains(wrong[1]), "{wrong:?}: {said}");
    }
}
