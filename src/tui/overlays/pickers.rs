//! The small lists: themes, accounts, regions, columns to sort by.

use std::{cmp::Reverse, collections::BTreeSet};

use super::{Entry, Form, Picker};
use crate::{
    engine::operations::{self, Operation},
    inventory::{Scope, tables},
    model::text,
    tui::{Action, Effect, State, Verb},
};

/// Themes; the cursor shows each at once, and leaving takes it back.
#[must_use]
pub fn themes(state: &State) -> Picker {
    let entry = |name: String| {
        let load = vec![Effect::LoadTheme(name.clone())];
        let own = state.themes.path(&name).is_some();
        Entry {
            label: name,
            detail: if own { "yours" } else { "" }.to_owned(),
            effects: load.clone(),
            preview: load,
            ..Entry::default()
        }
    };
    let entries = state.themes.names().into_iter().map(entry).collect();
    Picker::new("themes", "Themes", entries)
        .at(&state.theme.name)
        .on_cancel(vec![Effect::LoadTheme(state.theme.name.clone())])
}

/// Accounts by name and id; picking one sets the scope to it.
#[must_use]
pub fn accounts(state: &State) -> Picker {
    let organization = state.inventory.organization.value();
    let mut entries = vec![Entry {
        label: "all accounts".into(),
        effects: vec![Effect::SetScope(Scope {
            regions: state.scope.regions.clone(),
            ..Scope::default()
        })],
        ..Entry::default()
    }];
    for account in organization.iter().flat_map(|all| &all.accounts) {
        let scope = Scope {
            accounts: BTreeSet::from([account.id]),
            units: BTreeSet::new(),
            regions: state.scope.regions.clone(),
        };
        let class = organization.map(|all| state.environments.class(account, all));
        let class = class.map(|class| class.to_string()).unwrap_or_default();
        entries.push(Entry {
            label: format!("{} {}", text::clean(&account.name), account.id),
            detail: format!("{class}  {}", account.status),
            effects: vec![Effect::SetScope(scope)],
            ..Entry::default()
        });
    }
    Picker::new("accounts", "Scope to an account", entries)
}

/// Regions that are looked in; picking one narrows the scope to it.
#[must_use]
pub fn regions(state: &State) -> Picker {
    let entry = |label: String, regions| Entry {
        label,
        effects: vec![Effect::SetScope(Scope {
            regions,
            ..state.scope.clone()
        })],
        ..Entry::default()
    };
    let mut entries = vec![entry("all regions".into(), BTreeSet::new())];
    for region in &state.inventory.regions {
        entries.push(entry(region.to_string(), BTreeSet::from([region.clone()])));
    }
    Picker::new("regions", "Scope to a region", entries)
}

/// What can be planned, that which the selection tells most about first; picking one opens its
/// form.
#[must_use]
pub fn operations(state: &State) -> Picker {
    let selected = state.view().and_then(|view| view.selected());
    let told = |operation: &&'static dyn Operation| {
        let object = selected.as_ref();
        let told = object.map(|object| Form::told(*operation, object, state));
        Reverse(told.unwrap_or(0))
    };
    let entry = |operation: &&'static dyn Operation| Entry {
        group: "plan",
        label: operation.name().to_owned(),
        detail: operation.summary().to_owned(),
        effects: vec![Effect::Act(Action {
            verb: Verb::PlanOperation,
            argument: Some(operation.name().to_owned()),
        })],
        ..Entry::default()
    };
    let mut all = operations::all().to_vec();
    all.sort_by_key(told);
    let entries = all.iter().map(entry).collect();
    Picker::new("operations", "Operations", entries)
}

/// The columns of the current view.
#[must_use]
pub fn columns(state: &State) -> Option<Picker> {
    let name = state.view()?.name();
    let table = tables::all().iter().find(|table| table.name == name)?;
    let entry = |column: &tables::Column| {
        let pick = Action {
            verb: Verb::SortPick,
            argument: Some(column.key.to_owned()),
        };
        Entry {
            label: column.key.to_owned(),
            detail: column.title.to_lowercase(),
            effects: vec![Effect::Act(pick)],
            ..Entry::default()
        }
    };
    let entries = table.columns.iter().map(entry).collect();
    Some(Picker::new("columns", "Sort by", entries))
}
