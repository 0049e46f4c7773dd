//! A container's log while it is written. Stays at its end until somebody scrolls up.

use std::cell::Cell;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{Input, Overlay, Reply, brush, wipe};
use crate::{
    config::keymap::Key,
    inventory::tables::text::grouped,
    model::text::clean,
    provider::LogOf,
    tui::{
        Action, Effect, State, Verb,
        log::LogEnd,
        theme::Role,
        widgets::{Pane, pane::scroll_mark, put, row, text},
    },
};

/// The page over the deck. The lines themselves are the state's.
pub struct LogPage {
    containers: Vec<String>,
    /// Line at the top; `None` while it stays at the end.
    top: Cell<Option<usize>>,
    /// Lines that fitted in the last frame, and how many there were.
    fitted: Cell<(usize, usize)>,
    filter: Option<Input>,
}

impl LogPage {
    /// `containers` are those of the pod, in its order.
    #[must_use]
    pub fn new(containers: Vec<String>) -> Self {
        Self {
            containers,
            top: Cell::new(None),
            fitted: Cell::new((0, 0)),
            filter: None,
        }
    }

    fn shown<'s>(&self, state: &'s State) -> Vec<&'s str> {
        let lines = state.log.lines.iter().map(String::as_str);
        let wanted = self
            .filter
            .as_ref()
            .map(|input| input.text().to_lowercase());
        match wanted.filter(|wanted| !wanted.is_empty()) {
            Some(wanted) => lines
                .filter(|line| line.to_lowercase().contains(&wanted))
                .collect(),
            None => lines.collect(),
        }
    }

    /// Scrolls by so many lines; at the end it follows again.
    fn scroll(&self, by: isize) {
        let (fitted, all) = self.fitted.get();
        let last = all.saturating_sub(fitted);
        let top = self.top.get().unwrap_or(last).saturating_add_signed(by);
        self.top.set((top < last).then_some(top));
    }

    /// The log of the next container of the pod.
    fn next(&self, state: &State) -> Option<Reply> {
        let (cluster, of) = state.log.of.clone()?;
        let at = self
            .containers
            .iter()
            .position(|name| Some(name) == of.container.as_ref())
            .unwrap_or(0);
        let container = self
            .containers
            .get((at + 1) % self.containers.len().max(1))?;
        self.top.set(None);
        let of = LogOf {
            container: Some(container.clone()),
            ..of
        };
        Some(Reply::Stay(vec![Effect::Follow(cluster, of)]))
    }

    fn title(&self, state: &State) -> String {
        let Some((cluster, of)) = &state.log.of else {
            return "log".into();
        };
        let container = of
            .container
            .as_ref()
            .or(self.containers.first())
            .map(|name| format!(" · {}", clean(name)))
            .unwrap_or_default();
        let previous = if of.previous {
            " · the run before"
        } else {
            ""
        };
        format!(
            "log {}/{}{container}{previous}  {}",
            clean(&of.namespace),
            clean(&of.pod),
            cluster.name
        )
    }

    /// What comes next, and what is not there any more.
    fn foot(&self, state: &State) -> Line<'static> {
        let brush = brush(state);
        let (word, role) = match &state.log.end {
            None if self.top.get().is_some() => ("held: G follows again".to_owned(), Role::Warning),
            None => ("following".to_owned(), Role::Ok),
            Some(LogEnd::Over) => ("the log has ended".to_owned(), Role::Muted),
            Some(LogEnd::Failed(trouble)) => {
                let hint = trouble.hint.as_ref();
                let hint = hint.map(|hint| format!(" · {hint}")).unwrap_or_default();
                (format!("{}{hint}", clean(&trouble.message)), Role::Error)
            }
        };
        let mut spans = vec![Span::styled(word, brush.style(role))];
        let log = &state.log;
        let mut count = format!("  {} lines", grouped(&log.lines.len().to_string()));
        if log.dropped > 0 {
            count = format!(
                "{count}, {} older ones gone",
                grouped(&log.dropped.to_string())
            );
        }
        spans.push(Span::styled(count, brush.style(Role::Muted)));
        spans.into()
    }
}

impl Overlay for LogPage {
    fn name(&self) -> &'static str {
        "log"
    }

    fn context(&self) -> &'static str {
        "text"
    }

    fn is_prompt(&self) -> bool {
        self.filter.is_some()
    }

    fn key(&mut self, key: Key, _state: &State) -> Option<Reply> {
        let edited = self.filter.as_mut()?.key(key);
        self.top.set(None);
        edited.then(Reply::stay)
    }

    fn act(&mut self, action: &Action, state: &State) -> Option<Reply> {
        match action.verb {
            Verb::Up => self.scroll(-1),
            Verb::Down => self.scroll(1),
            Verb::PageUp => self.scroll(-10),
            Verb::PageDown => self.scroll(10),
            Verb::Top => self.top.set(Some(0)),
            Verb::Bottom => self.top.set(None),
            Verb::NextForm | Verb::NextPane => return self.next(state),
            Verb::Filter => self.filter = Some(Input::default()),
            Verb::Copy => {
                let text = self.shown(state).join("\n");
                return Some(Reply::Stay(vec![Effect::Copy(text, "log".into())]));
            }
            Verb::Back if self.filter.take().is_some() => {}
            Verb::Open => {}
            Verb::Back | Verb::Quit => return Some(Reply::Close(self.cancelled())),
            _ => return None,
        }
        Some(Reply::stay())
    }

    fn paste(&mut self, text: &str, _state: &State) -> Vec<Effect> {
        if let Some(filter) = &mut self.filter {
            filter.insert(text);
        }
        Vec::new()
    }

    fn cancelled(&mut self) -> Vec<Effect> {
        vec![Effect::Unfollow]
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let area = Rect {
            x: screen.x + 1.min(screen.width),
            y: screen.y + 1.min(screen.height),
            width: screen.width.saturating_sub(2),
            height: screen.height.saturating_sub(2),
        };
        wipe(frame.buffer_mut(), area, brush);
        let pane = Pane {
            title: self.title(state).into(),
            foot: self.foot(state),
            focused: true,
            ..Pane::default()
        };
        let mut inner = pane.draw(frame.buffer_mut(), area, brush);
        if let (Some(input), Some(prompt)) = (&self.filter, row(inner, 0)) {
            let sign = Line::styled("/", brush.style(Role::Key));
            put(frame.buffer_mut(), prompt, &sign);
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
        let lines = self.shown(state);
        let fitted = usize::from(inner.height);
        self.fitted.set((fitted, lines.len()));
        let last = lines.len().saturating_sub(fitted);
        let top = self.top.get().unwrap_or(last).min(last);
        for (at, line) in lines.iter().skip(top).take(fitted).enumerate() {
            let Some(area) = row(inner, at) else { break };
            let line = text::fit(line, area.width.into(), brush.symbols);
            let line = Line::styled(line.into_owned(), brush.style(Role::Text));
            put(frame.buffer_mut(), area, &line);
        }
        scroll_mark(frame.buffer_mut(), area, top, lines.len(), brush);
    }
}
