//! What was read: queries and their answers, with ages, for every account and region.

pub mod cache;
mod event;
#[cfg(test)]
pub(crate) mod fixture;
pub mod index;
mod query;
pub mod reader;
pub mod report;
pub mod scope;
pub mod tables;
mod tree;

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

pub use cache::{Cache, Meter};
pub use event::Event;
pub use index::{Index, Search};
pub use query::{Loaded, Query, QueryKind};
pub use reader::{Reader, Source, Want, gather};
pub use scope::{Scope, ScopeError};
pub use tree::Tree;

use crate::model::{
    AccountId, AccountStatus, ClusterId, Dated, Organization, Place, Region, Remote, Trouble,
    cluster::Cluster,
    cost::Costs,
    fleet::{Fleet, Price},
    network::Network,
    protection::Protection,
    traffic::{Balancers, Zones},
    velero::{Results, Velero},
    workload::Contents,
};
use crate::provider::Outcome;

/// Everything that was read, in memory. Values are shared, so handing one to a view is cheap.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    pub organization: Remote<Arc<Organization>>,
    pub networks: BTreeMap<Place, Remote<Arc<Network>>>,
    pub clusters: BTreeMap<Place, Remote<Arc<Vec<Cluster>>>>,
    pub protections: BTreeMap<Place, Remote<Arc<Protection>>>,
    pub balancers: BTreeMap<Place, Remote<Arc<Balancers>>>,
    pub zones: BTreeMap<AccountId, Remote<Arc<Zones>>>,
    pub fleets: BTreeMap<ClusterId, Remote<Arc<Fleet>>>,
    pub contents: BTreeMap<ClusterId, Remote<Arc<Contents>>>,
    pub veleros: BTreeMap<ClusterId, Remote<Arc<Velero>>>,
    pub results: BTreeMap<(ClusterId, Outcome), Remote<Arc<Results>>>,
    /// By account, region and instance type.
    pub prices: BTreeMap<(Place, String), Remote<Arc<Price>>>,
    pub costs: Remote<Arc<Costs>>,
    /// The regions that are looked in, the home region first.
    pub regions: Vec<Region>,
    /// Grows with every change, so that whoever derives something knows when to do it again.
    pub version: u64,
    pub(crate) planted: tree::Planted,
}

impl Inventory {
    /// Notes that `query` was asked.
    pub fn begin(&mut self, query: &Query) {
        self.version += 1;
        match query {
            Query::Organization => self.organization.begin(),
            Query::Network(place) => self.networks.entry(place.clone()).or_default().begin(),
            Query::Clusters(place) => self.clusters.entry(place.clone()).or_default().begin(),
            Query::Protection(place) => self.protections.entry(place.clone()).or_default().begin(),
            Query::Balancers(place) => self.balancers.entry(place.clone()).or_default().begin(),
            Query::Zones(account) => self.zones.entry(*account).or_default().begin(),
            Query::Fleet(cluster) => self.fleets.entry(cluster.clone()).or_default().begin(),
            Query::Contents(cluster) => self.contents.entry(cluster.clone()).or_default().begin(),
            Query::Velero(cluster) => self.veleros.entry(cluster.clone()).or_default().begin(),
            Query::Results(cluster, of) => {
                let key = (cluster.clone(), of.clone());
                self.results.entry(key).or_default().begin();
            }
            Query::Price(place, kind) => {
                let key = (place.clone(), kind.clone());
                self.prices.entry(key).or_default().begin();
            }
            Query::Costs => self.costs.begin(),
        }
    }

    /// Takes in an answer that was read from its source at `at`.
    pub fn accept(&mut self, query: &Query, loaded: Loaded, at: Timestamp) {
        self.version += 1;
        match (query, loaded) {
            (Query::Organization, Loaded::Organization(value)) => {
                self.organization = ready(value, at);
            }
            (Query::Network(place), Loaded::Network(value)) => {
                self.networks.insert(place.clone(), ready(value, at));
            }
            (Query::Clusters(place), Loaded::Clusters(value)) => {
                self.clusters.insert(place.clone(), ready(value, at));
            }
            (Query::Protection(place), Loaded::Protection(value)) => {
                self.protections.insert(place.clone(), ready(value, at));
            }
            (Query::Balancers(place), Loaded::Balancers(value)) => {
                self.balancers.insert(place.clone(), ready(value, at));
            }
            (Query::Zones(account), Loaded::Zones(value)) => {
                self.zones.insert(*account, ready(value, at));
            }
            (Query::Fleet(cluster), Loaded::Fleet(value)) => {
                self.fleets.insert(cluster.clone(), ready(value, at));
            }
            (Query::Contents(cluster), Loaded::Contents(value)) => {
                self.contents.insert(cluster.clone(), ready(value, at));
            }
            (Query::Velero(cluster), Loaded::Velero(value)) => {
                self.veleros.insert(cluster.clone(), ready(value, at));
            }
            (Query::Results(cluster, of), Loaded::Results(value)) => {
                self.results
                    .insert((cluster.clone(), of.clone()), ready(value, at));
            }
            (Query::Price(place, kind), Loaded::Price(value)) => {
                self.prices
                    .insert((place.clone(), kind.clone()), ready(value, at));
            }
            (Query::Costs, Loaded::Costs(value)) => self.costs = ready(value, at),
            (query, _) => debug_assert!(false, "{query:?} was answered by something else"),
        }
    }

    /// Notes that `query` failed; the last good value stays.
    pub fn fail(&mut self, query: &Query, trouble: Arc<Trouble>) {
        self.version += 1;
        match query {
            Query::Organization => self.organization.fail(trouble),
            Query::Network(place) => self
                .networks
                .entry(place.clone())
                .or_default()
                .fail(trouble),
            Query::Clusters(place) => self
                .clusters
                .entry(place.clone())
                .or_default()
                .fail(trouble),
            Query::Protection(place) => self
                .protections
                .entry(place.clone())
                .or_default()
                .fail(trouble),
            Query::Balancers(place) => self
                .balancers
                .entry(place.clone())
                .or_default()
                .fail(trouble),
            Query::Zones(account) => self.zones.entry(*account).or_default().fail(trouble),
            Query::Fleet(cluster) => self
                .fleets
                .entry(cluster.clone())
                .or_default()
                .fail(trouble),
            Query::Contents(cluster) => self
                .contents
                .entry(cluster.clone())
                .or_default()
                .fail(trouble),
            Query::Velero(cluster) => self
                .veleros
                .entry(cluster.clone())
                .or_default()
                .fail(trouble),
            Query::Results(cluster, of) => {
                let key = (cluster.clone(), of.clone());
                self.results.entry(key).or_default().fail(trouble);
            }
            Query::Price(place, kind) => {
                let key = (place.clone(), kind.clone());
                self.prices.entry(key).or_default().fail(trouble);
            }
            Query::Costs => self.costs.fail(trouble),
        }
    }
}

impl Inventory {
    /// An inventory that looks in `regions`, the home region first.
    #[must_use]
    pub fn new(regions: Vec<Region>) -> Self {
        Self {
            regions,
            ..Self::default()
        }
    }

    /// The organization with its lookups; empty while there is none. Made once for each
    /// organization that was read, so it is cheap to ask for.
    #[must_use]
    pub fn tree(&self) -> Arc<Tree> {
        self.planted.tree(self.organization.value())
    }

    /// The queries of `kinds` for all accounts that are active and in scope, in all regions in
    /// scope. Accounts go in the order of the organization, so those of one unit come together.
    #[must_use]
    pub fn queries(&self, kinds: &[QueryKind], scope: &Scope) -> Vec<Query> {
        let tree = self.tree();
        let regions: Vec<Region> = self
            .regions
            .iter()
            .filter(|region| scope.has_region(region))
            .cloned()
            .collect();
        let accounts: Vec<AccountId> = tree
            .organization()
            .accounts
            .iter()
            .filter(|account| account.status == AccountStatus::Active)
            .map(|account| account.id)
            .filter(|&account| scope.holds(account, &tree))
            .collect();
        let each = |kind: &QueryKind| match kind {
            QueryKind::Organization => vec![Query::Organization],
            QueryKind::Costs => vec![Query::Costs],
            QueryKind::Fleet | QueryKind::Contents | QueryKind::Velero => {
                self.inside(scope, &tree, *kind)
            }
            QueryKind::Price => self.priced(scope, &tree),
            kind => accounts
                .iter()
                .flat_map(|&account| kind.of(account, &regions))
                .collect(),
        };
        kinds.iter().flat_map(each).collect()
    }
}

impl Inventory {
    /// Every cluster that was found, in the order of accounts.
    pub fn cluster_ids(&self) -> impl Iterator<Item = ClusterId> {
        let found = self.clusters.values().filter_map(Remote::value);
        found.flat_map(|clusters| clusters.iter()).map(Cluster::id)
    }

    fn inside(&self, scope: &Scope, tree: &Tree, kind: QueryKind) -> Vec<Query> {
        self.cluster_ids()
            .filter(|cluster| scope.holds_place(&cluster.place, tree))
            .filter_map(|cluster| kind.inside(cluster))
            .collect()
    }

    /// A price for each type of instance that has accelerators somewhere.
    fn priced(&self, scope: &Scope, tree: &Tree) -> Vec<Query> {
        let mut queries: Vec<Query> = self
            .fleets
            .iter()
            .filter(|(cluster, _)| scope.holds_place(&cluster.place, tree))
            .filter_map(|(cluster, remote)| Some((cluster, remote.value()?)))
            .flat_map(|(cluster, fleet)| prices_of(cluster, fleet))
            .collect();
        queries.sort();
        queries.dedup();
        queries
    }
}

/// The prices that the idle of a fleet is told by.
pub fn prices_of(cluster: &ClusterId, fleet: &Fleet) -> Vec<Query> {
    let types = fleet.accelerated_types().into_iter();
    types
        .map(|kind| Query::Price(cluster.place.clone(), kind))
        .collect()
}

fn ready<T>(value: T, at: Timestamp) -> Remote<T> {
    Remote::Ready(Dated { value, at })
}
