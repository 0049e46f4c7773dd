//! The course of a restore.

use serde_json::{Value, json};

use super::{
    super::{
        super::{
            json::{pairs, text, texts},
            selectors::Labels,
            world::World,
            write::{Author, create},
        },
        MANAGER,
        archive::{self, Item},
        change, get,
        locations::folder_of_backup,
        names, next,
        plugin::{Action, action},
    },
    items::{Plan, restore},
    log::Log,
    results::{Fate, Results},
};

/// Milliseconds until the first object is restored.
const BEGIN: i64 = 60;
/// Milliseconds between two objects.
const ITEM: i64 = 25;
/// Milliseconds between the other steps.
const STEP: i64 = 45;
/// Milliseconds between the reports of progress.
const REPORT: i64 = 1_100;
/// Milliseconds to the end once the hooks are done.
const END: i64 = 8;

/// The order in which kinds are restored; those that are not named follow by their names.
const ORDER: &[&str] = &[
    "customresourcedefinitions.apiextensions.k8s.io",
    "namespaces",
    "storageclasses.storage.k8s.io",
    "persistentvolumes",
    "persistentvolumeclaims",
    "clusterroles.rbac.authorization.k8s.io",
    "roles.rbac.authorization.k8s.io",
    "serviceaccounts",
    "clusterrolebindings.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io",
    "secrets",
    "configmaps",
    "limitranges",
    "pods",
    "replicasets.apps",
    "endpoints",
    "services",
];

/// A restore under way.
struct Run {
    name: String,
    backup: String,
    folder: String,
    updates: bool,
    /// The objects still to come, the next one last, each with its namespace.
    rest: Vec<(Item, String)>,
    fresh: Vec<String>,
    results: Results,
    log: Log,
    operations: i64,
    failing: i64,
    wait: i64,
    /// Whether progress was told in the middle.
    reported: bool,
}

pub(super) fn begin(world: &mut World, name: &str, backup: &str) {
    let found = get(world, "restores", name).zip(get(world, "backups", backup));
    let Some((object, source)) = found else {
        return super::done(world);
    };
    let folder = folder_of_backup(world, &source).unwrap_or_default();
    let file = names::file("BackupContents", backup).unwrap_or_default();
    let archive = world.velero.store.get(&format!("{folder}{file}"));
    let items = archive
        .map(|archive| archive::read(&archive))
        .unwrap_or_default();
    let mut rest = wanted(&object, items);
    rest.reverse();
    let mut run = Run {
        name: name.into(),
        backup: backup.into(),
        folder,
        updates: text(&object, "/spec/existingResourcePolicy") == "update",
        rest,
        fresh: Vec::new(),
        results: Results::default(),
        log: Log::new(name),
        operations: 0,
        failing: 0,
        wait: 0,
        reported: false,
    };
    let now = world.stamp();
    run.log.info(
        &now,
        "starting restore",
        "controller/restore_controller.go:554",
    );
    let start = format!("Starting restore of backup velero/{backup}");
    run.log.info(&now, &start, "restore/restore.go:426");
    announce(&mut run, &now);
    next(world, BEGIN, move |world| step(world, run));
}

/// The objects of the archive that a restore is about, with the namespaces that they go to.
fn wanted(restore: &Value, items: Vec<Item>) -> Vec<(Item, String)> {
    let mapping = pairs(restore, "/spec/namespaceMapping");
    let mut wanted: Vec<(Item, String)> = items
        .into_iter()
        .filter(|item| is_wanted(restore, item))
        .map(|item| {
            let own = item.namespace();
            let mapped = mapping.iter().find(|(from, _)| from == own);
            let namespace = mapped.map_or(own, |(_, to)| to.as_str()).to_owned();
            (item, namespace)
        })
        .collect();
    wanted.sort_by_key(|(item, _)| {
        let place = ORDER.iter().position(|known| *known == item.resource);
        let name = item.name().to_owned();
        (place.unwrap_or(ORDER.len()), item.resource.clone(), name)
    });
    wanted
}

fn is_wanted(restore: &Value, item: &Item) -> bool {
    let among = |pointer: &str, value: &str| {
        let listed = texts(restore, pointer);
        listed.iter().any(|listed| listed == value)
    };
    let all = |pointer: &str| {
        let listed = texts(restore, pointer);
        listed.is_empty() || listed.iter().any(|listed| listed == "*")
    };
    let short = item.resource.split('.').next().unwrap_or_default();
    let resource = |pointer: &str| among(pointer, &item.resource) || among(pointer, short);
    // Namespaces are made when something goes into them.
    if item.kind() == "Namespace"
        || resource("/spec/excludedResources")
        || !(all("/spec/includedResources") || resource("/spec/includedResources"))
    {
        return false;
    }
    let namespace = item.namespace();
    let inside = namespace.is_empty()
        || (all("/spec/includedNamespaces") || among("/spec/includedNamespaces", namespace))
            && !among("/spec/excludedNamespaces", namespace);
    let labels = pairs(&item.object, "/metadata/labels");
    let selector = &restore["spec"]["labelSelector"];
    inside && (selector.is_null() || Labels::of(selector).select(&labels))
}

fn announce(run: &mut Run, now: &str) {
    let mut told = Vec::new();
    let rest: Vec<(String, String)> = run
        .rest
        .iter()
        .rev()
        .map(|(item, namespace)| (item.resource.clone(), namespace.clone()))
        .collect();
    for (resource, namespace) in rest {
        if told.contains(&(resource.clone(), namespace.clone())) {
            continue;
        }
        let message = match namespace.as_str() {
            "" => format!("Resource '{resource}' will be restored at cluster scope"),
            _ => format!("Resource '{resource}' will be restored into namespace '{namespace}'"),
        };
        run.log.info(now, &message, "restore/restore.go:2284");
        told.push((resource, namespace));
    }
}

/// Restores the next object, or goes on to the end.
fn step(world: &mut World, mut run: Run) {
    let Some((item, namespace)) = run.rest.pop() else {
        return restored(world, run);
    };
    let made = prepare(world, &mut run, &namespace);
    let sleep = match action(&item.object, "restore") {
        Some(Action::Sleep(milliseconds)) => milliseconds,
        Some(Action::Async {
            milliseconds,
            fails,
        }) => {
            run.operations += 1;
            run.failing += i64::from(fails);
            run.wait = run.wait.max(milliseconds);
            0
        }
        _ => 0,
    };
    if sleep > REPORT && !run.reported {
        run.reported = true;
        let (name, done, left) = (run.name.clone(), run.results.done, run.rest.len() + 1);
        let extra = usize::from(!run.fresh.is_empty());
        next(world, REPORT, move |world| {
            report(world, &name, done, done + left + extra);
        });
    }
    // A namespace that was just made gets what every namespace has before anything else is in it.
    let time = sleep + if made { ITEM } else { 0 };
    next(world, time, move |world| {
        let now = world.stamp();
        let message = format!("Attempting to restore {}: {}", item.kind(), item.name());
        run.log.info(&now, &message, "restore/restore.go:1497");
        let plan = Plan {
            restore: &run.name,
            backup: &run.backup,
            updates: run.updates,
            fresh: &run.fresh,
        };
        restore(world, &plan, &item, &namespace, &mut run.results);
        let done = run.results.done;
        let message = format!(
            "Restored {done} items out of an estimated total of {} (estimate will change throughout the restore)",
            done + run.rest.len()
        );
        let more = format!(
            " name={} namespace={namespace} progress= resource={}",
            item.name(),
            item.resource
        );
        run.log
            .line(&now, "info", &message, "restore/restore.go:785", &more);
        next(world, ITEM, move |world| step(world, run));
    });
}

/// Makes the namespace that the next object goes to. Whether it did.
fn prepare(world: &mut World, run: &mut Run, namespace: &str) -> bool {
    let namespaces = world.kind("", "namespaces");
    if namespace.is_empty() || world.store.get(&namespaces, "", namespace).is_some() {
        return false;
    }
    let object = json!({"metadata": {"name": namespace}});
    let made = create(world, &namespaces, "", object, &Author::of(MANAGER)).is_ok();
    if made {
        run.fresh.push(namespace.into());
        run.results
            .note_as("v1/Namespace".into(), namespace, Fate::Created);
    }
    made
}

fn report(world: &mut World, name: &str, done: usize, total: usize) {
    change(world, "restores", name, |restore| {
        restore["status"]["progress"] = json!({"itemsRestored": done, "totalItems": total});
    });
}

/// Every object is done.
fn restored(world: &mut World, mut run: Run) {
    let done = run.results.done;
    report(world, &run.name, done, done);
    let now = world.stamp();
    for (message, place) in [
        (
            "Waiting for all pod volume restores to complete",
            "restore/restore.go:662",
        ),
        (
            "Done waiting for all pod volume restores to complete",
            "restore/restore.go:678",
        ),
    ] {
        run.log.info(&now, message, place);
    }
    let warnings: Vec<String> = run
        .results
        .warnings()
        .map(|(place, text)| format!("Namespace {place}, resource restore warning: {text}"))
        .collect();
    for warning in warnings {
        run.log.line(
            &now,
            "warning",
            &warning,
            "controller/restore_controller.go:612",
            "",
        );
    }
    run.log.info(
        &now,
        "restore completed",
        "controller/restore_controller.go:615",
    );
    next(world, STEP, move |world| {
        keep(world, &run);
        let waits = run.operations > 0;
        let errors = run.results.error_count();
        let warnings = run.results.warning_count();
        change(world, "restores", &run.name, |restore| {
            let status = &mut restore["status"];
            if warnings > 0 {
                status["warnings"] = warnings.into();
            }
            if errors > 0 {
                status["errors"] = errors.into();
            }
            if waits {
                status["restoreItemOperationsAttempted"] = run.operations.into();
            }
            status["phase"] = phase(waits, errors > 0).into();
        });
        // The next restore does not wait for what is left of this one.
        super::done(world);
        if waits {
            let wait = run.wait;
            next(world, wait, move |world| operated(world, &run));
        } else {
            finalize(world, run.name);
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

/// Writes the files of a restore.
fn keep(world: &World, run: &Run) {
    let path = |target: &str| {
        let file = names::file(target, &run.name).unwrap_or_default();
        format!("{}{file}", run.folder)
    };
    let store = world.velero.store();
    store.put_compressed(&path("RestoreLog"), run.log.text());
    store.put_compressed(&path("RestoreResults"), &run.results.report().to_string());
    store.put_compressed(
        &path("RestoreResourceList"),
        &run.results.list().to_string(),
    );
    store.put_compressed(&path("RestoreItemOperations"), "[]");
    store.put_compressed(&path("RestoreVolumeInfo"), "[]");
}

/// The asynchronous operations have ended.
fn operated(world: &mut World, run: &Run) {
    change(world, "restores", &run.name, |restore| {
        let status = &mut restore["status"];
        let completed = run.operations - run.failing;
        if completed > 0 {
            status["restoreItemOperationsCompleted"] = completed.into();
        }
        if run.failing > 0 {
            let errors = status["errors"].as_i64().unwrap_or_default();
            status["restoreItemOperationsFailed"] = run.failing.into();
            status["errors"] = (errors + run.failing).into();
        }
        status["phase"] = phase(false, status["errors"].is_number()).into();
    });
    finalize(world, run.name.clone());
}

fn finalize(world: &mut World, name: String) {
    next(world, STEP, move |world| {
        change(world, "restores", &name, |restore| {
            restore["status"]["hookStatus"] = json!({});
        });
        next(world, END, move |world| {
            let now = world.stamp();
            change(world, "restores", &name, |restore| {
                let status = &mut restore["status"];
                let failed = status["phase"] == "FinalizingPartiallyFailed";
                status["phase"] = if failed {
                    "PartiallyFailed"
                } else {
                    "Completed"
                }
                .into();
                status["completionTimestamp"] = now.into();
            });
        });
    });
}
