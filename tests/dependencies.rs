//! Holds the tree of dependencies to its rules: licences, one of each of the crates that must be
//! one, and none that was decided against.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;
use spdx::{Expression, LicenseId};

/// Licences that anything linked or run may have; MPL-2.0 binds its own files only.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
];

/// Crates of which two would mean two screens, two crypto libraries, two runtimes.
const ONLY_ONE: &[&str] = &[
    "ratatui",
    "crossterm",
    "rustls",
    "ring",
    "tokio",
    "hyper",
    "rusqlite",
    "jiff",
];

/// Crates that must not come in by a default feature of another.
const NONE: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "openssl-sys",
    "native-tls",
    "aws-sdk-ec2",
    "serde_yaml",
];

#[test]
fn every_licence_is_allowed() {
    let mut wrong = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or_default();
        let parsed = Expression::parse_mode(licence, spdx::ParseMode::LAX);
        let fine = parsed.is_ok_and(|expression| {
            expression.evaluate(|wanted| wanted.license.id().is_some_and(allowed))
        });
        if !fine {
            wrong.push(format!("{name}: {licence:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_must_be_one_is_one_and_the_unwanted_are_absent() {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages() {
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        versions
            .entry(text("name"))
            .or_default()
            .push(text("version"));
    }
    for name in ONLY_ONE {
        let found = versions.get(*name).map_or(0, Vec::len);
        assert_eq!(found, 1, "{name}: {:?}", versions.get(*name));
    }
    let unwanted: Vec<&&str> = NONE
        .iter()
        .filter(|name| versions.contains_key(**name))
        .collect();
    assert!(unwanted.is_empty(), "{unwanted:?}");
}

fn allowed(id: LicenseId) -> bool {
    ALLOWED.contains(&id.name)
}

/// The packages that a build for this machine uses, as the lock file says.
fn packages() -> Vec<Value> {
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            &triple,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let used: Vec<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter_map(|node| node["id"].as_str())
        .collect();
    let all = metadata["packages"].as_array().expect("packages");
    all.iter()
        .filter(|package| used.contains(&package["id"].as_str().unwrap_or_default()))
        .cloned()
        .collect()
}
