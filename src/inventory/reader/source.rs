//! Where a reader reads from, and within which limits.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    config::Settings,
    inventory::cache::{Cache, Meter},
    model::{Organization, cost::CostMetric},
    provider::Provider,
};

/// Tells the time of the world that is read; the simulated one has its own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A world and what is kept of it.
#[derive(Clone)]
pub struct Source {
    /// `None` is offline: answers come from the cache alone.
    pub provider: Option<Provider>,
    /// Takes in everything that is read.
    pub cache: Option<Cache>,
    /// Counts the requests that cost money.
    pub meter: Meter,
    pub clock: Clock,
    pub limits: Limits,
    /// The organization as far as it is known already, so that suspended accounts are not asked.
    pub organization: Option<Arc<Organization>>,
    /// Told of the organization whenever it was read.
    pub learned: Option<Learned>,
}

/// Takes note of which organization this is.
pub type Learned = Arc<dyn Fn(&Organization) + Send + Sync>;

/// How hard a reader may try.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Reads under way at once.
    pub in_flight: usize,
    /// A read that has not ended by then has failed; that of the organization, one without
    /// progress for so long.
    pub timeout: Duration,
    /// A read that takes longer makes room for another one beside it.
    pub patience: Duration,
    /// An answer is not asked for again within this time, unless by [`super::Reader::refresh`].
    pub fresh_for: Duration,
    /// Whether what was denied or unreachable is tried again by itself.
    pub persistent: bool,
    pub cost_metric: CostMetric,
    /// How long an answer about costs is shown without paying for a new one.
    pub cost_ttl: Duration,
    pub forecast: bool,
    pub anomalies: bool,
}

impl From<&Settings> for Limits {
    fn from(settings: &Settings) -> Self {
        Self {
            in_flight: settings.aws.max_concurrency.max(1),
            timeout: settings.aws.request_timeout.as_duration() * 3,
            patience: Duration::from_secs(2),
            fresh_for: Duration::from_mins(1),
            persistent: true,
            cost_metric: settings.cost.metric,
            cost_ttl: settings.cost.cache_ttl.as_duration(),
            forecast: settings.cost.forecast,
            anomalies: settings.cost.anomalies,
        }
    }
}

impl Source {
    /// Reads `provider` by the real clock, keeps nothing.
    #[must_use]
    pub fn new(provider: Option<Provider>, settings: &Settings) -> Self {
        Self {
            provider,
            cache: None,
            meter: Meter::in_memory(&settings.cost),
            clock: Arc::new(Timestamp::now),
            limits: Limits::from(settings),
            organization: None,
            learned: None,
        }
    }

    /// The same for a command that reads once and ends.
    pub(super) fn once(mut self, organization: Option<Arc<Organization>>) -> Self {
        self.limits.persistent = false;
        self.organization = organization.or(self.organization);
        self
    }
}
