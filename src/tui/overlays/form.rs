//! What an operation asks for, as a form made from its parameters.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{Input, Overlay, Reply, brush, centered, wipe};
use crate::{
    config::keymap::Key,
    engine::operations::{Arguments, Kind, Operation, Parameter},
    inventory::tables::Object,
    tui::{
        Action, Effect, State, Verb,
        theme::Role,
        widgets::{
            Pane, put, row,
            text::{fit, pad},
        },
    },
};

const LABEL: usize = 16;

pub struct Form {
    operation: &'static dyn Operation,
    fields: Vec<(&'static Parameter, Input)>,
    cursor: usize,
    /// Why what stands there can't be planned.
    wrong: Option<String>,
}

impl Form {
    /// A form with what the selection tells filled in.
    #[must_use]
    pub fn new(operation: &'static dyn Operation, selected: Option<&Object>) -> Self {
        let field = |parameter: &'static Parameter| {
            let known = selected.and_then(|object| told(parameter.kind, object));
            let text = known.or_else(|| parameter.default.map(str::to_owned));
            (parameter, Input::with(&text.unwrap_or_default()))
        };
        let fields: Vec<_> = operation.parameters().iter().map(field).collect();
        let empty =
            |(parameter, input): &(&Parameter, Input)| parameter.required && input.is_empty();
        Self {
            operation,
            cursor: fields.iter().position(empty).unwrap_or(0),
            fields,
            wrong: None,
        }
    }

    fn arguments(&self) -> Arguments {
        self.fields
            .iter()
            .fold(Arguments::new(), |all, (parameter, input)| {
                if input.text().trim().is_empty() {
                    all
                } else {
                    all.with(parameter.name, input.text().trim())
                }
            })
    }

    /// Plans when everything is there, else goes to what is missing.
    fn submit(&mut self) -> Reply {
        match self.arguments().complete(self.operation.parameters()) {
            Ok(arguments) => Reply::Close(vec![Effect::Plan {
                operation: self.operation.name(),
                arguments,
            }]),
            Err(wrong) => {
                self.wrong = Some(wrong.to_string());
                Reply::stay()
            }
        }
    }

    fn go(&mut self, to: usize) -> Reply {
        self.cursor = to % self.fields.len().max(1);
        Reply::stay()
    }

    /// The next choice, for a field that has some.
    fn turn(&mut self) -> Option<Reply> {
        let (parameter, input) = self.fields.get_mut(self.cursor)?;
        let Kind::Choice(choices) = parameter.kind else {
            return None;
        };
        let at = choices.iter().position(|choice| *choice == input.text());
        let next = at.map_or(0, |at| (at + 1) % choices.len());
        input.set(choices.get(next)?);
        Some(Reply::stay())
    }
}

/// What the selected object says about a field of this kind.
fn told(kind: Kind, object: &Object) -> Option<String> {
    match kind {
        Kind::Account => object.account.map(|account| account.to_string()),
        Kind::Vpc if object.kind == "vpc" => Some(object.id.clone()),
        Kind::Region => object.region.as_ref().map(ToString::to_string),
        Kind::HostedZone if object.kind == "zone" => Some(object.id.clone()),
        Kind::DnsName if object.kind == "record" => {
            Some(object.name.trim_end_matches('.').to_owned())
        }
        _ => None,
    }
}

impl Overlay for Form {
    fn name(&self) -> &'static str {
        "form"
    }

    fn is_prompt(&self) -> bool {
        true
    }

    fn key(&mut self, key: Key, _state: &State) -> Option<Reply> {
        if key == Key::char(' ')
            && let Some(reply) = self.turn()
        {
            return Some(reply);
        }
        let (_, input) = self.fields.get_mut(self.cursor)?;
        self.wrong = None;
        input.key(key).then(Reply::stay)
    }

    fn act(&mut self, action: &Action, _state: &State) -> Option<Reply> {
        let last = self.fields.len().saturating_sub(1);
        Some(match action.verb {
            Verb::Down | Verb::NextPane => self.go(self.cursor + 1),
            Verb::Up | Verb::PreviousPane => self.go(self.cursor + last),
            Verb::Open if self.cursor < last => self.go(self.cursor + 1),
            Verb::Open => self.submit(),
            _ => return None,
        })
    }

    fn paste(&mut self, text: &str, _state: &State) -> Vec<Effect> {
        if let Some((_, input)) = self.fields.get_mut(self.cursor) {
            input.insert(text);
        }
        Vec::new()
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let height = u16::try_from(self.fields.len() + 6).unwrap_or(u16::MAX);
        let area = centered(screen, 84, height);
        wipe(frame.buffer_mut(), area, brush);
        let pane = Pane {
            title: format!("Plan · {}", self.operation.name()).into(),
            foot:
                "enter next, on the last field plan · tab next · space turns choices · esc cancel"
                    .into(),
            focused: true,
            ..Pane::default()
        };
        let inner = pane.draw(frame.buffer_mut(), area, brush);
        if let Some(area) = row(inner, 0) {
            let line = Line::styled(self.operation.summary(), brush.style(Role::Muted));
            put(frame.buffer_mut(), area, &line);
        }
        for (at, (parameter, input)) in self.fields.iter().enumerate() {
            let Some(area) = row(inner, at + 2) else {
                break;
            };
            let star = if parameter.required { "*" } else { " " };
            let label = pad(&format!("{star}{}", parameter.name), LABEL, state.symbols);
            let role = if at == self.cursor {
                Role::Key
            } else {
                Role::Muted
            };
            put(
                frame.buffer_mut(),
                area,
                &Line::styled(label, brush.style(role)),
            );
            let lead = u16::try_from(LABEL).unwrap_or(0).min(area.width);
            let field = Rect {
                x: area.x + lead,
                width: area.width - lead,
                ..area
            };
            if at == self.cursor {
                let place = input.draw(frame.buffer_mut(), field, brush.style(Role::Selection));
                frame.set_cursor_position(place);
            } else {
                let shown = if input.is_empty() {
                    Span::styled(parameter.help, brush.style(Role::Muted))
                } else {
                    Span::styled(input.text().to_owned(), brush.style(Role::Text))
                };
                put(frame.buffer_mut(), field, &Line::from(shown));
            }
        }
        let below = inner
            .height
            .checked_sub(1)
            .and_then(|last| row(inner, last.into()));
        if let Some(area) = below {
            let help = self
                .fields
                .get(self.cursor)
                .map_or("", |(parameter, _)| parameter.help);
            let (role, text) = match &self.wrong {
                Some(wrong) => (Role::Error, wrong.as_str()),
                None => (Role::Muted, help),
            };
            let text = fit(text, area.width.into(), state.symbols).into_owned();
            put(
                frame.buffer_mut(),
                area,
                &Line::styled(text, brush.style(role)),
            );
        }
    }
}
