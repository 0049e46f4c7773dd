//! How links look: their lines, ends, letters and colours.

use crate::{
    model::network::{EdgeState, Side, SideState},
    tui::{theme::Role, widgets::Brush},
};

pub(super) const fn role(state: EdgeState) -> Role {
    match state {
        EdgeState::Ok => Role::EdgeOk,
        EdgeState::Pending => Role::EdgePending,
        EdgeState::Unknown => Role::Unknown,
        EdgeState::Unrouted | EdgeState::OneWay => Role::EdgeOneWay,
        EdgeState::Overlap => Role::EdgeOverlap,
        EdgeState::BlackHole => Role::EdgeBlackHole,
        EdgeState::Failed => Role::EdgeFailed,
    }
}

/// The letter of a state in the matrix; needs no colour and no Unicode.
pub(super) const fn letter(state: EdgeState) -> &'static str {
    match state {
        EdgeState::Ok => "=",
        EdgeState::Pending => "~",
        EdgeState::Unknown => "?",
        EdgeState::Unrouted => "0",
        EdgeState::OneWay => "!",
        EdgeState::Overlap => "%",
        EdgeState::BlackHole => "x",
        EdgeState::Failed => "f",
    }
}

/// The end of a link at the side that sends: whether it finds the way.
pub(super) const fn end(side: &Side, brush: Brush<'_>) -> &'static str {
    match side.state {
        SideState::Routed => brush.pick("●", "*"),
        SideState::Missing => brush.pick("○", "o"),
        SideState::BlackHole => brush.pick("✖", "x"),
        SideState::Unknown => "?",
    }
}

/// A link of `cells`: `●────●`, or with what is wrong in its middle: `●╌one-way╌○`.
pub(super) fn line(
    state: EdgeState,
    left: &Side,
    right: &Side,
    cells: usize,
    brush: Brush<'_>,
) -> String {
    let stroke = if state == EdgeState::Ok {
        brush.pick("─", "-")
    } else {
        brush.pick("╌", ".")
    };
    let word = if state == EdgeState::Ok {
        ""
    } else {
        state.word()
    };
    let room = cells.saturating_sub(2);
    let word = crate::tui::widgets::text::fit(word, room, brush.symbols);
    let rest = room.saturating_sub(crate::tui::widgets::text::width(&word));
    let before = rest / 2;
    match cells {
        0 => String::new(),
        1 => stroke.to_owned(),
        _ => format!(
            "{}{}{word}{}{}",
            end(left, brush),
            stroke.repeat(before),
            stroke.repeat(rest - before),
            end(right, brush)
        ),
    }
}
