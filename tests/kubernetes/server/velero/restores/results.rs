//! What became of the objects of a restore.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::archive::Item;

/// What became of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Created,
    Updated,
    Skipped,
    Failed,
}

impl Fate {
    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

/// Everything that a restore has to tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Results {
    warnings: BTreeMap<String, Vec<String>>,
    errors: BTreeMap<String, Vec<String>>,
    /// By type, in the form of resource lists.
    list: BTreeMap<String, Vec<String>>,
    /// How many objects are done.
    pub(super) done: usize,
}

impl Results {
    pub(super) fn warning(&mut self, namespace: &str, text: &str) {
        self.warnings
            .entry(namespace.into())
            .or_default()
            .push(text.into());
    }

    pub(super) fn error(&mut self, namespace: &str, text: &str) {
        self.errors
            .entry(namespace.into())
            .or_default()
            .push(text.into());
    }

    pub(super) fn note(&mut self, item: &Item, namespace: &str, fate: Fate) {
        let name = match namespace {
            "" => item.name().to_owned(),
            namespace => format!("{namespace}/{}", item.name()),
        };
        self.note_as(item.type_name(), &name, fate);
    }

    /// Notes an object by its type and name.
    pub(super) fn note_as(&mut self, of: String, name: &str, fate: Fate) {
        let entry = format!("{name}({})", fate.word());
        let entries = self.list.entry(of).or_default();
        entries.push(entry);
        entries.sort();
        self.done += 1;
    }

    pub(super) fn warning_count(&self) -> usize {
        self.warnings.values().map(Vec::len).sum()
    }

    pub(super) fn error_count(&self) -> usize {
        self.errors.values().map(Vec::len).sum()
    }

    /// Each warning with its namespace.
    pub(super) fn warnings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.warnings.iter().flat_map(|(place, texts)| {
            texts
                .iter()
                .map(move |text| (place.as_str(), text.as_str()))
        })
    }

    /// The results file.
    pub(super) fn report(&self) -> Value {
        json!({"errors": section(&self.errors), "warnings": section(&self.warnings)})
    }

    /// The resource list.
    pub(super) fn list(&self) -> Value {
        json!(self.list)
    }
}

fn section(texts: &BTreeMap<String, Vec<String>>) -> Value {
    let mut section = json!({});
    for (place, texts) in texts {
        match place.as_str() {
            "" => section["cluster"] = texts.clone().into(),
            namespace => section["namespaces"][namespace] = texts.clone().into(),
        }
    }
    section
}
