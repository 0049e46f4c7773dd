//! Repositories of file data of Velero, one for each namespace and location.

use super::{
    super::{Cell, Column, ColumnKind, Row, Table, ground::Ground},
    itself, rows,
};
use crate::model::velero::{Repository, Velero};

pub(in super::super) const TABLE: Table = Table {
    name: "velero_repositories",
    columns: COLUMNS,
    rows: |inventory, lens| {
        rows(
            (inventory, lens),
            &TABLE,
            "backuprepositories",
            |velero| &velero.repositories,
            row,
        )
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "REPOSITORY", ColumnKind::Text, 24),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("of", "OF NAMESPACE", ColumnKind::Text, 16),
    Column::new("type", "KIND", ColumnKind::Text, 8),
    Column::new("location", "LOCATION", ColumnKind::Text, 12),
    Column::new("maintained", "MAINTAINED", ColumnKind::Age, 10),
    Column::new("phase", "PHASE", ColumnKind::Text, 9),
    Column::new("reason", "WHY", ColumnKind::Text, 30),
    Column::new("velero", "VELERO IN", ColumnKind::Text, 12).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

fn row(ground: &Ground<'_>, velero: &Velero, repository: &Repository) -> Row {
    let cluster = &velero.cluster;
    let (namespace, name) = (repository.namespace.as_str(), repository.name.as_str());
    let object = itself("velero repository", cluster, namespace, name);
    let health = repository.health();
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "of" => repository.volume_namespace.as_str().into(),
        "type" => repository.kind.as_str().into(),
        "location" => repository.location.as_str().into(),
        "maintained" => Cell::at(repository.maintained),
        "phase" => repository.phase.as_str().into(),
        "velero" => namespace.into(),
        "id" => format!("{namespace}/{name}").into(),
        _ => Cell::Unknown,
    })
}
