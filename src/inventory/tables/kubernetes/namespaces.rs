//! Namespaces, with how many of their workloads and pods are well.

use std::collections::HashMap;

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object,
};
use crate::{
    inventory::Inventory,
    model::{
        ClusterId, Health, State,
        workload::{Contents, Namespace},
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "NAMESPACE", ColumnKind::Text, 20),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("workloads", "WORKLOADS", ColumnKind::Number, 9),
    Column::new("pods", "PODS", ColumnKind::Number, 6),
    Column::new("unwell", "UNWELL", ColumnKind::Number, 6),
    Column::new("created", "AGE", ColumnKind::Age, 5),
    Column::new("reason", "WHY", ColumnKind::Text, 32),
    Column::new("phase", "PHASE", ColumnKind::Text, 11).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "namespaces",
    columns: COLUMNS,
    rows,
};

/// What is counted of a namespace.
#[derive(Default)]
struct Sums {
    workloads: u64,
    pods: u64,
    unwell: u64,
    health: Health,
}

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (cluster, contents) in ground.within(&inventory.contents) {
        let sums = sums(contents);
        let none = Sums::default();
        let namespaces = contents.namespaces.iter();
        rows.extend(namespaces.map(|namespace| {
            let sums = sums.get(namespace.name.as_str()).unwrap_or(&none);
            row(&ground, cluster, namespace, sums)
        }));
        rows.extend(ground.parts(cluster, &contents.gaps, &["namespaces"], COLUMNS));
    }
    rows.extend(ground.beyond(&inventory.contents, COLUMNS));
    rows
}

fn sums(contents: &Contents) -> HashMap<&str, Sums> {
    let mut all: HashMap<&str, Sums> = HashMap::new();
    for workload in &contents.workloads {
        let sums = all.entry(&workload.namespace).or_default();
        sums.workloads += 1;
        let own = &workload.health;
        if own.state > sums.health.state {
            let reason = format!("{}: {}", workload.itself.name, own.reason);
            sums.health = Health::new(own.state, reason);
        }
    }
    for pod in contents.pods.iter().filter(|pod| !pod.is_over()) {
        let sums = all.entry(&pod.namespace).or_default();
        sums.pods += 1;
        sums.unwell += u64::from(pod.health.state >= State::Warning);
    }
    all
}

fn row(ground: &Ground<'_>, cluster: &ClusterId, namespace: &Namespace, sums: &Sums) -> Row {
    let object = object("namespace", cluster, &[&namespace.name]);
    let going = match (&namespace.held_by, namespace.phase.as_str()) {
        (Some(held), _) => Health::new(State::Warning, held.as_str()),
        (None, "Terminating") => Health::new(State::Working, "is being deleted"),
        (None, _) => Health::ok(),
    };
    let health = going.worse(sums.health.clone());
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "workloads" => sums.workloads.into(),
        "pods" => sums.pods.into(),
        "unwell" => sums.unwell.into(),
        "created" => Cell::at(namespace.created),
        "phase" => namespace.phase.as_str().into(),
        "id" => namespace.name.as_str().into(),
        _ => Cell::Unknown,
    })
}
