//! VPCs, with what joins them and what is wrong in them.

use std::collections::HashMap;

use super::{Cell, Column, ColumnKind, Lens, Row, Table, ground::Ground};
use crate::{
    inventory::Inventory,
    model::{
        Health, State, VpcId,
        network::{Edge, Network, RouteTarget, Topology, Vpc},
    },
};

pub(super) const TABLE: Table = Table {
    name: "vpcs",
    columns: &[
        Column::new("name", "VPC", ColumnKind::Text, 16),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("region", "REGION", ColumnKind::Text, 12),
        Column::new("cidr", "CIDR", ColumnKind::Text, 14),
        Column::new("subnets", "SUBNETS", ColumnKind::Number, 7),
        Column::new("peerings", "PEERINGS", ColumnKind::Number, 8),
        Column::new("reason", "WHY", ColumnKind::Text, 24),
        Column::new("id", "ID", ColumnKind::Text, 21).wide(),
        Column::new("exits", "EXITS", ColumnKind::Text, 12).wide(),
        Column::new("default", "DEFAULT", ColumnKind::Text, 7).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let topology = Topology::new(networks(inventory));
    let mut edges: HashMap<&VpcId, Vec<&Edge>> = HashMap::new();
    for edge in &topology.edges {
        edges.entry(&edge.a).or_default().push(edge);
        edges.entry(&edge.b).or_default().push(edge);
    }
    let findings: HashMap<&VpcId, &[String]> = topology
        .nodes
        .iter()
        .map(|node| (&node.vpc, node.findings.as_slice()))
        .collect();
    let mut rows = Vec::new();
    for (_, network) in ground.read(&inventory.networks) {
        for vpc in &network.vpcs {
            let edges = edges.get(&vpc.id).map_or(&[][..], Vec::as_slice);
            let found = findings.get(&vpc.id).copied().unwrap_or_default();
            rows.push(row(&ground, network, vpc, edges, found));
        }
        rows.extend(ground.gaps(&network.place, &network.gaps, None, TABLE.columns));
    }
    rows.extend(ground.unread(&inventory.networks, TABLE.columns));
    rows
}

/// Everything that was read, in view or not: an edge is judged from both of its sides.
pub(super) fn networks(inventory: &Inventory) -> impl Iterator<Item = &Network> {
    inventory
        .networks
        .values()
        .filter_map(|remote| remote.value().map(AsRef::as_ref))
}

fn row(
    ground: &Ground<'_>,
    network: &Network,
    vpc: &Vpc,
    edges: &[&Edge],
    findings: &[String],
) -> Row {
    let place = &network.place;
    let health = health(network, vpc, edges, findings);
    let cidrs: Vec<String> = vpc.cidrs.iter().map(ToString::to_string).collect();
    let subnets = network.subnets.iter().filter(|subnet| subnet.vpc == vpc.id);
    let object = Ground::object("vpc", place, vpc.id.as_str(), vpc.label());
    let cells = vec![
        vpc.label().into(),
        Cell::State(health.state),
        ground.class(place.account).to_string().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
        cidrs.join(" ").into(),
        Cell::count(Some(subnets.count())),
        Cell::count(Some(edges.len())),
        health.reason.as_str().into(),
        vpc.id.as_str().into(),
        exits(network, &vpc.id).into(),
        if vpc.default { "yes" } else { "no" }.into(),
    ];
    ground.row(object, health, &vpc.tags, cells)
}

/// The worst of its peerings, its routes and its NAT gateways.
fn health(network: &Network, vpc: &Vpc, edges: &[&Edge], findings: &[String]) -> Health {
    let mut health = match vpc.state.as_str() {
        "pending" => Health::new(State::Working, "it is being made"),
        _ => Health::ok(),
    };
    for edge in edges {
        // A far end that cannot be read is that account's row, not this VPC's fault.
        if edge.state.verdict() != State::Unknown {
            health = health.worse(edge.health());
        }
    }
    if let Some(finding) = findings.first() {
        health = health.worse(Health::new(State::Failed, finding.clone()));
    }
    for nat in network.nat_gateways.iter().filter(|nat| nat.vpc == vpc.id) {
        if nat.state == "failed" {
            let why = nat.failure.as_deref().unwrap_or("EC2 gives no reason");
            let reason = format!("NAT gateway {} failed: {why}", nat.id);
            health = health.worse(Health::new(State::Failed, reason));
        }
    }
    health
}

/// The ways out of a VPC: `igw nat×2 tgw`.
fn exits(network: &Network, vpc: &VpcId) -> String {
    let mut words = Vec::new();
    if network
        .internet_gateways
        .iter()
        .any(|gateway| gateway.vpcs.contains(vpc))
    {
        words.push("igw".into());
    }
    let nats = network
        .nat_gateways
        .iter()
        .filter(|nat| nat.vpc == *vpc)
        .count();
    match nats {
        0 => {}
        1 => words.push("nat".into()),
        more => words.push(format!("nat×{more}")),
    }
    let mut routes = network
        .route_tables
        .iter()
        .filter(|table| table.vpc == *vpc)
        .flat_map(|table| &table.routes);
    if routes.any(|route| matches!(route.target, RouteTarget::TransitGateway(_))) {
        words.push("tgw".into());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::{
        config::Environments,
        inventory::{Loaded, Query, Scope, fixture, tables},
        model::{Gap, Place, Trouble, TroubleKind},
    };

    #[test]
    fn a_part_that_could_not_be_read_is_a_row_of_the_tables_that_lack_it() {
        let place = Place::new(fixture::id(1), "eu-west-1");
        let mut network = Network::empty(place.clone());
        network.gaps.push(Gap {
            action: "ec2:DescribeRouteTables".into(),
            trouble: Trouble {
                kind: TroubleKind::Denied,
                message: "no".into(),
                hint: None,
            },
        });
        let mut inventory = Inventory::default();
        let loaded = Loaded::Network(Arc::new(network));
        inventory.accept(&Query::Network(place), loaded, Timestamp::UNIX_EPOCH);
        let lens = Lens {
            scope: &Scope::default(),
            environments: &Environments::default(),
            now: Timestamp::UNIX_EPOCH,
        };
        for name in ["vpcs", "subnets", "peerings"] {
            let table = tables::named(name).expect("a table");
            let rows = (table.rows)(&inventory, &lens);
            let told: Vec<(State, &str)> = rows
                .iter()
                .map(|row| (row.health.state, row.health.reason.as_str()))
                .collect();
            assert_eq!(
                told,
                [(State::Denied, "ec2:DescribeRouteTables: no")],
                "{name}"
            );
        }
    }
}
