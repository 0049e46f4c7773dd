//! What can follow the keys that were pressed so far.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    config::keymap::spelled,
    tui::{
        State, keys,
        overlays::{brush, wipe},
        theme::Role,
        widgets::{Pane, put, text::pad},
    },
};

const COLUMN: u16 = 26;

pub(super) fn draw(frame: &mut Frame<'_>, screen: Rect, state: &State) {
    let brush = brush(state);
    let next = state.keymap.next(&state.contexts(), &state.pending);
    let columns = (screen.width.saturating_sub(2) / COLUMN).max(1);
    let rows = u16::try_from(next.len())
        .unwrap_or(u16::MAX)
        .div_ceil(columns);
    let height = rows.saturating_add(2).min(screen.height);
    let area = Rect {
        y: screen.bottom().saturating_sub(height + 1).max(screen.y),
        height,
        ..screen
    }
    .intersection(screen);
    wipe(frame.buffer_mut(), area, brush);
    let label = state.keymap.label(&state.pending).unwrap_or_default();
    let pane = Pane {
        title: format!("{} {label}", spelled(&state.pending)).into(),
        focused: true,
        ..Pane::default()
    };
    let inner = pane.draw(frame.buffer_mut(), area, brush);
    for (at, next) in next.iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        let (column, row) = (at / rows.max(1), at % rows.max(1));
        let cell = Rect {
            x: inner.x.saturating_add(column.saturating_mul(COLUMN)),
            y: inner.y.saturating_add(row),
            width: COLUMN,
            height: 1,
        };
        let what = match next.run {
            Some(run) => keys::described(run, next.label),
            None => format!("+{}", next.label.unwrap_or("more")),
        };
        let key = next.key.to_string();
        let line = Line::from(vec![
            Span::styled(pad(&key, 8, state.symbols), brush.style(Role::Key)),
            Span::styled(what, brush.style(Role::Text)),
        ]);
        put(frame.buffer_mut(), cell.intersection(inner), &line);
    }
}
