//! What is told of any row: its state with the reason, then every column with what it holds.

use ratatui::text::{Line, Span};

use super::Desk;
use crate::{
    inventory::tables::{Cell, Row, Table, text::age},
    model::{State, text::clean},
    tui::{
        theme::Role,
        widgets::{Brush, Pairs},
    },
};

/// The verdict and why.
pub(super) fn verdict(row: &Row, pairs: &mut Pairs, brush: Brush<'_>) {
    let mut spans = vec![brush.mark(row.health.state)];
    if !row.health.reason.is_empty() {
        let reason = format!("  {}", clean(&row.health.reason));
        spans.push(Span::styled(reason, brush.style(Role::Text)));
    }
    pairs.line(spans);
}

/// Every column but those that are said already, then the tags.
pub(super) fn columns(table: &Table, row: &Row, pairs: &mut Pairs, desk: &Desk<'_>) {
    let brush = desk.brush();
    pairs.section("Facts");
    for (column, cell) in table.columns.iter().zip(&row.cells) {
        let said_already = matches!(column.key, "state" | "reason" | "name");
        let nothing =
            matches!(cell, Cell::Unknown) || matches!(cell, Cell::Text(text) if text.is_empty());
        if said_already || nothing {
            continue;
        }
        pairs.pair(
            column.title.to_lowercase(),
            Span::styled(cell.shown(desk.now), brush.style(Role::Text)),
        );
    }
    for (key, value) in &row.tags {
        let value = Span::styled(clean(value).into_owned(), brush.style(Role::Text));
        pairs.pair(format!("tag {}", clean(key)), value);
    }
}

/// The cell of a column by its key.
pub(super) fn cell<'a>(table: &Table, row: &'a Row, key: &str) -> &'a Cell {
    table
        .column(key)
        .and_then(|index| row.cells.get(index))
        .unwrap_or(&Cell::Unknown)
}

/// A sign, a word before and what it is about: one line of a list of parts.
pub(super) fn part(state: State, name: &str, said: &str, brush: Brush<'_>) -> Line<'static> {
    Line::from(vec![
        brush.sign(state),
        Span::styled(format!(" {}", clean(name)), brush.style(Role::Strong)),
        Span::styled(format!("  {}", clean(said)), brush.style(Role::Text)),
    ])
}

/// How long ago, in words, or that nobody knows.
pub(super) fn ago(moment: Option<jiff::Timestamp>, desk: &Desk<'_>) -> String {
    moment.map_or_else(
        || "never".into(),
        |moment| format!("{} ago", age(moment, desk.now)),
    )
}
