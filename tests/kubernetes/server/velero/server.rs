//! The server of Velero: installing it, stopping it, starting it again.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    super::{
        fixtures,
        json::text,
        world::{World, seconds},
        write::{Author, create},
    },
    NAMESPACE, backups, change, definitions, kind, locations, next, react, schedules,
};

/// Milliseconds until a restarted server looks at what it left behind.
const START: i64 = 60;
/// Milliseconds until a request for its status is answered.
const REPORT: i64 = 10;
/// Seconds for which such a request is kept.
const KEPT: i64 = 60;
/// Seconds between the rounds of what happens in rounds: schedules, validation and sync of locations.
const ROUND: i64 = 60;

/// Defines the kinds of Velero and starts it.
pub(crate) fn install(world: &mut World) {
    for custom in definitions::all() {
        fixtures::define(world, &custom);
    }
    let namespaces = world.kind("", "namespaces");
    let namespace = json!({"metadata": {"name": NAMESPACE}});
    let author = Author::of("installer");
    create(world, &namespaces, "", namespace, &author).expect("a new namespace");
    rounds(world);
}

/// Velero is gone: what was under way stays as it is.
pub(crate) fn stop(world: &mut World) {
    world.velero.running = false;
    world.velero.stops += 1;
    world.velero.busy.clear();
}

/// Velero is back: what was under way has failed, what waited is done.
pub(crate) fn start(world: &mut World) {
    world.velero.running = true;
    next(world, START, |world| {
        for (plural, singular) in [("backups", "backup"), ("restores", "restore")] {
            for object in all(world, plural) {
                if object["status"]["phase"] == "InProgress" {
                    fail(world, plural, singular, text(&object, "/metadata/name"));
                }
            }
        }
        for plural in [
            "backupstoragelocations",
            "schedules",
            "backups",
            "restores",
            "downloadrequests",
            "deletebackuprequests",
            "serverstatusrequests",
        ] {
            for object in all(world, plural) {
                if object.get("status").is_none() {
                    react(world, plural, &object, true);
                }
            }
        }
    });
    rounds(world);
}

fn all(world: &World, plural: &str) -> Vec<Value> {
    world.all_in(&kind(world, plural), NAMESPACE)
}

fn fail(world: &mut World, plural: &str, singular: &str, name: &str) {
    let now = world.stamp();
    change(world, plural, name, |object| {
        let reason = format!(
            "found a {singular} with status \"InProgress\" during the server starting, mark it as \"Failed\""
        );
        object["status"]["phase"] = "Failed".into();
        object["status"]["failureReason"] = reason.into();
        object["status"]["completionTimestamp"] = now.into();
    });
}

/// What is done once a minute from the start on.
fn rounds(world: &mut World) {
    let stops = world.velero.stops;
    let at = world.now() + SignedDuration::from_secs(ROUND);
    world.timer(at, move |world| {
        if world.velero.running && world.velero.stops == stops {
            locations::round(world);
            schedules::round(world);
            backups::expire(world);
            rounds(world);
        }
    });
}

/// Answers a request for the version and the plugins.
pub(super) fn report(world: &mut World, name: &str) {
    let name = name.to_owned();
    next(world, REPORT, move |world| {
        let now = world.stamp();
        let plugins: Vec<Value> = PLUGINS
            .iter()
            .map(|(kind, name)| json!({"kind": kind, "name": name}))
            .collect();
        change(world, "serverstatusrequests", &name, |request| {
            request["status"] = json!({
                "phase": "Processed",
                "plugins": plugins,
                "processedTimestamp": now,
                "serverVersion": "v1.16.0-dev",
            });
        });
        let end = world.now() + SignedDuration::from_secs(KEPT);
        world.timer(end, move |world| {
            let requests = kind(world, "serverstatusrequests");
            world.erase(&requests, NAMESPACE, &name);
        });
    });
}

const PLUGINS: &[(&str, &str)] = &[
    ("BackupItemAction", "velero.io/crd-remap-version"),
    ("BackupItemAction", "velero.io/pod"),
    ("BackupItemAction", "velero.io/pv"),
    ("BackupItemAction", "velero.io/service-account"),
    ("BackupItemActionV2", "example.io/async"),
    ("RestoreItemActionV2", "example.io/async"),
    ("ObjectStore", "example.io/fs"),
];

/// The time at which what is made now and kept for some seconds is to go.
pub(super) fn expiry(world: &World, kept: i64) -> String {
    seconds(world.now() + SignedDuration::from_secs(kept))
}
