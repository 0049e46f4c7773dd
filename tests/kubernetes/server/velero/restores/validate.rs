//! Why Velero refuses a restore, in its words.

use serde_json::Value;

use super::{
    super::{
        super::{
            json::{list, text, texts},
            world::World,
        },
        NAMESPACE,
        backups::{both_selectors, lists},
        get, kind, names,
    },
    NEVER,
};

/// The backup to restore from, and everything that is wrong.
pub(super) fn validate(world: &World, restore: &Value) -> (String, Vec<String>) {
    let mut errors = Vec::new();
    for name in texts(restore, "/spec/includedResources") {
        if NEVER.contains(&name.as_str()) {
            errors.push(format!("{name} are non-restorable resources"));
        }
    }
    errors.extend(resources(restore));
    errors.extend(lists(restore, "Namespaces", "namespace"));
    if both_selectors(restore) {
        errors.push("encountered labelSelector as well as orLabelSelectors in restore spec, only one can be specified".into());
    }
    if bad_hook(restore) {
        errors.push(
            "invalid InitContainer in restore hook, it doesn't have Command, Name or Image field"
                .into(),
        );
    }
    let policy = text(restore, "/spec/existingResourcePolicy");
    if !matches!(policy, "" | "none" | "update") {
        errors.push(format!("Invalid ExistingResourcePolicy: {policy}"));
    }
    let mut backup = text(restore, "/spec/backupName").to_owned();
    let schedule = text(restore, "/spec/scheduleName");
    if backup.is_empty() == schedule.is_empty() {
        errors.push("Either a backup or schedule must be specified as a source for the restore, but not both".into());
        return (backup, errors);
    }
    if !schedule.is_empty() {
        match newest(world, schedule) {
            Ok(found) => backup = found,
            Err(why) => {
                errors.extend(why);
                return (backup, errors);
            }
        }
    }
    if let Err(why) = readable(world, &backup) {
        errors.push(format!("Error retrieving backup: {why}"));
    }
    let modifier = &restore["spec"]["resourceModifier"];
    if modifier.is_object() {
        let name = text(modifier, "/name");
        if world
            .get(&world.kind("", "configmaps"), NAMESPACE, name)
            .is_none()
        {
            errors.push(format!(
                "failed to get resource modifiers configmap {NAMESPACE}/{name}"
            ));
        }
    }
    (backup, errors)
}

/// What is never restored is excluded before the lists are compared.
fn resources(restore: &Value) -> Vec<String> {
    let mut restore = restore.clone();
    let mut excluded = texts(&restore, "/spec/excludedResources");
    excluded.extend(NEVER.iter().map(|name| (*name).to_owned()));
    restore["spec"]["excludedResources"] = excluded.into();
    lists(&restore, "Resources", "resource")
}

fn bad_hook(restore: &Value) -> bool {
    let hooks = list(restore, "/spec/hooks/resources").iter();
    let containers = hooks
        .flat_map(|hook| list(hook, "/postHooks"))
        .flat_map(|hook| list(hook, "/init/initContainers"));
    containers.into_iter().any(|container| {
        let missing = |field: &str| container.get(field).is_none();
        missing("name") || missing("image") || missing("command")
    })
}

/// The newest completed backup of a schedule.
fn newest(world: &World, schedule: &str) -> Result<String, Vec<String>> {
    let label = names::label(schedule);
    let mut backups = world.all_in(&kind(world, "backups"), NAMESPACE);
    backups.retain(|backup| text(backup, "/metadata/labels/velero.io~1schedule-name") == label);
    let mut errors = Vec::new();
    if backups.is_empty() {
        errors.push("No backups found for schedule".to_owned());
    }
    backups.retain(|backup| backup["status"]["phase"] == "Completed");
    let start = |backup: &Value| text(backup, "/status/startTimestamp").to_owned();
    match backups.iter().max_by_key(|backup| start(backup)) {
        Some(backup) => Ok(text(backup, "/metadata/name").to_owned()),
        None => {
            errors.push("No completed backups found for schedule".into());
            Err(errors)
        }
    }
}

/// Whether a backup and its location are there. The words about a location are from Velero's
/// documentation, not recorded.
fn readable(world: &World, name: &str) -> Result<(), String> {
    let backup = get(world, "backups", name).ok_or_else(|| {
        format!("can't find backup {NAMESPACE}/{name}: Backup.velero.io {name:?} not found")
    })?;
    let location = text(&backup, "/spec/storageLocation");
    let found = get(world, "backupstoragelocations", location).ok_or_else(|| {
        format!("can't find backup storage location {NAMESPACE}/{location}: BackupStorageLocation.velero.io {location:?} not found")
    })?;
    if found["status"]["phase"] == "Unavailable" {
        return Err(format!(
            "The BSL {location} is unavailable, cannot retrieve the backup"
        ));
    }
    Ok(())
}
