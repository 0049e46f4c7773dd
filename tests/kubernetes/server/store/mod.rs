//! The objects, every version of them since the last compaction, in the order of their writes.

pub(crate) mod list;
pub(crate) mod object;
pub(crate) mod token;
pub(crate) mod watch;

use std::{collections::BTreeMap, sync::Arc};

pub(crate) use object::{Form, Object};

use super::kinds::Kind;

/// The objects of one kind by their key.
pub(crate) type Table = BTreeMap<String, Arc<Object>>;

/// One write.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// The version that it made.
    pub(crate) version: u64,
    /// The kind's place.
    pub(crate) kind: usize,
    /// What was there before.
    pub(crate) before: Option<Arc<Object>>,
    /// What is there now; none after a deletion.
    pub(crate) now: Option<Arc<Object>>,
    /// After a deletion: the last state at the version of the deletion.
    pub(crate) gone: Option<Arc<Object>>,
}

impl Change {
    /// The object that the change is about.
    pub(crate) fn object(&self) -> &Arc<Object> {
        let object = self.now.as_ref().or(self.gone.as_ref());
        object.expect("a change of an object")
    }
}

/// Everything that is stored.
#[derive(Default)]
pub(crate) struct Store {
    tables: Vec<Table>,
    log: Vec<Change>,
    /// The version of the last write of any object.
    version: u64,
    /// The database has forgotten what was before this version.
    pub(crate) compacted: u64,
    /// The server has recent events at hand since this version.
    pub(crate) cached_since: u64,
}

impl Store {
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Goes on counting at `version`; as if others had written.
    pub(crate) fn skip_to(&mut self, version: u64) {
        self.version = self.version.max(version);
    }

    pub(crate) fn table(&self, kind: &Kind) -> &Table {
        static NONE: Table = Table::new();
        self.tables.get(kind.id).unwrap_or(&NONE)
    }

    pub(crate) fn get(&self, kind: &Kind, namespace: &str, name: &str) -> Option<&Arc<Object>> {
        self.table(kind).get(&object::key(namespace, name))
    }

    /// Every change after `version`.
    pub(crate) fn since(&self, version: u64) -> &[Change] {
        let first = self.log.partition_point(|change| change.version <= version);
        &self.log[first..]
    }

    /// The objects of a kind as they were at `version`.
    pub(crate) fn at(&self, kind: &Kind, version: u64) -> Table {
        let mut table = self.table(kind).clone();
        for change in self.since(version).iter().rev() {
            if change.kind == kind.id {
                let key = change.object().key();
                match &change.before {
                    Some(before) => table.insert(key, before.clone()),
                    None => table.remove(&key),
                };
            }
        }
        table
    }

    /// Whether a kind has changed after `version`.
    pub(crate) fn changed_since(&self, kind: &Kind, version: u64) -> bool {
        let mut changes = self.since(version).iter();
        changes.any(|change| change.kind == kind.id)
    }

    /// Stores an object at the next version, or at the version that it has when that is a later one.
    pub(crate) fn put(&mut self, kind: &Kind, object: Arc<Object>) -> Change {
        self.version = self.version.max(object.version);
        let before = self.slot(kind).insert(object.key(), object.clone());
        self.record(Change {
            version: object.version,
            kind: kind.id,
            before,
            now: Some(object),
            gone: None,
        })
    }

    /// Removes an object; `gone` is its last state at the version of the removal.
    pub(crate) fn remove(&mut self, kind: &Kind, gone: Arc<Object>) -> Change {
        self.version = self.version.max(gone.version);
        let before = self.slot(kind).remove(&gone.key());
        self.record(Change {
            version: gone.version,
            kind: kind.id,
            before,
            now: None,
            gone: Some(gone),
        })
    }

    fn record(&mut self, change: Change) -> Change {
        self.log.push(change.clone());
        change
    }

    fn slot(&mut self, kind: &Kind) -> &mut Table {
        if self.tables.len() <= kind.id {
            self.tables.resize_with(kind.id + 1, Table::new);
        }
        &mut self.tables[kind.id]
    }

    /// Forgets the history of the database.
    pub(crate) fn compact(&mut self) {
        self.compacted = self.version;
    }

    /// Starts the server's memory of recent events anew.
    pub(crate) fn forget_recent(&mut self) {
        self.cached_since = self.version;
    }

    /// Takes in many objects that were made before anybody looked: no history of them is kept.
    pub(crate) fn fill(&mut self, kind: &Kind, objects: impl IntoIterator<Item = Object>) {
        for object in objects {
            self.version = self.version.max(object.version);
            self.slot(kind).insert(object.key(), Arc::new(object));
        }
        self.compacted = self.version;
        self.cached_since = self.version;
    }
}
