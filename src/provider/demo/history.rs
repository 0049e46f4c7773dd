//! What something was like, moment by moment, so that a stale read can show an old state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many states are remembered.
const REMEMBERED: usize = 24;

/// The states of one thing, oldest first; the first holds from the beginning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct History<T>(Vec<Version<T>>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Version<T> {
    at: Timestamp,
    state: T,
}

impl<T> History<T> {
    /// Something that has always been so.
    pub(super) fn beginning(state: T) -> Self {
        Self(vec![Version {
            at: Timestamp::MIN,
            state,
        }])
    }

    /// The state at a moment.
    pub(super) fn at(&self, moment: Timestamp) -> &T {
        let mut newest_first = self.0.iter().rev();
        let found = newest_first.find(|version| version.at <= moment);
        &found.unwrap_or(&self.0[0]).state
    }

    /// From `at` on it is so.
    pub(super) fn write(&mut self, at: Timestamp, state: T) {
        self.0.push(Version { at, state });
        let surplus = self.0.len().saturating_sub(REMEMBERED);
        self.0.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_shows_the_state_that_held_then() {
        let second = |second: i64| Timestamp::from_second(second).expect("a moment");
        let mut history = History::beginning("a");
        history.write(second(10), "b");
        history.write(second(20), "c");
        for (moment, state) in [(0, "a"), (9, "a"), (10, "b"), (19, "b"), (99, "c")] {
            assert_eq!(*history.at(second(moment)), state);
        }
        for number in 30..90 {
            history.write(second(number), "d");
        }
        assert_eq!(*history.at(second(0)), "d", "the oldest are forgotten");
    }
}
