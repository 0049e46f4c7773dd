//! The GPU fleet summed up along the organization: units, accounts, clusters, pools. Slices and cores
//! are counted as the devices that they are parts of, so that sums mean something.

use rust_decimal::Decimal;

use super::{
    super::{Cell, Column, ColumnKind, Lens, Object, Row, Table, branches::Branches},
    Ground, nodes_of, object, share,
};
use crate::{
    inventory::Inventory,
    model::{
        Account, AccountId, Health, Region, State, Tags, UnitId,
        fleet::{self, Fleet, Idle, Node},
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "WHERE", ColumnKind::Text, 26),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("level", "LEVEL", ColumnKind::Text, 8),
    Column::new("nodes", "NODES", ColumnKind::Number, 6),
    Column::new("devices", "DEVICES", ColumnKind::Number, 7),
    Column::new("requested", "REQUESTED", ColumnKind::Percent, 9),
    Column::new("idle", "IDLE", ColumnKind::Number, 5),
    Column::new("pending", "PODS WAITING", ColumnKind::Number, 12),
    Column::new("oldest", "SINCE", ColumnKind::Age, 6),
    Column::new("idle_cost", "IDLE/H", ColumnKind::Money, 9),
    Column::new("reason", "WHY", ColumnKind::Text, 24),
    Column::new("prepaid", "PREPAID IDLE", ColumnKind::Number, 12).wide(),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ID", ColumnKind::Text, 30).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "gpu_fleet",
    columns: COLUMNS,
    rows,
};

/// What is summed up. `None` is not known of one part of it.
#[derive(Clone, Default)]
struct Sums {
    clusters: u64,
    nodes: u64,
    devices: Option<u64>,
    /// In hundredths of a device.
    idle: Option<u64>,
    prepaid: u64,
    cost: Option<Decimal>,
    currency: Option<String>,
    pending: u64,
    oldest: Option<jiff::Timestamp>,
    unread: u64,
}

impl Sums {
    fn nothing() -> Self {
        Self {
            devices: Some(0),
            idle: Some(0),
            cost: Some(Decimal::ZERO),
            ..Self::default()
        }
    }

    fn add(&mut self, other: &Self) {
        self.clusters += other.clusters;
        self.nodes += other.nodes;
        self.devices = self.devices.zip(other.devices).map(|(a, b)| a + b);
        self.idle = self.idle.zip(other.idle).map(|(a, b)| a + b);
        self.prepaid += other.prepaid;
        self.cost = self.cost.zip(other.cost).map(|(a, b)| a + b);
        self.currency = self.currency.take().or_else(|| other.currency.clone());
        self.pending += other.pending;
        self.oldest = self.oldest.into_iter().chain(other.oldest).min();
        self.unread += other.unread;
    }
}

struct Tree<'a> {
    ground: &'a Ground<'a>,
    branches: Branches<'a>,
}

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let tree = Tree {
        ground: &ground,
        branches: Branches::of(&ground),
    };
    let mut rows = Vec::new();
    tree.below(None, 0, &mut rows);
    rows.extend(ground.unread(&inventory.clusters, COLUMNS));
    rows
}

impl Tree<'_> {
    fn below(&self, unit: Option<&UnitId>, depth: u16, rows: &mut Vec<Row>) -> Sums {
        let mut sums = Sums::nothing();
        for unit in self.branches.units(unit) {
            let at = rows.len();
            let inner = self.below(Some(&unit.id), depth + 1, rows);
            // Only what has a fleet below it is shown.
            if inner.clusters + inner.unread > 0 {
                let object = Object {
                    kind: "unit",
                    account: None,
                    region: None,
                    id: unit.id.to_string(),
                    name: unit.name.clone(),
                    arn: Some(unit.arn.clone()),
                };
                rows.insert(at, self.row(object, "unit", &inner, depth, inner.health()));
                sums.add(&inner);
            }
        }
        for account in self.branches.accounts(unit) {
            let at = rows.len();
            let inner = self.within(account.id, depth + 1, rows);
            if inner.clusters + inner.unread > 0 {
                let object = account_object(account);
                rows.insert(
                    at,
                    self.row(object, "account", &inner, depth, inner.health()),
                );
                sums.add(&inner);
            }
        }
        sums
    }

    /// The clusters of an account that have GPUs, with their pools.
    fn within(&self, account: AccountId, depth: u16, rows: &mut Vec<Row>) -> Sums {
        let mut sums = Sums::nothing();
        let inventory = self.ground.inventory;
        let own = inventory
            .fleets
            .iter()
            .filter(|(id, _)| id.place.account == account && self.ground.has(&id.place));
        for (id, remote) in own {
            let itself = object("cluster", id, &[]);
            let Some(fleet) = remote.value() else {
                let Some(health) = super::unread(remote) else {
                    continue;
                };
                let nothing = Sums::default();
                rows.push(self.row(itself, "cluster", &nothing, depth, health));
                sums.unread += 1;
                continue;
            };
            if !fleet.has_accelerators() {
                continue;
            }
            let whole = self.sums(fleet, &fleet.nodes.iter().collect::<Vec<_>>());
            rows.push(self.row(itself, "cluster", &whole, depth, whole.health()));
            sums.add(&whole);
            for pool in fleet::pools(fleet) {
                let nodes: Vec<&Node> = nodes_of(fleet, pool.name.as_str()).collect();
                let mut own = self.sums(fleet, &nodes);
                own.pending = pool.pending.all().pods;
                own.oldest = pool.pending.oldest;
                let object = object("pool", id, &[pool.name.as_str()]);
                rows.push(self.row(object, "pool", &own, depth + 1, own.health()));
            }
        }
        sums
    }

    fn row(&self, object: Object, level: &str, sums: &Sums, depth: u16, health: Health) -> Row {
        let ground = self.ground;
        let class = object.account.map(|id| ground.class(id));
        let cell = |column: &Column| match column.key {
            "name" => object.name.as_str().into(),
            "state" => Cell::State(health.state),
            "env" => class.map_or_else(|| "".into(), |class| class.to_string().into()),
            "level" => level.into(),
            "reason" => health.reason.as_str().into(),
            "account" => Cell::some(object.account.map(|id| ground.label(id))),
            "region" => Cell::some(object.region.as_ref().map(Region::as_str)),
            "id" => object.id.as_str().into(),
            key => sums.cell(key),
        };
        let cells = COLUMNS.iter().map(cell).collect();
        Row {
            depth,
            ..ground.row(object, health, &Tags::new(), cells)
        }
    }

    fn sums(&self, fleet: &Fleet, nodes: &[&Node]) -> Sums {
        let place = &fleet.cluster.place;
        let nodes: Vec<&Node> = nodes
            .iter()
            .copied()
            .filter(|node| node.has_accelerators())
            .collect();
        let idle = Idle::of(nodes.iter().copied(), |kind| self.ground.price(place, kind));
        Sums {
            clusters: 1,
            nodes: nodes.len() as u64,
            devices: nodes.iter().map(|node| node.devices).sum(),
            idle: idle.hundredths,
            prepaid: idle.prepaid_hundredths,
            cost: idle.hourly,
            currency: idle.currency,
            pending: fleet.pending.len() as u64,
            oldest: fleet.pending.iter().filter_map(|one| one.since).min(),
            unread: 0,
        }
    }
}

impl Sums {
    fn health(&self) -> Health {
        match (self.pending, self.unread) {
            (0, 0) => Health::ok(),
            (0, 1) => Health::new(State::Unknown, "1 cluster is not read"),
            (0, unread) => Health::new(State::Unknown, format!("{unread} clusters are not read")),
            (1, _) => Health::new(State::Warning, "1 pod waits"),
            (pending, _) => Health::new(State::Warning, format!("{pending} pods wait")),
        }
    }

    fn cell(&self, key: &str) -> Cell {
        match key {
            "nodes" => self.nodes.into(),
            "devices" => Cell::count(self.devices),
            "requested" => match (self.devices, self.idle) {
                (Some(devices), Some(idle)) => {
                    let all = devices * 100;
                    share(all.saturating_sub(idle), all)
                }
                _ => Cell::Unknown,
            },
            "idle" => Cell::count(self.idle.map(|idle| idle / 100)),
            "pending" => self.pending.into(),
            "oldest" => Cell::at(self.oldest),
            "idle_cost" => {
                let currency = self.currency.clone().unwrap_or_else(|| "USD".into());
                let money = |cost| Cell::Money(cost, currency);
                self.cost.map_or(Cell::Unknown, money)
            }
            "prepaid" => (self.prepaid / 100).into(),
            _ => Cell::Unknown,
        }
    }
}

fn account_object(account: &Account) -> Object {
    Object {
        kind: "account",
        account: Some(account.id),
        region: None,
        id: account.id.to_string(),
        name: account.name.clone(),
        arn: Some(account.arn.clone()),
    }
}
