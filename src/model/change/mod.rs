//! One change to one thing, as data: what a plan is made of and what `provider::Control` performs.
//!
//! A service is one file here with an enum that says of itself what [`ChangeKind`] asks, and one
//! line in [`Change`].

mod cluster;
mod database;
mod identity;
mod network;
mod organization;
mod owned;
mod reference;
mod traffic;
mod zonal;

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{AccountId, Region};

pub use cluster::{ClusterChange, ClusterObject, Endpoint, Taint};
pub use database::{DatabaseChange, Origin, Settings, Shape, Whose};
pub use identity::IdentityChange;
pub use network::{
    DefaultRules, DnsAttribute, Flow, NetworkChange, NetworkObject, PeeringSide, RouteVia,
};
pub use organization::{Attachment, OrganizationChange};
pub use reference::{Ref, Unbound};
pub use traffic::{Side, TrafficChange};
pub use zonal::{ZonalChange, comment as shift_comment};

/// A change that can be shown, sealed, performed, located and, mostly, undone. Values are absolute
/// ("to 50"), so performing one twice does no harm beyond its class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "service", rename_all = "snake_case")]
pub enum Change {
    Traffic(TrafficChange),
    Network(NetworkChange),
    Cluster(ClusterChange),
    Identity(IdentityChange),
    Database(DatabaseChange),
    Zonal(ZonalChange),
    Organization(OrganizationChange),
}

/// What every change says of itself.
pub trait ChangeKind {
    fn class(&self) -> Class;
    fn verb(&self) -> Verb;
    /// The change that puts things back, if there is one; `step` is the step that performs this
    /// one, and so the name of what it makes.
    fn inverse(&self, step: &str) -> Option<Change>;
    /// The account that it changes.
    fn account(&self) -> &Ref<AccountId>;
    /// Where the API that performs it lives; `aws-global` for services that have no region.
    fn region(&self) -> Region;
    /// What no two unacknowledged changes may share and what a run leases, such as
    /// `aws/111122223333/eu-west-1/ec2/vpc-1`. A longer scope lies within a shorter one.
    fn scope(&self) -> String;
    /// The AWS API action that performs it, with its IAM service prefix.
    fn action(&self) -> &'static str;
    /// IAM actions that look for it and follow it.
    fn reads(&self) -> &'static [&'static str];
    /// One line for people: what changes, from what to what.
    fn title(&self) -> String;
    /// What differs afterwards, one line per value.
    fn differences(&self) -> Vec<Difference>;
    /// What must never be done this way, whatever rules and people say; empty for most.
    fn objections(&self) -> Vec<Objection> {
        Vec::new()
    }
}

/// Why a change must not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The rule's name, such as `scale-within-bounds`.
    pub rule: &'static str,
    pub why: String,
}

/// An account, known or still to be made, and a region of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    pub account: Ref<AccountId>,
    pub region: Region,
}

/// One value that differs; `None` is "not there".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub what: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// What a repeated send would do, and so how a lost answer is resolved.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Class {
    /// A: the service takes a client token.
    Token,
    /// B: a natural unique name chosen in the plan.
    Name,
    /// C: neither, but tags at creation.
    Tag,
    /// D: a declarative write; reading tells whether it took.
    Set,
    /// E1: edge-triggered; the service refuses a second send.
    GuardedAct,
    /// E2: edge-triggered; a second send does harm.
    Act,
    /// F: reads and waits.
    Read,
}

/// What a change does to its object, as plans show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verb {
    Add,
    Change,
    Replace,
    Destroy,
    /// Traffic moves.
    Shift,
}

/// Where the thing that a change is about stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As it was planned from.
    From,
    /// As the change wants it; for a creation, the id of what was made.
    To { made: Option<String> },
    /// On its way between the two, by itself; in words.
    Moving(String),
    /// More than one thing carries the mark of the step: these.
    Several(Vec<String>),
    /// Neither; what was found, in words, each line naming what differs.
    Elsewhere(Vec<String>),
}

/// How far an accepted change has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Still on its way; in words.
    Working(String),
    /// All of the service has it. For what is made while it is followed (an account), its id.
    Settled { made: Option<String> },
    /// The service gave up after it had accepted; in its own words.
    Failed(String),
}

/// What tells the objects of one step apart from everybody else's: the ownership tags that a
/// creation gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark<'a> {
    /// The beginning of the plan's digest, as in [`Mark::PLAN`].
    pub plan: &'a str,
    pub step: &'a str,
}

impl Mark<'_> {
    /// The tag that holds the plan's digest, 16 hex digits of it.
    pub const PLAN: &'static str = "awsdeck:plan";
    /// The tag that holds the step's name.
    pub const STEP: &'static str = "awsdeck:step";

    /// Whether an object with these tags was made by the step.
    #[must_use]
    pub fn is_on(&self, tags: &super::Tags) -> bool {
        let has = |key: &str, value: &str| tags.get(key).is_some_and(|found| found == value);
        has(Self::PLAN, self.plan) && has(Self::STEP, self.step)
    }
}

impl Progress {
    /// Settled, with nothing more to tell.
    #[must_use]
    pub const fn settled() -> Self {
        Self::Settled { made: None }
    }
}

impl Verb {
    /// The sign that plans show before it.
    #[must_use]
    pub const fn glyph(self) -> char {
        match self {
            Self::Add => '+',
            Self::Change => '~',
            Self::Replace => '±',
            Self::Destroy => '-',
            Self::Shift => '→',
        }
    }
}

impl Standing {
    /// As wanted, where nothing was made that needs a name.
    #[must_use]
    pub const fn to() -> Self {
        Self::To { made: None }
    }

    /// As wanted: this was made.
    #[must_use]
    pub fn made(id: impl Into<String>) -> Self {
        Self::To {
            made: Some(id.into()),
        }
    }

    /// One line of what was found instead.
    #[must_use]
    pub fn elsewhere(line: impl Into<String>) -> Self {
        Self::Elsewhere(vec![line.into()])
    }
}

impl Difference {
    #[must_use]
    pub fn new(what: impl Into<String>, from: &dyn Display, to: &dyn Display) -> Self {
        Self {
            what: what.into(),
            from: Some(from.to_string()),
            to: Some(to.to_string()),
        }
    }

    #[must_use]
    pub fn added(what: impl Into<String>, to: &dyn Display) -> Self {
        Self {
            what: what.into(),
            from: None,
            to: Some(to.to_string()),
        }
    }

    #[must_use]
    pub fn removed(what: impl Into<String>, from: &dyn Display) -> Self {
        Self {
            what: what.into(),
            from: Some(from.to_string()),
            to: None,
        }
    }
}

impl From<TrafficChange> for Change {
    fn from(change: TrafficChange) -> Self {
        Self::Traffic(change)
    }
}

impl From<DatabaseChange> for Change {
    fn from(change: DatabaseChange) -> Self {
        Self::Database(change)
    }
}

impl From<ZonalChange> for Change {
    fn from(change: ZonalChange) -> Self {
        Self::Zonal(change)
    }
}

impl From<OrganizationChange> for Change {
    fn from(change: OrganizationChange) -> Self {
        Self::Organization(change)
    }
}

impl Location {
    #[must_use]
    pub fn new(account: impl Into<Ref<AccountId>>, region: impl Into<Region>) -> Self {
        Self {
            account: account.into(),
            region: region.into(),
        }
    }

    /// The place, once the account is known.
    pub fn place(&self) -> Result<super::Place, Unbound> {
        let account = *self.account.get()?;
        Ok(super::Place::new(account, self.region.clone()))
    }

    /// The beginning of the scope of everything of `service` here.
    #[must_use]
    pub fn scope(&self, service: &str) -> String {
        format!("aws/{}/{}/{service}", self.account, self.region)
    }
}

impl Change {
    /// The change as what it is a kind of.
    #[must_use]
    pub fn kind(&self) -> &dyn ChangeKind {
        match self {
            Self::Traffic(change) => change,
            Self::Network(change) => change,
            Self::Cluster(change) => change,
            Self::Identity(change) => change,
            Self::Database(change) => change,
            Self::Zonal(change) => change,
            Self::Organization(change) => change,
        }
    }

    #[must_use]
    pub fn class(&self) -> Class {
        self.kind().class()
    }

    #[must_use]
    pub fn account(&self) -> &Ref<AccountId> {
        self.kind().account()
    }

    #[must_use]
    pub fn region(&self) -> Region {
        self.kind().region()
    }

    #[must_use]
    pub fn scope(&self) -> String {
        self.kind().scope()
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.kind().title()
    }

    /// The service's name in its IAM actions: `ec2`, `route53`.
    #[must_use]
    pub fn service(&self) -> &'static str {
        let action = self.kind().action();
        action
            .split_once(':')
            .map_or(action, |(service, _)| service)
    }

    /// Every IAM action that performing, finding and following it needs.
    pub fn permissions(&self) -> impl Iterator<Item = &'static str> {
        let kind = self.kind();
        std::iter::once(kind.action()).chain(kind.reads().iter().copied())
    }
}
