//! Keys by the names that people type in a keymap: `a`, `ctrl-x`, `shift-tab`, `f1`.

use std::{fmt, str::FromStr};

use strum::{Display, EnumString};

/// One press of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
    /// Never set for characters: those are upper case instead.
    pub shift: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    Char(char),
    Named(Named),
    /// `f1` to `f12`.
    Function(u8),
}

/// Keys that are no characters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, strum::EnumIter,
)]
#[strum(serialize_all = "lowercase")]
pub enum Named {
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Home,
    End,
    PageUp,
    PageDown,
    Up,
    Down,
    Left,
    Right,
}

impl Key {
    #[must_use]
    pub const fn char(char: char) -> Self {
        Self::plain(Code::Char(char))
    }

    #[must_use]
    pub const fn named(named: Named) -> Self {
        Self::plain(Code::Named(named))
    }

    #[must_use]
    pub const fn ctrl(char: char) -> Self {
        let mut key = Self::char(char);
        key.ctrl = true;
        key
    }

    const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    /// The character that it types into a prompt.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(char) if !self.ctrl && !self.alt => Some(char),
            _ => None,
        }
    }

    /// Why a terminal without the kitty protocol can't send it.
    #[must_use]
    pub fn unsendable(self) -> Option<&'static str> {
        let modified = self.ctrl || self.shift;
        match self.code {
            Code::Char('i') if self.ctrl => Some("it arrives as tab"),
            Code::Char('m') if self.ctrl => Some("it arrives as enter"),
            Code::Char('[') if self.ctrl => Some("it arrives as esc"),
            Code::Char(char) if self.ctrl && char.is_uppercase() => {
                Some("shift is lost beside ctrl")
            }
            Code::Char(char) if self.ctrl && char.is_ascii_digit() => Some("ctrl is lost"),
            Code::Named(
                Named::Enter | Named::Tab | Named::Esc | Named::Backspace | Named::BackTab,
            ) if modified => Some("ctrl and shift are lost"),
            _ => None,
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        loop {
            let (flag, after) = if let Some(after) = rest.strip_prefix("ctrl-") {
                (&mut ctrl, after)
            } else if let Some(after) = rest.strip_prefix("alt-") {
                (&mut alt, after)
            } else if let Some(after) = rest.strip_prefix("shift-") {
                (&mut shift, after)
            } else {
                break;
            };
            *flag = true;
            rest = after;
        }
        let mut code = code(rest).ok_or_else(|| format!("`{text}` is no key"))?;
        if shift && code == Code::Named(Named::Tab) {
            (code, shift) = (Code::Named(Named::BackTab), false);
        }
        if let (true, Code::Char(char)) = (shift, code) {
            (code, shift) = (Code::Char(char.to_ascii_uppercase()), false);
        }
        Ok(Self {
            code,
            ctrl,
            alt,
            shift,
        })
    }
}

fn code(word: &str) -> Option<Code> {
    let mut chars = word.chars();
    if let (Some(char), None) = (chars.next(), chars.next()) {
        return (!char.is_control()).then_some(Code::Char(char));
    }
    if word == "space" {
        return Some(Code::Char(' '));
    }
    let function = word
        .strip_prefix('f')
        .and_then(|number| number.parse().ok());
    if let Some(number @ 1..=12) = function {
        return Some(Code::Function(number));
    }
    word.parse().ok().map(Code::Named)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (set, name) in [
            (self.ctrl, "ctrl-"),
            (self.alt, "alt-"),
            (self.shift, "shift-"),
        ] {
            if set {
                f.write_str(name)?;
            }
        }
        match self.code {
            Code::Char(' ') => f.write_str("space"),
            Code::Char(char) => write!(f, "{char}"),
            Code::Named(named) => write!(f, "{named}"),
            Code::Function(number) => write!(f, "f{number}"),
        }
    }
}

/// Keys pressed one after the other, as they are shown: `g n`.
#[must_use]
pub fn spelled(chord: &[Key]) -> String {
    let keys: Vec<String> = chord.iter().map(Key::to_string).collect();
    keys.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_printed_as_it_is_written() {
        for text in [
            "a",
            "A",
            "space",
            "enter",
            "esc",
            "tab",
            "backtab",
            "f1",
            "f12",
            "ctrl-x",
            "alt-x",
            "<",
            "-",
            "ctrl--",
            "ctrl-alt-x",
            "pageup",
            "alt-<",
            "ctrl-enter",
            "é",
        ] {
            let key: Key = text.parse().expect(text);
            assert_eq!(key.to_string(), text);
        }
        assert_eq!("shift-tab".parse(), Ok(Key::named(Named::BackTab)));
        assert_eq!("shift-a".parse(), Ok(Key::char('A')));
    }

    #[test]
    fn what_is_no_key_is_quoted_back() {
        for text in ["", "ctrl-", "foo", "f0", "f13", "meta-x", "\u{1b}"] {
            let error = text.parse::<Key>().expect_err(text);
            assert_eq!(error, format!("`{text}` is no key"));
        }
    }
}
