//! A cursor in a long list and the part of it that is on screen.

use std::{cell::Cell, ops::Range};

use crate::tui::Verb;

/// How far a turn of the wheel goes.
const WHEEL: usize = 3;

/// The cursor, and where the screen stands. Only the latter follows from drawing, so it is kept in
/// cells: a frame tells what was seen, never what is known.
#[derive(Clone, Debug, Default)]
pub struct Window {
    cursor: usize,
    top: Cell<usize>,
    height: Cell<usize>,
}

impl Window {
    #[must_use]
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    pub fn top(&self) -> usize {
        self.top.get()
    }

    /// Puts the cursor on `index`, or on the last of `len` rows.
    pub fn go(&mut self, index: usize, len: usize) {
        self.cursor = index.min(len.saturating_sub(1));
    }

    /// Moves as the verb says; `false` where it is no move.
    pub fn act(&mut self, verb: Verb, len: usize) -> bool {
        let half = (self.height.get() / 2).max(1);
        let cursor = match verb {
            Verb::Up => self.cursor.saturating_sub(1),
            Verb::Down => self.cursor.saturating_add(1),
            Verb::PageUp => self.cursor.saturating_sub(half),
            Verb::PageDown => self.cursor.saturating_add(half),
            Verb::Top => 0,
            Verb::Bottom => usize::MAX,
            _ => return false,
        };
        self.go(cursor, len);
        true
    }

    /// Turns the wheel: the screen moves and takes the cursor along only at its edge.
    pub fn wheel(&mut self, down: bool, len: usize) {
        let height = self.height.get().max(1);
        let last = len.saturating_sub(height);
        let top = if down {
            (self.top.get() + WHEEL).min(last)
        } else {
            self.top.get().saturating_sub(WHEEL)
        };
        self.top.set(top);
        self.go(self.cursor.clamp(top, top + height - 1), len);
    }

    /// The rows that `height` lines show, moved as little as needed to hold the cursor.
    pub fn range(&self, len: usize, height: usize) -> Range<usize> {
        self.height.set(height);
        if height == 0 {
            return 0..0;
        }
        let last = len.saturating_sub(height);
        let lowest = (self.cursor + 1).saturating_sub(height);
        let top = self
            .top
            .get()
            .clamp(lowest, self.cursor.max(lowest))
            .min(last);
        self.top.set(top);
        top..len.min(top + height)
    }

    /// The row on line `line` of the last frame.
    pub fn at(&self, line: usize, len: usize) -> Option<usize> {
        let index = self.top.get() + line;
        (line < self.height.get() && index < len).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_moves_as_little_as_the_cursor_needs() {
        let mut window = Window::default();
        assert_eq!(window.range(100, 10), 0..10);
        window.go(9, 100);
        assert_eq!(window.range(100, 10), 0..10);
        window.act(Verb::Down, 100);
        assert_eq!(window.range(100, 10), 1..11);
        window.act(Verb::Bottom, 100);
        assert_eq!(window.range(100, 10), 90..100);
        window.act(Verb::Up, 100);
        assert_eq!(window.range(100, 10), 90..100);
    }

    #[test]
    fn a_list_that_shrinks_keeps_the_screen_full() {
        let mut window = Window::default();
        window.go(99, 100);
        assert_eq!(window.range(100, 10), 90..100);
        window.go(window.cursor(), 5);
        assert_eq!(window.range(5, 10), 0..5);
        assert_eq!(window.range(0, 10), 0..0);
        assert_eq!(window.range(5, 0), 0..0);
    }

    #[test]
    fn the_wheel_takes_the_cursor_along_at_the_edge_only() {
        let mut window = Window::default();
        window.go(5, 100);
        window.range(100, 10);
        window.wheel(true, 100);
        assert_eq!((window.top(), window.cursor()), (3, 5));
        window.wheel(true, 100);
        assert_eq!((window.top(), window.cursor()), (6, 6));
        assert_eq!(window.range(100, 10), 6..16);
        assert_eq!(window.at(2, 100), Some(8));
        assert_eq!(window.at(10, 100), None);
    }
}
