//! What every table stands on: the accounts in view, their names and classes, and what could not be
//! read.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{Cell, Column, Lens, Object, Row};
use crate::{
    inventory::Inventory,
    model::{
        Account, AccountId, Arn, EnvironmentClass, Gap, Health, Organization, Place, Region,
        Remote, State, Tags, Trouble,
    },
};

/// Built once per table, so that rows look accounts up and never search for them.
pub(super) struct Ground<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) lens: &'a Lens<'a>,
    pub(super) organization: Option<&'a Organization>,
    accounts: HashMap<AccountId, Known<'a>>,
}

struct Known<'a> {
    account: &'a Account,
    class: EnvironmentClass,
    in_scope: bool,
}

impl<'a> Ground<'a> {
    pub(super) fn new(inventory: &'a Inventory, lens: &'a Lens<'a>) -> Self {
        let organization = inventory.organization.value().map(Arc::as_ref);
        let mut accounts = HashMap::new();
        for account in organization.into_iter().flat_map(|all| &all.accounts) {
            let class = organization.map_or(EnvironmentClass::Other, |all| {
                lens.environments.class(account, all)
            });
            let in_scope = lens.scope.has_account(account.id, organization);
            let known = Known {
                account,
                class,
                in_scope,
            };
            accounts.insert(account.id, known);
        }
        Self {
            inventory,
            lens,
            organization,
            accounts,
        }
    }

    /// The account's name, else its number.
    pub(super) fn label(&self, account: AccountId) -> String {
        self.accounts
            .get(&account)
            .map_or_else(|| account.to_string(), |known| known.account.name.clone())
    }

    pub(super) fn class(&self, account: AccountId) -> EnvironmentClass {
        self.accounts
            .get(&account)
            .map_or(EnvironmentClass::Other, |known| known.class)
    }

    pub(super) fn has_account(&self, account: AccountId) -> bool {
        self.accounts.get(&account).map_or_else(
            || self.lens.scope.has_account(account, self.organization),
            |known| known.in_scope,
        )
    }

    pub(super) fn has(&self, place: &Place) -> bool {
        self.lens.scope.has_region(&place.region) && self.has_account(place.account)
    }

    /// What was read in the places in view.
    pub(super) fn read<T>(
        &self,
        from: &'a BTreeMap<Place, Remote<Arc<T>>>,
    ) -> impl Iterator<Item = (&'a Place, &'a T)> {
        from.iter()
            .filter(|(place, _)| self.has(place))
            .filter_map(|(place, remote)| Some((place, remote.value()?.as_ref())))
    }

    /// A grey row for each place in view that could not be read.
    pub(super) fn unread<T>(
        &self,
        from: &BTreeMap<Place, Remote<Arc<T>>>,
        columns: &[Column],
    ) -> Vec<Row> {
        let failed = from
            .iter()
            .filter(|(place, _)| self.has(place))
            .filter_map(|(place, remote)| Some((place, remote.trouble()?)));
        failed
            .map(|(place, trouble)| {
                self.unread_row(place.account, Some(&place.region), trouble, columns)
            })
            .collect()
    }

    /// A grey row for each part of a place that could not be read although the rest could: of the
    /// calls `of`, or of all.
    pub(super) fn gaps(
        &self,
        place: &Place,
        gaps: &[Gap],
        of: Option<&[&str]>,
        columns: &[Column],
    ) -> Vec<Row> {
        let meant = |gap: &&Gap| of.is_none_or(|calls| calls.contains(&gap.action.as_str()));
        let row =
            |gap: &Gap| self.unread_row(place.account, Some(&place.region), &gap.told(), columns);
        gaps.iter().filter(meant).map(row).collect()
    }

    /// Fills the columns that say where and why; the others are unknown.
    pub(super) fn unread_row(
        &self,
        account: AccountId,
        region: Option<&Region>,
        trouble: &Trouble,
        columns: &[Column],
    ) -> Row {
        let health = trouble.health();
        let label = self.label(account);
        let cell = |column: &Column| match column.key {
            "name" | "account" => label.as_str().into(),
            "env" => self.class(account).to_string().into(),
            "region" => Cell::some(region.map(Region::as_str)),
            "state" => Cell::State(health.state),
            "reason" => health.reason.as_str().into(),
            _ => Cell::Unknown,
        };
        Row {
            cells: columns.iter().map(cell).collect(),
            object: Object {
                kind: "scope",
                account: Some(account),
                region: region.cloned(),
                id: account.to_string(),
                name: label.clone(),
                arn: None,
            },
            class: self.class(account),
            health,
            tags: Tags::new(),
            depth: 0,
        }
    }

    /// A thing in an account and region.
    pub(super) fn object(kind: &'static str, place: &Place, id: &str, name: &str) -> Object {
        Object {
            kind,
            account: Some(place.account),
            region: Some(place.region.clone()),
            id: id.into(),
            name: name.into(),
            arn: None,
        }
    }

    /// A row of the class of its account.
    pub(super) fn row(&self, object: Object, health: Health, tags: &Tags, cells: Vec<Cell>) -> Row {
        let class = object
            .account
            .map_or(EnvironmentClass::Other, |account| self.class(account));
        Row {
            object,
            class,
            health,
            cells,
            tags: tags.clone(),
            depth: 0,
        }
    }
}

impl Object {
    pub(super) fn with_arn(mut self, arn: &Arn) -> Self {
        self.arn = Some(arn.clone());
        self
    }
}

/// A verdict on things that tell their state in a word: the words of failure and of work; any
/// other word is well.
pub(super) fn by_word(word: &str, failed: &[&str], working: &[&str]) -> Health {
    let is = |words: &[&str]| words.iter().any(|one| one.eq_ignore_ascii_case(word));
    let state = if is(failed) {
        State::Failed
    } else if is(working) {
        State::Working
    } else {
        return Health::ok();
    };
    Health::new(state, format!("AWS calls it {}", word.to_lowercase()))
}
