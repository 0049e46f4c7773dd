//! The bucket of the simulated organization: conditional writes, versions, a clock of its own.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::provider::{Object, Put, When};

/// Every object by its key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Bucket {
    objects: BTreeMap<String, Stored>,
    /// Writes so far: no two versions are named alike.
    writes: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stored {
    body: Vec<u8>,
    version: String,
    modified: Timestamp,
}

impl Bucket {
    pub(super) fn get(&self, key: &str, now: Timestamp) -> Option<Object> {
        let stored = self.objects.get(key)?.clone();
        Some(Object {
            body: stored.body,
            version: stored.version,
            modified: stored.modified,
            read: now,
        })
    }

    pub(super) fn put(&mut self, key: &str, body: Vec<u8>, when: &When, now: Timestamp) -> Put {
        let there = self.objects.get(key).map(|stored| stored.version.as_str());
        let holds = match when {
            When::Absent => there.is_none(),
            When::Is(version) => there == Some(version),
        };
        if !holds {
            return Put::Lost;
        }
        self.writes += 1;
        let version = format!("\"{}\"", self.writes);
        let stored = Stored {
            body,
            version: version.clone(),
            modified: now,
        };
        self.objects.insert(key.into(), stored);
        Put::Done(version)
    }

    pub(super) fn delete(&mut self, key: &str, version: &str) -> Put {
        match self.objects.get(key) {
            Some(stored) if stored.version == version => {
                self.objects.remove(key);
                Put::Done(String::new())
            }
            _ => Put::Lost,
        }
    }

    pub(super) fn list(&self, prefix: &str, after: &str) -> Vec<String> {
        let keys = self.objects.keys();
        let wanted = |key: &&String| key.starts_with(prefix) && key.as_str() > after;
        keys.filter(wanted).cloned().collect()
    }
}
