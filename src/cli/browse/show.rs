//! Builds, narrows and sorts the tables of a list.

use super::{Listing, Mistake};
use crate::{
    cli::args::List,
    inventory::{
        report::Sight,
        tables::{self, Column, Lens, Row, Table, filter::Filter, sort::Order},
    },
};

/// Tables with the rows that are left of them.
pub(super) struct Shown {
    /// As in the name of the JSON schema.
    pub(super) name: &'static str,
    pub(super) tables: Vec<(Table, Vec<Row>)>,
    /// All columns.
    pub(super) wide: bool,
    /// A filter has left rows out, or might have.
    pub(super) narrowed: bool,
}

/// A filter or an order counts for the tables that have its columns; when none has, it is a
/// mistake.
pub(super) fn list(listing: &Listing, list: &List, sight: Sight<'_>) -> Result<Shown, Mistake> {
    let lens = Lens {
        scope: sight.scope,
        environments: sight.environments,
        now: sight.now,
    };
    let text = list.filter.join(" ");
    let mut shown = Vec::new();
    let mut mistake = None;
    for table in listing.tables.iter().filter_map(|name| tables::named(name)) {
        match narrowed(table, &text, list.sort.as_deref(), sight, &lens) {
            Ok(rows) => shown.push((*table, rows)),
            Err(error) => {
                mistake.get_or_insert(error);
            }
        }
    }
    match mistake {
        Some(mistake) if shown.is_empty() => Err(mistake),
        _ => Ok(Shown {
            name: listing.name,
            tables: shown,
            wide: list.wide,
            narrowed: !text.trim().is_empty(),
        }),
    }
}

fn narrowed(
    table: &Table,
    text: &str,
    sort: Option<&str>,
    sight: Sight<'_>,
    lens: &Lens<'_>,
) -> Result<Vec<Row>, Mistake> {
    let filter = Filter::parse(text, table)?;
    let order = sort.map(|key| Order::parse(key, table)).transpose()?;
    let rows = (table.rows)(sight.inventory, lens);
    let kept = filter.narrow(&rows, sight.now);
    let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    let mut left: Vec<Row> = kept
        .into_iter()
        .filter_map(|(index, _)| rows[index].take())
        .collect();
    if let Some(order) = order {
        order.apply(&mut left);
    }
    Ok(left)
}

impl Shown {
    /// The columns of a table that are shown, with their indexes.
    pub(super) fn columns(&self, table: &Table) -> Vec<(usize, &'static Column)> {
        table
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| self.wide || !column.wide)
            .collect()
    }
}
