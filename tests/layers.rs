//! Holds the layer diagram in `src/lib.rs` to its word: each layer imports only those below it, and
//! a foreign crate is named only where it belongs.

use std::{fs, path::Path};

/// Each folder of `src` and the ones it may import.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &["model"]),
    ("provider", &["config", "model"]),
    ("inventory", &["provider", "config", "model"]),
    ("engine", &["inventory", "provider", "config", "model"]),
    (
        "tui",
        &["engine", "inventory", "provider", "config", "model"],
    ),
    (
        "cli",
        &["engine", "inventory", "provider", "config", "model"],
    ),
    // Part of the program beside main.rs, which sees everything.
    (
        "opening",
        &[
            "cli",
            "tui",
            "engine",
            "inventory",
            "provider",
            "config",
            "model",
        ],
    ),
];

/// Crates, by their name or, where it ends in `_`, by its beginning, and the only places that may
/// name them.
const HOMES: &[(&str, &[&str])] = &[
    ("aws_", &["provider/aws/"]),
    ("kube", &["provider/kube/"]),
    ("kube_", &["provider/kube/"]),
    ("k8s_openapi", &["provider/kube/"]),
    ("ratatui", &["tui/"]),
    ("crossterm", &["tui/"]),
    ("clap", &["cli/"]),
    ("rusqlite", &["inventory/cache", "engine/journal"]),
];

#[test]
fn imports_point_downwards() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let Some((layer, _)) = file.split_once('/') else {
            continue; // main.rs and lib.rs see everything
        };
        let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            wrong.push(format!("{file} is in no layer"));
            continue;
        };
        for name in imported(&text) {
            if name != layer && !below.contains(&name.as_str()) {
                wrong.push(format!("{file} imports {name}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn foreign_crates_are_named_only_at_home() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        for (krate, homes) in HOMES {
            let at_home = homes.iter().any(|home| file.starts_with(home));
            if !at_home && names_crate(&text, krate) {
                wrong.push(format!("{file} names {krate}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_arn_is_written_for_one_partition() {
    let literal = concat!("\"arn:", "aws:");
    let sources = sources();
    let tests = test_modules(&sources);
    let guilty = |(file, text): &(String, String)| {
        let code = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        let tested = tests.iter().any(|module| file.starts_with(module.as_str()));
        (!tested && code.contains(literal)).then(|| file.clone())
    };
    let guilty: Vec<String> = sources.iter().filter_map(guilty).collect();
    assert_eq!(guilty, Vec::<String>::new());
}

/// The beginnings of paths that belong to modules which only test builds have.
fn test_modules(sources: &[(String, String)]) -> Vec<String> {
    let mut modules = Vec::new();
    for (file, text) in sources {
        let folder = match file
            .strip_suffix("mod.rs")
            .or_else(|| file.strip_suffix("lib.rs"))
        {
            Some(folder) => folder.to_owned(),
            None => file.replace(".rs", "/"),
        };
        for after in text.split("#[cfg(test)]\n").skip(1) {
            let line = after.lines().next().unwrap_or_default();
            let name = line
                .split("mod ")
                .nth(1)
                .and_then(|rest| rest.strip_suffix(';'));
            modules.extend(name.map(|name| format!("{folder}{name}")));
        }
    }
    modules
}

/// The layers that a file imports, whether as `crate::name` or inside `use crate::{…}`.
fn imported(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for after in text.split("crate::").skip(1) {
        if let Some(group) = after.strip_prefix('{') {
            names.extend(heads(group));
        } else {
            names.push(word(after));
        }
    }
    names.retain(|name| LAYERS.iter().any(|(layer, _)| layer == name));
    names
}

/// The first word of each member of a `{…}` group, nested groups skipped over.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 1;
    let mut expecting = true;
    let mut found = Vec::new();
    for (at, char) in group.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => expecting = true,
            char if depth == 1 && expecting && char.is_alphabetic() => {
                expecting = false;
                found.push(word(&group[at..]));
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|char| char.is_alphanumeric() || *char == '_')
        .collect()
}

fn names_crate(text: &str, krate: &str) -> bool {
    text.lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("//"))
        .any(|line| {
            line.match_indices(krate).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let starts_a_path = before.is_none_or(|char| {
                    !char.is_alphanumeric() && char != '_' && char != '"' && char != ':'
                });
                let after = &line[at + krate.len()..];
                let rest = if krate.ends_with('_') {
                    after.trim_start_matches(|char: char| char.is_alphanumeric() || char == '_')
                } else {
                    after
                };
                starts_a_path && rest.starts_with("::")
            })
        })
}

/// Every source file: its path below `src` and its text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    assert!(files.len() > 20, "the sources were not found");
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path
                .strip_prefix(root)
                .expect("below src")
                .display()
                .to_string();
            files.push((
                name,
                fs::read_to_string(&path).expect("a readable source file"),
            ));
        }
    }
}

#[test]
fn the_checks_can_fail() {
    assert_eq!(
        imported("use crate::{\n model::{A, B},\n tui::x,\n};"),
        ["model", "tui"]
    );
    assert_eq!(imported("crate::engine::Plan"), ["engine"]);
    assert!(names_crate("use ratatui::layout::Rect;", "ratatui"));
    assert!(names_crate("    aws_sdk_ec2::Client", "aws_"));
    assert!(!names_crate("// ratatui::Frame", "ratatui"));
    assert!(names_crate("use kube::Client;", "kube"));
    assert!(!names_crate("kubernetes::gpus::TABLE,", "kube"));
    assert!(!names_crate("crate::provider::aws_like", "aws_"));
}
