//! Bars, sparklines and gauges made of character cells.

use ratatui::text::{Line, Span};

use super::Brush;
use crate::tui::theme::{Role, Symbols};

const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Never the full block: rows of charts below each other would run together.
const LEVELS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'];
const ASCII_LEVELS: [char; 7] = ['_', '.', '.', '-', '-', '=', '#'];

/// A horizontal bar of `share` (0 to 1) of `cells`, in steps of an eighth of a cell. Always
/// something where `share` is more than nothing.
#[must_use]
pub fn bar(share: f64, cells: u16, symbols: Symbols) -> String {
    let steps = eighths(share, cells);
    match symbols {
        Symbols::Unicode => {
            format!("{}{}", "█".repeat(steps / 8), EIGHTHS[steps % 8])
        }
        Symbols::Ascii => "#".repeat(steps.div_ceil(8)),
        // What it shows stands beside it as a number.
        Symbols::Plain => String::new(),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most 65,535 × 8, never negative
fn eighths(share: f64, cells: u16) -> usize {
    if share.is_nan() || share <= 0.0 {
        return 0;
    }
    let whole = f64::from(cells) * 8.0;
    ((share.min(1.0) * whole).round() as usize).max(usize::from(cells > 0))
}

/// A bar with its empty part drawn, `━━━━━━╸───`: lines, so that gauges below each other stay apart.
#[must_use]
pub fn gauge(share: f64, cells: u16, role: Role, brush: Brush<'_>) -> Line<'static> {
    if brush.symbols.is_plain() {
        return Line::default();
    }
    let full = match brush.symbols {
        Symbols::Unicode => {
            let halves = eighths(share, cells).div_ceil(4);
            let half = if halves.is_multiple_of(2) { "" } else { "╸" };
            format!("{}{half}", "━".repeat(halves / 2))
        }
        Symbols::Ascii | Symbols::Plain => bar(share, cells, brush.symbols),
    };
    let rest = usize::from(cells).saturating_sub(full.chars().count());
    let empty = brush.pick("─", ".").repeat(rest);
    Line::from(vec![
        Span::styled(full, brush.style(role)),
        Span::styled(empty, brush.style(Role::Border)),
    ])
}

/// One character per value, scaled from zero to the greatest; the newest `cells` values. A value
/// that is not known is a space.
#[must_use]
pub fn sparkline(values: &[Option<f64>], cells: usize, symbols: Symbols) -> String {
    if symbols.is_plain() {
        return String::new();
    }
    let newest = &values[values.len().saturating_sub(cells)..];
    let top = newest.iter().flatten().copied().fold(0.0, f64::max);
    newest
        .iter()
        .map(|value| match value {
            None => ' ',
            Some(value) => levels(symbols)[level(*value, top)],
        })
        .collect()
}

const fn levels(symbols: Symbols) -> &'static [char; 7] {
    match symbols {
        Symbols::Unicode => &LEVELS,
        Symbols::Ascii | Symbols::Plain => &ASCII_LEVELS,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 6
fn level(value: f64, top: f64) -> usize {
    if top <= 0.0 || value.is_nan() {
        return 0;
    }
    (value.max(0.0) / top * 6.0).round().min(6.0) as usize
}

/// A sparkline whose last `open` values are not complete yet: hatched.
#[must_use]
pub fn trend(values: &[Option<f64>], open: usize, cells: usize, brush: Brush<'_>) -> Line<'static> {
    if brush.symbols.is_plain() {
        return Line::default();
    }
    let drawn = sparkline(values, cells, brush.symbols);
    let count = drawn.chars().count();
    let known = count.saturating_sub(open.min(count));
    let head: String = drawn.chars().take(known).collect();
    let tail = brush.pick("░", ":").repeat(count - known);
    Line::from(vec![
        Span::styled(head, brush.style(Role::Line)),
        Span::styled(tail, brush.style(Role::Muted)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_by_eighths_and_never_beyond_its_cells() {
        let drawn = |share| bar(share, 4, Symbols::Unicode);
        assert_eq!(drawn(0.0), "");
        assert_eq!(drawn(0.001), "▏");
        assert_eq!(drawn(0.5), "██");
        assert_eq!(drawn(0.6), "██▍");
        assert_eq!(drawn(7.0), "████");
        assert_eq!(drawn(f64::NAN), "");
        assert_eq!(bar(0.6, 4, Symbols::Ascii), "###");
        assert_eq!(bar(0.6, 0, Symbols::Unicode), "");
    }

    #[test]
    fn a_sparkline_shows_the_newest_and_leaves_gaps_for_the_unknown() {
        let values = [Some(9.0), Some(0.0), None, Some(2.0), Some(4.0)];
        assert_eq!(sparkline(&values, 4, Symbols::Unicode), "▁ ▄▇");
        assert_eq!(sparkline(&values, 4, Symbols::Ascii), "_ -#");
        assert_eq!(sparkline(&[Some(0.0)], 4, Symbols::Unicode), "▁");
        assert_eq!(sparkline(&[], 4, Symbols::Unicode), "");
    }
}
