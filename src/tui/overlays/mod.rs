//! What lies over the views: prompts, lists to pick from, pages to read, questions. A stack; the
//! topmost takes the keys.

pub mod code;
pub mod confirm;
pub mod copy;
pub mod diff;
pub mod export;
pub mod facts;
pub mod form;
pub mod help;
pub mod identity;
pub mod input;
mod inside;
pub mod log;
pub mod messages;
pub mod page;
pub mod palette;
pub mod picker;
pub mod pickers;
pub mod prompt;
pub mod question;
pub mod search;
pub mod worlds;

use jiff::Timestamp;
use ratatui::{Frame, buffer::Buffer, layout::Rect, widgets::Widget};

use super::{Action, Effect, State, theme::Role, widgets::Brush};
use crate::config::keymap::Key;

pub use code::Code;
pub use confirm::Confirm;
pub use form::Form;
pub use input::Input;
pub use log::LogPage;
pub use page::Page;
pub use picker::{Entry, Picker};
pub use prompt::Prompt;
pub use question::Question;
pub use search::SearchBox;

/// One thing over the views.
pub trait Overlay {
    /// What it is called in tests and in the window's title.
    fn name(&self) -> &'static str;

    /// The keymap context that is asked before `popup`.
    fn context(&self) -> &'static str {
        "popup"
    }

    /// Whether characters are typed into it instead of being looked up as keys.
    fn is_prompt(&self) -> bool {
        false
    }

    /// Takes in a key that runs nothing; `None` where it has no use for it.
    fn key(&mut self, key: Key, state: &State) -> Option<Reply>;

    /// Takes in an action; `None` where it has no use for it.
    fn act(&mut self, action: &Action, state: &State) -> Option<Reply>;

    /// Takes in pasted text. Only prompts have a use for it, and none ever confirms by it.
    fn paste(&mut self, _text: &str, _state: &State) -> Vec<Effect> {
        Vec::new()
    }

    /// Work to do when it is closed without being answered.
    fn cancelled(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// When it looks different by the passing of time alone.
    fn next_tick(&self, _now: Timestamp) -> Option<Timestamp> {
        None
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State);
}

/// What became of a key or an action.
pub enum Reply {
    Stay(Vec<Effect>),
    Close(Vec<Effect>),
}

impl Reply {
    /// It was taken in and nothing else is to be done.
    #[must_use]
    pub const fn stay() -> Self {
        Self::Stay(Vec::new())
    }
}

/// What everything on screen is drawn with.
#[must_use]
pub fn brush(state: &State) -> Brush<'_> {
    Brush {
        theme: &state.theme,
        symbols: state.symbols,
    }
}

/// A box of at most this size in the middle of the screen, a third from above.
#[must_use]
pub fn centered(screen: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(screen.width.saturating_sub(2)).max(1);
    let height = height.min(screen.height.saturating_sub(2)).max(1);
    Rect {
        x: screen.x + (screen.width.saturating_sub(width)) / 2,
        y: screen.y + (screen.height.saturating_sub(height)) / 3,
        width,
        height,
    }
    .intersection(screen)
}

/// Wipes an area and gives it the background, so that nothing shines through.
pub fn wipe(buffer: &mut Buffer, area: Rect, brush: Brush<'_>) {
    let area = area.intersection(buffer.area);
    ratatui::widgets::Clear.render(area, buffer);
    buffer.set_style(area, brush.style(Role::Background));
}
