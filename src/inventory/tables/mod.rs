//! The tables that deck and command line share: columns, rows, sort keys, filters. To add one: a
//! file here, a line in [`all`].

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
    /// Not known: an empty mark on screen, `null` in JSON, never 0.
    Unknown,
}

/// Every table, in the order of the views.
#[must_use]
pub fn all() -> &'static [Table] {
    &[]
}
