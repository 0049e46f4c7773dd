//! Deployments, sets and jobs of all clusters, the ill ones with the pod that shows why.

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object,
};
use crate::{
    inventory::Inventory,
    model::{ClusterId, workload::Workload},
};

const COLUMNS: &[Column] = &[
    Column::new("name", "WORKLOAD", ColumnKind::Text, 20),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("namespace", "NAMESPACE", ColumnKind::Text, 14),
    Column::new("type", "KIND", ColumnKind::Text, 12),
    Column::new("wanted", "WANTED", ColumnKind::Number, 6),
    Column::new("ready", "READY", ColumnKind::Number, 5),
    Column::new("updated", "UPDATED", ColumnKind::Number, 7),
    Column::new("created", "AGE", ColumnKind::Age, 5),
    Column::new("reason", "WHY", ColumnKind::Text, 32),
    Column::new("available", "AVAILABLE", ColumnKind::Number, 9).wide(),
    Column::new("images", "IMAGES", ColumnKind::Text, 30).wide(),
    Column::new("owner", "OWNER", ColumnKind::Text, 18).wide(),
    Column::new("managed_by", "KEPT BY", ColumnKind::Text, 24).wide(),
    Column::new("service_account", "SERVICE ACCOUNT", ColumnKind::Text, 15).wide(),
    Column::new("evidence", "EVIDENCE", ColumnKind::Text, 30).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "workloads",
    columns: COLUMNS,
    rows,
};

/// What workloads are listed by, as the API calls them.
const KINDS: [&str; 5] = [
    "deployments",
    "statefulsets",
    "daemonsets",
    "jobs",
    "cronjobs",
];

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (cluster, contents) in ground.within(&inventory.contents) {
        let workloads = contents.workloads.iter();
        rows.extend(workloads.map(|workload| row(&ground, cluster, workload)));
        rows.extend(ground.parts(cluster, &contents.gaps, &KINDS, COLUMNS));
    }
    rows.extend(ground.beyond(&inventory.contents, COLUMNS));
    rows
}

fn row(ground: &Ground<'_>, cluster: &ClusterId, workload: &Workload) -> Row {
    let (namespace, itself) = (workload.namespace.as_str(), &workload.itself);
    let object = object(
        "workload",
        cluster,
        &[namespace, &itself.kind, &itself.name],
    );
    let counts = workload.counts;
    ground.line(
        cluster,
        object,
        workload.health.clone(),
        COLUMNS,
        |key| match key {
            "namespace" => namespace.into(),
            "type" => itself.kind.as_str().into(),
            "wanted" => counts.wanted.into(),
            "ready" => counts.ready.into(),
            "updated" => counts.updated.into(),
            "created" => Cell::at(workload.created),
            "available" => counts.available.into(),
            "images" => workload.images.join(" ").into(),
            "owner" => Cell::some(workload.owner.as_ref().map(ToString::to_string)),
            "managed_by" => Cell::some(workload.managed_by.as_deref()),
            "service_account" => Cell::some(workload.service_account.as_deref()),
            "evidence" => workload.evidence.join(" · ").into(),
            "id" => format!("{namespace}/{itself}").into(),
            _ => Cell::Unknown,
        },
    )
}
