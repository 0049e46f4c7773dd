//! A picture of the deck without a terminal: the same state, the same frame, as text or SVG.

mod shapes;
mod svg;

use std::{collections::BTreeSet, io, time::Duration};

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use unicode_width::UnicodeWidthStr;

use super::{
    Effect, Message, Opened, Options, Start, State, frame,
    message::Severity,
    runtime::Work,
    theme::{Depth, Role, Theme, Wardrobe},
    update::{self, update},
};
use crate::{
    config::keymap::Key,
    inventory::{Event, Query},
};

/// A world that brings nothing for so long has brought everything, or hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks whether everything is there.
const MOMENT: Duration = Duration::from_millis(20);

/// What to take a picture of.
#[derive(Clone, Debug, Default)]
pub struct Shot {
    /// A view, and after a colon a form of it: `network:matrix`.
    pub view: String,
    /// Keys to press before, as keymap files spell them.
    pub keys: Vec<Key>,
}

/// The cells of one screen.
pub struct Picture {
    buffer: Buffer,
    theme: Theme,
}

/// Opens the deck in memory, waits for everything that the view shows, presses the keys.
pub async fn picture(mut start: Start, opened: Opened, shot: &Shot) -> io::Result<Picture> {
    let (view, form) = shot.view.split_once(':').unwrap_or((&shot.view, ""));
    view.clone_into(&mut start.start_view);
    start.depth = Depth::TrueColor;
    let name = start.wardrobe.under(None).name.clone();
    let overlays = start.environments.overlays();
    let loaded = Wardrobe::load(&start.themes, &name, &overlays, start.depth);
    if let Ok((wardrobe, ..)) = loaded {
        start.wardrobe = wardrobe;
    }
    let mut state = State::new(start);
    state.enter(&opened, false);
    if state.view().is_none_or(|known| known.name() != view) {
        let known: Vec<&str> = state.views.iter().map(|view| view.name()).collect();
        let message = format!("there is no view `{view}`; there is: {}", known.join(", "));
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let (sender, messages) = mpsc::unbounded_channel();
    let work = Work::new(Some(opened), sender, &Options::default());
    let mut darkroom = Darkroom {
        state,
        work,
        messages,
        asked: BTreeSet::new(),
        answered: BTreeSet::new(),
    };
    let first = update::wanted(&mut darkroom.state);
    darkroom.perform(first);
    darkroom.settle().await;
    show_form(&mut darkroom.state, form)?;
    for key in &shot.keys {
        let effects = update(&mut darkroom.state, Message::Key(*key));
        darkroom.perform(effects);
        darkroom.settle().await;
    }
    let state = darkroom.state;
    Ok(Picture {
        buffer: drawn(&state),
        theme: state.theme,
    })
}

impl Picture {
    /// The signs on screen, a line for each row, without spaces at the ends.
    #[must_use]
    pub fn text(&self) -> String {
        let area = self.buffer.area;
        let mut text = String::new();
        for y in area.top()..area.bottom() {
            let mut line = String::new();
            let mut x = area.left();
            while x < area.right() {
                let symbol = self.buffer[(x, y)].symbol();
                line.push_str(symbol);
                // A wide sign covers the cell after it.
                x += u16::try_from(symbol.width()).unwrap_or(1).max(1);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The screen as an SVG, the same bytes for the same cells.
    #[must_use]
    pub fn svg(&self) -> String {
        svg::draw(&self.buffer, self.theme.style(Role::Background))
    }
}

/// What is on screen now.
pub(super) fn now(state: &State) -> Picture {
    Picture {
        buffer: drawn(state),
        theme: state.theme.clone(),
    }
}

/// The deck without a terminal, until everything that it asked for is there.
struct Darkroom {
    state: State,
    work: Work,
    messages: mpsc::UnboundedReceiver<Message>,
    asked: BTreeSet<Query>,
    answered: BTreeSet<Query>,
}

impl Darkroom {
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match &effect {
                // Whoever takes pictures wants no files and no clipboard touched, and one moment.
                Effect::Export { .. } | Effect::Copy(..) | Effect::Watch(_) => continue,
                Effect::Load(queries) | Effect::Focus(queries) => {
                    self.asked.extend(queries.iter().cloned());
                }
                Effect::Refresh(queries) => {
                    self.answered.retain(|query| !queries.contains(query));
                }
                _ => {}
            }
            self.work.start(effect, &self.state);
        }
    }

    /// Takes in answers until none is awaited.
    async fn settle(&mut self) {
        let mut last = Instant::now();
        while last.elapsed() < PATIENCE {
            let message = match self.messages.try_recv() {
                Ok(message) => message,
                Err(_) if self.asked.is_subset(&self.answered) && self.work.is_idle() => break,
                Err(_) => match timeout(MOMENT, self.messages.recv()).await {
                    Ok(Some(message)) => message,
                    Ok(None) => break,
                    Err(_) => continue,
                },
            };
            last = Instant::now();
            match &message {
                // A remark would stand in the picture for no reason that its reader knows.
                Message::Note(Severity::Info, _) => continue,
                Message::Event(Event::Loaded { query, .. } | Event::Failed { query, .. }) => {
                    self.answered.insert(query.clone());
                }
                _ => {}
            }
            let effects = update(&mut self.state, message);
            self.perform(effects);
        }
        self.state.prepare();
    }
}

/// Steps through the view's forms until its title names the wanted one.
fn show_form(state: &mut State, form: &str) -> io::Result<()> {
    if form.is_empty() {
        return Ok(());
    }
    let wanted = format!("[{form}]");
    for _ in 0..12 {
        state.prepare();
        let shown: String = drawn(state).content.iter().map(Cell::symbol).collect();
        if shown.contains(&wanted) {
            return Ok(());
        }
        update(state, Message::Key(Key::char('m')));
    }
    let message = format!("the view has no form `{form}`");
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// One frame.
fn drawn(state: &State) -> Buffer {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(state.size.0, state.size.1));
    let Ok(_) = terminal.draw(|frame| frame::draw(frame, state));
    terminal.backend().buffer().clone()
}
