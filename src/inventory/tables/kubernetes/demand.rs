//! Pods that wait for GPUs, the one that has waited longest first.

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object,
};
use crate::{
    inventory::Inventory,
    model::{
        ClusterId, Health, PoolName, State,
        fleet::{Pending, Wait},
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "POD", ColumnKind::Text, 22),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("namespace", "NAMESPACE", ColumnKind::Text, 14),
    Column::new("owner", "OWNER", ColumnKind::Text, 20),
    Column::new("wanted", "WANTS", ColumnKind::Number, 5),
    Column::new("resource", "RESOURCE", ColumnKind::Text, 16),
    Column::new("pools", "POOLS", ColumnKind::Text, 14),
    Column::new("wait", "WAIT", ColumnKind::Text, 13),
    Column::new("since", "SINCE", ColumnKind::Age, 6),
    Column::new("reason", "WHY", ColumnKind::Text, 30),
    Column::new("said", "SCHEDULER", ColumnKind::Text, 30).wide(),
    Column::new("selector", "WANTS NODES", ColumnKind::Text, 24).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "gpu_demand",
    columns: COLUMNS,
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut waiting: Vec<(&ClusterId, &Pending)> = ground
        .within(&inventory.fleets)
        .flat_map(|(cluster, fleet)| fleet.pending.iter().map(move |one| (cluster, one)))
        .collect();
    waiting.sort_by_key(|(_, one)| (one.since.is_none(), one.since));
    let mut rows: Vec<Row> = waiting
        .into_iter()
        .map(|(cluster, one)| row(&ground, cluster, one))
        .collect();
    rows.extend(ground.beyond(&inventory.fleets, COLUMNS));
    rows
}

fn row(ground: &Ground<'_>, cluster: &ClusterId, pending: &Pending) -> Row {
    let object = object("pod", cluster, &[&pending.namespace, &pending.name]);
    let state = match pending.wait {
        Wait::Unschedulable => State::Warning,
        Wait::Gated | Wait::Unseen => State::Working,
    };
    let pools: Vec<&str> = pending.pools.iter().map(PoolName::as_str).collect();
    let selector: Vec<String> = pending
        .selector
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let health = Health::new(state, pending.reason.as_str());
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "namespace" => pending.namespace.as_str().into(),
        "owner" => Cell::some(pending.owner.as_ref().map(ToString::to_string)),
        // A claim need not tell how many it wants.
        "wanted" => Cell::count(Some(pending.count).filter(|count| *count > 0)),
        "resource" => pending.resource.as_str().into(),
        "pools" => pools.join(" ").into(),
        "wait" => pending.wait.to_string().into(),
        "since" => Cell::at(pending.since),
        "said" => Cell::some(pending.said.as_deref()),
        "selector" => selector.join(",").into(),
        "id" => format!("{}/{}", pending.namespace, pending.name).into(),
        _ => Cell::Unknown,
    })
}
