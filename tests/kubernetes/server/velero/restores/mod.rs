//! Restores, one at a time.

mod items;
mod log;
mod reset;
mod results;
mod run;
mod validate;

use serde_json::Value;

use super::{
    super::{
        json::{put, text, texts},
        world::World,
        write::drop_finalizer,
    },
    NAMESPACE, change, get, is_ending, kind,
    locations::folder_of_backup,
    names, next,
};

const CONTROLLER: &str = "restores";
const FINALIZER: &str = "restores.velero.io/external-resources-finalizer";
/// Milliseconds until the next restore is taken up.
const TAKE_UP: i64 = 5;
/// Milliseconds until the files of a restore that goes away are deleted.
const DELETE: i64 = 160;

/// What is never restored.
const NEVER: &[&str] = &[
    "nodes",
    "events",
    "events.events.k8s.io",
    "backups.velero.io",
    "restores.velero.io",
    "resticrepositories.velero.io",
    "csinodes.storage.k8s.io",
    "volumeattachments.storage.k8s.io",
    "backuprepositories.velero.io",
];

/// Has the next restore that waits taken up, unless one is under way.
pub(super) fn enqueue(world: &mut World) {
    if !world.velero.busy.insert(CONTROLLER) {
        return;
    }
    next(world, TAKE_UP, |world| {
        world.velero.busy.remove(CONTROLLER);
        let Some(name) = first_waiting(world) else {
            return;
        };
        world.velero.busy.insert(CONTROLLER);
        change(world, "restores", &name, |restore| {
            let mut finalizers = texts(restore, "/metadata/finalizers");
            finalizers.push(FINALIZER.into());
            finalizers.dedup();
            put(restore, &["metadata", "finalizers"], finalizers);
        });
        next(world, TAKE_UP, move |world| take_up(world, &name));
    });
}

fn first_waiting(world: &World) -> Option<String> {
    let mut waiting = world.all_in(&kind(world, "restores"), NAMESPACE);
    waiting.retain(|restore| restore.get("status").is_none() && !is_ending(restore));
    let version = |restore: &Value| -> u64 {
        text(restore, "/metadata/resourceVersion")
            .parse()
            .unwrap_or_default()
    };
    let first = waiting.iter().min_by_key(|restore| version(restore))?;
    Some(text(first, "/metadata/name").to_owned())
}

/// One restore is done: the next may begin.
fn done(world: &mut World) {
    world.velero.busy.remove(CONTROLLER);
    enqueue(world);
}

/// Validates a restore and begins with it.
fn take_up(world: &mut World, name: &str) {
    let Some(restore) = get(world, "restores", name) else {
        return done(world);
    };
    let (backup, errors) = validate::validate(world, &restore);
    let failed = !errors.is_empty();
    let now = world.stamp();
    change(world, "restores", name, |restore| {
        let spec = &mut restore["spec"];
        let mut excluded = texts(spec, "/excludedResources");
        let own = excluded.clone();
        excluded.extend(
            NEVER
                .iter()
                .filter(|name| !own.iter().any(|own| own == *name))
                .map(|name| (*name).into()),
        );
        put(spec, &["excludedResources"], excluded);
        if matches!(text(spec, "/itemOperationTimeout"), "" | "0s") {
            put(spec, &["itemOperationTimeout"], "4h0m0s");
        }
        if failed {
            put(restore, &["status", "phase"], "FailedValidation");
            put(restore, &["status", "validationErrors"], errors);
        } else {
            put(spec, &["backupName"], backup.clone());
            put(restore, &["status", "phase"], "InProgress");
            put(restore, &["status", "startTimestamp"], now);
        }
    });
    if failed {
        done(world);
    } else {
        run::begin(world, name, &backup);
    }
}

/// A restore goes away: its files do first.
pub(super) fn end(world: &mut World, name: &str) {
    let name = name.to_owned();
    next(world, DELETE, move |world| {
        let Some(restore) = get(world, "restores", &name) else {
            return;
        };
        let backup = get(world, "backups", text(&restore, "/spec/backupName"));
        if let Some(folder) = backup.and_then(|backup| folder_of_backup(world, &backup)) {
            let own = names::restore_folder(&name);
            world.velero.store.delete(&format!("{folder}{own}"));
        }
        change(world, "restores", &name, |restore| {
            drop_finalizer(restore, FINALIZER);
        });
    });
}
