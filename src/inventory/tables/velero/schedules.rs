//! Schedules of Velero, held to what may be lost.

use super::{
    super::{Cell, Column, ColumnKind, Row, Table, ground::Ground, protection::objective},
    itself, namespaces, rows,
};
use crate::model::{
    Tags,
    protection::length,
    velero::{Backup, Schedule, Velero},
};

pub(in super::super) const TABLE: Table = Table {
    name: "velero_schedules",
    columns: COLUMNS,
    rows: |inventory, lens| {
        rows(
            (inventory, lens),
            &TABLE,
            "schedules",
            |velero| &velero.schedules,
            row,
        )
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "SCHEDULE", ColumnKind::Text, 20),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("cron", "WHEN", ColumnKind::Text, 14),
    Column::new("last_good", "LAST GOOD", ColumnKind::Age, 9),
    Column::new("rpo", "WANTED", ColumnKind::Text, 7),
    Column::new("backups", "BACKUPS", ColumnKind::Number, 7),
    Column::new("namespaces", "NAMESPACES", ColumnKind::Text, 18),
    Column::new("reason", "WHY", ColumnKind::Text, 30),
    Column::new("phase", "PHASE", ColumnKind::Text, 10).wide(),
    Column::new("paused", "PAUSED", ColumnKind::Text, 6).wide(),
    Column::new("last", "LAST", ColumnKind::Age, 6).wide(),
    Column::new("skipped", "SKIPPED", ColumnKind::Age, 7).wide(),
    Column::new("latest", "LATEST", ColumnKind::Text, 24).wide(),
    Column::new("location", "LOCATION", ColumnKind::Text, 12).wide(),
    Column::new("velero", "VELERO IN", ColumnKind::Text, 12).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

fn row(ground: &Ground<'_>, velero: &Velero, schedule: &Schedule) -> Row {
    let cluster = &velero.cluster;
    let now = ground.lens.now;
    let good = |backup: &&Backup| backup.is_good(now);
    // A backup is as old as what it holds: its start.
    let last_good = velero
        .backups_of(schedule)
        .filter(good)
        .filter_map(|backup| backup.started)
        .max();
    let class = ground.class(cluster.place.account);
    let rpo = schedule
        .rpo
        .unwrap_or_else(|| objective(class, &Tags::new()).rpo);
    let health = schedule.health(last_good, rpo, now);
    let count = velero.backups_of(schedule).count();
    let latest = velero.latest_of(schedule);
    let object = itself(
        "velero schedule",
        cluster,
        &schedule.namespace,
        &schedule.name,
    );
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "cron" => schedule.cron.as_str().into(),
        "last_good" => Cell::at(last_good),
        "rpo" => length(rpo).into(),
        "backups" => Cell::count(Some(count)),
        "namespaces" => namespaces(&schedule.namespaces),
        "phase" => schedule.phase.as_str().into(),
        "paused" => if schedule.paused { "yes" } else { "no" }.into(),
        "last" => Cell::at(schedule.last_backup),
        "skipped" => Cell::at(schedule.last_skipped),
        "latest" => Cell::some(latest.map(|backup| backup.name.as_str())),
        "location" => Cell::some(schedule.location.as_deref()),
        "velero" => schedule.namespace.as_str().into(),
        "id" => format!("{}/{}", schedule.namespace, schedule.name).into(),
        _ => Cell::Unknown,
    })
}
