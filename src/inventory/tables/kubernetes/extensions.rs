//! Objects of controllers that a cluster may have: Argo, Flux, Flagger, Istio, Linkerd, Kubeflow,
//! Gatekeeper.

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object,
};
use crate::{
    inventory::Inventory,
    model::{ClusterId, workload::Extension},
};

const COLUMNS: &[Column] = &[
    Column::new("name", "OBJECT", ColumnKind::Text, 22),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("namespace", "NAMESPACE", ColumnKind::Text, 14),
    Column::new("product", "PRODUCT", ColumnKind::Text, 14),
    Column::new("type", "KIND", ColumnKind::Text, 16),
    Column::new("created", "AGE", ColumnKind::Age, 5),
    Column::new("reason", "WHY", ColumnKind::Text, 32),
    Column::new("facts", "FACTS", ColumnKind::Text, 40).wide(),
    Column::new("api", "API", ColumnKind::Text, 24).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "extensions",
    columns: COLUMNS,
    rows,
};

/// Gaps of these kinds are told by the tables of their own.
const TOLD: [&str; 9] = [
    "namespaces",
    "pods",
    "events",
    "deployments",
    "statefulsets",
    "daemonsets",
    "jobs",
    "cronjobs",
    "serviceaccounts",
];

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (cluster, contents) in ground.within(&inventory.contents) {
        let extensions = contents.extensions.iter();
        rows.extend(extensions.map(|extension| row(&ground, cluster, extension)));
        let own = contents.gaps.iter().filter(|gap| {
            let kind = gap.action.rsplit(' ').next().unwrap_or_default();
            !TOLD.contains(&kind) && !gap.action.starts_with("eks:")
        });
        let gaps: Vec<_> = own.cloned().collect();
        rows.extend(ground.parts(cluster, &gaps, &[], COLUMNS));
    }
    rows.extend(ground.beyond(&inventory.contents, COLUMNS));
    rows
}

fn row(ground: &Ground<'_>, cluster: &ClusterId, extension: &Extension) -> Row {
    let path = [
        &*extension.namespace,
        &*extension.api,
        &*extension.kind,
        &*extension.name,
    ];
    let health = extension.health.clone();
    let facts: Vec<String> = extension
        .facts
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let object = object("extension", cluster, &path);
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "namespace" => extension.namespace.as_str().into(),
        "product" => extension.product.as_str().into(),
        "type" => extension.kind.as_str().into(),
        "created" => Cell::at(extension.created),
        "facts" => facts.join(" · ").into(),
        "api" => extension.api.as_str().into(),
        "id" => format!(
            "{}/{}/{}",
            extension.namespace, extension.kind, extension.name
        )
        .into(),
        _ => Cell::Unknown,
    })
}
