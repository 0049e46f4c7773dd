//! How a row of the tree looks: name, class, accounts, health, cost, change.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{super::Desk, Item};
use crate::{
    inventory::tables::{
        self,
        text::{grouped, money_short},
    },
    model::{AccountStatus, State},
    tui::{
        theme::Role,
        widgets::{Brush, put, row, text, tree::shifted},
    },
};

/// Columns of the tree, right-aligned at the same place in every row.
pub(super) struct Columns {
    class: bool,
    change: bool,
}

const CLASS: u16 = 9;
const ACCOUNTS: u16 = 7;
const HEALTH: u16 = 10;
const COST: u16 = 8;
const CHANGE: u16 = 9;

impl Columns {
    pub(super) const fn new(width: u16) -> Self {
        Self {
            class: width >= 64,
            change: width >= 74,
        }
    }

    const fn width(&self) -> u16 {
        let class = if self.class { CLASS } else { 0 };
        let change = if self.change { CHANGE } else { 0 };
        class + ACCOUNTS + HEALTH + COST + change
    }

    pub(super) fn draw_head(&self, buffer: &mut Buffer, inner: Rect, brush: Brush<'_>) {
        let Some(place) = row(inner, 0) else { return };
        let style = brush.style(Role::ColumnHead);
        put(
            buffer,
            shifted(place, 4),
            &Span::styled("UNIT / ACCOUNT", style).into(),
        );
        let mut titles = String::new();
        if self.class {
            titles += &text::pad("ENV", CLASS.into(), brush.symbols);
        }
        titles += &text::pad_left("ACC  ", ACCOUNTS.into(), brush.symbols);
        titles += &text::pad("HEALTH", HEALTH.into(), brush.symbols);
        titles += &text::pad_left("MONTH", COST.into(), brush.symbols);
        if self.change {
            titles += &text::pad_left("CHANGE", CHANGE.into(), brush.symbols);
        }
        let left = place.width.saturating_sub(self.width());
        put(
            buffer,
            shifted(place, left),
            &Span::styled(titles, style).into(),
        );
    }

    /// A row of `width` cells.
    pub(super) fn line(
        &self,
        width: u16,
        item: &Item,
        currency: &str,
        desk: &Desk<'_>,
    ) -> Line<'static> {
        let brush = desk.brush();
        let name_width = usize::from(width.saturating_sub(self.width()));
        let figures = &item.figures;
        let out = matches!(item.status, Some(status) if status != AccountStatus::Active);
        let role = match (item.status, figures.state()) {
            (None, _) => Role::Strong,
            _ if out => Role::Muted,
            (Some(_), State::Denied) if figures.read == 0 => Role::Muted,
            _ => Role::Text,
        };
        let name = text::fit(&item.name, name_width.saturating_sub(1), brush.symbols);
        let name = text::pad(&name, name_width, brush.symbols);
        let mut spans = vec![Span::styled(name, brush.style(role))];
        if self.class {
            let badge = item.class.map(|class| desk.class_badge(class));
            let used = badge.as_ref().map_or(0, Span::width);
            spans.extend(badge);
            spans.push(" ".repeat(usize::from(CLASS).saturating_sub(used)).into());
        }
        let accounts = match item.status {
            None => grouped(&figures.accounts.to_string()),
            Some(_) => String::new(),
        };
        let accounts = text::pad_left(&format!("{accounts}  "), ACCOUNTS.into(), brush.symbols);
        spans.push(Span::styled(accounts, brush.style(Role::Muted)));
        let health = health(item, brush);
        let used = health.iter().map(Span::width).sum::<usize>();
        spans.extend(health);
        spans.push(" ".repeat(usize::from(HEALTH).saturating_sub(used)).into());
        let cost = if figures.spent.is_zero() && figures.last_month.is_zero() {
            tables::text::UNKNOWN.to_owned()
        } else {
            money_short(figures.spent, currency)
        };
        let cost = text::pad_left(&cost, COST.into(), brush.symbols);
        spans.push(Span::styled(cost, brush.style(role)));
        if self.change {
            spans.push(change(figures.change(), CHANGE, brush));
        }
        spans.into()
    }
}

/// A change in percent in `cells`: what rises by much stands out.
pub(in crate::tui::views) fn change(
    percent: Option<f64>,
    cells: u16,
    brush: Brush<'_>,
) -> Span<'static> {
    let role = match percent {
        Some(10.0..) => Role::Warning,
        _ => Role::Muted,
    };
    let said = match percent {
        None => String::new(),
        Some(percent @ 0.5..) => format!("{} +{percent:.0}%", brush.pick("▲", "^")),
        Some(percent @ ..=-0.5) => format!("{} {percent:.0}%", brush.pick("▼", "v")),
        Some(_) => "= 0%".into(),
    };
    let said = text::pad_left(&said, cells.into(), brush.symbols);
    Span::styled(said, brush.style(role))
}

/// `✖ 1 ▲ 2` where something is wrong, else sign and word.
fn health(item: &Item, brush: Brush<'_>) -> Vec<Span<'static>> {
    let figures = &item.figures;
    match item.status {
        Some(AccountStatus::Active) | None => {}
        Some(status) => {
            let said = format!("{} {status}", brush.symbols.state(State::Off));
            let said = text::fit(&said, usize::from(HEALTH) - 1, brush.symbols).into_owned();
            return vec![Span::styled(said, brush.state_style(State::Off))];
        }
    }
    // Of a unit it is told how many accounts could not be read; an account says so itself.
    let unread = if item.status.is_none() {
        [figures.unread, figures.denied]
    } else if figures.failures + figures.warnings == 0 {
        return vec![brush.mark(figures.state())];
    } else {
        [0, 0]
    };
    let counts = [
        (State::Failed, figures.failures + unread[0]),
        (State::Warning, figures.warnings),
        (State::Denied, unread[1]),
    ];
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut left = usize::from(HEALTH);
    for (state, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        let said = format!("{} {count} ", brush.symbols.state(state));
        let Some(rest) = left.checked_sub(text::width(&said)) else {
            break;
        };
        left = rest;
        spans.push(Span::styled(said, brush.state_style(state)));
    }
    if spans.is_empty() {
        spans.push(brush.mark(figures.state()));
    }
    spans
}
