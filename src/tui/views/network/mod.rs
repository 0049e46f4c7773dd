//! The network: which VPCs are joined and whether packets find the way, as lanes, as a matrix and
//! as tables.

mod details;
mod export;
mod lanes;
mod map;
mod matrix;
mod narrow;
mod parts;
mod signs;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use ratatui::{Frame, layout::Rect};

use super::{
    Desk, View,
    coverage::Coverage,
    detail::{Detail, Split},
    facts,
    listing::{Listing, Spec, common_hints, tabs},
};
use crate::{
    inventory::{
        Query,
        tables::{Object, Row, Table},
    },
    model::{AccountId, State, network::Topology},
    tui::{
        Action, Effect, Verb,
        widgets::{Pairs, Pane},
    },
};
use lanes::{Lane, Spot};

static SPEC: Spec = Spec {
    name: "network",
    forms: &["peerings", "vpcs", "subnets"],
    needs,
    covers,
    banner: |_, _| Vec::new(),
    details: table_details,
    painter: None,
    spare: &["kind", "region"],
    hints: &[(Verb::NextForm, None, "form")],
};

/// The forms before those of the listing.
const DRAWN: [&str; 2] = ["lanes", "matrix"];
/// The map's part of the width, in percent.
const SHARE: u16 = 68;

pub(super) struct Network {
    topology: Topology,
    lanes: Vec<Lane>,
    /// 0 lanes, 1 matrix, then the forms of the listing.
    form: usize,
    cursor: Option<Spot>,
    at: matrix::At,
    detail: Detail,
    coverage: Coverage,
    listing: Listing,
    filter: String,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            topology: Topology::default(),
            lanes: Vec::new(),
            form: 0,
            cursor: None,
            at: matrix::At::default(),
            detail: Detail::default(),
            coverage: Coverage::default(),
            listing: Listing::new(&SPEC).after(&DRAWN),
            filter: String::new(),
        }
    }
}

fn needs(desk: &Desk<'_>) -> Vec<Query> {
    let mut needs = vec![Query::Organization];
    needs.extend(desk.places().into_iter().map(Query::Network));
    needs
}

fn covers(desk: &Desk<'_>) -> Coverage {
    let mut coverage = Coverage::default();
    for place in desk.places() {
        let read = desk.inventory.networks.get(&place);
        coverage.add(place.account, read);
        if let Some(network) = read.and_then(|read| read.value()) {
            coverage.add_gaps(place.account, &network.gaps);
        }
    }
    coverage
}

fn table_details(table: &Table, row: &Row, desk: &Desk<'_>) -> Pairs {
    let mut pairs = Pairs::default();
    facts::verdict(row, &mut pairs, desk.brush());
    facts::columns(table, row, &mut pairs, desk);
    pairs
}

impl Network {
    const fn is_drawn(&self) -> bool {
        self.form < DRAWN.len()
    }

    /// Where nothing is drawn the tables say it.
    fn skip_drawn(&mut self, desk: &Desk<'_>) {
        if self.is_drawn() && desk.symbols.is_plain() {
            self.form = DRAWN.len();
            self.listing.show(0, desk);
        }
    }

    /// What the cursor of the current form is on.
    fn spot(&self) -> Option<Spot> {
        if self.form == 1 {
            self.at.spot(&self.topology)
        } else {
            self.cursor.clone()
        }
    }

    fn draw_main(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        let brush = desk.brush();
        let names = DRAWN.into_iter().chain(SPEC.forms.iter().copied());
        let pane = Pane {
            title: self.title().into(),
            corner: tabs(names, self.form, brush),
            foot: self.coverage.line(desk.now, brush),
            focused: !self.detail.focused,
        };
        let buffer = frame.buffer_mut();
        let inner = pane.draw(buffer, area, brush);
        let Some(cursor) = self.spot() else {
            return self
                .coverage
                .vacancy("VPCs", !self.filter.is_empty())
                .draw(buffer, inner, brush);
        };
        let at = if self.form == 1 {
            matrix::Plan::new(inner, &self.topology, self.at).draw(
                buffer,
                &self.topology,
                self.at,
                brush,
            )
        } else {
            map::Plan::new(inside(inner), &self.lanes, &cursor).draw(
                buffer,
                &self.lanes,
                &self.topology,
                &cursor,
                brush,
            )
        };
        if let Some(at) = at.filter(|at| !self.detail.focused && !at.is_empty()) {
            frame.set_cursor_position((at.x, at.y));
        }
    }

    fn account(&self, spot: &Spot) -> Option<AccountId> {
        let vpc = map::vpc_of(spot, &self.topology)?;
        Some(self.topology.node(vpc)?.place.account)
    }

    fn split(&self, area: Rect, desk: &Desk<'_>) -> Split {
        self.detail.split(area, SHARE, desk)
    }

    fn go(&mut self, right: i32, down: i32, desk: &Desk<'_>) {
        self.detail.follow(desk);
        if self.form == 1 {
            self.at = self.at.step(right, down, self.topology.nodes.len());
        } else if let Some(next) = self
            .cursor
            .as_ref()
            .and_then(|cursor| map::step(&self.lanes, cursor, right, down))
        {
            self.cursor = Some(next);
        }
    }
}

/// A cell free at the left, for calm.
fn inside(inner: Rect) -> Rect {
    crate::tui::widgets::tree::shifted(inner, 1)
}

impl View for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn context(&self) -> &'static str {
        if self.is_drawn() { "map" } else { "table" }
    }

    fn title(&self) -> String {
        if !self.is_drawn() {
            return self.listing.title();
        }
        let ill = self
            .topology
            .edges
            .iter()
            .filter(|edge| edge.health().state >= State::Warning)
            .count();
        let links = self.topology.edges.len() + self.topology.joins.len();
        let problems = match ill {
            0 => String::new(),
            1 => ", 1 problem".into(),
            more => format!(", {more} problems"),
        };
        let filter = match self.filter.as_str() {
            "" => String::new(),
            text => format!(" /{text}"),
        };
        let vpcs = self.topology.nodes.len();
        format!("{vpcs} VPCs, {links} links{problems}{filter}")
    }

    fn needs(&self, desk: &Desk<'_>) -> Vec<Query> {
        needs(desk)
    }

    fn derive(&mut self, desk: &Desk<'_>) {
        self.skip_drawn(desk);
        self.coverage = covers(desk);
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
            if self.form >= DRAWN.len() {
                self.listing.show(self.form - DRAWN.len(), desk);
            }
            self.skip_drawn(desk);
            return Some(Vec::new());
        }
        if !self.is_drawn() {
            return self.listing.act(action, desk);
        }
        match action.verb {
            verb if self.detail.take(verb) => {}
            Verb::Open if !self.detail.focused => self.detail.focused = true,
            Verb::Describe => return Some(vec![Effect::Describe(self.selected()?)]),
            Verb::Refresh => return Some(vec![Effect::Refresh(needs(desk))]),
            Verb::Up => self.go(0, -1, desk),
            Verb::Down => self.go(0, 1, desk),
            Verb::Left => self.go(-1, 0, desk),
            Verb::Right => self.go(1, 0, desk),
            Verb::PageUp => self.go(0, -5, desk),
            Verb::PageDown => self.go(0, 5, desk),
            Verb::Top => self.go(0, i32::MIN, desk),
            Verb::Bottom => self.go(0, i32::MAX, desk),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, desk: &Desk<'_>) -> Vec<Effect> {
        if !self.is_drawn() {
            return self.listing.mouse(event, area, desk);
        }
        let split = self.split(area, desk);
        let over = split
            .detail
            .is_some_and(|detail| detail.contains((event.column, event.row).into()));
        match event.kind {
            _ if over => self.detail.mouse(event),
            MouseEventKind::ScrollDown => self.go(0, 1, desk),
            MouseEventKind::ScrollUp => self.go(0, -1, desk),
            MouseEventKind::Down(MouseButton::Left) => {
                let (Some(main), Some(cursor)) = (split.main, self.spot()) else {
                    return Vec::new();
                };
                self.detail.focused = false;
                self.detail.follow(desk);
                let inner = Pane::inner(main);
                if self.form == 1 {
                    let plan = matrix::Plan::new(inner, &self.topology, self.at);
                    self.at = plan.hit(event.column, event.row).unwrap_or(self.at);
                } else {
                    let plan = map::Plan::new(inside(inner), &self.lanes, &cursor);
                    self.cursor = plan
                        .hit(&self.lanes, event.column, event.row)
                        .or(Some(cursor));
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn selected(&self) -> Option<Object> {
        if !self.is_drawn() {
            return self.listing.selected();
        }
        let spot = self.spot()?;
        let node = self.topology.node(map::vpc_of(&spot, &self.topology)?)?;
        let (kind, id, name) = match &spot {
            Spot::Edge(index) => {
                let edge = &self.topology.edges[*index];
                let label = |vpc| {
                    self.topology
                        .node(vpc)
                        .map_or("?", |node| node.label.as_str())
                };
                let name = format!("{} ⇄ {}", label(&edge.a), label(&edge.b));
                ("peering", edge.peering.to_string(), name)
            }
            Spot::Join(index) => {
                let join = &self.topology.joins[*index];
                (
                    "attachment",
                    join.attachment.to_string(),
                    join.attachment.to_string(),
                )
            }
            Spot::Vpc(_) | Spot::Folded { .. } => ("vpc", node.vpc.to_string(), node.label.clone()),
        };
        Some(Object {
            kind,
            account: Some(node.place.account),
            region: Some(node.place.region.clone()),
            id,
            name,
            arn: None,
        })
    }

    fn marked(&self) -> Vec<Object> {
        if self.is_drawn() {
            Vec::new()
        } else {
            self.listing.marked()
        }
    }

    fn go_to(&mut self, object: &Object, desk: &Desk<'_>) -> bool {
        if let Some(spot) = self.find(object).filter(|_| !desk.symbols.is_plain()) {
            self.form = 0;
            self.cursor = Some(spot);
            self.detail.follow(desk);
            return true;
        }
        let found = self.listing.go_to(object, desk);
        if found {
            self.form = DRAWN.len() + self.listing.form();
        }
        found
    }

    fn exports(&self) -> &'static [&'static str] {
        if self.is_drawn() {
            &["dot", "json", "csv"]
        } else {
            &["csv", "json", "dot"]
        }
    }

    fn export(&self, ending: &str, desk: &Desk<'_>) -> Option<String> {
        match ending {
            "dot" => Some(export::dot(&self.topology, desk)),
            "json" if self.is_drawn() => export::json(&self.topology, desk),
            ending => {
                let form = self.form.saturating_sub(DRAWN.len());
                self.listing.export_form(form, ending, desk)
            }
        }
    }

    fn hints(&self) -> Vec<(Action, &'static str)> {
        if !self.is_drawn() {
            return self.listing.hints();
        }
        let form = [(Verb::NextForm.into(), "form")];
        form.into_iter()
            .chain(
                common_hints()
                    .filter(|(action, _)| !matches!(action.verb, Verb::SortNext | Verb::Mark)),
            )
            .collect()
    }

    fn next_tick(&self, wall: Timestamp) -> Option<Timestamp> {
        if self.is_drawn() {
            self.detail.next_tick(wall)
        } else {
            self.listing.next_tick(wall)
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        if !self.is_drawn() {
            return self.listing.draw(frame, area, desk);
        }
        let split = self.split(area, desk);
        if let Some(main) = split.main {
            self.draw_main(frame, main, desk);
        }
        if let Some(area) = split.detail {
            let spot = self.spot();
            self.detail.tell(frame, area, desk, &spot, || match &spot {
                Some(spot) => {
                    let (title, mut pairs) = details::details(spot, &self.topology, desk);
                    let account = self.account(spot);
                    self.coverage.tell_gaps(account, &mut pairs, desk.brush());
                    (title, pairs)
                }
                None => Default::default(),
            });
        }
    }
}

#[cfg(test)]
mod tests;
