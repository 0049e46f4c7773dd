//! Questions to the outside whose answer is yes, no, or not known yet: what must hold before a
//! step, what is waited for, what is watched.

mod cluster;
mod database;
mod network;

use serde::{Deserialize, Serialize};

pub use cluster::ClusterProbe;
pub use database::DatabaseQuestion;
pub use network::{NetworkProbe, PeeringState, Way};

use crate::model::{
    AccountId, HealthCheckId,
    change::{Location, Ref},
    protection::DatabaseKind,
};

/// One question. What is asked about may be made by an earlier step of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "probe", rename_all = "snake_case")]
pub enum Probe {
    /// A Route 53 health check passes; `what` is whose.
    Healthy {
        account: Ref<AccountId>,
        check: HealthCheckId,
        what: String,
    },
    Network(NetworkProbe),
    Cluster(ClusterProbe),
    /// Something holds of a database.
    Database {
        at: Location,
        kind: DatabaseKind,
        database: String,
        asked: DatabaseQuestion,
    },
    /// A port takes connections from this machine; `what` is whose.
    Port {
        at: Location,
        host: Ref<String>,
        port: u16,
        what: String,
    },
}

impl Probe {
    /// The account that is asked.
    #[must_use]
    pub const fn account(&self) -> &Ref<AccountId> {
        match self {
            Self::Healthy { account, .. } => account,
            Self::Network(probe) => probe.account(),
            Self::Cluster(probe) => probe.account(),
            Self::Database { at, .. } | Self::Port { at, .. } => &at.account,
        }
    }

    /// One line for people: what must be so.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Healthy { what, check, .. } => format!("{what} is healthy ({check})"),
            Self::Network(probe) => probe.title(),
            Self::Cluster(probe) => probe.title(),
            Self::Database {
                database, asked, ..
            } => asked.title(database),
            Self::Port { what, port, .. } => format!("port {port} of {what} takes connections"),
        }
    }

    /// IAM actions that asking needs.
    #[must_use]
    pub const fn permissions(&self) -> &'static [&'static str] {
        match self {
            Self::Healthy { .. } => &["route53:GetHealthCheckStatus", "route53:ListHealthChecks"],
            Self::Network(probe) => probe.permissions(),
            Self::Cluster(probe) => probe.permissions(),
            Self::Database { kind, asked, .. } => asked.permissions(*kind),
            Self::Port { .. } => &[],
        }
    }
}
