//! Parts that views are made of: virtual tables and trees, bars, sparklines, heat cells, gauges.

pub mod bar;
mod click;
pub mod figures;
pub mod grid;
pub mod heat;
pub mod memo;
pub mod pairs;
pub mod pane;
pub mod text;
pub mod tree;
pub mod window;

use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Line, text::Span};

pub use click::{Click, Clicks};
pub use grid::Grid;
pub use memo::Memo;
pub use pairs::Pairs;
pub use pane::Pane;
pub use tree::Tree;
pub use window::Window;

use super::theme::{Role, Symbols, Theme};
use crate::model::State;

/// What every part draws with.
#[derive(Clone, Copy)]
pub struct Brush<'a> {
    pub theme: &'a Theme,
    pub symbols: Symbols,
}

impl Brush<'_> {
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Changes whenever something drawn with it would look different.
    #[must_use]
    pub const fn look(self) -> u64 {
        self.theme.version << 2 | self.symbols as u64
    }

    /// The first where the terminal shows Unicode, else the second.
    #[must_use]
    pub const fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.symbols {
            Symbols::Unicode => unicode,
            Symbols::Ascii | Symbols::Plain => ascii,
        }
    }

    #[must_use]
    pub fn state_style(self, state: State) -> Style {
        self.style(Theme::state_role(state))
    }

    /// The sign alone, for where the word stands beside it or has no room.
    #[must_use]
    pub fn sign(self, state: State) -> Span<'static> {
        Span::styled(self.symbols.state(state), self.state_style(state))
    }

    /// Sign and word, such as `● ok`.
    #[must_use]
    pub fn mark(self, state: State) -> Span<'static> {
        let text = format!("{} {state}", self.symbols.state(state));
        Span::styled(text, self.state_style(state))
    }
}

/// Draws `line` into the first row of `area`; what does not fit is cut.
pub fn put(buffer: &mut Buffer, area: Rect, line: &Line<'_>) {
    let area = area.intersection(buffer.area);
    if !area.is_empty() {
        buffer.set_line(area.x, area.y, line, area.width);
    }
}

/// The `index`th row of `area`, if it has one.
#[must_use]
pub fn row(area: Rect, index: usize) -> Option<Rect> {
    let down = u16::try_from(index)
        .ok()
        .filter(|&down| down < area.height)?;
    Some(Rect {
        y: area.y + down,
        height: 1,
        ..area
    })
}
