//! One keymap file as it was written, with the line of each binding.

use serde::Deserialize;
use toml::Spanned;

use super::{Binding, Error, Finding, Group, Key};
use crate::config::theme::line_of;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    #[serde(rename = "name")]
    _name: Option<String>,
    inherits: Option<String>,
    leader: Option<String>,
    #[serde(default)]
    group: Vec<Spanned<RawGroup>>,
    #[serde(default)]
    bind: Vec<Spanned<RawBind>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    on: OneOrMany,
    desc: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBind {
    on: Option<OneOrMany>,
    on_any: Option<Vec<OneOrMany>>,
    run: String,
    when: Option<OneOrMany>,
    desc: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn words(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Many(words) => words,
        }
    }
}

pub(super) struct File {
    pub(super) inherits: Option<String>,
    pub(super) bindings: Vec<Binding>,
    pub(super) groups: Vec<Group>,
    pub(super) findings: Vec<Finding>,
}

impl File {
    pub(super) fn parse(shown: &str, text: &str) -> Result<Self, Error> {
        let raw: Raw = toml::from_str(text).map_err(|error| Error::Wrong {
            file: shown.to_owned(),
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            message: error.message().to_owned(),
        })?;
        let mut file = Self {
            inherits: raw.inherits.filter(|parent| !parent.is_empty()),
            bindings: Vec::new(),
            groups: Vec::new(),
            findings: Vec::new(),
        };
        let leader = raw.leader.as_deref().unwrap_or("space");
        for group in raw.group {
            let line = line_of(text, group.span().start);
            let group = group.into_inner();
            match chord(&group.on, leader) {
                Ok(chord) => file.groups.push(Group {
                    chord,
                    label: group.desc,
                }),
                Err(message) => file.findings.push(Finding::error(shown, line, message)),
            }
        }
        for bind in raw.bind {
            let line = line_of(text, bind.span().start);
            file.bind(shown, line, bind.get_ref(), leader);
        }
        Ok(file)
    }

    fn bind(&mut self, shown: &str, line: usize, bind: &RawBind, leader: &str) {
        let chords: Vec<&OneOrMany> = bind.on.iter().chain(bind.on_any.iter().flatten()).collect();
        if chords.is_empty() {
            let message = format!("`{}` has no key: give `on` or `on_any`", bind.run);
            self.findings.push(Finding::error(shown, line, message));
        }
        let everywhere = OneOrMany::One("global".into());
        for keys in chords {
            match chord(keys, leader) {
                Ok(chord) => {
                    for when in bind.when.as_ref().unwrap_or(&everywhere).words() {
                        self.bindings.push(Binding {
                            chord: chord.clone(),
                            run: bind.run.trim().to_owned(),
                            when: when.clone(),
                            description: bind.desc.clone(),
                            file: shown.to_owned(),
                            line,
                        });
                    }
                }
                Err(message) => self.findings.push(Finding::error(shown, line, message)),
            }
        }
    }
}

fn chord(keys: &OneOrMany, leader: &str) -> Result<Vec<Key>, String> {
    let words = keys.words();
    if words.is_empty() {
        return Err("an empty list is no key".into());
    }
    words
        .iter()
        .map(|word| if word == "leader" { leader } else { word }.parse())
        .collect()
}
