//! How a table looks: head, rows, marks, matches.

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    Grid,
    layout::{Slot, order, slots},
};
use crate::{
    inventory::tables::{Cell, Column, ColumnKind},
    model::State,
    tui::{
        theme::{Role, Symbols},
        widgets::{
            Brush, bar,
            memo::AGE_STEP,
            put, row, text,
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
        self.plain.set(brush.symbols.is_plain());
        let slots = self.slots(area.width);
        self.draw_head(buffer, area, &slots, brush);
        self.words
            .made_from((area.width, &slots, now.as_second() / AGE_STEP, brush.look()));
        let body = Self::body(area);
        let mut at_cursor = None;
        for (line, at) in self
            .window
            .range(self.order.len(), body.height.into())
            .enumerate()
        {
            let Some(place) = row(body, line) else { break };
            let index = self.order[at];
            let item = &self.rows[index];
            let here = at == self.window.cursor();
            gutter(
                buffer,
                place,
                here,
                self.marked.contains(&item.object),
                brush,
            );
            let inner = shifted(place, 2);
            let make = || self.in_words(inner.width, index, &slots, now, brush);
            self.words.show(index, make, |pieces| {
                for (x, width, line) in pieces {
                    let area = Rect {
                        x: inner.x + x.min(&inner.width),
                        width: (*width).min(inner.width.saturating_sub(*x)),
                        ..inner
                    };
                    put(buffer, area, line);
                }
            });
            if here {
                select(buffer, place, focused, brush);
                at_cursor = Some(place);
            }
        }
        at_cursor
    }

    pub(super) fn slots(&self, width: u16) -> Vec<Slot> {
        // Gutter at the left, a cell at the right that says when there is more.
        let room = width.saturating_sub(3);
        self.width.set(room);
        slots(
            self.table.columns,
            &order(self.table.columns, self.plain.get()),
            &self.naturals,
            |column| self.shows(column),
            self.offset,
            room,
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
        let order = order(self.table.columns, self.plain.get());
        let last = slots.last().map(|slot| slot.column);
        let after = order
            .iter()
            .skip_while(|&&index| Some(index) != last)
            .skip(1);
        let more = after
            .copied()
            .any(|index| self.shows(&self.table.columns[index]));
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

    /// A row of `width` cells as pieces: from where, how wide, what.
    fn in_words(
        &self,
        width: u16,
        index: usize,
        slots: &[Slot],
        now: Timestamp,
        brush: Brush<'_>,
    ) -> Vec<Piece> {
        let item = &self.rows[index];
        let found = self.found.get(&index);
        let muted = matches!(item.health.state, State::Denied | State::Off);
        let piece = |slot: &Slot| {
            let column = &self.table.columns[slot.column];
            let cell = item.cells.get(slot.column).unwrap_or(&Cell::Unknown);
            let painted = self
                .painter
                .and_then(|paint| paint(item, column, slot.width, brush));
            let hits = found.and_then(|found| {
                let cell = found.cells.iter().find(|(at, _)| *at == slot.column)?;
                Some(cell.1.as_slice())
            });
            let look = Look {
                hits: hits.unwrap_or_default(),
                muted,
                indent: if slot.x == 0 { item.depth * 2 } else { 0 },
                now,
            };
            let line = painted.unwrap_or_else(|| look.line(cell, column, slot.width, brush));
            (slot.x, slot.width, line)
        };
        let state = item.health.state;
        if state != State::Denied && item.object.kind != "scope" {
            return slots.iter().map(piece).collect();
        }
        // What could not be read has no figures: the reason stands in their place.
        let mut pieces: Vec<Piece> = slots.first().map(piece).into_iter().collect();
        let begin = slots.first().map_or(0, |first| first.width + 2).min(width);
        let sign = brush.symbols.state(state);
        let text = format!("{sign} {state}  {}", item.health.reason);
        let text = text::fit(&text, (width - begin).into(), brush.symbols).into_owned();
        let line = Span::styled(text, brush.state_style(state)).into();
        pieces.push((begin, width - begin, line));
        pieces
    }
}

/// Part of a row: its first cell, counted from the gutter, its cells, and what it says.
pub(super) type Piece = (u16, u16, Line<'static>);

/// How one cell is drawn, beside what it says.
struct Look<'a> {
    /// Characters that the filter hit.
    hits: &'a [usize],
    muted: bool,
    indent: u16,
    now: Timestamp,
}

impl Look<'_> {
    fn line(&self, cell: &Cell, column: &Column, width: u16, brush: Brush<'_>) -> Line<'static> {
        let style = match cell {
            Cell::Trend(_) => brush.style(Role::Line),
            Cell::Unknown => brush.style(Role::Muted),
            _ if self.muted => brush.style(Role::Muted),
            _ => brush.style(Role::Text),
        };
        let room = usize::from(width.saturating_sub(self.indent));
        let (said, style) = match cell {
            Cell::State(state) => {
                let word = format!("{} {state}", brush.symbols.state(*state));
                (word, brush.state_style(*state))
            }
            Cell::Trend(values) => (trend(values, room, brush.symbols), style),
            cell => (cell.shown(self.now), style),
        };
        let middle = column.key.ends_with("id") || column.key.ends_with("arn");
        let fitted = if middle {
            text::fit_middle(&said, room, brush.symbols)
        } else {
            text::fit(&said, room, brush.symbols)
        };
        let cut_inside = middle && fitted.len() != said.len();
        let before = if column.kind.is_right() {
            usize::from(width).saturating_sub(text::width(&fitted))
        } else {
            usize::from(self.indent)
        };
        let hits = if cut_inside { &[] } else { self.hits };
        let mut line = highlighted(&fitted, hits, style, brush.style(Role::Match));
        line.spans.insert(0, " ".repeat(before).into());
        line
    }
}

/// The newest values that fit, one character each.
fn trend(values: &[Decimal], cells: usize, symbols: Symbols) -> String {
    let values: Vec<Option<f64>> = values.iter().map(ToPrimitive::to_f64).collect();
    bar::sparkline(&values, cells, symbols)
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
    if column.kind.is_right() {
        text::pad_left(said, width.into(), brush.symbols)
    } else {
        text::fit(said, width.into(), brush.symbols).into_owned()
    }
}

/// `said` with the characters at `hits` in another style.
#[must_use]
pub(super) fn highlighted(said: &str, hits: &[usize], style: Style, found: Style) -> Line<'static> {
    if hits.is_empty() {
        return Span::styled(said.to_owned(), style).into();
    }
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (index, char) in said.chars().enumerate() {
        let style = if hits.binary_search(&index).is_ok() {
            found
        } else {
            style
        };
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push(char),
            _ => spans.push(Span::styled(char.to_string(), style)),
        }
    }
    spans.into()
}

/// The columns of which the shown text may matter for width.
pub(super) fn natural(cell: &Cell, kind: ColumnKind, now: Timestamp) -> u16 {
    let text = text::width(&cell.shown(now)) + if kind == ColumnKind::State { 2 } else { 0 };
    u16::try_from(text).unwrap_or(u16::MAX)
}
