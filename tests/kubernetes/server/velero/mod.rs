//! A Velero that behaves as the recorded one (between 1.15 and 1.16): phases, warnings, texts, traps.
//!
//! Annotations on ConfigMaps make items misbehave, as a plugin in the recorded cluster did:
//! `example.io/backup` and `example.io/restore`, with `sleep SECONDS`, `fail TEXT`, `async SECONDS`
//! or `async-fail SECONDS`.

mod archive;
mod backups;
mod cron;
mod definitions;
mod deletions;
mod downloads;
mod locations;
mod names;
mod plugin;
mod restores;
mod schedules;
mod server;
mod store;

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;

pub(crate) use server::{install, start, stop};
pub(crate) use store::{ObjectStore, decompress};

use super::{
    json::text,
    kinds::Kind,
    store::Change,
    world::World,
    write::{Author, edit},
};

const GROUP: &str = "velero.io";
const NAMESPACE: &str = "velero";
const MANAGER: &str = "velero-server";

/// The state of Velero beside its objects.
pub(crate) struct Velero {
    running: bool,
    /// How often it was stopped: what was under way before goes no further.
    stops: u32,
    store: ObjectStore,
    /// Where download URLs point.
    base: String,
    /// Whether there is an answer at those URLs.
    pub(crate) downloads_answer: bool,
    /// Newer releases refuse backups to a location that is not available; the recorded one did not.
    pub(crate) refuses_unavailable: bool,
    /// Controllers that are at work on one object and leave the others waiting.
    busy: BTreeSet<&'static str>,
}

impl Velero {
    pub(crate) fn new(installed: bool, store: ObjectStore, base: String) -> Self {
        Self {
            running: installed,
            stops: 0,
            store,
            base,
            downloads_answer: true,
            refuses_unavailable: false,
            busy: BTreeSet::new(),
        }
    }

    pub(crate) fn store(&self) -> &ObjectStore {
        &self.store
    }
}

/// Hears of a change to one of Velero's objects.
pub(crate) fn notice(world: &mut World, change: &Change) {
    if !world.velero.running {
        return;
    }
    let kind = world.kinds.all()[change.kind].clone();
    let Some(now) = change.now.as_ref().filter(|_| kind.group == GROUP) else {
        return;
    };
    let object = now.value(&kind);
    let is_new = change.before.is_none();
    react(world, &kind.plural, &object, is_new);
}

/// Sets to work on an object of a kind.
fn react(world: &mut World, plural: &str, object: &Value, is_new: bool) {
    let name = text(object, "/metadata/name").to_owned();
    let untouched = object.get("status").is_none();
    match plural {
        "backups" if is_new && untouched => backups::enqueue(world),
        "restores" if is_new && untouched => restores::enqueue(world),
        "restores" if is_ending(object) => restores::end(world, &name),
        "schedules" if is_new || untouched => schedules::notice(world, &name),
        "backupstoragelocations" if is_new => locations::notice(world, &name),
        "downloadrequests" if is_new => downloads::notice(world, &name),
        "deletebackuprequests" if is_new => deletions::notice(world, &name),
        "serverstatusrequests" if is_new => server::report(world, &name),
        _ => {}
    }
}

fn is_ending(object: &Value) -> bool {
    !text(object, "/metadata/deletionTimestamp").is_empty()
}

fn kind(world: &World, plural: &str) -> Arc<Kind> {
    world.kind(GROUP, plural)
}

fn get(world: &World, plural: &str, name: &str) -> Option<Value> {
    world.get(&kind(world, plural), NAMESPACE, name)
}

/// Changes one of Velero's objects, as Velero.
fn change(
    world: &mut World,
    plural: &str,
    name: &str,
    change: impl FnOnce(&mut Value),
) -> Option<Value> {
    let kind = kind(world, plural);
    edit(world, &kind, NAMESPACE, name, &Author::of(MANAGER), change)
}

/// Does the next step in some milliseconds, unless Velero is stopped before.
fn next(world: &mut World, milliseconds: i64, step: impl FnOnce(&mut World) + Send + 'static) {
    let stops = world.velero.stops;
    world.after(milliseconds, move |world| {
        if world.velero.running && world.velero.stops == stops {
            step(world);
        }
    });
}
