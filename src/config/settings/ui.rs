//! `[ui]`: how the deck looks and answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ui {
    pub theme: ThemeChoice,
    /// `default`, `vim`, `emacs`, or a file in the keymaps folder without its `.toml`.
    pub keymap: String,
    pub symbols: Symbols,
    pub mouse: bool,
    pub animations: Animations,
    /// Lines of text instead of drawn panes, no animation, no box characters.
    pub screen_reader: bool,
    /// The view to start with.
    pub start_view: String,
}

/// A theme's name, or one name for dark and one for light terminals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a theme's name, or { dark = \"…\", light = \"…\" }"
)]
pub enum ThemeChoice {
    Always(String),
    #[serde(rename_all = "snake_case")]
    ByAppearance {
        dark: String,
        light: String,
    },
}

#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Symbols {
    /// Unicode, or ASCII where the locale or the terminal cannot show it.
    #[default]
    Auto,
    Unicode,
    /// With the glyphs of a Nerd Font.
    Nerd,
    Ascii,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Animations {
    /// Off over SSH.
    #[default]
    Auto,
    On,
    Off,
}

impl ThemeChoice {
    /// The theme for a terminal of that appearance.
    #[must_use]
    pub fn name(&self, dark_terminal: bool) -> &str {
        match self {
            Self::Always(name) => name,
            Self::ByAppearance { dark, .. } if dark_terminal => dark,
            Self::ByAppearance { light, .. } => light,
        }
    }
}

impl Default for ThemeChoice {
    fn default() -> Self {
        Self::Always("default".into())
    }
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            keymap: "default".into(),
            symbols: Symbols::Auto,
            mouse: true,
            animations: Animations::Auto,
            screen_reader: false,
            start_view: "home".into(),
        }
    }
}
