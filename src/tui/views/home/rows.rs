//! The rows of the tree, from the organization: units by name, then accounts by name.

use std::collections::HashMap;

use super::{super::Desk, Home, Item, Key, summary::Summary};
use crate::{
    inventory::tables,
    model::{Account, AccountId, AccountStatus, Organization, Unit, UnitId, text::clean},
    tui::widgets::tree::Node,
};

impl Home {
    pub(super) fn nodes(&self, desk: &Desk<'_>) -> Vec<Node<Key, Item>> {
        let Some(organization) = desk.inventory.organization.value() else {
            return Vec::new();
        };
        let mut builder = Builder {
            desk,
            organization,
            figures: &self.summaries.figures,
            units: HashMap::new(),
            accounts: HashMap::new(),
            nodes: Vec::new(),
        };
        for unit in &organization.units {
            builder
                .units
                .entry(unit.parent.as_ref())
                .or_default()
                .push(unit);
        }
        for account in &organization.accounts {
            if desk.scope.has_account(account.id, Some(organization)) {
                builder
                    .accounts
                    .entry(account.parent.as_ref())
                    .or_default()
                    .push(account);
            }
        }
        builder.below(None, 0);
        builder.nodes
    }
}

/// Walks the tree in the order in which it is shown: units by name, then accounts by name.
struct Builder<'a> {
    desk: &'a Desk<'a>,
    organization: &'a Organization,
    figures: &'a HashMap<AccountId, Summary>,
    units: HashMap<Option<&'a UnitId>, Vec<&'a Unit>>,
    accounts: HashMap<Option<&'a UnitId>, Vec<&'a Account>>,
    nodes: Vec<Node<Key, Item>>,
}

/// Deeper than any organization may nest; an answer that is a circle ends here.
const DEEPEST: u16 = 16;

impl<'a> Builder<'a> {
    fn below(&mut self, parent: Option<&'a UnitId>, depth: u16) -> Summary {
        let mut sum = Summary::default();
        if depth > DEEPEST {
            return sum;
        }
        let by_name = |a: &str, b: &str| tables::sort::natural(a, b);
        let mut units = self.units.remove(&parent).unwrap_or_default();
        units.sort_by(|a, b| by_name(&a.name, &b.name));
        for unit in units {
            let at = self.nodes.len();
            self.nodes.push(Node {
                key: Key::Unit(unit.id.clone()),
                depth,
                value: Item {
                    name: clean(&unit.name).into_owned(),
                    class: None,
                    status: None,
                    figures: Summary::default(),
                },
            });
            let figures = self.below(Some(&unit.id), depth + 1);
            sum.add(&figures);
            if figures.accounts == 0 && !self.desk.scope.is_everything() {
                self.nodes.truncate(at);
            } else {
                self.nodes[at].value.figures = figures;
            }
        }
        let mut accounts = self.accounts.remove(&parent).unwrap_or_default();
        accounts.sort_by(|a, b| by_name(&a.name, &b.name));
        for account in accounts {
            let known = self.figures.get(&account.id).cloned();
            let mut figures = known.unwrap_or(Summary {
                accounts: 1,
                ..Summary::default()
            });
            figures.off = usize::from(account.status != AccountStatus::Active);
            sum.add(&figures);
            self.nodes.push(Node {
                key: Key::Account(account.id),
                depth,
                value: Item {
                    name: clean(&account.name).into_owned(),
                    class: Some(self.desk.environments.class(account, self.organization)),
                    status: Some(account.status),
                    figures,
                },
            });
        }
        sum
    }
}
