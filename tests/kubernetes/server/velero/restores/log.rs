//! The log of a restore.

use std::fmt::Write;

/// Lines as Velero writes them, each with its time and the place in Velero's source.
pub(super) struct Log {
    restore: String,
    text: String,
}

impl Log {
    pub(super) fn new(restore: &str) -> Self {
        Self {
            restore: restore.into(),
            text: String::new(),
        }
    }

    /// Adds a line; `more` are further fields before the last one.
    pub(super) fn line(&mut self, now: &str, level: &str, message: &str, place: &str, more: &str) {
        let place = format!("pkg/{place}");
        let restore = &self.restore;
        let written = writeln!(
            self.text,
            "time={now:?} level={level} msg={message:?} logSource={place:?}{more} restore=velero/{restore}"
        );
        written.expect("a string takes everything");
    }

    pub(super) fn info(&mut self, now: &str, message: &str, place: &str) {
        self.line(now, "info", message, place, "");
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}
