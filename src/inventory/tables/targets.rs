//! Target groups: what load balancers send traffic to.

use super::{Cell, Column, ColumnKind, Lens, Row, Table, ground::Ground};
use crate::{
    inventory::Inventory,
    model::{
        Health, State, Tags,
        traffic::{Balancers, TargetGroup},
    },
};

pub(super) const TABLE: Table = Table {
    name: "targets",
    columns: &[
        Column::new("name", "TARGET GROUP", ColumnKind::Text, 20),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("region", "REGION", ColumnKind::Text, 12),
        Column::new("port", "PORT", ColumnKind::Text, 10),
        Column::new("healthy", "HEALTHY", ColumnKind::Number, 7),
        Column::new("targets", "TARGETS", ColumnKind::Number, 7),
        Column::new("balancer", "BALANCER", ColumnKind::Text, 20),
        Column::new("reason", "WHY", ColumnKind::Text, 24),
        Column::new("id", "ARN", ColumnKind::Text, 40).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (_, all) in ground.read(&inventory.balancers) {
        rows.extend(
            all.target_groups
                .iter()
                .map(|group| row(&ground, all, group)),
        );
    }
    rows.extend(ground.unread(&inventory.balancers, TABLE.columns));
    rows
}

fn row(ground: &Ground<'_>, all: &Balancers, group: &TargetGroup) -> Row {
    let place = &all.place;
    let health = health(group);
    let balancers = all
        .balancers
        .iter()
        .filter(|balancer| group.balancers.contains(&balancer.arn))
        .map(|balancer| balancer.name.as_str());
    let balancers: Vec<&str> = balancers.collect();
    let protocol = group.protocol.as_deref().unwrap_or_default();
    let port = group.port.map(|port| format!("{protocol} {port}"));
    let cells = vec![
        group.name.as_str().into(),
        Cell::State(health.state),
        ground.class(place.account).to_string().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
        Cell::some(port),
        Cell::count(Some(healthy(group))),
        Cell::count(Some(group.targets.len())),
        balancers.join(" ").into(),
        health.reason.as_str().into(),
        group.arn.as_str().into(),
    ];
    let object = Ground::object("target group", place, &group.name, &group.name);
    ground.row(object.with_arn(&group.arn), health, &Tags::new(), cells)
}

pub(super) fn healthy(group: &TargetGroup) -> usize {
    let healthy = group
        .targets
        .iter()
        .filter(|target| target.state == "healthy");
    healthy.count()
}

/// None healthy is a failure, some unhealthy a warning; targets that start or drain are work.
pub(super) fn health(group: &TargetGroup) -> Health {
    let in_state = |state: &'static str| group.targets.iter().filter(move |one| one.state == state);
    let all = group.targets.len();
    let bad = in_state("unhealthy").count();
    let why = in_state("unhealthy").find_map(|target| target.reason.as_deref());
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    if group.balancers.is_empty() {
        return Health::new(State::Off, "no load balancer uses it");
    }
    if all == 0 {
        return Health::new(State::Warning, format!("{} has no targets", group.name));
    }
    if bad > 0 {
        let state = if healthy(group) == 0 {
            State::Failed
        } else {
            State::Warning
        };
        let reason = format!(
            "{bad} of {all} targets of {} are unhealthy{why}",
            group.name
        );
        return Health::new(state, reason);
    }
    if in_state("initial")
        .chain(in_state("draining"))
        .next()
        .is_some()
    {
        return Health::new(State::Working, "targets are starting or draining");
    }
    Health::ok()
}
