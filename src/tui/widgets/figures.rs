//! Lengths of time for people: coarse words, and clocks that run.

use jiff::SignedDuration;

pub use crate::inventory::tables::text::span;

/// `3:12`, `1:04:09`: a clock that runs.
#[must_use]
pub fn clock(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    match seconds / 3_600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_shows_hours_only_when_there_are_some() {
        assert_eq!(clock(SignedDuration::from_secs(3_849)), "1:04:09");
        assert_eq!(clock(SignedDuration::from_secs(192)), "3:12");
        assert_eq!(clock(SignedDuration::from_secs(-5)), "0:00");
    }
}
