//! The keys that work here, from the keymap itself, grouped by where they apply.

use super::{Page, page::PageLine};
use crate::{
    config::keymap::{Found, spelled},
    tui::{State, keys, theme::Role, widgets::text::width},
};

/// Every binding of these contexts that is not hidden by an inner one.
#[must_use]
pub fn page(state: &State, contexts: &[&str]) -> Page {
    let mut lines: Vec<PageLine> = Vec::new();
    for context in contexts {
        let mut rows: Vec<(String, String)> = Vec::new();
        for binding in state
            .keymap
            .bindings()
            .filter(|binding| binding.when == *context)
        {
            let effective = matches!(
                state.keymap.find(contexts, &binding.chord),
                Found::Run(run) if run == binding.run
            );
            if !effective {
                continue;
            }
            let what = keys::help_line(binding);
            let chord = spelled(&binding.chord);
            match rows.iter_mut().find(|(_, known)| *known == what) {
                Some((chords, _)) => {
                    chords.push_str(", ");
                    chords.push_str(&chord);
                }
                None => rows.push((chord, what)),
            }
        }
        if rows.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Vec::new());
        }
        let title = match *context {
            "global" => "Always",
            "normal" => "In every view",
            "popup" => "In lists and pages that pop up",
            other => other,
        };
        lines.push(vec![(Role::Title, title.to_owned())]);
        for (chords, what) in rows {
            let gap = " ".repeat(24_usize.saturating_sub(width(&chords)).max(2));
            lines.push(vec![
                (Role::Key, format!("  {chords}")),
                (Role::Text, format!("{gap}{what}")),
            ]);
        }
    }
    lines.push(Vec::new());
    let mouse = "The mouse points, scrolls and opens; hold shift to select text with it.";
    lines.push(vec![(Role::Muted, mouse.to_owned())]);
    Page::new("help", format!("Keys · {}", state.keymap.name), lines)
}
