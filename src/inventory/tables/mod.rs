//! The tables that deck and command line share: columns, rows, sort keys, filters. To add one: a
//! file here, a line in [`all`].

mod accounts;
mod balancers;
mod branches;
mod budgets;
mod clusters;
mod copies;
mod costs;
pub mod filter;
mod findings;
mod ground;
mod jobs;
mod kubernetes;
mod peerings;
mod policies;
mod pools;
mod protection;
mod records;
pub mod sort;
mod subnets;
mod targets;
pub mod text;
mod velero;
mod vpcs;
mod zones;

use jiff::Timestamp;

use super::{Inventory, Scope};
use crate::{
    config::Environments,
    model::{AccountId, Arn, EnvironmentClass, Health, Region, Tags},
};

/// A named list of things of one kind over all accounts in view.
#[derive(Clone, Copy)]
pub struct Table {
    /// Plural, as in `awsdeck clusters` and in the JSON schema name.
    pub name: &'static str,
    pub columns: &'static [Column],
    /// Builds the rows in their natural order. Done once per change of inventory or scope, never
    /// per frame.
    pub rows: fn(&Inventory, &Lens<'_>) -> Vec<Row>,
}

/// Every table.
#[must_use]
pub const fn all() -> &'static [Table] {
    &[
        accounts::TABLE,
        findings::TABLE,
        vpcs::TABLE,
        subnets::TABLE,
        peerings::TABLE,
        clusters::TABLE,
        pools::TABLE,
        kubernetes::gpus::TABLE,
        kubernetes::nodes::GPU_NODES,
        kubernetes::holders::TABLE,
        kubernetes::demand::TABLE,
        kubernetes::fleet::TABLE,
        kubernetes::connections::TABLE,
        kubernetes::nodes::NODES,
        kubernetes::namespaces::TABLE,
        kubernetes::workloads::TABLE,
        kubernetes::pods::TABLE,
        kubernetes::events::TABLE,
        kubernetes::extensions::TABLE,
        kubernetes::roles::TABLE,
        costs::TABLE,
        budgets::BUDGETS,
        budgets::ANOMALIES,
        protection::TABLE,
        copies::TABLE,
        jobs::TABLE,
        velero::backups::TABLE,
        velero::restores::TABLE,
        velero::schedules::TABLE,
        velero::locations::TABLE,
        velero::repositories::TABLE,
        zones::TABLE,
        records::RECORDS,
        records::HEALTH_CHECKS,
        balancers::TABLE,
        targets::TABLE,
        policies::TABLE,
    ]
}

/// The table of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Table> {
    all().iter().find(|table| table.name == name)
}

/// Through what the inventory is looked at.
pub struct Lens<'a> {
    pub scope: &'a Scope,
    pub environments: &'a Environments,
    pub now: Timestamp,
}

#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What filters and `--output json` call it; snake_case.
    pub key: &'static str,
    /// Short, upper case: the head of the column.
    pub title: &'static str,
    pub kind: ColumnKind,
    /// Narrowest useful width in cells; the last columns go first when there is no room.
    pub width: u16,
    /// Shown in wide form only (`w`, `--output json` and `csv`).
    pub wide: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    State,
    Number,
    Money,
    Bytes,
    Percent,
    /// A moment, shown as an age.
    Age,
    /// Values over time, shown as a small chart.
    Trend,
}

/// One thing.
#[derive(Clone, Debug)]
pub struct Row {
    pub object: Object,
    pub class: EnvironmentClass,
    pub health: Health,
    /// One for each column of the table.
    pub cells: Vec<Cell>,
    pub tags: Tags,
    /// How deep it stands in a tree, 0 at the top and in flat tables. A row belongs to the nearest
    /// row above it that is less deep.
    pub depth: u16,
}

/// What a row is about, enough to describe, copy, link to or scope to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// Singular: `vpc`, `cluster`, `database`.
    pub kind: &'static str,
    pub account: Option<AccountId>,
    pub region: Option<Region>,
    pub id: String,
    pub name: String,
    pub arn: Option<Arn>,
}

impl Object {
    /// Whether both are the same thing, however each was found: not everything that lists it knows
    /// its region.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let known = |object: &Self| object.region.clone().filter(|at| *at != Region::global());
        let regions = known(self).zip(known(other));
        self.kind == other.kind
            && self.account == other.account
            && self.id == other.id
            && regions.is_none_or(|(one, other)| one == other)
    }
}

/// A value: what is shown and what it is sorted, filtered and exported by.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Number(i64),
    /// Amount and currency.
    Money(rust_decimal::Decimal, String),
    Bytes(u64),
    /// 0 to 100.
    Percent(f64),
    At(Timestamp),
    State(crate::model::State),
    /// Equally spaced, the newest last.
    Trend(Vec<rust_decimal::Decimal>),
    /// Not known: an empty mark on screen, `null` in JSON, never 0.
    Unknown,
}

impl Table {
    /// Where the column of this key stands.
    #[must_use]
    pub fn column(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.key == key)
    }
}

impl Column {
    /// A column of the narrow form.
    #[must_use]
    pub const fn new(key: &'static str, title: &'static str, kind: ColumnKind, width: u16) -> Self {
        Self {
            key,
            title,
            kind,
            width,
            wide: false,
        }
    }

    /// The same column for the wide form only.
    #[must_use]
    pub const fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}

impl ColumnKind {
    /// Whether its values stand at the right, so that digits line up.
    #[must_use]
    pub const fn is_right(self) -> bool {
        matches!(
            self,
            Self::Number | Self::Money | Self::Bytes | Self::Percent | Self::Age
        )
    }
}

impl Cell {
    /// Text, or unknown where there is none.
    #[must_use]
    pub fn some(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Unknown, |text| Self::Text(text.into()))
    }

    /// A count, or unknown.
    #[must_use]
    pub fn count(number: Option<impl TryInto<i64>>) -> Self {
        number.map_or(Self::Unknown, |number| {
            Self::Number(number.try_into().unwrap_or(i64::MAX))
        })
    }

    /// A moment, or unknown.
    #[must_use]
    pub fn at(moment: Option<Timestamp>) -> Self {
        moment.map_or(Self::Unknown, Self::At)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::count(Some(number))
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}
