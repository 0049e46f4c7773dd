//! One GPU fleet over all accounts and clusters: what there is, what is requested, what waits, and
//! what the idle costs. From a pool down to its nodes, their pods and whose they are; up to cluster,
//! account and unit.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};
use rust_decimal::Decimal;

use super::{
    Desk, clusters, facts, inside,
    leads::{Lead, Leads, in_cluster},
    listing::{Listing, Spec},
};
use crate::{
    inventory::{
        Query, QueryKind,
        tables::{self, Cell, Column, ColumnKind, Object, Row, Table, text::money},
    },
    model::{ClusterId, fleet::Holder, text::clean},
    tui::{
        Verb,
        theme::{Ramp, Role},
        widgets::{Brush, Pairs, bar, text},
    },
};

static SPEC: Spec = Spec {
    name: "gpu",
    forms: &["gpus", "gpu_nodes", "gpu_pods", "gpu_demand", "gpu_fleet"],
    needs: |desk| inside::needs(inside::FLEET, desk),
    covers: |desk| inside::covers(QueryKind::Fleet, desk),
    banner,
    details,
    painter: Some(paint),
    spare: &[
        "type",
        "capacity",
        "max",
        "unit",
        "oldest",
        "nodes",
        "namespace",
        "env",
    ],
    hints: &[
        (Verb::Ascend, None, "up"),
        (Verb::NextForm, None, "nodes, pods"),
        (Verb::Operations, None, "scale"),
    ],
};

static LEADS: Leads = Leads { down, up };

pub(super) fn view() -> Listing {
    Listing::new(&SPEC)
        .leading(&LEADS)
        .watching()
        .reading(|query, desk| inside::more(query, inside::FLEET, desk))
}

/// Pool, node, pod, owner; in the fleet's tree from a cluster to its pools.
fn down(table: &Table, row: &Row, desk: &Desk<'_>) -> Option<Lead> {
    let object = &row.object;
    let (cluster, path) = object.in_cluster(desk.inventory)?;
    let into = |form, terms: &[(&str, &str)]| Lead::Into {
        view: "gpu",
        form,
        filter: in_cluster(&cluster, terms, desk),
        reads: Vec::new(),
    };
    Some(match (object.kind, path.as_slice()) {
        ("cluster", _) => into("gpus", &[]),
        ("pool", [pool]) => into("gpu_nodes", &[("pool", *pool)]),
        ("node", [node]) => into("gpu_pods", &[("node", *node)]),
        ("pod", [namespace, name]) => {
            let owner = match facts::cell(table, row, "owner") {
                Cell::Text(owner) => owner.as_str(),
                _ => "",
            };
            let terms = match owner.split_once('/') {
                Some((kind, owner)) => [("namespace", *namespace), ("type", kind), ("name", owner)],
                None => return Some(pods(&cluster, namespace, name, desk)),
            };
            Lead::Into {
                view: "workloads",
                form: "workloads",
                filter: in_cluster(&cluster, &terms, desk),
                reads: vec![Query::Contents(cluster.clone())],
            }
        }
        _ => return None,
    })
}

/// A pod that nobody owns stands for itself.
fn pods(cluster: &ClusterId, namespace: &str, name: &str, desk: &Desk<'_>) -> Lead {
    Lead::Into {
        view: "workloads",
        form: "pods",
        filter: in_cluster(cluster, &[("namespace", namespace), ("name", name)], desk),
        reads: vec![Query::Contents(cluster.clone())],
    }
}

/// Pod, node, pool, then the fleet's tree: cluster, account, units.
fn up(table: &Table, row: &Row, desk: &Desk<'_>) -> Option<Lead> {
    if table.name == "gpu_fleet" {
        return Some(Lead::Above);
    }
    let object = &row.object;
    let (cluster, _) = object.in_cluster(desk.inventory)?;
    let within = |form, kind: &'static str, name: &str| Lead::Within {
        form,
        object: Object {
            kind,
            id: if kind == "cluster" {
                cluster.name.to_string()
            } else {
                format!("{}/{name}", cluster.name)
            },
            ..object.clone()
        },
    };
    let said = |key| match facts::cell(table, row, key) {
        Cell::Text(text) => Some(text.as_str()),
        _ => None,
    };
    Some(match table.name {
        "gpu_pods" => within("gpu_nodes", "node", said("node")?),
        "gpu_nodes" => within("gpus", "pool", said("pool")?),
        "gpu_demand" => match said("pools").and_then(|pools| pools.split(' ').next()) {
            Some(pool) if !pool.is_empty() => within("gpus", "pool", pool),
            _ => within("gpu_fleet", "cluster", ""),
        },
        _ => within("gpu_fleet", "cluster", ""),
    })
}

/// Devices of one model.
#[derive(Default)]
struct Fleet {
    devices: i64,
    requested: i64,
    /// Devices of pools of which nobody tells what is requested.
    unread: i64,
    waiting: i64,
    missing: i64,
}

/// One line for each model, the largest fleet first, and one for what the idle costs.
fn banner(_: &[Row], desk: &Desk<'_>) -> Vec<Line<'static>> {
    let brush = desk.brush();
    let Some(table) = tables::named("gpus") else {
        return Vec::new();
    };
    // The fleet stands above every form, whatever its rows are.
    let rows = (table.rows)(desk.inventory, &desk.lens());
    let number = |row: &Row, key| match facts::cell(table, row, key) {
        Cell::Number(number) => Some(*number),
        _ => None,
    };
    let mut fleets: BTreeMap<String, Fleet> = BTreeMap::new();
    let mut cost: Option<(Decimal, String)> = None;
    for row in rows.iter().filter(|row| row.object.kind == "pool") {
        if let Cell::Money(amount, currency) = facts::cell(table, row, "idle_cost") {
            let before = cost.take().map_or(Decimal::ZERO, |(sum, _)| sum);
            cost = Some((before + amount, currency.clone()));
        }
        let Cell::Text(model) = facts::cell(table, row, "model") else {
            continue;
        };
        // A second resource of the same devices.
        if model.is_empty() {
            continue;
        }
        let fleet = fleets.entry(model.clone()).or_default();
        match (number(row, "devices"), number(row, "idle")) {
            (Some(devices), Some(idle)) => {
                fleet.devices += devices;
                fleet.requested += devices - idle;
            }
            (devices, _) => fleet.unread += devices.or_else(|| number(row, "gpus")).unwrap_or(0),
        }
        fleet.waiting += number(row, "pending").unwrap_or(0);
        if let (Some(wanted), Some(runs)) = (number(row, "wanted"), number(row, "nodes")) {
            fleet.missing += (wanted - runs).max(0);
        }
    }
    let mut fleets: Vec<(String, Fleet)> = fleets.into_iter().collect();
    fleets.sort_by_key(|(_, fleet)| std::cmp::Reverse(fleet.devices + fleet.unread));
    let mut lines: Vec<Line<'static>> = fleets
        .into_iter()
        .take(6)
        .map(|(model, fleet)| fleet_line(&model, &fleet, brush))
        .collect();
    if let Some((amount, currency)) = cost.filter(|(amount, _)| !amount.is_zero()) {
        let said = format!("  idle costs {} an hour", money(amount, &currency));
        lines.push(Span::styled(said, brush.style(Role::Muted)).into());
    }
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// `  H100     ████████░░░░   12 of 16 requested  4 idle  8 waited for  2 nodes missing`
fn fleet_line(model: &str, fleet: &Fleet, brush: Brush<'_>) -> Line<'static> {
    let Fleet {
        devices,
        requested,
        unread,
        ..
    } = *fleet;
    let mut spans = vec![Span::styled(
        format!("  {} ", text::pad(model, 12, brush.symbols)),
        brush.style(Role::Strong),
    )];
    let share = requested as f64 / devices.max(1) as f64;
    spans.extend(bar::gauge(share, 16, Role::Bar, brush).spans);
    let mut say = |said: String, role| spans.push(Span::styled(said, brush.style(role)));
    if devices > 0 || unread == 0 {
        say(
            format!(" {requested:>4} of {devices} requested"),
            Role::Text,
        );
        if devices > requested {
            say(format!("  {} idle", devices - requested), Role::Muted);
        }
    }
    if unread > 0 {
        say(format!("  {unread} not looked into"), Role::Muted);
    }
    if fleet.waiting > 0 {
        say(format!("  {} waited for", fleet.waiting), Role::Warning);
    }
    if fleet.missing > 0 {
        say(format!("  {} nodes missing", fleet.missing), Role::Warning);
    }
    spans.into()
}

/// What is requested, with its share of what there is as colour: `40` of `48`.
fn paint(row: &Row, column: &Column, width: u16, brush: Brush<'_>) -> Option<Line<'static>> {
    if column.key != "requested" || column.kind != ColumnKind::Number {
        return None;
    }
    let table = tables::named(match row.object.kind {
        "pool" => "gpus",
        "node" => "gpu_nodes",
        _ => return None,
    })?;
    let (Cell::Number(requested), Cell::Number(all)) = (
        facts::cell(table, row, "requested"),
        facts::cell(table, row, "gpus"),
    ) else {
        return None;
    };
    let share = *requested as f64 / (*all).max(1) as f64;
    let style = brush
        .style(Role::Text)
        .fg(brush.theme.ramp(Ramp::Usage, share));
    let said = text::pad_left(&requested.to_string(), width.into(), brush.symbols);
    Some(Span::styled(said, style).into())
}

/// What holds and what waits for the devices of a pool or a node, then what its table says.
fn details(table: &Table, row: &Row, desk: &Desk<'_>) -> Pairs {
    let brush = desk.brush();
    let object = &row.object;
    let Some((cluster, path)) = object.in_cluster(desk.inventory) else {
        return clusters::details(table, row, desk);
    };
    let fleet = desk.inventory.fleets.get(&cluster);
    let Some(fleet) = fleet.and_then(|remote| remote.value()) else {
        return clusters::details(table, row, desk);
    };
    let mut pairs = Pairs::default();
    facts::verdict(row, &mut pairs, brush);
    match (object.kind, path.as_slice()) {
        ("pool", [pool]) => {
            let own = fleet
                .nodes
                .iter()
                .filter(|node| node.pool.as_str() == *pool);
            let shared: Vec<_> = own
                .filter_map(|node| Some((&node.name, node.shares.first()?)))
                .collect();
            if !shared.is_empty() {
                pairs.section("Nodes");
            }
            for (name, share) in shared {
                let gauge = clusters::gpus(Some(share.requested), share.allocatable, brush);
                pairs.pair(clean(name).into_owned(), gauge);
            }
            let waiting: Vec<_> = fleet
                .pending
                .iter()
                .filter(|one| one.pools.iter().any(|name| name.as_str() == *pool))
                .collect();
            if !waiting.is_empty() {
                pairs.section("Waiting");
            }
            for one in waiting {
                let said = format!("{} {}: {}", one.count, one.resource, one.reason);
                pairs.pair(clean(&one.name).into_owned(), words(&said, brush));
            }
        }
        ("node", [node]) => {
            let held: Vec<&Holder> = fleet
                .holders
                .iter()
                .filter(|holder| holder.node == *node)
                .collect();
            if !held.is_empty() {
                pairs.section("Pods");
            }
            for holder in held {
                let holds: Vec<String> = holder
                    .holds
                    .iter()
                    .map(|(resource, count)| format!("{count} {resource}"))
                    .collect();
                let name = format!("{}/{}", holder.namespace, holder.name);
                pairs.pair(clean(&name).into_owned(), words(&holds.join(", "), brush));
            }
        }
        _ => {}
    }
    facts::columns(table, row, &mut pairs, desk);
    pairs
}

fn words(said: &str, brush: Brush<'_>) -> Span<'static> {
    Span::styled(clean(said).into_owned(), brush.style(Role::Text))
}

#[cfg(test)]
mod tests;
