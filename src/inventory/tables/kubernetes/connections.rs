//! How each cluster stands from within: whether it is reached, how much is in it, and which parts of
//! it may not be read.

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object, unread,
};
use crate::{
    inventory::Inventory,
    model::{ClusterId, Health, Remote, State, fleet::Fleet},
};

const COLUMNS: &[Column] = &[
    Column::new("name", "CLUSTER", ColumnKind::Text, 18),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
    Column::new("region", "REGION", ColumnKind::Text, 12),
    Column::new("version", "SERVER", ColumnKind::Text, 12),
    Column::new("nodes", "NODES", ColumnKind::Number, 6),
    Column::new("not_ready", "NOT READY", ColumnKind::Number, 9),
    Column::new("pods", "PODS", ColumnKind::Number, 7),
    Column::new("unwell", "UNWELL", ColumnKind::Number, 6),
    Column::new("waiting", "WAITING", ColumnKind::Number, 7),
    Column::new("read", "READ", ColumnKind::Age, 6),
    Column::new("reason", "WHY", ColumnKind::Text, 30),
    Column::new("malformed", "UNREADABLE", ColumnKind::Number, 10).wide(),
    Column::new("id", "ID", ColumnKind::Text, 40).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "connections",
    columns: COLUMNS,
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let in_view = inventory
        .fleets
        .iter()
        .filter(|(cluster, _)| ground.has(&cluster.place));
    let mut rows: Vec<Row> = in_view
        .map(|(cluster, remote)| {
            let fleet = remote.value().map(AsRef::as_ref);
            let health =
                unread(remote).unwrap_or_else(|| fleet.map_or_else(Health::default, health));
            row(&ground, cluster, fleet, health, remote)
        })
        .collect();
    rows.extend(ground.unread(&inventory.clusters, COLUMNS));
    rows
}

fn row<T>(
    ground: &Ground<'_>,
    cluster: &ClusterId,
    fleet: Option<&Fleet>,
    health: Health,
    remote: &Remote<T>,
) -> Row {
    let object = object("cluster", cluster, &[]);
    let away = |fleet: &Fleet| fleet.nodes.iter().filter(|node| !node.ready).count();
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "version" => Cell::some(fleet.and_then(|fleet| fleet.version.as_deref())),
        "nodes" => Cell::count(fleet.map(|fleet| fleet.nodes.len())),
        "not_ready" => Cell::count(fleet.map(away)),
        "pods" => Cell::count(fleet.map(|fleet| fleet.pods)),
        "unwell" => Cell::count(fleet.map(|fleet| fleet.pods_unwell)),
        "waiting" => Cell::count(fleet.map(|fleet| fleet.pods_waiting)),
        "read" => Cell::at(remote.read_at()),
        "malformed" => Cell::count(fleet.map(|fleet| fleet.malformed)),
        "id" => cluster.to_string().into(),
        _ => Cell::Unknown,
    })
}

/// Parts that are missing, then nodes, then pods.
fn health(fleet: &Fleet) -> Health {
    if let Some(gap) = fleet.gaps.first() {
        return gap.told().health();
    }
    let away = fleet.nodes.iter().filter(|node| !node.ready).count();
    if away > 0 {
        let all = fleet.nodes.len();
        return Health::new(
            State::Warning,
            format!("{away} of {all} nodes are not ready"),
        );
    }
    let (unwell, waiting) = (fleet.pods_unwell, fleet.pods_waiting);
    match (unwell, waiting) {
        (0, 0) => {}
        (0, waiting) => {
            return Health::new(State::Warning, format!("{waiting} pods wait for a node"));
        }
        (unwell, 0) => return Health::new(State::Warning, format!("{unwell} pods are not well")),
        (unwell, waiting) => {
            let said = format!("{unwell} pods are not well, {waiting} wait for a node");
            return Health::new(State::Warning, said);
        }
    }
    if fleet.complete {
        Health::ok()
    } else {
        Health::new(State::Working, "pods are still being counted")
    }
}
