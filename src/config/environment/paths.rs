//! Paths of units, remembered: the same unit is asked for once per account and row.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::model::{Account, Organization, Unit, UnitId};

/// Remembers the path of each unit together with what it was made from, and checks that before
/// it believes it: an organization that was read again may have moved or renamed a unit.
#[derive(Debug, Default)]
pub(super) struct Paths {
    known: Mutex<HashMap<UnitId, Known>>,
}

#[derive(Clone, Debug)]
struct Known {
    /// Position in `Organization::units`, id, name and parent of each unit up to the root.
    chain: Vec<(usize, UnitId, String, Option<UnitId>)>,
    path: Arc<str>,
}

impl Clone for Paths {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Paths {
    /// The path of the account's unit; empty where it is not known.
    pub(super) fn path(&self, account: &Account, organization: &Organization) -> Arc<str> {
        let Some(unit) = &account.parent else {
            return Arc::from("");
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(unit).filter(|known| known.holds(organization)) {
            return Arc::clone(&known.path);
        }
        let fresh = Known::of(unit, organization);
        let path = Arc::clone(&fresh.path);
        known.insert(unit.clone(), fresh);
        path
    }
}

impl Known {
    fn of(unit: &UnitId, organization: &Organization) -> Self {
        let ancestry = organization.ancestry(unit);
        let place = |unit: &&Unit| {
            let at = organization
                .units
                .iter()
                .position(|other| other.id == unit.id);
            (
                at.unwrap_or(usize::MAX),
                unit.id.clone(),
                unit.name.clone(),
                unit.parent.clone(),
            )
        };
        Self {
            chain: ancestry.iter().map(place).collect(),
            path: organization.path(unit).into(),
        }
    }

    fn holds(&self, organization: &Organization) -> bool {
        !self.chain.is_empty()
            && self.chain.iter().all(|(at, id, name, parent)| {
                organization.units.get(*at).is_some_and(|unit| {
                    unit.id == *id && unit.name == *name && unit.parent == *parent
                })
            })
    }
}
