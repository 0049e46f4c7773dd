//! What components noted of late, the newest first.

use std::cmp::Reverse;

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object,
};
use crate::{
    inventory::Inventory,
    model::{ClusterId, Health, State, workload::Event},
};

const COLUMNS: &[Column] = &[
    Column::new("last", "LAST", ColumnKind::Age, 6),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("namespace", "NAMESPACE", ColumnKind::Text, 14),
    Column::new("name", "ABOUT", ColumnKind::Text, 24),
    Column::new("count", "COUNT", ColumnKind::Number, 5),
    Column::new("what", "WHAT", ColumnKind::Text, 18),
    Column::new("reason", "MESSAGE", ColumnKind::Text, 40),
    Column::new("type", "KIND", ColumnKind::Text, 12).wide(),
    Column::new("source", "NOTED BY", ColumnKind::Text, 18).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "events",
    columns: COLUMNS,
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut events: Vec<(&ClusterId, &Event)> = ground
        .within(&inventory.contents)
        .flat_map(|(cluster, contents)| contents.events.iter().map(move |one| (cluster, one)))
        .collect();
    events.sort_by_key(|(_, event)| Reverse(event.last));
    let mut rows: Vec<Row> = events
        .into_iter()
        .map(|(cluster, event)| row(&ground, cluster, event))
        .collect();
    for (cluster, contents) in ground.within(&inventory.contents) {
        rows.extend(ground.parts(cluster, &contents.gaps, &["events"], COLUMNS));
    }
    rows.extend(ground.beyond(&inventory.contents, COLUMNS));
    rows
}

fn row(ground: &Ground<'_>, cluster: &ClusterId, event: &Event) -> Row {
    let about = &event.about;
    let path = [
        &*event.namespace,
        &*about.kind,
        &*event.reason,
        &*about.name,
    ];
    let state = if event.warning {
        State::Warning
    } else {
        State::Ok
    };
    let health = Health::new(state, event.message.as_str());
    let object = object("event", cluster, &path);
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "last" => Cell::at(event.last),
        "namespace" => event.namespace.as_str().into(),
        "count" => event.count.into(),
        "what" => event.reason.as_str().into(),
        "type" => about.kind.as_str().into(),
        "source" => event.source.as_str().into(),
        "id" => format!("{}/{about}", event.namespace).into(),
        _ => Cell::Unknown,
    })
}
