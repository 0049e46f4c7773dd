//! What can be asked, and what it brings.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, Organization, Place, Region,
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

/// A [`Query`] without its scope.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::Display, strum::EnumIter,
)]
#[strum(serialize_all = "snake_case")]
pub enum QueryKind {
    Organization,
    Network,
    Clusters,
    Protection,
    Balancers,
    Zones,
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

impl Query {
    #[must_use]
    pub const fn kind(&self) -> QueryKind {
        match self {
            Self::Organization => QueryKind::Organization,
            Self::Network(_) => QueryKind::Network,
            Self::Clusters(_) => QueryKind::Clusters,
            Self::Protection(_) => QueryKind::Protection,
            Self::Balancers(_) => QueryKind::Balancers,
            Self::Zones(_) => QueryKind::Zones,
            Self::Costs => QueryKind::Costs,
        }
    }

    /// The account that is read; `None` for what is asked once for the whole organization.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Network(place)
            | Self::Clusters(place)
            | Self::Protection(place)
            | Self::Balancers(place) => Some(place.account),
            Self::Zones(account) => Some(*account),
            Self::Organization | Self::Costs => None,
        }
    }

    #[must_use]
    pub const fn region(&self) -> Option<&Region> {
        match self {
            Self::Network(place)
            | Self::Clusters(place)
            | Self::Protection(place)
            | Self::Balancers(place) => Some(&place.region),
            Self::Organization | Self::Costs | Self::Zones(_) => None,
        }
    }

    /// The service that answers, as the AWS command line calls it.
    #[must_use]
    pub const fn service(&self) -> &'static str {
        match self.kind() {
            QueryKind::Organization => "organizations",
            QueryKind::Network => "ec2",
            QueryKind::Clusters => "eks",
            QueryKind::Protection => "backup",
            QueryKind::Balancers => "elbv2",
            QueryKind::Zones => "route53",
            QueryKind::Costs => "ce",
        }
    }
}

impl QueryKind {
    /// The queries of this kind for one account: one for each region where the service has them.
    pub fn of(self, account: AccountId, regions: &[Region]) -> Vec<Query> {
        let each = |query: fn(Place) -> Query| {
            let place = |region: &Region| Place::new(account, region.clone());
            regions.iter().map(place).map(query).collect()
        };
        match self {
            Self::Organization => vec![Query::Organization],
            Self::Network => each(Query::Network),
            Self::Clusters => each(Query::Clusters),
            Self::Protection => each(Query::Protection),
            Self::Balancers => each(Query::Balancers),
            Self::Zones => vec![Query::Zones(account)],
            Self::Costs => vec![Query::Costs],
        }
    }

    /// Whether it is asked once for the whole organization.
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(self, Self::Organization | Self::Costs)
    }
}
