//! Which requests a test means, and what is to become of them.

use std::sync::{Mutex, PoisonError};

use awsdeck::model::AccountId;

use super::{Request, keys::role_of};

/// What becomes of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    #[default]
    Passed,
    Denied,
    Throttled,
    /// Never answered; nothing happened.
    Hung,
    /// It happened, and the connection was closed.
    AnswerLost,
    /// It happened, and no answer was sent.
    AnswerHeld,
}

/// Some of all requests: those that have everything that is named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Which {
    service: Option<String>,
    operation: Option<String>,
    account: Option<AccountId>,
    entered: Option<AccountId>,
    region: Option<String>,
    role: Option<String>,
    said: Option<String>,
    times: Option<usize>,
}

impl Which {
    /// All of a service, as it signs: `ec2`, `elasticloadbalancing`.
    pub(crate) fn service(service: &str) -> Self {
        Self {
            service: Some(service.into()),
            ..Self::default()
        }
    }

    /// One operation of a service.
    pub(crate) fn call(service: &str, operation: &str) -> Self {
        Self {
            operation: Some(operation.into()),
            ..Self::service(service)
        }
    }

    /// Assuming any role of an account.
    pub(crate) fn entering(account: AccountId) -> Self {
        Self {
            entered: Some(account),
            ..Self::call("sts", "AssumeRole")
        }
    }

    /// Those made with credentials of an account.
    pub(crate) fn account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Those made in a session of a role, by its name.
    pub(crate) fn role(mut self, role: &str) -> Self {
        self.role = Some(role.into());
        self
    }

    pub(crate) fn region(mut self, region: &str) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Those with this in their path, query or body.
    pub(crate) fn saying(mut self, text: &str) -> Self {
        self.said = Some(text.into());
        self
    }

    /// Only so many of them, the first.
    pub(crate) fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    pub(crate) fn once(self) -> Self {
        self.times(1)
    }

    /// Whether `request` is one of them.
    pub(crate) fn is(&self, request: &Request) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == found)
        };
        let entered = || role_of(&request.text("RoleArn")?).map(|(account, _)| account);
        same(&self.service, &request.service)
            && same(&self.operation, &request.operation)
            && same(&self.region, &request.region)
            && same(&self.role, request.role.as_deref().unwrap_or_default())
            && self
                .account
                .is_none_or(|account| account == request.account)
            && self
                .entered
                .is_none_or(|account| Some(account) == entered())
            && self.said.as_ref().is_none_or(|text| request.says(text))
    }
}

/// The first rule that means a request decides.
#[derive(Default)]
pub(super) struct Rules(Mutex<Vec<(Which, Fate)>>);

impl Rules {
    pub(super) fn add(&self, which: Which, fate: Fate) {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rules.push((which, fate));
    }

    pub(super) fn clear(&self) {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rules.clear();
    }

    pub(super) fn fate(&self, request: &Request) -> Fate {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut meant = rules
            .iter_mut()
            .filter(|(which, _)| which.times != Some(0) && which.is(request));
        let Some((which, fate)) = meant.next() else {
            return Fate::Passed;
        };
        which.times = which.times.map(|left| left - 1);
        *fate
    }

    /// Whether IAM would refuse `action` (`eks:ListClusters`) to a role.
    pub(super) fn denies(&self, account: AccountId, role: &str, action: &str) -> bool {
        let rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = |(which, fate): &(Which, Fate)| {
            let same = |wanted: &Option<String>, found: Option<&str>| {
                wanted.is_none() || wanted.as_deref() == found
            };
            let (service, operation) = action.split_once(':').unwrap_or((action, ""));
            *fate == Fate::Denied
                && same(&which.service, Some(service))
                && same(&which.operation, Some(operation))
                && same(&which.role, Some(role))
                && which.account.is_none_or(|wanted| wanted == account)
                && which.entered.is_none()
        };
        rules.iter().any(refused)
    }
}
