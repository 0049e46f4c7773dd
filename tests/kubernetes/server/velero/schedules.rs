//! Schedules.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    super::{
        json::{default, text},
        world::World,
        write::{Author, create},
    },
    MANAGER, NAMESPACE, change,
    cron::Cron,
    get, kind, names, next,
};

/// Milliseconds until a new schedule is validated.
const VALIDATE: i64 = 6;

pub(super) fn notice(world: &mut World, name: &str) {
    let name = name.to_owned();
    next(world, VALIDATE, move |world| validate(world, &name));
}

/// A paused schedule is not even looked at.
fn validate(world: &mut World, name: &str) {
    let Some(schedule) = get(world, "schedules", name) else {
        return;
    };
    if schedule["spec"]["paused"] == true {
        return;
    }
    let parsed = Cron::parse(text(&schedule, "/spec/schedule"));
    change(world, "schedules", name, |schedule| {
        default(schedule, &["spec", "skipImmediately"], false);
        match parsed {
            Ok(_) => schedule["status"] = json!({"phase": "Enabled"}),
            Err(why) => {
                schedule["status"] = json!({
                    "phase": "FailedValidation",
                    "validationErrors": [format!("invalid schedule: {why}")],
                });
            }
        }
    });
}

/// Fires the schedules that are due.
pub(super) fn round(world: &mut World) {
    for schedule in world.all_in(&kind(world, "schedules"), NAMESPACE) {
        let enabled = schedule["status"]["phase"] == "Enabled";
        if enabled && schedule["spec"]["paused"] != true && is_due(world, &schedule) {
            fire(world, &schedule);
        }
    }
}

fn is_due(world: &World, schedule: &Value) -> bool {
    let last = match text(schedule, "/status/lastBackup") {
        "" => text(schedule, "/metadata/creationTimestamp"),
        last => last,
    };
    let last: Option<Timestamp> = last.parse().ok();
    let cron = Cron::parse(text(schedule, "/spec/schedule")).ok();
    let due = cron.zip(last).map(|(cron, last)| cron.next(last));
    due.is_some_and(|due| due <= world.now())
}

/// Makes the backup of a schedule.
fn fire(world: &mut World, schedule: &Value) {
    let name = text(schedule, "/metadata/name");
    let stamp = world.now().strftime("%Y%m%d%H%M%S").to_string();
    let mut labels = json!({"velero.io/schedule-name": names::label(name)});
    let template = schedule["metadata"]["labels"].as_object();
    for (label, value) in template.into_iter().flatten() {
        default(&mut labels, &[label], value.clone());
    }
    let backup = json!({
        "metadata": {"name": format!("{name}-{stamp}"), "labels": labels},
        "spec": schedule["spec"]["template"],
    });
    let backups = kind(world, "backups");
    // One of this second is there already.
    drop(create(
        world,
        &backups,
        NAMESPACE,
        backup,
        &Author::of(MANAGER),
    ));
    let now = world.stamp();
    change(world, "schedules", name, |schedule| {
        schedule["status"]["lastBackup"] = now.into();
    });
}
