//! What the deck has told: shown for a while, kept for the messages.

use jiff::{SignedDuration, Timestamp};

use super::message::Severity;

/// How many are kept.
const KEPT: usize = 500;

/// One line that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub at: Timestamp,
    pub severity: Severity,
    pub text: String,
    /// How often it was told in a row.
    pub times: u32,
}

/// All notes, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    kept: Vec<Note>,
}

impl Notes {
    /// Adds a note; the same text again only counts up.
    pub fn add(&mut self, severity: Severity, text: &str, at: Timestamp) {
        let text = crate::model::text::clean(text).into_owned();
        if let Some(last) = self.kept.last_mut().filter(|last| last.text == text) {
            last.times += 1;
            last.at = at;
            return;
        }
        if self.kept.len() == KEPT {
            self.kept.remove(0);
        }
        self.kept.push(Note {
            at,
            severity,
            text,
            times: 1,
        });
    }

    #[must_use]
    pub fn all(&self) -> &[Note] {
        &self.kept
    }

    /// Those still to be shown, the newest first, three at most.
    pub fn shown(&self, now: Timestamp) -> impl Iterator<Item = &Note> {
        let fresh = self.kept.iter().rev().filter(move |note| ends(note) > now);
        fresh.take(3)
    }

    /// When the next one disappears.
    #[must_use]
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.shown(now).map(ends).min()
    }
}

/// Errors stay longer than remarks.
fn ends(note: &Note) -> Timestamp {
    let seconds = match note.severity {
        Severity::Info => 4,
        Severity::Warning => 8,
        Severity::Error => 12,
    };
    note.at + SignedDuration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_note_twice_is_one_and_old_ones_are_kept_but_not_shown() {
        let start = Timestamp::UNIX_EPOCH;
        let later = start + SignedDuration::from_secs(60);
        let mut notes = Notes::default();
        notes.add(Severity::Info, "copied", start);
        notes.add(Severity::Info, "copied", start);
        notes.add(Severity::Error, "a\u{1b}b", later);
        assert_eq!(notes.all().len(), 2);
        assert_eq!(notes.all()[0].times, 2);
        let shown: Vec<&str> = notes.shown(later).map(|note| note.text.as_str()).collect();
        assert_eq!(shown, ["a�b"]);
        assert_eq!(
            notes.next_end(later),
            Some(later + SignedDuration::from_secs(12))
        );
    }
}
