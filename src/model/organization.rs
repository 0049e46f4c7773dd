//! The organization: its tree of units, its accounts, its policies.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountId, Arn, OrganizationId, PolicyId, TargetId, UnitId};

/// Tags of anything; ordered, so that what is shown and hashed does not depend on the answer's order.
pub type Tags = BTreeMap<String, String>;

/// Everything AWS Organizations tells. While discovery goes on it may hold accounts whose place in
/// the tree is not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    pub id: Option<OrganizationId>,
    pub management_account: Option<AccountId>,
    /// The root first; each unit after its parent.
    pub units: Vec<Unit>,
    pub accounts: Vec<Account>,
    pub policies: Vec<Policy>,
    pub delegated: Vec<DelegatedAdministrator>,
    /// What could not be read, in words: the tree is shown without it.
    pub gaps: Vec<String>,
}

/// A root or an organizational unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    pub id: UnitId,
    pub arn: Arn,
    pub name: String,
    /// `None` for the root.
    pub parent: Option<UnitId>,
    /// Service control policies attached here, not those inherited from above.
    pub policies: Vec<PolicyId>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub arn: Arn,
    pub name: String,
    pub email: String,
    pub status: AccountStatus,
    pub joined: Option<Timestamp>,
    /// `None` until discovery has found its place.
    pub parent: Option<UnitId>,
    /// Service control policies attached here, not those inherited from above.
    pub policies: Vec<PolicyId>,
    pub tags: Tags,
}

/// `State` of an account (Organizations, DescribeAccount).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AccountStatus {
    Active,
    Suspended,
    PendingClosure,
    Closed,
}

/// A service control policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub id: PolicyId,
    pub name: String,
    pub description: String,
    pub aws_managed: bool,
    /// The JSON document, when it was read.
    pub document: Option<String>,
}

/// An account that administers services for the whole organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegatedAdministrator {
    pub account: AccountId,
    /// Service principals such as `backup.amazonaws.com`.
    pub services: Vec<String>,
}

/// The class that guards and colours an environment. An account that no rule matches is guarded
/// like [`EnvironmentClass::Prod`] but shown as `other`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EnvironmentClass {
    Prod,
    Staging,
    Dev,
    #[default]
    Other,
}

impl EnvironmentClass {
    /// How strictly it is guarded: an unmatched account as production.
    #[must_use]
    pub const fn guarded_as(self) -> Self {
        match self {
            Self::Other => Self::Prod,
            known => known,
        }
    }
}

impl Organization {
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    #[must_use]
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == *id)
    }

    #[must_use]
    pub fn policy(&self, id: &PolicyId) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.id == *id)
    }

    /// The units from the root down to `unit`, both included.
    #[must_use]
    pub fn ancestry(&self, unit: &UnitId) -> Vec<&Unit> {
        let mut chain = Vec::new();
        let mut next = self.unit(unit);
        // A tree that names a unit as its own ancestor is an answer gone wrong, not a reason to hang.
        while let Some(unit) = next.filter(|_| chain.len() <= self.units.len()) {
            chain.push(unit);
            next = unit.parent.as_ref().and_then(|parent| self.unit(parent));
        }
        chain.reverse();
        chain
    }

    /// Names below the root joined by `/`: `Environments/Prod`; empty for the root itself.
    #[must_use]
    pub fn path(&self, unit: &UnitId) -> String {
        let names: Vec<&str> = self
            .ancestry(unit)
            .iter()
            .skip(1)
            .map(|unit| unit.name.as_str())
            .collect();
        names.join("/")
    }

    /// The policies that reach an account or a unit: attached there and inherited, each with the
    /// id of the unit it hangs on (`None` when attached to the account itself).
    #[must_use]
    pub fn effective_policies(&self, account: &Account) -> Vec<(&Policy, Option<&Unit>)> {
        let own = account.policies.iter().map(|id| (id, None));
        let chain = account
            .parent
            .as_ref()
            .map(|parent| self.ancestry(parent))
            .unwrap_or_default();
        let inherited = chain
            .into_iter()
            .rev()
            .flat_map(|unit| unit.policies.iter().map(move |id| (id, Some(unit))));
        own.chain(inherited)
            .filter_map(|(id, from)| Some((self.policy(id)?, from)))
            .collect()
    }

    /// The policies that are attached to a root, a unit or an account itself; `None` where there is
    /// no such target.
    #[must_use]
    pub fn attached_to(&self, target: &TargetId) -> Option<&[PolicyId]> {
        let unit = self.units.iter().find(|unit| target.is(&unit.id));
        let account = || self.accounts.iter().find(|account| target.is(&account.id));
        unit.map(|unit| unit.policies.as_slice())
            .or_else(|| account().map(|account| account.policies.as_slice()))
    }

    /// The accounts that a policy reaches which is attached to the target. The management account is
    /// never among them: service control policies do not restrict it.
    pub fn reached_from(&self, target: &TargetId) -> impl Iterator<Item = &Account> {
        let within = |account: &Account| {
            let above = account.parent.as_ref().map(|unit| self.ancestry(unit));
            target.is(&account.id)
                || above.is_some_and(|units| units.iter().any(|unit| target.is(&unit.id)))
        };
        let accounts = self.accounts.iter();
        accounts
            .filter(move |account| Some(account.id) != self.management_account && within(account))
    }
}
