//! What can go wrong outside, sorted by what the reader can do about it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, Region, Trouble, TroubleKind, text};

/// How actions that a cluster judges begin, as against those of IAM.
pub const IN_CLUSTER: &str = "kubernetes:";
/// A cluster does not take a sign-in at all: no access entry, another cluster's token, a wrong clock.
pub const CLUSTER_SIGN_IN: &str = "kubernetes:sign in";
/// How the message of [`Kind::Unreachable`] begins where nothing leads there from here.
const NO_ROUTE: &str = "no route";

/// A provider call's outcome.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of the outside world and where it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind}{}", place(*account, region.as_ref()))]
pub struct Error {
    pub kind: Kind,
    pub account: Option<AccountId>,
    pub region: Option<Region>,
    /// The AWS request id, where the service gave one.
    pub request_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The session has run out or there is none; signing in again helps.
    #[error("not signed in: {message}")]
    SignedOut {
        profile: Option<String>,
        /// The command that signs in again, where one does.
        #[serde(default)]
        login: Option<String>,
        message: String,
    },
    /// A role asks for a code of a multi-factor device.
    #[error("the code of {device} is needed")]
    MfaNeeded { device: String },
    /// The role may not do this; another role may.
    #[error("`{action}` is denied: {message}")]
    Denied { action: String, message: String },
    /// Too many calls; waiting helps.
    #[error("throttled by {service}")]
    Throttled {
        service: String,
        retry_after: Option<Duration>,
    },
    /// No answer came: network, name, TLS or time limit.
    #[error("{service} does not answer: {message}")]
    Unreachable { service: String, message: String },
    /// The thing named is not there.
    #[error("no {kind} named `{name}`")]
    NotFound { kind: String, name: String },
    /// The account is suspended or closed.
    #[error("the account is {status}")]
    Suspended { status: String },
    /// The endpoint does not know this call: an emulator, or a partition without the service.
    #[error("{service} is unavailable here: {message}")]
    Unavailable { service: String, message: String },
    /// Anything else, told in the service's own words.
    #[error("{service}: {code}: {message}")]
    Service {
        service: String,
        code: String,
        message: String,
    },
}

impl Kind {
    /// Nothing leads to `service` from here: a private endpoint, or a name that is not known.
    #[must_use]
    pub fn no_route(service: impl Into<String>, detail: &str) -> Self {
        Self::Unreachable {
            service: service.into(),
            message: format!("{NO_ROUTE}: {detail}"),
        }
    }

    /// Whether nothing leads there from here, as against something that is there and fails.
    #[must_use]
    pub fn is_no_route(&self) -> bool {
        matches!(self, Self::Unreachable { message, .. } if message.starts_with(NO_ROUTE))
    }
}

impl Error {
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            account: None,
            region: None,
            request_id: None,
        }
    }

    /// The same error with the place where it happened.
    #[must_use]
    pub fn at(mut self, account: AccountId, region: Option<&Region>) -> Self {
        self.account = Some(account);
        self.region = region.cloned();
        self
    }

    /// Whether the account has as many of the thing as it may (`AddressLimitExceeded`, …).
    #[must_use]
    pub fn is_quota(&self) -> bool {
        matches!(&self.kind, Kind::Service { code, .. }
            if code.ends_with("LimitExceeded") || code == "LimitExceededException")
    }

    /// What the reader can do next, shown under the error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.kind {
            Kind::SignedOut {
                login: Some(login), ..
            } => format!("press `L`, or run `{login}`"),
            Kind::SignedOut {
                profile: Some(profile),
                ..
            } => format!("renew the credentials of profile `{profile}`"),
            Kind::SignedOut { profile: None, .. } => "set AWS_PROFILE or pass --profile".into(),
            Kind::MfaNeeded { .. } => "press `L` and type the code".into(),
            Kind::Denied { action, .. } if action == CLUSTER_SIGN_IN => {
                "give the role an access entry of the cluster (`aws eks create-access-entry`), \
                 and check this machine's clock"
                    .into()
            }
            Kind::Denied { action, .. } if action.starts_with(IN_CLUSTER) => {
                "the sign-in works: the cluster's own rules (RBAC) lack this right".into()
            }
            Kind::Denied { .. } => {
                "pick another role with `A`, or see `awsdeck iam-policy read`".into()
            }
            Kind::Throttled { .. } => "awsdeck retries by itself".into(),
            kind @ Kind::Unreachable { .. } if kind.is_no_route() => {
                "open a tunnel or a proxy to it and name it as \
                 `[[kubernetes.cluster]] server` or `proxy` in the settings"
                    .into()
            }
            Kind::Unreachable { .. } => {
                "check the network, proxy and endpoint with `awsdeck doctor`".into()
            }
            Kind::Service { .. } if self.is_quota() => {
                "ask for more in Service Quotas, then resume".into()
            }
            Kind::Unavailable { .. }
            | Kind::NotFound { .. }
            | Kind::Suspended { .. }
            | Kind::Service { .. } => return None,
        };
        Some(hint)
    }

    /// What is kept and shown of it, without control characters.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        let kind = match &self.kind {
            Kind::SignedOut { .. } | Kind::MfaNeeded { .. } => TroubleKind::SignedOut,
            kind if kind.is_no_route() => TroubleKind::NoRoute,
            Kind::Denied { .. } => TroubleKind::Denied,
            Kind::Throttled { .. } => TroubleKind::Throttled,
            Kind::Unreachable { .. } => TroubleKind::Unreachable,
            Kind::Suspended { .. } => TroubleKind::Suspended,
            Kind::Unavailable { .. } => TroubleKind::Unavailable,
            Kind::NotFound { .. } | Kind::Service { .. } => TroubleKind::Other,
        };
        let message = text::clean(&self.kind.to_string()).into_owned();
        Trouble {
            kind,
            message,
            hint: self.hint(),
        }
    }
}

fn place(account: Option<AccountId>, region: Option<&Region>) -> String {
    match (account, region) {
        (Some(account), Some(region)) => format!(" (account {account}, {region})"),
        (Some(account), None) => format!(" (account {account})"),
        (None, Some(region)) => format!(" ({region})"),
        (None, None) => String::new(),
    }
}
