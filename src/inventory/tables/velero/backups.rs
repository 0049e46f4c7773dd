//! Backups of Velero, the newest first.

use std::cmp::Reverse;

use super::{
    super::{Cell, Column, ColumnKind, Row, Table, ground::Ground},
    itself, namespaces, operations, progress, rows,
};
use crate::{
    model::velero::{Backup, Velero},
    provider::Outcome,
};

pub(in super::super) const TABLE: Table = Table {
    name: "velero_backups",
    columns: COLUMNS,
    rows: |inventory, lens| {
        let mut all = rows(
            (inventory, lens),
            &TABLE,
            "backups",
            |velero| &velero.backups,
            row,
        );
        let at = TABLE.column("started");
        all.sort_by_key(|row| match at.map(|at| &row.cells[at]) {
            Some(Cell::At(moment)) => (0, Reverse(Some(*moment))),
            // What has not begun yet is newer than everything that has.
            _ if row.object.kind == KIND => (0, Reverse(Some(jiff::Timestamp::MAX))),
            _ => (1, Reverse(None)),
        });
        all
    },
};

pub(super) const KIND: &str = "velero backup";

const COLUMNS: &[Column] = &[
    Column::new("name", "BACKUP", ColumnKind::Text, 24),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("phase", "PHASE", ColumnKind::Text, 16),
    Column::new("schedule", "SCHEDULE", ColumnKind::Text, 14),
    Column::new("started", "STARTED", ColumnKind::Age, 7),
    Column::new("progress", "PROGRESS", ColumnKind::Text, 12),
    Column::new("errors", "ERRORS", ColumnKind::Number, 6),
    Column::new("warnings", "WARNINGS", ColumnKind::Number, 8),
    Column::new("expires", "EXPIRES", ColumnKind::Age, 8),
    Column::new("reason", "WHY", ColumnKind::Text, 30),
    Column::new("completed", "ENDED", ColumnKind::Age, 7).wide(),
    Column::new("namespaces", "NAMESPACES", ColumnKind::Text, 20).wide(),
    Column::new("location", "LOCATION", ColumnKind::Text, 12).wide(),
    Column::new("operations", "OPERATIONS", ColumnKind::Text, 12).wide(),
    Column::new("snapshots", "SNAPSHOTS", ColumnKind::Text, 12).wide(),
    Column::new("hooks_failed", "HOOKS FAILED", ColumnKind::Number, 12).wide(),
    Column::new("result", "RESULT", ColumnKind::Text, 30).wide(),
    Column::new("velero", "VELERO IN", ColumnKind::Text, 12).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

fn row(ground: &Ground<'_>, velero: &Velero, backup: &Backup) -> Row {
    let cluster = &velero.cluster;
    let object = itself(KIND, cluster, &backup.namespace, &backup.name);
    let health = backup.health(ground.lens.now);
    let of = Outcome {
        restore: false,
        namespace: backup.namespace.clone(),
        name: backup.name.clone(),
    };
    let results = ground.inventory.results.get(&(cluster.clone(), of));
    let results = results.and_then(|remote| remote.value());
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "phase" => backup.phase.as_str().into(),
        "schedule" => Cell::some(backup.schedule.as_deref()),
        "started" => Cell::at(backup.started),
        "progress" => progress(backup.progress),
        "errors" => backup.errors.into(),
        "warnings" => backup.warnings.into(),
        "expires" => Cell::at(backup.expires),
        "completed" => Cell::at(backup.completed),
        "namespaces" => namespaces(&backup.namespaces),
        "location" => Cell::some(backup.location.as_deref()),
        "operations" => operations(backup.operations),
        "snapshots" => operations(backup.snapshots),
        "hooks_failed" => backup.hooks_failed.into(),
        "result" => Cell::some(results.map(|results| results.summary(false).line())),
        "velero" => backup.namespace.as_str().into(),
        "id" => format!("{}/{}", backup.namespace, backup.name).into(),
        _ => Cell::Unknown,
    })
}
