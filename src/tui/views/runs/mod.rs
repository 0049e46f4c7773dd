//! Runs of plans: all of them, and one as it goes.

mod book;
mod progress;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{Desk, View, coverage::Vacancy, detail::Detail};
use crate::{
    engine::RunId,
    inventory::{Query, tables::Object},
    model::State,
    tui::{
        Action, Effect, Verb,
        theme::Role,
        widgets::{
            Clicks, Pairs, Pane, Window,
            pane::scroll_mark,
            put, row,
            tree::{gutter, select, shifted},
        },
    },
};

pub use book::{Book, Entry, Said, Standing};
pub(super) use progress::{ascii, glyph_role};

/// The list's part of the width, in percent.
const SHARE: u16 = 54;

#[derive(Default)]
pub(super) struct Runs {
    window: Window,
    /// The run that the cursor is on: runs are added above it.
    here: Option<RunId>,
    /// Names of what is listed, for the selection.
    title: Option<String>,
    detail: Detail,
    /// Whether one run has the whole screen.
    opened: bool,
    clicks: Clicks,
    filter: String,
    count: usize,
}

impl Runs {
    fn entries<'a>(&self, desk: &Desk<'a>) -> Vec<&'a Entry> {
        let words: Vec<String> = self
            .filter
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let book: &'a Book = desk.book;
        book.runs
            .iter()
            .filter(|entry| {
                let summary = &entry.summary;
                let text = format!(
                    "{} {} {} {} {}",
                    summary.title,
                    summary.operation,
                    summary.state,
                    summary.environment,
                    summary.id.short()
                );
                let text = text.to_lowercase();
                words.iter().all(|word| text.contains(word))
            })
            .collect()
    }

    /// Where the cursor is now, by the run that it was on.
    fn at(&self, entries: &[&Entry]) -> usize {
        let found = entries
            .iter()
            .position(|entry| Some(entry.summary.id) == self.here);
        found.unwrap_or_else(|| self.window.cursor().min(entries.len().saturating_sub(1)))
    }

    fn settle(&mut self, desk: &Desk<'_>) {
        let entries = self.entries(desk);
        self.window.go(self.at(&entries), entries.len());
        self.remember(&entries);
    }

    fn remember(&mut self, entries: &[&Entry]) {
        let entry = entries.get(self.window.cursor());
        self.here = entry.map(|entry| entry.summary.id);
        self.title = entry.map(|entry| entry.summary.title.clone());
        self.count = entries.len();
    }

    fn content(entry: Option<&&Entry>, desk: &Desk<'_>) -> (Line<'static>, Pairs) {
        let mut pairs = Pairs::default();
        let Some(entry) = entry else {
            return (Line::default(), pairs);
        };
        for line in progress::lines(entry, desk) {
            pairs.line(line);
        }
        let brush = desk.brush();
        let title = Line::from(vec![
            Span::styled(entry.summary.title.clone(), brush.style(Role::Title)),
            Span::raw("  "),
            desk.class_badge(entry.summary.environment),
            Span::styled(
                format!("  plan {}", entry.summary.plan.short()),
                brush.style(Role::Muted),
            ),
        ]);
        (title, pairs)
    }

    fn draw_list(&self, frame: &mut Frame<'_>, area: Rect, entries: &[&Entry], desk: &Desk<'_>) {
        let brush = desk.brush();
        let foot = desk.book.trouble.as_ref().map(|trouble| {
            let sign = brush.symbols.state(State::Failed);
            Line::from(Span::styled(
                format!("{sign} {trouble}"),
                brush.state_style(State::Failed),
            ))
        });
        let pane = Pane {
            title: self.title().into(),
            foot: foot.unwrap_or_default(),
            focused: !self.detail.focused,
            ..Pane::default()
        };
        let buffer = frame.buffer_mut();
        let inner = pane.draw(buffer, area, brush);
        if entries.is_empty() {
            let vacancy = if self.filter.is_empty() {
                Vacancy::new(
                    State::Off,
                    "no plan was run yet",
                    "`o` on any row shows what can be done with it",
                )
            } else {
                Vacancy::new(State::Off, "nothing matches the filter", "esc clears it")
            };
            return vacancy.draw(buffer, inner, brush);
        }
        let cursor = self.at(entries);
        let mut at_cursor = None;
        for (line, index) in self
            .window
            .range(entries.len(), inner.height.into())
            .enumerate()
        {
            let Some(place) = row(inner, line) else { break };
            gutter(buffer, place, index == cursor, false, brush);
            let rest = shifted(place, 2);
            put(
                buffer,
                rest,
                &progress::list_line(entries[index], rest.width.into(), desk),
            );
            if index == cursor {
                select(buffer, place, !self.detail.focused, brush);
                at_cursor = Some(place);
            }
        }
        scroll_mark(buffer, area, self.window.top(), entries.len(), brush);
        if let Some(at) = at_cursor.filter(|_| !self.detail.focused) {
            frame.set_cursor_position((at.x, at.y));
        }
    }
}

impl View for Runs {
    fn name(&self) -> &'static str {
        "runs"
    }

    fn context(&self) -> &'static str {
        "plan"
    }

    fn title(&self) -> String {
        if self.filter.is_empty() {
            format!("runs({})", self.count)
        } else {
            format!("runs({}) /{}", self.count, self.filter)
        }
    }

    fn needs(&self, _: &Desk<'_>) -> Vec<Query> {
        Vec::new()
    }

    fn derive(&mut self, desk: &Desk<'_>) {
        self.settle(desk);
    }

    fn filter(&mut self, text: &str, desk: &Desk<'_>) {
        text.trim().clone_into(&mut self.filter);
        self.settle(desk);
    }

    fn act(&mut self, action: &Action, desk: &Desk<'_>) -> Option<Vec<Effect>> {
        self.settle(desk);
        match action.verb {
            Verb::Open if !self.opened => (self.opened, self.detail.focused) = (true, true),
            Verb::Back if self.opened => (self.opened, self.detail.focused) = (false, false),
            Verb::Back if self.detail.focused => self.detail.focused = false,
            Verb::NextPane | Verb::PreviousPane if !self.opened => {
                self.detail.focused = !self.detail.focused;
            }
            verb if self.detail.focused && self.detail.act(verb) => {}
            verb => {
                let entries = self.entries(desk);
                if !self.window.act(verb, entries.len()) {
                    return None;
                }
                self.remember(&entries);
                self.detail.follow(desk);
            }
        }
        Some(Vec::new())
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, desk: &Desk<'_>) -> Vec<Effect> {
        let entries = self.entries(desk);
        let split = self.detail.split(area, SHARE, desk);
        let at = (event.column, event.row).into();
        let over = self.opened || split.detail.is_some_and(|detail| detail.contains(at));
        match event.kind {
            MouseEventKind::ScrollDown if over => _ = self.detail.act(Verb::Down),
            MouseEventKind::ScrollUp if over => _ = self.detail.act(Verb::Up),
            MouseEventKind::ScrollDown => self.window.wheel(true, entries.len()),
            MouseEventKind::ScrollUp => self.window.wheel(false, entries.len()),
            MouseEventKind::Down(MouseButton::Left) if over => self.detail.focused = true,
            MouseEventKind::Down(MouseButton::Left) => {
                let inner = split.main.map(Pane::inner).unwrap_or_default();
                if inner.contains(at)
                    && let Some(index) = self
                        .window
                        .at(usize::from(event.row - inner.y), entries.len())
                {
                    self.window.go(index, entries.len());
                    self.opened = self.clicks.is_double(index, desk.now);
                    self.detail.focused = self.opened;
                }
            }
            _ => {}
        }
        self.remember(&entries);
        Vec::new()
    }

    fn selected(&self) -> Option<Object> {
        Some(Object {
            kind: "run",
            account: None,
            region: None,
            id: self.here?.to_string(),
            name: self.title.clone()?,
            arn: None,
        })
    }

    fn marked(&self) -> Vec<Object> {
        Vec::new()
    }

    fn hints(&self) -> Vec<(Action, &'static str)> {
        [
            (Verb::Open, "open"),
            (Verb::PauseRun, "pause"),
            (Verb::RollBack, "roll back"),
            (Verb::Detach, "detach"),
            (Verb::Filter, "filter"),
            (Verb::Copy, "copy"),
            (Verb::Help, "help"),
        ]
        .into_iter()
        .map(|(verb, word)| (verb.into(), word))
        .collect()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        let entries = self.entries(desk);
        let split = self.detail.split(area, SHARE, desk);
        let detail = if self.opened {
            Some(area)
        } else {
            split.detail
        };
        if let Some(main) = split.main.filter(|_| !self.opened) {
            self.draw_list(frame, main, &entries, desk);
        }
        if let Some(area) = detail {
            let (title, content) = Self::content(entries.get(self.at(&entries)), desk);
            self.detail.draw(frame, area, title, &content, desk.brush());
        }
    }
}

#[cfg(test)]
mod tests;
