//! Asks for the code of a multi-factor device. What is typed shows as dots.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};
use tokio::sync::oneshot;

use super::{Input, Overlay, Reply, brush, centered, wipe};
use crate::{
    config::keymap::Key,
    model::text,
    tui::{
        Action, Effect, State, Verb,
        runtime::CodeWanted,
        theme::Role,
        widgets::{Pane, put, row, text::fit},
    },
};

pub struct Code {
    device: String,
    problem: Option<String>,
    input: Input,
    /// Gone once it is answered. Dropping it is an answer as well: nobody knows the code.
    answer: Option<oneshot::Sender<Option<String>>>,
}

impl Code {
    #[must_use]
    pub fn new(wanted: CodeWanted) -> Self {
        Self {
            device: text::clean(&wanted.device).into_owned(),
            problem: wanted
                .problem
                .map(|problem| text::clean(&problem).into_owned()),
            input: Input::default(),
            answer: Some(wanted.answer),
        }
    }

    fn answer(&mut self, code: Option<String>) {
        if let Some(answer) = self.answer.take() {
            // Whoever asked may have gone away meanwhile.
            answer.send(code).ok();
        }
    }
}

impl Overlay for Code {
    fn name(&self) -> &'static str {
        "code"
    }

    fn is_prompt(&self) -> bool {
        true
    }

    fn key(&mut self, key: Key, _state: &State) -> Option<Reply> {
        self.input.key(key).then(Reply::stay)
    }

    fn act(&mut self, action: &Action, _state: &State) -> Option<Reply> {
        if action.verb != Verb::Open {
            return None;
        }
        if self.input.is_empty() {
            return Some(Reply::stay());
        }
        let code = self.input.text().trim().to_owned();
        self.answer(Some(code));
        Some(Reply::Close(Vec::new()))
    }

    fn paste(&mut self, text: &str, _state: &State) -> Vec<Effect> {
        self.input.insert(text);
        Vec::new()
    }

    fn cancelled(&mut self) -> Vec<Effect> {
        self.answer(None);
        vec![Effect::Say("not signed in; `L` asks again".into())]
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let area = centered(screen, 72, 8);
        wipe(frame.buffer_mut(), area, brush);
        let pane = Pane {
            title: "Code of the multi-factor device".into(),
            foot: "enter signs in · esc gives up".into(),
            focused: true,
            ..Pane::default()
        };
        let inner = pane.draw(frame.buffer_mut(), area, brush);
        let room = usize::from(inner.width);
        let said = |text: &str, role| {
            let text = fit(text, room, state.symbols).into_owned();
            Line::from(Span::styled(text, brush.style(role)))
        };
        let problem = self
            .problem
            .as_deref()
            .map_or_else(Line::default, |problem| {
                let sign = brush.pick("✖", "x");
                said(
                    &format!("{sign} that code did not work: {problem}"),
                    Role::Error,
                )
            });
        for (at, line) in [said(&self.device, Role::Muted), problem]
            .iter()
            .enumerate()
        {
            if let Some(area) = row(inner, at) {
                put(frame.buffer_mut(), area, line);
            }
        }
        let Some(line) = row(inner, 3) else { return };
        put(
            frame.buffer_mut(),
            line,
            &Line::styled(brush.pick("› ", "> "), brush.style(Role::Key)),
        );
        let field = Rect {
            x: line.x + 2.min(line.width),
            width: line.width.saturating_sub(2),
            ..line
        };
        let masked = Input::with(
            &brush
                .pick("•", "*")
                .repeat(self.input.text().chars().count()),
        );
        let at = masked.draw(frame.buffer_mut(), field, brush.style(Role::Prompt));
        frame.set_cursor_position(at);
    }
}
