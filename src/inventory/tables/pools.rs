//! Node pools of all clusters, as EKS tells of them.

use super::{
    Cell, Column, ColumnKind, Lens, Row, Table,
    ground::{Ground, by_word},
};
use crate::{
    inventory::Inventory,
    model::{
        Health, State, ZoneName,
        cluster::{Accelerator, Cluster, NodePool},
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "POOL", ColumnKind::Text, 14),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("type", "TYPE", ColumnKind::Text, 12),
    Column::new("capacity", "FROM", ColumnKind::Text, 9),
    Column::new("nodes", "NODES", ColumnKind::Number, 5),
    Column::new("wanted", "WANTED", ColumnKind::Number, 6),
    Column::new("max", "MAX", ColumnKind::Number, 4),
    Column::new("model", "GPU", ColumnKind::Text, 6),
    Column::new("gpus", "GPUS", ColumnKind::Number, 5),
    Column::new("reason", "WHY", ColumnKind::Text, 24),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("min", "MIN", ColumnKind::Number, 4).wide(),
    Column::new("zones", "ZONES", ColumnKind::Text, 20).wide(),
    Column::new("memory", "GPU MEMORY", ColumnKind::Bytes, 10).wide(),
    Column::new("status", "EKS STATUS", ColumnKind::Text, 10).wide(),
    Column::new("id", "ARN", ColumnKind::Text, 40).wide(),
];

pub(super) const TABLE: Table = Table {
    name: "pools",
    columns: COLUMNS,
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (_, clusters) in ground.read(&inventory.clusters) {
        for cluster in clusters {
            let pools = cluster.pools.iter();
            rows.extend(pools.map(|pool| row(&ground, cluster, pool)));
        }
    }
    rows.extend(ground.unread(&inventory.clusters, COLUMNS));
    rows
}

fn row(ground: &Ground<'_>, cluster: &Cluster, pool: &NodePool) -> Row {
    let place = &cluster.place;
    let health = health(pool);
    let gpu = pool.accelerator.as_ref();
    let zones: Vec<&str> = pool.zones.iter().map(ZoneName::as_str).collect();
    let memory = |gpu: &Accelerator| gpu.memory_mib.saturating_mul(1 << 20);
    let cells = vec![
        pool.name.as_str().into(),
        Cell::State(health.state),
        ground.class(place.account).to_string().into(),
        cluster.name.as_str().into(),
        pool.instance_types.join(" ").into(),
        pool.capacity.to_string().replace('_', "-").into(),
        Cell::count(pool.running),
        pool.desired.into(),
        pool.max.into(),
        Cell::some(gpu.map(|gpu| gpu.model.as_str())),
        pool.gpus_now().into(),
        health.reason.as_str().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
        pool.min.into(),
        zones.join(" ").into(),
        gpu.map_or(Cell::Unknown, |gpu| Cell::Bytes(memory(gpu))),
        pool.status.as_str().into(),
        pool.arn.as_str().into(),
    ];
    let id = format!("{}/{}", cluster.name, pool.name);
    let object = Ground::object("pool", place, &id, pool.name.as_str()).with_arn(&pool.arn);
    ground.row(object, health, &pool.tags, cells)
}

/// EKS's own word, then missing nodes, then issues.
pub(super) fn health(pool: &NodePool) -> Health {
    let own = by_word(
        &pool.status,
        &["CREATE_FAILED", "DELETE_FAILED", "DEGRADED"],
        &["CREATING", "UPDATING", "DELETING"],
    );
    let issue = pool.issues.first().map(String::as_str);
    let mut health = own;
    let short = pool.short_of();
    if short > 0 {
        let why = issue.map(|issue| format!(": {issue}")).unwrap_or_default();
        let reason = format!("{short} of {} nodes are missing{why}", pool.desired);
        health = Health::new(health.state.max(State::Warning), reason);
    } else if let Some(issue) = issue {
        health = Health::new(health.state.max(State::Warning), issue);
    }
    health
}
