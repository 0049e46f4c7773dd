//! What a backup or a restore has to say once it is over: errors and warnings in full, and for a
//! restore what it did to each object. Noise is folded; that nothing was changed is said aloud.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{Health, State};

/// Errors and warnings, and what became of each object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    pub errors: Messages,
    pub warnings: Messages,
    /// Of a restore; `None` where an older Velero keeps no such list.
    pub effects: Option<Effects>,
    /// Where it was read: `Velero`, `s3://bucket/prefix`.
    pub from: String,
}

/// Messages by what they are about, as Velero writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Messages {
    pub velero: Vec<String>,
    pub cluster: Vec<String>,
    pub namespaces: BTreeMap<String, Vec<String>>,
}

/// What a restore did, by kind: `v1/ConfigMap` and its objects with what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effects {
    /// Kind, object, and `created`, `updated`, `skipped` or `failed`.
    pub objects: Vec<(String, String, String)>,
}

/// A ConfigMap that the cluster itself puts into each namespace before a restore gets there.
const NOISE: &str = "kube-root-ca.crt";

impl Messages {
    /// All of them with what they are about, in a fixed order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let velero = self.velero.iter().map(|text| ("Velero", &**text));
        let cluster = self.cluster.iter().map(|text| ("cluster", &**text));
        let namespaces = self
            .namespaces
            .iter()
            .flat_map(|(namespace, texts)| texts.iter().map(move |text| (&**namespace, &**text)));
        velero.chain(cluster).chain(namespaces)
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.all().count()
    }
}

/// Results in a few figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub errors: usize,
    /// Without what is noise and what only says that an object was left as it is.
    pub warnings: usize,
    /// Warnings about the ConfigMap that the cluster itself makes.
    pub noise: usize,
    /// Objects that exist, differ, and were left as they are.
    pub left: usize,
    pub created: usize,
    pub updated: usize,
    /// Objects that exist and are as in the backup.
    pub same: usize,
    /// Objects that could not be made, those that exist already not among them.
    pub failed: usize,
    /// Whether what became of the objects is known.
    pub exact: bool,
    /// Whether it is about a restore at all.
    pub restore: bool,
}

impl Results {
    /// Counts what was done and what is worth reading.
    #[must_use]
    pub fn summary(&self, restore: bool) -> Summary {
        let mut summary = Summary {
            errors: self.errors.count(),
            exact: self.effects.is_some(),
            restore,
            ..Summary::default()
        };
        let mut left: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
        for (about, text) in self.warnings.all() {
            match existing(text) {
                Some((_, NOISE)) => summary.noise += 1,
                Some((kind, name)) => {
                    left.insert((about, kind, name));
                }
                None => summary.warnings += 1,
            }
        }
        summary.left = left.len();
        for (kind, object, effect) in self.effects.iter().flat_map(|effects| &effects.objects) {
            let (namespace, name) = object.split_once('/').unwrap_or(("cluster", object));
            let kind = kind.rsplit('/').next().unwrap_or_default();
            if kind == "ConfigMap" && name == NOISE {
                continue;
            }
            match effect.as_str() {
                "created" => summary.created += 1,
                "updated" => summary.updated += 1,
                "skipped" => summary.same += 1,
                // Velero marks what it left as it is like what it could not make.
                "failed" if !left.contains(&(namespace, kind, name)) => summary.failed += 1,
                _ => {}
            }
        }
        summary
    }
}

/// Whether a warning is only about the ConfigMap that the cluster itself puts into each namespace.
#[must_use]
pub fn is_noise(text: &str) -> bool {
    existing(text).is_some_and(|(_, name)| name == NOISE)
}

/// Kind and name of an object that a warning says to exist already and to differ:
/// `could not restore, ConfigMap "settings" already exists. …`
fn existing(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("could not restore, ")?;
    let (kind, rest) = rest.split_once(" \"")?;
    let (name, rest) = rest.split_once('"')?;
    rest.starts_with(" already exists").then_some((kind, name))
}

impl Summary {
    /// Whether a restore did nothing at all.
    #[must_use]
    pub const fn changed_nothing(&self) -> bool {
        self.restore && self.exact && self.created + self.updated == 0
    }

    /// The verdict on a restore that ended Completed.
    #[must_use]
    pub fn health(&self) -> Health {
        if self.errors + self.failed > 0 {
            let count = self.errors.max(self.failed);
            return Health::new(
                State::Warning,
                format!("{count} objects could not be restored"),
            );
        }
        if self.changed_nothing() {
            return match (self.left, self.same) {
                (0, 0) => Health::new(State::Failed, "NOTHING WAS CHANGED: nothing was in it"),
                (0, same) => Health::new(
                    State::Warning,
                    format!("nothing was changed: {same} objects are as in the backup"),
                ),
                (left, _) => {
                    let said = format!("NOTHING WAS CHANGED: {}", left_as_they_are(left));
                    Health::new(State::Failed, said)
                }
            };
        }
        if self.left > 0 {
            return Health::new(State::Warning, left_as_they_are(self.left));
        }
        if self.warnings > 0 {
            return Health::new(State::Warning, format!("{} warnings", self.warnings));
        }
        Health::ok()
    }

    /// `12 created, 1 updated, 3 the same, 0 failed; 0 errors, 0 warnings; 2 folded (kube-root-ca.crt)`
    #[must_use]
    pub fn line(&self) -> String {
        let mut parts = Vec::new();
        if self.exact {
            let Self {
                created,
                updated,
                same,
                failed,
                ..
            } = self;
            parts.push(format!(
                "{created} created, {updated} updated, {same} the same, {failed} failed"
            ));
        }
        parts.push(format!(
            "{} errors, {} warnings",
            self.errors, self.warnings
        ));
        if self.left > 0 {
            parts.push(format!("{} left as they are", self.left));
        }
        if self.noise > 0 {
            parts.push(format!("{} folded ({NOISE})", self.noise));
        }
        parts.join("; ")
    }
}

fn left_as_they_are(count: usize) -> String {
    match count {
        1 => "1 object exists, differs and was left as it is".into(),
        count => format!("{count} objects exist, differ and were left as they are"),
    }
}

/// Reads the list of what a restore did: `{"v1/ConfigMap": ["ns/name(created)", …]}`.
#[must_use]
pub fn read_effects(list: &BTreeMap<String, Vec<String>>) -> Effects {
    let mut objects = Vec::new();
    for (kind, items) in list {
        for item in items {
            let (object, effect) = item
                .strip_suffix(')')
                .and_then(|item| item.rsplit_once('('))
                .unwrap_or((item, ""));
            objects.push((kind.clone(), object.to_owned(), effect.to_owned()));
        }
    }
    Effects { objects }
}
