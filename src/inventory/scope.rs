//! Which part of the organization is looked at.

use std::collections::BTreeSet;

use crate::model::{AccountId, Organization, Place, Region, UnitId};

/// Accounts, units and regions that are in view. Values of one kind unite, different kinds
/// intersect, nothing named is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub accounts: BTreeSet<AccountId>,
    /// With everything below them.
    pub units: BTreeSet<UnitId>,
    pub regions: BTreeSet<Region>,
}

impl Scope {
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.accounts.is_empty() && self.units.is_empty() && self.regions.is_empty()
    }

    #[must_use]
    pub fn has_region(&self, region: &Region) -> bool {
        self.regions.is_empty() || self.regions.contains(region) || *region == Region::global()
    }

    /// Whether the account is in view; an account whose unit is unknown is out of any unit.
    #[must_use]
    pub fn has_account(&self, account: AccountId, organization: Option<&Organization>) -> bool {
        if !self.accounts.is_empty() && !self.accounts.contains(&account) {
            return false;
        }
        if self.units.is_empty() {
            return true;
        }
        let parent =
            organization.and_then(|all| Some((all, all.account(account)?.parent.as_ref()?)));
        parent.is_some_and(|(all, parent)| {
            all.ancestry(parent)
                .iter()
                .any(|unit| self.units.contains(&unit.id))
        })
    }

    #[must_use]
    pub fn has(&self, place: &Place, organization: Option<&Organization>) -> bool {
        self.has_region(&place.region) && self.has_account(place.account, organization)
    }
}
