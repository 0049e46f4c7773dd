//! The plan: what will be done, from what it was made, how it is undone. Pure data; sealed, it is
//! the program that a run executes.

pub mod canon;
mod cluster_source;
mod comparison;
mod digest;
mod draft;
mod organization_source;
mod probe;
mod review;
#[cfg(test)]
pub(crate) mod sample;
mod seal;
mod source;
mod step;
mod symbol;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use canon::NotCanonical;
pub use cluster_source::ClusterSource;
pub use comparison::{Comparison, Control, Measured, Measurement};
pub use digest::{Digest, NotADigest};
pub(in crate::engine) use draft::Draft;
pub use organization_source::OrganizationSource;
pub use probe::{ClusterProbe, DatabaseQuestion, NetworkProbe, PeeringState, Probe, Way};
pub use review::{ChangeLine, Review, StepReview};
pub use seal::{Sealed, Tampered, Unsealable};
pub use source::NetworkSource;
pub use step::{
    Compensation, Expected, OnFailure, Precondition, Settle, Step, Watch, Work, expected_shares,
};
pub use symbol::{Symbol, bind, symbols};

pub use crate::config::settings::Verdict;

use crate::model::{
    AccountId, EnvironmentClass, HealthCheckId, HostedZoneId, OrganizationId, Place, Tags,
    protection::DatabaseKind,
};

/// The form of the canonical bytes. A plan of another form is refused, not guessed at.
pub const SCHEMA: u32 = 1;

/// Names of parts of a plan.
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    )*};
}

names! {
    /// A step's name, unique in its plan: `shift`.
    StepId
    /// A fact's name, unique in its plan: `zone`.
    FactId
}

/// A whole change, from what it was planned from to how it is undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub schema: u32,
    /// The version of awsdeck that made it.
    pub engine: String,
    /// The operation's name in the registry.
    pub operation: String,
    /// One line: what happens to what.
    pub title: String,
    /// What was asked for, after defaults.
    pub parameters: BTreeMap<String, String>,
    /// Why, in the author's words.
    pub reason: String,
    /// Who made it: an ARN, or a user of this machine.
    pub author: String,
    pub organization: Option<OrganizationId>,
    /// The strictest class among the accounts that it changes.
    pub environment: EnvironmentClass,
    pub facts: BTreeMap<FactId, Fact>,
    pub steps: Vec<Step>,
    pub edges: Vec<Edge>,
    pub gates: Vec<Gate>,
    /// Steps after which rolling back is no longer possible.
    pub points_of_no_return: Vec<StepId>,
    pub reach: Reach,
    /// What it changes in the bill; `None` where nobody has worked it out.
    #[serde(default)]
    pub cost: Option<CostDelta>,
    /// How a recovery stands to its objectives; `None` for what recovers nothing.
    #[serde(default)]
    pub recovery: Option<Recovery>,
    /// What the rules in force said when it was sealed.
    #[serde(default)]
    pub policy: Vec<Ruling>,
    /// The accounts as they were when it was planned: what rules are asked about.
    #[serde(default)]
    pub accounts: Vec<Touched>,
    /// What the reader must know before saying yes.
    pub warnings: Vec<String>,
    pub sealed_at: Timestamp,
    /// A run must start before this.
    pub expires_at: Timestamp,
}

/// Something that was read and that the plan rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub source: Source,
    /// As it was read, in canonical form.
    pub value: Value,
    pub observed_at: Timestamp,
    /// Changes by itself (health, times), so it is left out of the effect digest.
    pub volatile: bool,
}

/// Where a fact was read and can be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "read", rename_all = "snake_case")]
pub enum Source {
    /// A hosted zone without its records.
    HostedZone {
        account: AccountId,
        zone: HostedZoneId,
    },
    /// All records of one name and type.
    RecordGroup {
        account: AccountId,
        zone: HostedZoneId,
        name: String,
        kind: String,
    },
    Network(NetworkSource),
    /// Whether a health check passes: `true`, `false`, or `null` where nobody knows.
    HealthCheck {
        account: AccountId,
        check: HealthCheckId,
    },
    Cluster(ClusterSource),
    Organization(OrganizationSource),
    /// What does not change by itself about a database.
    Database {
        place: Place,
        kind: DatabaseKind,
        id: String,
    },
    Snapshot {
        place: Place,
        id: String,
    },
    /// How far back the backups of a database reach.
    RestoreWindow {
        place: Place,
        resource_id: String,
    },
    /// How far a replica is behind.
    ReplicaLag {
        place: Place,
        id: String,
    },
}

/// `before` must be done before `after` starts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    pub before: StepId,
    pub after: StepId,
    pub why: String,
}

/// A question that a person answers while the run stands before a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub before: StepId,
    pub question: String,
}

/// What a plan touches: its blast radius.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    pub accounts: Vec<AccountId>,
    /// What it changes, in words: `shop.example.com A in Z1`.
    pub targets: Vec<String>,
    /// The share of the targets' traffic that moves, in percent, where traffic moves.
    pub traffic_percent: Option<u8>,
}

/// What a plan changes in the bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostDelta {
    /// ISO 4217.
    pub currency: String,
    /// Per month of 730 hours; negative where it saves.
    pub monthly: Option<Decimal>,
    /// Once.
    pub once: Option<Decimal>,
    /// What the figures are made of, with the price and its source; what could not be priced says so.
    pub basis: Vec<String>,
}

/// What a recovery promises, beside what is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// The time to recover that is wanted (RTO).
    pub time_objective_seconds: u32,
    /// The loss of data that is borne (RPO).
    pub point_objective_seconds: u32,
    /// How much would be lost by what was read; `None` where nobody knows, which is not zero.
    pub point_seconds: Option<u32>,
    /// By what: `replica lag of orders-replica`.
    pub point_basis: String,
}

/// An account that a plan touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    pub id: AccountId,
    pub name: String,
    /// The path of its unit, such as `Environments/Prod`.
    pub path: String,
    pub class: EnvironmentClass,
    pub tags: Tags,
}

/// What one rule says of a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ruling {
    /// The rule's name: of an invariant of the engine, or of a rule in the configuration.
    pub rule: String,
    pub verdict: Verdict,
    pub message: String,
}

impl Plan {
    /// The strictest that any rule said.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let said = self.policy.iter().map(|ruling| ruling.verdict);
        said.max().unwrap_or(Verdict::Allow)
    }

    /// The accounts that its steps read or change, as far as they are known before the run. What it
    /// reaches can be more: a policy takes effect in accounts that nobody enters.
    #[must_use]
    pub fn visited(&self) -> BTreeSet<AccountId> {
        let asked = self.steps.iter().flat_map(Step::probes);
        let asked = asked.filter_map(|probe| probe.account().known().copied());
        self.steps
            .iter()
            .filter_map(Step::account)
            .chain(asked)
            .collect()
    }

    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }
}
