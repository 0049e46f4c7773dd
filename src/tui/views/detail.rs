//! The pane beside or below a list: more about what the cursor is on.

use std::cell::Cell;

use ratatui::{Frame, layout::Rect, text::Line};

use crate::tui::{
    Verb,
    widgets::{Brush, Pairs, Pane, pane::scroll_mark},
};

/// Whether the pane has the focus, and how far it is scrolled.
#[derive(Debug, Default)]
pub(super) struct Detail {
    pub(super) focused: bool,
    scroll: usize,
    /// Lines that were below the edge in the last frame.
    hidden: Cell<usize>,
}

/// Where list and detail stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) main: Option<Rect>,
    pub(super) detail: Option<Rect>,
}

/// Wide enough for two panes beside each other.
const BESIDE: u16 = 110;
/// High enough for two panes below each other.
const BELOW: u16 = 17;

impl Detail {
    /// Beside each other where there is width, below where there is height, else one at a time.
    /// `share` is the list's part of the width in percent.
    pub(super) fn split(&self, area: Rect, share: u16) -> Split {
        if area.width >= BESIDE {
            let left = area.width * share / 100;
            let main = Rect {
                width: left,
                ..area
            };
            let detail = Rect {
                x: area.x + left,
                width: area.width - left,
                ..area
            };
            return Split {
                main: Some(main),
                detail: Some(detail),
            };
        }
        if area.height >= BELOW {
            let low = (area.height / 3).clamp(7, 14);
            let main = Rect {
                height: area.height - low,
                ..area
            };
            let detail = Rect {
                y: area.y + main.height,
                height: low,
                ..area
            };
            return Split {
                main: Some(main),
                detail: Some(detail),
            };
        }
        if self.focused {
            Split {
                main: None,
                detail: Some(area),
            }
        } else {
            Split {
                main: Some(area),
                detail: None,
            }
        }
    }

    /// Scrolls; `false` where the verb is no move.
    pub(super) fn act(&mut self, verb: Verb) -> bool {
        let last = self.scroll + self.hidden.get();
        self.scroll = match verb {
            Verb::Up => self.scroll.saturating_sub(1),
            Verb::Down => self.scroll + 1,
            Verb::PageUp => self.scroll.saturating_sub(8),
            Verb::PageDown => self.scroll + 8,
            Verb::Top => 0,
            Verb::Bottom => last,
            _ => return false,
        }
        .min(last);
        true
    }

    /// Another thing is shown: from its beginning.
    pub(super) fn rewind(&mut self) {
        self.scroll = 0;
    }

    /// The same for a screen that is nothing else.
    pub(super) fn draw_focused(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        title: Line<'static>,
        content: &Pairs,
        brush: Brush<'_>,
    ) {
        self.draw_as(frame, area, title, content, true, brush);
    }

    pub(super) fn draw(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        title: Line<'static>,
        content: &Pairs,
        brush: Brush<'_>,
    ) {
        self.draw_as(frame, area, title, content, self.focused, brush);
    }

    fn draw_as(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        title: Line<'static>,
        content: &Pairs,
        focused: bool,
        brush: Brush<'_>,
    ) {
        let pane = Pane {
            title,
            focused,
            ..Pane::default()
        };
        let buffer = frame.buffer_mut();
        let inner = pane.draw(buffer, area, brush);
        let inner = Rect {
            x: inner.x + 1.min(inner.width),
            width: inner.width.saturating_sub(2),
            ..inner
        };
        let height = usize::from(inner.height);
        let top = self.scroll.min(content.len().saturating_sub(height));
        self.hidden
            .set(content.len().saturating_sub(height + self.scroll));
        content.draw(buffer, inner, top, brush);
        scroll_mark(buffer, area, top, content.len(), brush);
        if focused && !inner.is_empty() {
            frame.set_cursor_position((inner.x, inner.y));
        }
    }
}
