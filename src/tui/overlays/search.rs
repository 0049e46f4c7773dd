//! Finds any object by a few letters of its name, id, account or region, and goes there.

use std::cell::Cell;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{Input, Overlay, Reply, brush, centered, wipe};
use crate::{
    config::keymap::Key,
    inventory::tables::{Object, text::grouped},
    model::text,
    tui::{
        Action, Effect, State, Verb,
        theme::Role,
        widgets::{
            Brush, Pane, put, row,
            text::{fit, fit_middle, pad},
        },
    },
};

const KIND: usize = 10;
const ACCOUNT: usize = 18;
const REGION: usize = 13;

#[derive(Default)]
pub struct SearchBox {
    input: Input,
    cursor: usize,
    /// The first visible row; kept between frames so that the list does not jump.
    top: Cell<usize>,
}

impl SearchBox {
    /// A box with this already typed.
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self {
            input: Input::with(text),
            ..Self::default()
        }
    }

    fn look(&mut self) -> Effect {
        self.cursor = 0;
        Effect::Search(self.input.text().to_owned())
    }

    fn line(object: &Object, width: usize, state: &State, brush: Brush<'_>) -> Line<'static> {
        let symbols = brush.symbols;
        let account = object
            .account
            .map(|account| state.inventory.tree().name_of(account));
        let account = text::clean(account.as_deref().unwrap_or_default()).into_owned();
        let region = object.region.as_ref().map_or("", |region| region.as_str());
        let fixed = KIND + ACCOUNT + REGION + 6;
        let left = width.saturating_sub(fixed);
        let (name, id) = (left.min(34), left.saturating_sub(36));
        let own_id = if object.id == object.name {
            ""
        } else {
            &object.id
        };
        Line::from(vec![
            Span::styled(
                pad(object.kind, KIND + 2, symbols),
                brush.style(Role::Muted),
            ),
            Span::styled(
                pad(&text::clean(&object.name), name + 2, symbols),
                brush.style(Role::Strong),
            ),
            Span::styled(pad(&account, ACCOUNT + 2, symbols), brush.style(Role::Text)),
            Span::styled(pad(region, REGION, symbols), brush.style(Role::Muted)),
            Span::styled(
                fit_middle(&text::clean(own_id), id, symbols).into_owned(),
                brush.style(Role::Muted),
            ),
        ])
    }
}

impl Overlay for SearchBox {
    fn name(&self) -> &'static str {
        "search"
    }

    fn is_prompt(&self) -> bool {
        true
    }

    fn key(&mut self, key: Key, _state: &State) -> Option<Reply> {
        let before = self.input.text().to_owned();
        if !self.input.key(key) {
            return None;
        }
        if self.input.text() == before {
            return Some(Reply::stay());
        }
        Some(Reply::Stay(vec![self.look()]))
    }

    fn act(&mut self, action: &Action, state: &State) -> Option<Reply> {
        let last = state.finder.hits.len().saturating_sub(1);
        self.cursor = match action.verb {
            Verb::Up | Verb::PreviousPane => self.cursor.saturating_sub(1),
            Verb::Down | Verb::NextPane => self.cursor + 1,
            Verb::PageUp => self.cursor.saturating_sub(10),
            Verb::PageDown => self.cursor + 10,
            Verb::Top => 0,
            Verb::Bottom => last,
            Verb::Open => {
                return Some(match state.finder.hits.get(self.cursor) {
                    Some(object) => Reply::Close(vec![Effect::GoTo(object.clone())]),
                    None => Reply::stay(),
                });
            }
            _ => return None,
        }
        .min(last);
        Some(Reply::stay())
    }

    fn paste(&mut self, text: &str, _state: &State) -> Vec<Effect> {
        self.input.insert(text);
        vec![self.look()]
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let finder = &state.finder;
        let area = centered(screen, 120, 24);
        wipe(frame.buffer_mut(), area, brush);
        let count = |number: usize| grouped(&number.to_string());
        let progress = match (finder.is_indexing, finder.is_done) {
            (true, _) => " · reading",
            (false, false) => " · searching",
            (false, true) => "",
        };
        let counted = format!(
            "{} of {}{progress}",
            count(finder.matched),
            count(finder.len())
        );
        let pane = Pane {
            title: "Search every object".into(),
            corner: Line::styled(counted, brush.style(Role::Muted)),
            foot: "enter goes there · esc closes".into(),
            focused: true,
        };
        let inner = pane.draw(frame.buffer_mut(), area, brush);
        let Some(prompt) = row(inner, 0) else { return };
        let lead = Line::styled(brush.pick("› ", "> "), brush.style(Role::Key));
        put(frame.buffer_mut(), prompt, &lead);
        let typed = Rect {
            x: prompt.x + 2.min(prompt.width),
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
        if finder.hits.is_empty() {
            let said = match (finder.is_indexing || !finder.is_done, finder.is_empty()) {
                (true, _) => "looking…",
                (false, true) => "nothing was read yet",
                (false, false) => "nothing is called so",
            };
            if let Some(area) = row(list, 1) {
                put(
                    frame.buffer_mut(),
                    area,
                    &Line::styled(
                        fit(said, area.width.into(), state.symbols),
                        brush.style(Role::Muted),
                    ),
                );
            }
            return;
        }
        let visible = usize::from(list.height);
        let cursor = self.cursor.min(finder.hits.len() - 1);
        let top = self.top.get().min(cursor);
        let top = top.max((cursor + 1).saturating_sub(visible));
        self.top.set(top);
        for (line, at) in (top..finder.hits.len()).take(visible).enumerate() {
            let Some(area) = row(list, line) else { break };
            let said = Self::line(&finder.hits[at], area.width.into(), state, brush);
            put(frame.buffer_mut(), area, &said);
            if at == cursor {
                frame
                    .buffer_mut()
                    .set_style(area, brush.style(Role::Selection));
            }
        }
    }
}
