//! What the reader and the cache report, and how the inventory takes it in.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{Inventory, Loaded, Query};
use crate::model::{Dated, Organization, Remote, Trouble};

/// One step of one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Began(Query),
    /// The organization as far as it is known, while the rest is still read.
    Found(Arc<Organization>),
    Loaded {
        query: Query,
        loaded: Loaded,
        /// When it was read from its source.
        at: Timestamp,
    },
    /// An answer as far as it is known, while the rest is still read.
    Partly {
        query: Query,
        loaded: Loaded,
        at: Timestamp,
    },
    /// From the cache: never takes the place of something newer.
    Remembered {
        query: Query,
        loaded: Loaded,
        at: Timestamp,
    },
    Failed {
        query: Query,
        trouble: Arc<Trouble>,
        /// It is tried again by itself after this time.
        again: Option<Duration>,
    },
    /// Everything that the cache holds has been told.
    Recalled,
    /// Something that the user should know and that belongs to no query.
    Notice(String),
}

impl Inventory {
    /// Takes in what happened. Whether anything that is shown has changed.
    pub fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::Began(query) => self.begin(query),
            Event::Found(organization) => return self.found(organization),
            Event::Loaded { query, loaded, at } => self.accept(query, loaded.clone(), *at),
            Event::Partly { query, loaded, at } => {
                self.accept(query, loaded.clone(), *at);
                self.begin(query);
            }
            Event::Remembered { query, loaded, at } => {
                return self.remember(query, loaded.clone(), *at);
            }
            Event::Failed { query, trouble, .. } => self.fail(query, Arc::clone(trouble)),
            Event::Recalled | Event::Notice(_) => return false,
        }
        true
    }

    /// Shows the part of an organization that is known so far, unless more is known from before.
    fn found(&mut self, organization: &Arc<Organization>) -> bool {
        let known = self
            .organization
            .value()
            .map_or(0, |all| all.accounts.len());
        if known > organization.accounts.len() || !self.organization.is_loading() {
            return false;
        }
        let at = self.organization.read_at().unwrap_or_default();
        let value = Arc::clone(organization);
        self.organization = Remote::Loading(None, Some(Dated { value, at }));
        self.version += 1;
        true
    }

    /// Takes in what the cache holds; a read that goes on or failed stays so, with this as its
    /// last good value.
    fn remember(&mut self, query: &Query, loaded: Loaded, at: Timestamp) -> bool {
        if self.read_at(query).is_some_and(|newer| newer >= at) {
            return false;
        }
        let standing = self.standing(query);
        self.accept(query, loaded, at);
        if let Some(trouble) = standing.failure {
            self.fail(query, trouble);
        }
        if standing.is_loading {
            self.begin(query);
        }
        true
    }

    /// When what is shown for `query` was read.
    #[must_use]
    pub fn read_at(&self, query: &Query) -> Option<Timestamp> {
        match query {
            Query::Organization => self.organization.read_at(),
            Query::Network(place) => self.networks.get(place)?.read_at(),
            Query::Clusters(place) => self.clusters.get(place)?.read_at(),
            Query::Protection(place) => self.protections.get(place)?.read_at(),
            Query::Balancers(place) => self.balancers.get(place)?.read_at(),
            Query::Zones(account) => self.zones.get(account)?.read_at(),
            Query::Fleet(cluster) => self.fleets.get(cluster)?.read_at(),
            Query::Contents(cluster) => self.contents.get(cluster)?.read_at(),
            Query::Velero(cluster) => self.veleros.get(cluster)?.read_at(),
            Query::Results(cluster, of) => {
                self.results.get(&(cluster.clone(), of.clone()))?.read_at()
            }
            Query::Price(place, kind) => self.prices.get(&(place.clone(), kind.clone()))?.read_at(),
            Query::Costs => self.costs.read_at(),
        }
    }

    fn standing(&self, query: &Query) -> Standing {
        match query {
            Query::Organization => Standing::of(Some(&self.organization)),
            Query::Network(place) => Standing::of(self.networks.get(place)),
            Query::Clusters(place) => Standing::of(self.clusters.get(place)),
            Query::Protection(place) => Standing::of(self.protections.get(place)),
            Query::Balancers(place) => Standing::of(self.balancers.get(place)),
            Query::Zones(account) => Standing::of(self.zones.get(account)),
            Query::Fleet(cluster) => Standing::of(self.fleets.get(cluster)),
            Query::Contents(cluster) => Standing::of(self.contents.get(cluster)),
            Query::Velero(cluster) => Standing::of(self.veleros.get(cluster)),
            Query::Results(cluster, of) => {
                Standing::of(self.results.get(&(cluster.clone(), of.clone())))
            }
            Query::Price(place, kind) => {
                Standing::of(self.prices.get(&(place.clone(), kind.clone())))
            }
            Query::Costs => Standing::of(Some(&self.costs)),
        }
    }
}

/// How the newest read stands, whatever is known from before.
#[derive(Default)]
struct Standing {
    is_loading: bool,
    failure: Option<Arc<Trouble>>,
}

impl Standing {
    fn of<T>(remote: Option<&Remote<T>>) -> Self {
        remote.map_or_else(Self::default, |remote| Self {
            is_loading: remote.is_loading(),
            failure: remote.failure().cloned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{QueryKind, Scope, fixture};

    fn loaded(accounts: usize, at: i64) -> Event {
        Event::Loaded {
            query: Query::Organization,
            loaded: Loaded::Organization(Arc::new(fixture::organization(accounts))),
            at: Timestamp::from_second(at).expect("a time"),
        }
    }

    #[test]
    fn the_first_page_is_shown_at_once_and_never_hides_what_was_known() {
        let mut inventory = Inventory::default();
        inventory.take(&Event::Began(Query::Organization));
        assert!(inventory.take(&Event::Found(Arc::new(fixture::organization(20)))));
        assert!(inventory.organization.is_loading());
        assert_eq!(inventory.tree().organization().accounts.len(), 20);
        inventory.take(&loaded(30, 5));
        inventory.take(&Event::Began(Query::Organization));
        assert!(!inventory.take(&Event::Found(Arc::new(fixture::organization(20)))));
        assert_eq!(inventory.tree().organization().accounts.len(), 30);
    }

    #[test]
    fn the_cache_fills_gaps_but_never_overwrites_newer_answers() {
        let remembered = |accounts, at| match loaded(accounts, at) {
            Event::Loaded { query, loaded, at } => Event::Remembered { query, loaded, at },
            other => other,
        };
        let mut inventory = Inventory::default();
        inventory.take(&Event::Began(Query::Organization));
        assert!(inventory.take(&remembered(3, 1)));
        assert!(inventory.organization.is_loading());
        inventory.take(&loaded(5, 9));
        assert!(!inventory.take(&remembered(3, 1)));
        assert_eq!(inventory.tree().organization().accounts.len(), 5);
    }

    #[test]
    fn queries_are_for_active_accounts_in_scope_and_regions_in_scope() {
        let mut inventory = Inventory::new(vec!["eu-west-1".into(), "us-east-1".into()]);
        let mut organization = fixture::organization(4);
        organization.accounts[3].status = crate::model::AccountStatus::Suspended;
        let at = Timestamp::UNIX_EPOCH;
        inventory.accept(
            &Query::Organization,
            Loaded::Organization(organization.into()),
            at,
        );
        let scope = Scope {
            units: ["ou-dev".into()].into(),
            regions: ["us-east-1".into()].into(),
            ..Scope::default()
        };
        let queries = inventory.queries(
            &[QueryKind::Zones, QueryKind::Network, QueryKind::Costs],
            &scope,
        );
        let place = crate::model::Place::new(fixture::id(2), "us-east-1");
        assert_eq!(
            queries,
            [
                Query::Zones(fixture::id(2)),
                Query::Network(place),
                Query::Costs
            ]
        );
    }
}
