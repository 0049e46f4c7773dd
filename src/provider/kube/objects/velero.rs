//! Velero's kinds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::{super::loose, Head, head::head};
use crate::model::velero::{self, Operations, Progress};

/// Declares a kind with the spec and status that it has here.
macro_rules! kind {
    ($name:ident, $spec:ty, $status:ty) => {
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default)]
        pub(in super::super) struct $name {
            #[serde(deserialize_with = "head")]
            pub(super) metadata: Head,
            #[serde(deserialize_with = "loose::object")]
            spec: $spec,
            #[serde(deserialize_with = "loose::object")]
            status: $status,
        }
    };
}

kind!(Backup, Selection, Run);
kind!(Restore, Selection, Run);
kind!(Schedule, Plan, Kept);
kind!(BackupStorageLocation, Whereto, Looked);
kind!(BackupRepository, Data, Maintained);
kind!(DownloadRequest, Nothing, Offered);

#[derive(Clone, Debug, Default, Deserialize)]
struct Nothing {}

/// What a backup or a restore takes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Selection {
    #[serde(deserialize_with = "loose::texts")]
    included_namespaces: Vec<String>,
    #[serde(deserialize_with = "loose::text")]
    storage_location: Option<String>,
    #[serde(deserialize_with = "loose::text")]
    backup_name: Option<String>,
    #[serde(deserialize_with = "loose::text")]
    schedule_name: Option<String>,
    #[serde(deserialize_with = "loose::pairs")]
    namespace_mapping: BTreeMap<String, String>,
    #[serde(deserialize_with = "loose::text")]
    existing_resource_policy: Option<String>,
}

/// How far a backup or a restore is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Run {
    #[serde(deserialize_with = "loose::word")]
    phase: String,
    #[serde(deserialize_with = "loose::moment")]
    start_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "loose::moment")]
    completion_timestamp: Option<Timestamp>,
    #[serde(deserialize_with = "loose::moment")]
    expiration: Option<Timestamp>,
    #[serde(deserialize_with = "loose::object")]
    progress: Reached,
    #[serde(deserialize_with = "loose::count")]
    warnings: u64,
    #[serde(deserialize_with = "loose::count")]
    errors: u64,
    #[serde(deserialize_with = "loose::text")]
    failure_reason: Option<String>,
    #[serde(deserialize_with = "loose::texts")]
    validation_errors: Vec<String>,
    #[serde(deserialize_with = "loose::count")]
    queue_position: u64,
    #[serde(deserialize_with = "loose::count")]
    backup_item_operations_attempted: u64,
    #[serde(deserialize_with = "loose::count")]
    backup_item_operations_completed: u64,
    #[serde(deserialize_with = "loose::count")]
    backup_item_operations_failed: u64,
    #[serde(deserialize_with = "loose::count")]
    restore_item_operations_attempted: u64,
    #[serde(deserialize_with = "loose::count")]
    restore_item_operations_completed: u64,
    #[serde(deserialize_with = "loose::count")]
    restore_item_operations_failed: u64,
    #[serde(deserialize_with = "loose::count")]
    csi_volume_snapshots_attempted: u64,
    #[serde(deserialize_with = "loose::count")]
    csi_volume_snapshots_completed: u64,
    #[serde(deserialize_with = "loose::count")]
    volume_snapshots_attempted: u64,
    #[serde(deserialize_with = "loose::count")]
    volume_snapshots_completed: u64,
    #[serde(deserialize_with = "loose::object")]
    hook_status: Hooks,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Reached {
    #[serde(deserialize_with = "loose::count")]
    total_items: u64,
    #[serde(deserialize_with = "loose::count")]
    items_backed_up: u64,
    #[serde(deserialize_with = "loose::count")]
    items_restored: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Hooks {
    #[serde(deserialize_with = "loose::count")]
    hooks_failed: u64,
}

impl Run {
    const fn operations(&self) -> Operations {
        Operations {
            attempted: self.backup_item_operations_attempted
                + self.restore_item_operations_attempted,
            completed: self.backup_item_operations_completed
                + self.restore_item_operations_completed,
            failed: self.backup_item_operations_failed + self.restore_item_operations_failed,
        }
    }

    const fn snapshots(&self) -> Operations {
        Operations {
            attempted: self.csi_volume_snapshots_attempted + self.volume_snapshots_attempted,
            completed: self.csi_volume_snapshots_completed + self.volume_snapshots_completed,
            failed: 0,
        }
    }

    const fn progress(&self) -> Progress {
        Progress {
            done: self.progress.items_backed_up + self.progress.items_restored,
            total: self.progress.total_items,
        }
    }
}

impl Backup {
    pub(in super::super) fn backup(self) -> velero::Backup {
        let (head, spec, status) = (self.metadata, self.spec, self.status);
        velero::Backup {
            schedule: head.label("velero.io/schedule-name").map(str::to_owned),
            deleting: head.deleted.is_some() || status.phase == "Deleting",
            phase: status.phase.as_str().into(),
            location: spec.storage_location,
            namespaces: spec.included_namespaces,
            created: head.created,
            started: status.start_timestamp,
            completed: status.completion_timestamp,
            expires: status.expiration,
            progress: status.progress(),
            warnings: status.warnings,
            errors: status.errors,
            operations: status.operations(),
            snapshots: status.snapshots(),
            hooks_failed: status.hook_status.hooks_failed,
            queue_position: Some(status.queue_position).filter(|place| *place > 0),
            failure: status.failure_reason,
            validation: status.validation_errors,
            namespace: head.namespace,
            name: head.name,
        }
    }
}

impl Restore {
    pub(in super::super) fn restore(self) -> velero::Restore {
        let (head, spec, status) = (self.metadata, self.spec, self.status);
        velero::Restore {
            deleting: head.deleted.is_some(),
            phase: status.phase.as_str().into(),
            backup: spec.backup_name,
            schedule: spec.schedule_name,
            namespaces: spec.included_namespaces,
            mapping: spec.namespace_mapping.into_iter().collect(),
            existing: spec.existing_resource_policy,
            created: head.created,
            started: status.start_timestamp,
            completed: status.completion_timestamp,
            progress: status.progress(),
            warnings: status.warnings,
            errors: status.errors,
            operations: status.operations(),
            hooks_failed: status.hook_status.hooks_failed,
            failure: status.failure_reason,
            validation: status.validation_errors,
            namespace: head.namespace,
            name: head.name,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Plan {
    #[serde(deserialize_with = "loose::word")]
    schedule: String,
    #[serde(deserialize_with = "loose::flag")]
    paused: bool,
    #[serde(deserialize_with = "loose::object")]
    template: Selection,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Kept {
    #[serde(deserialize_with = "loose::word")]
    phase: String,
    #[serde(deserialize_with = "loose::moment")]
    last_backup: Option<Timestamp>,
    #[serde(deserialize_with = "loose::moment")]
    last_skipped: Option<Timestamp>,
    #[serde(deserialize_with = "loose::texts")]
    validation_errors: Vec<String>,
}

impl Schedule {
    pub(in super::super) fn schedule(self) -> velero::Schedule {
        let head = self.metadata;
        let rpo = head.label("rpo").or_else(|| head.annotation("rpo"));
        velero::Schedule {
            rpo: rpo.and_then(|text| text.parse().ok()),
            phase: self.status.phase.as_str().into(),
            cron: self.spec.schedule,
            paused: self.spec.paused,
            namespaces: self.spec.template.included_namespaces,
            location: self.spec.template.storage_location,
            last_backup: self.status.last_backup,
            last_skipped: self.status.last_skipped,
            created: head.created,
            validation: self.status.validation_errors,
            namespace: head.namespace,
            name: head.name,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Whereto {
    #[serde(deserialize_with = "loose::word")]
    provider: String,
    #[serde(deserialize_with = "loose::object")]
    object_storage: Shelf,
    #[serde(deserialize_with = "loose::pairs")]
    config: BTreeMap<String, String>,
    #[serde(deserialize_with = "loose::word")]
    access_mode: String,
    #[serde(deserialize_with = "loose::flag")]
    default: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Shelf {
    #[serde(deserialize_with = "loose::word")]
    bucket: String,
    #[serde(deserialize_with = "loose::word")]
    prefix: String,
    /// Base64 of a PEM bundle.
    #[serde(deserialize_with = "loose::text")]
    ca_cert: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Looked {
    #[serde(deserialize_with = "loose::word")]
    phase: String,
    #[serde(deserialize_with = "loose::text")]
    message: Option<String>,
    #[serde(deserialize_with = "loose::moment")]
    last_synced_time: Option<Timestamp>,
    #[serde(deserialize_with = "loose::moment")]
    last_validation_time: Option<Timestamp>,
}

impl BackupStorageLocation {
    pub(in super::super) fn location(self) -> velero::Location {
        let (head, mut spec, status) = (self.metadata, self.spec, self.status);
        velero::Location {
            phase: status.phase.as_str().into(),
            provider: spec.provider,
            bucket: spec.object_storage.bucket,
            prefix: spec.object_storage.prefix,
            region: spec.config.remove("region"),
            endpoint: spec.config.remove("s3Url"),
            read_only: spec.access_mode == "ReadOnly",
            default: spec.default,
            message: status.message,
            synced: status.last_synced_time,
            validated: status.last_validation_time,
            created: head.created,
            namespace: head.namespace,
            name: head.name,
        }
    }

    /// The authorities of an object store that is not AWS's own, as base64 of PEM.
    pub(in super::super) fn authority(&self) -> Option<&str> {
        self.spec.object_storage.ca_cert.as_deref()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Data {
    #[serde(deserialize_with = "loose::word")]
    volume_namespace: String,
    #[serde(deserialize_with = "loose::word")]
    backup_storage_location: String,
    #[serde(deserialize_with = "loose::word")]
    repository_type: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Maintained {
    #[serde(deserialize_with = "loose::word")]
    phase: String,
    #[serde(deserialize_with = "loose::text")]
    message: Option<String>,
    #[serde(deserialize_with = "loose::moment")]
    last_maintenance_time: Option<Timestamp>,
}

impl BackupRepository {
    pub(in super::super) fn repository(self) -> velero::Repository {
        velero::Repository {
            phase: self.status.phase.as_str().into(),
            volume_namespace: self.spec.volume_namespace,
            location: self.spec.backup_storage_location,
            kind: self.spec.repository_type,
            message: self.status.message,
            maintained: self.status.last_maintenance_time,
            namespace: self.metadata.namespace,
            name: self.metadata.name,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Offered {
    #[serde(rename = "downloadURL", deserialize_with = "loose::text")]
    url: Option<String>,
}

impl DownloadRequest {
    /// Where the file can be got, once Velero has answered.
    pub(in super::super) fn url(&self) -> Option<&str> {
        self.status.url.as_deref()
    }
}
