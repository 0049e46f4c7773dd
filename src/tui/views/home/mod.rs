//! The organization: its tree with health and cost of every unit, and one account in detail.

mod details;
mod summary;

use std::collections::HashMap;

use crossterm::event::{MouseEvent, MouseEventKind};
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    Desk, View,
    coverage::{Coverage, Vacancy},
    detail::Detail,
    listing::common_hints,
};
use crate::{
    inventory::{
        Query,
        tables::{
            self, Object, Row,
            filter::Filter,
            text::{grouped, money_short},
        },
    },
    model::{
        Account, AccountId, AccountStatus, EnvironmentClass, Organization, State, Trouble, Unit,
        UnitId, text::clean,
    },
    tui::{
        Action, Effect, Verb,
        theme::Role,
        widgets::{
            Brush, Click, Pane, Tree,
            pane::scroll_mark,
            put, row, text,
            tree::{Node, shifted},
        },
    },
};
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
    fn nodes(&self, desk: &Desk<'_>) -> Vec<Node<Key, Item>> {
        let Some(organization) = desk.inventory.organization.value() else {
            return Vec::new();
        };
        let mut builder = Builder {
            desk,
            organization,
            figures: &self.summaries.figures,
            units: HashMap::new(),
            accounts: HashMap::new(),
            nodes: Vec::new(),
        };
        for unit in &organization.units {
            builder
                .units
                .entry(unit.parent.as_ref())
                .or_default()
                .push(unit);
        }
        for account in &organization.accounts {
            if desk.scope.has_account(account.id, Some(organization)) {
                builder
                    .accounts
                    .entry(account.parent.as_ref())
                    .or_default()
                    .push(account);
            }
        }
        builder.below(None, 0);
        builder.nodes
    }

    fn apply_filter(&mut self, desk: &Desk<'_>) {
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

    fn accounts(&self) -> usize {
        self.tree
            .nodes()
            .iter()
            .filter(|node| matches!(node.key, Key::Account(_)))
            .count()
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
        let currency = &self.summaries.currency;
        let cursor = self.tree.draw(
            buffer,
            body(slim(inner)),
            !self.detail.focused,
            brush,
            |buffer, place, node| columns.draw(buffer, place, &node.value, currency, desk),
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

/// Walks the tree in the order in which it is shown: units by name, then accounts by name.
struct Builder<'a> {
    desk: &'a Desk<'a>,
    organization: &'a Organization,
    figures: &'a HashMap<AccountId, Summary>,
    units: HashMap<Option<&'a UnitId>, Vec<&'a Unit>>,
    accounts: HashMap<Option<&'a UnitId>, Vec<&'a Account>>,
    nodes: Vec<Node<Key, Item>>,
}

/// Deeper than any organization may nest; an answer that is a circle ends here.
const DEEPEST: u16 = 16;

impl<'a> Builder<'a> {
    fn below(&mut self, parent: Option<&'a UnitId>, depth: u16) -> Summary {
        let mut sum = Summary::default();
        if depth > DEEPEST {
            return sum;
        }
        let by_name = |a: &str, b: &str| tables::sort::natural(a, b);
        let mut units = self.units.remove(&parent).unwrap_or_default();
        units.sort_by(|a, b| by_name(&a.name, &b.name));
        for unit in units {
            let at = self.nodes.len();
            self.nodes.push(Node {
                key: Key::Unit(unit.id.clone()),
                depth,
                value: Item {
                    name: clean(&unit.name).into_owned(),
                    class: None,
                    status: None,
                    figures: Summary::default(),
                },
            });
            let figures = self.below(Some(&unit.id), depth + 1);
            sum.add(&figures);
            if figures.accounts == 0 && !self.desk.scope.is_everything() {
                self.nodes.truncate(at);
            } else {
                self.nodes[at].value.figures = figures;
            }
        }
        let mut accounts = self.accounts.remove(&parent).unwrap_or_default();
        accounts.sort_by(|a, b| by_name(&a.name, &b.name));
        for account in accounts {
            let known = self.figures.get(&account.id).cloned();
            let figures = known.unwrap_or(Summary {
                accounts: 1,
                ..Summary::default()
            });
            sum.add(&figures);
            self.nodes.push(Node {
                key: Key::Account(account.id),
                depth,
                value: Item {
                    name: clean(&account.name).into_owned(),
                    class: Some(self.desk.environments.class(account, self.organization)),
                    status: Some(account.status),
                    figures,
                },
            });
        }
        sum
    }
}

/// Columns of the tree, right-aligned at the same place in every row.
struct Columns {
    class: bool,
    change: bool,
}

const CLASS: u16 = 9;
const ACCOUNTS: u16 = 7;
const HEALTH: u16 = 10;
const COST: u16 = 8;
const CHANGE: u16 = 9;

impl Columns {
    const fn new(width: u16) -> Self {
        Self {
            class: width >= 64,
            change: width >= 74,
        }
    }

    const fn width(&self) -> u16 {
        let class = if self.class { CLASS } else { 0 };
        let change = if self.change { CHANGE } else { 0 };
        class + ACCOUNTS + HEALTH + COST + change
    }

    fn draw_head(&self, buffer: &mut Buffer, inner: Rect, brush: Brush<'_>) {
        let Some(place) = row(inner, 0) else { return };
        let style = brush.style(Role::ColumnHead);
        put(
            buffer,
            shifted(place, 4),
            &Span::styled("UNIT / ACCOUNT", style).into(),
        );
        let mut titles = String::new();
        if self.class {
            titles += &text::pad("ENV", CLASS.into(), brush.symbols);
        }
        titles += &text::pad_left("ACC  ", ACCOUNTS.into(), brush.symbols);
        titles += &text::pad("HEALTH", HEALTH.into(), brush.symbols);
        titles += &text::pad_left("MONTH", COST.into(), brush.symbols);
        if self.change {
            titles += &text::pad_left("CHANGE", CHANGE.into(), brush.symbols);
        }
        let left = place.width.saturating_sub(self.width());
        put(
            buffer,
            shifted(place, left),
            &Span::styled(titles, style).into(),
        );
    }

    fn draw(&self, buffer: &mut Buffer, place: Rect, item: &Item, currency: &str, desk: &Desk<'_>) {
        let brush = desk.brush();
        let columns = self.width().min(place.width);
        let name_width = place.width - columns;
        let figures = &item.figures;
        let out = matches!(item.status, Some(status) if status != AccountStatus::Active);
        let role = match (item.status, figures.state()) {
            (None, _) => Role::Strong,
            _ if out => Role::Muted,
            (_, State::Denied) => Role::Muted,
            _ => Role::Text,
        };
        let name = text::fit(
            &item.name,
            usize::from(name_width).saturating_sub(1),
            brush.symbols,
        );
        let name = Span::styled(name, brush.style(role));
        put(
            buffer,
            Rect {
                width: name_width,
                ..place
            },
            &name.into(),
        );

        let mut spans: Vec<Span<'static>> = Vec::new();
        if self.class {
            let badge = item.class.map(|class| desk.class_badge(class));
            let used = badge.as_ref().map_or(0, Span::width);
            spans.extend(badge);
            spans.push(" ".repeat(usize::from(CLASS).saturating_sub(used)).into());
        }
        let accounts = match item.status {
            None => grouped(&figures.accounts.to_string()),
            Some(_) => String::new(),
        };
        let accounts = text::pad_left(&format!("{accounts}  "), ACCOUNTS.into(), brush.symbols);
        spans.push(Span::styled(accounts, brush.style(Role::Muted)));
        let health = health(item, brush);
        let used = health.iter().map(Span::width).sum::<usize>();
        spans.extend(health);
        spans.push(" ".repeat(usize::from(HEALTH).saturating_sub(used)).into());
        let cost = if figures.spent.is_zero() && figures.last_month.is_zero() {
            tables::text::UNKNOWN.to_owned()
        } else {
            money_short(figures.spent, currency)
        };
        let cost = text::pad_left(&cost, COST.into(), brush.symbols);
        spans.push(Span::styled(cost, brush.style(role)));
        if self.change {
            spans.push(change(figures.change(), CHANGE, brush));
        }
        put(buffer, shifted(place, name_width), &Line::from(spans));
    }
}

/// A change in percent in `cells`: what rises by much stands out.
pub(super) fn change(percent: Option<f64>, cells: u16, brush: Brush<'_>) -> Span<'static> {
    let role = match percent {
        Some(10.0..) => Role::Warning,
        _ => Role::Muted,
    };
    let said = match percent {
        None => String::new(),
        Some(percent @ 0.5..) => format!("{} +{percent:.0}%", brush.pick("▲", "^")),
        Some(percent @ ..=-0.5) => format!("{} {percent:.0}%", brush.pick("▼", "v")),
        Some(_) => "= 0%".into(),
    };
    let said = text::pad_left(&said, cells.into(), brush.symbols);
    Span::styled(said, brush.style(role))
}

/// `✖ 1 ▲ 2` where something is wrong, else sign and word.
fn health(item: &Item, brush: Brush<'_>) -> Vec<Span<'static>> {
    let figures = &item.figures;
    match item.status {
        Some(AccountStatus::Active) | None => {}
        Some(status) => {
            let said = format!("{} {status}", brush.symbols.state(State::Off));
            let said = text::fit(&said, usize::from(HEALTH) - 1, brush.symbols).into_owned();
            return vec![Span::styled(said, brush.state_style(State::Off))];
        }
    }
    if figures.failures + figures.warnings == 0 {
        return vec![brush.mark(figures.state())];
    }
    let mut spans = Vec::new();
    for (state, count) in [
        (State::Failed, figures.failures),
        (State::Warning, figures.warnings),
    ] {
        if count > 0 {
            let said = format!("{} {count} ", brush.symbols.state(state));
            spans.push(Span::styled(said, brush.state_style(state)));
        }
    }
    spans
}

impl View for Home {
    fn name(&self) -> &'static str {
        "home"
    }

    fn context(&self) -> &'static str {
        "tree"
    }

    fn title(&self) -> String {
        let all = grouped(&self.accounts().to_string());
        if self.filter.is_empty() {
            return format!("accounts({all})");
        }
        format!(
            "accounts({}/{all}) /{}",
            self.tree
                .visible_count(|node| matches!(node.key, Key::Account(_))),
            self.filter
        )
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
            coverage.add(place.account, desk.inventory.networks.get(&place));
            coverage.add(place.account, desk.inventory.protections.get(&place));
        }
        self.coverage = coverage;
        let nodes = self.nodes(desk);
        self.tree.set(nodes);
        self.apply_filter(desk);
    }

    fn filter(&mut self, text: &str, desk: &Desk<'_>) {
        text.trim().clone_into(&mut self.filter);
        self.apply_filter(desk);
        self.detail.rewind();
    }

    fn act(&mut self, action: &Action, desk: &Desk<'_>) -> Option<Vec<Effect>> {
        match action.verb {
            Verb::NextPane | Verb::PreviousPane => self.detail.focused = !self.detail.focused,
            Verb::Back if self.detail.focused => self.detail.focused = false,
            Verb::Back => {
                self.tree.marked().next()?;
                self.tree.clear_marks();
            }
            Verb::Open if !self.detail.focused => self.open(),
            Verb::Describe => return Some(vec![Effect::Describe(self.selected()?)]),
            Verb::Refresh => return Some(vec![Effect::Refresh(self.needs(desk))]),
            verb if self.detail.focused && self.detail.act(verb) => {}
            verb => {
                if !self.tree.act(verb) {
                    return None;
                }
                self.detail.rewind();
            }
        }
        Some(Vec::new())
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, desk: &Desk<'_>) -> Vec<Effect> {
        let split = self.detail.split(area, SHARE);
        let at = (event.column, event.row).into();
        if split.detail.is_some_and(|detail| detail.contains(at)) {
            match event.kind {
                MouseEventKind::ScrollDown => _ = self.detail.act(Verb::Down),
                MouseEventKind::ScrollUp => _ = self.detail.act(Verb::Up),
                MouseEventKind::Down(_) => self.detail.focused = true,
                _ => {}
            }
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
                self.detail.rewind();
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

    fn hints(&self) -> Vec<(Action, &'static str)> {
        let own = [(Verb::ScopeSelection.into(), "scope")];
        common_hints()
            .take(2)
            .chain(own)
            .chain(common_hints().skip(3))
            .collect()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        let split = self.detail.split(area, SHARE);
        if let Some(main) = split.main {
            self.draw_tree(frame, main, desk);
        }
        if let Some(area) = split.detail {
            let (title, content) = self.details(desk);
            self.detail.draw(frame, area, title, &content, desk.brush());
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
