//! How the heat table looks: figures on a ground that says how much they are.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line as Text, Span},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::heat::{Heat, Line, Order, short};
use crate::{
    inventory::tables::text::money_short,
    tui::{
        theme::{Ramp, Role},
        views::home::change,
        widgets::{
            Brush, Memo, Window, bar, heat, put, row, text,
            tree::{gutter, select, shifted},
        },
    },
};

const TOTAL: u16 = 9;
const CHANGE: u16 = 8;
const SERVICE: u16 = 9;
const TREND: u16 = 12;
/// The longest trend that is still calm.
const LONGEST: u16 = 46;

/// Which columns fit.
pub(super) struct Columns {
    name: u16,
    pub(super) services: usize,
    trend: u16,
}

impl Columns {
    pub(super) fn new(heat: &Heat, width: u16) -> Self {
        let widest = heat.lines.iter().map(|line| text::width(&line.name)).max();
        let widest = u16::try_from(widest.unwrap_or(0)).unwrap_or(u16::MAX);
        let name = widest.clamp(8, 22).min(width / 4) + 1;
        let fixed = 2 + name + TOTAL + CHANGE + 1;
        let room = width.saturating_sub(fixed);
        let trend = if room >= TREND + 2 * SERVICE {
            TREND
        } else {
            0
        };
        let fit = usize::from(room.saturating_sub(trend) / SERVICE).saturating_sub(1);
        let services = fit.min(heat.services.len());
        let used = u16::try_from(services + 1)
            .unwrap_or(u16::MAX)
            .saturating_mul(SERVICE);
        let left = room.saturating_sub(used);
        Self {
            name,
            services,
            trend: if trend > 0 { left.min(LONGEST) } else { 0 },
        }
    }

    fn head(&self, heat: &Heat, order: Order, brush: Brush<'_>) -> Text<'static> {
        let style = brush.style(Role::ColumnHead);
        let mark = |mine: Order, sign: &'static str| if mine == order { sign } else { "" };
        let down = brush.pick("▼", "v");
        let mut said = text::pad(
            &format!("  ACCOUNT{}", mark(Order::Name, brush.pick("▲", "^"))),
            usize::from(self.name) + 2,
            brush.symbols,
        );
        said += &text::pad_left(
            &format!("TOTAL{}", mark(Order::Total, down)),
            TOTAL.into(),
            brush.symbols,
        );
        said += &text::pad_left(
            &format!("CHANGE{}", mark(Order::Change, down)),
            CHANGE.into(),
            brush.symbols,
        );
        for service in heat.services.iter().take(self.services) {
            let name = text::fit(short(service), usize::from(SERVICE) - 1, brush.symbols);
            said += &text::pad_left(&name, SERVICE.into(), brush.symbols);
        }
        said += &text::pad_left("other", SERVICE.into(), brush.symbols);
        if self.trend > 0 {
            said += " BY DAY";
        }
        Span::styled(said, style).into()
    }

    fn line(&self, line: &Line, heat: &Heat, currency: &str, brush: Brush<'_>) -> Text<'static> {
        let strong = line.account.is_none();
        let role = if strong { Role::Strong } else { Role::Text };
        let mut spans = vec![
            Span::styled(
                text::pad(&line.name, self.name.into(), brush.symbols),
                brush.style(role),
            ),
            Span::styled(
                text::pad_left(
                    &money_short(line.total, currency),
                    TOTAL.into(),
                    brush.symbols,
                ),
                brush.style(Role::Strong),
            ),
            change(line.change(), CHANGE, brush),
        ];
        let shown = line.services.iter().take(self.services).copied();
        for amount in shown.chain([line.other(self.services)]) {
            let share = heat::share(amount.to_f64().unwrap_or_default(), heat.top);
            let style = if strong || amount.is_zero() {
                brush.style(if strong { Role::Strong } else { Role::Muted })
            } else {
                heat::style(Ramp::Cost, share, brush)
            };
            spans.push(Span::raw(" "));
            spans.push(cell(amount, currency, style, brush));
        }
        if self.trend > 0 {
            let days: Vec<Option<f64>> = line.trend.iter().map(ToPrimitive::to_f64).collect();
            spans.push(Span::raw(" "));
            spans.extend(bar::trend(&days, heat.open, usize::from(self.trend) - 1, brush).spans);
        }
        spans.into()
    }
}

fn cell(amount: Decimal, currency: &str, style: Style, brush: Brush<'_>) -> Span<'static> {
    let said = if amount.is_zero() {
        brush.pick("·", ".").to_owned()
    } else {
        money_short(amount, currency)
    };
    let said = text::pad_left(&format!("{said} "), usize::from(SERVICE) - 1, brush.symbols);
    Span::styled(said, style)
}

/// Rows in words, by their place.
pub(super) type Words = Memo<usize, Text<'static>>;

/// What the table is drawn with, beside its figures.
pub(super) struct Look<'a> {
    pub(super) words: &'a Words,
    pub(super) order: Order,
    pub(super) currency: &'a str,
    pub(super) focused: bool,
    pub(super) marked: &'a dyn Fn(&Line) -> bool,
}

/// Head, visible rows, total. Says where the cursor's row is.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    heat: &Heat,
    window: &Window,
    look: &Look<'_>,
    brush: Brush<'_>,
) -> Option<Rect> {
    let columns = Columns::new(heat, area.width);
    look.words.made_from((area.width, brush.look()));
    if let Some(place) = row(area, 0) {
        put(buffer, place, &columns.head(heat, look.order, brush));
    }
    let body = body(area);
    let mut at_cursor = None;
    for (line, at) in window
        .range(heat.lines.len(), body.height.into())
        .enumerate()
    {
        let Some(place) = row(body, line) else { break };
        let item = &heat.lines[at];
        let here = at == window.cursor();
        gutter(buffer, place, here, (look.marked)(item), brush);
        let make = || columns.line(item, heat, look.currency, brush);
        let show = |line: &Text<'static>| put(buffer, shifted(place, 2), line);
        look.words.show(at, make, show);
        if here {
            let name = Rect {
                width: place.width.min(2 + columns.name + TOTAL + CHANGE),
                ..place
            };
            // The ground of the figures has a meaning of its own: the selection leaves it.
            select(buffer, name, look.focused, brush);
            at_cursor = Some(place);
        }
    }
    // Right below the last account where all are in sight, else at the edge.
    let last = (heat.lines.len() + 1).min(usize::from(area.height.saturating_sub(1)));
    if let Some(place) = row(area, last).filter(|_| area.height > 2) {
        let line = columns.line(&heat.total, heat, look.currency, brush);
        put(buffer, shifted(place, 2), &line);
    }
    at_cursor
}

/// Between head and total.
pub(super) const fn body(area: Rect) -> Rect {
    Rect {
        y: area.y.saturating_add(1),
        height: area.height.saturating_sub(2),
        ..area
    }
}
