//! Notes that were just told, at the top right of the view.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::tui::{
    State,
    message::Severity,
    overlays::{brush, wipe},
    theme::Role,
    widgets::{
        put,
        text::{fit, width},
    },
};

pub(super) fn draw(frame: &mut Frame<'_>, body: Rect, state: &State) {
    let brush = brush(state);
    let notes: Vec<_> = state.notes.shown(state.now).collect();
    for (note, y) in notes.into_iter().zip(body.y + 1..body.bottom()) {
        let (role, sign) = match note.severity {
            Severity::Info => (Role::Info, brush.pick("ℹ", "i")),
            Severity::Warning => (Role::Warning, brush.pick("▲", "!")),
            Severity::Error => (Role::Error, brush.pick("✖", "x")),
        };
        let room = usize::from(body.width).saturating_sub(8).min(72);
        let text = fit(&note.text, room, state.symbols).into_owned();
        let cells = u16::try_from(width(&text) + width(sign) + 3).unwrap_or(u16::MAX);
        let area = Rect {
            x: body.right().saturating_sub(cells + 2).max(body.x),
            y,
            width: cells.min(body.width),
            height: 1,
        };
        wipe(frame.buffer_mut(), area, brush);
        frame
            .buffer_mut()
            .set_style(area, brush.style(Role::Prompt));
        let line = Line::from(vec![
            Span::styled(format!(" {sign} "), brush.style(role)),
            Span::styled(text, brush.style(Role::Text)),
        ]);
        put(frame.buffer_mut(), area, &line);
    }
}
