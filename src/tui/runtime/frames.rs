//! When a frame is drawn: only when something changed, and not faster than it can be seen.

use std::time::Duration;

use tokio::time::Instant;

/// Between two frames at least.
const INTERVAL: Duration = Duration::from_millis(16);

#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Option<Instant>,
    is_dirty: bool,
}

impl Pace {
    pub(super) fn changed(&mut self) {
        self.is_dirty = true;
    }

    pub(super) fn drawn(&mut self) {
        self.is_dirty = false;
        self.last = Some(Instant::now());
    }

    /// Whether to draw now.
    pub(super) fn is_due(&self) -> bool {
        self.due_at().is_some_and(|at| at <= Instant::now())
    }

    /// When to draw; `None` while nothing has changed.
    pub(super) fn due_at(&self) -> Option<Instant> {
        let earliest = self.last.map_or_else(Instant::now, |last| last + INTERVAL);
        self.is_dirty.then_some(earliest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn frames_are_16_ms_apart_and_none_is_due_without_a_change() {
        let mut pace = Pace::default();
        assert!(!pace.is_due());
        pace.changed();
        assert!(pace.is_due(), "the first is due at once");
        pace.drawn();
        assert!(!pace.is_due());
        pace.changed();
        assert!(!pace.is_due(), "too soon after the last");
        tokio::time::advance(INTERVAL).await;
        assert!(pace.is_due());
    }
}
