//! One GPU fleet over all accounts and clusters: what runs, what is used, what is missing.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};

use super::{
    Desk, clusters, facts,
    listing::{Listing, Spec},
};
use crate::{
    inventory::tables::{self, Cell, Column, Row},
    tui::{
        Verb,
        theme::{Ramp, Role},
        widgets::{Brush, bar, text},
    },
};

static SPEC: Spec = Spec {
    name: "gpu",
    forms: &["gpus"],
    needs: clusters::needs,
    covers: clusters::covers,
    banner,
    details: clusters::details,
    painter: Some(paint),
    spare: &["type", "capacity", "max"],
    hints: &[(Verb::Operations, None, "scale")],
};

pub(super) fn view() -> Listing {
    Listing::new(&SPEC)
}

/// GPUs of one model.
#[derive(Default)]
struct Fleet {
    all: i64,
    used: i64,
    /// Whether the use of each pool is known.
    known: bool,
    pools: usize,
    missing: i64,
}

/// One line for each model, the largest fleet first.
fn banner(rows: &[Row], desk: &Desk<'_>) -> Vec<Line<'static>> {
    let brush = desk.brush();
    let Some(table) = tables::named("gpus") else {
        return Vec::new();
    };
    let number = |row: &Row, key| match facts::cell(table, row, key) {
        Cell::Number(number) => Some(*number),
        _ => None,
    };
    let mut fleets: BTreeMap<String, Fleet> = BTreeMap::new();
    for row in rows {
        let Cell::Text(model) = facts::cell(table, row, "model") else {
            continue;
        };
        let fleet = fleets.entry(model.clone()).or_insert(Fleet {
            known: true,
            ..Fleet::default()
        });
        fleet.pools += 1;
        fleet.all += number(row, "gpus").unwrap_or(0);
        match number(row, "used") {
            Some(used) => fleet.used += used,
            None => fleet.known = false,
        }
        let (wanted, runs) = (number(row, "wanted"), number(row, "nodes"));
        if let (Some(wanted), Some(runs)) = (wanted, runs) {
            fleet.missing += (wanted - runs).max(0);
        }
    }
    let mut fleets: Vec<(String, Fleet)> = fleets.into_iter().collect();
    fleets.sort_by_key(|(_, fleet)| std::cmp::Reverse(fleet.all));
    let mut lines: Vec<Line<'static>> = fleets
        .into_iter()
        .take(6)
        .map(|(model, fleet)| fleet_line(&model, &fleet, brush))
        .collect();
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

fn fleet_line(model: &str, fleet: &Fleet, brush: Brush<'_>) -> Line<'static> {
    let share = fleet.used as f64 / fleet.all.max(1) as f64;
    let mut spans = vec![Span::styled(
        format!("  {} ", text::pad(model, 8, brush.symbols)),
        brush.style(Role::Strong),
    )];
    spans.extend(bar::gauge(share, 24, Role::Bar, brush).spans);
    let used = if fleet.known {
        format!(" {:>4} of {} in use", fleet.used, fleet.all)
    } else {
        format!(" {:>4} GPUs, use partly unknown", fleet.all)
    };
    spans.push(Span::styled(used, brush.style(Role::Text)));
    let idle = fleet.all - fleet.used;
    if fleet.known && idle > 0 {
        spans.push(Span::styled(
            format!("  {idle} idle"),
            brush.style(Role::Muted),
        ));
    }
    if fleet.missing > 0 {
        let said = format!("  {} nodes missing", fleet.missing);
        spans.push(Span::styled(said, brush.style(Role::Warning)));
    }
    spans.into()
}

/// The used GPUs with their share as colour: `40` of `48`.
fn paint(row: &Row, column: &Column, width: u16, brush: Brush<'_>) -> Option<Line<'static>> {
    if column.key != "used" {
        return None;
    }
    let table = tables::named("gpus")?;
    let (Cell::Number(used), Cell::Number(all)) = (
        facts::cell(table, row, "used"),
        facts::cell(table, row, "gpus"),
    ) else {
        return None;
    };
    let share = *used as f64 / (*all).max(1) as f64;
    let style = brush
        .style(Role::Text)
        .fg(brush.theme.ramp(Ramp::Usage, share));
    let said = text::pad_left(&used.to_string(), width.into(), brush.symbols);
    Some(Span::styled(said, style).into())
}
