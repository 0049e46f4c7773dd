//! Where backups of Velero are kept.

use super::{
    super::{Cell, Column, ColumnKind, Row, Table, ground::Ground},
    itself, rows,
};
use crate::model::velero::{Location, Velero};

pub(in super::super) const TABLE: Table = Table {
    name: "velero_locations",
    columns: COLUMNS,
    rows: |inventory, lens| {
        rows(
            (inventory, lens),
            &TABLE,
            "backupstoragelocations",
            |velero| &velero.locations,
            row,
        )
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "LOCATION", ColumnKind::Text, 18),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("phase", "PHASE", ColumnKind::Text, 11),
    Column::new("bucket", "BUCKET", ColumnKind::Text, 24),
    Column::new("access", "ACCESS", ColumnKind::Text, 9),
    Column::new("default", "DEFAULT", ColumnKind::Text, 7),
    Column::new("synced", "SYNCED", ColumnKind::Age, 7),
    Column::new("validated", "CHECKED", ColumnKind::Age, 7),
    Column::new("reason", "WHY", ColumnKind::Text, 30),
    Column::new("provider", "PROVIDER", ColumnKind::Text, 12).wide(),
    Column::new("prefix", "PREFIX", ColumnKind::Text, 12).wide(),
    Column::new("bucket_region", "BUCKET IN", ColumnKind::Text, 12).wide(),
    Column::new("velero", "VELERO IN", ColumnKind::Text, 12).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

fn row(ground: &Ground<'_>, velero: &Velero, location: &Location) -> Row {
    let cluster = &velero.cluster;
    let object = itself(
        "velero location",
        cluster,
        &location.namespace,
        &location.name,
    );
    let yes = |is: bool| if is { "yes" } else { "no" };
    ground.line(
        cluster,
        object,
        location.health(),
        COLUMNS,
        |key| match key {
            "phase" => location.phase.as_str().into(),
            "bucket" => location.bucket.as_str().into(),
            "access" => if location.read_only {
                "read"
            } else {
                "read/write"
            }
            .into(),
            "default" => yes(location.default).into(),
            "synced" => Cell::at(location.synced),
            "validated" => Cell::at(location.validated),
            "provider" => location.provider.as_str().into(),
            "prefix" => location.prefix.as_str().into(),
            "bucket_region" => Cell::some(location.region.as_deref()),
            "velero" => location.namespace.as_str().into(),
            "id" => format!("{}/{}", location.namespace, location.name).into(),
            _ => Cell::Unknown,
        },
    )
}
