//! Settles the effects that only change the state; hands on the others.

use std::path::PathBuf;

use jiff::SignedDuration;

use super::{
    act::{self, going},
    wanted,
};
use crate::tui::{
    Effect, State, Verb,
    message::Severity,
    overlays::{Confirm, facts},
    picture,
    state::Access,
};

/// More rounds than any honest chain of effects needs; a circle ends here.
const ROUNDS: usize = 64;

/// Works the effects off, those that they lead to included, and returns what is left for outside.
pub(super) fn settle(state: &mut State, effects: Vec<Effect>) -> Vec<Effect> {
    let mut queue = std::collections::VecDeque::from(effects);
    let mut outside = Vec::new();
    let mut rounds = 0;
    while let Some(effect) = queue.pop_front() {
        rounds += 1;
        if rounds > ROUNDS {
            break;
        }
        match effect {
            Effect::Act(action) => queue.extend(act::act(state, &action)),
            Effect::Open { view, filter } => queue.extend(open(state, view, filter)),
            Effect::SetScope(scope) => {
                state.set_scope(scope);
                queue.extend(wanted(state));
            }
            Effect::Describe(object) => {
                let page = facts::describe(&object, state);
                act::push(state, page);
            }
            Effect::GoTo(object) => queue.extend(going::to_object(state, object)),
            Effect::Search(text) => {
                if !state.finder.look(&text) {
                    outside.push(Effect::Search(text));
                }
            }
            Effect::Index => {
                let made = state.finder.index.as_ref().map(|index| index.version());
                if !state.finder.is_indexing && made != Some(state.inventory.version) {
                    state.finder.is_indexing = true;
                    outside.push(Effect::Index);
                }
            }
            Effect::Save(name) => queue.extend(save(state, &name)),
            Effect::Say(text) => state.notes.add(Severity::Info, &text, state.now),
            Effect::Warn(severity, text) => state.notes.add(severity, &text, state.now),
            Effect::Filter(text) => filter(state, &text),
            Effect::Arm(seconds) => arm(state, seconds),
            Effect::Confirm(sealed) => {
                if state.is_armed() {
                    let now = state.now;
                    act::push(state, Confirm::new(sealed, now));
                } else {
                    queue.extend(act::act_on_deck(state, &Verb::Arm.into()));
                }
            }
            Effect::Apply { .. } => {
                outside.push(effect);
                queue.extend(open(state, "runs", None));
            }
            Effect::Follow(cluster, of) => {
                state.log.begin(cluster.clone(), of.clone());
                outside.push(Effect::Follow(cluster, of));
            }
            Effect::Mouse(on) => {
                state.mouse = on;
                outside.push(Effect::Mouse(on));
            }
            other => outside.push(other),
        }
    }
    outside
}

/// The view as a text of the kind that the name's ending says.
fn save(state: &mut State, name: &str) -> Vec<Effect> {
    state.prepare();
    let path = PathBuf::from(name);
    let ending = path.extension().and_then(|ending| ending.to_str());
    let text = match ending {
        Some("txt") => Some(picture::now(state).text()),
        Some("svg") => Some(picture::now(state).svg()),
        Some(ending) => state
            .view()
            .and_then(|view| view.export(ending, &state.desk())),
        None => None,
    };
    match text {
        Some(text) => vec![Effect::Export { path, text }],
        None => {
            let text =
                format!("`{name}` was not written: end its name in one of the forms offered");
            vec![
                Effect::Warn(Severity::Warning, text),
                Effect::Act(Verb::Export.into()),
            ]
        }
    }
}

/// Brings a view forward and asks for what it shows.
pub(super) fn open(state: &mut State, name: &str, text: Option<String>) -> Vec<Effect> {
    let Some(index) = state.views.iter().position(|view| view.name() == name) else {
        return match name {
            "messages" => vec![Effect::Act(Verb::Messages.into())],
            _ => vec![Effect::Say(format!("there is no view `{name}`"))],
        };
    };
    if index != state.current {
        state.history.back.push(state.current);
        state.history.forward.clear();
        state.current = index;
    }
    state.overlays.clear();
    if let Some(text) = text {
        filter(state, &text);
    }
    let mut effects = wanted(state);
    if name == "runs" {
        effects.push(Effect::ReadBook);
    }
    effects
}

pub(super) fn filter(state: &mut State, text: &str) {
    if let Some(known) = state.filters.get_mut(state.current) {
        text.clone_into(known);
    }
    state.prepare();
    state.with_view(|view, desk| view.filter(text, desk));
}

fn arm(state: &mut State, seconds: u32) {
    if state.access == Access::ReadOnly {
        let text = "read-only: start without --read-only to change anything";
        return state.notes.add(Severity::Warning, text, state.now);
    }
    let until = state.now + SignedDuration::from_secs(seconds.into());
    state.access = Access::Armed(Some(until));
    let text = format!("armed for {} min", seconds.div_ceil(60));
    state.notes.add(Severity::Warning, &text, state.now);
}
