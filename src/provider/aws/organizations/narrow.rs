//! What plans read again right before they change something: with as few calls as can be, because
//! Organizations answers slowly.

use super::fetch::{Answer, Fetcher, Task, fetch, policy};
use crate::{
    model::{AccountId, Policy, PolicyId, TargetId, UnitId},
    provider::{Kind, Result, aws::error::Call},
};

impl Fetcher {
    pub(super) async fn policy(&self, id: &PolicyId) -> Result<Option<Policy>> {
        let sent = self.client.describe_policy().policy_id(id.as_str());
        let told = sent.send().await;
        let call = Call::unplaced("organizations", "DescribePolicy");
        let told = match told.map_err(|error| call.error(error)) {
            Ok(told) => told.policy,
            Err(error) if matches!(error.kind, Kind::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        let document = told.as_ref().and_then(|told| told.content.clone());
        let summary = told.as_ref().and_then(|told| told.policy_summary());
        Ok(summary
            .and_then(policy)
            .map(|known| Policy { document, ..known }))
    }

    /// The accounts that a policy reaches which is attached to the target, in order.
    pub(super) async fn reached(&self, target: &TargetId) -> Result<Vec<AccountId>> {
        let management = match fetch(self, Task::Describe).await.1? {
            Answer::Described(_, management) => management,
            _ => None,
        };
        let mut found: Vec<AccountId> = Vec::new();
        let mut left = Vec::new();
        match target.as_str().parse() {
            Ok(account) => found.push(account),
            // Everything lies below the root.
            Err(_) if target.as_str().starts_with("r-") => left.push(Task::Accounts(None)),
            Err(_) => left.extend(below(&target.as_str().into())),
        }
        while let Some(task) = left.pop() {
            let (task, answer) = fetch(self, task).await;
            let more = match answer? {
                Answer::Accounts(accounts, more) => {
                    found.extend(accounts.iter().map(|account| account.id));
                    more
                }
                Answer::Units(units, more) => {
                    left.extend(units.iter().flat_map(|unit| below(&unit.id)));
                    more
                }
                _ => None,
            };
            left.extend(more.and_then(|token| continued(task, token)));
        }
        found.retain(|account| Some(*account) != management);
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// What is directly in a unit.
fn below(unit: &UnitId) -> [Task; 2] {
    [
        Task::Members(unit.clone(), None),
        Task::Units(unit.clone(), None),
    ]
}

/// The next page of a list of [`Fetcher::reached`].
fn continued(task: Task, token: String) -> Option<Task> {
    match task {
        Task::Accounts(_) => Some(Task::Accounts(Some(token))),
        Task::Members(unit, _) => Some(Task::Members(unit, Some(token))),
        Task::Units(unit, _) => Some(Task::Units(unit, Some(token))),
        _ => None,
    }
}
