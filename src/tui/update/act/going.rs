//! Going elsewhere: back, home, to a view, to a part of the organization.

use super::selected;
use crate::{
    inventory::{Scope, tables::Object},
    tui::{
        Effect, Severity, State, Verb,
        update::{settle, wanted},
    },
};

pub(super) fn scope_to_selection(state: &State) -> Option<Vec<Effect>> {
    let object = selected(state)?;
    let mut scope = Scope {
        regions: state.scope.regions.clone(),
        ..Scope::default()
    };
    if object.kind == "unit" {
        scope.units.insert(object.id.as_str().into());
    } else {
        scope.accounts.insert(object.account?);
    }
    Some(vec![Effect::SetScope(scope)])
}

/// One level back: something that the view has open, its filter, then home.
pub(super) fn back(state: &mut State) -> Vec<Effect> {
    let back = Verb::Back.into();
    if let Some(effects) = state
        .with_view(|view, desk| view.act(&back, desk))
        .flatten()
    {
        return effects;
    }
    if state
        .filters
        .get(state.current)
        .is_some_and(|filter| !filter.is_empty())
    {
        settle::filter(state, "");
        return Vec::new();
    }
    home(state)
}

pub(super) fn home(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    while let Some(mut overlay) = state.overlays.pop() {
        effects.extend(overlay.cancelled());
    }
    state.pending.clear();
    state.retreats = 0;
    if state.current != 0 {
        state.history.back.push(state.current);
        state.history.forward.clear();
        state.current = 0;
    }
    effects.extend(wanted(state));
    effects
}

pub(super) fn open_view(state: &State, argument: Option<&str>) -> Vec<Effect> {
    let name = argument.unwrap_or("home");
    match state
        .views
        .iter()
        .map(|view| view.name())
        .find(|view| *view == name)
    {
        Some(view) => vec![Effect::Open { view, filter: None }],
        None => match name {
            "messages" => vec![Effect::Act(Verb::Messages.into())],
            _ => vec![Effect::Say(format!("there is no view `{name}`"))],
        },
    }
}

/// Puts the cursor on an object, in the first view that shows it; where none does, tells what is
/// known of it.
pub(in crate::tui::update) fn to_object(state: &mut State, object: Object) -> Vec<Effect> {
    if !in_scope(state, &object) {
        state.set_scope(Scope::default());
        state.notes.add(
            Severity::Info,
            "the scope was cleared: it left this out",
            state.now,
        );
    }
    for at in 0..state.views.len() {
        state.prepare_at(at);
        let shown = state.with_view_at(at, |view, desk| {
            let found = view.go_to(&object, desk);
            if found {
                // A filter might hide it.
                view.filter("", desk);
                view.go_to(&object, desk);
            }
            found.then(|| view.name())
        });
        if let Some(name) = shown.flatten() {
            state.filters[at].clear();
            return settle::open(state, name, None);
        }
    }
    vec![Effect::Describe(object)]
}

fn in_scope(state: &State, object: &Object) -> bool {
    let organization = state.inventory.organization.value().map(AsRef::as_ref);
    let account = object
        .account
        .is_none_or(|account| state.scope.has_account(account, organization));
    let region = object
        .region
        .as_ref()
        .is_none_or(|region| state.scope.has_region(region));
    account && region
}
