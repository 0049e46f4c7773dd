//! What joins VPCs: peerings and transit gateways, judged from both sides.

use std::collections::HashMap;

use super::{Cell, Column, ColumnKind, Lens, Row, Table, ground::Ground, vpcs::networks};
use crate::{
    inventory::Inventory,
    model::{
        Tags, VpcId,
        network::{Edge, Join, Node, Side, SideState, Topology},
    },
};

pub(super) const TABLE: Table = Table {
    name: "peerings",
    columns: &[
        Column::new("name", "LINK", ColumnKind::Text, 28),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("link", "IS", ColumnKind::Text, 10),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("kind", "KIND", ColumnKind::Text, 8),
        Column::new("there", "A→B", ColumnKind::Text, 10),
        Column::new("back", "B→A", ColumnKind::Text, 10),
        Column::new("reason", "WHY", ColumnKind::Text, 30),
        Column::new("id", "ID", ColumnKind::Text, 21).wide(),
        Column::new("a", "A", ColumnKind::Text, 21).wide(),
        Column::new("b", "B", ColumnKind::Text, 21).wide(),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
        Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    ],
    rows,
};

/// The calls that an edge is judged by.
const CALLS: &[&str] = &[
    "ec2:DescribeRouteTables",
    "ec2:DescribeTransitGatewayAttachments",
    "ec2:DescribeTransitGateways",
    "ec2:DescribeVpcPeeringConnections",
];

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let topology = Topology::new(networks(inventory));
    let nodes: HashMap<&VpcId, &Node> = topology
        .nodes
        .iter()
        .map(|node| (&node.vpc, node))
        .collect();
    let edges = topology.edges.iter().filter_map(|edge| {
        let (a, b) = (nodes.get(&edge.a)?, nodes.get(&edge.b)?);
        // Half in view is in view.
        (ground.has(&a.place) || ground.has(&b.place)).then(|| of_edge(&ground, edge, a, b))
    });
    let joins = topology.joins.iter().filter_map(|join| {
        let node = nodes.get(&join.vpc)?;
        ground
            .has(&node.place)
            .then(|| of_join(&ground, join, node))
    });
    let mut rows: Vec<Row> = edges.chain(joins).collect();
    for (place, network) in ground.read(&inventory.networks) {
        rows.extend(ground.gaps(place, &network.gaps, Some(CALLS), TABLE.columns));
    }
    rows.extend(ground.unread(&inventory.networks, TABLE.columns));
    rows
}

fn of_edge(ground: &Ground<'_>, edge: &Edge, a: &Node, b: &Node) -> Row {
    let name = format!("{} ⇄ {}", a.label, b.label);
    // The row belongs to the end that is in view; to the asking one where both are.
    let place = if ground.has(&a.place) {
        &a.place
    } else {
        &b.place
    };
    let object = Ground::object("peering", place, edge.peering.as_str(), &name);
    let health = edge.health();
    let cells = vec![
        name.as_str().into(),
        Cell::State(health.state),
        edge.state.word().into(),
        ground.class(place.account).to_string().into(),
        "peering".into(),
        routes(&edge.a_to_b),
        routes(&edge.b_to_a),
        health.reason.as_str().into(),
        edge.peering.as_str().into(),
        edge.a.as_str().into(),
        edge.b.as_str().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
    ];
    ground.row(object, health, &Tags::new(), cells)
}

fn of_join(ground: &Ground<'_>, join: &Join, node: &Node) -> Row {
    let gateway = join
        .gateway_name
        .as_deref()
        .unwrap_or(join.gateway.as_str());
    let name = format!("{} ⇄ {gateway}", node.label);
    let health = join.health();
    let object = Ground::object("attachment", &node.place, join.attachment.as_str(), &name);
    let cells = vec![
        name.as_str().into(),
        Cell::State(health.state),
        join.state.word().into(),
        ground.class(node.place.account).to_string().into(),
        "transit".into(),
        Cell::Unknown,
        Cell::Unknown,
        health.reason.as_str().into(),
        join.attachment.as_str().into(),
        join.vpc.as_str().into(),
        join.gateway.as_str().into(),
        ground.label(node.place.account).into(),
        node.place.region.as_str().into(),
    ];
    ground.row(object, health, &Tags::new(), cells)
}

fn routes(side: &Side) -> Cell {
    match side.state {
        SideState::Routed => "ok".into(),
        SideState::Missing => "missing".into(),
        SideState::BlackHole => "black hole".into(),
        SideState::Unknown => Cell::Unknown,
    }
}
