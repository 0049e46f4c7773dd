//! A question with answers on keys. The default is no; nothing is answered in the first moments,
//! nor by a paste, nor by enter alone.

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{Overlay, Reply, brush, centered, page::PageLine, wipe};
use crate::{
    config::keymap::Key,
    tui::{
        Action, Effect, State,
        theme::Role,
        widgets::{Pane, put, row},
    },
};

/// A key that was meant for what was on screen before must not answer.
pub const DEAD_TIME: SignedDuration = SignedDuration::from_millis(700);

/// One way to answer.
pub struct Answer {
    pub key: Key,
    pub label: &'static str,
    pub effects: Vec<Effect>,
}

pub struct Question {
    name: &'static str,
    title: String,
    lines: Vec<PageLine>,
    answers: Vec<Answer>,
    since: Timestamp,
}

impl Question {
    #[must_use]
    pub fn new(
        name: &'static str,
        title: impl Into<String>,
        lines: Vec<PageLine>,
        answers: Vec<Answer>,
        now: Timestamp,
    ) -> Self {
        Self {
            name,
            title: title.into(),
            lines,
            answers,
            since: now,
        }
    }

    /// A question whose only answer beside no is `y`.
    #[must_use]
    pub fn yes(title: &str, word: &'static str, then: Effect, now: Timestamp) -> Self {
        let answer = Answer {
            key: Key::char('y'),
            label: word,
            effects: vec![then],
        };
        Self::new("question", title, Vec::new(), vec![answer], now)
    }

    fn is_ready(&self, now: Timestamp) -> bool {
        now.duration_since(self.since) >= DEAD_TIME
    }
}

impl Overlay for Question {
    fn name(&self) -> &'static str {
        self.name
    }

    /// Characters are answers here, whatever they run elsewhere.
    fn is_prompt(&self) -> bool {
        true
    }

    fn key(&mut self, key: Key, state: &State) -> Option<Reply> {
        let answer = self.answers.iter().position(|answer| answer.key == key)?;
        if !self.is_ready(state.now) {
            return Some(Reply::stay());
        }
        let answer = self.answers.swap_remove(answer);
        Some(Reply::Close(answer.effects))
    }

    fn act(&mut self, _action: &Action, _state: &State) -> Option<Reply> {
        None
    }

    fn next_tick(&self, now: Timestamp) -> Option<Timestamp> {
        (!self.is_ready(now)).then_some(self.since + DEAD_TIME)
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let height = u16::try_from(self.lines.len() + 4).unwrap_or(u16::MAX);
        let area = centered(screen, 76, height);
        wipe(frame.buffer_mut(), area, brush);
        let pane = Pane {
            title: self.title.clone().into(),
            focused: true,
            ..Pane::default()
        };
        let inner = pane.draw(frame.buffer_mut(), area, brush);
        for (at, line) in self.lines.iter().enumerate() {
            let pieces = line
                .iter()
                .map(|(role, piece)| Span::styled(piece.clone(), brush.style(*role)));
            if let Some(area) = row(inner, at) {
                put(frame.buffer_mut(), area, &pieces.collect::<Line<'_>>());
            }
        }
        let Some(last) = inner
            .height
            .checked_sub(1)
            .and_then(|last| row(inner, last.into()))
        else {
            return;
        };
        let (key, word) = if self.is_ready(state.now) {
            (Role::Key, Role::Text)
        } else {
            (Role::Muted, Role::Muted)
        };
        let mut spans = Vec::new();
        for answer in &self.answers {
            spans.push(Span::styled(answer.key.to_string(), brush.style(key)));
            spans.push(Span::styled(
                format!(" {}   ", answer.label),
                brush.style(word),
            ));
        }
        spans.push(Span::styled("esc", brush.style(Role::Key)));
        spans.push(Span::styled(" cancel", brush.style(Role::Text)));
        put(frame.buffer_mut(), last, &Line::from(spans));
        frame.set_cursor_position((last.x, last.y));
    }
}
