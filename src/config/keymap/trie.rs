//! Chords as a tree: what a sequence of keys means, and what can follow it.

use std::collections::BTreeMap;

use super::{Binding, Group, Key, UNBOUND};

/// What a sequence of keys came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// This is run.
    Run(&'a str),
    /// More keys must follow.
    Prefix,
    Nothing,
}

/// One key that can follow a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next<'a> {
    pub key: Key,
    /// What it runs; `None` where it leads on.
    pub run: Option<&'a str>,
    /// From the file: of the binding, or of the group that it leads to.
    pub label: Option<&'a str>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Trie {
    contexts: BTreeMap<String, Node>,
    groups: Vec<Group>,
}

/// A key's place in the tree: either it runs something or others follow, never both.
#[derive(Clone, Debug, Default)]
struct Node {
    run: Option<(String, Option<String>)>,
    /// In the order of the files, which is the order of the which-key list.
    next: Vec<(Key, Node)>,
}

impl Trie {
    pub(super) fn new(bindings: &[Binding], groups: &[Group]) -> Self {
        let mut trie = Self {
            contexts: BTreeMap::new(),
            groups: groups.to_vec(),
        };
        for binding in bindings {
            let mut node = trie.contexts.entry(binding.when.clone()).or_default();
            for key in &binding.chord {
                node.run = None;
                let at = node.next.iter().position(|(known, _)| known == key);
                let at = at.unwrap_or_else(|| {
                    node.next.push((*key, Node::default()));
                    node.next.len() - 1
                });
                node = &mut node.next[at].1;
            }
            node.next.clear();
            node.run = Some((binding.run.clone(), binding.description.clone()));
        }
        trie
    }

    pub(super) fn find(&self, contexts: &[&str], chord: &[Key]) -> Found<'_> {
        for context in contexts {
            let Some(node) = self.node(context, chord) else {
                continue;
            };
            match &node.run {
                // Taken away here, even if an outer context has it.
                Some((run, _)) if run == UNBOUND => return Found::Nothing,
                Some((run, _)) => return Found::Run(run),
                None if !node.next.is_empty() => return Found::Prefix,
                None => {}
            }
        }
        Found::Nothing
    }

    pub(super) fn next(&self, contexts: &[&str], prefix: &[Key]) -> Vec<Next<'_>> {
        let mut all: Vec<Next<'_>> = Vec::new();
        for node in contexts
            .iter()
            .filter_map(|context| self.node(context, prefix))
        {
            for (key, below) in &node.next {
                if all.iter().any(|known| known.key == *key) {
                    continue;
                }
                let mut chord = prefix.to_vec();
                chord.push(*key);
                all.push(match &below.run {
                    Some((run, label)) => Next {
                        key: *key,
                        run: Some(run),
                        label: label.as_deref(),
                    },
                    None => Next {
                        key: *key,
                        run: None,
                        label: self.label(&chord),
                    },
                });
            }
        }
        all.retain(|next| next.run != Some(UNBOUND));
        all
    }

    pub(super) fn label(&self, prefix: &[Key]) -> Option<&str> {
        let group = self
            .groups
            .iter()
            .rev()
            .find(|group| group.chord == prefix)?;
        Some(&group.label)
    }

    fn node(&self, context: &str, chord: &[Key]) -> Option<&Node> {
        let mut node = self.contexts.get(context)?;
        for key in chord {
            let (_, below) = node.next.iter().find(|(known, _)| known == key)?;
            node = below;
        }
        Some(node)
    }
}
