//! Parts that could not be read, noted so that the rest can be shown.

use std::sync::{Mutex, PoisonError};

use crate::{
    model::Gap,
    provider::{Kind, Result},
};

#[derive(Debug, Default)]
pub(super) struct Gaps(Mutex<Vec<Gap>>);

impl Gaps {
    /// The outcome, or nothing where the endpoint does not offer `action` or the role may not do
    /// it. Anything else, such as throttling, is a failure of the whole; so is a role that refuses
    /// to be assumed, which denies every call alike.
    pub(super) fn part<T: Default>(&self, action: &str, outcome: Result<T>) -> Result<T> {
        outcome.or_else(|error| {
            let of_the_call = match &error.kind {
                Kind::Unavailable { .. } => true,
                Kind::Denied { action, .. } => !action.starts_with("sts:"),
                _ => false,
            };
            if !of_the_call {
                return Err(error);
            }
            let mut gaps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Once for each call: of a hundred buckets it would be the same hundred times.
            if !gaps.iter().any(|gap| gap.action == action) {
                gaps.push(Gap {
                    action: action.to_owned(),
                    trouble: error.trouble(),
                });
            }
            Ok(T::default())
        })
    }

    /// In the order of the calls, whichever answer came first.
    pub(super) fn found(self) -> Vec<Gap> {
        let gaps = self.0.into_inner();
        let mut gaps = gaps.unwrap_or_else(PoisonError::into_inner);
        gaps.sort_by(|a, b| a.action.cmp(&b.action));
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
        let role = Error::new(Kind::Denied {
            action: "sts:AssumeRole".into(),
            message: "no".into(),
        });
        let refused = gaps.part("ec2:DescribeVpcs", Err::<Vec<u8>, _>(role));
        assert!(refused.is_err(), "nothing can be read without the role");
        assert_eq!(
            gaps.part("ec2:DescribeVpcs", Err::<Vec<u8>, _>(missing)),
            Ok(Vec::new())
        );
        assert!(
            gaps.part("ec2:DescribeSubnets", Err::<Vec<u8>, _>(busy))
                .is_err()
        );
        assert_eq!(gaps.part("ec2:DescribeZones", Ok(vec![1])), Ok(vec![1]));
        let told: Vec<String> = gaps.found().iter().map(Gap::to_string).collect();
        assert_eq!(
            told,
            ["ec2:DescribeVpcs: ec2 is unavailable here: no such call"]
        );
    }
}
