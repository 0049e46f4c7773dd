//! The last line: the keys that matter here, from the keymap.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    config::keymap::spelled,
    tui::{
        Action, State, Verb,
        overlays::brush,
        theme::Role,
        widgets::{put, text::width},
    },
};

/// Offered in every view after its own hints, as far as there is room.
const EVERYWHERE: &[(Verb, &str)] = &[
    (Verb::Filter, "filter"),
    (Verb::Palette, "command"),
    (Verb::Operations, "operations"),
    (Verb::Help, "help"),
    (Verb::Quit, "quit"),
];

/// More would not be read.
const MOST: usize = 8;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let brush = brush(state);
    frame
        .buffer_mut()
        .set_style(area, brush.style(Role::Header));
    let contexts = state.contexts();
    let own = state.view().map(|view| view.hints()).unwrap_or_default();
    let everywhere = EVERYWHERE
        .iter()
        .map(|(verb, word)| (Action::from(*verb), *word));
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    let mut told: Vec<Action> = Vec::new();
    let mut hints: Vec<(String, &str)> = Vec::new();
    for (action, word) in own.into_iter().take(MOST - 3).chain(everywhere) {
        if told.contains(&action) {
            continue;
        }
        if let Some(chord) = state.keymap.chord(&contexts, &action.to_string()) {
            hints.push((spelled(chord), word));
            told.push(action);
        }
    }
    for (chord, word) in hints.into_iter().take(MOST) {
        let more = width(&chord) + width(word) + 3;
        if used + more > usize::from(area.width) {
            break;
        }
        used += more;
        spans.push(Span::styled(chord, brush.style(Role::Key)));
        spans.push(Span::styled(format!(" {word}  "), brush.style(Role::Muted)));
    }
    let filter = state
        .filters
        .get(state.current)
        .filter(|filter| !filter.is_empty());
    if let Some(filter) = filter {
        let text = format!(" /{filter} ");
        if let Some(gap) = usize::from(area.width).checked_sub(used + width(&text)) {
            spans.push(Span::raw(" ".repeat(gap)));
            spans.push(Span::styled(text, brush.style(Role::Match)));
        }
    }
    put(frame.buffer_mut(), area, &Line::from(spans));
}
