//! The command palette: every action, view, scope and theme by name, with the key that does the
//! same. Understands `clusters @prod /gpu`: a view, a scope, a filter.

use std::collections::BTreeSet;

use strum::IntoEnumIterator;

use super::{Entry, Picker};
use crate::{
    config::keymap::spelled,
    inventory::Scope,
    model::text,
    tui::{Action, Effect, State, Verb, keys, runtime::Wanted},
};

#[must_use]
pub fn picker(state: &State) -> Picker {
    let contexts: Vec<&str> = match state.view() {
        Some(view) => vec![view.name(), view.context(), "normal", "global"],
        None => vec!["normal", "global"],
    };
    let key = |run: &str| {
        state
            .keymap
            .chord(&contexts, run)
            .map(spelled)
            .unwrap_or_default()
    };
    let mut entries = Vec::new();
    for command in state.commands.iter().rev().take(5) {
        entries.push(Entry {
            group: "again",
            label: command.clone(),
            effects: spoken(command, state).unwrap_or_default(),
            ..Entry::default()
        });
    }
    for view in &state.views {
        let action = Action {
            verb: Verb::OpenView,
            argument: Some(view.name().to_owned()),
        };
        entries.push(Entry {
            group: "view",
            label: view.name().to_owned(),
            key: key(&action.to_string()),
            effects: vec![Effect::Act(action)],
            ..Entry::default()
        });
    }
    for verb in Verb::iter() {
        // These need an argument, or are what the palette is itself.
        if matches!(
            verb,
            Verb::OpenView | Verb::UseTheme | Verb::PlanOperation | Verb::Nothing | Verb::Palette
        ) {
            continue;
        }
        entries.push(Entry {
            group: "action",
            label: keys::help(verb).to_owned(),
            detail: verb.to_string(),
            key: key(&verb.to_string()),
            effects: vec![Effect::Act(verb.into())],
            ..Entry::default()
        });
    }
    for name in state.themes.names() {
        entries.push(Entry {
            group: "theme",
            label: format!("theme {name}"),
            effects: vec![Effect::LoadTheme(name)],
            ..Entry::default()
        });
    }
    if let Some(organization) = state.inventory.organization.value() {
        for unit in organization.units.iter().skip(1) {
            let path = organization.path(&unit.id);
            entries.push(Entry {
                group: "scope",
                label: format!("@{}", text::clean(&path)),
                effects: vec![Effect::SetScope(Scope {
                    units: BTreeSet::from([unit.id.clone()]),
                    ..Scope::default()
                })],
                ..Entry::default()
            });
        }
        for account in &organization.accounts {
            entries.push(Entry {
                group: "scope",
                label: format!("@{}", text::clean(&account.name)),
                detail: account.id.to_string(),
                effects: vec![Effect::SetScope(Scope {
                    accounts: BTreeSet::from([account.id]),
                    ..Scope::default()
                })],
                ..Entry::default()
            });
        }
    }
    Picker::new("palette", "Commands", entries).with_commands(spoken)
}

/// What a whole command means, if it is one: an action by its dotted name, `arm 15m`, `theme nord`,
/// `profile acme`, or a view with scope and filter.
#[must_use]
pub fn spoken(text: &str, state: &State) -> Option<Vec<Effect>> {
    let text = text.trim().trim_start_matches(':').trim();
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let view = state
        .views
        .iter()
        .map(|view| view.name())
        .find(|name| *name == first);
    if let Some(view) = view {
        let (mut effects, filter) = scope_and_filter(rest, state)?;
        effects.push(Effect::Open { view, filter });
        return Some(effects);
    }
    if text.starts_with('@') {
        return Some(scope_and_filter(text, state)?.0);
    }
    if first == "theme" && !rest.is_empty() {
        return Some(vec![Effect::LoadTheme(rest.to_owned())]);
    }
    if first == "profile" && !rest.is_empty() {
        return Some(vec![Effect::Enter(Wanted::Profile(rest.to_owned()))]);
    }
    if first == "profile" {
        return Some(vec![Effect::FindProfiles]);
    }
    if first == "q" {
        return Some(vec![Effect::Act(Verb::Quit.into())]);
    }
    let action: Action = text.parse().ok()?;
    // What writes on a word alone is not offered by a word that could be a slip.
    (!matches!(action.verb, Verb::Nothing)).then(|| vec![Effect::Act(action)])
}

/// Reads `@prod /gpu`: where, and what to filter by.
fn scope_and_filter(text: &str, state: &State) -> Option<(Vec<Effect>, Option<String>)> {
    let (head, filter) = match text.split_once('/') {
        Some((head, filter)) if head.is_empty() || head.ends_with(' ') => {
            (head, Some(filter.trim().to_owned()))
        }
        _ => (text, None),
    };
    let mut scope = Scope::default();
    for word in head.split_whitespace() {
        add(&mut scope, word.strip_prefix('@')?, state)?;
    }
    let effects = if scope.is_everything() {
        Vec::new()
    } else {
        vec![Effect::SetScope(scope)]
    };
    Some((effects, filter))
}

/// An account by id or name, a unit by path or name, or a region.
fn add(scope: &mut Scope, name: &str, state: &State) -> Option<()> {
    if let Some(region) = state
        .inventory
        .regions
        .iter()
        .find(|region| region.as_str() == name)
    {
        scope.regions.insert(region.clone());
        return Some(());
    }
    let organization = state.inventory.organization.value()?;
    let account = organization
        .accounts
        .iter()
        .find(|account| account.name == name || account.id.to_string() == name);
    if let Some(account) = account {
        scope.accounts.insert(account.id);
        return Some(());
    }
    let unit = organization.units.iter().find(|unit| {
        unit.name.eq_ignore_ascii_case(name)
            || organization.path(&unit.id).eq_ignore_ascii_case(name)
    })?;
    scope.units.insert(unit.id.clone());
    Some(())
}
