//! One theme file as it was written, with the line of each entry.

use std::{collections::BTreeMap, fmt};

use strum::IntoEnumIterator;
use toml::Spanned;

use super::{Appearance, Error, Paint, Palette, Ramp, Role};
use crate::config::nearest;

/// Something in a theme that has no effect; the theme still works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub file: String,
    pub line: usize,
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A value and the line that it stands on, counted from 1.
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) value: toml::Value,
}

pub(super) struct File {
    shown: String,
    pub(super) name: String,
    pub(super) appearance: Option<Appearance>,
    pub(super) inherits: Option<String>,
    pub(super) license: Option<String>,
    pub(super) palette: Palette,
    roles: BTreeMap<String, Entry>,
    pub(super) ramps: BTreeMap<String, Entry>,
    pub(super) symbols: BTreeMap<String, [String; 2]>,
    pub(super) warnings: Vec<Warning>,
}

/// The file's shape.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    name: Option<String>,
    appearance: Option<Spanned<String>>,
    inherits: Option<String>,
    license: Option<String>,
    #[serde(default)]
    palette: Palette,
    #[serde(default)]
    roles: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    ramps: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    symbols: BTreeMap<String, [String; 2]>,
}

impl File {
    pub(super) fn parse(shown: &str, text: &str) -> Result<Self, Error> {
        let line = |offset: usize| line_of(text, offset);
        let raw: Raw = toml::from_str(text).map_err(|error| Error::Wrong {
            file: shown.to_owned(),
            line: error.span().map_or(1, |span| line(span.start)),
            message: error.message().to_owned(),
        })?;
        let appearance = match &raw.appearance {
            None => None,
            Some(word) => Some(word.get_ref().parse().map_err(|_| Error::Wrong {
                file: shown.to_owned(),
                line: line(word.span().start),
                message: format!("`{}` is neither dark nor light", word.get_ref()),
            })?),
        };
        let entries = |raw: BTreeMap<String, Spanned<toml::Value>>| {
            raw.into_iter()
                .map(|(name, value)| {
                    let line = line(value.span().start);
                    let value = value.into_inner();
                    (name, Entry { line, value })
                })
                .collect::<BTreeMap<_, _>>()
        };
        let mut file = Self {
            shown: shown.to_owned(),
            name: raw.name.unwrap_or_else(|| shown.to_owned()),
            appearance,
            inherits: raw.inherits.filter(|parent| !parent.is_empty()),
            license: raw.license,
            palette: raw.palette,
            roles: entries(raw.roles),
            ramps: entries(raw.ramps),
            symbols: raw.symbols,
            warnings: Vec::new(),
        };
        file.warnings = file.unknown();
        Ok(file)
    }

    /// The entry for a role: its own, else the one with the longest prefix of its name.
    pub(super) fn role(&self, name: &str) -> Option<&Entry> {
        let mut prefix = name;
        loop {
            if let Some(entry) = self.roles.get(prefix) {
                return Some(entry);
            }
            prefix = prefix.rsplit_once('.')?.0;
        }
    }

    pub(super) fn wrong(&self, line: usize, message: &str) -> Error {
        Error::Wrong {
            file: self.shown.clone(),
            line,
            message: message.to_owned(),
        }
    }

    /// Names that mean nothing to this version: a newer theme must still work with it.
    fn unknown(&self) -> Vec<Warning> {
        let roles: Vec<String> = Role::iter().map(|role| role.to_string()).collect();
        let ramps: Vec<String> = Ramp::iter().map(|ramp| ramp.to_string()).collect();
        let mut warnings = Vec::new();
        for (kind, entries, known) in [("role", &self.roles, &roles), ("ramp", &self.ramps, &ramps)]
        {
            for (name, entry) in entries {
                let stem = format!("{name}.");
                if known
                    .iter()
                    .any(|known| known == name || known.starts_with(&stem))
                {
                    continue;
                }
                let hint = nearest(name, known.iter().map(String::as_str))
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                warnings.push(Warning {
                    file: self.shown.clone(),
                    line: entry.line,
                    message: format!("there is no {kind} `{name}`{hint}"),
                });
            }
        }
        warnings
    }
}

/// Reads a ramp: a list of at least two colours.
pub(super) fn stops(value: &toml::Value, palette: &Palette) -> Result<Vec<Paint>, String> {
    let stops = value.as_array().filter(|stops| stops.len() >= 2);
    stops
        .ok_or("a ramp is a list of at least two colours")?
        .iter()
        .map(|stop| Paint::read(stop, palette))
        .collect()
}

pub(in crate::config) fn line_of(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}
