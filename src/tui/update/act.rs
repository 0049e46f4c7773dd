//! What each action does: on the overlay that is open, on the deck, else on the view.

use super::{costs_money, paid_requests, pods, settle, to_overlay, wanted};
use crate::{
    config::keymap::{Key, Named},
    engine::{Request, machine::run, operations},
    inventory::{Scope, tables::Object},
    model::{EnvironmentClass, cost::PRICE_PER_REQUEST},
    provider::World,
    tui::{
        Action, Effect, State, Verb,
        overlays::{
            Form, Overlay, Prompt, Question, copy, diff, facts, help, messages, palette, pickers,
            question::Answer,
        },
        state::Access,
        theme::Role,
    },
};

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
            let page = facts::identity(state);
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
            let picker = pickers::operations();
            push(state, picker);
            Vec::new()
        }
        Verb::PlanOperation => match argument.and_then(operations::find) {
            Some(operation) => {
                let form = Form::new(operation, selected(state).as_ref());
                push(state, form);
                Vec::new()
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
        Verb::Reload => vec![Effect::Reload],
        Verb::Suspend => vec![Effect::Suspend],
        Verb::Quit => vec![Effect::Quit],
        Verb::Nothing => Vec::new(),
        _ => return None,
    })
}

/// One level back: something that the view has open, its filter, then home.
fn back(state: &mut State) -> Vec<Effect> {
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

fn home(state: &mut State) -> Vec<Effect> {
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

fn open_view(state: &State, argument: Option<&str>) -> Vec<Effect> {
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

fn selected(state: &State) -> Option<Object> {
    state.view()?.selected()
}

fn scope_to_selection(state: &State) -> Option<Vec<Effect>> {
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

/// Asks before the run under the cursor is paused, resumed or rolled back.
fn steer(state: &mut State, verb: Verb) -> Option<Vec<Effect>> {
    let object = selected(state)?;
    let entry = state
        .book
        .runs
        .iter()
        .find(|entry| entry.summary.id.to_string() == object.id)?;
    let run = entry.summary.id;
    let (title, word, request) = match (verb, entry.summary.state) {
        (Verb::RollBack, _) => {
            let reason = "asked for in the deck".to_owned();
            (
                "Take back what the run has changed?",
                "roll back",
                Request::RollBack { reason },
            )
        }
        (Verb::ResumeRun, _) | (_, run::State::Paused) => {
            ("Resume the run?", "resume", Request::Resume)
        }
        _ => (
            "Pause the run after what is under way?",
            "pause",
            Request::Pause,
        ),
    };
    let question = Question::yes(title, word, Effect::Ask { run, request }, state.now);
    push(state, question);
    Some(Vec::new())
}

fn sign_in(state: &State) -> Vec<Effect> {
    match &state.world {
        World::Demo => vec![Effect::Say(
            "the simulated organization needs no sign-in".into(),
        )],
        World::Kubeconfig => vec![Effect::Say(
            "the kubeconfig signs in by itself, context by context".into(),
        )],
        World::Aws { profile, .. } => {
            let mut command: Vec<String> = ["aws", "sso", "login"].map(str::to_owned).into();
            if let Some(profile) = profile {
                command.extend(["--profile".to_owned(), profile.clone()]);
            }
            vec![Effect::ShellOut(command)]
        }
    }
}

/// Reads what the view shows again; where that is paid for, the price comes first.
fn refresh(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let needs = state
        .with_view(|view, desk| view.needs(desk))
        .unwrap_or_default();
    if !costs_money(&needs) || state.world == World::Demo || argument == Some("paid") {
        return vec![Effect::Refresh(needs)];
    }
    let requests = paid_requests(&state.inventory);
    let price = PRICE_PER_REQUEST * rust_decimal::Decimal::from(requests);
    let lines = vec![
        vec![(
            Role::Text,
            format!("Cost Explorer takes {requests} requests for this."),
        )],
        vec![(
            Role::Muted,
            "Each page is one, and each one costs $0.01.".to_owned(),
        )],
    ];
    let answer = Answer {
        key: Key::named(Named::Enter),
        label: "refresh",
        effects: vec![Effect::Refresh(needs)],
    };
    let question = Question::new(
        "price",
        format!("Refresh for ${price}?"),
        lines,
        vec![answer],
        state.now,
    );
    push(state, question);
    Vec::new()
}

/// Asks before arming: who we are and where it would count.
fn arm(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    if state.access == Access::ReadOnly {
        // Says why not.
        return vec![Effect::Arm(0)];
    }
    if state.access == Access::Armed(None) {
        return vec![Effect::Say(
            "the simulated organization is always armed".into(),
        )];
    }
    let Some(seconds) = period(argument.unwrap_or("15m")) else {
        return vec![Effect::Say(
            "say how long: `arm 15m`, at most `arm 8h`".into(),
        )];
    };
    let identity = state.caller.as_ref().map_or_else(
        || "not known yet".to_owned(),
        |caller| caller.arn.to_string(),
    );
    let class = state
        .class()
        .map_or_else(|| "all environments".to_owned(), |class| class.to_string());
    let role = match state.class() {
        Some(EnvironmentClass::Dev) => Role::Dev,
        Some(EnvironmentClass::Staging) => Role::Staging,
        _ => Role::Prod,
    };
    let lines = vec![
        vec![
            (Role::Muted, "identity     ".to_owned()),
            (Role::Text, identity),
        ],
        vec![(Role::Muted, "looking at   ".to_owned()), (role, class)],
        Vec::new(),
        vec![(
            Role::Text,
            format!(
                "Plans can be carried out for {} min. Each is still",
                seconds.div_ceil(60)
            ),
        )],
        vec![(Role::Text, "reviewed and confirmed on its own.".to_owned())],
    ];
    let answer = Answer {
        key: Key::char('y'),
        label: "arm",
        effects: vec![Effect::Arm(seconds)],
    };
    let question = Question::new("arm", "Arm the deck?", lines, vec![answer], state.now);
    push(state, question);
    Vec::new()
}

/// Seconds from `90s`, `15m`, `2h`; at most eight hours.
fn period(text: &str) -> Option<u32> {
    let length: jiff::SignedDuration = text.parse().ok()?;
    let seconds = u32::try_from(length.as_secs()).ok()?;
    (1..=8 * 3600).contains(&seconds).then_some(seconds)
}
