//! The history of the recorded cluster: every version of every object that stands in any recording.
//!
//! All recordings are of one cluster, so what is there at a version can be put together from them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::recording::Recording;
use crate::kubernetes::server::Server;

/// The folders of recordings.
pub(super) const GROUPS: &[&str] = &[
    "auth",
    "discovery",
    "gpu",
    "lists",
    "velero",
    "watches",
    "writes",
];

/// Objects that were gone at a version, of which no recording tells.
const GONE: &[(u64, &str, &str, &str)] = &[
    (318, "Pod", "shop", "job-2"),
    (328, "Pod", "shop", "job-3"),
    (333, "Pod", "shop", "job-4"),
    (1_960, "Pod", "research", "probe-2"),
    (2_433, "Namespace", "", "dying"),
    (2_434, "Namespace", "", "demo"),
    (2_435, "Namespace", "", "demo-copy"),
];

/// Every version, in order; none is the end of an object.
pub(super) struct History {
    versions: BTreeMap<u64, Entry>,
}

enum Entry {
    Object(Value),
    Gone(String, String, String),
}

impl History {
    pub(super) fn read() -> Self {
        let mut history = Self {
            versions: BTreeMap::new(),
        };
        let recordings = GROUPS.iter().flat_map(|group| Recording::all(group));
        for recording in recordings.filter(Recording::is_exchange) {
            // What a dry run shows was never there.
            let real = recording
                .steps
                .iter()
                .filter(|step| !step.path().contains("dryRun"));
            for step in real {
                if let Some(answer) = step.answer() {
                    history.take(answer);
                }
                for (event, _) in step.events() {
                    let object = &event["object"];
                    match event["type"].as_str().unwrap_or_default() {
                        "ADDED" | "MODIFIED" => history.object(object),
                        "DELETED" => history.end(object),
                        _ => {}
                    }
                }
            }
        }
        for (version, kind, namespace, name) in GONE {
            let gone = Entry::Gone((*kind).into(), (*namespace).into(), (*name).into());
            history.versions.insert(*version, gone);
        }
        history
    }

    fn take(&mut self, answer: &Value) {
        let kind = answer["kind"].as_str().unwrap_or_default();
        let Some(items) = answer["items"].as_array() else {
            return self.object(answer);
        };
        for item in items {
            let mut item = item.clone();
            if item["kind"].is_null() {
                item["kind"] = kind.trim_end_matches("List").into();
                item["apiVersion"] = answer["apiVersion"].clone();
            }
            self.object(&item);
        }
    }

    fn object(&mut self, object: &Value) {
        let partial = object["kind"] == "PartialObjectMetadata" || object["kind"] == "Scale";
        let (Some(version), false) = (version(object), partial) else {
            return;
        };
        if object["metadata"]["uid"].is_null() {
            return;
        }
        // One with its managers says more than one without.
        let managed = object["metadata"]["managedFields"].is_array();
        let known = self.versions.contains_key(&version);
        if !known || managed {
            self.versions.insert(version, Entry::Object(object.clone()));
        }
    }

    /// An object is gone, unless it has only left a selector.
    fn end(&mut self, object: &Value) {
        let stays = object["metadata"]["deletionTimestamp"].is_null() && object["kind"] == "Pod";
        let text = |field: &str| {
            let value = object["metadata"][field].as_str();
            value.unwrap_or_default().to_owned()
        };
        if let (Some(version), false) = (version(object), stays) {
            let kind = object["kind"].as_str().unwrap_or_default().to_owned();
            let gone = Entry::Gone(kind, text("namespace"), text("name"));
            self.versions.insert(version, gone);
        }
    }

    /// Plays the history on a server, from what it has up to and with a version.
    pub(super) fn play(&self, server: &Server, until: u64) {
        let from = server.world(|world| world.store.version()) + 1;
        for entry in self
            .versions
            .range(from.min(until)..=until)
            .map(|(_, entry)| entry)
        {
            match entry {
                Entry::Object(object) => server.load(object.clone()),
                Entry::Gone(kind, namespace, name) => server.world(|world| {
                    let mut kinds = world.kinds.all().iter();
                    let kind = kinds.find(|known| known.name == *kind).cloned();
                    if let Some(kind) = kind {
                        world.erase(&kind, namespace, name);
                    }
                }),
            }
        }
        server.world(|world| world.store.skip_to(until));
    }

    /// The newest version of an object up to a version.
    pub(super) fn object_at(&self, kind: &str, name: &str, until: u64) -> Value {
        let entries = self.versions.range(..=until).rev();
        let objects = entries.filter_map(|(_, entry)| match entry {
            Entry::Object(object) => Some(object),
            Entry::Gone(..) => None,
        });
        let mut found =
            objects.filter(|object| object["kind"] == kind && object["metadata"]["name"] == name);
        let found = found.next();
        found
            .unwrap_or_else(|| panic!("no {kind} {name} before {until}"))
            .clone()
    }
}

pub(super) fn version(object: &Value) -> Option<u64> {
    object["metadata"]["resourceVersion"].as_str()?.parse().ok()
}
