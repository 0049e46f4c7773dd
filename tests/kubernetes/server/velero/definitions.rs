//! The kinds of Velero. None of them has a status subresource.

use super::super::kinds::Custom;

const V1: &str = "velero.io/v1";
const V2: &str = "velero.io/v2alpha1";

/// What restores and backups say about what is in and what is out.
const FILTERS: &str = "
  includedNamespaces
  excludedNamespaces
  includedResources
  excludedResources
  labelSelector *
  orLabelSelectors *
  includeClusterResources
  hooks *
  itemOperationTimeout
  uploaderConfig *
";

/// What only backups say, also inside a schedule.
const BACKUP: &str = "
  metadata
    labels *
  includedClusterScopedResources
  excludedClusterScopedResources
  includedNamespaceScopedResources
  excludedNamespaceScopedResources
  snapshotVolumes
  ttl
  storageLocation
  volumeSnapshotLocations
  defaultVolumesToRestic
  defaultVolumesToFsBackup
  orderedResources *
  csiSnapshotTimeout
  resourcePolicy *
  snapshotMoveData
  datamover
";

const BACKUP_STATUS: &str = "
status
  version
  formatVersion
  expiration
  phase = New FailedValidation InProgress WaitingForPluginOperations WaitingForPluginOperationsPartiallyFailed Finalizing FinalizingPartiallyFailed Completed PartiallyFailed Failed Deleting
  validationErrors
  startTimestamp
  completionTimestamp
  volumeSnapshotsAttempted
  volumeSnapshotsCompleted
  failureReason
  warnings
  errors
  progress *
  csiVolumeSnapshotsAttempted
  csiVolumeSnapshotsCompleted
  backupItemOperationsAttempted
  backupItemOperationsCompleted
  backupItemOperationsFailed
  hookStatus *
";

const RESTORE: &str = "
  backupName
  scheduleName
  namespaceMapping *
  restorePVs
  restoreStatus *
  preserveNodePorts
  existingResourcePolicy
  resourceModifier *
status
  phase = New FailedValidation InProgress WaitingForPluginOperations WaitingForPluginOperationsPartiallyFailed Completed PartiallyFailed Failed Finalizing FinalizingPartiallyFailed
  validationErrors
  warnings
  errors
  failureReason
  startTimestamp
  completionTimestamp
  progress *
  restoreItemOperationsAttempted
  restoreItemOperationsCompleted
  restoreItemOperationsFailed
  hookStatus *
";

const SCHEDULE_STATUS: &str = "
status
  phase = New Enabled FailedValidation
  lastBackup
  lastSkipped
  validationErrors
";

const LOCATION: &str = "
spec
  provider
  config *
  credential *
  objectStorage
    bucket
    prefix
    caCert
    caCertRef *
  default
  accessMode = ReadOnly ReadWrite
  backupSyncPeriod
  validationFrequency
status
  phase = Available Unavailable
  message
  lastSyncedTime
  lastValidationTime
  lastSyncedRevision
  accessMode = ReadOnly ReadWrite
";

const DOWNLOAD: &str = "
spec
  target
    kind = BackupLog BackupContents BackupVolumeSnapshots BackupItemOperations BackupResourceList BackupResults RestoreLog RestoreResults RestoreResourceList RestoreItemOperations CSIBackupVolumeSnapshots CSIBackupVolumeSnapshotContents BackupVolumeInfos RestoreVolumeInfo
    name
status
  phase = New Processed
  downloadURL
  expiration
";

const DELETION: &str = "
spec
  backupName
status
  phase = New InProgress Processed
  errors
";

pub(super) fn all() -> Vec<Custom> {
    let template = format!("{FILTERS}{BACKUP}").replace('\n', "\n  ");
    let open = "spec *\nstatus *\n";
    let custom = Custom::new;
    vec![
        custom(V1, "BackupRepository", "backuprepositories").schema(open),
        custom(V1, "Backup", "backups")
            .schema(&format!("spec\n{FILTERS}{BACKUP}{BACKUP_STATUS}")),
        custom(V1, "BackupStorageLocation", "backupstoragelocations")
            .short("bsl")
            .schema(LOCATION),
        custom(V1, "DeleteBackupRequest", "deletebackuprequests").schema(DELETION),
        custom(V1, "DownloadRequest", "downloadrequests").schema(DOWNLOAD),
        custom(V1, "PodVolumeBackup", "podvolumebackups").schema(open),
        custom(V1, "PodVolumeRestore", "podvolumerestores").schema(open),
        custom(V1, "Restore", "restores").schema(&format!("spec\n{FILTERS}{RESTORE}")),
        custom(V1, "Schedule", "schedules").schema(&format!(
            "spec\n  schedule\n  paused\n  useOwnerReferencesInBackup\n  skipImmediately\n  template\n{template}{SCHEDULE_STATUS}"
        )),
        custom(V1, "ServerStatusRequest", "serverstatusrequests")
            .short("ssr")
            .schema(open),
        custom(V1, "VolumeSnapshotLocation", "volumesnapshotlocations")
            .short("vsl")
            .schema(open),
        custom(V2, "DataDownload", "datadownloads").schema(open),
        custom(V2, "DataUpload", "datauploads").schema(open),
    ]
}
