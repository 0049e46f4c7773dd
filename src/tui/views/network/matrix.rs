//! Who talks to whom, as a table of VPCs against VPCs: one letter for each link.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{lanes::Spot, signs};
use crate::{
    model::{TransitGatewayId, VpcId, network::Topology},
    tui::{
        theme::Role,
        widgets::{Brush, put, row, text, tree::shifted},
    },
};

/// Cells of a column.
const CELL: u16 = 4;

/// The cell that the cursor is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct At {
    pub(super) row: usize,
    pub(super) column: usize,
}

impl At {
    pub(super) fn step(self, right: i32, down: i32, count: usize) -> Self {
        let shift = |from: usize, by: i32| {
            let by = isize::try_from(by).unwrap_or(0);
            from.saturating_add_signed(by).min(count.saturating_sub(1))
        };
        Self {
            row: shift(self.row, down),
            column: shift(self.column, right),
        }
    }

    /// The link in this cell, else the VPC of its row.
    pub(super) fn spot(self, topology: &Topology) -> Option<Spot> {
        let a = &topology.nodes.get(self.row)?.vpc;
        let b = &topology.nodes.get(self.column)?.vpc;
        if a != b
            && let Some(edge) = topology.between(a, b)
        {
            let index = topology.edges.iter().position(|other| other == edge)?;
            return Some(Spot::Edge(index));
        }
        Some(Spot::Vpc(a.clone()))
    }
}

/// How rows and columns are placed.
pub(super) struct Plan {
    area: Rect,
    names: u16,
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
}

impl Plan {
    pub(super) fn new(area: Rect, topology: &Topology, at: At) -> Self {
        let count = topology.nodes.len();
        let widest = topology
            .nodes
            .iter()
            .map(|node| text::width(&node.label))
            .max()
            .unwrap_or(0);
        let names = u16::try_from(widest + 2)
            .unwrap_or(u16::MAX)
            .min(area.width / 2)
            .max(4);
        let wide = usize::from(area.width.saturating_sub(names + 1) / CELL);
        let high = usize::from(area.height.saturating_sub(2));
        let around = |cursor: usize, shown: usize| {
            let first = (cursor + 1)
                .saturating_sub(shown)
                .min(count.saturating_sub(shown));
            first..(first + shown).min(count)
        };
        Self {
            area,
            names,
            rows: around(at.row, high),
            columns: around(at.column, wide),
        }
    }

    fn cell(&self, line: Rect, column: usize) -> Rect {
        let index = u16::try_from(column - self.columns.start).unwrap_or(u16::MAX);
        let place = shifted(line, self.names.saturating_add(index.saturating_mul(CELL)));
        Rect {
            width: place.width.min(CELL),
            ..place
        }
    }

    pub(super) fn draw(
        &self,
        buffer: &mut Buffer,
        topology: &Topology,
        at: At,
        brush: Brush<'_>,
    ) -> Option<Rect> {
        let codes = codes(topology);
        let mut at_cursor = None;
        if let Some(head) = row(self.area, 0) {
            for column in self.columns.clone() {
                let role = if column == at.column {
                    Role::Strong
                } else {
                    Role::ColumnHead
                };
                let said = text::pad_left(&codes[column], usize::from(CELL) - 1, brush.symbols);
                put(
                    buffer,
                    self.cell(head, column),
                    &Span::styled(said, brush.style(role)).into(),
                );
            }
        }
        for (line, index) in self.rows.clone().enumerate() {
            let Some(place) = row(self.area, line + 1) else {
                break;
            };
            let node = &topology.nodes[index];
            let role = if index == at.row {
                Role::Strong
            } else {
                Role::Text
            };
            let label = text::fit(&node.label, usize::from(self.names) - 2, brush.symbols);
            let line = Line::from(vec![Span::raw(" "), Span::styled(label, brush.style(role))]);
            put(buffer, place, &line);
            for column in self.columns.clone() {
                let cell = self.cell(place, column);
                let (said, role) = sign(topology, index, column, brush);
                let said = text::pad_left(said, usize::from(CELL) - 1, brush.symbols);
                put(buffer, cell, &Span::styled(said, brush.style(role)).into());
                if (At { row: index, column }) == at {
                    let inside = shifted(cell, 1).intersection(buffer.area);
                    buffer.set_style(inside, brush.style(Role::Selection));
                    at_cursor = Some(inside);
                }
            }
        }
        if let Some(place) = row(self.area, usize::from(self.area.height.saturating_sub(1))) {
            let said = " = ok ! one-way 0 no route x black hole ~ pending % overlap f failed ? unknown t TGW";
            let said = text::fit(said, place.width.into(), brush.symbols);
            put(
                buffer,
                place,
                &Span::styled(said, brush.style(Role::Muted)).into(),
            );
        }
        at_cursor
    }

    pub(super) fn hit(&self, x: u16, y: u16) -> Option<At> {
        let line = usize::from(y.checked_sub(self.area.y + 1)?);
        let across = x.checked_sub(self.area.x + self.names)? / CELL;
        let at = At {
            row: self.rows.start + line,
            column: self.columns.start + usize::from(across),
        };
        (self.rows.contains(&at.row) && self.columns.contains(&at.column)).then_some(at)
    }
}

fn sign(topology: &Topology, a: usize, b: usize, brush: Brush<'_>) -> (&'static str, Role) {
    if a == b {
        return (brush.pick("·", "."), Role::Muted);
    }
    let (a, b) = (&topology.nodes[a].vpc, &topology.nodes[b].vpc);
    if let Some(edge) = topology.between(a, b) {
        return (signs::letter(edge.state), signs::role(edge.state));
    }
    let gateways = |vpc: &VpcId| -> Vec<&TransitGatewayId> {
        let joins = topology.joins.iter().filter(|join| join.vpc == *vpc);
        joins.map(|join| &join.gateway).collect()
    };
    let others = gateways(b);
    if gateways(a).iter().any(|gateway| others.contains(gateway)) {
        return ("t", Role::Muted);
    }
    ("", Role::Text)
}

/// Two or three letters for each VPC: the initials of its name, counted where they repeat.
fn codes(topology: &Topology) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for node in &topology.nodes {
        let initials: String = node
            .label
            .split(['-', '_', ' ', '.'])
            .filter_map(|part| part.chars().next())
            .take(2)
            .collect();
        let taken = |code: &String| codes.contains(code);
        let code = if taken(&initials) {
            (2..=topology.nodes.len() + 1)
                .map(|number| format!("{initials}{number}"))
                .find(|code| !codes.contains(code))
                .unwrap_or_default()
        } else {
            initials
        };
        codes.push(code);
    }
    codes
}
