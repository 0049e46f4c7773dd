//! Why Velero refuses a backup, in its words.

use serde_json::Value;

use super::super::{
    super::{
        json::{text, texts},
        world::World,
    },
    get, locations,
};

pub(super) fn errors(world: &World, backup: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    let name = match text(backup, "/spec/storageLocation") {
        "" => locations::default_name(world),
        name => name.to_owned(),
    };
    match get(world, "backupstoragelocations", &name) {
        None => errors.push(format!(
            "an existing backup storage location was not specified at backup creation time and the default {name} was not found. Please address this issue (see `velero backup-location -h` for options) and create a new backup. Error: BackupStorageLocation.velero.io {name:?} not found"
        )),
        Some(location) if location["spec"]["accessMode"] == "ReadOnly" => errors.push(format!(
            "backup can't be created because backup storage location {name} is currently in read-only mode"
        )),
        Some(location) if world.velero.refuses_unavailable && location["status"]["phase"] == "Unavailable" => {
            errors.push(format!(
                "backup can't be created because BackupStorageLocation {name} is in Unavailable status."
            ));
        }
        Some(_) => {}
    }
    errors.extend(lists(backup, "Namespaces", "namespace"));
    errors.extend(lists(backup, "Resources", "resource"));
    for name in texts(backup, "/spec/volumeSnapshotLocations") {
        if get(world, "volumesnapshotlocations", &name).is_none() {
            errors.push(format!(
                "a VolumeSnapshotLocation CRD for the location {name} with the name specified in the backup spec needs to be created before this snapshot can be executed. Error: VolumeSnapshotLocation.velero.io {name:?} not found"
            ));
        }
    }
    if both_selectors(backup) {
        errors.push("encountered labelSelector as well as orLabelSelectors in backup spec, only one can be specified".into());
    }
    errors
}

pub(in super::super) fn both_selectors(object: &Value) -> bool {
    object["spec"]["labelSelector"].is_object() && object["spec"]["orLabelSelectors"].is_array()
}

/// What is wrong with the lists of what is in and what is out.
pub(in super::super) fn lists(object: &Value, field: &str, word: &str) -> Vec<String> {
    let included = texts(object, &format!("/spec/included{field}"));
    let excluded = texts(object, &format!("/spec/excluded{field}"));
    let intro = format!("Invalid included/excluded {word} lists:");
    let mut errors = Vec::new();
    if included.len() > 1 && included.iter().any(|name| name == "*") {
        errors.push(format!(
            "{intro} includes list must either contain '*' only, or a non-empty list of items"
        ));
    }
    if excluded.iter().any(|name| name == "*") {
        errors.push(format!("{intro} excludes list cannot contain '*'"));
    }
    for name in excluded.iter().filter(|name| included.contains(name)) {
        errors.push(format!(
            "{intro} excludes list cannot contain an item in the includes list: {name}"
        ));
    }
    errors
}
