//! One change to one thing, as data: what a plan is made of and what `provider::Control` performs.

mod traffic;

use serde::{Deserialize, Serialize};

use super::AccountId;

pub use traffic::{Side, TrafficChange};

/// A change that can be shown, sealed, performed, located and, mostly, undone. Values are absolute
/// ("to 50"), so performing one twice does no harm beyond its class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "service", rename_all = "snake_case")]
pub enum Change {
    Traffic(TrafficChange),
}

/// What a repeated send would do, and so how a lost answer is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
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

/// Where the thing that a change is about stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As it was planned from.
    From,
    /// As the change wants it.
    To,
    /// Neither; what was found, in words, each line naming what differs.
    Elsewhere(Vec<String>),
}

impl Change {
    /// The change that puts things back, if there is one.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        match self {
            Self::Traffic(change) => Some(Self::Traffic(change.inverse())),
        }
    }

    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Traffic(_) => Class::Set,
        }
    }

    /// What no two unacknowledged changes may share, such as `r53/Z123/api.example.com./A`.
    #[must_use]
    pub fn conflict_key(&self) -> String {
        match self {
            Self::Traffic(change) => change.conflict_key(),
        }
    }

    /// The account that it changes.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        match self {
            Self::Traffic(change) => change.account(),
        }
    }

    /// The AWS API action that performs it, with its IAM service prefix.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Traffic(_) => "route53:ChangeResourceRecordSets",
        }
    }

    /// One line for people: what changes, from what to what.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Traffic(change) => change.title(),
        }
    }
}
