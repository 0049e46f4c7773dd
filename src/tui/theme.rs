//! A theme resolved for this terminal: a style for every role, at the colour depth there is.

use ratatui::style::{Color, Style};

pub use crate::config::theme::{Ramp, Role};
use crate::model::{EnvironmentClass, State};

/// A style for every role.
#[derive(Clone, Debug)]
pub struct Theme {
    styles: Vec<Style>,
}

impl Theme {
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The colour of `ramp` at `share`, 0 to 1.
    #[must_use]
    pub fn ramp(&self, _ramp: Ramp, _share: f64) -> Color {
        Color::Reset
    }

    #[must_use]
    pub const fn state_role(state: State) -> Role {
        match state {
            State::Ok => Role::Ok,
            State::Working => Role::Working,
            State::Warning => Role::Warning,
            State::Failed => Role::Error,
            State::Off => Role::Off,
            State::Unknown => Role::Unknown,
            State::Denied => Role::Denied,
        }
    }

    #[must_use]
    pub const fn class_role(class: EnvironmentClass) -> Role {
        match class {
            EnvironmentClass::Prod => Role::Prod,
            EnvironmentClass::Staging => Role::Staging,
            EnvironmentClass::Dev => Role::Dev,
            EnvironmentClass::Other => Role::OtherEnvironment,
        }
    }
}

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
