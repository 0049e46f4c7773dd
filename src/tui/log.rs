//! The log that is followed: its newest lines, and whether it goes on.

use std::collections::VecDeque;

use crate::{
    model::{ClusterId, Trouble},
    provider::LogOf,
};

/// So many lines are kept; older ones go.
const KEPT: usize = 10_000;

/// One container's log as far as it was told.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub of: Option<(ClusterId, LogOf)>,
    pub lines: VecDeque<String>,
    /// Lines that were told and are not kept any more.
    pub dropped: usize,
    pub end: Option<LogEnd>,
}

/// Why no line follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEnd {
    /// The container has ended, or the log was read to its end.
    Over,
    Failed(Trouble),
}

/// What is told of a log that is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    pub cluster: ClusterId,
    pub of: LogOf,
    pub lines: Vec<String>,
    pub end: Option<LogEnd>,
}

impl Log {
    /// Nothing yet of this log.
    pub fn begin(&mut self, cluster: ClusterId, of: LogOf) {
        *self = Self {
            of: Some((cluster, of)),
            ..Self::default()
        };
    }

    /// Takes in what was told, unless it is of a log that is not followed any more.
    pub fn take(&mut self, told: Followed) {
        let Followed {
            cluster,
            of,
            lines,
            end,
        } = told;
        if self.of != Some((cluster, of)) {
            return;
        }
        self.lines.extend(lines);
        let over = self.lines.len().saturating_sub(KEPT);
        self.lines.drain(..over);
        self.dropped += over;
        self.end = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    fn of(pod: &str) -> (ClusterId, LogOf) {
        let account = "111122223333".parse().expect("an account");
        let cluster = ClusterId::new(Place::new(account, "eu-west-1"), "ml-1");
        let of = LogOf {
            namespace: "default".into(),
            pod: pod.into(),
            container: None,
            previous: false,
            follow: true,
            tail: 100,
        };
        (cluster, of)
    }

    fn told(pod: &str, lines: usize) -> Followed {
        let (cluster, of) = of(pod);
        Followed {
            cluster,
            of,
            lines: (0..lines).map(|line| line.to_string()).collect(),
            end: None,
        }
    }

    #[test]
    fn lines_of_a_log_that_was_left_are_dropped() {
        let mut log = Log::default();
        let (cluster, one) = of("one");
        log.begin(cluster, one);
        log.take(told("two", 3));
        assert!(log.lines.is_empty());
        log.take(told("one", 3));
        assert_eq!(log.lines.len(), 3);
    }

    #[test]
    fn only_the_newest_lines_are_kept() {
        let mut log = Log::default();
        let (cluster, one) = of("one");
        log.begin(cluster, one);
        log.take(told("one", KEPT + 5));
        assert_eq!((log.lines.len(), log.dropped), (KEPT, 5));
        assert_eq!(log.lines.front().map(String::as_str), Some("5"));
    }
}
