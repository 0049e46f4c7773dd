//! Restores of Velero, the newest first. One that is Completed may have changed nothing.

use std::cmp::Reverse;

use super::{
    super::{Cell, Column, ColumnKind, Row, Table, ground::Ground},
    itself, namespaces, operations, progress, rows,
};
use crate::{
    model::velero::{Restore, Velero},
    provider::Outcome,
};

pub(in super::super) const TABLE: Table = Table {
    name: "velero_restores",
    columns: COLUMNS,
    rows: |inventory, lens| {
        let mut all = rows(
            (inventory, lens),
            &TABLE,
            "restores",
            |velero| &velero.restores,
            row,
        );
        let at = TABLE.column("created");
        all.sort_by_key(|row| match at.map(|at| &row.cells[at]) {
            Some(Cell::At(moment)) => (0, Reverse(Some(*moment))),
            _ => (1, Reverse(None)),
        });
        all
    },
};

pub(super) const KIND: &str = "velero restore";

const COLUMNS: &[Column] = &[
    Column::new("name", "RESTORE", ColumnKind::Text, 24),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("phase", "PHASE", ColumnKind::Text, 16),
    Column::new("backup", "BACKUP", ColumnKind::Text, 20),
    Column::new("created", "CREATED", ColumnKind::Age, 7),
    Column::new("progress", "PROGRESS", ColumnKind::Text, 12),
    Column::new("errors", "ERRORS", ColumnKind::Number, 6),
    Column::new("warnings", "WARNINGS", ColumnKind::Number, 8),
    Column::new("reason", "WHY", ColumnKind::Text, 34),
    Column::new("started", "STARTED", ColumnKind::Age, 7).wide(),
    Column::new("completed", "ENDED", ColumnKind::Age, 7).wide(),
    Column::new("schedule", "SCHEDULE", ColumnKind::Text, 14).wide(),
    Column::new("namespaces", "NAMESPACES", ColumnKind::Text, 20).wide(),
    Column::new("mapping", "MAPPED", ColumnKind::Text, 20).wide(),
    Column::new("existing", "EXISTING", ColumnKind::Text, 8).wide(),
    Column::new("operations", "OPERATIONS", ColumnKind::Text, 12).wide(),
    Column::new("hooks_failed", "HOOKS FAILED", ColumnKind::Number, 12).wide(),
    Column::new("result", "RESULT", ColumnKind::Text, 30).wide(),
    Column::new("velero", "VELERO IN", ColumnKind::Text, 12).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

fn row(ground: &Ground<'_>, velero: &Velero, restore: &Restore) -> Row {
    let cluster = &velero.cluster;
    let object = itself(KIND, cluster, &restore.namespace, &restore.name);
    let of = Outcome {
        restore: true,
        namespace: restore.namespace.clone(),
        name: restore.name.clone(),
    };
    let results = ground.inventory.results.get(&(cluster.clone(), of));
    let summary = results
        .and_then(|remote| remote.value())
        .map(|results| results.summary(true));
    let mapping: Vec<String> = restore
        .mapping
        .iter()
        .map(|(from, to)| format!("{from} to {to}"))
        .collect();
    let health = restore.health(summary.as_ref());
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "phase" => restore.phase.as_str().into(),
        "backup" => Cell::some(restore.backup.as_deref()),
        "created" => Cell::at(restore.created),
        "progress" => progress(restore.progress),
        "errors" => restore.errors.into(),
        "warnings" => restore.warnings.into(),
        "started" => Cell::at(restore.started),
        "completed" => Cell::at(restore.completed),
        "schedule" => Cell::some(restore.schedule.as_deref()),
        "namespaces" => namespaces(&restore.namespaces),
        "mapping" => mapping.join(", ").into(),
        "existing" => restore.existing.as_deref().unwrap_or("none").into(),
        "operations" => operations(restore.operations),
        "hooks_failed" => restore.hooks_failed.into(),
        "result" => Cell::some(summary.map(|summary| summary.line())),
        "velero" => restore.namespace.as_str().into(),
        "id" => format!("{}/{}", restore.namespace, restore.name).into(),
        _ => Cell::Unknown,
    })
}
