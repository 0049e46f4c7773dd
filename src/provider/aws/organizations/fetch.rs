//! One call to Organizations per task, one page each.

use aws_sdk_organizations::{
    Client,
    config::retry::{RetryConfig, RetryPartition},
    types::{AccountState, AccountStatus as Status, PolicySummary, PolicyType},
};

use crate::{
    model::{
        Account, AccountId, AccountStatus, Arn, OrganizationId, Policy, PolicyId, Tags, Unit,
        UnitId,
    },
    provider::{
        Result,
        aws::{error::Call, session::Sessions, time::timestamp},
    },
};

/// What to ask next. The token continues a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Describe,
    Accounts(Option<String>),
    Roots(Option<String>),
    Units(UnitId, Option<String>),
    /// The accounts in a unit, where the list of accounts does not tell their place.
    Members(UnitId, Option<String>),
    Policies(Option<String>),
    Document(PolicyId),
    Targets(PolicyId, Option<String>),
    Delegated(Option<String>),
    Services(AccountId, Option<String>),
    UnitTags(UnitId, Option<String>),
    AccountTags(AccountId, Option<String>),
}

/// What came back; lists with the token of the next page.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Described(OrganizationId, Option<AccountId>),
    Accounts(Vec<Account>, Option<String>),
    Units(Vec<Unit>, Option<String>),
    Policies(Vec<Policy>, Option<String>),
    Document(Option<String>),
    Targets(Vec<String>, Option<String>),
    Delegated(Vec<AccountId>, Option<String>),
    Services(Vec<String>, Option<String>),
    Tags(Tags, Option<String>),
}

/// The client and nothing else.
pub(super) struct Fetcher {
    pub(super) client: Client,
}

impl Fetcher {
    pub(super) fn new(sessions: &Sessions) -> Self {
        let sdk = sessions.home_sdk();
        // Throttling is the rule here: adapt to it instead of giving up after three attempts.
        let retry = RetryConfig::adaptive().with_max_attempts(10);
        let config = aws_sdk_organizations::config::Builder::from(&sdk)
            .retry_config(retry)
            .retry_partition(RetryPartition::new("home-organizations"))
            .build();
        let client = Client::from_conf(config);
        Self { client }
    }
}

pub(super) async fn fetch(fetcher: &Fetcher, task: Task) -> (Task, Result<Answer>) {
    let answer = ask(&fetcher.client, task.clone()).await;
    (task, answer)
}

/// Sends one request; the action's name is what IAM calls it.
macro_rules! send {
    ($action:literal, $request:expr) => {
        $request
            .send()
            .await
            .map_err(|error| Call::unplaced("organizations", $action).error(error))?
    };
}

async fn ask(client: &Client, task: Task) -> Result<Answer> {
    let next = |token: Option<&str>| token.map(str::to_owned);
    let answer = match task {
        Task::Describe => {
            let got = send!("DescribeOrganization", client.describe_organization());
            let made = got.organization();
            let management = made.and_then(|made| made.master_account_id()?.parse().ok());
            let id = made.and_then(|made| made.id()).unwrap_or_default();
            Answer::Described(id.into(), management)
        }
        Task::Accounts(token) => {
            let got = send!("ListAccounts", client.list_accounts().set_next_token(token));
            Answer::Accounts(accounts(got.accounts()), next(got.next_token()))
        }
        Task::Roots(token) => {
            let got = send!("ListRoots", client.list_roots().set_next_token(token));
            let root = |root: &aws_sdk_organizations::types::Root| {
                unit(root.id()?, root.arn(), root.name(), None)
            };
            let roots = got.roots().iter().filter_map(root).collect();
            Answer::Units(roots, next(got.next_token()))
        }
        Task::Units(parent, token) => {
            let request = client.list_organizational_units_for_parent();
            let request = request.parent_id(parent.as_str()).set_next_token(token);
            let got = send!("ListOrganizationalUnitsForParent", request);
            let below = |child: &aws_sdk_organizations::types::OrganizationalUnit| {
                unit(child.id()?, child.arn(), child.name(), Some(&parent))
            };
            let units = got.organizational_units().iter().filter_map(below);
            Answer::Units(units.collect(), next(got.next_token()))
        }
        Task::Members(parent, token) => {
            let request = client.list_accounts_for_parent();
            let request = request.parent_id(parent.as_str()).set_next_token(token);
            let got = send!("ListAccountsForParent", request);
            let mut members = accounts(got.accounts());
            for account in &mut members {
                account.parent = Some(parent.clone());
            }
            Answer::Accounts(members, next(got.next_token()))
        }
        Task::Policies(token) => {
            let request = client.list_policies().set_next_token(token);
            let request = request.filter(PolicyType::ServiceControlPolicy);
            let got = send!("ListPolicies", request);
            let policies = got.policies().iter().filter_map(policy).collect();
            Answer::Policies(policies, next(got.next_token()))
        }
        Task::Document(id) => {
            let request = client.describe_policy().policy_id(id.as_str());
            let got = send!("DescribePolicy", request);
            let content = got.policy().and_then(|policy| policy.content());
            Answer::Document(next(content))
        }
        Task::Targets(id, token) => {
            let request = client.list_targets_for_policy();
            let request = request.policy_id(id.as_str()).set_next_token(token);
            let got = send!("ListTargetsForPolicy", request);
            let targets = got.targets().iter().filter_map(|target| target.target_id());
            let targets = targets.map(str::to_owned).collect();
            Answer::Targets(targets, next(got.next_token()))
        }
        Task::Delegated(token) => {
            let request = client.list_delegated_administrators();
            let request = request.set_next_token(token);
            let got = send!("ListDelegatedAdministrators", request);
            let ids = got.delegated_administrators().iter();
            let ids = ids.filter_map(|account| account.id()?.parse().ok());
            Answer::Delegated(ids.collect(), next(got.next_token()))
        }
        Task::Services(account, token) => {
            let request = client.list_delegated_services_for_account();
            let request = request.account_id(account.to_string());
            let request = request.set_next_token(token);
            let got = send!("ListDelegatedServicesForAccount", request);
            let services = got.delegated_services().iter();
            let services = services.filter_map(|service| service.service_principal());
            let services = services.map(str::to_owned).collect();
            Answer::Services(services, next(got.next_token()))
        }
        Task::UnitTags(id, token) => tags(client, id.as_str(), token).await?,
        Task::AccountTags(id, token) => tags(client, &id.to_string(), token).await?,
    };
    Ok(answer)
}

async fn tags(client: &Client, target: &str, token: Option<String>) -> Result<Answer> {
    let request = client.list_tags_for_resource();
    let request = request.resource_id(target).set_next_token(token);
    let got = send!("ListTagsForResource", request);
    let tags = got.tags().iter();
    let tags = tags.map(|tag| (tag.key().into(), tag.value().into()));
    Ok(Answer::Tags(
        tags.collect(),
        got.next_token().map(str::to_owned),
    ))
}

fn unit(id: &str, arn: Option<&str>, name: Option<&str>, parent: Option<&UnitId>) -> Option<Unit> {
    (!id.is_empty()).then(|| Unit {
        id: id.into(),
        arn: arn.unwrap_or_default().into(),
        name: name.unwrap_or(id).into(),
        parent: parent.cloned(),
        policies: Vec::new(),
        tags: Tags::new(),
    })
}

fn accounts(listed: &[aws_sdk_organizations::types::Account]) -> Vec<Account> {
    listed.iter().filter_map(account).collect()
}

fn account(told: &aws_sdk_organizations::types::Account) -> Option<Account> {
    let id: AccountId = told.id()?.parse().ok()?;
    Some(Account {
        id,
        arn: Arn::from(told.arn().unwrap_or_default()),
        name: told.name().map_or_else(|| id.to_string(), str::to_owned),
        email: told.email().unwrap_or_default().into(),
        status: status(told),
        joined: told.joined_timestamp().and_then(timestamp),
        parent: told.paths().first().and_then(|path| parent(path)),
        policies: Vec::new(),
        tags: Tags::new(),
    })
}

/// `State` says more than `Status`, which it replaces; older endpoints send only the latter.
#[allow(deprecated)]
fn status(told: &aws_sdk_organizations::types::Account) -> AccountStatus {
    match told.state() {
        Some(AccountState::Suspended) => AccountStatus::Suspended,
        Some(AccountState::PendingClosure) => AccountStatus::PendingClosure,
        Some(AccountState::Closed) => AccountStatus::Closed,
        Some(_) => AccountStatus::Active,
        None => match told.status() {
            Some(Status::Suspended) => AccountStatus::Suspended,
            Some(Status::PendingClosure) => AccountStatus::PendingClosure,
            _ => AccountStatus::Active,
        },
    }
}

pub(super) fn policy(told: &PolicySummary) -> Option<Policy> {
    Some(Policy {
        id: told.id()?.into(),
        name: told.name().unwrap_or_default().into(),
        description: told.description().unwrap_or_default().into(),
        aws_managed: told.aws_managed(),
        document: None,
    })
}

/// The unit that a path such as `o-a/r-b/ou-c/111122223333/` ends in, besides the account.
fn parent(path: &str) -> Option<UnitId> {
    let units = path.split('/').rev();
    let mut units = units.filter(|part| part.starts_with("ou-") || part.starts_with("r-"));
    units.next().map(UnitId::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_the_unit_that_an_account_is_in() {
        let unit = |path| parent(path).map(|unit| unit.to_string());
        assert_eq!(
            unit("o-1/r-2/ou-2-a/ou-2-b/111122223333/").as_deref(),
            Some("ou-2-b")
        );
        assert_eq!(unit("o-1/r-2/").as_deref(), Some("r-2"));
        assert_eq!(unit(""), None);
    }
}
