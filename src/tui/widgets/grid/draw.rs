//! How a table looks: head, rows, marks, matches.

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    Grid,
    layout::{Slot, right_aligned, slots},
    order::shown,
};
use crate::{
    inventory::tables::{Cell, Column, ColumnKind, Row},
    model::State,
    tui::{
        theme::Role,
        widgets::{
            Brush, put, row, text,
            tree::{gutter, select, shifted},
        },
    },
};

impl Grid {
    /// Draws head and visible rows; says where the cursor's row is.
    pub fn draw(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        focused: bool,
        now: Timestamp,
        brush: Brush<'_>,
    ) -> Option<Rect> {
        let slots = self.slots(area.width);
        self.draw_head(buffer, area, &slots, brush);
        let body = Self::body(area);
        let mut at_cursor = None;
        for (line, at) in self
            .window
            .range(self.order.len(), body.height.into())
            .enumerate()
        {
            let Some(place) = row(body, line) else { break };
            let item = &self.rows[self.order[at]];
            let here = at == self.window.cursor();
            gutter(
                buffer,
                place,
                here,
                self.marked.contains(&item.object),
                brush,
            );
            self.draw_row(buffer, shifted(place, 2), item, &slots, now, brush);
            if here {
                select(buffer, place, focused, brush);
                at_cursor = Some(place);
            }
        }
        at_cursor
    }

    pub(super) fn slots(&self, width: u16) -> Vec<Slot> {
        self.width.set(width.saturating_sub(2));
        slots(
            self.table.columns,
            &self.naturals,
            self.wide,
            self.offset,
            width.saturating_sub(2),
        )
    }

    /// The part of `area` below the head.
    pub(super) const fn body(area: Rect) -> Rect {
        Rect {
            y: area.y.saturating_add(1),
            height: area.height.saturating_sub(1),
            ..area
        }
    }

    fn draw_head(&self, buffer: &mut Buffer, area: Rect, slots: &[Slot], brush: Brush<'_>) {
        let Some(place) = row(area, 0) else { return };
        let style = brush.style(Role::ColumnHead);
        for slot in slots {
            let column = &self.table.columns[slot.column];
            let mark = match self.sort.filter(|sort| sort.column == slot.column) {
                Some(sort) if sort.descending => brush.pick("▼", "v"),
                Some(_) => brush.pick("▲", "^"),
                None => "",
            };
            let title = format!("{}{mark}", column.title);
            let title = aligned(&title, column, slot.width, brush);
            put(
                buffer,
                cell_area(place, *slot),
                &Span::styled(title, style).into(),
            );
        }
        if self.offset > 0 {
            put(
                buffer,
                place,
                &Span::styled(brush.pick("‹", "<"), style).into(),
            );
        }
        let last = slots.last().map_or(0, |slot| slot.column);
        let more = (last + 1..self.table.columns.len())
            .any(|index| self.wide || !self.table.columns[index].wide);
        if more && area.width > 0 {
            let right = Rect {
                x: place.right() - 1,
                width: 1,
                ..place
            };
            put(
                buffer,
                right,
                &Span::styled(brush.pick("›", ">"), style).into(),
            );
        }
    }

    fn draw_row(
        &self,
        buffer: &mut Buffer,
        place: Rect,
        item: &Row,
        slots: &[Slot],
        now: Timestamp,
        brush: Brush<'_>,
    ) {
        let muted = matches!(item.health.state, State::Denied | State::Off);
        for slot in slots {
            let column = &self.table.columns[slot.column];
            let area = Rect {
                x: place.x + slot.x.min(place.width),
                width: slot.width.min(place.width.saturating_sub(slot.x)),
                ..place
            };
            let painted = self
                .painter
                .and_then(|paint| paint(item, column, slot.width, brush));
            let line = painted.unwrap_or_else(|| {
                let cell = item.cells.get(slot.column).unwrap_or(&Cell::Unknown);
                self.cell(cell, column, slot.width, muted, now, brush)
            });
            put(buffer, area, &line);
        }
        if item.health.state == State::Denied
            && let Some(first) = slots.first()
        {
            // What could not be read has no figures: the reason stands in their place.
            let reason = shifted(place, first.width + 2);
            let text = format!(
                "{} denied  {}",
                brush.symbols.state(State::Denied),
                item.health.reason
            );
            let text = text::pad(&text, reason.width.into(), brush.symbols);
            put(
                buffer,
                reason,
                &Span::styled(text, brush.style(Role::Denied)).into(),
            );
        }
    }

    fn cell(
        &self,
        cell: &Cell,
        column: &Column,
        width: u16,
        muted: bool,
        now: Timestamp,
        brush: Brush<'_>,
    ) -> Line<'static> {
        let style = brush.style(if muted || *cell == Cell::Unknown {
            Role::Muted
        } else {
            Role::Text
        });
        if let Cell::State(state) = cell {
            let word = format!("{} {state}", brush.symbols.state(*state));
            let word = text::fit(&word, width.into(), brush.symbols).into_owned();
            return Span::styled(word, brush.state_style(*state)).into();
        }
        let said = shown(cell, now);
        let fitted = if column.key.ends_with("id") || column.key.ends_with("arn") {
            text::fit_middle(&said, width.into(), brush.symbols)
        } else {
            text::fit(&said, width.into(), brush.symbols)
        };
        let text = aligned(&fitted, column, width, brush);
        highlight(&text, &self.needles, style, brush.style(Role::Match))
    }
}

/// Where a column stands in a row with its gutter.
pub(super) fn cell_area(place: Rect, slot: Slot) -> Rect {
    let inner = shifted(place, 2);
    Rect {
        x: inner.x + slot.x.min(inner.width),
        width: slot.width.min(inner.width.saturating_sub(slot.x)),
        ..inner
    }
}

fn aligned(said: &str, column: &Column, width: u16, brush: Brush<'_>) -> String {
    if right_aligned(column.kind) {
        text::pad_left(said, width.into(), brush.symbols)
    } else {
        text::fit(said, width.into(), brush.symbols).into_owned()
    }
}

/// `said` with the places where a needle occurs in another style.
#[must_use]
pub fn highlight(said: &str, needles: &[String], style: Style, found: Style) -> Line<'static> {
    let plain = || Line::from(Span::styled(said.to_owned(), style));
    if needles.is_empty() {
        return plain();
    }
    let lower = said.to_lowercase();
    if lower.len() != said.len() {
        // A few letters change their length in lower case; places would be off.
        return plain();
    }
    let hit = needles
        .iter()
        .filter_map(|needle| Some((lower.find(needle.as_str())?, needle.len())))
        .min();
    let Some((at, len)) =
        hit.filter(|&(at, len)| said.is_char_boundary(at) && said.is_char_boundary(at + len))
    else {
        return plain();
    };
    Line::from(vec![
        Span::styled(said[..at].to_owned(), style),
        Span::styled(said[at..at + len].to_owned(), found),
        Span::styled(said[at + len..].to_owned(), style),
    ])
}

/// The columns of which the shown text may matter for width.
pub(super) fn natural(cell: &Cell, kind: ColumnKind, now: Timestamp) -> u16 {
    let text = text::width(&shown(cell, now)) + if kind == ColumnKind::State { 2 } else { 0 };
    u16::try_from(text).unwrap_or(u16::MAX)
}
