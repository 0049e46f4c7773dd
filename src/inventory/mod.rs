//! What was read: queries and their answers, with ages, for every account and region.

pub mod scope;
pub mod tables;

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use scope::Scope;

use crate::model::{
    AccountId, Dated, Organization, Place, Region, Remote, Trouble,
    cluster::Cluster,
    cost::Costs,
    network::Network,
    protection::Protection,
    traffic::{Balancers, Zones},
};

/// One thing to read, with its scope. A newer query equal to an older one replaces it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    Organization,
    Network(Place),
    Clusters(Place),
    Protection(Place),
    Balancers(Place),
    Zones(AccountId),
    /// Costs money: never asked by a timer.
    Costs,
}

/// What a [`Query`] brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded {
    Organization(Arc<Organization>),
    Network(Arc<Network>),
    Clusters(Arc<Vec<Cluster>>),
    Protection(Arc<Protection>),
    Balancers(Arc<Balancers>),
    Zones(Arc<Zones>),
    Costs(Arc<Costs>),
}

/// Everything that was read, in memory. Values are shared, so handing one to a view is cheap.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    pub organization: Remote<Arc<Organization>>,
    pub networks: BTreeMap<Place, Remote<Arc<Network>>>,
    pub clusters: BTreeMap<Place, Remote<Arc<Vec<Cluster>>>>,
    pub protections: BTreeMap<Place, Remote<Arc<Protection>>>,
    pub balancers: BTreeMap<Place, Remote<Arc<Balancers>>>,
    pub zones: BTreeMap<AccountId, Remote<Arc<Zones>>>,
    pub costs: Remote<Arc<Costs>>,
    /// The regions that are looked in, the home region first.
    pub regions: Vec<Region>,
    /// Grows with every change, so that whoever derives something knows when to do it again.
    pub version: u64,
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
            Query::Costs => self.costs.fail(trouble),
        }
    }
}

fn ready<T>(value: T, at: Timestamp) -> Remote<T> {
    Remote::Ready(Dated { value, at })
}
