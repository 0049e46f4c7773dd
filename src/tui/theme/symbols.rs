//! Signs beside words and colours.

use crate::model::State;

/// The signs that are drawn: Unicode, or ASCII where the terminal can't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbols {
    Unicode,
    Ascii,
}

impl Symbols {
    #[must_use]
    pub const fn state(self, state: State) -> &'static str {
        match (self, state) {
            (Self::Unicode, State::Ok) => "●",
            (Self::Unicode, State::Working) => "◐",
            (Self::Unicode, State::Warning) => "▲",
            (Self::Unicode, State::Failed) => "✖",
            (Self::Unicode, State::Off) => "○",
            (Self::Unicode, State::Denied) => "⊘",
            (Self::Ascii, State::Ok) => "*",
            (Self::Ascii, State::Working) => "~",
            (Self::Ascii, State::Warning) => "!",
            (Self::Ascii, State::Failed) => "x",
            (Self::Ascii, State::Off) => "o",
            (Self::Ascii, State::Denied) => "#",
            (_, State::Unknown) => "?",
        }
    }
}
