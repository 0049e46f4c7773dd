//! The organization as a tree of the accounts in view, in the order in which it is shown.

use std::collections::HashMap;

use super::{ground::Ground, sort::natural};
use crate::model::{Account, Unit, UnitId};

/// Units and accounts by what they are below; at the top what is below nothing that is known.
#[derive(Default)]
pub(super) struct Branches<'a> {
    units: HashMap<Option<&'a UnitId>, Vec<&'a Unit>>,
    accounts: HashMap<Option<&'a UnitId>, Vec<&'a Account>>,
}

impl<'a> Branches<'a> {
    pub(super) fn of(ground: &Ground<'a>) -> Self {
        let mut all = Self::default();
        let Some(organization) = ground.organization else {
            return all;
        };
        let known = |id: &Option<UnitId>| {
            id.as_ref()
                .is_some_and(|id| organization.unit(id).is_some())
        };
        for unit in &organization.units {
            let parent = unit.parent.as_ref().filter(|_| known(&unit.parent));
            all.units.entry(parent).or_default().push(unit);
        }
        for account in &organization.accounts {
            if ground.has_account(account.id) {
                let parent = account.parent.as_ref().filter(|_| known(&account.parent));
                all.accounts.entry(parent).or_default().push(account);
            }
        }
        for units in all.units.values_mut() {
            units.sort_by(|a, b| natural(&a.name, &b.name));
        }
        for accounts in all.accounts.values_mut() {
            accounts.sort_by(|a, b| natural(&a.name, &b.name));
        }
        all
    }

    /// Units directly below `unit`.
    pub(super) fn units<'b>(&'b self, unit: Option<&'b UnitId>) -> &'b [&'a Unit] {
        self.units.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// Accounts in view directly below `unit`.
    pub(super) fn accounts<'b>(&'b self, unit: Option<&'b UnitId>) -> &'b [&'a Account] {
        self.accounts.get(&unit).map_or(&[], Vec::as_slice)
    }
}
