//! What stands under the costs: the sum, how it was counted, and what is still to come.

use std::io::{self, Write};

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::style::Page;
use crate::{
    inventory::{
        report::Sight,
        tables::{
            Cell, Row,
            text::{age, money},
        },
    },
    model::{State, cost::Costs},
};

/// Sums are over the rows that are shown, so that they agree.
pub(super) struct Bill<'a> {
    costs: &'a Costs,
    total: Decimal,
    /// Whether the rows are all there are: a forecast and its interval are about all accounts.
    whole: bool,
    read: Option<Timestamp>,
}

impl<'a> Bill<'a> {
    /// `None` where no costs were read.
    pub(super) fn new(sight: Sight<'a>, rows: &[Row], whole: bool) -> Option<Self> {
        let costs = sight.inventory.costs.value()?;
        let amounts = rows.iter().filter_map(|row| {
            row.cells.iter().find_map(|cell| match cell {
                Cell::Money(amount, _) => Some(*amount),
                _ => None,
            })
        });
        Some(Self {
            costs,
            total: amounts.sum(),
            whole: whole && sight.scope.is_everything(),
            read: sight.inventory.costs.read_at(),
        })
    }

    pub(super) fn print(&self, page: Page, now: Timestamp, out: &mut impl Write) -> io::Result<()> {
        let currency = &self.costs.months.currency;
        let calendar = self.costs.calendar();
        writeln!(out)?;
        let total = money(self.total, currency);
        writeln!(
            out,
            "{}",
            page.bold(&format!("total {total} since {}", calendar.month))
        )?;
        if let Some(forecast) = self.costs.forecast.as_ref().filter(|_| self.whole) {
            let word = |amount| money(amount, &forecast.currency);
            writeln!(
                out,
                "until {} another {}, between {} and {} (80 % interval)",
                forecast.until,
                word(forecast.mean),
                word(forecast.low),
                word(forecast.high)
            )?;
        }
        let metric = self.costs.months.query.metric.to_string().replace('_', " ");
        let read = self.read.map(|read| age(read, now));
        let said = format!(
            "{metric}, Cost Explorer, read {} ago; from {} on days are incomplete and left out of CHANGE",
            read.unwrap_or_default(),
            calendar.incomplete
        );
        writeln!(
            out,
            "{}",
            page.paint(State::Unknown, &said.replace("now ago", "now"))
        )
    }

    pub(super) fn document(&self) -> Value {
        let calendar = self.costs.calendar();
        let forecast = self.costs.forecast.as_ref().filter(|_| self.whole);
        let forecast = forecast.map(|forecast| {
            json!({
                "from": forecast.from, "until": forecast.until, "currency": forecast.currency,
                "mean": forecast.mean, "low": forecast.low, "high": forecast.high,
            })
        });
        json!({
            "metric": self.costs.months.query.metric,
            "currency": self.costs.months.currency,
            "since": calendar.month,
            "total": self.total,
            "incomplete_from": calendar.incomplete,
            "forecast": forecast,
        })
    }
}
