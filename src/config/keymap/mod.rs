//! Keymaps as data: bindings, contexts, inheritance, and what is wrong with them.
//!
//! Every key that works, every hint, the help and the table in the README come from one list: the
//! effective bindings of a [`Keymap`].

mod conflicts;
mod file;
mod key;
mod trie;

use std::{fs, path::PathBuf};

pub use conflicts::{Vocabulary, Word};
pub use key::{Code, Key, Named, spelled};
pub use trie::{Found, Next};

use file::File;
use trie::Trie;

/// What `run` says to take a key away.
pub const UNBOUND: &str = "none";

/// Where bindings can apply, beside the names of the views.
pub const CONTEXTS: &[&str] = &[
    "global", "normal", "tree", "table", "map", "chart", "plan", "run", "text", "input", "popup",
];

/// The keymaps that ship, inside the program.
const SHIPPED: &[(&str, &str)] = &[
    ("default", include_str!("../../../keymaps/default.toml")),
    ("emacs", include_str!("../../../keymaps/emacs.toml")),
    ("vim", include_str!("../../../keymaps/vim.toml")),
];

/// The file of a keymap that ships.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
    Some(text)
}

/// A chord and what it runs, in one context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub chord: Vec<Key>,
    /// An action and its argument: `view.open network`.
    pub run: String,
    pub when: String,
    pub description: Option<String>,
    pub file: String,
    pub line: usize,
}

/// What a prefix is called in the which-key list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub chord: Vec<Key>,
    pub label: String,
}

/// Something in a keymap that its owner should know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    /// The binding has no effect; otherwise it works, but perhaps not as meant.
    pub refused: bool,
    pub message: String,
}

impl Finding {
    fn error(file: &str, line: usize, message: String) -> Self {
        Self {
            file: file.to_owned(),
            line,
            refused: true,
            message,
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Why a keymap can't be used at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no keymap named `{0}`; there are default, emacs, vim and those of your own")]
    Unknown(String),
    #[error("keymap `{0}` inherits from itself: {1}")]
    Circle(String, String),
    #[error("{file}:{line}: {message}")]
    Wrong {
        file: String,
        line: usize,
        message: String,
    },
}

/// Where keymaps are: those that ship, and a folder of the user's that wins over them.
#[derive(Clone, Debug, Default)]
pub struct Library {
    pub folder: Option<PathBuf>,
}

/// The effective bindings.
#[derive(Clone, Debug)]
pub struct Keymap {
    pub name: String,
    bindings: Vec<Binding>,
    trie: Trie,
}

impl Library {
    /// Every name there is, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
        let own = self
            .folder
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok());
        names.extend(own.flatten().flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(".toml")?.to_owned())
        }));
        names.sort();
        names.dedup();
        names
    }

    /// The file of the user that a keymap is read from, if it is one of the user's.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let given = PathBuf::from(name);
        if given.extension().is_some_and(|ending| ending == "toml") {
            return given.is_file().then_some(given);
        }
        let is_plain = !name.contains(['/', '\\']) && !name.starts_with('.');
        let path = self.folder.as_ref()?.join(format!("{name}.toml"));
        (is_plain && path.is_file()).then_some(path)
    }

    /// Reads a keymap by name or by path with everything that it inherits, and judges it.
    pub fn load(
        &self,
        name: &str,
        vocabulary: &Vocabulary,
    ) -> Result<(Keymap, Vec<Finding>), Error> {
        let mut chain: Vec<File> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(name) = next.take() {
            // A file of the user's may extend the shipped one that it is named after.
            let own = !seen.contains(&name);
            if seen.iter().filter(|known| **known == name).count() > 1 {
                seen.push(name.clone());
                return Err(Error::Circle(name, seen.join(" → ")));
            }
            let file = self.read(&name, own)?;
            next.clone_from(&file.inherits);
            seen.push(name);
            chain.push(file);
        }
        chain.reverse();
        Ok(Keymap::build(name, chain, vocabulary))
    }

    fn read(&self, name: &str, own: bool) -> Result<File, Error> {
        if let Some(path) = self.path(name).filter(|_| own) {
            let shown = path.display().to_string();
            let text = fs::read_to_string(&path).map_err(|error| Error::Wrong {
                file: shown.clone(),
                line: 1,
                message: error.to_string(),
            })?;
            return File::parse(&shown, &text);
        }
        let text = text(name).ok_or_else(|| Error::Unknown(name.to_owned()))?;
        File::parse(&format!("keymaps/{name}.toml"), text)
    }
}

impl Keymap {
    /// Lays the files over each other, the oldest first.
    fn build(name: &str, files: Vec<File>, vocabulary: &Vocabulary) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut bindings: Vec<Binding> = Vec::new();
        let mut groups = Vec::new();
        for file in files {
            findings.extend(file.findings);
            groups.extend(file.groups);
            let (good, bad) = conflicts::judged(file.bindings, vocabulary);
            findings.extend(bad);
            findings.extend(conflicts::within(&good));
            for binding in good {
                conflicts::overlay(&mut bindings, binding);
            }
        }
        findings.extend(conflicts::across(&bindings, vocabulary));
        conflicts::restore_required(&mut bindings, vocabulary);
        findings.sort();
        findings.dedup();
        let trie = Trie::new(&bindings, &groups);
        let name = name.to_owned();
        (
            Self {
                name,
                bindings,
                trie,
            },
            findings,
        )
    }

    /// Everything that is bound, in the order of the files.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.bindings
            .iter()
            .filter(|binding| binding.run != UNBOUND)
    }

    /// What `chord` means where `contexts` apply, the innermost first.
    #[must_use]
    pub fn find(&self, contexts: &[&str], chord: &[Key]) -> Found<'_> {
        self.trie.find(contexts, chord)
    }

    /// What can follow `prefix`, for the which-key list, in the order of the files.
    #[must_use]
    pub fn next(&self, contexts: &[&str], prefix: &[Key]) -> Vec<Next<'_>> {
        self.trie.next(contexts, prefix)
    }

    /// The label of a prefix.
    #[must_use]
    pub fn label(&self, prefix: &[Key]) -> Option<&str> {
        self.trie.label(prefix)
    }

    /// The shortest chord that runs `run` where `contexts` apply and is not shadowed there.
    #[must_use]
    pub fn chord(&self, contexts: &[&str], run: &str) -> Option<&[Key]> {
        self.bindings()
            .filter(|binding| binding.run == run && contexts.contains(&binding.when.as_str()))
            .filter(|binding| {
                matches!(self.find(contexts, &binding.chord), Found::Run(found) if found == run)
            })
            .map(|binding| binding.chord.as_slice())
            .min_by_key(|chord| chord.len())
    }
}

#[cfg(test)]
mod tests;
