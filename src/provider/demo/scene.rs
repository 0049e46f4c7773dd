//! What every simulated service is shown when it answers, and how it says no.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    estate::{Estate, Site},
    faults::Faults,
    quotas::Quotas,
};
use crate::{
    model::{AccountId, Ref, change::Unbound},
    provider::{Error, Kind, Result},
};

/// The world as a service sees it while it answers one call.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) estate: &'a Estate,
    pub(super) faults: &'a Faults,
    pub(super) quotas: &'a Quotas,
    /// The moment at which a change takes effect, or that a read shows.
    pub(super) at: Timestamp,
    /// Counts the changes of the world: two objects never get one id.
    pub(super) number: u64,
}

impl<'a> Scene<'a> {
    /// The account, or that there is none.
    pub(super) fn site(&self, account: AccountId) -> Result<&'a Site> {
        self.estate.site(account).ok_or_else(|| {
            Error::new(Kind::NotFound {
                kind: "account".into(),
                name: account.to_string(),
            })
        })
    }

    /// The moment that a read shows which lags behind by so much.
    pub(super) fn before(&self, by: Duration) -> Timestamp {
        self.at.saturating_sub(by).unwrap_or(Timestamp::MIN)
    }

    /// A fresh id in EC2's form.
    pub(super) fn id(&self, prefix: &str) -> String {
        self.estate
            .seed
            .id(prefix, &format!("made/{}", self.number))
    }
}

/// What a change came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// What it is followed by.
    pub(super) follow: Option<String>,
    /// The id of what was made.
    pub(super) made: Option<String>,
    /// A client token that was used before gave what it gave before: nothing happened.
    pub(super) repeated: bool,
}

impl Done {
    pub(super) fn made(id: impl Into<String>) -> Self {
        Self {
            made: Some(id.into()),
            ..Self::default()
        }
    }

    pub(super) fn repeated(made: impl Into<String>) -> Self {
        Self {
            repeated: true,
            ..Self::made(made)
        }
    }

    pub(super) fn followed_by(id: impl Into<String>) -> Self {
        Self {
            follow: Some(id.into()),
            ..Self::default()
        }
    }
}

/// What a service says when it refuses.
pub(super) fn refusal(service: &str, code: &str, message: impl Into<String>) -> Error {
    Error::new(Kind::Service {
        service: service.into(),
        code: code.into(),
        message: message.into(),
    })
}

/// A change that reaches the service with a gap in it is a defect of the sender.
pub(super) fn unbound(service: &str) -> impl Fn(Unbound) -> Error {
    move |gap| refusal(service, "MissingParameter", gap.to_string())
}

/// The id in a change, which the engine has filled in by now.
pub(super) fn known<'r, T>(service: &str, reference: &'r Ref<T>) -> Result<&'r T> {
    reference.get().map_err(unbound(service))
}
