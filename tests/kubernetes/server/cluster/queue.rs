//! The work queues of controllers: one entry for each object, however often it is named.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::super::{clock::Appointment, world::World};

/// The objects that wait for their controller.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: BTreeSet<(&'static str, String, String)>,
    /// By namespace and name.
    deadlines: BTreeMap<(String, String), Appointment>,
}

/// Has `sync` look at an object when its deadline is over, unless that is called off.
pub(super) fn set_deadline(
    world: &mut World,
    milliseconds: i64,
    namespace: &str,
    name: &str,
    sync: fn(&mut World, &str, &str),
) {
    call_off(world, namespace, name);
    let entry = (namespace.to_owned(), name.to_owned());
    let key = entry.clone();
    let at = world.now() + SignedDuration::from_millis(milliseconds);
    let appointment = world.appoint(at, move |world| {
        world.cluster.queue.deadlines.remove(&entry);
        sync(world, &entry.0, &entry.1);
    });
    world.cluster.queue.deadlines.insert(key, appointment);
}

/// Takes a deadline off the agenda: a clock that leaps from work to work would leap to it.
pub(super) fn call_off(world: &mut World, namespace: &str, name: &str) {
    let entry = (namespace.to_owned(), name.to_owned());
    if let Some(appointment) = world.cluster.queue.deadlines.remove(&entry) {
        world.agenda.cancel(appointment);
    }
}

/// Has `sync` look at an object in some milliseconds, once.
pub(crate) fn enqueue(
    world: &mut World,
    controller: &'static str,
    milliseconds: i64,
    namespace: &str,
    name: &str,
    sync: fn(&mut World, &str, &str),
) {
    let entry = (controller, namespace.to_owned(), name.to_owned());
    if !world.cluster.queue.waiting.insert(entry.clone()) {
        return;
    }
    world.after(milliseconds, move |world| {
        world.cluster.queue.waiting.remove(&entry);
        sync(world, &entry.1, &entry.2);
    });
}
