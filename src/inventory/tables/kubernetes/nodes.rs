//! Nodes of all clusters, and those with GPUs.

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object, share,
};
use crate::{
    inventory::Inventory,
    model::{
        ClusterId, Health, State, ZoneName,
        fleet::{Node, Unit, short_model},
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "NODE", ColumnKind::Text, 22),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("pool", "POOL", ColumnKind::Text, 14),
    Column::new("type", "TYPE", ColumnKind::Text, 12),
    Column::new("cpu", "CPU", ColumnKind::Percent, 5),
    Column::new("memory", "MEMORY", ColumnKind::Percent, 6),
    Column::new("pods", "PODS", ColumnKind::Number, 4),
    Column::new("model", "GPU", ColumnKind::Text, 6),
    Column::new("unit", "UNIT", ColumnKind::Text, 10),
    Column::new("gpus", "GPUS", ColumnKind::Number, 4),
    Column::new("requested", "REQUESTED", ColumnKind::Number, 9),
    Column::new("free", "FREE", ColumnKind::Number, 4),
    Column::new("created", "AGE", ColumnKind::Age, 5),
    Column::new("reason", "WHY", ColumnKind::Text, 24),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("zone", "ZONE", ColumnKind::Text, 12).wide(),
    Column::new("capacity", "FROM", ColumnKind::Text, 9).wide(),
    Column::new("resource", "RESOURCE", ColumnKind::Text, 20).wide(),
    Column::new("others", "OTHER RESOURCES", ColumnKind::Text, 24).wide(),
    Column::new("installed", "INSTALLED", ColumnKind::Number, 9).wide(),
    Column::new("unhealthy", "UNHEALTHY", ColumnKind::Number, 9).wide(),
    Column::new("devices", "DEVICES", ColumnKind::Number, 7).wide(),
    Column::new("busy", "BUSY", ColumnKind::Percent, 6).wide(),
    Column::new("version", "KUBELET", ColumnKind::Text, 12).wide(),
    Column::new("instance", "INSTANCE", ColumnKind::Text, 19).wide(),
    Column::new("reservation", "RESERVATION", ColumnKind::Text, 20).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

pub(in super::super) const NODES: Table = Table {
    name: "nodes",
    columns: COLUMNS,
    rows: |inventory, lens| rows(inventory, lens, |_| true),
};

pub(in super::super) const GPU_NODES: Table = Table {
    name: "gpu_nodes",
    columns: COLUMNS,
    rows: |inventory, lens| rows(inventory, lens, Node::has_accelerators),
};

fn rows(inventory: &Inventory, lens: &Lens<'_>, keep: fn(&Node) -> bool) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (cluster, fleet) in ground.within(&inventory.fleets) {
        let nodes = fleet.nodes.iter().filter(|node| keep(node));
        rows.extend(nodes.map(|node| row(&ground, cluster, node)));
    }
    rows.extend(ground.beyond(&inventory.fleets, COLUMNS));
    rows
}

fn row(ground: &Ground<'_>, cluster: &ClusterId, node: &Node) -> Row {
    let object = object("node", cluster, &[&node.name]);
    let first = node.shares.first();
    let others: Vec<String> = node
        .shares
        .iter()
        .skip(1)
        .map(|share| {
            format!(
                "{} {}/{}",
                share.resource, share.requested, share.allocatable
            )
        })
        .collect();
    let capacity = node
        .capacity
        .map(|capacity| capacity.to_string().replace('_', "-"));
    ground.line(cluster, object, health(node), COLUMNS, |key| match key {
        "pool" => node.pool.as_str().into(),
        "type" => Cell::some(node.instance_type.as_deref()),
        "cpu" => share(node.cpu_requested_milli, node.cpu_milli),
        "memory" => share(node.memory_requested_bytes, node.memory_bytes),
        "pods" => node.pods.into(),
        "model" => node
            .model
            .as_ref()
            .map_or("".into(), |model| short_model(&model.name).into()),
        "created" => Cell::at(node.created),
        "zone" => Cell::some(node.zone.as_ref().map(ZoneName::as_str)),
        "capacity" => Cell::some(capacity.as_deref()),
        "others" => others.join(", ").into(),
        "devices" => Cell::count(node.devices),
        "busy" => node
            .busy
            .map_or(Cell::Unknown, |busy| Cell::Percent(busy.percent())),
        "version" => Cell::some(node.version.as_deref()),
        "instance" => Cell::some(node.instance.as_deref()),
        "reservation" => Cell::some(node.reservation.as_deref()),
        "id" => node.name.as_str().into(),
        key => match first {
            Some(share) => match key {
                "unit" => share.unit.to_string().into(),
                "gpus" => share.allocatable.into(),
                "requested" => share.requested.into(),
                "free" => share.free().into(),
                "resource" => share.resource.as_str().into(),
                "installed" => share.capacity.into(),
                "unhealthy" => share.unhealthy().into(),
                _ => Cell::Unknown,
            },
            None if node.devices_unknown => Cell::Unknown,
            // A node without any has none, and nobody need look at a column of noughts.
            None => "".into(),
        },
    })
}

/// Not ready, then cordoned, then devices that fail or that nobody can tell of.
pub(super) fn health(node: &Node) -> Health {
    if !node.ready {
        let why = node.reason.clone().unwrap_or_else(|| "not ready".into());
        return Health::new(State::Failed, why);
    }
    if node.devices_unknown {
        let said = "the driver's list of devices is not whole";
        return Health::new(State::Warning, said);
    }
    let unhealthy = node.shares.iter().find(|share| share.unhealthy() > 0);
    if let Some(share) = unhealthy {
        let what = match share.unit {
            Unit::Gpu => "GPUs",
            _ => share.resource.as_str(),
        };
        let (count, all) = (share.unhealthy(), share.capacity);
        return Health::new(
            State::Warning,
            format!("{count} of {all} {what} are not healthy"),
        );
    }
    if let Some(pressure) = &node.reason {
        return Health::new(State::Warning, pressure.as_str());
    }
    if node.cordoned {
        return Health::new(State::Off, "cordoned: takes no new pods");
    }
    Health::ok()
}
