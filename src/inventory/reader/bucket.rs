//! Token buckets: what AWS lets through for each account, region and service.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    inventory::{Query, QueryKind},
    model::{AccountId, Region},
};

type Key = (Option<AccountId>, Option<Region>, &'static str);

/// All buckets of one reader.
#[derive(Debug)]
pub(super) struct Buckets {
    services: HashMap<Key, Bucket>,
    /// One AssumeRole for each account that is read for the first time. STS allows 600 a second
    /// for each account and region, and they are all asked in the home account.
    roles: Bucket,
    entered: HashSet<AccountId>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    capacity: f64,
    /// Tokens per second as published or, after a throttled answer, as found out.
    rate: f64,
    full_rate: f64,
    at: Instant,
}

impl Buckets {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            services: HashMap::new(),
            roles: Bucket::new(600.0, 600.0, now),
            entered: HashSet::new(),
        }
    }

    /// Takes what a read needs, or says when to ask again.
    pub(super) fn take(&mut self, query: &Query, now: Instant) -> Result<(), Instant> {
        let newcomer = query
            .account()
            .filter(|account| !self.entered.contains(account));
        if newcomer.is_some() {
            self.roles.ready(now)?;
        }
        let bucket = self.bucket(query, now);
        bucket.ready(now)?;
        bucket.tokens -= 1.0;
        if let Some(account) = newcomer {
            self.roles.tokens -= 1.0;
            self.entered.insert(account);
        }
        Ok(())
    }

    /// The service has answered that it was too much: half the rate from now on.
    pub(super) fn throttled(&mut self, query: &Query, now: Instant) {
        let bucket = self.bucket(query, now);
        bucket.refill(now);
        bucket.tokens = bucket.tokens.min(0.0);
        bucket.rate = (bucket.rate / 2.0).max(bucket.full_rate / 16.0);
    }

    /// The service has answered: the rate recovers bit by bit.
    pub(super) fn answered(&mut self, query: &Query, now: Instant) {
        let bucket = self.bucket(query, now);
        bucket.rate = (bucket.rate * 1.1).min(bucket.full_rate);
    }

    fn bucket(&mut self, query: &Query, now: Instant) -> &mut Bucket {
        let key = (query.account(), query.region().cloned(), query.service());
        // One read is several calls, each action with a bucket of its own; what is counted here
        // are reads, so the figures are the published ones over the calls of one action.
        let (capacity, rate) = match query.kind() {
            // 100 calls and 20 a second for each action; a read pages some of them.
            QueryKind::Network => (25.0, 5.0),
            QueryKind::Clusters | QueryKind::Protection | QueryKind::Balancers => (10.0, 2.0),
            // The API server keeps its own counts (priority and fairness).
            QueryKind::Fleet | QueryKind::Contents | QueryKind::Velero | QueryKind::Results => {
                (100.0, 20.0)
            }
            QueryKind::Price => (10.0, 5.0),
            // Five calls a second for the whole account.
            QueryKind::Zones => (2.0, 0.5),
            QueryKind::Organization => (2.0, 1.0),
            QueryKind::Costs => (1.0, 0.2),
        };
        self.services
            .entry(key)
            .or_insert_with(|| Bucket::new(capacity, rate, now))
    }
}

impl Bucket {
    fn new(capacity: f64, rate: f64, at: Instant) -> Self {
        Self {
            tokens: capacity,
            capacity,
            rate,
            full_rate: rate,
            at,
        }
    }

    fn refill(&mut self, now: Instant) {
        let gained = now.duration_since(self.at).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + gained).min(self.capacity);
        self.at = now;
    }

    fn ready(&mut self, now: Instant) -> Result<(), Instant> {
        self.refill(now);
        if self.tokens >= 1.0 {
            return Ok(());
        }
        let missing = (1.0 - self.tokens) / self.rate;
        // Rounded up, so that a timer of whole milliseconds does not come too early.
        Err(now + Duration::from_secs_f64(missing) + Duration::from_millis(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{inventory::fixture::id, model::Place};

    #[test]
    fn one_account_runs_dry_alone_and_fills_up_again() {
        let start = Instant::now();
        let mut buckets = Buckets::new(start);
        let query = |account| Query::Network(Place::new(id(account), "eu-west-1"));
        let taken = (0..30)
            .filter(|_| buckets.take(&query(1), start).is_ok())
            .count();
        assert_eq!(taken, 25);
        assert!(buckets.take(&query(2), start).is_ok());
        let again = buckets.take(&query(1), start).expect_err("dry");
        assert!(again > start && again < start + Duration::from_secs(1));
        assert!(buckets.take(&query(1), again).is_ok());
    }

    #[test]
    fn a_throttled_answer_slows_its_own_bucket_down() {
        let start = Instant::now();
        let mut buckets = Buckets::new(start);
        let query = Query::Zones(id(1));
        buckets.take(&query, start).expect("full");
        buckets.throttled(&query, start);
        let again = buckets.take(&query, start).expect_err("empty");
        assert!(
            again >= start + Duration::from_secs(4),
            "half of 0.5 a second"
        );
    }

    #[test]
    fn roles_are_assumed_no_faster_than_sts_allows() {
        let start = Instant::now();
        let mut buckets = Buckets::new(start);
        let entered =
            (1..=1000).filter(|&account| buckets.take(&Query::Zones(id(account)), start).is_ok());
        assert_eq!(entered.count(), 600);
    }
}
