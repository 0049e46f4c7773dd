//! Jobs of AWS Backup, newest first.

use std::cmp::Reverse;

use super::{
    Cell, Column, ColumnKind, Lens, Row, Table,
    ground::{Ground, by_word},
};
use crate::{
    inventory::Inventory,
    model::{Health, Place, Tags, protection::BackupJob},
};

pub(super) const TABLE: Table = Table {
    name: "jobs",
    columns: &[
        Column::new("name", "OF", ColumnKind::Text, 20),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("region", "REGION", ColumnKind::Text, 12),
        Column::new("type", "KIND", ColumnKind::Text, 8),
        Column::new("created", "STARTED", ColumnKind::Age, 7),
        Column::new("status", "STATUS", ColumnKind::Text, 10),
        Column::new("reason", "WHY", ColumnKind::Text, 30),
        Column::new("completed", "ENDED", ColumnKind::Age, 7).wide(),
        Column::new("id", "ID", ColumnKind::Text, 36).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut jobs: Vec<(&Place, &BackupJob)> = ground
        .read(&inventory.protections)
        .flat_map(|(place, protection)| protection.jobs.iter().map(move |job| (place, job)))
        .collect();
    jobs.sort_by_key(|(_, job)| Reverse(job.created));
    let mut rows: Vec<Row> = jobs
        .into_iter()
        .map(|(place, job)| row(&ground, place, job))
        .collect();
    for (place, protection) in ground.read(&inventory.protections) {
        let calls = Some(["backup:ListBackupJobs"].as_slice());
        rows.extend(ground.gaps(place, &protection.gaps, calls, TABLE.columns));
    }
    rows.extend(ground.unread(&inventory.protections, TABLE.columns));
    rows
}

fn row(ground: &Ground<'_>, place: &Place, job: &BackupJob) -> Row {
    let verdict = by_word(
        &job.state,
        &["FAILED", "ABORTED", "EXPIRED", "PARTIAL"],
        &["RUNNING", "CREATED", "PENDING"],
    );
    let told = job.message.clone().filter(|_| verdict != Health::ok());
    let health = Health::new(verdict.state, told.unwrap_or(verdict.reason));
    let of = job.resource.as_str();
    let name = of.rsplit([':', '/']).next().unwrap_or(of);
    let cells = vec![
        name.into(),
        Cell::State(health.state),
        ground.class(place.account).to_string().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
        job.resource_type.as_str().into(),
        Cell::At(job.created),
        job.state.to_lowercase().into(),
        health.reason.as_str().into(),
        Cell::at(job.completed),
        job.id.as_str().into(),
    ];
    let object = Ground::object("backup job", place, &job.id, name);
    ground.row(object, health, &Tags::new(), cells)
}
