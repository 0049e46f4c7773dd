//! What is wrong with a keymap, as a pure function of its bindings.

use std::collections::BTreeSet;

use super::{Binding, CONTEXTS, Finding, Key, Named, UNBOUND, spelled};
use crate::config::nearest;

/// The words that a keymap may use; the deck knows them, this layer does not.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    pub actions: Vec<Word>,
    /// Names of views, each a context of its own.
    pub views: Vec<String>,
}

/// One action.
#[derive(Clone, Debug)]
pub struct Word {
    pub name: String,
    /// It leads to a write without a further dialog: refused on a single key.
    pub mutates: bool,
    /// Must be reachable in every keymap; put back on this key where it is not.
    pub required: Option<Key>,
}

impl Vocabulary {
    fn word(&self, run: &str) -> Option<&Word> {
        let name = run.split_whitespace().next().unwrap_or_default();
        self.actions.iter().find(|word| word.name == name)
    }

    fn is_context(&self, name: &str) -> bool {
        CONTEXTS.contains(&name) || self.views.iter().any(|view| view == name)
    }
}

/// Parts the bindings that can work from those that can't, each of those with its reason.
pub(super) fn judged(
    bindings: Vec<Binding>,
    vocabulary: &Vocabulary,
) -> (Vec<Binding>, Vec<Finding>) {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    for binding in bindings {
        match refusal(&binding, vocabulary) {
            Some(message) => bad.push(Finding::error(&binding.file, binding.line, message)),
            None => good.push(binding),
        }
    }
    (good, bad)
}

fn refusal(binding: &Binding, vocabulary: &Vocabulary) -> Option<String> {
    if !vocabulary.is_context(&binding.when) {
        let known = CONTEXTS
            .iter()
            .copied()
            .chain(vocabulary.views.iter().map(String::as_str));
        return Some(unknown("context", &binding.when, known));
    }
    if binding.run != UNBOUND {
        let Some(word) = vocabulary.word(&binding.run) else {
            let name = binding.run.split_whitespace().next().unwrap_or_default();
            let known = vocabulary.actions.iter().map(|word| word.name.as_str());
            return Some(unknown("action", name, known));
        };
        if word.mutates && binding.chord.len() < 2 {
            return Some(format!(
                "`{}` can write and needs a chord of two keys or more, not `{}`",
                word.name,
                spelled(&binding.chord)
            ));
        }
    }
    let types = binding.chord.first().and_then(|key| key.typed());
    (binding.when == "input" && types.is_some()).then(|| {
        format!(
            "`{}` types a character in a prompt and can't run `{}` there",
            spelled(&binding.chord),
            binding.run
        )
    })
}

fn unknown<'a>(kind: &str, word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(word, known) {
        Some(near) => format!("there is no {kind} `{word}`; did you mean `{near}`?"),
        None => format!("there is no {kind} `{word}`"),
    }
}

/// Lays one binding over the others: the same chord and everything that it hides go.
pub(super) fn overlay(bindings: &mut Vec<Binding>, new: Binding) {
    bindings.retain(|old| !(old.when == new.when && clash(&old.chord, &new.chord)));
    bindings.push(new);
}

/// One is the other, or begins it.
fn clash(one: &[Key], other: &[Key]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// What contradicts itself inside one file.
pub(super) fn within(bindings: &[Binding]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, later) in bindings.iter().enumerate() {
        let rival = bindings[..at]
            .iter()
            .find(|earlier| earlier.when == later.when && clash(&earlier.chord, &later.chord));
        let Some(earlier) = rival else { continue };
        let message = if earlier.chord == later.chord {
            format!(
                "`{}` in {} is bound twice: line {} gave it to `{}`",
                spelled(&later.chord),
                later.when,
                earlier.line,
                earlier.run
            )
        } else {
            format!(
                "`{}` and `{}` (line {}) in {} can't both work: one begins the other",
                spelled(&later.chord),
                spelled(&earlier.chord),
                earlier.line,
                later.when
            )
        };
        findings.push(warning(later, message));
    }
    findings
}

/// What only shows once all files lie over each other.
pub(super) fn across(bindings: &[Binding], vocabulary: &Vocabulary) -> Vec<Finding> {
    let mut findings = Vec::new();
    let bound: Vec<&Binding> = bindings
        .iter()
        .filter(|binding| binding.run != UNBOUND)
        .collect();
    for binding in &bound {
        if let Some((key, why)) = binding
            .chord
            .iter()
            .find_map(|key| Some((key, key.unsendable()?)))
        {
            let message = format!("`{key}` can't be sent by every terminal: {why}");
            findings.push(warning(binding, message));
        }
        if binding.chord.len() > 1 && binding.chord[0] == Key::named(Named::Esc) {
            let message = "a chord can't begin with esc: terminals send it before alt keys".into();
            findings.push(warning(binding, message));
        }
        let by_alt = |binding: &Binding| binding.chord.iter().any(|key| key.alt);
        let alone = !bound
            .iter()
            .any(|other| other.run == binding.run && !by_alt(other));
        if by_alt(binding) && alone {
            let message = format!("`{}` needs a key without alt as well", binding.run);
            findings.push(warning(binding, message));
        }
    }
    for inner in &bound {
        let hidden = bound.iter().find(|outer| {
            outer.when == "global"
                && inner.when != "global"
                && outer.file == inner.file
                && outer.run != inner.run
                && clash(&outer.chord, &inner.chord)
                && inner.chord.len() <= outer.chord.len()
        });
        if let Some(outer) = hidden {
            let message = format!(
                "`{}` in {} hides the global `{}` (line {})",
                spelled(&inner.chord),
                inner.when,
                outer.run,
                outer.line
            );
            findings.push(warning(inner, message));
        }
    }
    findings.extend(missing(bindings, vocabulary).map(|word| {
        Finding {
            file: bindings
                .last()
                .map_or_else(String::new, |last| last.file.clone()),
            line: 1,
            refused: false,
            message: format!(
                "`{}` must have a key and was given its old one back",
                word.name
            ),
        }
    }));
    findings
}

/// Gives required actions their key back where no binding reaches them.
pub(super) fn restore_required(bindings: &mut Vec<Binding>, vocabulary: &Vocabulary) {
    let lost: Vec<Binding> = missing(bindings, vocabulary)
        .filter_map(|word| {
            Some(Binding {
                chord: vec![word.required?],
                run: word.name.clone(),
                when: "global".into(),
                description: None,
                file: "keymaps/default.toml".into(),
                line: 1,
            })
        })
        .collect();
    for binding in lost {
        overlay(bindings, binding);
    }
}

fn missing<'a>(
    bindings: &'a [Binding],
    vocabulary: &'a Vocabulary,
) -> impl Iterator<Item = &'a Word> {
    let reached: BTreeSet<&str> = bindings
        .iter()
        .filter(|binding| matches!(binding.when.as_str(), "global" | "normal"))
        .map(|binding| binding.run.as_str())
        .collect();
    let required = vocabulary
        .actions
        .iter()
        .filter(|word| word.required.is_some());
    required.filter(move |word| !reached.contains(word.name.as_str()))
}

fn warning(binding: &Binding, message: String) -> Finding {
    Finding {
        file: binding.file.clone(),
        line: binding.line,
        refused: false,
        message,
    }
}
