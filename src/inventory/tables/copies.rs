//! What can be brought back: recovery points of AWS Backup and snapshots of databases, newest first,
//! and the read replicas, which are as new as their lag lets them be.

use std::cmp::Reverse;

use super::{
    Cell, Column, ColumnKind, Lens, Row, Table,
    ground::{Ground, by_word},
};
use crate::{
    inventory::Inventory,
    model::{
        Place, Region, Tags,
        protection::{Database, DatabaseSnapshot, RecoveryPoint},
    },
};

/// The calls that tell of copies.
const CALLS: &[&str] = &[
    "backup:ListRecoveryPointsByBackupVault",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBInstanceAutomatedBackups",
    "rds:DescribeDBSnapshots",
];

pub(super) const TABLE: Table = Table {
    name: "recovery_points",
    columns: &[
        Column::new("name", "OF", ColumnKind::Text, 20),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("region", "REGION", ColumnKind::Text, 12),
        Column::new("type", "KIND", ColumnKind::Text, 10),
        Column::new("created", "AGE", ColumnKind::Age, 6),
        Column::new("size", "SIZE", ColumnKind::Bytes, 9),
        Column::new("vault", "VAULT", ColumnKind::Text, 14),
        Column::new("status", "STATUS", ColumnKind::Text, 10),
        Column::new("reason", "WHY", ColumnKind::Text, 20),
        Column::new("copied_from", "COPIED FROM", ColumnKind::Text, 12).wide(),
        Column::new("id", "ARN", ColumnKind::Text, 40).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (place, protection) in ground.read(&inventory.protections) {
        let points = protection.recovery_points.iter();
        rows.extend(points.map(|point| (Some(point.created), of_point(&ground, place, point))));
        let snapshots = protection.snapshots.iter();
        rows.extend(snapshots.map(|copy| (copy.created, of_snapshot(&ground, place, copy))));
        let replicas = protection.databases.iter();
        let replicas = replicas.filter_map(|copy| of_replica(&ground, place, copy));
        rows.extend(replicas.map(|row| (None, row)));
    }
    rows.sort_by_key(|(created, _)| Reverse(*created));
    let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    for (place, protection) in ground.read(&inventory.protections) {
        rows.extend(ground.gaps(place, &protection.gaps, Some(CALLS), TABLE.columns));
    }
    rows.extend(ground.unread(&inventory.protections, TABLE.columns));
    rows
}

fn of_point(ground: &Ground<'_>, place: &Place, point: &RecoveryPoint) -> Row {
    let health = by_word(
        &point.status,
        &["PARTIAL", "EXPIRED", "STOPPED"],
        &["CREATING", "DELETING"],
    );
    let of = point.resource.as_str();
    let name = of.rsplit([':', '/']).next().unwrap_or(of);
    let cells = vec![
        name.into(),
        Cell::State(health.state),
        ground.class(place.account).to_string().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
        point.resource_type.as_str().into(),
        Cell::At(point.created),
        point.size_bytes.map_or(Cell::Unknown, Cell::Bytes),
        point.vault.as_str().into(),
        point.status.to_lowercase().into(),
        health.reason.as_str().into(),
        Cell::Unknown,
        point.arn.as_str().into(),
    ];
    let object = Ground::object("recovery point", place, point.arn.as_str(), name);
    ground.row(object.with_arn(&point.arn), health, &Tags::new(), cells)
}

fn of_replica(ground: &Ground<'_>, place: &Place, database: &Database) -> Option<Row> {
    let source = database.replica_of.as_deref()?;
    // One in another region is told by its ARN.
    let source = source.rsplit(':').next().unwrap_or(source);
    let health = by_word(
        &database.status,
        &["failed", "stopped", "storage-full"],
        &["creating", "modifying", "rebooting"],
    );
    let cells = vec![
        source.into(),
        Cell::State(health.state),
        ground.class(place.account).to_string().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
        "read replica".into(),
        Cell::Unknown,
        Cell::Unknown,
        Cell::Unknown,
        database.status.as_str().into(),
        health.reason.as_str().into(),
        Cell::Unknown,
        database.arn.as_str().into(),
    ];
    let object = Ground::object("read replica", place, &database.id, &database.id);
    Some(ground.row(
        object.with_arn(&database.arn),
        health,
        &database.tags,
        cells,
    ))
}

fn of_snapshot(ground: &Ground<'_>, place: &Place, snapshot: &DatabaseSnapshot) -> Row {
    let health = by_word(&snapshot.status, &["failed"], &["creating", "copying"]);
    let cells = vec![
        snapshot.database.as_str().into(),
        Cell::State(health.state),
        ground.class(place.account).to_string().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
        format!("snapshot, {}", snapshot.kind).into(),
        Cell::at(snapshot.created),
        snapshot
            .size_gib
            .map_or(Cell::Unknown, |size| Cell::Bytes(u64::from(size) << 30)),
        Cell::Unknown,
        snapshot.status.as_str().into(),
        health.reason.as_str().into(),
        Cell::some(snapshot.copied_from.as_ref().map(Region::as_str)),
        snapshot.arn.as_str().into(),
    ];
    let object = Ground::object("snapshot", place, &snapshot.id, &snapshot.id);
    ground.row(object.with_arn(&snapshot.arn), health, &Tags::new(), cells)
}
