//! Subnets, with the route table that serves each.

use super::{Cell, Column, ColumnKind, Lens, Row, Table, ground::Ground};
use crate::{
    inventory::Inventory,
    model::{
        Health, State,
        network::{Network, RouteTable, Subnet},
    },
};

/// Fewer free addresses than this are a warning: a rolling update of nodes needs about as many.
const FEW: u32 = 16;

pub(super) const TABLE: Table = Table {
    name: "subnets",
    columns: &[
        Column::new("name", "SUBNET", ColumnKind::Text, 20),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("vpc", "VPC", ColumnKind::Text, 14),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("cidr", "CIDR", ColumnKind::Text, 15),
        Column::new("zone", "ZONE", ColumnKind::Text, 11),
        Column::new("free", "FREE", ColumnKind::Number, 6),
        Column::new("public", "PUBLIC", ColumnKind::Text, 6),
        Column::new("routes", "ROUTE TABLE", ColumnKind::Text, 16),
        Column::new("reason", "WHY", ColumnKind::Text, 20),
        Column::new("id", "ID", ColumnKind::Text, 24).wide(),
        Column::new("zone_id", "ZONE ID", ColumnKind::Text, 9).wide(),
        Column::new("env", "ENV", ColumnKind::Text, 7).wide(),
        Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (_, network) in ground.read(&inventory.networks) {
        rows.extend(
            network
                .subnets
                .iter()
                .map(|subnet| row(&ground, network, subnet)),
        );
        let calls = ["ec2:DescribeSubnets", "ec2:DescribeRouteTables"];
        let calls = Some(calls.as_slice());
        rows.extend(ground.gaps(&network.place, &network.gaps, calls, TABLE.columns));
    }
    rows.extend(ground.unread(&inventory.networks, TABLE.columns));
    rows
}

fn row(ground: &Ground<'_>, network: &Network, subnet: &Subnet) -> Row {
    let place = &network.place;
    let name = subnet.name.as_deref().unwrap_or(subnet.id.as_str());
    let health = match subnet.free_addresses {
        Some(free @ ..FEW) => {
            Health::new(State::Warning, format!("only {free} addresses are free"))
        }
        _ => Health::ok(),
    };
    let vpc = network.vpcs.iter().find(|vpc| vpc.id == subnet.vpc);
    let cidrs: Vec<String> = subnet.cidrs.iter().map(ToString::to_string).collect();
    let table = serving(network, subnet);
    let cells = vec![
        name.into(),
        Cell::State(health.state),
        vpc.map_or(subnet.vpc.as_str(), |vpc| vpc.label()).into(),
        ground.label(place.account).into(),
        cidrs.join(" ").into(),
        subnet.zone.as_str().into(),
        Cell::count(subnet.free_addresses),
        if subnet.public_addresses { "yes" } else { "no" }.into(),
        Cell::some(table.map(|table| table.name.as_deref().unwrap_or(table.id.as_str()))),
        health.reason.as_str().into(),
        subnet.id.as_str().into(),
        Cell::some(subnet.zone_id.as_deref()),
        ground.class(place.account).to_string().into(),
        place.region.as_str().into(),
    ];
    let object = Ground::object("subnet", place, subnet.id.as_str(), name);
    ground.row(object, health, &subnet.tags, cells)
}

/// Its own route table, else the VPC's main one.
fn serving<'a>(network: &'a Network, subnet: &Subnet) -> Option<&'a RouteTable> {
    let mut tables = network.route_tables.iter();
    let own = tables.find(|table| table.subnets.contains(&subnet.id));
    own.or_else(|| {
        let mut tables = network.route_tables.iter();
        tables.find(|table| table.main && table.vpc == subnet.vpc)
    })
}
