//! What the terminal can show: how many colours, on what background, which signs.

use std::time::Duration;

use terminal_colorsaurus::{QueryOptions, ThemeMode};

use crate::{
    config::theme::{Appearance, Depth},
    tui::Symbols,
};

/// When to colour, as `--color` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    #[default]
    Auto,
    Always,
    Never,
}

/// The colour depth, by the conventions of `NO_COLOR`, `CLICOLOR`, `COLORTERM` and `TERM`.
/// `variable` reads the environment.
#[must_use]
pub fn depth(when: When, variable: impl Fn(&str) -> Option<String>) -> Depth {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let term = set("TERM").unwrap_or_default();
    let declined =
        set("NO_COLOR").is_some() || term == "dumb" || set("CLICOLOR").as_deref() == Some("0");
    if when == When::Never || (when == When::Auto && declined) {
        return Depth::None;
    }
    let direct = set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
    if direct || term.ends_with("-direct") {
        Depth::TrueColor
    } else if term.contains("256color") {
        Depth::Ansi256
    } else {
        Depth::Ansi16
    }
}

/// ASCII where the locale is not UTF-8.
#[must_use]
pub fn symbols(variable: impl Fn(&str) -> Option<String>) -> Symbols {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let locale = set("LC_ALL")
        .or_else(|| set("LC_CTYPE"))
        .or_else(|| set("LANG"));
    let utf8 = locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    let dumb = set("TERM").as_deref() == Some("dumb");
    if utf8 && !dumb {
        Symbols::Unicode
    } else {
        Symbols::Ascii
    }
}

/// Asks the terminal for its background, at most 100 ms long. Must end before input is read.
#[must_use]
pub fn appearance() -> Option<Appearance> {
    let mut options = QueryOptions::default();
    options.timeout = Duration::from_millis(100);
    match terminal_colorsaurus::theme_mode(options).ok()? {
        ThemeMode::Dark => Some(Appearance::Dark),
        ThemeMode::Light => Some(Appearance::Light),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment<'a>(set: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| {
            let (_, value) = set.iter().find(|(known, _)| *known == name)?;
            Some((*value).to_owned())
        }
    }

    #[test]
    fn the_environment_decides_the_depth() {
        for (set, wanted) in [
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")][..],
                Depth::TrueColor,
            ),
            (&[("TERM", "xterm-256color")], Depth::Ansi256),
            (&[("TERM", "screen")], Depth::Ansi16),
            (&[("TERM", "dumb")], Depth::None),
            (&[("TERM", "xterm"), ("NO_COLOR", "1")], Depth::None),
            (&[("TERM", "xterm"), ("NO_COLOR", "")], Depth::Ansi16),
            (&[("TERM", "xterm"), ("CLICOLOR", "0")], Depth::None),
        ] {
            assert_eq!(depth(When::Auto, environment(set)), wanted, "{set:?}");
        }
        let no_color = [("NO_COLOR", "1"), ("COLORTERM", "24bit")];
        assert_eq!(
            depth(When::Always, environment(&no_color)),
            Depth::TrueColor
        );
        assert_eq!(depth(When::Never, environment(&[])), Depth::None);
    }

    #[test]
    fn a_locale_without_utf8_gets_ascii() {
        assert_eq!(
            symbols(environment(&[("LANG", "en_US.UTF-8")])),
            Symbols::Unicode
        );
        assert_eq!(
            symbols(environment(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")])),
            Symbols::Ascii
        );
        assert_eq!(symbols(environment(&[])), Symbols::Ascii);
    }
}
