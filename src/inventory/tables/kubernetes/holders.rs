//! Pods that hold GPUs, with who owns them.

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object,
};
use crate::{
    inventory::Inventory,
    model::{
        ClusterId, Health,
        fleet::{Fleet, Holder},
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "POD", ColumnKind::Text, 22),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("namespace", "NAMESPACE", ColumnKind::Text, 14),
    Column::new("owner", "OWNER", ColumnKind::Text, 20),
    Column::new("pool", "POOL", ColumnKind::Text, 14),
    Column::new("requested", "REQUESTED", ColumnKind::Number, 9),
    Column::new("resource", "RESOURCE", ColumnKind::Text, 16),
    Column::new("busy", "BUSY", ColumnKind::Percent, 6),
    Column::new("phase", "PHASE", ColumnKind::Text, 9),
    Column::new("created", "AGE", ColumnKind::Age, 5),
    Column::new("reason", "WHY", ColumnKind::Text, 24),
    Column::new("node", "NODE", ColumnKind::Text, 22).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "gpu_pods",
    columns: COLUMNS,
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (cluster, fleet) in ground.within(&inventory.fleets) {
        for holder in &fleet.holders {
            let held = holder.holds.iter();
            rows.extend(
                held.map(|(resource, count)| {
                    row(&ground, cluster, fleet, holder, (resource, *count))
                }),
            );
        }
    }
    rows.extend(ground.beyond(&inventory.fleets, COLUMNS));
    rows
}

fn row(
    ground: &Ground<'_>,
    cluster: &ClusterId,
    fleet: &Fleet,
    holder: &Holder,
    (resource, count): (&str, u64),
) -> Row {
    let object = object("pod", cluster, &[&holder.namespace, &holder.name]);
    let health = Health::new(holder.state, holder.reason.as_str());
    let node = fleet
        .nodes
        .binary_search_by(|node| node.name.as_str().cmp(&holder.node));
    let pool = node.ok().map(|at| fleet.nodes[at].pool.as_str());
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "namespace" => holder.namespace.as_str().into(),
        "owner" => Cell::some(holder.owner.as_ref().map(ToString::to_string)),
        "pool" => Cell::some(pool),
        "requested" => count.into(),
        "resource" => resource.into(),
        "busy" => holder
            .busy
            .map_or(Cell::Unknown, |busy| Cell::Percent(busy.percent())),
        "phase" => holder.phase.as_str().into(),
        "created" => Cell::at(holder.created),
        "node" => holder.node.as_str().into(),
        "id" => format!("{}/{}", holder.namespace, holder.name).into(),
        _ => Cell::Unknown,
    })
}
