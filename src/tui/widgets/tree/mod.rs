//! A virtual tree: folds and cursor by identity, the order of open rows kept as it changes.

mod draw;

use std::{collections::HashSet, hash::Hash};

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use ratatui::layout::Rect;

use super::{Click, Clicks, Window};
use crate::tui::Verb;

pub use draw::{gutter, select, shifted};

/// One row: its identity, how deep it stands, what it is.
#[derive(Clone, Debug)]
pub struct Node<K, V> {
    pub key: K,
    pub depth: u16,
    pub value: V,
}

/// Nodes in pre-order. A frame builds visible rows only; a fold touches the rows below it only.
#[derive(Clone, Debug)]
pub struct Tree<K, V> {
    nodes: Vec<Node<K, V>>,
    /// For each node the index after its last descendant.
    ends: Vec<usize>,
    folded: HashSet<K>,
    marked: HashSet<K>,
    visible: Vec<usize>,
    /// Nodes that a filter lets through, with those above and below them.
    kept: Option<Vec<bool>>,
    pub window: Window,
    clicks: Clicks,
}

impl<K, V> Default for Tree<K, V> {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            ends: Vec::new(),
            folded: HashSet::new(),
            marked: HashSet::new(),
            visible: Vec::new(),
            kept: None,
            window: Window::default(),
            clicks: Clicks::default(),
        }
    }
}

impl<K: Clone + Eq + Hash, V> Tree<K, V> {
    /// Replaces the nodes. The cursor, the folds and the marks stay on what they were on.
    pub fn set(&mut self, nodes: Vec<Node<K, V>>) {
        let here = self.selected().map(|node| node.key.clone());
        self.ends = ends(&nodes);
        self.nodes = nodes;
        self.kept = None;
        self.arrange(here.as_ref());
    }

    /// Shows what `keep` lets through and the path to it; folds do not hide a match.
    pub fn filter(&mut self, keep: Option<impl Fn(&Node<K, V>) -> bool>) {
        let here = self.selected().map(|node| node.key.clone());
        self.kept = keep.map(|keep| self.through(keep));
        self.arrange(here.as_ref());
    }

    pub fn fold(&mut self, key: K) {
        if self.folded.insert(key) {
            let here = self.selected().map(|node| node.key.clone());
            self.arrange(here.as_ref());
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.visible.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }

    /// Visible rows that are of a kind.
    #[must_use]
    pub fn visible_count(&self, of: impl Fn(&Node<K, V>) -> bool) -> usize {
        self.visible
            .iter()
            .filter(|&&index| of(&self.nodes[index]))
            .count()
    }

    #[must_use]
    pub fn nodes(&self) -> &[Node<K, V>] {
        &self.nodes
    }

    #[must_use]
    pub fn selected(&self) -> Option<&Node<K, V>> {
        self.visible
            .get(self.window.cursor())
            .map(|&index| &self.nodes[index])
    }

    pub fn marked(&self) -> impl Iterator<Item = &Node<K, V>> {
        self.nodes
            .iter()
            .filter(|node| self.marked.contains(&node.key))
    }

    pub fn clear_marks(&mut self) {
        self.marked.clear();
    }

    /// Puts the cursor on `key` when it is visible.
    pub fn go_to(&mut self, key: &K) -> bool {
        let found = self
            .visible
            .iter()
            .position(|&index| self.nodes[index].key == *key);
        if let Some(at) = found {
            self.window.go(at, self.visible.len());
        }
        found.is_some()
    }

    /// Puts the cursor on `key`, unfolding what it is in; `false` where it is not there.
    pub fn reveal(&mut self, key: &K) -> bool {
        let Some(index) = self.nodes.iter().position(|node| node.key == *key) else {
            return false;
        };
        let above = (0..index).filter(|&above| self.ends[above] > index);
        let above: Vec<K> = above.map(|at| self.nodes[at].key.clone()).collect();
        if above.iter().filter(|key| self.folded.remove(*key)).count() > 0 {
            self.arrange(None);
        }
        self.go_to(key);
        true
    }

    /// The rows that are open and let through, from the top.
    pub fn visible(&self) -> impl Iterator<Item = &Node<K, V>> {
        self.visible.iter().map(|&index| &self.nodes[index])
    }

    /// Moves, folds, marks; `false` where the verb means nothing to a tree.
    pub fn act(&mut self, verb: Verb) -> bool {
        match verb {
            Verb::Left if self.is_open(self.window.cursor()) => self.toggle(self.window.cursor()),
            Verb::Left => self.go_up(),
            Verb::Right if self.is_folded(self.window.cursor()) => {
                self.toggle(self.window.cursor());
            }
            Verb::Right => {
                if self.has_children(self.window.cursor()) {
                    self.window.act(Verb::Down, self.visible.len());
                }
            }
            Verb::Mark => {
                if let Some(key) = self.selected().map(|node| node.key.clone()) {
                    if !self.marked.remove(&key) {
                        self.marked.insert(key);
                    }
                    self.window.act(Verb::Down, self.visible.len());
                }
            }
            verb => return self.window.act(verb, self.visible.len()),
        }
        true
    }

    /// Folds or unfolds the visible row `at`.
    pub fn toggle(&mut self, at: usize) {
        let Some(&index) = self.visible.get(at) else {
            return;
        };
        if self.kept.is_some() || self.ends[index] == index + 1 {
            return;
        }
        let key = self.nodes[index].key.clone();
        let end = self.ends[index];
        if self.folded.remove(&key) {
            let mut below = Vec::new();
            self.open_rows(index + 1..end, &mut below);
            self.visible.splice(at + 1..=at, below);
        } else {
            self.folded.insert(key);
            let last = self.visible.partition_point(|&other| other < end);
            self.visible.drain(at + 1..last);
        }
    }

    /// A click in `area`, where the tree was drawn, or the wheel over it.
    pub fn mouse(&mut self, event: MouseEvent, area: Rect, now: Timestamp) -> Click {
        let len = self.visible.len();
        if !area.contains((event.column, event.row).into()) {
            return Click::Missed;
        }
        match event.kind {
            MouseEventKind::ScrollDown => self.window.wheel(true, len),
            MouseEventKind::ScrollUp => self.window.wheel(false, len),
            MouseEventKind::Down(MouseButton::Left) => {
                let Some(at) = self.window.at(usize::from(event.row - area.y), len) else {
                    return Click::Taken;
                };
                self.window.go(at, len);
                let fold = area.x + 2 + 2 * self.nodes[self.visible[at]].depth;
                if (fold..fold + 2).contains(&event.column) {
                    self.toggle(at);
                } else if self.clicks.is_double(at, now) {
                    return Click::Opened;
                }
            }
            _ => return Click::Missed,
        }
        Click::Taken
    }

    fn arrange(&mut self, here: Option<&K>) {
        let mut visible = std::mem::take(&mut self.visible);
        visible.clear();
        match &self.kept {
            Some(kept) => visible.extend((0..self.nodes.len()).filter(|&index| kept[index])),
            None => self.open_rows(0..self.nodes.len(), &mut visible),
        }
        self.visible = visible;
        let len = self.visible.len();
        if !here.is_some_and(|here| self.go_to(here)) {
            self.window.go(self.window.cursor(), len);
        }
    }

    fn open_rows(&self, range: std::ops::Range<usize>, rows: &mut Vec<usize>) {
        let mut index = range.start;
        while index < range.end {
            rows.push(index);
            index = if self.folded.contains(&self.nodes[index].key) {
                self.ends[index]
            } else {
                index + 1
            };
        }
    }

    fn through(&self, keep: impl Fn(&Node<K, V>) -> bool) -> Vec<bool> {
        let mut kept = vec![false; self.nodes.len()];
        let mut path: Vec<usize> = Vec::new();
        let mut whole_until = 0;
        for (index, node) in self.nodes.iter().enumerate() {
            path.retain(|&above| self.ends[above] > index);
            if keep(node) {
                for &above in &path {
                    kept[above] = true;
                }
                whole_until = whole_until.max(self.ends[index]);
            }
            kept[index] = index < whole_until;
            path.push(index);
        }
        kept
    }

    fn go_up(&mut self) {
        let Some(&index) = self.visible.get(self.window.cursor()) else {
            return;
        };
        let depth = self.nodes[index].depth;
        let above = self.visible[..self.window.cursor()]
            .iter()
            .rposition(|&other| self.nodes[other].depth < depth);
        if let Some(at) = above {
            self.window.go(at, self.visible.len());
        }
    }

    fn has_children(&self, at: usize) -> bool {
        self.visible
            .get(at)
            .is_some_and(|&index| self.ends[index] > index + 1)
    }

    fn is_folded(&self, at: usize) -> bool {
        self.kept.is_none()
            && self.has_children(at)
            && self.folded.contains(&self.nodes[self.visible[at]].key)
    }

    fn is_open(&self, at: usize) -> bool {
        self.kept.is_none() && self.has_children(at) && !self.is_folded(at)
    }
}

fn ends<K, V>(nodes: &[Node<K, V>]) -> Vec<usize> {
    let mut ends = vec![nodes.len(); nodes.len()];
    let mut open: Vec<usize> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        while let Some(&last) = open.last()
            && nodes[last].depth >= node.depth
        {
            ends[last] = index;
            open.pop();
        }
        open.push(index);
    }
    ends
}

#[cfg(test)]
mod tests;
