//! BackupStorageLocations: validation, and the sync that brings in the backups of others.

use serde_json::Value;

use super::{
    super::{
        json::{put, take, text},
        world::World,
        write::{Author, create},
    },
    MANAGER, NAMESPACE, change, get, kind, next,
};

/// Milliseconds until a new location is validated.
const VALIDATE: i64 = 35;

pub(super) fn notice(world: &mut World, name: &str) {
    let name = name.to_owned();
    next(world, VALIDATE, move |world| validate(world, &name));
}

fn validate(world: &mut World, name: &str) {
    let Some(location) = get(world, "backupstoragelocations", name) else {
        return;
    };
    let bucket = text(&location, "/spec/objectStorage/bucket");
    let available = world.velero.store.has_bucket(bucket);
    let message = format!(
        "BackupStorageLocation {name:?} is unavailable: rpc error: code = Unknown desc = bucket {bucket:?} does not exist"
    );
    let now = world.stamp();
    change(world, "backupstoragelocations", name, |location| {
        put(location, &["status", "lastValidationTime"], now);
        if available {
            put(location, &["status", "phase"], "Available");
            take(location, &["status", "message"]);
        } else {
            put(location, &["status", "phase"], "Unavailable");
            put(location, &["status", "message"], message);
        }
    });
}

/// Validates every location, and syncs those that are available.
pub(super) fn round(world: &mut World) {
    let locations = world.all_in(&kind(world, "backupstoragelocations"), NAMESPACE);
    for location in &locations {
        let name = text(location, "/metadata/name");
        validate(world, name);
        let found = get(world, "backupstoragelocations", name);
        if found.is_some_and(|found| found["status"]["phase"] == "Available") {
            sync(world, location);
        }
    }
}

/// Makes the Backup objects of what is in the bucket, and drops those whose files are gone.
fn sync(world: &mut World, location: &Value) {
    let name = text(location, "/metadata/name");
    let folder = folder(location);
    let store = world.velero.store.clone();
    let paths = store.paths(&format!("{folder}backups/"));
    let mut present = Vec::new();
    for path in paths
        .iter()
        .filter(|path| path.ends_with("/velero-backup.json"))
    {
        let file = store.get(path).unwrap_or_default();
        let Ok(mut backup) = serde_json::from_slice::<Value>(&file) else {
            continue;
        };
        let own = text(&backup, "/metadata/name").to_owned();
        present.push(own.clone());
        if get(world, "backups", &own).is_some() {
            continue;
        }
        put(
            &mut backup,
            &["metadata", "labels", "velero.io/storage-location"],
            super::names::label(name),
        );
        put(&mut backup, &["spec", "storageLocation"], name);
        let backups = kind(world, "backups");
        // One that cannot be made is tried again at the next sync.
        drop(create(
            world,
            &backups,
            NAMESPACE,
            backup,
            &Author::of(MANAGER),
        ));
    }
    for backup in world.all_in(&kind(world, "backups"), NAMESPACE) {
        let own = text(&backup, "/metadata/name");
        let here = text(&backup, "/spec/storageLocation") == name;
        let completed = backup["status"]["phase"] == "Completed";
        if here && completed && !present.iter().any(|known| known == own) {
            let backups = kind(world, "backups");
            world.erase(&backups, NAMESPACE, own);
        }
    }
    let now = world.stamp();
    change(world, "backupstoragelocations", name, |location| {
        put(location, &["status", "lastSyncedTime"], now);
    });
}

/// `bucket/prefix/` of a location.
pub(super) fn folder(location: &Value) -> String {
    let bucket = text(location, "/spec/objectStorage/bucket");
    match text(location, "/spec/objectStorage/prefix") {
        "" => format!("{bucket}/"),
        prefix => format!("{bucket}/{}/", prefix.trim_matches('/')),
    }
}

/// The location that is used when a backup names none.
pub(super) fn default_name(world: &World) -> String {
    let locations = world.all_in(&kind(world, "backupstoragelocations"), NAMESPACE);
    let marked = locations
        .iter()
        .find(|location| location["spec"]["default"] == true);
    marked
        .map_or("default", |location| text(location, "/metadata/name"))
        .to_owned()
}

/// The folder of the location of a backup.
pub(super) fn folder_of_backup(world: &World, backup: &Value) -> Option<String> {
    let location = get(
        world,
        "backupstoragelocations",
        text(backup, "/spec/storageLocation"),
    )?;
    Some(folder(&location))
}
