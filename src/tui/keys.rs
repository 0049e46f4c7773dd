//! Where the keymap's words meet the deck's: which actions there are, which must be reachable, and
//! the tables that are drawn from the bindings.

use strum::{EnumMessage, IntoEnumIterator};

use super::{Action, Verb, views};
use crate::config::keymap::{Binding, Key, Keymap, Library, Named, Vocabulary, Word, spelled};

/// The words that a keymap may use.
#[must_use]
pub fn vocabulary() -> Vocabulary {
    let required = |verb| match verb {
        Verb::Quit => Some(Key::char('q')),
        Verb::Help => Some(Key::char('?')),
        Verb::Back => Some(Key::named(Named::Esc)),
        Verb::Palette => Some(Key::char(':')),
        _ => None,
    };
    let word = |verb: Verb| Word {
        name: verb.to_string(),
        mutates: verb.mutates(),
        required: required(verb),
    };
    Vocabulary {
        actions: Verb::iter().map(word).collect(),
        views: views::all()
            .iter()
            .map(|view| view.name().to_owned())
            .collect(),
    }
}

/// The keymap that ships as the default one.
#[must_use]
pub fn default_keymap() -> Keymap {
    let loaded = Library::default().load("default", &vocabulary());
    loaded.expect("a test loads every shipped keymap").0
}

/// What a binding does, in words: its own, else the action's.
#[must_use]
pub fn description(binding: &Binding) -> String {
    described(&binding.run, binding.description.as_deref())
}

/// What running `run` does, in words; `given` is what the file says.
#[must_use]
pub fn described(run: &str, given: Option<&str>) -> String {
    if let Some(given) = given {
        return given.to_owned();
    }
    match run.parse::<Action>() {
        Ok(action) => match &action.argument {
            Some(argument) => format!("{} {argument}", help(action.verb)),
            None => help(action.verb).to_owned(),
        },
        Err(_) => run.to_owned(),
    }
}

/// What a binding does, for the help: the action's own words, made exact by those of the file.
#[must_use]
pub fn help_line(binding: &Binding) -> String {
    match (&binding.description, binding.run.parse::<Action>()) {
        (Some(given), Ok(action)) if action.argument.is_some() => {
            format!("{}: {given}", help(action.verb))
        }
        _ => description(binding),
    }
}

/// The help text of an action.
#[must_use]
pub fn help(verb: Verb) -> &'static str {
    verb.get_documentation().unwrap_or_default()
}

/// The keymap as a table for a README.
#[must_use]
pub fn markdown(keymap: &Keymap) -> String {
    let mut rows: Vec<(String, String, String)> = Vec::new();
    for binding in keymap.bindings() {
        let chord = format!("`{}`", spelled(&binding.chord).replace('|', "\\|"));
        let what = help_line(binding);
        let place = match binding.when.as_str() {
            "global" | "normal" => "everywhere",
            "input" => "prompts",
            "popup" => "lists that pop up",
            other => other,
        };
        match rows.iter_mut().find(|(_, does, _)| *does == what) {
            Some((chords, _, places)) => {
                for (all, one) in [(chords, chord.as_str()), (places, place)] {
                    if !all.split(", ").any(|known| known == one) {
                        all.push_str(", ");
                        all.push_str(one);
                    }
                }
            }
            None => rows.push((chord, what, place.to_owned())),
        }
    }
    let mut text = String::from("| key | action | where |\n|---|---|---|\n");
    for (chords, what, mut places) in rows {
        if places.split(", ").any(|place| place == "everywhere") {
            "everywhere".clone_into(&mut places);
        }
        for part in ["| ", &chords, " | ", &what, " | ", &places, " |\n"] {
            text.push_str(part);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keymap::Found;

    fn loaded(name: &str) -> Keymap {
        let (keymap, findings) = Library::default()
            .load(name, &vocabulary())
            .expect("a shipped keymap");
        let shown: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(shown, Vec::<String>::new(), "{name}");
        keymap
    }

    #[test]
    fn every_shipped_keymap_is_clean_and_reaches_what_the_default_one_reaches() {
        let known: Vec<String> = loaded("default")
            .bindings()
            .map(|at| at.run.clone())
            .collect();
        for name in ["vim", "emacs"] {
            let keymap = loaded(name);
            for run in &known {
                assert!(
                    keymap.bindings().any(|at| at.run == *run),
                    "{name} lost {run}"
                );
            }
        }
    }

    #[test]
    fn the_default_keys_do_what_was_promised() {
        let keymap = loaded("default");
        let does = |contexts: &[&str], keys: &str| {
            let chord: Vec<Key> = keys
                .split(' ')
                .map(|key| key.parse().expect("a key"))
                .collect();
            match keymap.find(contexts, &chord) {
                Found::Run(run) => run.to_owned(),
                other => format!("{other:?}"),
            }
        };
        let view = ["costs", "table", "normal", "global"];
        for (keys, run) in [
            ("j", "move.down"),
            ("up", "move.up"),
            ("g g", "move.top"),
            ("G", "move.bottom"),
            ("ctrl-d", "move.page_down"),
            ("enter", "open"),
            ("esc", "back"),
            ("/", "filter"),
            (":", "palette"),
            ("ctrl-f", "search"),
            ("?", "help"),
            ("g h", "view.open home"),
            ("g n", "view.open network"),
            ("g k", "view.open clusters"),
            ("g u", "view.open gpu"),
            ("g c", "view.open costs"),
            ("g b", "view.open backups"),
            ("g z", "view.open zones"),
            ("g r", "view.open runs"),
            ("g m", "view.open messages"),
            ("[", "history.back"),
            ("space", "mark"),
            ("v", "mark.range"),
            (".", "scope.selection"),
            (",", "scope.clear"),
            ("d", "describe"),
            ("J", "raw"),
            ("y", "copy"),
            ("Y", "copy.as"),
            ("D", "diff"),
            ("s", "sort.next"),
            ("S", "sort.pick"),
            ("w", "wide"),
            ("m", "view.form"),
            ("A", "account.pick"),
            ("R", "region.pick"),
            ("i", "identity"),
            ("L", "sign_in"),
            ("X", "explain"),
            ("o", "operations"),
            ("x", "export"),
            ("r", "refresh"),
            ("!", "messages"),
            ("t", "theme.pick"),
            ("q", "quit"),
            ("ctrl-z", "suspend"),
        ] {
            assert_eq!(does(&view, keys), run, "{keys}");
        }
        let run = ["runs", "run", "normal", "global"];
        for (keys, wanted) in [
            ("p", "run.pause"),
            ("b", "run.roll_back"),
            ("D", "run.detach"),
        ] {
            assert_eq!(does(&run, keys), wanted);
        }
        assert_eq!(does(&["plan", "normal", "global"], "a"), "plan.confirm");
    }

    #[test]
    fn no_shipped_key_can_write_by_itself() {
        for name in ["default", "vim", "emacs"] {
            for binding in loaded(name).bindings() {
                let action: Action = binding.run.parse().expect("a known action");
                assert!(
                    !action.verb.mutates() || binding.chord.len() > 1,
                    "{name}: {}",
                    binding.run
                );
            }
        }
    }

    #[test]
    fn the_markdown_has_a_row_for_every_binding() {
        let keymap = loaded("default");
        let table = markdown(&keymap);
        for binding in keymap.bindings() {
            assert!(table.contains(&format!("`{}`", spelled(&binding.chord))));
        }
    }
}
