//! Draws into memory, for tests: what is on screen as text, and in which styles.

use jiff::Timestamp;
use ratatui::{Frame, Terminal, backend::TestBackend, buffer::Buffer, layout::Rect};

use super::{
    Symbols, Theme,
    views::{Book, Desk, View},
};
use crate::{
    config::Environments,
    inventory::{Inventory, Scope, cache::Spent},
};

/// Everything a [`Desk`] points at, for a view that is tested alone.
pub(crate) struct Bench {
    pub(crate) inventory: Inventory,
    pub(crate) scope: Scope,
    pub(crate) environments: Environments,
    pub(crate) theme: Theme,
    pub(crate) symbols: Symbols,
    pub(crate) now: Timestamp,
    pub(crate) book: Book,
    pub(crate) meter: Option<(Spent, Spent)>,
}

impl Bench {
    pub(crate) fn new(inventory: Inventory) -> Self {
        Self {
            inventory,
            scope: Scope::default(),
            environments: Environments::conventional(),
            theme: Theme::default(),
            symbols: Symbols::Unicode,
            book: Book::default(),
            meter: None,
            now: "2026-01-15T10:00:00Z".parse().expect("a valid time"),
        }
    }

    pub(crate) fn desk(&self) -> Desk<'_> {
        Desk {
            inventory: &self.inventory,
            scope: &self.scope,
            environments: &self.environments,
            theme: &self.theme,
            symbols: self.symbols,
            is_open: true,
            now: self.now,
            wall: self.now,
            rest: jiff::SignedDuration::ZERO,
            book: &self.book,
            meter: self.meter,
        }
    }

    /// The view as text, derived and drawn at this size, one line per row, right ends trimmed.
    pub(crate) fn drawn(&self, view: &mut dyn View, width: u16, height: u16) -> String {
        text(&self.buffer(view, width, height))
    }

    pub(crate) fn buffer(&self, view: &mut dyn View, width: u16, height: u16) -> Buffer {
        let desk = self.desk();
        view.derive(&desk);
        buffer(width, height, |frame, area| view.draw(frame, area, &desk))
    }
}

/// What `draw` puts on a screen of this size.
pub(crate) fn buffer(width: u16, height: u16, draw: impl FnOnce(&mut Frame<'_>, Rect)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a test terminal");
    terminal
        .draw(|frame| draw(frame, frame.area()))
        .expect("drawing in memory can't fail");
    terminal.backend().buffer().clone()
}

/// The signs on screen, right ends trimmed.
pub(crate) fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let row = |y: u16| {
        let mut line = String::new();
        let mut x = area.left();
        while x < area.right() {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // A wide sign covers the cell after it.
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol))
                .map_or(1, |w| w.max(1));
        }
        line.trim_end().to_owned()
    };
    (area.top()..area.bottom())
        .map(row)
        .collect::<Vec<_>>()
        .join("\n")
}
