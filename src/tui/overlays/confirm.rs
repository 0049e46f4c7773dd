//! The last question before a plan is carried out. Its text and what must be typed come from the
//! engine; the default is no, enter alone never confirms, a paste is no answer.

use std::sync::Arc;

use jiff::Timestamp;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{Input, Overlay, Reply, brush, centered, question::DEAD_TIME, wipe};
use crate::{
    config::keymap::Key,
    engine::{Challenge, Sealed},
    tui::{
        Action, Effect, State, Theme, Verb,
        theme::Role,
        widgets::{Pane, put, row},
    },
};

pub struct Confirm {
    sealed: Arc<Sealed>,
    challenge: Challenge,
    input: Input,
    since: Timestamp,
    wrong: bool,
}

impl Confirm {
    #[must_use]
    pub fn new(sealed: Arc<Sealed>, now: Timestamp) -> Self {
        Self {
            challenge: Challenge::of(&sealed),
            sealed,
            input: Input::default(),
            since: now,
            wrong: false,
        }
    }

    fn is_ready(&self, now: Timestamp) -> bool {
        now.duration_since(self.since) >= DEAD_TIME
    }

    /// The engine judges the answer again when the run is opened.
    fn answer(&mut self, typed: &str) -> Reply {
        match Challenge::answer(&self.sealed, typed) {
            Ok(confirmation) => Reply::Close(vec![Effect::Apply {
                sealed: self.sealed.clone(),
                confirmation,
            }]),
            Err(_) => {
                self.wrong = true;
                Reply::stay()
            }
        }
    }
}

impl Overlay for Confirm {
    fn name(&self) -> &'static str {
        "confirm"
    }

    fn is_prompt(&self) -> bool {
        true
    }

    fn key(&mut self, key: Key, state: &State) -> Option<Reply> {
        if !self.is_ready(state.now) {
            return Some(Reply::stay());
        }
        self.wrong = false;
        match &self.challenge {
            Challenge::Key(wanted) if key == Key::char(*wanted) => {
                let typed = wanted.to_string();
                Some(self.answer(&typed))
            }
            Challenge::Key(_) => None,
            Challenge::Type(_) => self.input.key(key).then(Reply::stay),
        }
    }

    fn act(&mut self, action: &Action, state: &State) -> Option<Reply> {
        if action.verb != Verb::Open {
            return None;
        }
        if !self.is_ready(state.now) || matches!(self.challenge, Challenge::Key(_)) {
            return Some(Reply::stay());
        }
        let typed = self.input.text().to_owned();
        Some(self.answer(&typed))
    }

    fn next_tick(&self, now: Timestamp) -> Option<Timestamp> {
        (!self.is_ready(now)).then_some(self.since + DEAD_TIME)
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let plan = self.sealed.plan();
        let review = self.sealed.review();
        let class = Theme::class_role(plan.environment);
        let accounts: Vec<String> = review
            .reach
            .accounts
            .iter()
            .map(|id| {
                let known = state
                    .inventory
                    .organization
                    .value()
                    .and_then(|all| all.account(*id));
                known.map_or_else(
                    || id.to_string(),
                    |account| format!("{} ({id})", account.name),
                )
            })
            .collect();
        let undo = if review.points_of_no_return.is_empty() {
            format!("{} steps take it back", review.rollback.len())
        } else {
            format!(
                "{} steps have no way back",
                review.points_of_no_return.len()
            )
        };
        let facts = [
            (
                "environment",
                plan.environment.to_string().to_uppercase(),
                class,
            ),
            ("accounts", accounts.join(", "), Role::Text),
            ("targets", review.reach.targets.join(", "), Role::Text),
            (
                "changes",
                format!(
                    "{} values in {} steps",
                    review.changes.len(),
                    review.steps.len()
                ),
                Role::Text,
            ),
            ("undo", undo, Role::Text),
            (
                "plan",
                format!("{}  {}", review.short, review.phrase.join(" ")),
                Role::Muted,
            ),
        ];
        let area = centered(screen, 80, 12);
        wipe(frame.buffer_mut(), area, brush);
        let pane = Pane {
            title: Line::styled(review.title.clone(), brush.style(class)),
            foot: "esc cancels".into(),
            focused: true,
            ..Pane::default()
        };
        let inner = pane.draw(frame.buffer_mut(), area, brush);
        for (at, (name, value, role)) in facts.into_iter().enumerate() {
            if let Some(area) = row(inner, at) {
                let line = Line::from(vec![
                    Span::styled(format!("{name:<13}"), brush.style(Role::Muted)),
                    Span::styled(value, brush.style(role)),
                ]);
                put(frame.buffer_mut(), area, &line);
            }
        }
        let ask = match &self.challenge {
            Challenge::Key(key) => format!("{key} carries it out"),
            Challenge::Type(text) => format!("type `{text}` and press enter to carry it out"),
        };
        let role = if self.is_ready(state.now) {
            Role::Strong
        } else {
            Role::Muted
        };
        if let Some(area) = row(inner, 7) {
            put(
                frame.buffer_mut(),
                area,
                &Line::styled(ask, brush.style(role)),
            );
        }
        let Some(line) = row(inner, 8) else { return };
        if matches!(self.challenge, Challenge::Key(_)) {
            return frame.set_cursor_position((line.x, line.y));
        }
        put(
            frame.buffer_mut(),
            line,
            &Line::styled("› ", brush.style(Role::Key)),
        );
        let field = Rect {
            x: line.x + 2.min(line.width),
            width: line.width.saturating_sub(2),
            ..line
        };
        let style = brush.style(if self.wrong {
            Role::Error
        } else {
            Role::Prompt
        });
        let at = self.input.draw(frame.buffer_mut(), field, style);
        frame.set_cursor_position(at);
    }
}
