//! What a cell says, and which of two comes first.

use std::cmp::Ordering;

use jiff::Timestamp;
use rust_decimal::prelude::ToPrimitive;

use crate::{inventory::tables::Cell, tui::widgets::figures};

/// The short form of a cell for a column.
#[must_use]
pub(super) fn shown(cell: &Cell, now: Timestamp) -> String {
    match cell {
        Cell::Text(text) => crate::model::text::clean(text).into_owned(),
        Cell::Number(number) => number.to_string(),
        Cell::Money(amount, currency) => figures::money(*amount, currency),
        Cell::Bytes(bytes) => figures::bytes(*bytes),
        Cell::Percent(percent) => format!("{percent:.0}%"),
        Cell::At(at) => figures::age(now, *at),
        Cell::State(state) => state.to_string(),
        Cell::Trend(values) => crate::inventory::tables::text::sparkline(values),
        Cell::Unknown => "–".into(),
    }
}

/// By value, the unknown last.
#[must_use]
pub(super) fn compare(a: &Cell, b: &Cell) -> Ordering {
    match (a, b) {
        (Cell::Unknown, Cell::Unknown) => Ordering::Equal,
        (Cell::Unknown, _) => Ordering::Greater,
        (_, Cell::Unknown) => Ordering::Less,
        (Cell::Text(a), Cell::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Cell::State(a), Cell::State(b)) => b.cmp(a),
        (Cell::At(a), Cell::At(b)) => b.cmp(a),
        (a, b) => number(a).total_cmp(&number(b)),
    }
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Number(number) => number.to_f64().unwrap_or_default(),
        Cell::Money(amount, _) => amount.to_f64().unwrap_or_default(),
        Cell::Bytes(bytes) => bytes.to_f64().unwrap_or_default(),
        Cell::Percent(percent) => *percent,
        _ => 0.0,
    }
}
