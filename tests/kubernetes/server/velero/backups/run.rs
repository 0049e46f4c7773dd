//! The course of a backup.

use serde_json::{Value, json};

use super::super::{
    super::world::World,
    archive::Item,
    change, get, next,
    plugin::{Action, action},
};

/// Milliseconds until the items are counted.
const COUNT: i64 = 290;
/// Milliseconds that items take.
const ITEMS: i64 = 25;
/// Milliseconds that a backup with pods takes longer.
const PODS: i64 = 5_000;
/// Milliseconds between the other steps.
const STEP: i64 = 40;
/// Milliseconds to finalize after asynchronous operations.
const FINALIZE: i64 = 155;

/// What became of the items.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) errors: Vec<String>,
    /// How long the longest asynchronous operation goes on.
    wait: i64,
    operations: i64,
    failing: i64,
}

pub(super) fn begin(world: &mut World, name: &str) {
    let name = name.to_owned();
    next(world, COUNT, move |world| {
        let Some(backup) = get(world, "backups", &name) else {
            return super::done(world);
        };
        let items = super::collect::items(world, &backup);
        change(world, "backups", &name, |backup| {
            backup["status"]["progress"] = json!({"totalItems": items.len()});
        });
        let (outcome, time) = work(&items);
        next(world, time, move |world| {
            backed_up(world, &name, items, outcome);
        });
    });
}

/// What the actions do with the items, and how long it takes.
fn work(items: &[Item]) -> (Outcome, i64) {
    let mut outcome = Outcome::default();
    let mut time = ITEMS;
    if items.iter().any(|item| item.kind() == "Pod") {
        time += PODS;
    }
    for item in items {
        match action(&item.object, "backup") {
            Some(Action::Sleep(milliseconds)) => time += milliseconds,
            Some(Action::Fail(why)) => {
                let (name, namespace) = (item.name(), item.namespace());
                let resource = &item.resource;
                outcome.errors.push(format!(
                    " name: /{name} message: /Error backing up item error: /error executing custom action (groupResource={resource}, namespace={namespace}, name={name}): rpc error: code = Unknown desc = {why}"
                ));
            }
            Some(Action::Async {
                milliseconds,
                fails,
            }) => {
                outcome.wait = outcome.wait.max(milliseconds);
                outcome.operations += 1;
                outcome.failing += i64::from(fails);
            }
            None => {}
        }
    }
    (outcome, time)
}

fn backed_up(world: &mut World, name: &str, items: Vec<Item>, outcome: Outcome) {
    change(world, "backups", name, |backup| {
        backup["status"]["progress"]["itemsBackedUp"] = items.len().into();
        backup["status"]["hookStatus"] = json!({});
    });
    let name = name.to_owned();
    next(world, STEP, move |world| {
        let failed = !outcome.errors.is_empty();
        let waits = outcome.operations > 0;
        change(world, "backups", &name, |backup| {
            let status = &mut backup["status"];
            if failed {
                status["errors"] = outcome.errors.len().into();
            }
            if waits {
                status["backupItemOperationsAttempted"] = outcome.operations.into();
            }
            status["phase"] = phase(waits, failed).into();
        });
        super::files::write(world, &name, &items, &outcome);
        // The next backup waits neither for operations of this one nor for its end.
        super::done(world);
        if waits {
            next(world, outcome.wait, move |world| {
                operated(world, &name, &outcome);
            });
        } else {
            next(world, STEP, move |world| complete(world, &name));
        }
    });
}

fn phase(waits: bool, failed: bool) -> &'static str {
    match (waits, failed) {
        (true, false) => "WaitingForPluginOperations",
        (true, true) => "WaitingForPluginOperationsPartiallyFailed",
        (false, false) => "Finalizing",
        (false, true) => "FinalizingPartiallyFailed",
    }
}

/// The asynchronous operations have ended.
fn operated(world: &mut World, name: &str, outcome: &Outcome) {
    change(world, "backups", name, |backup| {
        let status = &mut backup["status"];
        let completed = outcome.operations - outcome.failing;
        if completed > 0 {
            status["backupItemOperationsCompleted"] = completed.into();
        }
        if outcome.failing > 0 {
            let errors = status["errors"].as_i64().unwrap_or_default();
            status["backupItemOperationsFailed"] = outcome.failing.into();
            status["errors"] = (errors + outcome.failing).into();
        }
        status["phase"] = phase(false, status["errors"].is_number()).into();
    });
    let name = name.to_owned();
    next(world, FINALIZE, move |world| complete(world, &name));
}

fn complete(world: &mut World, name: &str) {
    let now = world.stamp();
    let backup = change(world, "backups", name, |backup: &mut Value| {
        let failed = backup["status"]["phase"] == "FinalizingPartiallyFailed";
        backup["status"]["phase"] = if failed {
            "PartiallyFailed"
        } else {
            "Completed"
        }
        .into();
        backup["status"]["completionTimestamp"] = now.into();
    });
    if let Some(backup) = backup {
        super::files::update(world, &backup);
    }
}
