//! Costs: accounts against services as a heat table, forecast, budgets, anomalies, and what the
//! look itself costs.

mod around;
mod details;
mod draw;
mod heat;

use std::collections::HashSet;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};

use super::{
    Desk, View,
    coverage::{Coverage, Vacancy},
    detail::Detail,
    facts,
    listing::{Listing, Spec, TABLES, common_hints, tabs},
};
use crate::{
    inventory::{
        Query,
        tables::{Object, Row, Table},
    },
    model::{AccountId, Remote, State, cost::Costs as Report},
    tui::{
        Action, Effect, Verb,
        widgets::{Clicks, Pairs, Pane, Window, pane::scroll_mark, put, row},
    },
};
pub(in crate::tui) use around::requests;
use around::{is_old, meter, outlook, provenance, vacancy};
use heat::{Heat, Order};

static SPEC: Spec = Spec {
    name: "costs",
    forms: &["costs", "budgets", "anomalies"],
    needs,
    covers: |_| Coverage::default(),
    banner,
    details: table_details,
    painter: None,
    spare: &["env"],
    hints: &[(Verb::NextForm, None, "form")],
};

const DRAWN: [&str; 1] = ["heat"];
/// The table's part of the width, in percent.
const SHARE: u16 = 66;

pub(super) struct Costs {
    heat: Heat,
    order: Order,
    window: Window,
    marked: HashSet<AccountId>,
    clicks: Clicks,
    form: usize,
    detail: Detail,
    listing: Listing,
    filter: String,
    /// Rows in words, by their place.
    words: draw::Words,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            heat: Heat::default(),
            order: Order::default(),
            window: Window::default(),
            marked: HashSet::new(),
            clicks: Clicks::default(),
            form: 0,
            detail: Detail::default(),
            listing: Listing::new(&SPEC).after(&DRAWN),
            filter: String::new(),
            words: draw::Words::default(),
        }
    }
}

/// Asked for once; what is known is refreshed only when somebody wants it and has seen the price.
fn needs(desk: &Desk<'_>) -> Vec<Query> {
    let mut needs = vec![Query::Organization];
    if matches!(desk.inventory.costs, Remote::Unasked) {
        needs.push(Query::Costs);
    }
    needs
}

fn table_details(table: &Table, row: &Row, desk: &Desk<'_>) -> Pairs {
    let mut pairs = Pairs::default();
    facts::verdict(row, &mut pairs, desk.brush());
    facts::columns(table, row, &mut pairs, desk);
    pairs
}

/// Where the figures of the tables come from, and what the next look costs.
fn banner(_: &[Row], desk: &Desk<'_>) -> Vec<Line<'static>> {
    let remote = &desk.inventory.costs;
    let Some(costs) = remote.value() else {
        return Vec::new();
    };
    let brush = desk.brush();
    let mut paid = meter(costs, desk.meter, remote.trouble().is_some(), brush);
    paid.spans.insert(0, Span::raw("  "));
    vec![
        provenance(costs, remote, desk.now, brush),
        paid,
        Line::default(),
    ]
}

impl Costs {
    /// Where nothing is drawn the tables say it.
    fn skip_drawn(&mut self, desk: &Desk<'_>) {
        if self.form < DRAWN.len() && desk.symbols.is_plain() {
            self.form = DRAWN.len();
            self.listing.show(0, desk);
        }
    }

    fn narrow(&mut self, desk: &Desk<'_>) {
        let here = self.line().and_then(|line| line.account);
        let words: Vec<String> = self
            .filter
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        self.heat = match desk.inventory.costs.value() {
            None => Heat::default(),
            Some(costs) => Heat::new(costs, desk, |line| {
                let text = format!(
                    "{} {} {}",
                    line.name,
                    line.class,
                    line.account
                        .map(|account| account.to_string())
                        .unwrap_or_default()
                );
                let text = text.to_lowercase();
                words.iter().all(|word| text.contains(word))
            }),
        };
        self.heat.sort(self.order);
        self.keep(here);
        self.words.forget();
        self.detail.forget();
    }

    fn keep(&mut self, here: Option<AccountId>) {
        let lines = &self.heat.lines;
        let found = lines.iter().position(|line| line.account == here);
        self.window
            .go(found.unwrap_or(self.window.cursor()), lines.len());
    }

    fn line(&self) -> Option<&heat::Line> {
        self.heat.lines.get(self.window.cursor())
    }

    fn sort(&mut self, order: Order) {
        let here = self.line().and_then(|line| line.account);
        self.order = order;
        self.heat.sort(order);
        self.words.forget();
        self.keep(here);
    }

    /// Height of the forecast and budgets below the table.
    fn below(costs: &Report, height: u16) -> u16 {
        let lines = 1
            + u16::from(costs.forecast.is_some())
            + u16::try_from(costs.budgets.len().min(3)).unwrap_or(3);
        if height >= lines + 7 { lines } else { 0 }
    }

    fn draw_main(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        let brush = desk.brush();
        let names = DRAWN.into_iter().chain(SPEC.forms.iter().copied());
        let remote = &desk.inventory.costs;
        let pane = Pane {
            title: self.title().into(),
            corner: tabs(names, self.form, brush),
            foot: remote
                .value()
                .map(|costs| meter(costs, desk.meter, remote.trouble().is_some(), brush))
                .unwrap_or_default(),
            focused: !self.detail.focused,
        };
        let buffer = frame.buffer_mut();
        let inner = pane.draw(buffer, area, brush);
        let Some(costs) = remote.value() else {
            return vacancy(remote).draw(buffer, inner, brush);
        };
        if let Some(place) = row(inner, 0) {
            put(buffer, place, &provenance(costs, remote, desk.now, brush));
        }
        let table = self.table(inner, costs);
        if self.heat.lines.is_empty() {
            return Vacancy::new(
                State::Off,
                "no costs of accounts in view",
                "esc clears the filter, `,` the scope",
            )
            .draw(buffer, table, brush);
        }
        let look = draw::Look {
            words: &self.words,
            order: self.order,
            currency: &costs.months.currency,
            focused: !self.detail.focused,
            marked: &|line| {
                line.account
                    .is_some_and(|account| self.marked.contains(&account))
            },
        };
        let cursor = draw::draw(buffer, table, &self.heat, &self.window, &look, brush);
        if is_old(costs, desk.now) {
            let table = table.intersection(buffer.area);
            buffer.set_style(table, Style::new().add_modifier(Modifier::DIM));
        }
        for (index, line) in outlook(costs, brush).iter().enumerate() {
            let at = usize::from(table.bottom() - inner.y) + index;
            if let Some(place) = row(inner, at) {
                put(buffer, place, line);
            }
        }
        scroll_mark(
            buffer,
            area,
            self.window.top(),
            self.heat.lines.len(),
            brush,
        );
        if let Some(at) = cursor.filter(|_| !self.detail.focused) {
            frame.set_cursor_position((at.x, at.y));
        }
    }

    /// Between the line of provenance and the outlook, as high as its rows with head and total.
    fn table(&self, inner: Rect, costs: &Report) -> Rect {
        let lines = u16::try_from(self.heat.lines.len()).unwrap_or(u16::MAX);
        let room = inner
            .height
            .saturating_sub(1 + Self::below(costs, inner.height));
        Rect {
            y: inner.y.saturating_add(1),
            height: room.min(lines.max(4).saturating_add(2)),
            ..inner
        }
    }
}

impl View for Costs {
    fn name(&self) -> &'static str {
        "costs"
    }

    fn context(&self) -> &'static str {
        if self.form == 0 { "chart" } else { "table" }
    }

    fn title(&self) -> String {
        if self.form > 0 {
            return self.listing.title();
        }
        let title = format!("costs({})", self.heat.lines.len());
        if self.filter.is_empty() {
            title
        } else {
            format!("{title} /{}", self.filter)
        }
    }

    fn needs(&self, desk: &Desk<'_>) -> Vec<Query> {
        needs(desk)
    }

    fn derive(&mut self, desk: &Desk<'_>) {
        self.skip_drawn(desk);
        self.listing.derive(desk);
        self.narrow(desk);
    }

    fn filter(&mut self, text: &str, desk: &Desk<'_>) {
        text.trim().clone_into(&mut self.filter);
        self.listing.filter(text, desk);
        self.narrow(desk);
        self.detail.follow(desk);
    }

    fn act(&mut self, action: &Action, desk: &Desk<'_>) -> Option<Vec<Effect>> {
        if action.verb == Verb::NextForm {
            self.form = (self.form + 1) % (DRAWN.len() + SPEC.forms.len());
            if let Some(form) = self.form.checked_sub(DRAWN.len()) {
                self.listing.show(form, desk);
            }
            self.skip_drawn(desk);
            return Some(Vec::new());
        }
        if action.verb == Verb::Refresh {
            return Some(vec![Effect::Refresh(vec![Query::Costs])]);
        }
        if self.form > 0 {
            return self.listing.act(action, desk);
        }
        match action.verb {
            verb if self.detail.take(verb) => {}
            Verb::Back if !self.marked.is_empty() => self.marked.clear(),
            Verb::Open if !self.detail.focused => self.detail.focused = true,
            Verb::Describe => return Some(vec![Effect::Describe(self.selected()?)]),
            Verb::SortNext => self.sort(match self.order {
                Order::Total => Order::Change,
                Order::Change => Order::Name,
                Order::Name => Order::Total,
            }),
            Verb::Mark => {
                let account = self.line()?.account?;
                if !self.marked.remove(&account) {
                    self.marked.insert(account);
                }
                self.window.act(Verb::Down, self.heat.lines.len());
            }
            verb => {
                if !self.window.act(verb, self.heat.lines.len()) {
                    return None;
                }
                self.detail.follow(desk);
            }
        }
        Some(Vec::new())
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, desk: &Desk<'_>) -> Vec<Effect> {
        if self.form > 0 {
            return self.listing.mouse(event, area, desk);
        }
        let split = self.detail.split(area, SHARE, desk);
        let at = (event.column, event.row).into();
        let len = self.heat.lines.len();
        let over = split.detail.is_some_and(|detail| detail.contains(at));
        match event.kind {
            _ if over => self.detail.mouse(event),
            MouseEventKind::ScrollDown => self.window.wheel(true, len),
            MouseEventKind::ScrollUp => self.window.wheel(false, len),
            MouseEventKind::Down(MouseButton::Left) => {
                let (Some(main), Some(costs)) = (split.main, desk.inventory.costs.value()) else {
                    return Vec::new();
                };
                self.detail.focused = false;
                let table = self.table(Pane::inner(main), costs);
                if event.row == table.y {
                    let next = Action::from(Verb::SortNext);
                    return self.act(&next, desk).unwrap_or_default();
                }
                let body = draw::body(table);
                if body.contains(at)
                    && let Some(index) = self.window.at(usize::from(event.row - body.y), len)
                {
                    self.window.go(index, len);
                    self.detail.follow(desk);
                    self.detail.focused = self.clicks.is_double(index, desk.now);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn selected(&self) -> Option<Object> {
        if self.form > 0 {
            return self.listing.selected();
        }
        self.line().and_then(object)
    }

    fn marked(&self) -> Vec<Object> {
        if self.form > 0 {
            return self.listing.marked();
        }
        let marked = |line: &&heat::Line| {
            line.account
                .is_some_and(|account| self.marked.contains(&account))
        };
        self.heat
            .lines
            .iter()
            .filter(marked)
            .filter_map(object)
            .collect()
    }

    fn go_to(&mut self, object: &Object, desk: &Desk<'_>) -> bool {
        let found = self.listing.go_to(object, desk);
        if found {
            self.form = DRAWN.len() + self.listing.form();
        }
        found
    }

    fn exports(&self) -> &'static [&'static str] {
        TABLES
    }

    fn export(&self, ending: &str, desk: &Desk<'_>) -> Option<String> {
        // The heat table is the table of costs, drawn.
        let form = self.form.saturating_sub(DRAWN.len());
        self.listing.export_form(form, ending, desk)
    }

    fn hints(&self) -> Vec<(Action, &'static str)> {
        let form = [
            (Verb::NextForm.into(), "form"),
            (Verb::Refresh.into(), "refresh"),
        ];
        form.into_iter().chain(common_hints()).collect()
    }

    fn next_tick(&self, wall: Timestamp) -> Option<Timestamp> {
        match self.form {
            0 => self.detail.next_tick(wall),
            _ => self.listing.next_tick(wall),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        if self.form > 0 {
            return self.listing.draw(frame, area, desk);
        }
        let split = self.detail.split(area, SHARE, desk);
        if let Some(main) = split.main {
            self.draw_main(frame, main, desk);
        }
        let Some(area) = split.detail else { return };
        let line = self.line();
        let subject = line.map(|line| line.account);
        self.detail.tell(frame, area, desk, subject, || {
            match (line, desk.inventory.costs.value()) {
                (Some(line), Some(costs)) => details::details(line, &self.heat, costs, desk),
                _ => Default::default(),
            }
        });
    }
}

fn object(line: &heat::Line) -> Option<Object> {
    let account = line.account?;
    Some(Object {
        kind: "account",
        account: Some(account),
        region: None,
        id: account.to_string(),
        name: line.name.clone(),
        arn: None,
    })
}

#[cfg(test)]
mod tests;
