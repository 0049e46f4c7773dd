//! The files of a backup.

use serde_json::{Value, json};

use super::{
    super::{
        super::{json::text, world::World},
        archive::{self, Item},
        get,
        locations::folder_of_backup,
        names,
    },
    ByType, for_the_bucket,
    run::Outcome,
};

/// Writes the files of a backup whose items are done.
pub(super) fn write(world: &World, name: &str, items: &[Item], outcome: &Outcome) {
    let Some(backup) = get(world, "backups", name) else {
        return;
    };
    let Some(folder) = folder_of_backup(world, &backup) else {
        return;
    };
    let store = world.velero.store();
    let path = |target: &str| {
        let file = names::file(target, name).unwrap_or_default();
        format!("{folder}{file}")
    };
    store.put(&path("BackupContents"), archive::write(items));
    let mut errors = json!({});
    if !outcome.errors.is_empty() {
        errors["velero"] = outcome.errors.clone().into();
    }
    let results = json!({"errors": errors, "warnings": {}});
    let mut by_type = ByType::new();
    for item in items {
        let name = match item.namespace() {
            "" => item.name().to_owned(),
            namespace => format!("{namespace}/{}", item.name()),
        };
        by_type.entry(item.type_name()).or_default().push(name);
    }
    store.put_compressed(&path("BackupResults"), &results.to_string());
    store.put_compressed(&path("BackupResourceList"), &json!(by_type).to_string());
    store.put_compressed(&path("BackupVolumeInfos"), "[]");
    store.put_compressed(&path("BackupVolumeSnapshots"), "[]");
    store.put_compressed(&path("BackupItemOperations"), "[]");
    store.put_compressed(&path("BackupLog"), &log(world, name, items, outcome));
    update(world, &backup);
}

/// Writes the backup itself, by which the sync of other clusters knows it.
pub(super) fn update(world: &World, backup: &Value) {
    if let Some(folder) = folder_of_backup(world, backup) {
        let own = names::backup_folder(text(backup, "/metadata/name"));
        let path = format!("{folder}{own}velero-backup.json");
        let text = for_the_bucket(backup).to_string();
        world.velero.store().put(&path, text);
    }
}

fn log(world: &World, name: &str, items: &[Item], outcome: &Outcome) -> String {
    let now = world.stamp();
    let line = |level: &str, message: &str| {
        format!("time={now:?} level={level} msg={message:?} backup=velero/{name}\n")
    };
    let mut log = line("info", "Setting up backup log");
    for item in items {
        let message = format!(
            "Backed up {} {}/{}",
            item.resource,
            item.namespace(),
            item.name()
        );
        log.push_str(&line("info", &message));
    }
    for error in &outcome.errors {
        log.push_str(&line("error", error));
    }
    log.push_str(&line("info", "Backup completed"));
    log
}
