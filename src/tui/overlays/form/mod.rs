//! What an operation asks for, as a form made from its parameters. What the selection tells is
//! filled in; what the world knows is offered below.

mod choices;
mod draw;

use std::cell::Cell;

use fuzzy_matcher::{FuzzyMatcher, skim::SkimMatcherV2};
use ratatui::{Frame, layout::Rect};

use super::{Input, Overlay, Reply};
use crate::{
    config::keymap::Key,
    engine::operations::{Arguments, Operation, Parameter},
    inventory::tables::Object,
    tui::{Action, Effect, State, Verb},
};
use choices::Choice;

pub struct Form {
    operation: &'static dyn Operation,
    fields: Vec<Field>,
    cursor: usize,
    /// The choice under the cursor, while one is.
    pick: Option<usize>,
    /// The first choice that is shown; kept between frames so that the list does not jump.
    top: Cell<usize>,
    /// Why what stands there can't be planned.
    wrong: Option<String>,
    matcher: SkimMatcherV2,
}

struct Field {
    parameter: &'static Parameter,
    input: Input,
    /// Typed in since the field was entered: then the text narrows the choices.
    is_typed: bool,
}

impl Form {
    /// A form with what the selection tells filled in.
    #[must_use]
    pub fn new(
        operation: &'static dyn Operation,
        selected: Option<&Object>,
        state: &State,
    ) -> Self {
        let field = |parameter: &'static Parameter| {
            let known =
                selected.and_then(|object| choices::told(parameter, object, &state.inventory));
            let text = known.or_else(|| parameter.default.map(str::to_owned));
            Field {
                parameter,
                input: Input::with(&text.unwrap_or_default()),
                is_typed: false,
            }
        };
        let fields: Vec<Field> = operation.parameters().iter().map(field).collect();
        let empty = |field: &Field| field.parameter.required && field.input.is_empty();
        Self {
            operation,
            cursor: fields.iter().position(empty).unwrap_or(0),
            fields,
            pick: None,
            top: Cell::new(0),
            wrong: None,
            matcher: SkimMatcherV2::default(),
        }
    }

    /// How many of the required fields the object fills in.
    #[must_use]
    pub fn told(operation: &dyn Operation, object: &Object, state: &State) -> usize {
        let required = operation.parameters().iter().filter(|field| field.required);
        let told = |field: &&Parameter| choices::told(field, object, &state.inventory).is_some();
        required.filter(told).count()
    }

    /// What has to be read so that choices can be offered.
    #[must_use]
    pub fn needs(operation: &dyn Operation, state: &State) -> Vec<Effect> {
        let kinds = choices::needs(operation.parameters());
        let queries = state.inventory.queries(&kinds, &state.scope);
        if queries.is_empty() {
            Vec::new()
        } else {
            vec![Effect::Load(queries)]
        }
    }

    fn arguments(&self) -> Arguments {
        self.fields.iter().fold(Arguments::new(), |all, field| {
            let text = field.input.text().trim();
            if text.is_empty() {
                all
            } else {
                all.with(field.parameter.name, text)
            }
        })
    }

    /// What could stand in the field under the cursor, the best first.
    fn choices(&self, state: &State) -> Vec<Choice> {
        let Some(field) = self.fields.get(self.cursor) else {
            return Vec::new();
        };
        let known = choices::known(field.parameter, &self.arguments(), state);
        let typed = field.input.text().trim();
        if !field.is_typed || typed.is_empty() {
            return known;
        }
        let fits = |choice: Choice| {
            let text = format!("{} {}", choice.value, choice.says);
            let score = self.matcher.fuzzy_match(&text, typed)?;
            Some((score, choice))
        };
        let mut fitting: Vec<(i64, Choice)> = known.into_iter().filter_map(fits).collect();
        fitting.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        fitting.into_iter().map(|(_, choice)| choice).collect()
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
        self.pick = None;
        self.top.set(0);
        if let Some(field) = self.fields.get_mut(self.cursor) {
            field.is_typed = false;
        }
        Reply::stay()
    }

    /// Takes the choice under the cursor, or else what was typed, and goes on.
    fn enter(&mut self, state: &State) -> Reply {
        let picked = self
            .pick
            .and_then(|at| self.choices(state).into_iter().nth(at));
        if let (Some(choice), Some(field)) = (picked, self.fields.get_mut(self.cursor)) {
            field.input.set(&choice.value);
        }
        if self.cursor + 1 < self.fields.len() {
            self.go(self.cursor + 1)
        } else {
            self.pick = None;
            self.submit()
        }
    }

    /// Among the choices where there are some, else among the fields.
    fn walk(&mut self, down: bool, state: &State) -> Reply {
        let last = self.choices(state).len().checked_sub(1);
        let fields = self.fields.len();
        match (last, self.pick, down) {
            (None, _, true) => return self.go(self.cursor + 1),
            (None, _, false) | (Some(_), None, false) => {
                return self.go(self.cursor + fields.saturating_sub(1));
            }
            (Some(_), None, true) => self.pick = Some(0),
            (Some(last), Some(at), true) => self.pick = Some((at + 1).min(last)),
            (Some(_), Some(at), false) => self.pick = at.checked_sub(1),
        }
        Reply::stay()
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
        let field = self.fields.get_mut(self.cursor)?;
        self.wrong = None;
        if !field.input.key(key) {
            return None;
        }
        field.is_typed = true;
        self.pick = None;
        Some(Reply::stay())
    }

    fn act(&mut self, action: &Action, state: &State) -> Option<Reply> {
        let last = self.fields.len().saturating_sub(1);
        Some(match action.verb {
            Verb::NextPane => self.go(self.cursor + 1),
            Verb::PreviousPane => self.go(self.cursor + last),
            Verb::Down => self.walk(true, state),
            Verb::Up => self.walk(false, state),
            Verb::Open => self.enter(state),
            _ => return None,
        })
    }

    fn paste(&mut self, text: &str, _state: &State) -> Vec<Effect> {
        if let Some(field) = self.fields.get_mut(self.cursor) {
            field.input.insert(text);
            field.is_typed = true;
            self.pick = None;
        }
        Vec::new()
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        self.draw_on(frame, screen, state);
    }
}

#[cfg(test)]
mod tests;
