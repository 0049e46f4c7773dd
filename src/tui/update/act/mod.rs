//! What each action does: on the overlay that is open, on the deck, else on the view.

mod asking;
pub(super) mod going;

use super::{pods, to_overlay, wanted};
use crate::{
    engine::operations,
    inventory::{Scope, tables::Object},
    provider::World,
    tui::{
        Action, Effect, State, Verb,
        overlays::{
            Form, Overlay, Prompt, SearchBox, copy, diff, export, facts, help, identity, messages,
            palette, pickers,
        },
        runtime::Wanted,
        state::Access,
    },
};
use asking::{arm, refresh, steer};
use going::{back, home, open_view, scope_to_selection};

/// So many times `back` in a row leads home from anywhere.
const RETREATS: u8 = 5;

pub(super) fn push(state: &mut State, overlay: impl Overlay + 'static) {
    state.overlays.push(Box::new(overlay));
}

/// Does what `action` asks for.
pub(super) fn act(state: &mut State, action: &Action) -> Vec<Effect> {
    if action.verb == Verb::Back {
        state.retreats += 1;
        if state.retreats >= RETREATS {
            return home(state);
        }
    } else {
        state.retreats = 0;
    }
    if !state.overlays.is_empty() {
        return on_overlay(state, action);
    }
    state.prepare();
    match on_deck(state, action) {
        Some(effects) => effects,
        None => state
            .with_view(|view, desk| view.act(action, desk))
            .flatten()
            .unwrap_or_default(),
    }
}

fn on_overlay(state: &mut State, action: &Action) -> Vec<Effect> {
    if let Some(effects) = to_overlay(state, |overlay, state| overlay.act(action, state)) {
        return effects;
    }
    match action.verb {
        Verb::Back | Verb::Quit => match state.overlays.pop() {
            Some(mut overlay) => overlay.cancelled(),
            None => Vec::new(),
        },
        Verb::Suspend => vec![Effect::Suspend],
        Verb::Help => {
            let contexts = state.contexts();
            let page = help::page(state, &contexts);
            push(state, page);
            Vec::new()
        }
        // From the palette an action arrives once the palette is closed; what is left here is a
        // list or a page that has no use for it.
        _ => Vec::new(),
    }
}

/// The same, whatever is open: for what an overlay itself leads to.
pub(super) fn act_on_deck(state: &mut State, action: &Action) -> Vec<Effect> {
    on_deck(state, action).unwrap_or_default()
}

/// The deck's own actions; `None` for what belongs to the view.
fn on_deck(state: &mut State, action: &Action) -> Option<Vec<Effect>> {
    let argument = action.argument.as_deref();
    Some(match action.verb {
        Verb::Back => return Some(back(state)),
        Verb::Filter => {
            let before = state
                .filters
                .get(state.current)
                .cloned()
                .unwrap_or_default();
            push(state, Prompt::filter(&before));
            Vec::new()
        }
        Verb::Search => {
            let text = state.finder.query().to_owned();
            push(state, SearchBox::with(&text));
            vec![Effect::Index, Effect::Search(text)]
        }
        Verb::Palette => {
            let picker = palette::picker(state);
            push(state, picker);
            Vec::new()
        }
        Verb::Help => {
            let contexts = state.contexts();
            let page = help::page(state, &contexts);
            push(state, page);
            Vec::new()
        }
        Verb::OpenView => open_view(state, argument),
        Verb::HistoryBack => {
            if let Some(view) = state.history.back.pop() {
                state.history.forward.push(state.current);
                state.current = view;
            }
            wanted(state)
        }
        Verb::HistoryForward => {
            if let Some(view) = state.history.forward.pop() {
                state.history.back.push(state.current);
                state.current = view;
            }
            wanted(state)
        }
        Verb::ScopeClear => vec![Effect::SetScope(Scope::default())],
        Verb::ScopeSelection => scope_to_selection(state)?,
        Verb::Describe => vec![Effect::Describe(selected(state)?)],
        Verb::Raw => {
            let page = facts::raw(&selected(state)?, state);
            push(state, page);
            Vec::new()
        }
        Verb::Explain => {
            let page = facts::explain(&selected(state)?, state);
            push(state, page);
            Vec::new()
        }
        Verb::Identity => {
            let page = identity::page(state);
            push(state, page);
            Vec::new()
        }
        Verb::Messages => {
            let page = messages::page(state);
            push(state, page);
            Vec::new()
        }
        Verb::Copy => {
            let object = selected(state)?;
            let text = object
                .arn
                .as_ref()
                .map_or_else(|| object.id.clone(), ToString::to_string);
            vec![Effect::Copy(text, object.kind.to_owned())]
        }
        Verb::CopyAs => {
            let picker = copy::picker(&selected(state)?, state);
            push(state, picker);
            Vec::new()
        }
        Verb::Diff => difference(state),
        Verb::SortPick if argument.is_none() => {
            let picker = pickers::columns(state)?;
            push(state, picker);
            Vec::new()
        }
        Verb::PickAccount => {
            let picker = pickers::accounts(state);
            push(state, picker);
            Vec::new()
        }
        Verb::PickProfile => vec![Effect::FindProfiles],
        Verb::PickRegion => {
            let picker = pickers::regions(state);
            push(state, picker);
            Vec::new()
        }
        Verb::PickTheme => {
            let picker = pickers::themes(state);
            push(state, picker);
            Vec::new()
        }
        Verb::UseTheme => vec![Effect::LoadTheme(argument?.to_owned())],
        Verb::SignIn => sign_in(state),
        Verb::Operations => {
            let picker = pickers::operations(state);
            push(state, picker);
            Vec::new()
        }
        Verb::PlanOperation => match argument.and_then(operations::find) {
            Some(operation) => {
                let form = Form::new(operation, selected(state).as_ref(), state);
                push(state, form);
                Form::needs(operation, state)
            }
            None => vec![Effect::Act(Verb::Operations.into())],
        },
        Verb::ConfirmPlan if state.view()?.name() == "plan" => {
            vec![Effect::Confirm(state.sealed.clone()?)]
        }
        Verb::Export if state.view()?.name() == "plan" => {
            let sealed = state.sealed.as_ref()?;
            vec![Effect::Export {
                path: format!("plan-{}.json", sealed.digest().short()).into(),
                text: String::from_utf8_lossy(&sealed.to_file()).into_owned(),
            }]
        }
        Verb::Export => {
            state.prepare();
            let prompt = export::prompt(state)?;
            push(state, prompt);
            Vec::new()
        }
        Verb::PauseRun | Verb::ResumeRun | Verb::RollBack => steer(state, action.verb)?,
        Verb::Detach => vec![
            Effect::Say("detached: the run goes on without the deck".into()),
            Effect::Act(Verb::Back.into()),
        ],
        Verb::Log => pods::log(state, argument),
        Verb::Shell => pods::shell(state, argument),
        Verb::PortForward => pods::forward(state, argument),
        Verb::Refresh => refresh(state, argument),
        Verb::Arm => arm(state, argument),
        Verb::Disarm => {
            if matches!(state.access, Access::Armed(_)) {
                state.access = Access::Disarmed;
            }
            vec![Effect::Say("disarmed".into())]
        }
        Verb::ToggleMouse => {
            let on = !state.mouse;
            let word = if on { "on" } else { "off" };
            vec![Effect::Mouse(on), Effect::Say(format!("mouse {word}"))]
        }
        Verb::Reload => match state.world {
            Some(World::Aws { .. }) => vec![Effect::Reload, Effect::Enter(Wanted::Same)],
            _ => vec![Effect::Reload],
        },
        Verb::Suspend => vec![Effect::Suspend],
        Verb::Quit => vec![Effect::Quit],
        Verb::Nothing => Vec::new(),
        _ => return None,
    })
}

fn selected(state: &State) -> Option<Object> {
    state.view()?.selected()
}

fn difference(state: &mut State) -> Vec<Effect> {
    let marked = state.view().map(|view| view.marked()).unwrap_or_default();
    let [one, other] = marked.as_slice() else {
        return vec![Effect::Say(format!(
            "mark two to compare; {} are marked",
            marked.len()
        ))];
    };
    let page = diff::page(one, other, state);
    push(state, page);
    Vec::new()
}

fn sign_in(state: &State) -> Vec<Effect> {
    match &state.world {
        None => vec![Effect::FindProfiles],
        Some(World::Demo) => vec![Effect::Say(
            "the simulated organization needs no sign-in; `:profile` opens a real one".into(),
        )],
        Some(World::Kubeconfig) => vec![Effect::Say(
            "the kubeconfig signs in by itself, context by context".into(),
        )],
        // Where no command signs in, it is a code, a process or keys: they are asked anew.
        Some(World::Aws { .. }) => {
            let command = state.sign_in.command.clone().map(Effect::ShellOut);
            command
                .into_iter()
                .chain([Effect::Enter(Wanted::Same)])
                .collect()
        }
    }
}
