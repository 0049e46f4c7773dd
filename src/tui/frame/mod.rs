//! One whole frame: header, the current view, footer, and what lies over them.

mod footer;
mod header;
mod toasts;
mod which_key;

use jiff::SignedDuration;
use ratatui::{Frame, layout::Rect, text::Line};

use super::{State, overlays::brush, theme::Role, widgets::put};

pub use header::next_age_step;

/// Below this nothing sensible can be drawn.
pub const SMALLEST: (u16, u16) = (40, 10);

/// The three parts of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    pub header: Rect,
    pub body: Rect,
    pub footer: Rect,
}

/// Parts a screen; every part lies inside of it, whatever its size.
#[must_use]
pub fn areas(screen: Rect) -> Areas {
    let header = Rect {
        height: screen.height.min(1),
        ..screen
    };
    let footer = Rect {
        y: screen.y + screen.height.saturating_sub(1),
        height: screen.height.min(1),
        ..screen
    };
    let body = Rect {
        y: screen.y + header.height,
        height: screen.height.saturating_sub(2),
        ..screen
    };
    Areas {
        header,
        body,
        footer,
    }
}

/// Whether the terminal is too small for anything but saying so.
#[must_use]
pub const fn too_small(size: (u16, u16)) -> bool {
    size.0 < SMALLEST.0 || size.1 < SMALLEST.1
}

/// Draws everything. Reads only.
pub fn draw(frame: &mut Frame<'_>, state: &State) {
    let screen = frame.area();
    let brush = brush(state);
    frame
        .buffer_mut()
        .set_style(screen, brush.style(Role::Background));
    if too_small((screen.width, screen.height)) {
        return draw_too_small(frame, state);
    }
    let parts = areas(screen);
    header::draw(frame, parts.header, state);
    match state.view() {
        Some(view) => view.draw(frame, parts.body, &state.desk()),
        None => put(
            frame.buffer_mut(),
            parts.body,
            &Line::raw("no view is built in"),
        ),
    }
    footer::draw(frame, parts.footer, state);
    for overlay in &state.overlays {
        overlay.draw(frame, screen, state);
    }
    if !state.pending.is_empty() {
        which_key::draw(frame, screen, state);
    }
    toasts::draw(frame, parts.body, state);
    state.symbols.spell(frame.buffer_mut());
}

fn draw_too_small(frame: &mut Frame<'_>, state: &State) {
    let screen = frame.area();
    let text = format!(
        "need {}x{}, have {}x{}",
        SMALLEST.0, SMALLEST.1, screen.width, screen.height
    );
    let line = Line::styled(text, brush(state).style(Role::Warning));
    let x = screen.x
        + screen
            .width
            .saturating_sub(u16::try_from(line.width()).unwrap_or(0))
            / 2;
    let y = screen.y + screen.height / 2;
    let area = Rect {
        x,
        y,
        width: screen.right().saturating_sub(x),
        height: 1,
    };
    put(frame.buffer_mut(), area.intersection(screen), &line);
}

/// A length of time until a coarse age reads differently.
fn until(step: i64, seconds: i64) -> SignedDuration {
    SignedDuration::from_secs((seconds / step + 1) * step)
}
