//! The frame around a part of the screen: border, title, focus, scroll mark.

use ratatui::{
    buffer::Buffer,
    layout::{Alignment, Rect},
    symbols::border,
    text::Line,
    widgets::{Block, BorderType, Widget},
};

use super::{Brush, put, row, text::fit_line};
use crate::tui::theme::{Role, Symbols};

/// Borders for terminals without Unicode.
pub const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Cells that a title gets even where what stands in the corner would need them.
const TITLE: usize = 12;

/// A bordered box.
#[derive(Default)]
pub struct Pane<'a> {
    pub title: Line<'a>,
    /// At the right of the upper edge.
    pub corner: Line<'a>,
    /// At the left of the lower edge: what is missing, how old.
    pub foot: Line<'a>,
    pub focused: bool,
}

impl Pane<'_> {
    /// What is left inside of `area`.
    #[must_use]
    pub const fn inner(area: Rect) -> Rect {
        Rect {
            x: area.x.saturating_add(1),
            y: area.y.saturating_add(1),
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(2),
        }
    }

    /// Draws the frame and says what is left inside.
    pub fn draw(self, buffer: &mut Buffer, area: Rect, brush: Brush<'_>) -> Rect {
        let area = area.intersection(buffer.area);
        if brush.symbols.is_plain() {
            self.draw_plain(buffer, area, brush);
            return Self::inner(area);
        }
        let border = if self.focused {
            Role::BorderFocused
        } else {
            Role::Border
        };
        let mut block = Block::bordered().border_style(brush.style(border));
        block = match brush.symbols {
            Symbols::Unicode => block.border_type(BorderType::Rounded),
            Symbols::Ascii | Symbols::Plain => block.border_set(ASCII),
        };
        // The corners and a space on either side.
        let room = usize::from(area.width).saturating_sub(4);
        let beside = match self.corner.width() {
            0 => 0,
            width => width + 3,
        };
        let title = fit_line(
            self.title,
            room.saturating_sub(beside).max(room.min(TITLE)),
            brush.symbols,
        );
        if title.width() > 0 {
            block = block.title_top(spaced(title.patch_style(brush.style(Role::Title))));
        }
        if self.corner.width() > 0 {
            block = block.title_top(spaced(self.corner).alignment(Alignment::Right));
        }
        if self.foot.width() > 0 {
            block = block.title_bottom(spaced(fit_line(self.foot, room, brush.symbols)));
        }
        block.render(area, buffer);
        Self::inner(area)
    }

    /// The words of the frame without the frame: title and what it is one of above, the foot below.
    fn draw_plain(self, buffer: &mut Buffer, area: Rect, brush: Brush<'_>) {
        let mut head = self.title.patch_style(brush.style(Role::Title));
        if self.corner.width() > 0 {
            head.push_span("  ");
            head.spans.extend(self.corner.spans);
        }
        if let Some(place) = row(area, 0) {
            put(buffer, place, &head);
        }
        let last = usize::from(area.height).checked_sub(1);
        if let Some(place) = last
            .filter(|last| *last > 0)
            .and_then(|last| row(area, last))
        {
            put(buffer, place, &self.foot);
        }
    }
}

/// Titles breathe: a space before and after.
fn spaced(mut line: Line<'_>) -> Line<'_> {
    line.spans.insert(0, " ".into());
    line.spans.push(" ".into());
    line
}

/// Draws on the right border of `area` which part of `len` rows, from `top` on, is shown.
pub fn scroll_mark(buffer: &mut Buffer, area: Rect, top: usize, len: usize, brush: Brush<'_>) {
    let track = Pane::inner(area);
    let shown = usize::from(track.height);
    if shown == 0 || len <= shown || area.width < 2 || brush.symbols.is_plain() {
        return;
    }
    let size = (shown * shown / len).max(1);
    let at = (shown - size) * top.min(len - shown) / (len - shown);
    let right = area.right() - 1;
    for index in at..at + size {
        if let Some(cell) = row(track, index).and_then(|row| buffer.cell_mut((right, row.y))) {
            cell.set_symbol(brush.pick("┃", "#"))
                .set_style(brush.style(Role::BorderFocused));
        }
    }
}
