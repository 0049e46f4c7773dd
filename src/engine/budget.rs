//! How many calls AWS lets through for each account, region and service, so that a run is not
//! throttled and throttles nobody else.

use std::{collections::BTreeMap, time::Duration};

use crate::engine::clock::Moment;

/// What one bucket is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lane {
    /// The account as the change names it: known, or the output of a step.
    pub(super) account: String,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) writes: bool,
}

/// The buckets of one run.
#[derive(Debug, Default)]
pub(super) struct Budgets(BTreeMap<Lane, Bucket>);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    capacity: f64,
    /// Tokens per second: as published or, after a throttled answer, as found out.
    rate: f64,
    full_rate: f64,
    at: Moment,
}

impl Budgets {
    /// Takes one call, or says how long to wait for it.
    pub(super) fn take(&mut self, lane: &Lane, now: &Moment) -> Result<(), Duration> {
        let bucket = self.bucket(lane, now);
        bucket.refill(now);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        let missing = (1.0 - bucket.tokens) / bucket.rate;
        Err(Duration::from_secs_f64(missing) + Duration::from_millis(1))
    }

    /// The service has answered that it was too much: half the rate from now on.
    pub(super) fn throttled(&mut self, lane: &Lane, now: &Moment) {
        let bucket = self.bucket(lane, now);
        bucket.refill(now);
        bucket.tokens = bucket.tokens.min(0.0);
        bucket.rate = (bucket.rate / 2.0).max(bucket.full_rate / 16.0);
    }

    fn bucket(&mut self, lane: &Lane, now: &Moment) -> &mut Bucket {
        let (capacity, rate) = published(lane);
        self.0.entry(lane.clone()).or_insert_with(|| Bucket {
            tokens: capacity,
            capacity,
            rate,
            full_rate: rate,
            at: now.clone(),
        })
    }
}

impl Bucket {
    fn refill(&mut self, now: &Moment) {
        let passed = self.at.until(now).as_secs_f64();
        self.tokens = (self.tokens + passed * self.rate).min(self.capacity);
        // What was found out recovers by a call a minute.
        self.rate = (self.rate + passed / 60.0).min(self.full_rate);
        self.at = now.clone();
    }
}

/// Bucket size and refill per second as published; half of it is left to others.
fn published(lane: &Lane) -> (f64, f64) {
    let (capacity, rate) = match (lane.service.as_str(), lane.writes) {
        // "Request throttling for the Amazon EC2 API".
        ("ec2", false) => (100.0, 20.0),
        ("ec2", true) => (50.0, 5.0),
        // "Throttling for Amazon Route 53 API requests": older pages say five a second.
        ("route53", _) => (10.0, 5.0),
        ("organizations", false) => (8.0, 2.0),
        ("organizations", true) => (2.0, 1.0),
        ("servicequotas", _) => (5.0, 5.0),
        (_, false) => (40.0, 10.0),
        (_, true) => (20.0, 4.0),
    };
    (capacity / 2.0, rate / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment {
            mono: seconds * 1_000_000_000,
            ..Moment::default()
        }
    }

    fn lane(account: &str) -> Lane {
        Lane {
            account: account.into(),
            region: "eu-west-1".into(),
            service: "ec2".into(),
            writes: true,
        }
    }

    #[test]
    fn one_account_runs_dry_alone_and_fills_up_again() {
        let mut budgets = Budgets::default();
        let taken = (0..100).filter(|_| budgets.take(&lane("1"), &at(0)).is_ok());
        assert_eq!(taken.count(), 25);
        assert!(budgets.take(&lane("2"), &at(0)).is_ok());
        let wait = budgets.take(&lane("1"), &at(0)).expect_err("dry");
        assert!(wait < Duration::from_secs(1), "{wait:?}");
        assert!(budgets.take(&lane("1"), &at(1)).is_ok());
    }

    #[test]
    fn a_throttled_lane_slows_down_and_recovers_by_the_minute() {
        let mut budgets = Budgets::default();
        budgets.take(&lane("1"), &at(0)).expect("full");
        budgets.throttled(&lane("1"), &at(0));
        let slow = budgets.take(&lane("1"), &at(0)).expect_err("empty");
        assert!(slow >= Duration::from_millis(800), "{slow:?}");
        assert!(budgets.take(&lane("1"), &at(600)).is_ok());
    }
}
