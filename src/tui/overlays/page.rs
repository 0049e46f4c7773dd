//! A page to read: scrolls, and is narrowed by a filter.

use std::cell::Cell;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{Input, Overlay, Reply, brush, centered, wipe};
use crate::{
    config::keymap::Key,
    model::text,
    tui::{
        Action, Effect, State, Verb,
        theme::Role,
        widgets::{Pane, pane::scroll_mark, put, row},
    },
};

/// A line of a page: pieces of text and what they mean.
pub type PageLine = Vec<(Role, String)>;

pub struct Page {
    name: &'static str,
    title: String,
    lines: Vec<PageLine>,
    top: Cell<usize>,
    filter: Option<Input>,
    /// What copying the page gives; the text of its lines otherwise.
    copied: Option<String>,
    /// Writes the page anew for every frame: it tells of what may change while it is read.
    live: Option<fn(&State) -> Vec<PageLine>>,
}

impl Page {
    #[must_use]
    pub fn new(name: &'static str, title: impl Into<String>, lines: Vec<PageLine>) -> Self {
        Self {
            name,
            title: title.into(),
            lines,
            top: Cell::new(0),
            filter: None,
            copied: None,
            live: None,
        }
    }

    /// A page of plain text.
    #[must_use]
    pub fn plain(name: &'static str, title: impl Into<String>, body: &str) -> Self {
        let line = |line: &str| vec![(Role::Text, text::clean(line).into_owned())];
        let mut page = Self::new(name, title, body.lines().map(line).collect());
        page.copied = Some(body.to_owned());
        page
    }

    /// A page that tells of what may change while it is read.
    #[must_use]
    pub fn live(
        name: &'static str,
        title: &str,
        lines: fn(&State) -> Vec<PageLine>,
        state: &State,
    ) -> Self {
        Self {
            live: Some(lines),
            ..Self::new(name, title, lines(state))
        }
    }

    /// Begins at the end.
    #[must_use]
    pub fn from_the_end(self) -> Self {
        self.top.set(usize::MAX);
        self
    }

    fn shown<'a>(&self, all: &'a [PageLine]) -> Vec<&'a PageLine> {
        let wanted = self
            .filter
            .as_ref()
            .map(|input| input.text().to_lowercase());
        let Some(wanted) = wanted.filter(|text| !text.is_empty()) else {
            return all.iter().collect();
        };
        let says = |line: &&PageLine| {
            let whole: String = line.iter().map(|(_, piece)| piece.as_str()).collect();
            whole.to_lowercase().contains(&wanted)
        };
        all.iter().filter(says).collect()
    }

    fn text(&self) -> String {
        let line = |line: &PageLine| {
            line.iter()
                .map(|(_, piece)| piece.as_str())
                .collect::<String>()
        };
        let lines: Vec<String> = self.lines.iter().map(line).collect();
        lines.join("\n")
    }
}

impl Overlay for Page {
    fn name(&self) -> &'static str {
        self.name
    }

    fn context(&self) -> &'static str {
        "text"
    }

    fn is_prompt(&self) -> bool {
        self.filter.is_some()
    }

    fn key(&mut self, key: Key, _state: &State) -> Option<Reply> {
        let edited = self.filter.as_mut()?.key(key);
        self.top.set(0);
        edited.then(Reply::stay)
    }

    fn act(&mut self, action: &Action, state: &State) -> Option<Reply> {
        if let Some(write) = self.live {
            self.lines = write(state);
        }
        let top = self.top.get();
        self.top.set(match action.verb {
            Verb::Up => top.saturating_sub(1),
            Verb::Down => top.saturating_add(1),
            Verb::PageUp => top.saturating_sub(10),
            Verb::PageDown => top.saturating_add(10),
            Verb::Top => 0,
            Verb::Bottom => usize::MAX,
            Verb::Filter => {
                self.filter = Some(Input::default());
                0
            }
            Verb::Copy => {
                let text = self.copied.clone().unwrap_or_else(|| self.text());
                return Some(Reply::Stay(vec![Effect::Copy(text, self.title.clone())]));
            }
            Verb::Back if self.filter.take().is_some() => 0,
            Verb::Open if self.filter.is_some() => top,
            Verb::Open => return Some(Reply::Close(Vec::new())),
            _ => return None,
        });
        Some(Reply::stay())
    }

    fn paste(&mut self, text: &str, _state: &State) -> Vec<Effect> {
        if let Some(filter) = &mut self.filter {
            filter.insert(text);
        }
        Vec::new()
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let written = self.live.map(|write| write(state));
        let all = written.as_ref().unwrap_or(&self.lines);
        let lines = self.shown(all);
        let widest = all.iter().map(|line| {
            line.iter()
                .map(|(_, piece)| crate::tui::widgets::text::width(piece))
                .sum::<usize>()
        });
        let wanted = widest.max().unwrap_or(0).max(self.title.len()) + 6;
        let width = u16::try_from(wanted.clamp(40, 120)).unwrap_or(120);
        let height = u16::try_from(all.len() + 2).unwrap_or(u16::MAX);
        let area = centered(
            screen,
            width,
            height.max(4).min(screen.height.saturating_sub(2)),
        );
        wipe(frame.buffer_mut(), area, brush);
        let pane = Pane {
            title: self.title.clone().into(),
            focused: true,
            ..Pane::default()
        };
        let mut inner = pane.draw(frame.buffer_mut(), area, brush);
        if let (Some(input), Some(prompt)) = (&self.filter, row(inner, 0)) {
            put(
                frame.buffer_mut(),
                prompt,
                &Line::styled("/", brush.style(Role::Key)),
            );
            let typed = Rect {
                x: prompt.x + 1,
                width: prompt.width.saturating_sub(1),
                ..prompt
            };
            let at = input.draw(frame.buffer_mut(), typed, brush.style(Role::Text));
            frame.set_cursor_position(at);
            inner = Rect {
                y: inner.y + 1,
                height: inner.height.saturating_sub(1),
                ..inner
            };
        }
        let visible = usize::from(inner.height);
        let top = self.top.get().min(lines.len().saturating_sub(visible));
        self.top.set(top);
        for (at, line) in lines.iter().skip(top).take(visible).enumerate() {
            let Some(area) = row(inner, at) else { break };
            let pieces = line
                .iter()
                .map(|(role, piece)| Span::styled(piece.clone(), brush.style(*role)));
            put(frame.buffer_mut(), area, &pieces.collect::<Line<'_>>());
        }
        scroll_mark(frame.buffer_mut(), area, top, lines.len(), brush);
    }
}
