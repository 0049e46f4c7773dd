//! Draws the lanes: boxes, the links between them, and what leaves a lane at its right.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    lanes::{Lane, Row, Spot},
    parts::Parts,
};
use crate::{
    model::{VpcId, network::Topology},
    tui::{
        Theme,
        theme::Role,
        widgets::{Brush, put, text, tree::shifted},
    },
};

/// Cells for the name of the lane.
const NAME: u16 = 8;
/// Cells for links that leave a lane.
const GUTTER: u16 = 20;
/// The narrowest link that still says what is wrong.
const LINK: u16 = 10;

/// Where things stand in an area.
pub(super) struct Plan {
    area: Rect,
    box_width: u16,
    link: u16,
    gutter: u16,
    /// Lines of a box: 4 with name and block, 3 with the name, 1 without a border.
    tall: u16,
    /// Lines that are scrolled away.
    top: u16,
}

impl Plan {
    pub(super) fn new(area: Rect, lanes: &[Lane], cursor: &Spot) -> Self {
        let outside = lanes
            .iter()
            .flat_map(|lane| &lane.rows)
            .any(|row| !row.gutter.is_empty());
        let gutter = match area.width {
            _ if !outside => 0,
            100.. => GUTTER,
            70.. => 12,
            _ => 0,
        };
        let room = area
            .width
            .saturating_sub(NAME + gutter + u16::from(gutter > 0));
        let least = if room < 70 { LINK - 1 } else { LINK };
        let box_width = (room.saturating_sub(2 * least) / 3).clamp(6, 22);
        let link = (room.saturating_sub(3 * box_width) / 2).clamp(3, 24);
        let count: usize = lanes.iter().map(|lane| lane.rows.len()).sum();
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        let tall = [4, 3]
            .into_iter()
            .find(|tall| count.saturating_mul(*tall) <= area.height)
            .unwrap_or(if area.height < 12 { 1 } else { 3 });
        let at = lanes
            .iter()
            .flat_map(|lane| &lane.rows)
            .position(|row| row.spots().contains(cursor))
            .unwrap_or(0);
        let bottom = u16::try_from(at + 1)
            .unwrap_or(u16::MAX)
            .saturating_mul(tall);
        Self {
            area,
            box_width,
            link,
            gutter,
            tall,
            top: bottom.saturating_sub(area.height).div_ceil(tall) * tall,
        }
    }

    /// Where the row of this index begins; `None` where it is out of sight.
    fn row(&self, index: usize) -> Option<Rect> {
        let line = u16::try_from(index)
            .ok()?
            .checked_mul(self.tall)?
            .checked_sub(self.top)?;
        let left = self
            .area
            .height
            .checked_sub(line)
            .filter(|&left| left > 0)?;
        Some(Rect {
            y: self.area.y + line,
            height: self.tall.min(left),
            ..self.area
        })
    }

    /// Where each spot of a row stands.
    fn places(&self, row: &Row, area: Rect) -> Vec<(Spot, Rect)> {
        let column = |x: u16, width: u16| {
            let place = shifted(area, x);
            Rect {
                width: width.min(place.width),
                ..place
            }
        };
        let middle = |place: Rect| Rect {
            y: place.y
                + (place.height.saturating_sub(1) / 2)
                    .max(u16::from(self.tall > 1))
                    .min(place.height.saturating_sub(1)),
            height: place.height.min(1),
            ..place
        };
        let (box_width, link) = (self.box_width, self.link);
        let mut places = Vec::new();
        let mut x = NAME;
        let parts = [
            (row.left.clone(), false),
            (row.left_link.map(Spot::Edge), true),
            (row.hub.clone(), false),
            (row.right_link.map(Spot::Edge), true),
            (row.right.clone(), false),
        ];
        for (spot, is_link) in parts {
            let width = if is_link { link } else { box_width };
            if let Some(spot) = spot {
                let place = column(x, width);
                places.push((spot, if is_link { middle(place) } else { place }));
            }
            x += width;
        }
        for (index, spot) in row.gutter.iter().enumerate() {
            if let Some(place) = crate::tui::widgets::row(column(x + 1, self.gutter), index) {
                places.push((spot.clone(), place));
            }
        }
        places
    }

    /// Draws all and says where the cursor is.
    pub(super) fn draw(
        &self,
        buffer: &mut Buffer,
        lanes: &[Lane],
        topology: &Topology,
        cursor: &Spot,
        brush: Brush<'_>,
    ) -> Option<Rect> {
        let parts = Parts {
            topology,
            bordered: self.tall > 1,
            brush,
        };
        let mut at_cursor = None;
        let mut index = 0;
        for lane in lanes {
            for (position, row) in lane.rows.iter().enumerate() {
                if let Some(area) = self.row(index) {
                    if position == 0 {
                        name(buffer, area, lane, brush);
                    }
                    for (spot, place) in self.places(row, area) {
                        let here = spot == *cursor;
                        parts.draw(buffer, place, &spot, row, here);
                        if here {
                            at_cursor = Some(place);
                        }
                    }
                }
                index += 1;
            }
        }
        at_cursor
    }

    /// What stands at a cell.
    pub(super) fn hit(&self, lanes: &[Lane], x: u16, y: u16) -> Option<Spot> {
        let rows = lanes.iter().flat_map(|lane| &lane.rows).enumerate();
        rows.filter_map(|(index, row)| Some((row, self.row(index)?)))
            .flat_map(|(row, area)| self.places(row, area))
            .find(|(_, place)| place.contains((x, y).into()))
            .map(|(spot, _)| spot)
    }
}

fn name(buffer: &mut Buffer, area: Rect, lane: &Lane, brush: Brush<'_>) {
    let down = u16::from(area.height > 1);
    let place = Rect {
        y: area.y + down,
        width: area.width.min(NAME),
        height: 1,
        ..area
    };
    let style = brush.style(Theme::class_role(lane.class));
    let word = lane.class.to_string().to_uppercase();
    put(buffer, place, &Line::from(Span::styled(word, style)));
    if let Some(region) = lane.region.as_ref().filter(|_| area.height > 2) {
        let below = Rect {
            y: place.y + 1,
            ..place
        };
        let said = text::fit(region.as_str(), usize::from(NAME) - 1, brush.symbols);
        put(
            buffer,
            below,
            &Span::styled(said, brush.style(Role::Muted)).into(),
        );
    }
}

/// Moves the cursor over rows of spots; stays where there is nowhere to go.
pub(super) fn step(lanes: &[Lane], cursor: &Spot, right: i32, down: i32) -> Option<Spot> {
    let rows: Vec<Vec<Spot>> = lanes
        .iter()
        .flat_map(|lane| &lane.rows)
        .map(Row::spots)
        .filter(|spots| !spots.is_empty())
        .collect();
    let found = rows
        .iter()
        .enumerate()
        .find_map(|(line, spots)| Some((line, spots.iter().position(|spot| spot == cursor)?)));
    let Some((line, at)) = found else {
        return rows.first()?.first().cloned();
    };
    let shift = |from: usize, by: i32, len: usize| {
        let by = isize::try_from(by).unwrap_or(0);
        from.saturating_add_signed(by).min(len.saturating_sub(1))
    };
    let line = shift(line, down, rows.len());
    let at = shift(at.min(rows[line].len() - 1), right, rows[line].len());
    rows[line].get(at).cloned()
}

/// The far or only VPC of a spot.
pub(super) fn vpc_of<'a>(spot: &'a Spot, topology: &'a Topology) -> Option<&'a VpcId> {
    match spot {
        Spot::Vpc(vpc) => Some(vpc),
        Spot::Edge(index) => topology.edges.get(*index).map(|edge| &edge.a),
        Spot::Join(index) => topology.joins.get(*index).map(|join| &join.vpc),
        Spot::Folded { .. } => None,
    }
}
