//! Everything that the deck has told since it started.

use jiff::tz::TimeZone;

use super::{Page, page::PageLine};
use crate::tui::{State, message::Severity, theme::Role};

/// All notes, the newest last, with their time of day.
#[must_use]
pub fn page(state: &State) -> Page {
    Page::live("messages", "Messages", told, state).from_the_end()
}

fn told(state: &State) -> Vec<PageLine> {
    let zone = TimeZone::system();
    let mut lines: Vec<PageLine> = Vec::new();
    for note in state.notes.all() {
        let (role, word) = match note.severity {
            Severity::Info => (Role::Info, "info   "),
            Severity::Warning => (Role::Warning, "warning"),
            Severity::Error => (Role::Error, "error  "),
        };
        let time = note
            .at
            .to_zoned(zone.clone())
            .strftime("%H:%M:%S  ")
            .to_string();
        let mut line = vec![
            (Role::Muted, time),
            (role, format!("{word}  ")),
            (Role::Text, note.text.clone()),
        ];
        if note.times > 1 {
            line.push((Role::Muted, format!("  ×{}", note.times)));
        }
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push(vec![(Role::Muted, "Nothing was told yet.".to_owned())]);
    }
    lines
}
