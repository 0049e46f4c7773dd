//! How rows of a tree look, and what they share with rows of tables: gutter and selection.

use std::hash::Hash;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{Node, Tree};
use crate::tui::{
    theme::Role,
    widgets::{Brush, put, row},
};

impl<K: Clone + Eq + Hash, V> Tree<K, V> {
    /// Draws the rows that `area` shows: cursor, mark, indentation and fold sign; `paint` draws
    /// the rest of each, given where its node stands. Says where the cursor's row is.
    pub fn draw(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        focused: bool,
        brush: Brush<'_>,
        mut paint: impl FnMut(&mut Buffer, Rect, usize, &Node<K, V>),
    ) -> Option<Rect> {
        let mut at_cursor = None;
        let range = self.window.range(self.visible.len(), area.height.into());
        for (line, at) in range.enumerate() {
            let Some(place) = row(area, line) else { break };
            let index = self.visible[at];
            let node = &self.nodes[index];
            let here = at == self.window.cursor();
            gutter(buffer, place, here, self.marked.contains(&node.key), brush);
            let fold = match (self.has_children(at), self.is_folded(at)) {
                (false, _) => "  ",
                (true, true) => brush.pick("▸ ", "+ "),
                (true, false) => brush.pick("▾ ", "- "),
            };
            let left = (2 + 2 * node.depth).min(place.width);
            let rest = shifted(place, left);
            put(
                buffer,
                rest,
                &Span::styled(fold, brush.style(Role::Muted)).into(),
            );
            paint(buffer, shifted(rest, 2), index, node);
            if here {
                select(buffer, place, focused, brush);
                at_cursor = Some(place);
            }
        }
        at_cursor
    }
}

/// The two cells before a row: cursor and mark. Signs, so that they need no colour.
pub fn gutter(buffer: &mut Buffer, place: Rect, here: bool, marked: bool, brush: Brush<'_>) {
    let cursor = if here { brush.pick("▌", ">") } else { " " };
    let mark = if marked { brush.pick("✓", "+") } else { " " };
    let line = Line::from(vec![
        Span::styled(cursor, brush.style(Role::BorderFocused)),
        Span::styled(mark, brush.style(Role::Mark)),
    ]);
    put(buffer, place, &line);
}

/// Lays the selection over a drawn row.
pub fn select(buffer: &mut Buffer, place: Rect, focused: bool, brush: Brush<'_>) {
    let place = place.intersection(buffer.area);
    if focused {
        buffer.set_style(place, brush.style(Role::Selection));
    } else {
        buffer.set_style(place, brush.style(Role::Strong));
    }
}

/// `area` without its first `left` cells.
#[must_use]
pub fn shifted(area: Rect, left: u16) -> Rect {
    let left = left.min(area.width);
    Rect {
        x: area.x + left,
        width: area.width - left,
        ..area
    }
}
