//! The kinds of object that the server serves: the built-in ones and custom ones.

mod built_in;
mod custom;
mod empty;
mod fields;
mod known;
mod parts;
mod schema;

use std::sync::Arc;

pub(crate) use custom::Custom;
pub(crate) use empty::empty;
pub(crate) use fields::{selectable, selectable_names};
pub(crate) use known::unknown_fields;
pub(crate) use parts::part;
pub(crate) use schema::Schema;

/// One kind, as discovery describes it.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its place in the store.
    pub(crate) id: usize,
    /// Empty for the core group.
    pub(crate) group: String,
    pub(crate) version: String,
    /// `Deployment`.
    pub(crate) name: String,
    /// `deployments`.
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) namespaced: bool,
    pub(crate) short: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) verbs: Vec<String>,
    /// The subresources.
    pub(crate) parts: Vec<String>,
    /// What a custom kind's objects may contain; none for a built-in kind.
    pub(crate) custom: Option<Schema>,
}

impl Kind {
    /// `apps/v1`, or `v1` in the core group.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `deployments.apps`, as messages name it.
    pub(crate) fn resource(&self) -> String {
        join(&self.plural, &self.group)
    }

    /// `Deployment.apps`.
    pub(crate) fn qualified(&self) -> String {
        join(&self.name, &self.group)
    }

    pub(crate) fn has(&self, part: &str) -> bool {
        self.parts.iter().any(|known| known == part)
    }

    pub(crate) fn allows(&self, verb: &str) -> bool {
        self.verbs.iter().any(|known| known == verb)
    }

    pub(crate) fn is(&self, group: &str, plural: &str) -> bool {
        self.group == group && self.plural == plural
    }

    pub(crate) fn is_custom(&self) -> bool {
        self.custom.is_some()
    }

    /// Whether the server keeps recent events of it at hand; events go to the database each time.
    pub(crate) fn cached(&self) -> bool {
        !self.is("", "events")
    }

    /// Whether `metadata.generation` counts changes of its spec.
    pub(crate) fn counts_generations(&self) -> bool {
        const COUNTED: &[&str] = &[
            "apps",
            "autoscaling",
            "batch",
            "networking.k8s.io",
            "policy",
            "scheduling.k8s.io",
        ];
        let dra = matches!(self.plural.as_str(), "deviceclasses" | "resourceslices");
        self.is_custom()
            || self.is("", "pods")
            || self.is("apiextensions.k8s.io", "customresourcedefinitions")
            || COUNTED.contains(&self.group.as_str())
            || self.group == "resource.k8s.io" && dra
    }
}

fn join(name: &str, group: &str) -> String {
    if group.is_empty() {
        name.into()
    } else {
        format!("{name}.{group}")
    }
}

/// Every kind that is served, in the order of discovery.
pub(crate) struct Kinds {
    all: Vec<Arc<Kind>>,
}

impl Default for Kinds {
    fn default() -> Self {
        let kinds = built_in::kinds().into_iter().map(Arc::new);
        Self {
            all: kinds.collect(),
        }
    }
}

impl Kinds {
    pub(crate) fn all(&self) -> &[Arc<Kind>] {
        &self.all
    }

    /// The kind that a path names.
    pub(crate) fn at(&self, group: &str, version: &str, plural: &str) -> Option<Arc<Kind>> {
        let mut all = self.all.iter();
        all.find(|kind| kind.version == version && kind.is(group, plural))
            .cloned()
    }

    /// The kind that an object's `apiVersion` and `kind` name.
    pub(crate) fn named(&self, api_version: &str, name: &str) -> Option<Arc<Kind>> {
        let mut all = self.all.iter();
        all.find(|kind| kind.name == name && kind.api_version() == api_version)
            .cloned()
    }

    /// The kind of a group that is known to be served, whatever its version.
    pub(crate) fn get(&self, group: &str, plural: &str) -> Arc<Kind> {
        let found = self.all.iter().find(|kind| kind.is(group, plural));
        match found {
            Some(kind) => kind.clone(),
            None => panic!("no kind {plural:?} in group {group:?} is served"),
        }
    }

    /// Serves a custom kind from now on.
    pub(crate) fn define(&mut self, custom: &Custom) -> Arc<Kind> {
        let known = self.at(&custom.group, &custom.version, &custom.plural);
        known.unwrap_or_else(|| {
            let kind = Arc::new(custom.kind(self.all.len()));
            self.all.push(kind.clone());
            kind
        })
    }
}
