//! The pane beside or below a list: more about what the cursor is on.

use std::{
    cell::{Cell, RefCell},
    hash::{DefaultHasher, Hash, Hasher},
};

use crossterm::event::{MouseEvent, MouseEventKind};
use jiff::Timestamp;
use ratatui::{Frame, layout::Rect, text::Line};

use super::Desk;
use crate::tui::{
    Verb,
    widgets::{Brush, Pairs, Pane, memo::AGE_STEP, pane::scroll_mark},
};

/// Whether the pane has the focus, how far it is scrolled, and what it tells.
#[derive(Debug, Default)]
pub(super) struct Detail {
    pub(super) focused: bool,
    scroll: usize,
    /// Lines that were below the edge in the last frame.
    hidden: Cell<usize>,
    told: RefCell<Option<Told>>,
    /// Until then another thing is not told yet: the cursor may still be on its way.
    rests: Option<Timestamp>,
}

/// What was told last.
#[derive(Debug)]
struct Told {
    subject: u64,
    /// Theme, signs and time: what else it depends on.
    look: (u64, i64),
    title: Line<'static>,
    content: Pairs,
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
    pub(super) fn split(&self, area: Rect, share: u16, desk: &Desk<'_>) -> Split {
        let alone = desk.symbols.is_plain();
        if area.width >= BESIDE && !alone {
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
        if area.height >= BELOW && !alone {
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

    /// The cursor has moved: what it is on is told from its beginning, once it rests there.
    pub(super) fn follow(&mut self, desk: &Desk<'_>) {
        self.scroll = 0;
        self.rests = Some(desk.wall + desk.rest);
    }

    /// What was told may not be so any more.
    pub(super) fn forget(&mut self) {
        *self.told.get_mut() = None;
    }

    /// When the cursor has rested long enough, if that is still to come.
    pub(super) fn next_tick(&self, wall: Timestamp) -> Option<Timestamp> {
        self.rests.filter(|rests| *rests > wall)
    }

    /// Changes the pane, gives the focus back, or scrolls; `false` where the verb is none of that.
    pub(super) fn take(&mut self, verb: Verb) -> bool {
        match verb {
            Verb::NextPane | Verb::PreviousPane => self.focused = !self.focused,
            Verb::Back if self.focused => self.focused = false,
            verb => return self.focused && self.act(verb),
        }
        true
    }

    /// A click on the pane, or the wheel over it.
    pub(super) fn mouse(&mut self, event: MouseEvent) {
        match event.kind {
            MouseEventKind::ScrollDown => _ = self.act(Verb::Down),
            MouseEventKind::ScrollUp => _ = self.act(Verb::Up),
            MouseEventKind::Down(_) => self.focused = true,
            _ => {}
        }
    }

    /// Tells about `subject`; `make` is asked only when something else was told before, and not
    /// while the cursor is on its way: a long flight over many rows costs their highlight alone.
    pub(super) fn tell(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        desk: &Desk<'_>,
        subject: impl Hash,
        make: impl FnOnce() -> (Line<'static>, Pairs),
    ) {
        let mut hasher = DefaultHasher::new();
        subject.hash(&mut hasher);
        let subject = hasher.finish();
        let look = (desk.brush().look(), desk.now.as_second() / AGE_STEP);
        let mut told = self.told.borrow_mut();
        let flying = !self.focused && self.rests.is_some_and(|rests| rests > desk.wall);
        let holds = told
            .as_ref()
            .is_some_and(|told| told.look == look && (told.subject == subject || flying));
        if !holds {
            let (title, content) = make();
            *told = Some(Told {
                subject,
                look,
                title,
                content,
            });
        }
        if let Some(told) = &*told {
            let brush = desk.brush();
            self.draw(frame, area, told.title.clone(), &told.content, brush);
        }
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
