//! Load balancers.

use super::{
    Cell, Column, ColumnKind, Lens, Row, Table,
    ground::{Ground, by_word},
    targets,
};
use crate::{
    inventory::Inventory,
    model::{
        Health, State, Tags, VpcId,
        traffic::{Balancers, LoadBalancer, TargetGroup},
    },
};

pub(super) const TABLE: Table = Table {
    name: "balancers",
    columns: &[
        Column::new("name", "BALANCER", ColumnKind::Text, 20),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("region", "REGION", ColumnKind::Text, 12),
        Column::new("type", "KIND", ColumnKind::Text, 11),
        Column::new("scheme", "SCHEME", ColumnKind::Text, 15),
        Column::new("healthy", "HEALTHY", ColumnKind::Number, 7),
        Column::new("targets", "TARGETS", ColumnKind::Number, 7),
        Column::new("reason", "WHY", ColumnKind::Text, 24),
        Column::new("dns", "DNS NAME", ColumnKind::Text, 40).wide(),
        Column::new("vpc", "VPC", ColumnKind::Text, 21).wide(),
        Column::new("id", "ARN", ColumnKind::Text, 40).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (_, all) in ground.read(&inventory.balancers) {
        rows.extend(
            all.balancers
                .iter()
                .map(|balancer| row(&ground, all, balancer)),
        );
    }
    rows.extend(ground.unread(&inventory.balancers, TABLE.columns));
    rows
}

fn row(ground: &Ground<'_>, all: &Balancers, balancer: &LoadBalancer) -> Row {
    let place = &all.place;
    let groups: Vec<&TargetGroup> = all
        .target_groups
        .iter()
        .filter(|group| group.balancers.contains(&balancer.arn))
        .collect();
    let own = by_word(&balancer.state, &["failed"], &["provisioning"]);
    let own = if balancer.state == "active_impaired" {
        Health::new(State::Warning, "it can't scale as it needs to")
    } else {
        own
    };
    let health = groups
        .iter()
        .map(|group| targets::health(group))
        .filter(|health| health.state > State::Unknown)
        .fold(own, Health::worse);
    let healthy: usize = groups.iter().map(|group| targets::healthy(group)).sum();
    let total: usize = groups.iter().map(|group| group.targets.len()).sum();
    let cells = vec![
        balancer.name.as_str().into(),
        Cell::State(health.state),
        ground.class(place.account).to_string().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
        balancer.kind.as_str().into(),
        balancer.scheme.as_str().into(),
        Cell::count(Some(healthy)),
        Cell::count(Some(total)),
        health.reason.as_str().into(),
        balancer.dns_name.as_str().into(),
        Cell::some(balancer.vpc.as_ref().map(VpcId::as_str)),
        balancer.arn.as_str().into(),
    ];
    let object = Ground::object("balancer", place, &balancer.name, &balancer.name);
    ground.row(object.with_arn(&balancer.arn), health, &Tags::new(), cells)
}
