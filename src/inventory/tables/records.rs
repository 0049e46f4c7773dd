//! Records of hosted zones, and the health checks that take part in routing.

use super::{Cell, Column, ColumnKind, Lens, Row, Table, budgets::global, ground::Ground, zones};
use crate::{
    inventory::Inventory,
    model::{
        Health, HealthCheckId, State, Tags,
        traffic::{HealthCheck, HostedZone, Record, Routing, Zones, shares},
    },
};

pub(super) const RECORDS: Table = Table {
    name: "records",
    columns: &[
        Column::new("name", "RECORD", ColumnKind::Text, 28),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("type", "TYPE", ColumnKind::Text, 5),
        Column::new("side", "SIDE", ColumnKind::Text, 10),
        Column::new("routing", "ROUTING", ColumnKind::Text, 14),
        Column::new("share", "SHARE", ColumnKind::Percent, 6),
        Column::new("target", "TARGET", ColumnKind::Text, 30),
        Column::new("ttl", "TTL S", ColumnKind::Number, 6),
        Column::new("reason", "WHY", ColumnKind::Text, 24),
        Column::new("zone", "ZONE", ColumnKind::Text, 20).wide(),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
        Column::new("env", "ENV", ColumnKind::Text, 7).wide(),
        Column::new("health_check", "HEALTH CHECK", ColumnKind::Text, 36).wide(),
    ],
    rows: records,
};

pub(super) const HEALTH_CHECKS: Table = Table {
    name: "health_checks",
    columns: &[
        Column::new("name", "CHECKS", ColumnKind::Text, 36),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("healthy", "HEALTHY", ColumnKind::Number, 7),
        Column::new("checkers", "CHECKERS", ColumnKind::Number, 8),
        Column::new("reason", "WHY", ColumnKind::Text, 24),
        Column::new("id", "ID", ColumnKind::Text, 36).wide(),
    ],
    rows: health_checks,
};

fn records(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for all in zones::in_view(&ground) {
        for zone in &all.zones {
            let records = zone.records.iter();
            rows.extend(records.map(|record| of_record(&ground, all, zone, record)));
        }
    }
    rows.extend(zones::unread(&ground, RECORDS.columns));
    rows
}

fn of_record(ground: &Ground<'_>, all: &Zones, zone: &HostedZone, record: &Record) -> Row {
    let health = health(all, record);
    let routing = match &record.routing {
        Routing::Simple => "simple".into(),
        Routing::Weighted(weight) => format!("weight {weight}"),
        Routing::Failover { primary: true } => "primary".into(),
        Routing::Failover { primary: false } => "secondary".into(),
        Routing::Latency(region) => format!("latency {region}"),
        Routing::Multivalue => "multivalue".into(),
        Routing::Other(what) => what.clone(),
    };
    let target = match &record.alias {
        Some(alias) => format!("alias {}", alias.name),
        None => record.values.join(" "),
    };
    let share = share(zone, record).map_or(Cell::Unknown, Cell::Percent);
    let cells = vec![
        record.name.as_str().into(),
        Cell::State(health.state),
        record.kind.as_str().into(),
        record.set_identifier.as_deref().unwrap_or_default().into(),
        routing.into(),
        share,
        target.into(),
        Cell::count(record.ttl),
        health.reason.as_str().into(),
        zone.name.as_str().into(),
        ground.label(all.account).into(),
        ground.class(all.account).to_string().into(),
        Cell::some(record.health_check.as_ref().map(HealthCheckId::as_str)),
    ];
    let side = record.set_identifier.as_deref();
    let side = side.map(|side| format!("/{side}")).unwrap_or_default();
    let id = format!("{}/{}/{}{side}", zone.id, record.name, record.kind);
    let object = global("record", Some(all.account), &id, &record.name);
    ground.row(object, health, &Tags::new(), cells)
}

/// The share of answers that a weighted record gets; all of them for a simple one.
fn share(zone: &HostedZone, record: &Record) -> Option<f64> {
    match record.routing {
        Routing::Simple => Some(100.0),
        Routing::Weighted(_) => {
            let group = || {
                zone.records
                    .iter()
                    .filter(|other| other.name == record.name && other.kind == record.kind)
                    .filter(|other| other.weight().is_some())
            };
            let weights: Vec<u8> = group().filter_map(Record::weight).collect();
            let place = group().position(|other| other.set_identifier == record.set_identifier)?;
            shares(&weights).get(place).copied()
        }
        _ => None,
    }
}

/// A record is as well as its health check.
pub(super) fn health(all: &Zones, record: &Record) -> Health {
    let Some(id) = &record.health_check else {
        return Health::ok();
    };
    let check = all.health_checks.iter().find(|check| check.id == *id);
    match check.map(of_check) {
        Some(health) if health.state == State::Failed => Health::new(
            State::Failed,
            format!("its health check fails: {}", health.reason),
        ),
        Some(health) => health,
        None => Health::new(
            State::Unknown,
            format!("health check {id} is not in this account"),
        ),
    }
}

fn of_check(check: &HealthCheck) -> Health {
    if check.disabled {
        return Health::new(State::Off, "it is disabled and counts as healthy");
    }
    let (healthy, all) = check.observations;
    match check.healthy {
        Some(true) => Health::ok(),
        Some(false) => {
            let reason = format!("{healthy} of {all} checkers reach {}", check.what);
            Health::new(State::Failed, reason)
        }
        None => Health::new(State::Unknown, "no checker has answered"),
    }
}

fn health_checks(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for all in zones::in_view(&ground) {
        for check in &all.health_checks {
            let health = of_check(check);
            let (healthy, checkers) = check.observations;
            let cells = vec![
                check.what.as_str().into(),
                Cell::State(health.state),
                ground.class(all.account).to_string().into(),
                ground.label(all.account).into(),
                healthy.into(),
                checkers.into(),
                health.reason.as_str().into(),
                check.id.as_str().into(),
            ];
            let object = global(
                "health check",
                Some(all.account),
                check.id.as_str(),
                &check.what,
            );
            rows.push(ground.row(object, health, &Tags::new(), cells));
        }
    }
    rows
}
