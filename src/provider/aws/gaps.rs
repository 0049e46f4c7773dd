//! Parts that could not be read, noted so that the rest can be shown.

use std::sync::{Mutex, PoisonError};

use crate::provider::{Kind, Result};

/// Actions that were not offered or not allowed, with the reason.
#[derive(Debug, Default)]
pub(super) struct Gaps(Mutex<Vec<(String, String)>>);

impl Gaps {
    /// The outcome, or nothing where the endpoint does not offer `action` or the role may not do
    /// it. Anything else, such as throttling, is a failure of the whole.
    pub(super) fn part<T: Default>(&self, action: &str, outcome: Result<T>) -> Result<T> {
        outcome.or_else(|error| {
            if !matches!(error.kind, Kind::Unavailable { .. } | Kind::Denied { .. }) {
                return Err(error);
            }
            let gap = (action.to_owned(), error.trouble().message);
            let mut gaps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if !gaps.contains(&gap) {
                gaps.push(gap);
            }
            Ok(T::default())
        })
    }

    /// The actions, each once, in the order of their names.
    pub(super) fn actions(self) -> Vec<String> {
        let mut actions: Vec<String> = self
            .sorted()
            .into_iter()
            .map(|(action, _)| action)
            .collect();
        actions.dedup();
        actions
    }

    /// One line for each, in the order of the actions, whichever answer came first.
    pub(super) fn lines(self) -> Vec<String> {
        let line = |(action, reason)| format!("{action}: {reason}");
        self.sorted().into_iter().map(line).collect()
    }

    fn sorted(self) -> Vec<(String, String)> {
        let gaps = self.0.into_inner();
        let mut gaps = gaps.unwrap_or_else(PoisonError::into_inner);
        gaps.sort();
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Error;

    #[test]
    fn only_what_is_not_offered_or_not_allowed_is_a_gap() {
        let gaps = Gaps::default();
        let missing = Error::new(Kind::Unavailable {
            service: "ec2".into(),
            message: "no such call".into(),
        });
        let busy = Error::new(Kind::Throttled {
            service: "ec2".into(),
            retry_after: None,
        });
        assert_eq!(
            gaps.part("DescribeVpcs", Err::<Vec<u8>, _>(missing)),
            Ok(Vec::new())
        );
        assert!(
            gaps.part("DescribeSubnets", Err::<Vec<u8>, _>(busy))
                .is_err()
        );
        assert_eq!(gaps.part("DescribeZones", Ok(vec![1])), Ok(vec![1]));
        assert_eq!(
            gaps.lines(),
            ["DescribeVpcs: ec2 is unavailable here: no such call"]
        );
    }
}
