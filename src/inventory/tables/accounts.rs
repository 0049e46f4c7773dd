//! The organization: units and accounts in the order of the tree, with what is in them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use rust_decimal::Decimal;

use super::{
    Cell, Column, ColumnKind, Lens, Object, Row, Table, branches::Branches, findings,
    ground::Ground,
};
use crate::{
    inventory::Inventory,
    model::{
        Account, AccountId, AccountStatus, EnvironmentClass, Health, Remote, State, Trouble, Unit,
        UnitId, cluster::Cluster, cost::change,
    },
};

pub(super) const TABLE: Table = Table {
    name: "accounts",
    columns: &[
        Column::new("name", "NAME", ColumnKind::Text, 24),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("id", "ID", ColumnKind::Text, 12),
        Column::new("accounts", "ACCOUNTS", ColumnKind::Number, 8),
        Column::new("vpcs", "VPCS", ColumnKind::Number, 5),
        Column::new("clusters", "CLUSTERS", ColumnKind::Number, 8),
        Column::new("gpus", "GPUS", ColumnKind::Number, 5),
        Column::new("cost", "MONTH TO DATE", ColumnKind::Money, 13),
        Column::new("change", "CHANGE", ColumnKind::Percent, 7),
        Column::new("findings", "FINDINGS", ColumnKind::Number, 8),
        Column::new("reason", "WHY", ColumnKind::Text, 30),
        Column::new("status", "STATUS", ColumnKind::Text, 9).wide(),
        Column::new("path", "PATH", ColumnKind::Text, 20).wide(),
        Column::new("email", "E-MAIL", ColumnKind::Text, 24).wide(),
        Column::new("joined", "JOINED", ColumnKind::Age, 7).wide(),
        Column::new("policies", "POLICIES", ColumnKind::Number, 8).wide(),
    ],
    rows,
};

/// What is counted of an account, and summed up for a unit. `None` is not read.
#[derive(Clone, Default)]
struct Sums {
    accounts: u32,
    vpcs: Option<u32>,
    clusters: Option<u32>,
    gpus: Option<u32>,
    cost: Option<Decimal>,
    compared: (Decimal, Decimal),
    findings: u32,
    failed: u32,
    health: Health,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        let plus = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (None, b) => b,
            (a, b) => Some(a.unwrap_or(0) + b.unwrap_or(0)),
        };
        self.accounts += other.accounts;
        self.vpcs = plus(self.vpcs, other.vpcs);
        self.clusters = plus(self.clusters, other.clusters);
        self.gpus = plus(self.gpus, other.gpus);
        self.cost = match (self.cost, other.cost) {
            (None, cost) => cost,
            (cost, other) => Some(cost.unwrap_or_default() + other.unwrap_or_default()),
        };
        self.compared.0 += other.compared.0;
        self.compared.1 += other.compared.1;
        self.findings += other.findings;
        self.failed += other.failed;
        let first = self.accounts == other.accounts;
        if first || other.health.state > self.health.state {
            self.health = other.health.clone();
        }
    }
}

struct Tree<'a> {
    ground: &'a Ground<'a>,
    sums: HashMap<AccountId, Sums>,
    branches: Branches<'a>,
    currency: &'a str,
}

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let costs = inventory.costs.value().map(Arc::as_ref);
    let tree = Tree {
        ground: &ground,
        sums: sums(&ground),
        branches: Branches::of(&ground),
        currency: costs.map_or("USD", |costs| costs.months.currency.as_str()),
    };
    let mut rows = Vec::new();
    tree.below(None, 0, "", &mut rows);
    rows
}

impl Tree<'_> {
    /// Adds what is below a unit, units first, and sums it up.
    fn below(&self, unit: Option<&UnitId>, depth: u16, path: &str, rows: &mut Vec<Row>) -> Sums {
        let mut sums = Sums::default();
        for unit in self.branches.units(unit) {
            let at = rows.len();
            // The root's name is no part of a path.
            let path = match (unit.parent.is_some(), path) {
                (false, _) => String::new(),
                (true, "") => unit.name.clone(),
                (true, path) => format!("{path}/{}", unit.name),
            };
            let inner = self.below(Some(&unit.id), depth + 1, &path, rows);
            if inner.accounts > 0 || self.ground.lens.scope.is_everything() {
                rows.insert(at, self.unit(unit, &inner, depth, &path));
                sums.add(&inner);
            }
        }
        for account in self.branches.accounts(unit) {
            let own = self.sums.get(&account.id).cloned().unwrap_or_default();
            rows.push(self.account(account, &own, depth, path));
            sums.add(&own);
        }
        sums
    }

    fn unit(&self, unit: &Unit, sums: &Sums, depth: u16, path: &str) -> Row {
        let health = Health::new(sums.health.state, summary(sums));
        let mut cells = vec![
            unit.name.as_str().into(),
            Cell::State(health.state),
            "".into(),
            unit.id.as_str().into(),
            sums.accounts.into(),
        ];
        cells.extend(self.figures(sums));
        cells.extend([
            health.reason.as_str().into(),
            "".into(),
            path.into(),
            "".into(),
            Cell::Unknown,
            Cell::count(Some(unit.policies.len())),
        ]);
        let object = Object {
            kind: "unit",
            account: None,
            region: None,
            id: unit.id.to_string(),
            name: unit.name.clone(),
            arn: Some(unit.arn.clone()),
        };
        Row {
            object,
            class: EnvironmentClass::Other,
            health,
            cells,
            tags: unit.tags.clone(),
            depth,
        }
    }

    fn account(&self, account: &Account, sums: &Sums, depth: u16, path: &str) -> Row {
        let class = self.ground.class(account.id);
        let mut cells = vec![
            account.name.as_str().into(),
            Cell::State(sums.health.state),
            class.to_string().into(),
            account.id.to_string().into(),
            1u32.into(),
        ];
        cells.extend(self.figures(sums));
        let email = Some(account.email.as_str()).filter(|email| !email.is_empty());
        cells.extend([
            sums.health.reason.as_str().into(),
            account.status.to_string().replace('_', " ").into(),
            path.into(),
            Cell::some(email),
            Cell::at(account.joined),
            Cell::count(Some(account.policies.len())),
        ]);
        let object = Object {
            kind: "account",
            account: Some(account.id),
            region: None,
            id: account.id.to_string(),
            name: account.name.clone(),
            arn: Some(account.arn.clone()),
        };
        Row {
            object,
            class,
            health: sums.health.clone(),
            cells,
            tags: account.tags.clone(),
            depth,
        }
    }

    fn figures(&self, sums: &Sums) -> [Cell; 6] {
        let money = |amount| Cell::Money(amount, self.currency.into());
        [
            Cell::count(sums.vpcs),
            Cell::count(sums.clusters),
            Cell::count(sums.gpus),
            sums.cost.map_or(Cell::Unknown, money),
            change(sums.compared).map_or(Cell::Unknown, Cell::Percent),
            sums.findings.into(),
        ]
    }
}

/// `2 failed, 1 to look at`; the reason itself where there is only one.
fn summary(sums: &Sums) -> String {
    match (sums.failed, sums.findings - sums.failed) {
        (0, 0 | 1) | (1, 0) => sums.health.reason.clone(),
        (0, warnings) => format!("{warnings} warnings"),
        (failed, 0) => format!("{failed} failed"),
        (failed, warnings) => format!("{failed} failed, {warnings} warnings"),
    }
}

fn sums(ground: &Ground<'_>) -> HashMap<AccountId, Sums> {
    let inventory = ground.inventory;
    let mut all: HashMap<AccountId, Sums> = HashMap::new();
    let accounts = ground
        .organization
        .into_iter()
        .flat_map(|all| &all.accounts);
    let standing = standing(inventory);
    for account in accounts {
        let health = own_health(account, standing.get(&account.id));
        let sums = all.entry(account.id).or_default();
        sums.accounts = 1;
        sums.health = health;
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    for (place, network) in ground.read(&inventory.networks) {
        let vpcs = &mut all.entry(place.account).or_default().vpcs;
        *vpcs = Some(vpcs.unwrap_or(0) + count(network.vpcs.len()));
    }
    for (place, clusters) in ground.read(&inventory.clusters) {
        let sums = all.entry(place.account).or_default();
        sums.clusters = Some(sums.clusters.unwrap_or(0) + count(clusters.len()));
        let gpus: u32 = clusters.iter().map(Cluster::gpus_now).sum();
        sums.gpus = Some(sums.gpus.unwrap_or(0) + gpus);
    }
    for spend in inventory
        .costs
        .value()
        .iter()
        .flat_map(|costs| costs.spend())
    {
        let sums = all.entry(spend.account).or_default();
        sums.cost = Some(sums.cost.unwrap_or_default() + spend.amount);
        sums.compared.0 += spend.compared.0;
        sums.compared.1 += spend.compared.1;
    }
    for row in findings::gather(inventory, ground.lens) {
        let Some(account) = row.object.account else {
            continue;
        };
        let sums = all.entry(account).or_default();
        sums.findings += 1;
        sums.failed += u32::from(row.health.state == State::Failed);
        let reason = format!("{}: {}", row.object.name, row.health.reason);
        let worst = std::mem::take(&mut sums.health);
        sums.health = worst.worse(Health::new(row.health.state, reason));
    }
    all
}

/// How the reads of an account stand.
#[derive(Default)]
struct Standing<'a> {
    read: u32,
    loading: u32,
    troubles: Vec<&'a Trouble>,
}

fn standing(inventory: &Inventory) -> BTreeMap<AccountId, Standing<'_>> {
    fn note<'a, T>(
        all: &mut BTreeMap<AccountId, Standing<'a>>,
        account: AccountId,
        remote: &'a Remote<T>,
    ) {
        let standing = all.entry(account).or_default();
        standing.read += u32::from(remote.value().is_some());
        standing.loading += u32::from(remote.is_loading());
        standing.troubles.extend(remote.trouble());
    }
    let mut all = BTreeMap::new();
    for (place, remote) in &inventory.networks {
        note(&mut all, place.account, remote);
    }
    for (place, remote) in &inventory.clusters {
        note(&mut all, place.account, remote);
    }
    for (place, remote) in &inventory.protections {
        note(&mut all, place.account, remote);
    }
    for (place, remote) in &inventory.balancers {
        note(&mut all, place.account, remote);
    }
    for (account, remote) in &inventory.zones {
        note(&mut all, *account, remote);
    }
    all
}

/// The account's own standing, before what is in it.
fn own_health(account: &Account, standing: Option<&Standing<'_>>) -> Health {
    let off = match account.status {
        AccountStatus::Active => None,
        AccountStatus::Suspended => Some("the account is suspended"),
        AccountStatus::PendingClosure => Some("the account is about to be closed"),
        AccountStatus::Closed => Some("the account is closed"),
    };
    if let Some(reason) = off {
        return Health::new(State::Off, reason);
    }
    let Some(standing) = standing else {
        return Health::new(State::Unknown, "not read yet");
    };
    let troubles = standing.troubles.iter().map(|trouble| trouble.health());
    if let Some(worst) = troubles.reduce(Health::worse) {
        return worst;
    }
    match (standing.read, standing.loading) {
        (0, 1..) => Health::new(State::Working, "being read"),
        (0, 0) => Health::new(State::Unknown, "not read yet"),
        _ => Health::ok(),
    }
}
