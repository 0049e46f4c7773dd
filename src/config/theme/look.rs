//! What a theme file may say about one role: `"red"`, `"#ff6b6b"`, `208` or a table.

use std::collections::BTreeMap;

use strum::{Display, EnumIter, EnumString, IntoEnumIterator};

use super::Rgb;
use crate::config::nearest;

/// How a role looks: what is left out, stays as it is underneath.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub fg: Option<Paint>,
    pub bg: Option<Paint>,
    pub mods: Vec<Modifier>,
    /// The look where the terminal has 16 colours.
    pub ansi16: Option<Box<Look>>,
}

/// A colour as a terminal can be asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// The terminal's own foreground or background.
    Default,
    Rgb(Rgb),
    /// One of the terminal's 256 colours; the first 16 are the user's own.
    Indexed(u8),
}

/// Emphasis beside colour. There is no blinking on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumIter, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Modifier {
    Bold,
    Dim,
    Italic,
    Underlined,
    Reversed,
    CrossedOut,
}

/// Colours by name, as texts that a `Paint` can be read from.
pub(super) type Palette = BTreeMap<String, toml::Value>;

impl Look {
    /// Reads a role's value; the error says what is wrong with it.
    pub(super) fn read(value: &toml::Value, palette: &Palette) -> Result<Self, String> {
        let toml::Value::Table(table) = value else {
            let fg = Some(Paint::read(value, palette)?);
            return Ok(Self {
                fg,
                ..Self::default()
            });
        };
        let mut look = Self::default();
        for (key, value) in table {
            match key.as_str() {
                "fg" => look.fg = Some(Paint::read(value, palette)?),
                "bg" => look.bg = Some(Paint::read(value, palette)?),
                "mods" => look.mods = modifiers(value)?,
                "ansi16" => look.ansi16 = Some(Box::new(Self::read(value, palette)?)),
                other => {
                    return Err(format!("`{other}` is none of fg, bg, mods, ansi16"));
                }
            }
        }
        Ok(look)
    }
}

impl Paint {
    pub(super) fn read(value: &toml::Value, palette: &Palette) -> Result<Self, String> {
        match value {
            toml::Value::Integer(index) => u8::try_from(*index)
                .map(Self::Indexed)
                .map_err(|_| format!("{index} is no terminal colour: those are 0 to 255")),
            toml::Value::String(text) if text == "default" => Ok(Self::Default),
            toml::Value::String(text) if text.starts_with('#') => text
                .parse()
                .map(Self::Rgb)
                .map_err(|()| format!("`{text}` is no colour: write `#rrggbb`")),
            toml::Value::String(name) => match palette.get(name) {
                // A palette names colours, not other names, so that it can't go round in circles.
                Some(toml::Value::String(text)) if !text.starts_with('#') && text != "default" => {
                    Err(format!(
                        "the palette's `{name}` is `{text}`, which is no colour"
                    ))
                }
                Some(value) => Self::read(value, palette),
                None => Err(match nearest(name, palette.keys().map(String::as_str)) {
                    Some(near) => {
                        format!("the palette has no `{name}`; did you mean `{near}`?")
                    }
                    None => format!("the palette has no `{name}`"),
                }),
            },
            other => Err(format!("a {} is no colour", other.type_str())),
        }
    }

    /// Its red, green and blue, where they do not depend on the terminal.
    #[must_use]
    pub fn rgb(self) -> Option<Rgb> {
        match self {
            Self::Rgb(rgb) => Some(rgb),
            Self::Indexed(index @ 16..) => Some(Rgb::xterm(index)),
            Self::Indexed(_) | Self::Default => None,
        }
    }
}

fn modifiers(value: &toml::Value) -> Result<Vec<Modifier>, String> {
    let words = value
        .as_array()
        .ok_or("mods is a list, such as [\"bold\"]")?;
    words
        .iter()
        .map(|word| {
            let word = word.as_str().unwrap_or_default();
            word.parse().map_err(|_| {
                let known: Vec<String> = Modifier::iter().map(|known| known.to_string()).collect();
                format!("`{word}` is none of {}", known.join(", "))
            })
        })
        .collect()
}
