//! What is asked before it is done: steering a run, paying for a look, arming.

use super::{push, selected};
use crate::{
    config::keymap::{Key, Named},
    engine::{Request, machine::run},
    inventory::tables::text::money,
    model::{EnvironmentClass, cost::PRICE_PER_REQUEST},
    provider::World,
    tui::{
        Effect, State, Verb,
        overlays::{Question, question::Answer},
        state::Access,
        theme::Role,
        update::{costs_money, paid_requests},
    },
};

/// Reads what the view shows again; where that is paid for, the price comes first.
pub(super) fn refresh(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let needs = state
        .with_view(|view, desk| view.needs(desk))
        .unwrap_or_default();
    if !costs_money(&needs) || state.world == Some(World::Demo) || argument == Some("paid") {
        return vec![Effect::Refresh(needs)];
    }
    let requests = paid_requests(&state.inventory);
    let price = PRICE_PER_REQUEST * rust_decimal::Decimal::from(requests);
    let mut lines = vec![
        vec![(
            Role::Text,
            format!("Cost Explorer takes {requests} requests for this."),
        )],
        vec![(
            Role::Muted,
            "Each page is one, and each one costs $0.01.".to_owned(),
        )],
    ];
    for (word, spent, cap) in state.meter.iter().flat_map(|(spent, caps)| {
        [
            ("Today", spent.today, caps.today),
            ("This month", spent.this_month, caps.this_month),
        ]
    }) {
        let (role, refused) = if spent + price > cap {
            (Role::Warning, ": beyond the cap, it will be refused")
        } else {
            (Role::Text, "")
        };
        let said = format!(
            "{word} {} of {} are spent{refused}.",
            money(spent, "USD"),
            money(cap, "USD")
        );
        lines.push(vec![(role, said)]);
    }
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
pub(super) fn arm(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
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

/// Asks before the run under the cursor is paused, resumed or rolled back.
pub(super) fn steer(state: &mut State, verb: Verb) -> Option<Vec<Effect>> {
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
