//! Signs beside words and colours.

use ratatui::buffer::Buffer;

use crate::model::State;

/// The signs that are drawn: Unicode, or ASCII where the terminal can't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbols {
    Unicode,
    Ascii,
    /// ASCII without anything drawn: no borders, no charts, one pane at a time, for who listens to
    /// the screen or reads it by touch.
    Plain,
}

impl Symbols {
    #[must_use]
    pub const fn is_plain(self) -> bool {
        matches!(self, Self::Plain)
    }

    /// Spells signs that stand in names and words, such as the `⇄` of a peering, for terminals
    /// without Unicode. Letters stay as they are.
    pub fn spell(self, buffer: &mut Buffer) {
        if self == Self::Unicode {
            return;
        }
        for cell in &mut buffer.content {
            let ascii = match cell.symbol() {
                "⇄" => "=",
                "→" | "›" => ">",
                "←" | "‹" => "<",
                "▲" => "^",
                "▼" => "v",
                "×" => "x",
                "–" | "—" => "-",
                "·" => ".",
                "…" | "±" => "~",
                _ => continue,
            };
            cell.set_symbol(ascii);
        }
    }

    #[must_use]
    pub const fn state(self, state: State) -> &'static str {
        match (self, state) {
            (Self::Unicode, State::Ok) => "●",
            (Self::Unicode, State::Working) => "◐",
            (Self::Unicode, State::Warning) => "▲",
            (Self::Unicode, State::Failed) => "✖",
            (Self::Unicode, State::Off) => "○",
            (Self::Unicode, State::Denied) => "⊘",
            (Self::Ascii | Self::Plain, State::Ok) => "*",
            (Self::Ascii | Self::Plain, State::Working) => "~",
            (Self::Ascii | Self::Plain, State::Warning) => "!",
            (Self::Ascii | Self::Plain, State::Failed) => "x",
            (Self::Ascii | Self::Plain, State::Off) => "o",
            (Self::Ascii | Self::Plain, State::Denied) => "#",
            (_, State::Unknown) => "?",
        }
    }
}
