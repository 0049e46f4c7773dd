//! Pods, with the one reason why a pod is not ready.

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object,
};
use crate::{
    inventory::Inventory,
    model::{
        ClusterId,
        workload::{Contents, Pod},
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "POD", ColumnKind::Text, 24),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("namespace", "NAMESPACE", ColumnKind::Text, 14),
    Column::new("owner", "OWNER", ColumnKind::Text, 18),
    Column::new("ready", "READY", ColumnKind::Text, 5),
    Column::new("restarts", "RESTARTS", ColumnKind::Number, 8),
    Column::new("created", "AGE", ColumnKind::Age, 5),
    Column::new("reason", "WHY", ColumnKind::Text, 30),
    Column::new("phase", "PHASE", ColumnKind::Text, 9).wide(),
    Column::new("node", "NODE", ColumnKind::Text, 22).wide(),
    Column::new("cpu", "CPU MILLI", ColumnKind::Number, 9).wide(),
    Column::new("memory", "MEMORY", ColumnKind::Bytes, 8).wide(),
    Column::new("devices", "DEVICES", ColumnKind::Text, 16).wide(),
    Column::new("service_account", "SERVICE ACCOUNT", ColumnKind::Text, 15).wide(),
    Column::new("role", "ROLE", ColumnKind::Text, 30).wide(),
    Column::new("evidence", "EVIDENCE", ColumnKind::Text, 30).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "pods",
    columns: COLUMNS,
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (cluster, contents) in ground.within(&inventory.contents) {
        let pods = contents.pods.iter();
        rows.extend(pods.map(|pod| row(&ground, cluster, contents, pod)));
        rows.extend(ground.parts(cluster, &contents.gaps, &["pods"], COLUMNS));
    }
    rows.extend(ground.beyond(&inventory.contents, COLUMNS));
    rows
}

fn row(ground: &Ground<'_>, cluster: &ClusterId, contents: &Contents, pod: &Pod) -> Row {
    let object = object("pod", cluster, &[&pod.namespace, &pod.name]);
    let health = pod.health_at(ground.lens.now);
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "namespace" => (*pod.namespace).into(),
        "owner" => Cell::some(pod.owner.as_ref().map(ToString::to_string)),
        "ready" => ready(pod),
        "restarts" => pod.restarts.into(),
        "created" => Cell::at(pod.created),
        "phase" => (*pod.phase).into(),
        "node" => Cell::some(pod.node.as_deref()),
        "cpu" => pod.asks.cpu_milli.into(),
        "memory" => Cell::Bytes(pod.asks.memory_bytes),
        "devices" => devices(pod),
        "service_account" => Cell::some(pod.service_account.as_deref()),
        "role" => {
            let account = pod.service_account.as_deref();
            let grant = account.and_then(|account| contents.grant(&pod.namespace, account));
            Cell::some(grant.map(|grant| grant.role.as_str()))
        }
        "evidence" => pod.evidence.join(" · ").into(),
        "id" => format!("{}/{}", pod.namespace, pod.name).into(),
        _ => Cell::Unknown,
    })
}

/// Ready ones of all containers; a pod that has ended has none that should be.
fn ready(pod: &Pod) -> Cell {
    if pod.is_over() {
        return "".into();
    }
    format!("{}/{}", pod.ready, pod.containers.len()).into()
}

fn devices(pod: &Pod) -> Cell {
    let devices = pod.asks.devices.iter();
    let words: Vec<String> = devices
        .map(|(resource, count)| format!("{count} {resource}"))
        .collect();
    words.join(", ").into()
}
