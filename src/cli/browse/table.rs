//! Tables for people: aligned columns that fit the terminal, or stand whole in a file.

use std::io::{self, Write};

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::{
    show::Shown,
    style::{Page, fitted},
};
use crate::inventory::tables::{Cell, Column, Row, Table};

/// Between two columns.
const GAP: usize = 2;

pub(super) fn print(
    shown: &Shown,
    page: Page,
    now: Timestamp,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut first = true;
    for (table, rows) in &shown.tables {
        // Of several tables those that have nothing to say are left out.
        if rows.is_empty() && shown.tables.len() > 1 {
            continue;
        }
        if !first {
            writeln!(out)?;
        }
        first = false;
        one(shown, table, rows, page, now, out)?;
    }
    Ok(())
}

fn one(
    shown: &Shown,
    table: &Table,
    rows: &[Row],
    page: Page,
    now: Timestamp,
    out: &mut impl Write,
) -> io::Result<()> {
    let columns = shown.columns(table);
    let said: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            columns
                .iter()
                .map(|(index, _)| said(row, *index, now))
                .collect()
        })
        .collect();
    let widths = widths(&columns, &said, page.width);
    let heads: Vec<String> = columns
        .iter()
        .zip(&widths)
        .map(|((_, column), width)| fitted(column.title, *width, column.kind.is_right()))
        .collect();
    writeln!(
        out,
        "{}",
        page.bold(heads.join(&" ".repeat(GAP)).trim_end())
    )?;
    for (row, said) in rows.iter().zip(&said) {
        let mut line = String::new();
        for (place, width) in widths.iter().enumerate() {
            let (index, column) = columns[place];
            let text = fitted(&said[place], *width, column.kind.is_right());
            if place > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            match row.cells.get(index) {
                Some(Cell::State(state)) => line.push_str(&page.paint(*state, &text)),
                _ => line.push_str(&text),
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn said(row: &Row, index: usize, now: Timestamp) -> String {
    let cell = row.cells.get(index).unwrap_or(&Cell::Unknown);
    let text = cell.shown(now);
    // The first column carries the tree.
    if index == 0 {
        "  ".repeat(row.depth.into()) + &text
    } else {
        text
    }
}

/// As wide as needed. Where the line is too short, the last columns go first, then the longest
/// texts are cut down to what their columns need at least.
fn widths(
    columns: &[(usize, &'static Column)],
    said: &[Vec<String>],
    line: Option<usize>,
) -> Vec<usize> {
    let natural: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(place, (_, column))| {
            let cells = said.iter().map(|row| row[place].width());
            cells.max().unwrap_or(0).max(column.title.width())
        })
        .collect();
    let Some(line) = line else {
        return natural;
    };
    let least: Vec<usize> = natural
        .iter()
        .zip(columns)
        .map(|(natural, (_, column))| (*natural).min(column.width.into()))
        .collect();
    let total = |widths: &[usize]| -> usize {
        widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
    };
    let mut kept = columns.len();
    while kept > 1 && total(&least[..kept]) > line {
        kept -= 1;
    }
    let mut widths = least[..kept].to_vec();
    let mut spare = line.saturating_sub(total(&widths));
    for (width, natural) in widths.iter_mut().zip(&natural) {
        let more = (natural - *width).min(spare);
        *width += more;
        spare -= more;
    }
    if let [only] = widths.as_mut_slice() {
        *only = (*only).min(line);
    }
    widths
}
