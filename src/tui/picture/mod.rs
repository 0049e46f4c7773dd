//! A picture of the deck without a terminal: the same state, the same frame, as text or SVG.

mod shapes;
mod svg;

use std::{io, time::Duration};

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
    Effect, Message, Options, Start, State, frame,
    message::Severity,
    runtime::Work,
    state::Access,
    theme::{Depth, Role, Theme},
    update::{self, update},
};
use crate::{config::keymap::Key, provider::Provider};

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
pub async fn picture(
    mut start: Start,
    provider: Provider,
    options: &Options,
    shot: &Shot,
) -> io::Result<Picture> {
    let (view, form) = shot.view.split_once(':').unwrap_or((&shot.view, ""));
    view.clone_into(&mut start.start_view);
    start.theme = match start.themes.load(&start.theme.name) {
        Ok((scheme, _)) => Theme::new(&scheme, Depth::TrueColor),
        Err(_) => start.theme,
    };
    start.depth = Depth::TrueColor;
    let mut state = State::new(start);
    if state.view().is_none_or(|known| known.name() != view) {
        let known: Vec<&str> = state.views.iter().map(|view| view.name()).collect();
        let message = format!("there is no view `{view}`; there is: {}", known.join(", "));
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let (sender, mut messages) = mpsc::unbounded_channel();
    let work = Work::new(provider, sender, options);
    let first = update::wanted(&mut state);
    perform(&work, &state, first);
    settle(&mut state, &work, &mut messages).await;
    show_form(&mut state, form)?;
    for key in &shot.keys {
        let effects = update(&mut state, Message::Key(*key));
        perform(&work, &state, effects);
        settle(&mut state, &work, &mut messages).await;
    }
    state.prepare();
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

fn perform(work: &Work, state: &State, effects: Vec<Effect>) {
    for effect in effects {
        // Whoever takes pictures wants no files and no clipboard touched.
        if !matches!(effect, Effect::Export { .. } | Effect::Copy(..)) {
            work.start(effect, state);
        }
    }
}

/// Takes in answers until none is awaited.
async fn settle(state: &mut State, work: &Work, messages: &mut mpsc::UnboundedReceiver<Message>) {
    let mut last = Instant::now();
    while last.elapsed() < PATIENCE {
        let message = match messages.try_recv() {
            Ok(message) => message,
            Err(_) if state.reading.open.is_empty() && work.is_idle() => break,
            Err(_) => match timeout(MOMENT, messages.recv()).await {
                Ok(Some(message)) => message,
                Ok(None) => break,
                Err(_) => continue,
            },
        };
        last = Instant::now();
        // A remark would stand in the picture for no reason that its reader knows.
        if matches!(message, Message::Note(Severity::Info, _)) {
            continue;
        }
        let effects = update(state, message);
        perform(work, state, effects);
    }
    state.prepare();
    debug_assert!(!matches!(state.access, Access::Armed(Some(_))));
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
