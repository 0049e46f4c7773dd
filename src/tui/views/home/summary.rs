//! What is known of each account, and its sum for each unit.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::super::Desk;
use crate::{
    inventory::tables::{self, Row},
    model::{
        AccountId, Gap, Region, Remote, State, Trouble, TroubleKind, cost::change, fleet::Idle,
    },
};

/// Figures of one account, or of all accounts below a unit.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub(super) accounts: usize,
    /// Accounts of which something, or all, may not be read.
    pub(super) denied: usize,
    /// Accounts of which something could not be read for another reason.
    pub(super) unread: usize,
    /// Accounts of which something is asked again in a while, because AWS throttles.
    pub(super) throttled: usize,
    /// Accounts of which parts are missing.
    pub(super) partial: usize,
    /// Accounts that are suspended or closed.
    pub(super) off: usize,
    /// Accounts of which something was read.
    pub(super) read: usize,
    pub(super) failures: usize,
    pub(super) warnings: usize,
    pub(super) clusters: usize,
    pub(super) nodes: u32,
    pub(super) gpus: u32,
    /// Devices of clusters that were looked into, and how many of them nothing has requested, in
    /// hundredths.
    pub(super) devices: u64,
    pub(super) idle: u64,
    pub(super) vpcs: usize,
    pub(super) peerings: usize,
    pub(super) protected: usize,
    /// Things that would lose more than they may.
    pub(super) unprotected: usize,
    pub(super) spent: Decimal,
    /// The complete days of this month and the same days of the last.
    pub(super) compared: (Decimal, Decimal),
    pub(super) last_month: Decimal,
    /// Day by day, both months.
    pub(super) trend: Vec<Decimal>,
}

impl Summary {
    pub(super) fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        self.denied += other.denied;
        self.unread += other.unread;
        self.throttled += other.throttled;
        self.partial += other.partial;
        self.off += other.off;
        self.read += other.read;
        self.failures += other.failures;
        self.warnings += other.warnings;
        self.clusters += other.clusters;
        self.nodes += other.nodes;
        self.gpus += other.gpus;
        self.devices += other.devices;
        self.idle += other.idle;
        self.vpcs += other.vpcs;
        self.peerings += other.peerings;
        self.protected += other.protected;
        self.unprotected += other.unprotected;
        self.spent += other.spent;
        self.last_month += other.last_month;
        self.compared.0 += other.compared.0;
        self.compared.1 += other.compared.1;
        add_days(&mut self.trend, &other.trend);
    }

    /// The worst that is known, and whether anything is. What could not be read is never well.
    pub(super) const fn state(&self) -> State {
        if self.failures + self.unread > 0 {
            State::Failed
        } else if self.warnings > 0 {
            State::Warning
        } else if self.denied > 0 {
            State::Denied
        } else if self.partial > 0 {
            State::Warning
        } else if self.throttled > 0 {
            State::Working
        } else if self.accounts > 0 && self.off == self.accounts {
            State::Off
        } else if self.read == 0 {
            State::Unknown
        } else {
            State::Ok
        }
    }

    /// Month over month in percent, complete days only.
    pub(super) fn change(&self) -> Option<f64> {
        change(self.compared)
    }
}

/// How the reads of one account went.
#[derive(Default)]
struct Verdict {
    read: bool,
    denied: bool,
    unread: bool,
    throttled: bool,
    partial: bool,
}

fn add_days(sum: &mut Vec<Decimal>, days: &[Decimal]) {
    if sum.len() < days.len() {
        sum.resize(days.len(), Decimal::ZERO);
    }
    for (sum, day) in sum.iter_mut().zip(days) {
        *sum += day;
    }
}

/// By account: figures, and findings with the worst first.
#[derive(Default)]
pub(super) struct Summaries {
    pub(super) figures: HashMap<AccountId, Summary>,
    pub(super) findings: HashMap<AccountId, Vec<Row>>,
    pub(super) currency: String,
}

impl Summaries {
    pub(super) fn new(desk: &Desk<'_>) -> Self {
        let mut all = Self {
            currency: "USD".into(),
            ..Self::default()
        };
        for account in desk.accounts() {
            all.figures.entry(account).or_default().accounts = 1;
        }
        all.take_reads(desk);
        all.take_costs(desk);
        all.take_tables(desk);
        all
    }

    fn of(&mut self, account: AccountId) -> Option<&mut Summary> {
        // What lies outside of the scope has no entry.
        self.figures.get_mut(&account)
    }

    fn take_reads(&mut self, desk: &Desk<'_>) {
        let inventory = desk.inventory;
        let mut verdicts: BTreeMap<AccountId, Verdict> = BTreeMap::new();
        let mut note = |account: AccountId, read: bool, trouble: Option<&Trouble>, gaps: &[Gap]| {
            let verdict = verdicts.entry(account).or_default();
            verdict.read |= read;
            verdict.partial |= !gaps.is_empty();
            match trouble.map(|trouble| trouble.kind) {
                Some(TroubleKind::Denied | TroubleKind::SignedOut) => verdict.denied = true,
                Some(TroubleKind::Throttled) => verdict.throttled = true,
                // What an endpoint does not offer is a part that is missing.
                Some(TroubleKind::Unavailable) => verdict.partial = true,
                // The account's own status says it.
                Some(TroubleKind::Suspended) | None => {}
                Some(TroubleKind::Unreachable | TroubleKind::NoRoute | TroubleKind::Other) => {
                    verdict.unread = true;
                }
            }
        };
        let seen = |region: &Region| desk.scope.has_region(region);
        for (place, read) in inventory
            .networks
            .iter()
            .filter(|(place, _)| seen(&place.region))
        {
            let gaps = read.value().map_or(&[][..], |network| &network.gaps);
            note(place.account, read.value().is_some(), read.trouble(), gaps);
            if let (Some(network), Some(figures)) = (read.value(), self.of(place.account)) {
                figures.vpcs += network.vpcs.iter().filter(|vpc| !vpc.default).count();
                figures.peerings += network.peerings.len();
            }
        }
        for (place, read) in inventory
            .clusters
            .iter()
            .filter(|(place, _)| seen(&place.region))
        {
            note(place.account, read.value().is_some(), read.trouble(), &[]);
            if let (Some(clusters), Some(figures)) = (read.value(), self.of(place.account)) {
                figures.clusters += clusters.len();
                for pool in clusters.iter().flat_map(|cluster| &cluster.pools) {
                    figures.nodes += pool.running.unwrap_or(pool.desired);
                    figures.gpus += pool.gpus_now();
                }
            }
        }
        for (cluster, read) in inventory
            .fleets
            .iter()
            .filter(|(cluster, _)| seen(&cluster.place.region))
        {
            let figures = self.of(cluster.place.account);
            if let (Some(fleet), Some(figures)) = (read.value(), figures) {
                let devices = fleet.nodes.iter().filter_map(|node| node.devices);
                figures.devices += devices.sum::<u64>();
                figures.idle += Idle::of(&fleet.nodes, |_| None).hundredths.unwrap_or(0);
            }
        }
        for (place, read) in inventory
            .protections
            .iter()
            .filter(|(place, _)| seen(&place.region))
        {
            let gaps = read.value().map_or(&[][..], |protection| &protection.gaps);
            note(place.account, read.value().is_some(), read.trouble(), gaps);
        }
        for (account, verdict) in verdicts {
            if let Some(figures) = self.of(account) {
                figures.read = usize::from(verdict.read);
                figures.denied = usize::from(verdict.denied);
                figures.unread = usize::from(verdict.unread);
                figures.throttled = usize::from(verdict.throttled);
                figures.partial = usize::from(verdict.partial);
            }
        }
    }

    fn take_costs(&mut self, desk: &Desk<'_>) {
        let Some(costs) = Remote::value(&desk.inventory.costs) else {
            return;
        };
        self.currency.clone_from(&costs.months.currency);
        for spend in costs.spend() {
            if let Some(figures) = self.of(spend.account) {
                figures.spent += spend.amount;
                figures.last_month += spend.last_month;
                figures.compared.0 += spend.compared.0;
                figures.compared.1 += spend.compared.1;
                add_days(&mut figures.trend, &spend.trend);
            }
        }
    }

    fn take_tables(&mut self, desk: &Desk<'_>) {
        let rows = |name| {
            tables::named(name)
                .map(|table| (table.rows)(desk.inventory, &desk.lens()))
                .unwrap_or_default()
        };
        for row in rows("findings") {
            let Some(account) = row.object.account else {
                continue;
            };
            if let Some(figures) = self.of(account) {
                match row.health.state {
                    State::Failed => figures.failures += 1,
                    State::Warning => figures.warnings += 1,
                    _ => {}
                }
            }
            self.findings.entry(account).or_default().push(row);
        }
        for findings in self.findings.values_mut() {
            findings.sort_by_key(|row| std::cmp::Reverse(row.health.state));
        }
        for row in rows("protection") {
            let Some(figures) = row.object.account.and_then(|account| self.of(account)) else {
                continue;
            };
            figures.protected += 1;
            figures.unprotected += usize::from(row.health.state >= State::Warning);
        }
    }
}
