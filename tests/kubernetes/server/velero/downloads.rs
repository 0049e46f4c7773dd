//! DownloadRequests: a URL for a file of a backup or a restore.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    super::{json::text, world::World},
    NAMESPACE, change, get, kind,
    locations::folder_of_backup,
    names, next,
    server::expiry,
};

/// Milliseconds until a request is answered.
const ANSWER: i64 = 35;
/// Seconds for which a URL and its request are good.
const KEPT: i64 = 10 * 60;

pub(super) fn notice(world: &mut World, name: &str) {
    let name = name.to_owned();
    next(world, ANSWER, move |world| answer(world, &name));
}

/// A request for what is not there gets no URL, and no word about it.
fn answer(world: &mut World, name: &str) {
    let Some(request) = get(world, "downloadrequests", name) else {
        return;
    };
    let expiration = expiry(world, KEPT);
    let url = url(
        world,
        text(&request, "/spec/target/kind"),
        text(&request, "/spec/target/name"),
        &expiration,
    );
    change(world, "downloadrequests", name, |request| {
        request["status"] = json!({"expiration": expiration});
        if let Some(url) = url {
            request["status"]["phase"] = "Processed".into();
            request["status"]["downloadURL"] = url.into();
        }
    });
    let name = name.to_owned();
    let end = world.now() + SignedDuration::from_secs(KEPT);
    world.timer(end, move |world| {
        let requests = kind(world, "downloadrequests");
        world.erase(&requests, NAMESPACE, &name);
    });
}

fn url(world: &World, target: &str, name: &str, expiration: &str) -> Option<String> {
    let backup = if target.starts_with("Restore") {
        let restore = get(world, "restores", name)?;
        text(&restore, "/spec/backupName").to_owned()
    } else {
        name.to_owned()
    };
    let backup = get(world, "backups", &backup)?;
    let folder = folder_of_backup(world, &backup)?;
    let file = names::file(target, name)?;
    let expires: Timestamp = expiration.parse().ok()?;
    let base = &world.velero.base;
    Some(format!(
        "{base}/{folder}{file}?expires={}",
        expires.as_second()
    ))
}
