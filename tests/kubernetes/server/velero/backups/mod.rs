//! Backups, one at a time.

mod collect;
mod files;
mod run;
mod validate;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    super::{
        json::{default, put, take, text},
        world::{World, seconds},
        write::{Author, create},
    },
    MANAGER, NAMESPACE, change, get, kind, locations, names, next,
};

pub(super) use validate::{both_selectors, lists};

/// Milliseconds until the next backup is taken up.
const TAKE_UP: i64 = 6;
const CONTROLLER: &str = "backups";

/// Has the next backup that waits taken up, unless one is under way.
pub(super) fn enqueue(world: &mut World) {
    if !world.velero.busy.insert(CONTROLLER) {
        return;
    }
    next(world, TAKE_UP, |world| {
        world.velero.busy.remove(CONTROLLER);
        if let Some(name) = first_waiting(world) {
            take_up(world, &name);
        }
    });
}

fn first_waiting(world: &World) -> Option<String> {
    let mut waiting = world.all_in(&kind(world, "backups"), NAMESPACE);
    waiting.retain(|backup| backup.get("status").is_none());
    let version = |backup: &Value| -> u64 {
        text(backup, "/metadata/resourceVersion")
            .parse()
            .unwrap_or_default()
    };
    let first = waiting.iter().min_by_key(|backup| version(backup))?;
    Some(text(first, "/metadata/name").to_owned())
}

/// Validates a backup and begins with it.
fn take_up(world: &mut World, name: &str) {
    let Some(backup) = get(world, "backups", name) else {
        return enqueue(world);
    };
    let prepared = prepare(world, &backup);
    let failed = prepared["status"]["phase"] == "FailedValidation";
    change(world, "backups", name, |backup| *backup = prepared);
    if failed {
        enqueue(world);
    } else {
        world.velero.busy.insert(CONTROLLER);
        run::begin(world, name);
    }
}

/// One backup is done: the next may begin.
fn done(world: &mut World) {
    world.velero.busy.remove(CONTROLLER);
    enqueue(world);
}

/// What the server fills into a backup before it begins.
fn prepare(world: &World, backup: &Value) -> Value {
    let mut backup = backup.clone();
    let errors = validate::errors(world, &backup);
    let location = match text(&backup, "/spec/storageLocation") {
        "" => locations::default_name(world),
        name => name.to_owned(),
    };
    let spec = &mut backup["spec"];
    for (field, usual) in [
        ("csiSnapshotTimeout", "10m0s"),
        ("itemOperationTimeout", "4h0m0s"),
    ] {
        if matches!(text(spec, &format!("/{field}")), "" | "0s") {
            put(spec, &[field], usual);
        }
    }
    default(spec, &["defaultVolumesToFsBackup"], false);
    default(spec, &["snapshotMoveData"], false);
    default(spec, &["ttl"], "720h0m0s");
    put(spec, &["storageLocation"], location.clone());
    let life = text(&backup, "/spec/ttl")
        .parse()
        .unwrap_or(SignedDuration::from_hours(720));
    let metadata = &mut backup["metadata"];
    put(
        metadata,
        &["labels", "velero.io/storage-location"],
        names::label(&location),
    );
    for (annotation, value) in [
        ("velero.io/resource-timeout", "10m0s"),
        ("velero.io/source-cluster-k8s-gitversion", "v1.36.2"),
        ("velero.io/source-cluster-k8s-major-version", "1"),
        ("velero.io/source-cluster-k8s-minor-version", "36"),
    ] {
        put(metadata, &["annotations", annotation], value);
    }
    let mut status = json!({
        "version": 1,
        "formatVersion": "1.1.0",
        "expiration": seconds(world.now() + life),
    });
    if errors.is_empty() {
        status["phase"] = "InProgress".into();
        status["startTimestamp"] = world.stamp().into();
    } else {
        status["phase"] = "FailedValidation".into();
        status["validationErrors"] = errors.into();
    }
    backup["status"] = status;
    backup
}

/// Asks for the deletion of backups that are past their time.
pub(super) fn expire(world: &mut World) {
    for backup in world.all_in(&kind(world, "backups"), NAMESPACE) {
        let expiration: Option<Timestamp> = text(&backup, "/status/expiration").parse().ok();
        let location = text(&backup, "/spec/storageLocation");
        let location = get(world, "backupstoragelocations", location);
        let read_only = location.is_none_or(|found| found["spec"]["accessMode"] == "ReadOnly");
        let deleting = backup["status"]["phase"] == "Deleting";
        if expiration.is_none_or(|at| at > world.now()) || read_only || deleting {
            continue;
        }
        let name = text(&backup, "/metadata/name");
        let request = json!({
            "metadata": {
                "generateName": format!("{name}-"),
                "labels": {
                    "velero.io/backup-name": names::label(name),
                    "velero.io/backup-uid": backup["metadata"]["uid"],
                },
            },
            "spec": {"backupName": name},
        });
        let requests = kind(world, "deletebackuprequests");
        drop(create(
            world,
            &requests,
            NAMESPACE,
            request,
            &Author::of(MANAGER),
        ));
    }
}

/// The objects of a list by their type, as resource lists have them.
type ByType = BTreeMap<String, Vec<String>>;

/// Takes away what only the server that a backup was made on knows.
fn for_the_bucket(backup: &Value) -> Value {
    let mut backup = backup.clone();
    for field in ["uid", "resourceVersion", "generation", "managedFields"] {
        take(&mut backup, &["metadata", field]);
    }
    backup
}
