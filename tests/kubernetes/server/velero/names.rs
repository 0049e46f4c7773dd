//! Names as label values, and where files are kept.

use sha2::{Digest, Sha256};

use super::super::auth::hex;

/// A name as a label value: what is longer than 63 characters is cut, and told apart by a hash.
pub(super) fn label(name: &str) -> String {
    if name.len() <= 63 {
        return name.into();
    }
    let hash = Sha256::digest(name);
    format!("{}{}", &name[..57], hex(&hash[..3]))
}

/// The folder of a backup below the prefix of its location.
pub(super) fn backup_folder(name: &str) -> String {
    format!("backups/{name}/")
}

/// The folder of a restore.
pub(super) fn restore_folder(name: &str) -> String {
    format!("restores/{name}/")
}

/// The file that a `DownloadRequest` is about, below the prefix of the location.
pub(super) fn file(target: &str, name: &str) -> Option<String> {
    let file = match target {
        "BackupContents" => format!("{name}.tar.gz"),
        "BackupLog" => format!("{name}-logs.gz"),
        "BackupResults" => format!("{name}-results.gz"),
        "BackupResourceList" => format!("{name}-resource-list.json.gz"),
        "BackupVolumeInfos" | "RestoreVolumeInfo" => format!("{name}-volumeinfo.json.gz"),
        "BackupVolumeSnapshots" => format!("{name}-volumesnapshots.json.gz"),
        "BackupItemOperations" => format!("{name}-itemoperations.json.gz"),
        "RestoreLog" => format!("restore-{name}-logs.gz"),
        "RestoreResults" => format!("restore-{name}-results.gz"),
        "RestoreResourceList" => format!("restore-{name}-resource-list.json.gz"),
        "RestoreItemOperations" => format!("restore-{name}-itemoperations.json.gz"),
        _ => return None,
    };
    let folder = if target.starts_with("Restore") {
        restore_folder(name)
    } else {
        backup_folder(name)
    };
    Some(folder + &file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_told_apart() {
        assert_eq!(label("short"), "short");
        let long = "a".repeat(64);
        let cut = label(&long);
        assert_eq!(cut.len(), 63);
        assert_eq!(&cut[57..], "ffe054");
    }
}
