//! A virtual table: rows of a shared table, narrowed, ordered, marked, and drawn as far as visible.

mod draw;
mod layout;

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use ratatui::{layout::Rect, text::Line};

use super::{Brush, Click, Clicks, Memo, Window};
use crate::{
    inventory::tables::{
        Column, ColumnKind, Object, Row, Table,
        filter::{Filter, Match},
        sort::Order,
        text::grouped,
    },
    tui::Verb,
};

/// Draws a cell in another way than as its text, as a bar for example.
pub type Painter = fn(&Row, &Column, u16, Brush<'_>) -> Option<Line<'static>>;

/// Rows that are looked at for the width of a column: enough to be right, few enough to be free.
const SAMPLED: usize = 500;

/// Below this many cells some columns are spared.
const NARROW: u16 = 100;

/// The state of one table on screen.
pub struct Grid {
    pub table: Table,
    rows: Vec<Row>,
    /// Indices of the rows that pass the filter, in the order that is shown.
    order: Vec<usize>,
    filter: String,
    /// What the filter's text means; the last that could be read while it is typed.
    parsed: Filter,
    /// Why the filter's text means nothing.
    fault: Option<String>,
    found: HashMap<usize, Match>,
    sort: Option<Order>,
    wide: bool,
    /// Columns scrolled away to the left; the first column stays.
    offset: usize,
    marked: HashSet<Object>,
    /// Where the last mark was set: a range reaches from there.
    anchor: Option<usize>,
    window: Window,
    painter: Option<Painter>,
    /// Columns that are left out of narrow screens.
    spare: &'static [&'static str],
    /// The widest text of each column.
    naturals: Vec<u16>,
    /// Cells of the last frame for the columns.
    width: Cell<u16>,
    /// Whether the last frame was one to be listened to.
    plain: Cell<bool>,
    clicks: Clicks,
    /// Rows in words, by their index.
    words: Memo<usize, Vec<draw::Piece>>,
}

impl Grid {
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self {
            table,
            rows: Vec::new(),
            order: Vec::new(),
            filter: String::new(),
            parsed: Filter::default(),
            fault: None,
            found: HashMap::new(),
            sort: None,
            wide: false,
            offset: 0,
            marked: HashSet::new(),
            anchor: None,
            window: Window::default(),
            painter: None,
            spare: &[],
            naturals: Vec::new(),
            width: Cell::default(),
            plain: Cell::default(),
            clicks: Clicks::default(),
            words: Memo::default(),
        }
    }

    #[must_use]
    pub const fn painted_by(mut self, painter: Painter) -> Self {
        self.painter = Some(painter);
        self
    }

    /// Leaves these columns out where there is little width, for the sake of those after them.
    #[must_use]
    pub const fn sparing(mut self, columns: &'static [&'static str]) -> Self {
        self.spare = columns;
        self
    }

    fn shows(&self, column: &Column) -> bool {
        let spared = self.width.get() < NARROW && self.spare.contains(&column.key);
        self.wide || !(column.wide || spared)
    }

    /// Replaces the rows; cursor and marks stay on what they were on.
    pub fn set(&mut self, rows: Vec<Row>, now: Timestamp) {
        let here = self.selected().map(|row| row.object.clone());
        let columns = self.table.columns;
        self.naturals = vec![0; columns.len()];
        for row in rows.iter().take(SAMPLED) {
            for ((widest, cell), column) in self.naturals.iter_mut().zip(&row.cells).zip(columns) {
                *widest = draw::natural(cell, column.kind, now).max(*widest);
            }
        }
        self.rows = rows;
        self.arrange(here.as_ref(), now);
    }

    pub fn filter(&mut self, text: &str, now: Timestamp) {
        let here = self.selected().map(|row| row.object.clone());
        text.trim().clone_into(&mut self.filter);
        self.fault = None;
        match Filter::parse(&self.filter, &self.table) {
            Ok(filter) => self.parsed = filter,
            Err(error) => self.fault = Some(error.to_string()),
        }
        self.arrange(here.as_ref(), now);
    }

    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows that pass the filter, in the order that is shown.
    pub fn shown(&self) -> impl Iterator<Item = &Row> {
        self.order.iter().map(|&index| &self.rows[index])
    }

    #[must_use]
    pub fn selected(&self) -> Option<&Row> {
        self.order
            .get(self.window.cursor())
            .map(|&index| &self.rows[index])
    }

    /// Whether a filter hides what is there.
    #[must_use]
    pub const fn is_filtered(&self) -> bool {
        !self.filter.is_empty()
    }

    /// Puts the cursor on an object when it is shown.
    pub fn go_to(&mut self, wanted: impl Fn(&Row) -> bool) {
        let at = self.shown().position(wanted);
        if let Some(at) = at {
            self.window.go(at, self.order.len());
        }
    }

    /// Puts the cursor on the row that the selected one stands below; `false` where it is none's.
    pub fn rise(&mut self) -> bool {
        let here = self.window.cursor();
        let depth = |at: usize| self.order.get(at).map(|&index| self.rows[index].depth);
        let Some(own) = depth(here) else { return false };
        let above = (0..here).rev().find(|&at| depth(at) < Some(own));
        if let Some(above) = above {
            self.window.go(above, self.order.len());
        }
        above.is_some()
    }

    /// The filter as it was typed.
    #[must_use]
    pub fn filter_text(&self) -> &str {
        &self.filter
    }

    #[must_use]
    pub fn marked(&self) -> Vec<Object> {
        self.shown()
            .filter(|row| self.marked.contains(&row.object))
            .map(|row| row.object.clone())
            .collect()
    }

    #[must_use]
    pub const fn len(&self) -> usize {
        self.order.len()
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The first row on screen.
    pub fn top(&self) -> usize {
        self.window.top()
    }

    /// `clusters(12)`, `clusters(3/12) /prod`
    #[must_use]
    pub fn title(&self, name: &str) -> String {
        let all = grouped(&self.rows.len().to_string());
        if self.filter.is_empty() {
            return format!("{name}({all})");
        }
        let some = grouped(&self.order.len().to_string());
        match &self.fault {
            Some(fault) => format!("{name}({some}/{all}) /{}  {fault}", self.filter),
            None => format!("{name}({some}/{all}) /{}", self.filter),
        }
    }

    /// Moves, marks, sorts, scrolls; `false` where the verb means nothing to a table.
    pub fn act(&mut self, verb: Verb, now: Timestamp) -> bool {
        match verb {
            Verb::Left => self.offset = self.offset.saturating_sub(1),
            Verb::Right => {
                let last = layout::last_offset(
                    self.table.columns,
                    &layout::order(self.table.columns, self.plain.get()),
                    &self.naturals,
                    |column| self.shows(column),
                    self.width.get(),
                );
                self.offset = (self.offset + 1).min(last);
            }
            Verb::Wide => {
                self.wide = !self.wide;
                self.offset = 0;
            }
            Verb::SortNext => self.sort_next(now),
            Verb::Mark => self.mark(),
            Verb::MarkRange => self.mark_range(),
            Verb::NextMatch => return self.window.act(Verb::Down, self.order.len()),
            Verb::PreviousMatch => return self.window.act(Verb::Up, self.order.len()),
            verb => return self.window.act(verb, self.order.len()),
        }
        true
    }

    /// Takes back what is set, the newest first; `false` where nothing is.
    pub fn back(&mut self) -> bool {
        let marks = !self.marked.is_empty();
        self.marked.clear();
        self.anchor = None;
        marks
    }

    /// A click in `area`, where the table was drawn, or the wheel over it.
    pub fn mouse(&mut self, event: MouseEvent, area: Rect, now: Timestamp) -> Click {
        let at = (event.column, event.row);
        if !area.contains(at.into()) {
            return Click::Missed;
        }
        match event.kind {
            MouseEventKind::ScrollDown => self.window.wheel(true, self.order.len()),
            MouseEventKind::ScrollUp => self.window.wheel(false, self.order.len()),
            MouseEventKind::Down(MouseButton::Left) if event.row == area.y => {
                let head = Rect { height: 1, ..area };
                let hit = self
                    .slots(area.width)
                    .into_iter()
                    .find(|&slot| draw::cell_area(head, slot).contains(at.into()));
                if let Some(slot) = hit {
                    self.sort_by(slot.column, now);
                }
            }
            MouseEventKind::Down(MouseButton::Left) => {
                let line = usize::from(event.row - Self::body(area).y);
                if let Some(index) = self.window.at(line, self.order.len()) {
                    self.window.go(index, self.order.len());
                    if self.clicks.is_double(index, now) {
                        return Click::Opened;
                    }
                }
            }
            _ => return Click::Missed,
        }
        Click::Taken
    }

    fn sort_next(&mut self, now: Timestamp) {
        let columns: Vec<usize> = (0..self.table.columns.len())
            .filter(|&index| self.wide || !self.table.columns[index].wide)
            .collect();
        let next = match self.sort {
            None => columns.first(),
            Some(sort) => columns.iter().find(|&&column| column > sort.column),
        };
        if let Some(&column) = next {
            return self.sort_by(column, now);
        }
        let here = self.selected().map(|row| row.object.clone());
        self.sort = None;
        self.arrange(here.as_ref(), now);
    }

    /// Sorts by a column; the same again turns the order round. Figures begin with the greatest.
    fn sort_by(&mut self, column: usize, now: Timestamp) {
        let here = self.selected().map(|row| row.object.clone());
        let descending = match self.sort {
            Some(sort) if sort.column == column => !sort.descending,
            _ => matches!(
                self.table.columns[column].kind,
                ColumnKind::Number | ColumnKind::Money | ColumnKind::Bytes | ColumnKind::Percent
            ),
        };
        self.sort = Some(Order { column, descending });
        self.arrange(here.as_ref(), now);
    }

    fn mark(&mut self) {
        let Some(object) = self.selected().map(|row| row.object.clone()) else {
            return;
        };
        if !self.marked.remove(&object) {
            self.marked.insert(object);
            self.anchor = Some(self.window.cursor());
        }
        self.window.act(Verb::Down, self.order.len());
    }

    fn mark_range(&mut self) {
        let here = self.window.cursor();
        let anchor = self.anchor.unwrap_or(here);
        let range = anchor.min(here)..(anchor.max(here) + 1).min(self.order.len());
        for &index in self.order.get(range).unwrap_or_default() {
            self.marked.insert(self.rows[index].object.clone());
        }
        self.anchor = Some(here);
    }

    fn arrange(&mut self, here: Option<&Object>, now: Timestamp) {
        self.words.forget();
        let narrowed = if self.parsed.is_empty() {
            (0..self.rows.len())
                .map(|index| (index, Match::default()))
                .collect()
        } else {
            self.parsed.narrow(&self.rows, now)
        };
        let mut order: Vec<usize> = narrowed.iter().map(|(index, _)| *index).collect();
        self.found = narrowed
            .into_iter()
            .filter(|(_, found)| !found.cells.is_empty())
            .collect();
        if self.parsed.is_empty() {
            self.found.clear();
        }
        if let Some(sort) = self.sort {
            order.sort_by(|&a, &b| sort.between(&self.rows[a], &self.rows[b]));
        }
        self.order = order;
        self.anchor = None;
        let found = here.and_then(|here| {
            self.order
                .iter()
                .position(|&index| self.rows[index].object == *here)
        });
        self.window
            .go(found.unwrap_or(self.window.cursor()), self.order.len());
    }
}
