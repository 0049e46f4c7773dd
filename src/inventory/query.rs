//! What can be asked, and what it brings.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, ClusterId, Organization, Place, Region,
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
    /// A cluster from within, as sums for each node.
    Fleet(ClusterId),
    /// What runs in a cluster. Not kept on disk: it is another a moment later.
    Contents(ClusterId),
    Velero(ClusterId),
    /// What a backup or restore has to say. Asked by a person only.
    Results(ClusterId, Outcome),
    /// What an instance type costs in one account and region.
    Price(Place, String),
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
    Fleet,
    Contents,
    Velero,
    Results,
    Price,
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
    Fleet(Arc<Fleet>),
    Contents(Arc<Contents>),
    Velero(Arc<Velero>),
    Results(Arc<Results>),
    Price(Arc<Price>),
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
            Self::Fleet(_) => QueryKind::Fleet,
            Self::Contents(_) => QueryKind::Contents,
            Self::Velero(_) => QueryKind::Velero,
            Self::Results(..) => QueryKind::Results,
            Self::Price(..) => QueryKind::Price,
            Self::Costs => QueryKind::Costs,
        }
    }

    /// The account that is read; `None` for what is asked once for the whole organization.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match (self.place(), self) {
            (Some(place), _) => Some(place.account),
            (None, Self::Zones(account)) => Some(*account),
            (None, _) => None,
        }
    }

    #[must_use]
    pub const fn region(&self) -> Option<&Region> {
        match self.place() {
            Some(place) => Some(&place.region),
            None => None,
        }
    }

    /// The account and region that are read, where it is about both.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Network(place)
            | Self::Clusters(place)
            | Self::Protection(place)
            | Self::Balancers(place)
            | Self::Price(place, _) => Some(place),
            Self::Fleet(cluster)
            | Self::Contents(cluster)
            | Self::Velero(cluster)
            | Self::Results(cluster, _) => Some(&cluster.place),
            Self::Organization | Self::Costs | Self::Zones(_) => None,
        }
    }

    /// The cluster that is looked into.
    #[must_use]
    pub const fn cluster(&self) -> Option<&ClusterId> {
        match self {
            Self::Fleet(cluster)
            | Self::Contents(cluster)
            | Self::Velero(cluster)
            | Self::Results(cluster, _) => Some(cluster),
            _ => None,
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
            QueryKind::Fleet | QueryKind::Contents | QueryKind::Velero | QueryKind::Results => {
                "kubernetes"
            }
            QueryKind::Price => "pricing",
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
            // Which there are, only a read of the account tells.
            Self::Fleet | Self::Contents | Self::Velero | Self::Results | Self::Price => Vec::new(),
        }
    }

    /// How much must have been read before the queries of this kind are known: 0 nothing, 1 the
    /// organization, 2 clusters as AWS tells of them, 3 what their nodes are.
    #[must_use]
    pub const fn round(self) -> u8 {
        match self {
            Self::Organization => 0,
            Self::Fleet | Self::Contents | Self::Velero | Self::Results => 2,
            Self::Price => 3,
            _ => 1,
        }
    }

    /// The query of this kind for one cluster, where it is asked for each.
    #[must_use]
    pub fn inside(self, cluster: ClusterId) -> Option<Query> {
        match self {
            Self::Fleet => Some(Query::Fleet(cluster)),
            Self::Contents => Some(Query::Contents(cluster)),
            Self::Velero => Some(Query::Velero(cluster)),
            _ => None,
        }
    }

    /// Whether answers are kept on disk: not what is out of date a moment later, or was asked for
    /// once.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        !matches!(self, Self::Contents | Self::Results)
    }

    /// Whether it is asked once for the whole organization.
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(self, Self::Organization | Self::Costs)
    }
}
