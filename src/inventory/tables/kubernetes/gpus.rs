//! GPU pools of all clusters as one fleet: what is there, requested, free and waited for, and what
//! the idle costs. Nothing says "used" without something that measures it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    super::{Cell, Column, ColumnKind, Lens, Object, Row, Table, pools, text},
    Ground, nodes_of, object,
};
use crate::{
    inventory::Inventory,
    model::{
        ClusterId, Health, PoolName, State, ZoneName,
        cluster::{Cluster, NodePool},
        fleet::{self, Busy, Fleet, Idle, Maker, Model, Pending, Pool, Sum, short_model},
    },
};

/// From so many idle devices on, when they are half of the pool or more, somebody should look.
const MANY_IDLE: u64 = 4;
/// A GPU that is less busy than this does nothing for whoever has requested it.
const BUSY: Busy = Busy(50);

pub(in super::super) const TABLE: Table = Table {
    name: "gpus",
    columns: COLUMNS,
    rows,
};

const COLUMNS: &[Column] = &[
    Column::new("name", "POOL", ColumnKind::Text, 14),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("model", "GPU", ColumnKind::Text, 6),
    Column::new("unit", "UNIT", ColumnKind::Text, 10),
    Column::new("nodes", "NODES", ColumnKind::Number, 5),
    Column::new("gpus", "GPUS", ColumnKind::Number, 5),
    Column::new("requested", "REQUESTED", ColumnKind::Number, 9),
    Column::new("free", "FREE", ColumnKind::Number, 5),
    Column::new("block", "BLOCK", ColumnKind::Number, 5),
    Column::new("pending", "WAITING", ColumnKind::Number, 7),
    Column::new("oldest", "SINCE", ColumnKind::Age, 6),
    Column::new("idle_cost", "IDLE/H", ColumnKind::Money, 8),
    Column::new("capacity", "FROM", ColumnKind::Text, 9),
    Column::new("reason", "WHY", ColumnKind::Text, 24),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("path", "PATH", ColumnKind::Text, 16).wide(),
    Column::new("pool", "POOL", ColumnKind::Text, 14).wide(),
    Column::new("maker", "MADE BY", ColumnKind::Text, 10).wide(),
    Column::new("resource", "RESOURCE", ColumnKind::Text, 20).wide(),
    Column::new("type", "TYPE", ColumnKind::Text, 12).wide(),
    Column::new("product", "PRODUCT", ColumnKind::Text, 20).wide(),
    Column::new("zones", "ZONES", ColumnKind::Text, 20).wide(),
    Column::new("installed", "INSTALLED", ColumnKind::Number, 9).wide(),
    Column::new("unhealthy", "UNHEALTHY", ColumnKind::Number, 9).wide(),
    Column::new("schedulable", "SCHEDULABLE", ColumnKind::Number, 11).wide(),
    Column::new("devices", "DEVICES", ColumnKind::Number, 7).wide(),
    Column::new(
        "devices_requested",
        "OF THEM REQUESTED",
        ColumnKind::Number,
        17,
    )
    .wide(),
    Column::new("replicas", "SHARES EACH", ColumnKind::Number, 11).wide(),
    Column::new("ready", "READY", ColumnKind::Number, 5).wide(),
    Column::new("cordoned", "CORDONED", ColumnKind::Number, 8).wide(),
    Column::new("unknown", "UNKNOWN NODES", ColumnKind::Number, 13).wide(),
    Column::new("wanted", "WANTED", ColumnKind::Number, 6).wide(),
    Column::new("max", "MAX", ColumnKind::Number, 4).wide(),
    Column::new("unschedulable", "UNSCHEDULABLE", ColumnKind::Number, 13).wide(),
    Column::new("gated", "GATED", ColumnKind::Number, 5).wide(),
    Column::new("unseen", "UNSEEN", ColumnKind::Number, 6).wide(),
    Column::new("pods_pending", "PODS WAITING", ColumnKind::Number, 12).wide(),
    Column::new("idle", "IDLE", ColumnKind::Number, 5).wide(),
    Column::new("prepaid", "PREPAID IDLE", ColumnKind::Number, 12).wide(),
    Column::new("price", "PRICE", ColumnKind::Text, 24).wide(),
    Column::new("reserved_until", "RESERVED UNTIL", ColumnKind::Age, 14).wide(),
    Column::new("busy", "BUSY", ColumnKind::Percent, 6).wide(),
    Column::new(
        "requested_idle",
        "REQUESTED AND IDLE",
        ColumnKind::Number,
        18,
    )
    .wide(),
    Column::new("id", "ARN", ColumnKind::Text, 40).wide(),
];

/// A cluster from outside and from within, as far as either is known.
#[derive(Default)]
struct Views<'a> {
    outside: Option<&'a Cluster>,
    within: Option<&'a Fleet>,
}

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut clusters: BTreeMap<ClusterId, Views<'_>> = BTreeMap::new();
    for (_, found) in ground.read(&inventory.clusters) {
        for cluster in found {
            clusters.entry(cluster.id()).or_default().outside = Some(cluster);
        }
    }
    for (cluster, fleet) in ground.within(&inventory.fleets) {
        clusters.entry(cluster.clone()).or_default().within = Some(fleet);
    }
    let mut rows = Vec::new();
    for (id, views) in clusters {
        let sight = Sight {
            ground: &ground,
            cluster: &id,
            views: &views,
        };
        sight.add(&mut rows);
    }
    rows.extend(ground.beyond(&inventory.fleets, COLUMNS));
    rows.extend(ground.unread(&inventory.clusters, COLUMNS));
    rows
}

/// One cluster looked at.
struct Sight<'a> {
    ground: &'a Ground<'a>,
    cluster: &'a ClusterId,
    views: &'a Views<'a>,
}

impl Sight<'_> {
    fn add(&self, rows: &mut Vec<Row>) {
        let mut known = BTreeSet::new();
        if let Some(fleet) = self.views.within {
            for pool in fleet::pools(fleet) {
                self.add_pool(fleet, &pool, rows);
                known.insert(pool.name);
            }
        }
        let outside = self.views.outside.into_iter();
        for group in outside.flat_map(|cluster| &cluster.pools) {
            if group.accelerator.is_some() && !known.contains(&group.name) {
                rows.push(self.group(group));
            }
        }
        if let Some(fleet) = self.views.within {
            self.add_homeless(fleet, rows);
            let kinds = ["resourceslices", "resourceclaims"];
            rows.extend(
                self.ground
                    .parts(self.cluster, &fleet.gaps, &kinds, COLUMNS),
            );
        }
    }

    fn group_of(&self, pool: &PoolName) -> Option<&NodePool> {
        let mut groups = self.views.outside?.pools.iter();
        groups.find(|group| group.name == *pool)
    }

    /// A pool: its first resource in a row of its own, others below it.
    fn add_pool(&self, fleet: &Fleet, pool: &Pool, rows: &mut Vec<Row>) {
        let group = self.group_of(&pool.name);
        let place = &self.cluster.place;
        let nodes = || nodes_of(fleet, pool.name.as_str()).filter(|node| node.has_accelerators());
        let idle = Idle::of(nodes(), |kind| self.ground.price(place, kind));
        let busy = mean(nodes().filter_map(|node| node.busy));
        let wasted = requested_and_idle(fleet, pool);
        let health = health(fleet, pool, group, &idle, wasted, self.ground.lens.now);
        let until = nodes()
            .filter_map(|node| {
                let price = self.ground.price(place, node.instance_type.as_deref()?)?;
                price.block_of(node)?.ends
            })
            .min();
        let sum = pool.sums.first();
        let itself = object("pool", self.cluster, &[pool.name.as_str()]);
        let itself = match group {
            Some(group) => itself.with_arn(&group.arn),
            None => itself,
        };
        let waiting = pool.pending.all();
        rows.push(self.line(itself, health, |key| match key {
            "model" => joined(pool.models.iter().map(|model| short_model(&model.name))),
            "nodes" => pool.nodes.all.into(),
            "pending" => waiting.units.into(),
            "oldest" => Cell::at(pool.pending.oldest),
            "idle_cost" => cost(&idle),
            "capacity" => Cell::some(pool.bought()),
            "path" => self.path(),
            "pool" => pool.name.as_str().into(),
            "maker" => pool.maker.to_string().into(),
            "type" => joined(pool.instance_types.iter().cloned()),
            "product" => joined(pool.models.iter().map(|Model { name, .. }| name.clone())),
            "zones" => joined(pool.zones.iter().map(ZoneName::to_string)),
            "devices" => Cell::count(pool.devices),
            "devices_requested" => Cell::count(pool.devices_requested),
            "ready" => pool.nodes.ready.into(),
            "cordoned" => pool.nodes.cordoned.into(),
            "unknown" => Cell::count(Some(pool.unknown.len())),
            "wanted" => Cell::count(group.map(|group| group.desired)),
            "max" => Cell::count(group.map(|group| group.max)),
            "unschedulable" => pool.pending.unschedulable.units.into(),
            "gated" => pool.pending.gated.units.into(),
            "unseen" => pool.pending.unseen.units.into(),
            "pods_pending" => waiting.pods.into(),
            "idle" => Cell::count(idle.hundredths.map(|idle| idle / 100)),
            "prepaid" => (idle.prepaid_hundredths / 100).into(),
            "price" => Cell::some(source(&idle, pool)),
            "reserved_until" => Cell::at(until),
            "busy" => busy.map_or(Cell::Unknown, |busy| Cell::Percent(busy.percent())),
            "requested_idle" => Cell::count(wasted),
            "id" => Cell::some(group.map(|group| group.arn.as_str())),
            key => sum.map_or(Cell::Unknown, |sum| of_sum(sum, key)),
        }));
        for sum in pool.sums.iter().skip(1) {
            let path = [pool.name.as_str(), sum.resource.as_str()];
            let object = object("share", self.cluster, &path);
            let mut row = self.line(object, Health::ok(), |key| match key {
                "pool" => pool.name.as_str().into(),
                "model" | "path" | "maker" | "capacity" => "".into(),
                key => of_sum(sum, key),
            });
            row.depth = 1;
            rows.push(row);
        }
    }

    /// A node group of which only EKS has told, because no node of it runs or the cluster could not
    /// be looked into.
    fn group(&self, group: &NodePool) -> Row {
        let object = object("pool", self.cluster, &[group.name.as_str()]).with_arn(&group.arn);
        let model = group.accelerator.as_ref().map(|gpu| gpu.model.as_str());
        let empty = group.running == Some(0);
        let none = |known: bool| {
            if known {
                Cell::Number(0)
            } else {
                Cell::Unknown
            }
        };
        let within = self.views.within.is_some();
        self.line(object, pools::health(group), |key| match key {
            "model" | "product" => Cell::some(model),
            "nodes" => Cell::count(group.running),
            "gpus" | "installed" => group.gpus_now().into(),
            "requested" | "free" | "block" | "idle" | "ready" => none(empty),
            "pending" => none(within),
            "capacity" => group.capacity.to_string().replace('_', "-").into(),
            "path" => self.path(),
            "pool" => group.name.as_str().into(),
            "maker" => Maker::NodeGroup.to_string().into(),
            "type" => group.instance_types.join(" ").into(),
            "zones" => joined(group.zones.iter().map(ZoneName::to_string)),
            "wanted" => group.desired.into(),
            "max" => group.max.into(),
            "id" => group.arn.as_str().into(),
            _ => Cell::Unknown,
        })
    }

    /// Demand that no pool or more than one comes into question for, by resource.
    fn add_homeless(&self, fleet: &Fleet, rows: &mut Vec<Row>) {
        let mut homeless: BTreeMap<&str, Vec<&Pending>> = BTreeMap::new();
        for pending in fleet.pending.iter().filter(|one| one.pool().is_none()) {
            homeless.entry(&pending.resource).or_default().push(pending);
        }
        for (resource, waiting) in homeless {
            let units: u64 = waiting.iter().map(|one| one.count).sum();
            let oldest = waiting
                .iter()
                .min_by_key(|one| (one.since.is_none(), one.since));
            let since = oldest.and_then(|one| one.since);
            let why = oldest.map(|one| format!("{}: {}", one.name, one.reason));
            let health = Health::new(State::Warning, why.unwrap_or_default());
            let object = Object {
                name: "no pool".into(),
                ..object("demand", self.cluster, &["", resource])
            };
            rows.push(self.line(object, health, |key| match key {
                "pending" => units.into(),
                "oldest" => Cell::at(since),
                "pods_pending" => Cell::count(Some(waiting.len())),
                "resource" => resource.into(),
                "path" => self.path(),
                "nodes" | "gpus" | "requested" | "free" | "block" => 0u32.into(),
                _ => Cell::Unknown,
            }));
        }
    }

    fn line(&self, object: Object, health: Health, own: impl Fn(&str) -> Cell) -> Row {
        self.ground.line(self.cluster, object, health, COLUMNS, own)
    }

    fn path(&self) -> Cell {
        let tree = self.ground.inventory.tree();
        Cell::some(Some(tree.path_of(self.cluster.place.account)))
    }
}

fn of_sum(sum: &Sum, key: &str) -> Cell {
    match key {
        "unit" => sum.unit.to_string().into(),
        "resource" => sum.resource.as_str().into(),
        "gpus" => sum.allocatable.into(),
        "installed" => sum.capacity.into(),
        "unhealthy" => sum.unhealthy.into(),
        "requested" => sum.requested.into(),
        "free" => sum.free.into(),
        "schedulable" => sum.free_schedulable.into(),
        "block" => sum.largest_free_block.into(),
        "replicas" => sum.replicas.into(),
        _ => Cell::Unknown,
    }
}

fn joined(words: impl Iterator<Item = String>) -> Cell {
    let words: BTreeSet<String> = words.collect();
    let words: Vec<String> = words.into_iter().collect();
    Cell::some((!words.is_empty()).then(|| words.join(" ")))
}

/// What could be saved each hour.
pub(super) fn cost(idle: &Idle) -> Cell {
    match idle.hourly {
        Some(amount) => Cell::Money(amount, idle.currency.clone().unwrap_or("USD".into())),
        None => Cell::Unknown,
    }
}

/// Which prices were taken, and since when they hold: `on demand of 2026-01-10`.
fn source(idle: &Idle, pool: &Pool) -> Option<String> {
    let mut parts: Vec<String> = idle
        .used
        .iter()
        .map(|(basis, since)| match since {
            Some(since) => format!("{basis} of {}", since.strftime("%Y-%m-%d %H:%M UTC")),
            None => basis.to_string(),
        })
        .collect();
    if idle.prepaid_hundredths > 0 {
        parts.push("paid in advance: no saving".into());
    }
    if pool.maker == Maker::AutoMode && !parts.is_empty() {
        parts.push("without the fee of Auto Mode".into());
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn mean(all: impl Iterator<Item = Busy>) -> Option<Busy> {
    let all: Vec<Busy> = all.collect();
    let sum: u64 = all.iter().map(|busy| u64::from(busy.0)).sum();
    let mean = sum.checked_div(all.len() as u64)?;
    u16::try_from(mean).ok().map(Busy)
}

/// Units that are requested by pods whose GPUs do nothing, where that is measured.
fn requested_and_idle(fleet: &Fleet, pool: &Pool) -> Option<u64> {
    let own: BTreeSet<&str> = nodes_of(fleet, pool.name.as_str())
        .map(|node| node.name.as_str())
        .collect();
    let measured = fleet
        .holders
        .iter()
        .filter(|holder| own.contains(holder.node.as_str()) && holder.busy.is_some());
    let counts: Vec<u64> = measured
        .map(|holder| match holder.busy {
            Some(busy) if busy < BUSY => holder.holds.values().copied().max().unwrap_or(0),
            _ => 0,
        })
        .collect();
    (!counts.is_empty()).then(|| counts.iter().sum())
}

/// What EKS says of the group, then nodes, devices, what waits, and what lies idle.
fn health(
    fleet: &Fleet,
    pool: &Pool,
    group: Option<&NodePool>,
    idle: &Idle,
    wasted: Option<u64>,
    now: Timestamp,
) -> Health {
    let warn = |reason: String| Health::new(State::Warning, reason);
    let mut health = group.map_or_else(Health::ok, pools::health);
    if !fleet.complete {
        health = health.worse(Health::new(State::Working, "pods are still being counted"));
    }
    let waiting = pool.pending.all();
    if pool.pending.unschedulable.units > 0 {
        let since = pool.pending.oldest.map(|since| text::age(since, now));
        let since = since
            .map(|since| format!(" for {since}"))
            .unwrap_or_default();
        let (units, pods) = (waiting.units, waiting.pods);
        let pods = if pods == 1 {
            "1 pod".into()
        } else {
            format!("{pods} pods")
        };
        health = health.worse(warn(format!("{pods} with {units} GPUs wait{since}")));
    }
    let unhealthy: u64 = pool.sums.iter().map(|sum| sum.unhealthy).sum();
    if unhealthy > 0 {
        health = health.worse(warn(format!("{unhealthy} not healthy")));
    }
    let away = pool.nodes.all - pool.nodes.ready;
    if away > 0 {
        let all = pool.nodes.all;
        health = health.worse(warn(format!("{away} of {all} nodes are not ready")));
    }
    if !pool.unknown.is_empty() {
        let count = pool.unknown.len();
        let said = format!("devices of {count} nodes are unknown: the driver's list is not whole");
        health = health.worse(warn(said));
    }
    if let (Some(free), Some(all)) = (idle.hundredths, pool.devices) {
        let free = free / 100;
        if free >= MANY_IDLE && free * 2 >= all {
            let prepaid = idle.prepaid_hundredths > 0;
            let how = if prepaid { ", paid in advance" } else { "" };
            health = health.worse(warn(format!("{free} of {all} GPUs are idle{how}")));
        }
    }
    if let Some(count) = wasted.filter(|count| *count > 0) {
        health = health.worse(warn(format!("{count} are requested and do nothing")));
    }
    health
}
