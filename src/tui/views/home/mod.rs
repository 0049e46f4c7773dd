//! The organization: its tree with health and cost of every unit, and one account in detail.

mod columns;
mod details;
mod rows;
mod summary;

use std::collections::HashMap;

use crossterm::event::MouseEvent;
use jiff::Timestamp;
use ratatui::{Frame, layout::Rect, text::Line};

use super::{
    Desk, View,
    coverage::{Coverage, Vacancy},
    detail::Detail,
    listing::{TABLES, common_hints, report},
};
use crate::{
    inventory::{
        Query,
        tables::{self, Object, Row, filter::Filter, text::grouped},
    },
    model::{AccountId, AccountStatus, EnvironmentClass, State, Trouble, UnitId},
    tui::{
        Action, Effect, Verb,
        widgets::{Click, Memo, Pane, Tree, pane::scroll_mark, put, tree::Node},
    },
};
use columns::Columns;
pub(super) use columns::change;
use summary::{Summaries, Summary};

/// The list's part of the width, in percent.
const SHARE: u16 = 50;

#[derive(Default)]
pub(super) struct Home {
    tree: Tree<Key, Item>,
    summaries: Summaries,
    /// The rows of the accounts' table: what a filter looks at.
    rows: HashMap<AccountId, Row>,
    filter: String,
    detail: Detail,
    coverage: Coverage,
    trouble: Option<Trouble>,
    /// Accounts in the tree, and those that the filter lets through.
    counted: (usize, usize),
    /// Rows in words, by the place of their node.
    words: Memo<usize, Line<'static>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Unit(UnitId),
    Account(AccountId),
}

/// What a row of the tree shows.
#[derive(Clone, Debug)]
struct Item {
    name: String,
    class: Option<EnvironmentClass>,
    status: Option<AccountStatus>,
    figures: Summary,
}

impl Home {
    fn apply_filter(&mut self, desk: &Desk<'_>) {
        self.narrow(desk);
        self.count();
    }

    fn narrow(&mut self, desk: &Desk<'_>) {
        if self.filter.is_empty() {
            self.tree.filter(None::<fn(&Node<Key, Item>) -> bool>);
            return;
        }
        let parsed =
            tables::named("accounts").and_then(|table| Filter::parse(&self.filter, table).ok());
        let plain = self.filter.to_lowercase();
        let rows = &self.rows;
        self.tree.filter(Some(|node: &Node<Key, Item>| {
            let row = match &node.key {
                Key::Account(account) => rows.get(account),
                Key::Unit(_) => None,
            };
            match (&parsed, row) {
                (Some(filter), Some(row)) => filter.matches(row, desk.now).is_some(),
                _ => node.value.name.to_lowercase().contains(&plain),
            }
        }));
    }

    fn count(&mut self) {
        let is_account = |node: &Node<Key, Item>| matches!(node.key, Key::Account(_));
        let all = self.tree.nodes().iter().filter(|node| is_account(node));
        self.counted = (all.count(), self.tree.visible_count(is_account));
    }

    fn draw_tree(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        let brush = desk.brush();
        let pane = Pane {
            title: self.title().into(),
            foot: self.coverage.line(desk.now, brush),
            focused: !self.detail.focused,
            ..Pane::default()
        };
        let buffer = frame.buffer_mut();
        let inner = pane.draw(buffer, area, brush);
        if self.tree.is_empty() {
            return self.vacancy(desk).draw(buffer, inner, brush);
        }
        let columns = Columns::new(inner.width);
        columns.draw_head(buffer, slim(inner), brush);
        self.words.made_from((inner.width, brush.look()));
        let currency = &self.summaries.currency;
        let cursor = self.tree.draw(
            buffer,
            body(slim(inner)),
            !self.detail.focused,
            brush,
            |buffer, place, at, node| {
                let make = || columns.line(place.width, &node.value, currency, desk);
                let show = |line: &Line<'static>| put(buffer, place, line);
                self.words.show(at, make, show);
            },
        );
        scroll_mark(buffer, area, self.tree.window.top(), self.tree.len(), brush);
        if let Some(at) = cursor.filter(|_| !self.detail.focused) {
            frame.set_cursor_position((at.x, at.y));
        }
    }

    fn vacancy(&self, desk: &Desk<'_>) -> Vacancy {
        if desk.inventory.organization.value().is_some() {
            return if self.filter.is_empty() {
                Vacancy::new(State::Off, "no account is in scope", "`,` clears the scope")
            } else {
                Vacancy::new(State::Off, "nothing matches the filter", "esc clears it")
            };
        }
        if !desk.is_open {
            return Vacancy::new(
                State::Off,
                "nothing is open",
                "`:profile` picks a profile, a sign-in or the simulated organization",
            );
        }
        match &self.trouble {
            Some(trouble) => {
                let hint = trouble.hint.as_deref().unwrap_or("`r` tries again");
                Vacancy::new(State::Failed, &trouble.message, hint)
            }
            None => Vacancy::new(State::Working, "reading the organization…", ""),
        }
    }

    fn object(&self, node: &Node<Key, Item>) -> Object {
        let (kind, account, id) = match &node.key {
            Key::Unit(unit) => ("unit", None, unit.to_string()),
            Key::Account(account) => ("account", Some(*account), account.to_string()),
        };
        Object {
            kind,
            account,
            region: None,
            id,
            name: node.value.name.clone(),
            arn: account
                .and_then(|account| self.rows.get(&account))
                .and_then(|row| row.object.arn.clone()),
        }
    }
}

/// The last cell is left free, for calm.
const fn slim(inner: Rect) -> Rect {
    Rect {
        width: inner.width.saturating_sub(1),
        ..inner
    }
}

/// Below the head.
const fn body(inner: Rect) -> Rect {
    Rect {
        y: inner.y.saturating_add(1),
        height: inner.height.saturating_sub(1),
        ..inner
    }
}

impl View for Home {
    fn name(&self) -> &'static str {
        "home"
    }

    fn context(&self) -> &'static str {
        "tree"
    }

    fn title(&self) -> String {
        let (all, some) = self.counted;
        let all = grouped(&all.to_string());
        if self.filter.is_empty() {
            return format!("accounts({all})");
        }
        format!("accounts({some}/{all}) /{}", self.filter)
    }

    fn needs(&self, desk: &Desk<'_>) -> Vec<Query> {
        let places = desk.places();
        let mut needs = vec![Query::Organization];
        needs.extend(places.iter().cloned().map(Query::Clusters));
        needs.extend(places.iter().cloned().map(Query::Protection));
        needs.extend(places.into_iter().map(Query::Network));
        needs
    }

    fn derive(&mut self, desk: &Desk<'_>) {
        self.summaries = Summaries::new(desk);
        self.trouble = desk.inventory.organization.trouble().cloned();
        self.rows = tables::named("accounts")
            .map(|table| (table.rows)(desk.inventory, &desk.lens()))
            .unwrap_or_default()
            .into_iter()
            .filter_map(|row| Some((row.object.account?, row)))
            .collect();
        let mut coverage = Coverage::default();
        for place in desk.places() {
            coverage.add(place.account, desk.inventory.clusters.get(&place));
            let networks = desk.inventory.networks.get(&place);
            coverage.add(place.account, networks);
            if let Some(network) = networks.and_then(|read| read.value()) {
                coverage.add_gaps(place.account, &network.gaps);
            }
            let protections = desk.inventory.protections.get(&place);
            coverage.add(place.account, protections);
            if let Some(protection) = protections.and_then(|read| read.value()) {
                coverage.add_gaps(place.account, &protection.gaps);
            }
        }
        if let Some(organization) = desk.inventory.organization.value() {
            coverage.add_missing(&organization.gaps);
        }
        self.coverage = coverage;
        let nodes = self.nodes(desk);
        self.tree.set(nodes);
        self.apply_filter(desk);
        self.words.forget();
        self.detail.forget();
    }

    fn filter(&mut self, text: &str, desk: &Desk<'_>) {
        text.trim().clone_into(&mut self.filter);
        self.apply_filter(desk);
        self.detail.follow(desk);
    }

    fn act(&mut self, action: &Action, desk: &Desk<'_>) -> Option<Vec<Effect>> {
        match action.verb {
            verb if self.detail.take(verb) => {}
            Verb::Back => {
                self.tree.marked().next()?;
                self.tree.clear_marks();
            }
            Verb::Open if !self.detail.focused => self.open(),
            Verb::Describe => return Some(vec![Effect::Describe(self.selected()?)]),
            Verb::Refresh => return Some(vec![Effect::Refresh(self.needs(desk))]),
            verb => {
                if !self.tree.act(verb) {
                    return None;
                }
                self.detail.follow(desk);
            }
        }
        Some(Vec::new())
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, desk: &Desk<'_>) -> Vec<Effect> {
        let split = self.detail.split(area, SHARE, desk);
        let at = (event.column, event.row).into();
        if split.detail.is_some_and(|detail| detail.contains(at)) {
            self.detail.mouse(event);
            return Vec::new();
        }
        let Some(main) = split.main else {
            return Vec::new();
        };
        match self
            .tree
            .mouse(event, body(slim(Pane::inner(main))), desk.now)
        {
            Click::Missed => {}
            Click::Taken => {
                self.detail.focused = false;
                self.detail.follow(desk);
            }
            Click::Opened => self.open(),
        }
        Vec::new()
    }

    fn selected(&self) -> Option<Object> {
        self.tree.selected().map(|node| self.object(node))
    }

    fn marked(&self) -> Vec<Object> {
        self.tree.marked().map(|node| self.object(node)).collect()
    }

    fn go_to(&mut self, object: &Object, desk: &Desk<'_>) -> bool {
        let key = match object.kind {
            "account" => object.account.map(Key::Account),
            "unit" => Some(Key::Unit(object.id.as_str().into())),
            _ => None,
        };
        let found = key.is_some_and(|key| self.tree.reveal(&key));
        if found {
            self.detail.follow(desk);
        }
        found
    }

    fn exports(&self) -> &'static [&'static str] {
        TABLES
    }

    /// The accounts in the order of the tree, as far as the filter lets them through.
    fn export(&self, ending: &str, desk: &Desk<'_>) -> Option<String> {
        let table = *tables::named("accounts")?;
        let rows = self.tree.visible().filter_map(|node| match &node.key {
            Key::Account(account) => self.rows.get(account).cloned(),
            Key::Unit(_) => None,
        });
        report(self.name(), (table, rows.collect()), ending, desk)
    }

    fn hints(&self) -> Vec<(Action, &'static str)> {
        let own = [(Verb::ScopeSelection.into(), "scope")];
        common_hints()
            .take(2)
            .chain(own)
            .chain(common_hints().skip(3))
            .collect()
    }

    fn next_tick(&self, wall: Timestamp) -> Option<Timestamp> {
        self.detail.next_tick(wall)
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        let split = self.detail.split(area, SHARE, desk);
        if let Some(main) = split.main {
            self.draw_tree(frame, main, desk);
        }
        if let Some(area) = split.detail {
            let subject = self.tree.selected().map(|node| &node.key);
            self.detail
                .tell(frame, area, desk, subject, || self.details(desk));
        }
    }
}

impl Home {
    /// A unit folds, an account shows its details.
    fn open(&mut self) {
        match self.tree.selected().map(|node| &node.key) {
            Some(Key::Unit(_)) => self.tree.toggle(self.tree.window.cursor()),
            Some(Key::Account(_)) => self.detail.focused = true,
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
