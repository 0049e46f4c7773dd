//! One query, one answer: which capability of the provider is asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::{sync::mpsc::UnboundedSender, time::Instant};

use super::{Clock, Loaded, Source, costs};
use crate::{
    inventory::{Event, Query, cache::Refused},
    model::{Organization, Trouble, TroubleKind, fleet::Fleet, workload::Contents},
    provider::{Error, Kind, Provider},
};

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    Provider(Error),
    /// The cap on what may be spent is reached.
    Refused(Refused),
    /// Offline, and the cache has nothing.
    NotCached,
}

impl Failure {
    pub(super) fn trouble(&self) -> Trouble {
        match self {
            Self::Provider(error) => error.trouble(),
            Self::Refused(refused) => Trouble {
                kind: TroubleKind::Other,
                message: refused.to_string(),
                hint: Some(refused.hint()),
            },
            Self::NotCached => Trouble {
                kind: TroubleKind::Unreachable,
                message: "never read before, and offline nothing is read now".into(),
                hint: Some("start without `--offline`".into()),
            },
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Provider(error)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// An answer and when it was read from its source.
pub(super) type Outcome = Result<(Loaded, Timestamp), Failure>;

/// Reads `query`, or gives it up after its time.
pub(super) async fn read(
    query: Query,
    source: Source,
    forced: bool,
    events: UnboundedSender<Event>,
) -> Outcome {
    let Some(provider) = source.provider.clone() else {
        return recall(&query, &source).await.ok_or(Failure::NotCached);
    };
    if query == Query::Costs {
        if !forced && let Some(known) = paid_for(&source).await {
            return Ok(known);
        }
        return costs::read(&provider, &source).await;
    }
    let progress = Arc::new(AtomicU64::new(0));
    let limit = source.limits.timeout;
    let reading = ask(
        &query,
        &provider,
        &events,
        Arc::clone(&progress),
        &source.clock,
    );
    let loaded = within(limit, &progress, reading, &query).await?;
    Ok((loaded, (source.clock)()))
}

async fn ask(
    query: &Query,
    provider: &Provider,
    events: &UnboundedSender<Event>,
    progress: Arc<AtomicU64>,
    clock: &Clock,
) -> Result<Loaded, Error> {
    Ok(match query {
        Query::Organization => {
            let mut pages = Pages {
                events,
                progress,
                told: 0,
            };
            let mut found = |organization: &Organization| pages.found(organization);
            let organization = provider.organizations.organization(&mut found).await?;
            Loaded::Organization(organization.into())
        }
        Query::Network(place) => Loaded::Network(provider.networks.network(place).await?.into()),
        Query::Clusters(place) => Loaded::Clusters(provider.clusters.clusters(place).await?.into()),
        Query::Protection(place) => {
            Loaded::Protection(provider.protections.protection(place).await?.into())
        }
        Query::Balancers(place) => {
            Loaded::Balancers(provider.traffic.balancers(place).await?.into())
        }
        Query::Zones(account) => Loaded::Zones(provider.traffic.zones(*account).await?.into()),
        Query::Fleet(cluster) => {
            let parts = Parts::of(query, events, &progress, clock);
            let mut found = |fleet: Fleet| parts.tell(Loaded::Fleet(fleet.into()));
            Loaded::Fleet(provider.workloads.fleet(cluster, &mut found).await?.into())
        }
        Query::Contents(cluster) => {
            let parts = Parts::of(query, events, &progress, clock);
            let mut found = |contents: Contents| parts.tell(Loaded::Contents(contents.into()));
            let contents = provider.workloads.contents(cluster, &mut found).await?;
            Loaded::Contents(contents.into())
        }
        Query::Velero(cluster) => Loaded::Velero(provider.workloads.velero(cluster).await?.into()),
        Query::Results(cluster, of) => {
            Loaded::Results(provider.workloads.results(cluster, of).await?.into())
        }
        Query::Price(place, kind) => {
            Loaded::Price(provider.prices.price(place, kind).await?.into())
        }
        Query::Costs => unreachable!("costs are composed of several reads elsewhere"),
    })
}

/// Tells of an answer while it is still read, and that there is progress.
struct Parts<'a> {
    query: &'a Query,
    events: &'a UnboundedSender<Event>,
    progress: Arc<AtomicU64>,
    clock: &'a Clock,
}

impl<'a> Parts<'a> {
    fn of(
        query: &'a Query,
        events: &'a UnboundedSender<Event>,
        progress: &Arc<AtomicU64>,
        clock: &'a Clock,
    ) -> Self {
        Self {
            query,
            events,
            progress: Arc::clone(progress),
            clock,
        }
    }

    /// Nobody listens any more when the deck closes.
    fn tell(&self, loaded: Loaded) {
        self.progress.fetch_add(1, Ordering::Relaxed);
        self.events
            .send(Event::Partly {
                query: self.query.clone(),
                loaded,
                at: (self.clock)(),
            })
            .ok();
    }
}

/// Tells of an organization while it is still read.
struct Pages<'a> {
    events: &'a UnboundedSender<Event>,
    progress: Arc<AtomicU64>,
    told: usize,
}

impl Pages<'_> {
    /// The first page at once, then whenever a quarter more is known: 500 pages are 25 copies.
    fn found(&mut self, organization: &Organization) {
        self.progress.fetch_add(1, Ordering::Relaxed);
        let known = organization.accounts.len();
        if known > self.told + self.told / 4 {
            self.told = known;
            self.events
                .send(Event::Found(Arc::new(organization.clone())))
                .ok();
        }
    }
}

/// Waits for `reading` as long as there is progress within each `limit`.
async fn within(
    limit: Duration,
    progress: &AtomicU64,
    reading: impl Future<Output = Result<Loaded, Error>>,
    query: &Query,
) -> Result<Loaded, Error> {
    let mut reading = std::pin::pin!(reading);
    loop {
        let before = progress.load(Ordering::Relaxed);
        let deadline = Instant::now() + limit;
        if let Ok(outcome) = tokio::time::timeout_at(deadline, &mut reading).await {
            return outcome;
        }
        if progress.load(Ordering::Relaxed) == before {
            let error = Error::new(Kind::Unreachable {
                service: query.service().into(),
                message: format!("no answer within {} s", limit.as_secs()),
            });
            return Err(match query.account() {
                Some(account) => error.at(account, query.region()),
                None => error,
            });
        }
    }
}

/// Costs that were paid for not long ago.
async fn paid_for(source: &Source) -> Option<(Loaded, Timestamp)> {
    let (loaded, at) = recall(&Query::Costs, source).await?;
    let Loaded::Costs(known) = &loaded else {
        return None;
    };
    let age = (source.clock)().duration_since(at);
    let young = age.unsigned_abs() < source.limits.cost_ttl && !age.is_negative();
    let wanted = source.limits.cost_metric;
    let metric = known.months.query.metric;
    let same = metric == wanted || Some(metric) == costs::gross(wanted);
    (young && same).then_some((loaded, at))
}

async fn recall(query: &Query, source: &Source) -> Option<(Loaded, Timestamp)> {
    source.cache.as_ref()?.recall(query).await
}
