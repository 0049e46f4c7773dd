//! Themes from base16 and base24 schemes, of which there are hundreds.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use super::{Appearance, Rgb};

/// A scheme as a theme of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// As a file's name.
    pub name: String,
    /// The theme's file.
    pub text: String,
}

/// Why a scheme is none.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{file}:{line}: `{said}` is no `name: value`")]
    Unreadable {
        file: String,
        line: usize,
        said: String,
    },
    #[error("{file} has no `{slot}`: a base16 scheme has base00 to base0F")]
    Missing { file: String, slot: &'static str },
    #[error("{file}: `{slot}` is `{value}`, which is no colour such as 1e1e2e")]
    NoColor {
        file: String,
        slot: String,
        value: String,
    },
}

/// What a scheme's file says, name by name. Such files are one `name: value` a line, the slots at
/// the top or below `palette:`; a slot is text whatever it looks like to YAML, where `073642` would
/// lose its zero.
fn scalars<'a>(file: &str, text: &'a str) -> Result<BTreeMap<&'a str, &'a str>, ImportError> {
    let mut scalars = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || matches!(line, "---" | "...") {
            continue;
        }
        let read = line
            .split_once(':')
            .and_then(|(name, value)| Some((name.trim(), scalar(value.trim())?)));
        let (name, value) = read.ok_or_else(|| ImportError::Unreadable {
            file: file.to_owned(),
            line: at + 1,
            said: line.to_owned(),
        })?;
        if !value.is_empty() {
            scalars.entry(name).or_insert(value);
        }
    }
    Ok(scalars)
}

/// A value without its quotes and the comment behind it; `None` where a quote is left open.
fn scalar(value: &str) -> Option<&str> {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split_once(quote).map(|(inside, _)| inside);
        }
    }
    let end = match value.find('#') {
        Some(0) => 0,
        Some(at) if value[..at].ends_with(char::is_whitespace) => at,
        _ => value.len(),
    };
    Some(value[..end].trim_end())
}

/// Colours of the theme, the slot that each is taken from, and the contrast that it needs to the
/// background to be read.
const COLOURS: [(&str, &str, f64); 12] = [
    ("muted", "base03", 3.0),
    ("ink", "base05", 4.5),
    ("strong", "base07", 4.5),
    ("accent", "base0D", 3.0),
    ("red", "base08", 3.0),
    ("orange", "base09", 3.0),
    ("yellow", "base0A", 3.0),
    ("green", "base0B", 3.0),
    ("cyan", "base0C", 3.0),
    ("blue", "base0D", 3.0),
    ("purple", "base0E", 3.0),
    ("line", "base03", 1.3),
];

/// Grounds that text stands on, and where each is taken from.
const GROUNDS: [(&str, &str); 2] = [("panel", "base01"), ("raised", "base02")];

/// Reads a scheme; `file` is for its name and for errors.
pub fn base16(file: &Path, text: &str) -> Result<Imported, ImportError> {
    let shown = file.display().to_string();
    let written = scalars(&shown, text)?;
    let slot = |name: &'static str| -> Result<Rgb, ImportError> {
        let found = written
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (known, value) = found.ok_or_else(|| ImportError::Missing {
            file: shown.clone(),
            slot: name,
        })?;
        let hex = format!("#{}", value.trim().trim_start_matches('#'));
        hex.parse().map_err(|()| ImportError::NoColor {
            file: shown.clone(),
            slot: (*known).to_owned(),
            value: (*value).to_owned(),
        })
    };
    let base = slot("base00")?;
    let appearance = match written.get("variant").copied() {
        Some("light") => Appearance::Light,
        Some("dark") => Appearance::Dark,
        _ if base.lightness() > slot("base05")?.lightness() => Appearance::Light,
        _ => Appearance::Dark,
    };
    let mut palette = vec![("base", base)];
    for (name, from, wanted) in COLOURS {
        let colour = match (name, slot(from)) {
            // Not every scheme of old has all sixteen; its text is strong enough.
            ("strong", Err(_)) => slot("base05")?,
            (_, found) => found?,
        };
        palette.push((name, readable(colour, &[base], wanted, appearance)));
    }
    let ink = palette.iter().find(|(name, _)| *name == "ink");
    let ink = ink.map_or(base, |(_, ink)| *ink);
    for (name, from) in GROUNDS {
        palette.push((name, ground(slot(from)?, base, ink)));
    }
    let named = written.get("name").or_else(|| written.get("scheme"));
    let stem = || file.file_stem().and_then(|stem| stem.to_str());
    let name = slug(named.copied().or_else(stem).unwrap_or_default());
    let text = theme(&name, appearance, written.get("author").copied(), &palette);
    Ok(Imported { name, text })
}

/// The colour, moved towards black or white until it stands out enough from every ground.
fn readable(colour: Rgb, grounds: &[Rgb], wanted: f64, appearance: Appearance) -> Rgb {
    let end = match appearance {
        Appearance::Dark => Rgb(255, 255, 255),
        Appearance::Light => Rgb(0, 0, 0),
    };
    let stands_out = |colour: Rgb| {
        let mut contrasts = grounds.iter().map(|ground| colour.contrast(*ground));
        contrasts.all(|contrast| contrast >= wanted)
    };
    (0..=20)
        .map(|step| colour.mix(end, f64::from(step) / 20.0))
        .find(|colour| stands_out(*colour))
        .unwrap_or(end)
}

/// A ground, moved towards the background until text can be read on it.
fn ground(colour: Rgb, base: Rgb, ink: Rgb) -> Rgb {
    (0..=20)
        .map(|step| colour.mix(base, f64::from(step) / 20.0))
        .find(|ground| ink.contrast(*ground) >= 4.5)
        .unwrap_or(base)
}

fn theme(
    name: &str,
    appearance: Appearance,
    author: Option<&str>,
    palette: &[(&str, Rgb)],
) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut text = format!(
        "# {name}, from a base16 scheme. Its roles are those of the default theme; colours were moved\n\
         # where they could not be read.\n\
         name       = {}\nappearance = \"{appearance}\"\ninherits   = \"default-{appearance}\"\n",
        quoted(name)
    );
    // Writing to a `String` cannot fail.
    if let Some(author) = author {
        let _ = writeln!(
            text,
            "license    = {}",
            quoted(&format!("scheme by {author}"))
        );
    }
    text.push_str("\n[palette]\n");
    for (name, colour) in palette {
        let _ = writeln!(text, "{name:<6} = \"{colour}\"");
    }
    text
}

/// Lower case, everything but letters and digits a dash: `Gruvbox dark, hard` is
/// `gruvbox-dark-hard`.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for char in name.chars() {
        if char.is_ascii_alphanumeric() {
            slug.push(char.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "imported".into()
    } else {
        slug.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::theme::{Library, Role};

    const MOCHA: &str = r##"system: "base16"
name: "Catppuccin Mocha"
author: "https://github.com/catppuccin/catppuccin"
variant: "dark"
palette:
  base00: "#1e1e2e" # base
  base01: "#181825" # mantle
  base02: "#313244" # surface0
  base03: "#45475a" # surface1
  base04: "#585b70" # surface2
  base05: "#cdd6f4" # text
  base06: "#f5e0dc" # rosewater
  base07: "#b4befe" # lavender
  base08: "#f38ba8" # red
  base09: "#fab387" # peach
  base0A: "#f9e2af" # yellow
  base0B: "#a6e3a1" # green
  base0C: "#94e2d5" # teal
  base0D: "#89b4fa" # blue
  base0E: "#cba6f7" # mauve
  base0F: "#f2cdcd" # flamingo
"##;

    /// The older form: at the top, without marks, some of which YAML would take for numbers.
    const SOLARIZED: &str = "scheme: Solarized Light\nauthor: Ethan Schoonover\n\
        base00: fdf6e3\nbase01: eee8d5\nbase02: 93a1a1\nbase03: 839496\nbase04: 657b83\n\
        base05: 586e75\nbase06: 073642\nbase07: 002b36\nbase08: dc322f\nbase09: cb4b16\n\
        base0A: b58900\nbase0B: 859900\nbase0C: 2aa198\nbase0D: 268bd2\nbase0E: 6c71c4\n\
        base0F: d33682\n";

    fn loaded(text: &str) -> (String, crate::config::theme::Scheme) {
        let folder = tempfile::tempdir().expect("a folder");
        let imported = base16(Path::new("scheme.yaml"), text).expect("a scheme");
        let path = folder.path().join(format!("{}.toml", imported.name));
        std::fs::write(&path, &imported.text).expect("written");
        let library = Library {
            folder: Some(folder.path().into()),
        };
        let (scheme, warnings) = library.load(&imported.name).expect("a theme");
        assert_eq!(warnings, []);
        (imported.text, scheme)
    }

    #[test]
    fn a_scheme_becomes_a_theme_that_can_be_read() {
        let (text, scheme) = loaded(MOCHA);
        assert_eq!(scheme.name, "catppuccin-mocha");
        assert_eq!(scheme.appearance, Appearance::Dark);
        assert_eq!(scheme.lint(), Vec::<String>::new());
        assert!(scheme.faint().is_empty(), "{:?}", scheme.faint());
        let red = scheme.look(Role::Error).fg.and_then(|paint| paint.rgb());
        assert_eq!(red, Some(Rgb(0xf3, 0x8b, 0xa8)), "what can be read is kept");
        insta::assert_snapshot!(text, @r##"
        # catppuccin-mocha, from a base16 scheme. Its roles are those of the default theme; colours were moved
        # where they could not be read.
        name       = "catppuccin-mocha"
        appearance = "dark"
        inherits   = "default-dark"
        license    = "scheme by https://github.com/catppuccin/catppuccin"

        [palette]
        base   = "#1e1e2e"
        muted  = "#6f7181"
        ink    = "#cdd6f4"
        strong = "#b4befe"
        accent = "#89b4fa"
        red    = "#f38ba8"
        orange = "#fab387"
        yellow = "#f9e2af"
        green  = "#a6e3a1"
        cyan   = "#94e2d5"
        blue   = "#89b4fa"
        purple = "#cba6f7"
        line   = "#45475a"
        panel  = "#181825"
        raised = "#313244"
        "##);
    }

    #[test]
    fn the_older_form_is_read_and_tells_by_its_colours_that_it_is_light() {
        let (_, scheme) = loaded(SOLARIZED);
        assert_eq!(scheme.name, "solarized-light");
        assert_eq!(scheme.appearance, Appearance::Light);
        assert_eq!(scheme.lint(), Vec::<String>::new());
        let background = scheme
            .look(Role::Background)
            .bg
            .and_then(|paint| paint.rgb());
        assert_eq!(background, Some(Rgb(0xfd, 0xf6, 0xe3)));
    }

    #[test]
    fn what_is_no_scheme_is_told_with_what_is_missing() {
        let wrong = |text: &str| {
            base16(Path::new("x.yaml"), text)
                .expect_err("wrong")
                .to_string()
        };
        assert!(wrong("name: x\npalette:\n  base00: \"#111111\"\n").contains("no `base05`"));
        let colour = MOCHA.replace("#f38ba8", "pinkish");
        assert_eq!(
            wrong(&colour),
            "x.yaml: `base08` is `pinkish`, which is no colour such as 1e1e2e"
        );
        for text in ["name: x\nnothing here\n", "name: x\nauthor: \"open\n"] {
            assert!(wrong(text).starts_with("x.yaml:2: `"), "{}", wrong(text));
        }
    }
}
