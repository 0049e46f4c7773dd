use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use rust_decimal::Decimal;
use tokio::time::Instant;

use super::*;
use crate::{
    config::Settings,
    inventory::{
        QueryKind, Scope,
        cache::Cache,
        fixture::{self, id},
    },
    model::{
        AccountId, AccountStatus, HostedZoneId, Organization, Place, Region, TroubleKind, VpcId,
        cluster::Cluster,
        cost::{Anomaly, Budget, CostMetric, CostQuery, CostReport, Forecast},
        network::{AvailabilityZone, Network, VpcDns},
        protection::Protection,
        traffic::{Balancers, Record, Zones},
    },
    provider::{
        Answers, Caller, Closed, Clusters, Costs, Error, Identity, Kind, Networks, Organizations,
        Protections, Provider, Result, Traffic, World,
        demo::{DemoOptions, in_process},
    },
};

/// A world that answers as each account's script says. Every answer takes 50 ms.
#[derive(Default)]
struct Script {
    accounts: usize,
    behaviours: BTreeMap<AccountId, Behaviour>,
    asked: Mutex<Vec<AccountId>>,
    paid: AtomicUsize,
    no_net: bool,
}

#[derive(Clone, Copy)]
enum Behaviour {
    Denies,
    Hangs,
    /// The first so many times.
    Throttles(usize),
    Panics,
}

const LATENCY: Duration = Duration::from_millis(50);

impl Script {
    fn new(accounts: usize, behaviours: &[(usize, Behaviour)]) -> Self {
        Self {
            accounts,
            behaviours: behaviours
                .iter()
                .map(|(account, how)| (id(*account), *how))
                .collect(),
            ..Self::default()
        }
    }

    fn asked(&self, account: AccountId) -> usize {
        let asked = self.asked.lock().expect("not poisoned");
        asked.iter().filter(|other| **other == account).count()
    }

    async fn call(&self, account: AccountId) -> Result<()> {
        self.asked.lock().expect("not poisoned").push(account);
        let asked = self.asked(account);
        match self.behaviours.get(&account) {
            Some(Behaviour::Hangs) => std::future::pending().await,
            Some(Behaviour::Panics) => panic!("scripted"),
            how => {
                tokio::time::sleep(LATENCY).await;
                match how {
                    Some(Behaviour::Denies) => Err(Error::new(Kind::Denied {
                        action: "sts:AssumeRole".into(),
                        message: "no".into(),
                    })),
                    Some(Behaviour::Throttles(times)) if asked <= *times => {
                        Err(Error::new(Kind::Throttled {
                            service: "ec2".into(),
                            retry_after: None,
                        }))
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

fn denied<T>() -> Result<T> {
    Err(Error::new(Kind::NotFound {
        kind: "script".into(),
        name: "line".into(),
    }))
}

#[async_trait]
impl Organizations for Script {
    async fn organization(
        &self,
        found: &mut (dyn for<'o> FnMut(&'o Organization) + Send),
    ) -> Result<Organization> {
        let whole = fixture::organization(self.accounts);
        for page in 1..=self.accounts.div_ceil(20) {
            tokio::time::sleep(LATENCY).await;
            let mut so_far = whole.clone();
            so_far.accounts.truncate(page * 20);
            found(&so_far);
        }
        Ok(whole)
    }
}

#[async_trait]
impl Networks for Script {
    async fn network(&self, place: &Place) -> Result<Network> {
        self.call(place.account).await?;
        Ok(Network::empty(place.clone()))
    }

    async fn dns(&self, _: &Place, _: &VpcId) -> Result<VpcDns> {
        denied()
    }

    async fn availability_zones(&self, _: &Place) -> Result<Vec<AvailabilityZone>> {
        denied()
    }
}

#[async_trait]
impl Clusters for Script {
    async fn clusters(&self, place: &Place) -> Result<Vec<Cluster>> {
        self.call(place.account).await.map(|()| Vec::new())
    }
}

#[async_trait]
impl Protections for Script {
    async fn protection(&self, _: &Place) -> Result<Protection> {
        denied()
    }
}

#[async_trait]
impl Traffic for Script {
    async fn zones(&self, _: AccountId) -> Result<Zones> {
        denied()
    }
    async fn balancers(&self, _: &Place) -> Result<Balancers> {
        denied()
    }
    async fn answers(
        &self,
        _: AccountId,
        _: &HostedZoneId,
        _: &[Record],
        _: u32,
    ) -> Result<Answers> {
        denied()
    }
}

#[async_trait]
impl Identity for Script {
    async fn caller(&self, _: Option<AccountId>) -> Result<Caller> {
        denied()
    }
}

#[async_trait]
impl Costs for Script {
    async fn cost(&self, query: &CostQuery) -> Result<CostReport> {
        self.paid.fetch_add(1, Ordering::Relaxed);
        let net = matches!(
            query.metric,
            CostMetric::NetAmortized | CostMetric::NetUnblended
        );
        if self.no_net && net {
            return Err(Error::new(Kind::Service {
                service: "ce".into(),
                code: "DataUnavailableException".into(),
                message: "no net metrics".into(),
            }));
        }
        Ok(CostReport {
            query: query.clone(),
            currency: "USD".into(),
            rows: Vec::new(),
            requests: 1,
        })
    }
    async fn forecast(&self, _: CostMetric) -> Result<Option<Forecast>> {
        self.paid.fetch_add(1, Ordering::Relaxed);
        Ok(None)
    }
    async fn anomalies(&self) -> Result<Vec<Anomaly>> {
        self.paid.fetch_add(1, Ordering::Relaxed);
        Ok(Vec::new())
    }
    async fn budgets(&self, _: AccountId) -> Result<Vec<Budget>> {
        Ok(Vec::new())
    }
}

fn source(script: &Arc<Script>) -> Source {
    let provider = Provider {
        world: World::Demo,
        regions: vec![Region::from("eu-west-1")],
        identity: script.clone(),
        organizations: script.clone(),
        networks: script.clone(),
        clusters: script.clone(),
        costs: script.clone(),
        protections: script.clone(),
        traffic: script.clone(),
        workloads: Arc::new(Closed("no clusters in this test")),
        prices: Arc::new(Closed("no prices in this test")),
        access: None,
        objects: None,
        control: None,
        // Nothing else is read for views.
        ..in_process(&DemoOptions::default()).0
    };
    Source {
        clock: Arc::new(|| "2026-03-15T10:00:00Z".parse().expect("a time")),
        ..Source::new(Some(provider), &Settings::default())
    }
}

fn network(account: usize) -> Query {
    Query::Network(Place::new(id(account), "eu-west-1"))
}

fn inventory(accounts: usize) -> Inventory {
    let mut inventory = Inventory::new(vec!["eu-west-1".into()]);
    let organization = Loaded::Organization(fixture::organization(accounts).into());
    inventory.accept(&Query::Organization, organization, Timestamp::UNIX_EPOCH);
    inventory
}

/// The next event that is not [`Event::Began`].
async fn next(events: &mut mpsc::UnboundedReceiver<Event>) -> Event {
    loop {
        match events.recv().await.expect("the reader is there") {
            Event::Began(_) => {}
            event => return event,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_account_that_denies_hangs_or_throttles_holds_up_the_rest() {
    let mut behaviours = vec![(1, Behaviour::Denies), (2, Behaviour::Throttles(1))];
    // More of them than reads may be under way at once.
    behaviours.extend((3..=30).map(|account| (account, Behaviour::Hangs)));
    let script = Arc::new(Script::new(200, &behaviours));
    let mut source = source(&script);
    source.limits.in_flight = 16;
    let (reader, mut events) = Reader::start(source);
    reader.want((1..=200).map(network).collect(), Want::Rest);
    let start = Instant::now();
    let mut loaded = 0;
    while loaded < 171 {
        if let Event::Loaded { .. } = next(&mut events).await {
            loaded += 1;
        }
    }
    // Twice the patience for the two waves of hanging reads, then 170 answers 16 at a time, and
    // the throttled one a second later.
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_command_gets_every_answer_and_the_reasons_for_those_that_are_missing() {
    let behaviours = [
        (1, Behaviour::Denies),
        (2, Behaviour::Hangs),
        (3, Behaviour::Throttles(2)),
        (4, Behaviour::Panics),
    ];
    let script = Arc::new(Script::new(50, &behaviours));
    let inventory = inventory(50);
    let queries = inventory.queries(&[QueryKind::Network], &Scope::default());
    let gathered = gather(source(&script), inventory, queries).await;
    let kinds: Vec<_> = gathered
        .failures
        .iter()
        .map(|(query, trouble)| (query.account().expect("a place"), trouble.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (id(1), TroubleKind::Denied),
            (id(2), TroubleKind::Unreachable),
            (id(4), TroubleKind::Other)
        ]
    );
    let read = gathered
        .inventory
        .networks
        .values()
        .filter(|remote| remote.value().is_some());
    assert_eq!(read.count(), 47);
    assert_eq!(script.asked(id(3)), 3, "throttled twice, then answered");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_accounts_are_read_side_by_side() {
    let script = Arc::new(Script::new(1000, &[]));
    let inventory = inventory(1000);
    let queries = inventory.queries(
        &[QueryKind::Network, QueryKind::Clusters],
        &Scope::default(),
    );
    let start = Instant::now();
    let gathered = gather(source(&script), inventory, queries).await;
    assert!(gathered.failures.is_empty());
    // 2,000 reads of 50 ms, 256 at a time, are 400 ms; the roles of the last 400 accounts wait
    // for STS, which lets 600 a second through.
    assert!(
        start.elapsed() < Duration::from_millis(1300),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn accounts_are_shown_after_the_first_page() {
    let script = Arc::new(Script::new(1000, &[]));
    let (reader, mut events) = Reader::start(source(&script));
    let start = Instant::now();
    reader.want(vec![Query::Organization], Want::OnScreen);
    let Event::Found(organization) = next(&mut events).await else {
        panic!("the first page comes first");
    };
    assert_eq!(organization.accounts.len(), 20);
    assert_eq!(start.elapsed(), LATENCY);
    let mut copies = 1;
    while let Event::Found(_) = next(&mut events).await {
        copies += 1;
    }
    assert!(copies < 25, "{copies} copies of 50 pages");
}

#[tokio::test(start_paused = true)]
async fn what_is_on_screen_goes_first() {
    let script = Arc::new(Script::new(0, &[]));
    let mut source = source(&script);
    source.limits.in_flight = 1;
    let (reader, mut events) = Reader::start(source);
    reader.want((1..=3).map(network).collect(), Want::Rest);
    reader.want(vec![network(4)], Want::OnScreen);
    reader.focus(vec![network(3), network(5)]);
    let mut order = Vec::new();
    while order.len() < 5 {
        if let Event::Loaded { query, .. } = next(&mut events).await {
            order.push(query);
        }
    }
    assert_eq!(order, [3, 5, 4, 1, 2].map(network));
}

#[tokio::test(start_paused = true)]
async fn equal_queries_are_one_read_and_a_refresh_supersedes_it() {
    let script = Arc::new(Script::new(0, &[]));
    let (reader, mut events) = Reader::start(source(&script));
    reader.want(vec![network(1), network(1)], Want::OnScreen);
    reader.want(vec![network(1)], Want::Near);
    next(&mut events).await;
    reader.want(vec![network(1)], Want::OnScreen);
    reader.refresh(vec![network(1)]);
    next(&mut events).await;
    assert_eq!(
        script.asked(id(1)),
        2,
        "fresh is not asked again, a refresh is"
    );

    reader.refresh(vec![network(1)]);
    tokio::time::sleep(LATENCY / 2).await;
    let refreshed = Instant::now();
    reader.refresh(vec![network(1)]);
    next(&mut events).await;
    assert_eq!(refreshed.elapsed(), LATENCY, "the older answer is not told");
    assert_eq!(script.asked(id(1)), 4);
}

#[tokio::test(start_paused = true)]
async fn a_denied_account_is_tried_again_later_and_a_suspended_one_never() {
    let script = Arc::new(Script::new(0, &[(1, Behaviour::Denies)]));
    let mut organization = fixture::organization(2);
    organization.accounts[1].status = AccountStatus::Suspended;
    let mut source = source(&script);
    source.organization = Some(organization.into());
    let (reader, mut events) = Reader::start(source);
    reader.want(vec![network(2)], Want::OnScreen);
    let Event::Failed { trouble, again, .. } = next(&mut events).await else {
        panic!("suspended accounts are not read");
    };
    assert_eq!((trouble.kind, again), (TroubleKind::Suspended, None));
    assert_eq!(script.asked(id(2)), 0);

    reader.want(vec![network(1)], Want::OnScreen);
    let Event::Failed {
        again: Some(first), ..
    } = next(&mut events).await
    else {
        panic!("denied is tried again");
    };
    let failed = Instant::now();
    let Event::Failed {
        again: Some(second),
        ..
    } = next(&mut events).await
    else {
        panic!("and denied again");
    };
    assert!(failed.elapsed() >= first && failed.elapsed() < first + Duration::from_secs(1));
    assert!(second > first, "the waits grow");
}

#[tokio::test]
async fn costs_are_paid_for_once_and_then_come_from_the_cache() {
    let home = tempfile::tempdir().expect("a folder");
    let (cache, _) = Cache::open(&home.path().join("cache.sqlite")).expect("opens");
    let script = Arc::new(Script {
        no_net: true,
        ..Script::new(0, &[])
    });
    let mut source = source(&script);
    source.cache = Some(cache);
    for _ in 0..2 {
        let gathered = gather(source.clone(), Inventory::default(), vec![Query::Costs]).await;
        let costs = gathered.inventory.costs.value().expect("read").clone();
        assert_eq!(
            costs.months.query.metric,
            CostMetric::Amortized,
            "net is not there"
        );
        assert_eq!(costs.months.query.from.to_string(), "2025-03-01");
        assert_eq!(costs.days.query.from.to_string(), "2026-02-01");
        assert_eq!(costs.days.query.until.to_string(), "2026-03-16");
        // The refused net request is one too; the cache then asks for nothing, although it was
        // answered in another metric than was wanted.
        assert_eq!(script.paid.load(Ordering::Relaxed), 5);
    }
    let spent = source
        .meter
        .spent("2026-03-15".parse().expect("a day"))
        .expect("counted");
    assert_eq!(spent.today, Decimal::new(5, 2));
}

#[tokio::test(start_paused = true)]
async fn beyond_the_cap_nothing_is_asked_and_the_way_out_is_named() {
    let script = Arc::new(Script::new(0, &[]));
    let mut settings = Settings::default();
    settings.cost.ce_daily_budget_usd = Decimal::new(3, 2);
    let mut source = source(&script);
    source.meter = crate::inventory::Meter::in_memory(&settings.cost);
    let gathered = gather(source, Inventory::default(), vec![Query::Costs]).await;
    let (_, trouble) = &gathered.failures[0];
    insta::assert_snapshot!(trouble.message, @"not asked: 0.04 USD more would exceed the daily cap of 0.03 USD (0.00 USD spent)");
    assert!(
        trouble
            .hint
            .as_deref()
            .expect("a hint")
            .contains("ce_daily_budget_usd")
    );
    assert_eq!(script.paid.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn offline_answers_come_from_the_cache_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let (cache, _) = Cache::open(&home.path().join("cache.sqlite")).expect("opens");
    let script = Arc::new(Script::new(0, &[]));
    let mut source = source(&script);
    source.cache = Some(cache);
    gather(source.clone(), Inventory::default(), vec![network(1)]).await;
    source.provider = None;
    let queries = vec![network(1), network(2)];
    let gathered = gather(source, Inventory::default(), queries).await;
    let remembered = &gathered.inventory.networks[&Place::new(id(1), "eu-west-1")];
    let at = remembered.read_at().expect("kept");
    assert_eq!(
        at.to_string(),
        "2026-03-15T10:00:00Z",
        "with the time of its reading"
    );
    assert_eq!(gathered.failures.len(), 1);
    assert_eq!(script.asked(id(2)), 0);
}
