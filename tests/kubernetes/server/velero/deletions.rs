//! DeleteBackupRequests: the only way in which a backup goes for good.

use serde_json::{Value, json};

use super::{
    super::{
        json::text,
        world::World,
        write::{DeleteOptions, delete},
    },
    NAMESPACE, change, get, kind,
    locations::folder_of_backup,
    names, next,
};

/// Milliseconds until a request is looked at.
const LOOK: i64 = 6;
/// Milliseconds until the restores of the backup are deleted.
const RESTORES: i64 = 20;
/// Milliseconds until the files of the backup are.
const FILES: i64 = 1_600;
/// Milliseconds from there to the end of the request.
const CLOSE: i64 = 20;

pub(super) fn notice(world: &mut World, name: &str) {
    let name = name.to_owned();
    next(world, LOOK, move |world| look(world, &name));
}

fn look(world: &mut World, name: &str) {
    let Some(request) = get(world, "deletebackuprequests", name) else {
        return;
    };
    let backup = text(&request, "/spec/backupName").to_owned();
    if let Err(why) = deletable(world, &backup) {
        change(world, "deletebackuprequests", name, |request| {
            request["status"] = json!({"phase": "Processed", "errors": [why]});
        });
        return;
    }
    change(world, "deletebackuprequests", name, |request| {
        request["status"] = json!({"phase": "InProgress"});
    });
    change(world, "backups", &backup, |backup| {
        backup["status"]["phase"] = "Deleting".into();
    });
    let of = backup.clone();
    next(world, RESTORES, move |world| delete_restores(world, &of));
    let name = name.to_owned();
    next(world, FILES, move |world| {
        if let Some(found) = get(world, "backups", &backup) {
            delete_files(world, &found);
        }
        let backups = kind(world, "backups");
        world.erase(&backups, NAMESPACE, &backup);
        next(world, CLOSE, move |world| close(world, &name));
    });
}

fn deletable(world: &World, backup: &str) -> Result<(), String> {
    let backup = get(world, "backups", backup).ok_or("backup not found")?;
    let name = text(&backup, "/spec/storageLocation");
    let location = get(world, "backupstoragelocations", name);
    let location = location.ok_or_else(|| format!("backup storage location {name} not found"))?;
    if location["spec"]["accessMode"] == "ReadOnly" {
        return Err(format!(
            "cannot delete backup because backup storage location {name} is currently in read-only mode"
        ));
    }
    Ok(())
}

fn delete_restores(world: &mut World, backup: &str) {
    let restores = kind(world, "restores");
    for restore in world.all_in(&restores, NAMESPACE) {
        if text(&restore, "/spec/backupName") == backup {
            let name = text(&restore, "/metadata/name");
            drop(delete(
                world,
                &restores,
                NAMESPACE,
                name,
                &DeleteOptions::default(),
            ));
        }
    }
}

fn delete_files(world: &World, backup: &Value) {
    if let Some(folder) = folder_of_backup(world, backup) {
        let own = names::backup_folder(text(backup, "/metadata/name"));
        world.velero.store.delete(&format!("{folder}{own}"));
    }
}

/// A request that ends well is itself removed.
fn close(world: &mut World, name: &str) {
    change(world, "deletebackuprequests", name, |request| {
        request["status"]["phase"] = "Processed".into();
    });
    let name = name.to_owned();
    next(world, LOOK, move |world| {
        let requests = kind(world, "deletebackuprequests");
        world.erase(&requests, NAMESPACE, &name);
    });
}
