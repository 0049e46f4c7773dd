//! The organization with its lookups made once: accounts and units by id, paths, ancestors.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::model::{Account, AccountId, Organization, Unit, UnitId};

/// Made from one organization; answers in constant time at 10,000 accounts.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    organization: Arc<Organization>,
    accounts: HashMap<AccountId, usize>,
    units: HashMap<UnitId, usize>,
    /// For each unit its path below the root, and its ancestors from the root down to itself.
    paths: Vec<Arc<str>>,
    chains: Vec<Vec<usize>>,
    /// For each unit: the units and the accounts right below it, in their order.
    child_units: Vec<Vec<usize>>,
    child_accounts: Vec<Vec<usize>>,
}

impl Tree {
    #[must_use]
    pub fn new(organization: Arc<Organization>) -> Self {
        let numbered = |(at, unit): (usize, &Unit)| (unit.id.clone(), at);
        let units: HashMap<_, _> = organization
            .units
            .iter()
            .enumerate()
            .map(numbered)
            .collect();
        let accounts = organization.accounts.iter().enumerate();
        let mut tree = Self {
            accounts: accounts.map(|(at, account)| (account.id, at)).collect(),
            paths: Vec::with_capacity(units.len()),
            chains: Vec::with_capacity(units.len()),
            child_units: vec![Vec::new(); organization.units.len()],
            child_accounts: vec![Vec::new(); organization.units.len()],
            units,
            organization,
        };
        tree.walk();
        tree
    }

    fn walk(&mut self) {
        let organization = Arc::clone(&self.organization);
        let place = |id: &UnitId| self.units.get(id).copied();
        for (at, unit) in organization.units.iter().enumerate() {
            let mut chain = vec![at];
            let mut next = unit.parent.as_ref().and_then(place);
            // A unit that is its own ancestor is an answer gone wrong, not a reason to hang.
            while let Some(above) = next.filter(|above| !chain.contains(above)) {
                chain.push(above);
                next = organization.units[above].parent.as_ref().and_then(place);
            }
            chain.reverse();
            let names: Vec<&str> = chain
                .iter()
                .skip(1)
                .map(|&at| organization.units[at].name.as_str())
                .collect();
            self.paths.push(names.join("/").into());
            self.chains.push(chain);
            if let Some(parent) = unit.parent.as_ref().and_then(place) {
                self.child_units[parent].push(at);
            }
        }
        for (at, account) in organization.accounts.iter().enumerate() {
            if let Some(parent) = account.parent.as_ref().and_then(place) {
                self.child_accounts[parent].push(at);
            }
        }
    }

    #[must_use]
    pub const fn organization(&self) -> &Arc<Organization> {
        &self.organization
    }

    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts
            .get(&id)
            .map(|&at| &self.organization.accounts[at])
    }

    #[must_use]
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.get(id).map(|&at| &self.organization.units[at])
    }

    /// Names below the root joined by `/`; empty for the root and for a unit that is not known.
    #[must_use]
    pub fn path(&self, unit: &UnitId) -> &str {
        self.units.get(unit).map_or("", |&at| &self.paths[at])
    }

    /// The path of the account's unit; empty where it is not known.
    #[must_use]
    pub fn path_of(&self, account: AccountId) -> &str {
        self.account(account)
            .and_then(|account| account.parent.as_ref())
            .map_or("", |unit| self.path(unit))
    }

    /// The units from the root down to `unit`, both included.
    pub fn ancestry<'a>(&'a self, unit: &UnitId) -> impl DoubleEndedIterator<Item = &'a Unit> {
        let chain = self.units.get(unit).map(|&at| self.chains[at].as_slice());
        chain
            .unwrap_or_default()
            .iter()
            .map(|&at| &self.organization.units[at])
    }

    /// The units right below `unit`.
    pub fn units_in<'a>(&'a self, unit: &UnitId) -> impl Iterator<Item = &'a Unit> {
        let below = self
            .units
            .get(unit)
            .map(|&at| self.child_units[at].as_slice());
        below
            .unwrap_or_default()
            .iter()
            .map(|&at| &self.organization.units[at])
    }

    /// The accounts right below `unit`.
    pub fn accounts_in<'a>(&'a self, unit: &UnitId) -> impl Iterator<Item = &'a Account> {
        let below = self
            .units
            .get(unit)
            .map(|&at| self.child_accounts[at].as_slice());
        below
            .unwrap_or_default()
            .iter()
            .map(|&at| &self.organization.accounts[at])
    }

    /// What an account is called: its name, else its number.
    #[must_use]
    pub fn name_of(&self, account: AccountId) -> String {
        self.account(account)
            .map(|account| account.name.clone())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| account.to_string())
    }
}

/// Remembers the tree of the organization that was asked for last. Holding that organization, it
/// knows it again by its address.
#[derive(Debug, Default)]
pub(crate) struct Planted(Mutex<Arc<Tree>>);

impl Planted {
    pub(super) fn tree(&self, organization: Option<&Arc<Organization>>) -> Arc<Tree> {
        let mut tree = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match organization {
            Some(organization) if !Arc::ptr_eq(organization, &tree.organization) => {
                *tree = Arc::new(Tree::new(Arc::clone(organization)));
            }
            Some(_) => {}
            None => return Arc::default(),
        }
        Arc::clone(&tree)
    }
}

impl Clone for Planted {
    fn clone(&self) -> Self {
        let tree = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Self(Mutex::new(Arc::clone(&tree)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::fixture;

    #[test]
    fn the_tree_answers_as_the_organization_does() {
        let organization = Arc::new(fixture::organization(300));
        let tree = Tree::new(Arc::clone(&organization));
        for account in &organization.accounts {
            assert_eq!(tree.account(account.id), Some(account));
            let unit = account.parent.as_ref().expect("placed");
            assert_eq!(tree.path(unit), organization.path(unit));
            let chain: Vec<&Unit> = tree.ancestry(unit).collect();
            assert_eq!(chain, organization.ancestry(unit));
        }
        let placed: usize = organization
            .units
            .iter()
            .map(|unit| tree.accounts_in(&unit.id).count())
            .sum();
        assert_eq!(placed, 300);
    }

    #[test]
    fn a_unit_that_is_its_own_ancestor_does_not_hang_it() {
        let mut organization = fixture::organization(1);
        organization.units[0].parent = Some(organization.units[1].id.clone());
        let tree = Tree::new(Arc::new(organization));
        assert!(tree.ancestry(&UnitId::from("r-root")).count() <= 4);
    }
}
