//! Everything that needs somebody, over all tables, the worst first.

use std::cmp::Reverse;

use super::{
    Cell, Column, ColumnKind, Lens, Row, Table, balancers, budgets, clusters, ground::Ground, jobs,
    kubernetes, peerings, pools, protection, records, subnets, targets, velero, vpcs,
};
use crate::{
    inventory::Inventory,
    model::{Region, State},
};

pub(super) const TABLE: Table = Table {
    name: "findings",
    columns: &[
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("kind", "KIND", ColumnKind::Text, 10),
        Column::new("name", "NAME", ColumnKind::Text, 22),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("reason", "WHY", ColumnKind::Text, 40),
        Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
        Column::new("id", "ID", ColumnKind::Text, 24).wide(),
    ],
    rows,
};

/// The tables whose rows are findings when they are ill. Those that only repeat others' faults (a
/// cluster its pools', a VPC its peerings') are told by the first of the two.
const SOURCES: &[Table] = &[
    peerings::TABLE,
    vpcs::TABLE,
    subnets::TABLE,
    clusters::TABLE,
    pools::TABLE,
    kubernetes::gpus::TABLE,
    kubernetes::nodes::NODES,
    kubernetes::workloads::TABLE,
    velero::schedules::TABLE,
    velero::locations::TABLE,
    protection::TABLE,
    jobs::TABLE,
    budgets::BUDGETS,
    budgets::ANOMALIES,
    records::RECORDS,
    balancers::TABLE,
    targets::TABLE,
];

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = gather(inventory, lens);
    rows.sort_by_key(|row| Reverse(row.health.state));
    for row in &mut rows {
        let object = &row.object;
        row.cells = vec![
            Cell::State(row.health.state),
            object.kind.into(),
            object.name.as_str().into(),
            row.class.to_string().into(),
            Cell::some(object.account.map(|id| ground.label(id))),
            row.health.reason.as_str().into(),
            Cell::some(object.region.as_ref().map(Region::as_str)),
            object.id.as_str().into(),
        ];
        row.depth = 0;
    }
    rows
}

/// The ill rows of all tables, as those tables made them. One fault is told once.
pub(super) fn gather(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let mut found: Vec<Row> = Vec::new();
    let mut told = std::collections::HashSet::new();
    for table in SOURCES {
        for row in (table.rows)(inventory, lens) {
            if row.health.state < State::Warning || row.object.kind == "scope" {
                continue;
            }
            let reason = row.health.reason.clone();
            // What repeats a part's reason has it at its end: `pool: 2 of 4 nodes are missing`.
            let part = reason.split_once(": ").map(|(_, part)| part.to_owned());
            let account = row.object.account;
            let repeated = part.is_some_and(|part| told.contains(&(account, part)));
            if !repeated && told.insert((account, reason)) {
                found.push(row);
            }
        }
    }
    found
}
