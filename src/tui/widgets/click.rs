//! Clicks: what one meant, and whether two were one.

use jiff::{SignedDuration, Timestamp};

/// Two clicks on one row within this time are a double click.
const DOUBLE: SignedDuration = SignedDuration::from_millis(400);

/// What a click meant beyond moving the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Click {
    /// Nothing here was hit.
    Missed,
    Taken,
    /// Twice on the same row.
    Opened,
}

/// Remembers the last click.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clicks {
    last: Option<(usize, Timestamp)>,
}

impl Clicks {
    /// Notes a click on a row; `true` when it is the second of two.
    pub fn is_double(&mut self, row: usize, now: Timestamp) -> bool {
        let double = self
            .last
            .is_some_and(|(last, when)| last == row && now.duration_since(when) <= DOUBLE);
        self.last = (!double).then_some((row, now));
        double
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_quick_clicks_on_one_row_are_one_double_click() {
        let at = |millis| Timestamp::from_millisecond(millis).expect("a time");
        let mut clicks = Clicks::default();
        assert!(!clicks.is_double(1, at(0)));
        assert!(clicks.is_double(1, at(300)));
        assert!(!clicks.is_double(1, at(400)));
        assert!(!clicks.is_double(2, at(500)));
        assert!(!clicks.is_double(2, at(1_500)));
    }
}
