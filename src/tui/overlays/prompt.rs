//! One line typed at the bottom of the screen: the filter, live, and other short questions.

use ratatui::{Frame, layout::Rect, text::Line};

use super::{Input, Overlay, Reply, brush};
use crate::{
    config::keymap::Key,
    tui::{
        Action, Effect, State, Verb, frame,
        theme::Role,
        widgets::{put, text::width},
    },
};

/// What a text leads to.
type Heard = fn(&str) -> Vec<Effect>;

pub struct Prompt {
    name: &'static str,
    label: String,
    input: Input,
    /// While it is typed.
    on_change: Option<Heard>,
    on_enter: Heard,
    on_cancel: Vec<Effect>,
}

impl Prompt {
    /// The filter of a view: narrows as it is typed; back restores what was there before.
    #[must_use]
    pub fn filter(before: &str) -> Self {
        let heard: Heard = |text| vec![Effect::Filter(text.to_owned())];
        Self {
            name: "filter",
            label: "/".into(),
            input: Input::with(before),
            on_change: Some(heard),
            on_enter: heard,
            on_cancel: vec![Effect::Filter(before.to_owned())],
        }
    }
}

impl Prompt {
    /// A question that is answered by a line of text.
    #[must_use]
    pub fn asking(name: &'static str, label: String, typed: &str, on_enter: Heard) -> Self {
        Self {
            name,
            label,
            input: Input::with(typed),
            on_change: None,
            on_enter,
            on_cancel: Vec::new(),
        }
    }
}

impl Overlay for Prompt {
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
        let changed = self.input.text() != before;
        let heard = self.on_change.filter(|_| changed);
        Some(Reply::Stay(
            heard
                .map(|heard| heard(self.input.text()))
                .unwrap_or_default(),
        ))
    }

    fn act(&mut self, action: &Action, _state: &State) -> Option<Reply> {
        match action.verb {
            Verb::Open => Some(Reply::Close((self.on_enter)(self.input.text()))),
            // The list below the prompt can be walked while it is typed.
            Verb::Up | Verb::Down if self.on_change.is_some() => {
                let heard = (self.on_enter)(self.input.text());
                let walk = Effect::Act(action.clone());
                Some(Reply::Close([heard, vec![walk]].concat()))
            }
            _ => None,
        }
    }

    fn paste(&mut self, text: &str, _state: &State) -> Vec<Effect> {
        self.input.insert(text);
        self.on_change
            .map(|heard| heard(self.input.text()))
            .unwrap_or_default()
    }

    fn cancelled(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.on_cancel)
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let area = frame::areas(screen).footer;
        super::wipe(frame.buffer_mut(), area, brush);
        frame
            .buffer_mut()
            .set_style(area, brush.style(Role::Prompt));
        put(
            frame.buffer_mut(),
            area,
            &Line::styled(self.label.as_str(), brush.style(Role::Key)),
        );
        let lead = u16::try_from(width(&self.label)).unwrap_or(0);
        let typed = Rect {
            x: area.x + lead.min(area.width),
            width: area.width.saturating_sub(lead),
            ..area
        };
        let at = self
            .input
            .draw(frame.buffer_mut(), typed, brush.style(Role::Prompt));
        frame.set_cursor_position(at);
    }
}
