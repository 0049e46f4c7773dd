//! A list to pick from, narrowed by typing. Palette, themes, accounts and others are this with
//! entries of their own.

use std::{cell::Cell, cmp::Reverse};

use fuzzy_matcher::{FuzzyMatcher, skim::SkimMatcherV2};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{Input, Overlay, Reply, brush, centered, wipe};
use crate::{
    config::keymap::Key,
    tui::{
        Action, Effect, State, Verb,
        theme::Role,
        widgets::{
            Pane, put, row,
            text::{fit, width},
        },
    },
};

/// One line of a picker.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What it is one of; shown before it.
    pub group: &'static str,
    pub label: String,
    /// Beside the label, muted.
    pub detail: String,
    /// The key that does the same, if one is bound.
    pub key: String,
    /// What picking it leads to.
    pub effects: Vec<Effect>,
    /// What the cursor's coming by leads to.
    pub preview: Vec<Effect>,
}

/// Reads what was typed as a command of its own.
type Spoken = fn(&str, &State) -> Option<Vec<Effect>>;

pub struct Picker {
    name: &'static str,
    title: String,
    /// Lines above the prompt.
    intro: Vec<String>,
    input: Input,
    entries: Vec<Entry>,
    /// Indices of the entries that match, the best first.
    hits: Vec<usize>,
    cursor: usize,
    /// The first visible row; kept between frames so that the list does not jump.
    top: Cell<usize>,
    spoken: Option<Spoken>,
    on_cancel: Vec<Effect>,
    matcher: SkimMatcherV2,
}

impl Picker {
    #[must_use]
    pub fn new(name: &'static str, title: impl Into<String>, entries: Vec<Entry>) -> Self {
        Self {
            name,
            title: title.into(),
            intro: Vec::new(),
            input: Input::default(),
            hits: (0..entries.len()).collect(),
            entries,
            cursor: 0,
            top: Cell::new(0),
            spoken: None,
            on_cancel: Vec::new(),
            matcher: SkimMatcherV2::default(),
        }
    }

    /// Says something before it is picked.
    #[must_use]
    pub fn intro(mut self, lines: Vec<String>) -> Self {
        self.intro = lines;
        self
    }

    /// Also understands commands that are no entries.
    #[must_use]
    pub fn with_commands(mut self, spoken: Spoken) -> Self {
        self.spoken = Some(spoken);
        self
    }

    /// Done when it is closed without a pick: previews are taken back.
    #[must_use]
    pub fn on_cancel(mut self, effects: Vec<Effect>) -> Self {
        self.on_cancel = effects;
        self
    }

    /// Puts the cursor on the entry with this label.
    #[must_use]
    pub fn at(mut self, label: &str) -> Self {
        let at = self.entries.iter().position(|entry| entry.label == label);
        self.cursor = at.unwrap_or(0);
        self
    }

    /// Starts with this text typed.
    #[must_use]
    pub fn typed(mut self, text: &str) -> Self {
        self.input.set(text);
        self.narrow();
        self
    }

    fn narrow(&mut self) {
        let wanted = self.input.text().trim();
        let mut scored: Vec<(i64, usize)> = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| {
                let score = self.matcher.fuzzy_match(&entry.label, wanted);
                // A detail is worth less than the name itself.
                let beside = || Some(self.matcher.fuzzy_match(&entry.detail, wanted)? / 2);
                Some((score.or_else(beside)?, at))
            })
            .collect();
        scored.sort_by_key(|(score, at)| (Reverse(*score), *at));
        self.hits = scored.into_iter().map(|(_, at)| at).collect();
        self.cursor = 0;
    }

    fn selected(&self) -> Option<&Entry> {
        self.entries.get(*self.hits.get(self.cursor)?)
    }

    fn preview(&self) -> Vec<Effect> {
        self.selected()
            .map(|entry| entry.preview.clone())
            .unwrap_or_default()
    }

    fn go(&mut self, to: usize) -> Reply {
        self.cursor = to.min(self.hits.len().saturating_sub(1));
        Reply::Stay(self.preview())
    }
}

impl Overlay for Picker {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_prompt(&self) -> bool {
        true
    }

    fn key(&mut self, key: Key, _state: &State) -> Option<Reply> {
        let before = self.input.text().to_owned();
        if !self.input.key(key) {
            return None;
        }
        if self.input.text() != before {
            self.narrow();
        }
        Some(Reply::Stay(self.preview()))
    }

    fn act(&mut self, action: &Action, state: &State) -> Option<Reply> {
        let cursor = self.cursor;
        Some(match action.verb {
            Verb::Up if cursor == 0 => self.go(usize::MAX),
            Verb::Up => self.go(cursor - 1),
            Verb::Down | Verb::NextPane if cursor + 1 >= self.hits.len() => self.go(0),
            Verb::Down | Verb::NextPane => self.go(cursor + 1),
            Verb::PreviousPane => self.go(cursor.saturating_sub(1)),
            Verb::PageUp => self.go(cursor.saturating_sub(10)),
            Verb::PageDown => self.go(cursor + 10),
            Verb::Top => self.go(0),
            Verb::Bottom => self.go(usize::MAX),
            Verb::Open => {
                let spoken = self
                    .spoken
                    .and_then(|spoken| spoken(self.input.text(), state));
                match spoken.or_else(|| Some(self.selected()?.effects.clone())) {
                    Some(effects) => Reply::Close(effects),
                    None => Reply::stay(),
                }
            }
            _ => return None,
        })
    }

    fn paste(&mut self, text: &str, _state: &State) -> Vec<Effect> {
        self.input.insert(text);
        self.narrow();
        self.preview()
    }

    fn cancelled(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.on_cancel)
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let rows = u16::try_from(self.entries.len()).unwrap_or(u16::MAX);
        let above = match self.intro.len() {
            0 => 0,
            lines => u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(1),
        };
        let height = rows.saturating_add(3).min(22).saturating_add(above);
        let area = centered(screen, 84, height);
        wipe(frame.buffer_mut(), area, brush);
        let pane = Pane {
            title: self.title.clone().into(),
            corner: Line::styled(
                format!("{}/{}", self.hits.len(), self.entries.len()),
                brush.style(Role::Muted),
            ),
            focused: true,
            ..Pane::default()
        };
        let whole = pane.draw(frame.buffer_mut(), area, brush);
        for (at, line) in self.intro.iter().enumerate() {
            if let Some(area) = row(whole, at) {
                let line = fit(line, area.width.into(), state.symbols);
                put(
                    frame.buffer_mut(),
                    area,
                    &Line::styled(line, brush.style(Role::Text)),
                );
            }
        }
        let above = above.min(whole.height);
        let inner = Rect {
            y: whole.y + above,
            height: whole.height - above,
            ..whole
        };
        let Some(prompt) = row(inner, 0) else { return };
        let lead = Line::styled(brush.pick("› ", "> "), brush.style(Role::Key));
        put(frame.buffer_mut(), prompt, &lead);
        let typed = Rect {
            x: prompt.x + 2,
            width: prompt.width.saturating_sub(2),
            ..prompt
        };
        let at = self
            .input
            .draw(frame.buffer_mut(), typed, brush.style(Role::Text));
        frame.set_cursor_position(at);
        let list = Rect {
            y: inner.y + 1,
            height: inner.height.saturating_sub(1),
            ..inner
        };
        if self.hits.is_empty()
            && let Some(place) = row(list, 0)
        {
            let spoken = self.spoken.map(|spoken| spoken(self.input.text(), state));
            let said = match spoken.flatten() {
                Some(_) => "  enter runs it",
                None => "  nothing matches",
            };
            let said = Line::styled(said, brush.style(Role::Muted));
            put(frame.buffer_mut(), place, &said);
        }
        let visible = usize::from(list.height);
        let top = self.top.get().min(self.cursor);
        let top = top.max((self.cursor + 1).saturating_sub(visible));
        self.top.set(top);
        let groups = self
            .entries
            .iter()
            .map(|entry| width(entry.group))
            .max()
            .unwrap_or(0);
        for (line, at) in (top..self.hits.len()).take(visible).enumerate() {
            let (Some(area), Some(entry)) = (row(list, line), self.entries.get(self.hits[at]))
            else {
                break;
            };
            let room = usize::from(area.width);
            let mut spans = Vec::new();
            if groups > 0 {
                let group = format!("{:groups$}  ", entry.group);
                spans.push(Span::styled(group, brush.style(Role::Muted)));
            }
            spans.push(Span::styled(entry.label.clone(), brush.style(Role::Text)));
            let used: usize = spans.iter().map(Span::width).sum();
            let left = room.saturating_sub(used + width(&entry.key) + 4);
            if !entry.detail.is_empty() && left > 4 {
                let detail = fit(&entry.detail, left, state.symbols).into_owned();
                spans.push(Span::styled(
                    format!("  {detail}"),
                    brush.style(Role::Muted),
                ));
            }
            let used: usize = spans.iter().map(Span::width).sum();
            if let Some(gap) = room.checked_sub(used + width(&entry.key) + 1) {
                spans.push(Span::raw(" ".repeat(gap)));
                spans.push(Span::styled(entry.key.clone(), brush.style(Role::Key)));
            }
            put(frame.buffer_mut(), area, &Line::from(spans));
            if at == self.cursor {
                frame
                    .buffer_mut()
                    .set_style(area, brush.style(Role::Selection));
            }
        }
    }
}
