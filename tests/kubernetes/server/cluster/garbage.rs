//! The garbage collector: dependents go with their owner, or before it in the foreground.

use std::sync::Arc;

use serde_json::Value;

use super::super::{
    json::{list, text, texts},
    kinds::Kind,
    store::Change,
    world::World,
    write::{Author, DeleteOptions, delete, drop_finalizer, edit},
};

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";
/// Milliseconds until the collector acts.
const ACT: i64 = 5;
/// Milliseconds between the dependents that it deletes.
const BETWEEN: i64 = 8;
/// Milliseconds until an owner goes once its last dependent is gone.
const RELEASE: i64 = 29;

/// A dependent: its kind, namespace and name.
type Dependent = (Arc<Kind>, String, String);

pub(super) fn notice(world: &mut World, kind: &Arc<Kind>, change: &Change) {
    let object = change.object().clone();
    if change.now.is_none() {
        let uid = object.uid.to_string();
        world.after(ACT, move |world| collect(world, &uid));
        // Its owner may have waited for it.
        let owners = object.value(kind);
        for owner in list(&owners, "/metadata/ownerReferences") {
            let found = world
                .kinds
                .named(text(owner, "/apiVersion"), text(owner, "/kind"));
            if let Some(found) = found {
                let namespace = object.namespace.to_string();
                let name = text(owner, "/name").to_owned();
                world.after(RELEASE, move |world| {
                    release(world, &found, &namespace, &name);
                });
            }
        }
        return;
    }
    let value = object.value(kind);
    let finalizers = texts(&value, "/metadata/finalizers");
    let begun = change
        .before
        .as_ref()
        .is_some_and(|before| text(&before.value(kind), "/metadata/deletionTimestamp").is_empty());
    if !begun || text(&value, "/metadata/deletionTimestamp").is_empty() {
        return;
    }
    let (kind, uid) = (kind.clone(), object.uid.to_string());
    let (namespace, name) = (object.namespace.to_string(), object.name.to_string());
    if finalizers.iter().any(|finalizer| finalizer == FOREGROUND) {
        world.after(ACT, move |world| {
            foreground(world, &kind, &namespace, &name, &uid);
        });
    } else if finalizers.iter().any(|finalizer| finalizer == ORPHAN) {
        world.after(ACT, move |world| {
            orphan(world, &kind, &namespace, &name, &uid);
        });
    }
}

/// Everything that names `uid` as its owner.
fn dependents(world: &World, uid: &str) -> Vec<Dependent> {
    let mut found = Vec::new();
    for kind in world.kinds.all() {
        for object in world.store.table(kind).values() {
            if object.mentions(uid) && *object.uid != *uid && owned(&object.value(kind), uid) {
                let (namespace, name) = (object.namespace.to_string(), object.name.to_string());
                found.push((kind.clone(), namespace, name));
            }
        }
    }
    found
}

fn owned(object: &Value, uid: &str) -> bool {
    let owners = list(object, "/metadata/ownerReferences");
    owners.iter().any(|owner| text(owner, "/uid") == uid)
}

/// The owner is gone: so are its dependents, unless they have another.
fn collect(world: &mut World, uid: &str) {
    for (kind, namespace, name) in dependents(world, uid) {
        let alone = world
            .get(&kind, &namespace, &name)
            .is_some_and(|object| list(&object, "/metadata/ownerReferences").len() == 1);
        if alone {
            let options = DeleteOptions::propagating("Background");
            drop(delete(world, &kind, &namespace, &name, &options));
        }
    }
}

/// Deletes the dependents one by one; the owner ends after the last of them.
fn foreground(world: &mut World, kind: &Arc<Kind>, namespace: &str, name: &str, uid: &str) {
    let found = dependents(world, uid);
    if found.is_empty() {
        release(world, kind, namespace, name);
    }
    for (place, (kind, namespace, name)) in (0..).zip(found) {
        world.after(place * BETWEEN, move |world| {
            let propagation = if kind.is("", "pods") {
                "Background"
            } else {
                "Foreground"
            };
            let options = DeleteOptions::propagating(propagation);
            drop(delete(world, &kind, &namespace, &name, &options));
        });
    }
}

/// Takes the finalizer of the collector away once nothing depends on the object.
fn release(world: &mut World, kind: &Arc<Kind>, namespace: &str, name: &str) {
    let Some(object) = world.get(kind, namespace, name) else {
        return;
    };
    let waits = texts(&object, "/metadata/finalizers")
        .iter()
        .any(|one| one == FOREGROUND);
    if waits && dependents(world, text(&object, "/metadata/uid")).is_empty() {
        edit(world, kind, namespace, name, &Author::default(), |object| {
            drop_finalizer(object, FOREGROUND);
        });
    }
}

fn orphan(world: &mut World, kind: &Arc<Kind>, namespace: &str, name: &str, uid: &str) {
    for (kind, namespace, name) in dependents(world, uid) {
        edit(
            world,
            &kind,
            &namespace,
            &name,
            &Author::default(),
            |object| {
                let owners = object["metadata"]["ownerReferences"].as_array_mut();
                if let Some(owners) = owners {
                    owners.retain(|owner| text(owner, "/uid") != uid);
                }
            },
        );
    }
    edit(world, kind, namespace, name, &Author::default(), |object| {
        drop_finalizer(object, ORPHAN);
    });
}
