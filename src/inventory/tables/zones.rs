//! Hosted zones.

use super::{Cell, Column, ColumnKind, Lens, Row, Table, budgets::global, ground::Ground, records};
use crate::{
    inventory::Inventory,
    model::{
        Health, State, Tags,
        traffic::{HostedZone, Zones},
    },
};

pub(super) const TABLE: Table = Table {
    name: "zones",
    columns: &[
        Column::new("name", "ZONE", ColumnKind::Text, 24),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("type", "KIND", ColumnKind::Text, 7),
        Column::new("records", "RECORDS", ColumnKind::Number, 7),
        Column::new("weighted", "WEIGHTED", ColumnKind::Number, 8),
        Column::new("reason", "WHY", ColumnKind::Text, 24),
        Column::new("id", "ID", ColumnKind::Text, 21).wide(),
        Column::new("servers", "NAME SERVERS", ColumnKind::Text, 30).wide(),
        Column::new("comment", "COMMENT", ColumnKind::Text, 20).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for zones in in_view(&ground) {
        rows.extend(zones.zones.iter().map(|zone| row(&ground, zones, zone)));
    }
    rows.extend(unread(&ground, TABLE.columns));
    rows
}

pub(super) fn in_view<'a>(ground: &Ground<'a>) -> impl Iterator<Item = &'a Zones> {
    let zones = ground.inventory.zones.iter();
    zones
        .filter(|(account, _)| ground.has_account(**account))
        .filter_map(|(_, remote)| remote.value().map(AsRef::as_ref))
}

pub(super) fn unread(ground: &Ground<'_>, columns: &[Column]) -> Vec<Row> {
    let zones = ground.inventory.zones.iter();
    zones
        .filter(|(account, _)| ground.has_account(**account))
        .filter_map(|(account, remote)| {
            Some(ground.unread_row(*account, None, remote.trouble()?, columns))
        })
        .collect()
}

fn row(ground: &Ground<'_>, zones: &Zones, zone: &HostedZone) -> Row {
    let account = zones.account;
    let worst = zone
        .records
        .iter()
        .map(|record| (record, records::health(zones, record)))
        .filter(|(_, health)| health.state > State::Unknown)
        .map(|(record, health)| {
            Health::new(health.state, format!("{}: {}", record.name, health.reason))
        })
        .fold(Health::ok(), Health::worse);
    let cells = vec![
        zone.name.as_str().into(),
        Cell::State(worst.state),
        ground.class(account).to_string().into(),
        ground.label(account).into(),
        if zone.private { "private" } else { "public" }.into(),
        Cell::count(Some(zone.records.len())),
        Cell::count(Some(zone.weighted_groups().len())),
        worst.reason.as_str().into(),
        zone.id.as_str().into(),
        zone.name_servers.join(" ").into(),
        Cell::some(zone.comment.as_deref()),
    ];
    let object = global("zone", Some(account), zone.id.as_str(), &zone.name);
    ground.row(object, worst, &Tags::new(), cells)
}
