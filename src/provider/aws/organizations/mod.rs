//! The organization's tree, accounts, policies and delegations, shown as they are found.

mod fetch;
mod narrow;
mod walk;

use async_trait::async_trait;
use futures::stream::{FuturesUnordered, StreamExt};

use self::{
    fetch::{Fetcher, fetch},
    walk::Walk,
};
use super::session::Sessions;
use crate::{
    model::{Account, AccountId, AccountStatus, Arn, Organization, Policy, PolicyId, TargetId},
    provider::{self, Caller, Error, Kind, Result},
};

/// Calls in flight. Organizations answers about one or two calls a second, with a small burst.
const CALLS: usize = 4;

/// AWS Organizations, read with the credentials of the account signed in to.
#[derive(Clone, Debug)]
pub struct Directory {
    sessions: Sessions,
}

impl Directory {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

#[async_trait]
impl provider::Organizations for Directory {
    async fn organization(
        &self,
        found: &mut (dyn for<'o> FnMut(&'o Organization) + Send),
    ) -> Result<Organization> {
        let fetcher = Fetcher::new(&self.sessions);
        let organization = match read(&fetcher, found).await {
            Ok(organization) if !organization.accounts.is_empty() => organization,
            Ok(empty) => {
                let why = empty.gaps.join("; ");
                let caller = self.sessions.home().await?;
                let alone = alone(caller, &why);
                found(&alone);
                alone
            }
            Err(error) if is_no_directory(&error) => {
                let caller = self.sessions.home().await?;
                let alone = alone(caller, &error.kind.to_string());
                found(&alone);
                alone
            }
            Err(error) => return Err(error),
        };
        self.sessions.learn(&organization);
        Ok(organization)
    }

    async fn policy(&self, id: &PolicyId) -> Result<Option<Policy>> {
        Fetcher::new(&self.sessions).policy(id).await
    }

    async fn reached(&self, target: &TargetId) -> Result<Vec<AccountId>> {
        Fetcher::new(&self.sessions).reached(target).await
    }
}

/// Follows every page; the first accounts are there after one round trip.
async fn read(
    fetcher: &Fetcher,
    found: &mut (dyn for<'o> FnMut(&'o Organization) + Send),
) -> Result<Organization> {
    let mut walk = Walk::default();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < CALLS
            && let Some(task) = walk.next()
        {
            running.push(fetch(fetcher, task));
        }
        let Some((task, answer)) = running.next().await else {
            return Ok(walk.finish());
        };
        if walk.absorb(task, answer)? {
            found(walk.organization());
        }
    }
}

/// Whether we are outside of an organization, or may not look at it.
fn is_no_directory(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::Denied { .. } | Kind::Unavailable { .. } | Kind::NotFound { .. }
    )
}

/// An organization of the one account that we signed in to.
fn alone(caller: &Caller, reason: &str) -> Organization {
    let account = Account {
        id: caller.account,
        arn: Arn::from(""),
        name: caller.account.to_string(),
        email: String::new(),
        status: AccountStatus::Active,
        joined: None,
        parent: None,
        policies: Vec::new(),
        tags: crate::model::Tags::new(),
    };
    Organization {
        accounts: vec![account],
        gaps: vec![format!("only the account signed in to is shown: {reason}")],
        ..Organization::default()
    }
}
