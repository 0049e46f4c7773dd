//! Tables as programs read them: CSV, and the JSON envelope with what could not be read.

mod csv;
mod failures;
mod json;

use jiff::Timestamp;

use super::{
    Inventory, Scope,
    tables::{Row, Table},
};
use crate::config::Environments;

pub use csv::{quoted, write as write_csv};
pub use failures::{Failure, all as failures, gaps};
pub use json::{EVERY_KIND, envelope, items, write as write_json};

/// What was read, and how it is looked at.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    pub inventory: &'a Inventory,
    pub scope: &'a Scope,
    pub environments: &'a Environments,
    pub now: Timestamp,
}

/// A table and those of its rows that are wanted.
pub type Sheet = (Table, Vec<Row>);
