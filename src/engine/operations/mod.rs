//! The kinds of change that can be planned. An operation is one file and one line here; its flags,
//! its form in the deck, its help and its completion follow from its parameters.

mod attach_policy;
mod canary;
mod clusters;
mod database;
mod dns_switch;
mod failover_zone;
mod headroom;
mod networks;
mod outline;
mod parameter;
mod peer_vpcs;
mod price;
mod promote_replica;
mod provision_cluster;
mod provision_network;
mod restore;
mod scale_pool;
mod weighted;
mod zones;

use async_trait::async_trait;
use jiff::Timestamp;

pub use parameter::{Arguments, Kind, Parameter, Wrong};

use super::plan::{Plan, Touched, Unsealable};
use crate::{
    config::{Environments, settings::Addressing},
    inventory::{Inventory, QueryKind},
    model::{AccountId, EnvironmentClass, Organization},
    provider::{self, Provider},
};

/// Every operation, in the order of listings.
#[must_use]
pub fn all() -> &'static [&'static dyn Operation] {
    &[
        &dns_switch::DnsSwitch,
        &canary::Canary,
        &peer_vpcs::PeerVpcs,
        &provision_network::ProvisionNetwork,
        &provision_cluster::ProvisionCluster,
        &scale_pool::ScalePool,
        &failover_zone::FailoverZone,
        &promote_replica::PromoteReplica,
        &restore::RestoreSnapshot,
        &restore::RestorePointInTime,
        &attach_policy::AttachPolicy,
    ]
}

/// The operation of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Operation> {
    all().iter().copied().find(|known| known.name() == name)
}

/// A kind of change: what to ask for, what to look at, and how both become a plan.
#[async_trait]
pub trait Operation: Send + Sync {
    /// As it is named on the command line: `dns-switch`.
    fn name(&self) -> &'static str;
    /// One line for listings.
    fn summary(&self) -> &'static str;
    fn parameters(&self) -> &'static [Parameter];
    /// What it looks up in what was read before; whoever plans without having read anything reads
    /// these first.
    fn hints(&self) -> &'static [QueryKind] {
        &[]
    }
    /// Every IAM action that a plan of it can need.
    fn permissions(&self) -> &'static [&'static str];
    /// Reads what must be known, then plans purely from that.
    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal>;
}

/// What an operation may look at while it plans.
pub struct World<'a> {
    pub provider: &'a Provider,
    /// What was read before; a hint where to look, never a basis of a plan.
    pub inventory: &'a Inventory,
    pub environments: &'a Environments,
    /// Address space that is taken, or to be used, as the settings say.
    pub addressing: &'a Addressing,
    /// Who asks: an ARN, or a user of this machine.
    pub author: &'a str,
    pub now: Timestamp,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("no operation `{0}`; there is: {list}", list = all().iter().map(|known| known.name()).collect::<Vec<_>>().join(", "))]
    NoOperation(String),
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// Everything is as wanted already.
    #[error("nothing to do: {0}")]
    NothingToDo(String),
    /// What is there does not allow it, with the way out where there is one.
    #[error("{0}")]
    Impossible(String),
    #[error("cannot see what is there: {0}")]
    Unseen(#[from] provider::Error),
    #[error("the plan is not sound: {0}")]
    Unsealable(#[from] Unsealable),
}

impl World<'_> {
    #[must_use]
    pub fn organization(&self) -> Option<&Organization> {
        self.inventory.organization.value().map(AsRef::as_ref)
    }

    /// The class of an account; one that is not known is guarded as production.
    #[must_use]
    pub fn class(&self, id: AccountId) -> EnvironmentClass {
        let known = self
            .organization()
            .and_then(|all| Some((all, all.account(id)?)));
        known.map_or(EnvironmentClass::Other, |(all, account)| {
            self.environments.class(account, all)
        })
    }

    /// The accounts as rules ask for them. One that is not known has no name, and no unit.
    #[must_use]
    pub fn touched(&self, accounts: &[AccountId]) -> Vec<Touched> {
        let touched = |id: &AccountId| {
            let known = self
                .organization()
                .and_then(|all| Some((all, all.account(*id)?)));
            let path = known.and_then(|(all, account)| Some(all.path(account.parent.as_ref()?)));
            let account = known.map(|(_, account)| account);
            Touched {
                id: *id,
                name: account.map_or_else(String::new, |account| account.name.clone()),
                path: path.unwrap_or_default(),
                class: self.class(*id),
                tags: account.map_or_else(Default::default, |account| account.tags.clone()),
            }
        };
        accounts.iter().map(touched).collect()
    }

    /// The strictest class among accounts: what a plan that reaches all of them is guarded by.
    #[must_use]
    pub fn strictest(&self, accounts: &[AccountId]) -> EnvironmentClass {
        let classes = accounts.iter().map(|account| self.class(*account));
        classes
            .min_by_key(|class| class.guarded_as())
            .unwrap_or_default()
    }

    /// The name of an account; its number where it has none.
    #[must_use]
    pub fn name(&self, id: AccountId) -> String {
        let known = self.organization().and_then(|all| all.account(id));
        known.map_or_else(|| id.to_string(), |account| account.name.clone())
    }

    /// An account as people write it: its number, or its name where that is unique.
    pub fn account(&self, text: &str) -> Result<AccountId, Refusal> {
        if let Ok(id) = text.parse() {
            return Ok(id);
        }
        let named: Vec<AccountId> = self
            .organization()
            .into_iter()
            .flat_map(|all| &all.accounts)
            .filter(|account| account.name == text)
            .map(|account| account.id)
            .collect();
        match named.as_slice() {
            [id] => Ok(*id),
            [] => Err(Refusal::Impossible(format!(
                "no account is named `{text}`; give its twelve digits"
            ))),
            several => Err(Refusal::Impossible(format!(
                "{} accounts are named `{text}`; give the twelve digits of one",
                several.len()
            ))),
        }
    }
}
