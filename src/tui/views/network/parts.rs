//! The parts of the map: boxes with their words, links and what leaves a lane.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::Span,
    widgets::{Block, BorderType, Widget},
};

use super::{
    lanes::{Row, Spot},
    signs,
};
use crate::{
    model::{
        network::{Node, Topology},
        text::clean,
    },
    tui::{
        Symbols,
        theme::Role,
        widgets::{Brush, Pane, pane::ASCII, put, row, text, tree::shifted},
    },
};

/// What every part is drawn with.
pub(super) struct Parts<'a> {
    pub(super) topology: &'a Topology,
    /// Whether boxes have room for a border.
    pub(super) bordered: bool,
    pub(super) brush: Brush<'a>,
}

impl Parts<'_> {
    /// Draws the part of `row` that stands in `place`; `here` is where the cursor is.
    pub(super) fn draw(
        &self,
        buffer: &mut Buffer,
        place: Rect,
        spot: &Spot,
        row: &Row,
        here: bool,
    ) {
        let (topology, brush) = (self.topology, self.brush);
        match spot {
            Spot::Vpc(vpc) => {
                if let Some(node) = topology.node(vpc) {
                    self.draw_box(buffer, place, &Labels::of(node, row, spot), here);
                }
            }
            Spot::Folded { count, .. } => {
                let labels = Labels {
                    first: format!("{count} more"),
                    second: "m: matrix".into(),
                    role: Role::Muted,
                };
                self.draw_box(buffer, place, &labels, here);
            }
            Spot::Edge(index) => {
                let edge = &topology.edges[*index];
                let inside = row.left_link == Some(*index) || row.right_link == Some(*index);
                let said = if inside {
                    let from = if row.left_link == Some(*index) {
                        &row.left
                    } else {
                        &row.hub
                    };
                    let flip = *from != Some(Spot::Vpc(edge.a.clone()))
                        && !(row.hub.is_none() && row.right == Some(Spot::Vpc(edge.b.clone())));
                    let (left, right) = if flip {
                        (&edge.b_to_a, &edge.a_to_b)
                    } else {
                        (&edge.a_to_b, &edge.b_to_a)
                    };
                    signs::line(edge.state, left, right, place.width.into(), brush)
                } else {
                    let far = topology
                        .node(&edge.b)
                        .map_or(edge.b.as_str(), |node| &node.label);
                    let said = format!("{} {}", brush.pick("⇄", "<>"), clean(far));
                    text::fit(&said, place.width.into(), brush.symbols).into_owned()
                };
                let style = link_style(signs::role(edge.state), here, brush);
                put(buffer, place, &Span::styled(said, style).into());
            }
            Spot::Join(index) => {
                let join = &topology.joins[*index];
                let gateway = join
                    .gateway_name
                    .as_deref()
                    .unwrap_or(join.gateway.as_str());
                let said = format!("{} {}", brush.pick("◇", "TGW"), clean(gateway));
                let said = text::fit(&said, place.width.into(), brush.symbols);
                let style = link_style(signs::role(join.state), here, brush);
                put(buffer, place, &Span::styled(said, style).into());
            }
        }
    }

    fn draw_box(&self, buffer: &mut Buffer, place: Rect, labels: &Labels, here: bool) {
        let brush = self.brush;
        let style = brush.style(labels.role);
        let border = if here {
            Role::BorderFocused
        } else {
            Role::Border
        };
        let inner = if self.bordered {
            let mut block = Block::bordered().border_style(brush.style(border));
            block = match brush.symbols {
                Symbols::Unicode => block.border_type(BorderType::Rounded),
                Symbols::Ascii | Symbols::Plain => block.border_set(ASCII),
            };
            let place = place.intersection(buffer.area);
            block.render(place, buffer);
            Pane::inner(place)
        } else {
            place
        };
        for (index, said) in [&labels.first, &labels.second].into_iter().enumerate() {
            let Some(line) = row(inner, index) else { break };
            let line = if self.bordered {
                shifted(line, 1)
            } else {
                line
            };
            // That it is the hub shows from where it stands; the block counts more.
            let said = match said.strip_prefix("hub ") {
                Some(block) if text::width(said) > line.width.into() => block,
                _ => said,
            };
            let said = text::fit(said, line.width.into(), brush.symbols);
            let style = if index == 0 {
                style
            } else {
                brush.style(Role::Muted)
            };
            put(buffer, line, &Span::styled(said, style).into());
        }
        if here {
            let inner = inner.intersection(buffer.area);
            buffer.set_style(inner, brush.style(Role::Selection));
        }
    }
}

/// The words in a box.
struct Labels {
    first: String,
    second: String,
    role: Role,
}

impl Labels {
    fn of(node: &Node, row: &Row, spot: &Spot) -> Self {
        let cidr = node
            .cidrs
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        let hub = row.hub.as_ref() == Some(spot);
        let mark = if node.findings.is_empty() { "" } else { "! " };
        Self {
            first: format!("{mark}{}", clean(&node.label)),
            second: match (node.read, hub) {
                (false, _) => format!("? {cidr}"),
                (true, true) => format!("hub {cidr}"),
                (true, false) => cidr,
            },
            role: if node.read { Role::Strong } else { Role::Muted },
        }
    }
}

fn link_style(role: Role, here: bool, brush: Brush<'_>) -> Style {
    let style = brush.style(role);
    if here {
        style.patch(brush.style(Role::Selection))
    } else {
        style
    }
}
