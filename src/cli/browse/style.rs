//! What is known of where it is printed: a width, colours or none.

use std::{env, io::IsTerminal};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    cli::args::{Color, Global, Output},
    model::State,
};

/// How and onto what to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub output: Output,
    /// Cells of a line; `None` prints everything, as into a file or a pipe.
    pub width: Option<usize>,
    pub color: bool,
}

impl Page {
    /// The page that standard output is.
    #[must_use]
    pub fn standard(global: &Global) -> Self {
        let out = std::io::stdout();
        let terminal = out.is_terminal();
        let width = rustix::termios::tcgetwinsize(&out)
            .ok()
            .map(|size| usize::from(size.ws_col))
            .filter(|columns| terminal && *columns > 0);
        Self {
            output: global.output,
            width,
            color: colored(global.color, terminal, |name| env::var(name).ok()),
        }
    }

    /// Paints a word in the colour of a state.
    pub(super) fn paint(self, state: State, text: &str) -> String {
        let code = match state {
            State::Ok => "32",
            State::Working => "34",
            State::Warning => "33",
            State::Failed => "31",
            State::Denied => "35",
            State::Off | State::Unknown => "2",
        };
        self.escape(code, text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.escape("1", text)
    }

    fn escape(self, code: &str, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.into()
        }
    }
}

/// `always` and `never` are meant; else a terminal that nobody has forbidden colours.
fn colored(color: Color, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
            let is = |name: &str, wanted: &str| variable(name).as_deref() == Some(wanted);
            terminal && !set("NO_COLOR") && !is("CLICOLOR", "0") && !is("TERM", "dumb")
        }
    }
}

/// `text` in exactly `width` cells, cut with an ellipsis or filled with spaces.
pub(super) fn fitted(text: &str, width: usize, right: bool) -> String {
    let own = text.width();
    if own > width {
        return cut(text, width);
    }
    let fill = " ".repeat(width - own);
    if right {
        fill + text
    } else {
        format!("{text}{fill}")
    }
}

fn cut(text: &str, width: usize) -> String {
    let mut kept = String::new();
    let mut used = 0;
    for char in text.chars() {
        let own = char.width().unwrap_or(0);
        if used + own + 1 > width {
            break;
        }
        kept.push(char);
        used += own;
    }
    if width > 0 {
        kept.push('…');
        used += 1;
    }
    kept + &" ".repeat(width.saturating_sub(used))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_need_a_terminal_that_nobody_forbade_them() {
        let none = |_: &str| None;
        assert!(colored(Color::Auto, true, none));
        assert!(!colored(Color::Auto, false, none));
        assert!(colored(Color::Always, false, none));
        for (name, value) in [("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")] {
            let forbidden = |asked: &str| (asked == name).then(|| value.to_owned());
            assert!(!colored(Color::Auto, true, forbidden), "{name}");
            assert!(colored(Color::Always, true, forbidden), "{name}");
        }
        let empty = |asked: &str| (asked == "NO_COLOR").then(String::new);
        assert!(colored(Color::Auto, true, empty));
    }

    #[test]
    fn wide_characters_are_counted_as_two_cells() {
        assert_eq!(fitted("日本語", 5, false), "日本…");
        assert_eq!(fitted("日本語", 4, false), "日… ");
        assert_eq!(fitted("ab", 4, true), "  ab");
        assert_eq!(fitted("abc", 0, false), "");
    }
}
