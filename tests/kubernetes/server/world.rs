//! The state of the cluster, and the one way in which it changes.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    auth::People,
    clock::{Agenda, Appointment, Clock, Pace, Urgency},
    cluster::{self, Cluster},
    kinds::{Custom, Kind, Kinds},
    names::Names,
    store::{Change, Object, Store, watch::Watch},
    velero::{self, Velero},
};

/// Everything behind the server, under one lock.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) agenda: Agenda,
    pub(crate) kinds: Kinds,
    pub(crate) store: Store,
    pub(crate) names: Names,
    pub(crate) people: People,
    pub(crate) cluster: Cluster,
    pub(crate) velero: Velero,
    pub(crate) watches: BTreeMap<u64, Watch>,
    watches_opened: u64,
}

impl World {
    pub(crate) fn new(clock: Clock, people: People, cluster: Cluster, velero: Velero) -> Self {
        Self {
            clock,
            agenda: Agenda::default(),
            kinds: Kinds::default(),
            store: Store::default(),
            names: Names::default(),
            people,
            cluster,
            velero,
            watches: BTreeMap::new(),
            watches_opened: 0,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The time as objects have it: whole seconds.
    pub(crate) fn stamp(&self) -> String {
        seconds(self.now())
    }

    /// Does `job`, a step of the cluster's own work, in some milliseconds.
    pub(crate) fn after(
        &mut self,
        milliseconds: i64,
        job: impl FnOnce(&mut World) + Send + 'static,
    ) {
        let at = self.now() + SignedDuration::from_millis(milliseconds);
        self.agenda.add(at, Urgency::Work, job);
    }

    /// Does `job`, a step of the cluster's own work, at a time, unless it is cancelled.
    pub(crate) fn appoint(
        &mut self,
        at: Timestamp,
        job: impl FnOnce(&mut World) + Send + 'static,
    ) -> Appointment {
        self.agenda.add(at, Urgency::Work, job)
    }

    /// Does `job` when time has passed of itself.
    pub(crate) fn timer(&mut self, at: Timestamp, job: impl FnOnce(&mut World) + Send + 'static) {
        self.agenda.add(at, Urgency::Timer, job);
    }

    /// Does what is due, and gives the time until the next job.
    pub(crate) fn catch_up(&mut self) -> Option<SignedDuration> {
        while self.clock.pace() == Pace::Leaping
            && let Some(next) = self.agenda.next_work()
        {
            self.run_until(next);
        }
        self.run_until(self.now());
        // What was done meanwhile may have taken until the next job was due.
        let wait = self.agenda.next()?.duration_since(self.now());
        Some(wait.max(SignedDuration::ZERO))
    }

    /// Moves the time to `until`, and does everything on the way when it is due.
    pub(crate) fn run_until(&mut self, until: Timestamp) {
        while let Some((at, job)) = self.agenda.take(until) {
            self.clock.advance_to(at);
            job(self);
        }
        self.clock.advance_to(until);
    }

    /// The kind of a group that is known to be served.
    pub(crate) fn kind(&self, group: &str, plural: &str) -> Arc<Kind> {
        self.kinds.get(group, plural)
    }

    /// One object, as JSON.
    pub(crate) fn get(&self, kind: &Kind, namespace: &str, name: &str) -> Option<Value> {
        let object = self.store.get(kind, namespace, name)?;
        Some(object.value(kind))
    }

    /// All objects of a kind, in the order of lists.
    pub(crate) fn all(&self, kind: &Kind) -> Vec<Value> {
        let objects = self.store.table(kind).values();
        objects.map(|object| object.value(kind)).collect()
    }

    /// All objects of a kind in one namespace.
    pub(crate) fn all_in(&self, kind: &Kind, namespace: &str) -> Vec<Value> {
        let objects = self.store.table(kind).values();
        objects
            .filter(|object| *object.namespace == *namespace)
            .map(|object| object.value(kind))
            .collect()
    }

    /// Stores `value` at the next version and lets everybody know.
    pub(crate) fn save(&mut self, kind: &Arc<Kind>, value: Value) -> Arc<Object> {
        let version = self.store.version() + 1;
        let object = Arc::new(Object::new(kind, value, version));
        let change = self.store.put(kind, object.clone());
        self.tell(&change);
        object
    }

    /// Stores an object at a version of its own, in the history of another server.
    pub(crate) fn restore(&mut self, kind: &Arc<Kind>, object: Object) {
        let change = self.store.put(kind, Arc::new(object));
        self.tell(&change);
    }

    /// Removes an object; its last state, at the version of the removal, is given back.
    pub(crate) fn erase(
        &mut self,
        kind: &Arc<Kind>,
        namespace: &str,
        name: &str,
    ) -> Option<Arc<Object>> {
        let last = self.get(kind, namespace, name)?;
        let version = self.store.version() + 1;
        let gone = Arc::new(Object::new(kind, last, version));
        let change = self.store.remove(kind, gone.clone());
        self.tell(&change);
        Some(gone)
    }

    /// Lets watches and controllers know of a change.
    fn tell(&mut self, change: &Change) {
        let now = self.now();
        self.watches.retain(|_, watch| match watch.line(change) {
            Some(line) => {
                watch.sent.push(now);
                watch.lines.send(line).is_ok()
            }
            None => !watch.lines.is_closed(),
        });
        cluster::notice(self, change);
        velero::notice(self, change);
    }

    /// Serves a custom kind, with its `CustomResourceDefinition` among the objects.
    pub(crate) fn define(&mut self, custom: &Custom) -> Arc<Kind> {
        self.kinds.define(custom)
    }

    /// Opens a watch; the answer is its number.
    pub(crate) fn open(&mut self, watch: Watch) -> u64 {
        self.watches_opened += 1;
        self.watches.insert(self.watches_opened, watch);
        self.watches_opened
    }
}

/// RFC 3339 in whole seconds.
pub(crate) fn seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// RFC 3339 in microseconds, as `MicroTime` has it.
pub(crate) fn micros(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
