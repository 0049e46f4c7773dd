//! The one function that changes the state. It never waits and never fails.

mod act;
mod pods;
mod settle;

use crossterm::event::{MouseEvent, MouseEventKind};

use super::{
    Effect, Message, State, Verb, frame,
    message::Severity,
    overlays::{Code, Reply, worlds},
    runtime::Wanted,
    state::Access,
    views,
};
use crate::{
    config::keymap::{Found, Key, Named, spelled},
    inventory::{Event, Inventory, Query},
    model::{Trouble, TroubleKind},
};

/// Takes in `message` and returns the work it leads to.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    expire(state);
    let effects = match message {
        Message::Key(key) => press(state, key),
        Message::Paste(text) => paste(state, &text),
        Message::Mouse(event) => mouse(state, event),
        Message::Resize(width, height) => {
            state.size = (width, height);
            Vec::new()
        }
        Message::Focus(_) | Message::Tick => Vec::new(),
        Message::Event(event) => told(state, &event),
        Message::Spent { spent, caps } => {
            state.meter = Some((spent, caps));
            Vec::new()
        }
        Message::Identified(caller) => {
            state.caller = Some(caller);
            state.signed_out = false;
            Vec::new()
        }
        Message::Unidentified(trouble) => {
            state.caller = None;
            state.signed_out = trouble.kind == TroubleKind::SignedOut;
            complain(state, &trouble);
            Vec::new()
        }
        Message::SignIn(sign_in) => {
            state.sign_in = sign_in;
            Vec::new()
        }
        Message::SignInChanged => sign_in_changed(state),
        Message::CodeWanted(wanted) => {
            state.overlays.push(Box::new(Code::new(wanted)));
            Vec::new()
        }
        Message::Profiles(profiles) => {
            let picker = worlds::picker(&profiles, state);
            state.overlays.push(Box::new(picker));
            Vec::new()
        }
        Message::NotOpened(trouble) => {
            complain(state, &trouble);
            match state.world {
                None => vec![Effect::FindProfiles],
                Some(_) => Vec::new(),
            }
        }
        Message::Planned(sealed) => {
            state.review(sealed);
            vec![Effect::Open {
                view: "plan",
                filter: None,
            }]
        }
        Message::Book(book) => {
            state.take_book(*book);
            Vec::new()
        }
        Message::Log(told) => {
            state.log.take(told);
            Vec::new()
        }
        Message::HandedOver(command) => vec![Effect::ShellOut(command)],
        Message::Theme(wardrobe) => {
            state.wear(*wardrobe);
            Vec::new()
        }
        Message::Keymap(keymap) => {
            state.pending.clear();
            state.keymap = *keymap;
            Vec::new()
        }
        Message::Indexed(index) => {
            if state.finder.take(index) {
                Vec::new()
            } else {
                vec![Effect::Search(state.finder.query().to_owned())]
            }
        }
        Message::Found(found) => {
            state.finder.found(found);
            Vec::new()
        }
        Message::Note(severity, text) => {
            state.notes.add(severity, &text, state.now);
            Vec::new()
        }
    };
    let mut effects = settle::settle(state, effects);
    effects.extend(watch(state));
    effects
}

/// Keeps up to date what the cursor is on, where that is another cluster than before.
fn watch(state: &mut State) -> Option<Effect> {
    let looked_at = state.with_view(|view, desk| view.watched(desk)).flatten();
    if looked_at == state.watched {
        return None;
    }
    state.watched.clone_from(&looked_at);
    Some(Effect::Watch(looked_at))
}

fn complain(state: &mut State, trouble: &Trouble) {
    let hint = trouble.hint.as_ref().map(|hint| format!(" · {hint}"));
    let text = format!("{}{}", trouble.message, hint.unwrap_or_default());
    state.notes.add(Severity::Error, &text, state.now);
}

/// What was refused is asked again as soon as somebody has signed in, wherever that was.
fn sign_in_changed(state: &mut State) -> Vec<Effect> {
    if !state.signed_out {
        return Vec::new();
    }
    let text = "signed in by another program, or the profiles were edited: reading again";
    state.notes.add(Severity::Info, text, state.now);
    vec![Effect::Enter(Wanted::Same)]
}

/// What the current view needs, to be read first.
#[must_use]
pub fn wanted(state: &mut State) -> Vec<Effect> {
    let needs = state
        .with_view(|view, desk| view.needs(desk))
        .unwrap_or_default();
    state.asked.extend(needs.iter().cloned());
    if needs.is_empty() {
        Vec::new()
    } else {
        vec![Effect::Focus(needs)]
    }
}

/// What the current view needs since more accounts are known.
fn grown(state: &mut State) -> Vec<Effect> {
    let needs = state.with_view(|view, desk| view.needs(desk));
    ask(state, needs.unwrap_or_default())
}

/// Takes in what the reader or the cache reports.
fn told(state: &mut State, event: &Event) -> Vec<Effect> {
    state.inventory.take(event);
    let reading = &mut state.reading;
    match event {
        Event::Began(query) => {
            if reading.open.is_empty() {
                reading.total = 0;
                reading.failed = 0;
            }
            if reading.open.insert(query.clone()) {
                reading.total += 1;
            }
            reading.throttled.remove(query);
        }
        Event::Loaded { query, .. } => {
            reading.open.remove(query);
        }
        Event::Failed {
            query,
            trouble,
            again,
        } => {
            let waits = trouble.kind == TroubleKind::Throttled && again.is_some();
            if waits {
                reading.throttled.insert(query.clone());
            }
            if reading.open.remove(query) && !waits {
                reading.failed += 1;
            }
            state.signed_out |= trouble.kind == TroubleKind::SignedOut;
            if matches!(query, Query::Organization | Query::Costs) {
                complain(state, trouble);
            }
        }
        Event::Notice(text) => state.notes.add(Severity::Warning, text, state.now),
        Event::Found(_) | Event::Partly { .. } | Event::Remembered { .. } | Event::Recalled => {}
    }
    // What was read since can be found as well, once a burst has ended.
    let mut effects = Vec::new();
    let searches = state
        .overlays
        .last()
        .is_some_and(|top| top.name() == "search");
    if searches && state.reading.open.is_empty() {
        effects.push(Effect::Index);
    }
    // Who is in the organization decides what else the view needs. While the tree is walked, that
    // is asked again only once twice as many are known.
    let known = state
        .inventory
        .organization
        .value()
        .map_or(0, |all| all.accounts.len());
    let is_whole = matches!(
        event,
        Event::Recalled
            | Event::Loaded {
                query: Query::Organization,
                ..
            }
    );
    if is_whole || (matches!(event, Event::Found(_)) && known >= 2 * state.known_accounts.max(1)) {
        state.known_accounts = known;
        effects.extend(grown(state));
    }
    if let Event::Loaded { query, .. } | Event::Remembered { query, .. } = event {
        effects.extend(following(state, query));
    }
    effects
}

/// What the current view needs since `query` was answered.
fn following(state: &mut State, query: &Query) -> Vec<Effect> {
    let needs = state.with_view(|view, desk| view.more(query, desk));
    ask(state, needs.unwrap_or_default())
}

/// Has read what was not asked for yet.
fn ask(state: &mut State, needs: Vec<Query>) -> Vec<Effect> {
    let new: Vec<Query> = needs
        .into_iter()
        .filter(|query| state.asked.insert(query.clone()))
        .collect();
    if new.is_empty() {
        Vec::new()
    } else {
        vec![Effect::Load(new)]
    }
}

/// Arming ends by itself.
fn expire(state: &mut State) {
    if let Access::Armed(Some(until)) = state.access
        && until <= state.now
    {
        state.access = Access::Disarmed;
        state
            .notes
            .add(Severity::Warning, "disarmed: the time is over", state.now);
    }
}

fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if frame::too_small(state.size) {
        let leaves = key == Key::char('q') || key == Key::ctrl('c');
        return if leaves {
            vec![Effect::Quit]
        } else {
            Vec::new()
        };
    }
    // In every keymap: the way out of whatever is open.
    if key == Key::ctrl('c') {
        state.pending.clear();
        let verb = if state.overlays.is_empty() {
            Verb::Quit
        } else {
            Verb::Back
        };
        return act::act(state, &verb.into());
    }
    if state.pending.is_empty()
        && let Some(overlay) = state.overlays.last()
        && overlay.is_prompt()
        && state.keymap.find(&["input"], &[key]) == Found::Nothing
        && let Some(effects) = to_overlay(state, |overlay, state| overlay.key(key, state))
    {
        state.retreats = 0;
        return effects;
    }
    if !state.pending.is_empty() && key == Key::named(Named::Esc) {
        state.pending.clear();
        return Vec::new();
    }
    state.pending.push(key);
    let contexts = state.contexts();
    match state.keymap.find(&contexts, &state.pending) {
        Found::Prefix => Vec::new(),
        Found::Run(run) => {
            let run = run.to_owned();
            state.pending.clear();
            match run.parse() {
                Ok(action) => act::act(state, &action),
                Err(_) => Vec::new(),
            }
        }
        Found::Nothing => {
            let chord = std::mem::take(&mut state.pending);
            if chord.len() > 1 {
                let text = format!("{} is not bound here; ? lists the keys", spelled(&chord));
                state.notes.add(Severity::Info, &text, state.now);
                return Vec::new();
            }
            to_overlay(state, |overlay, state| overlay.key(key, state)).unwrap_or_default()
        }
    }
}

/// Pasted text reaches prompts only, and never confirms anything.
fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    state.pending.clear();
    let Some(mut overlay) = state.overlays.pop() else {
        return Vec::new();
    };
    let effects = overlay.paste(text, state);
    state.overlays.push(overlay);
    effects
}

/// Lets the topmost overlay answer; `None` where there is none or it has no use for it.
fn to_overlay(
    state: &mut State,
    ask: impl FnOnce(&mut dyn super::overlays::Overlay, &State) -> Option<Reply>,
) -> Option<Vec<Effect>> {
    let mut overlay = state.overlays.pop()?;
    let reply = ask(overlay.as_mut(), state);
    match reply {
        Some(Reply::Close(effects)) => Some(effects),
        Some(Reply::Stay(effects)) => {
            state.overlays.push(overlay);
            Some(effects)
        }
        None => {
            state.overlays.push(overlay);
            None
        }
    }
}

fn mouse(state: &mut State, event: MouseEvent) -> Vec<Effect> {
    if frame::too_small(state.size) {
        return Vec::new();
    }
    if !state.overlays.is_empty() {
        let verb = match event.kind {
            MouseEventKind::ScrollUp => Verb::Up,
            MouseEventKind::ScrollDown => Verb::Down,
            _ => return Vec::new(),
        };
        let action = verb.into();
        return to_overlay(state, |overlay, state| overlay.act(&action, state)).unwrap_or_default();
    }
    let body = state.body();
    if !body.contains((event.column, event.row).into()) {
        return Vec::new();
    }
    state.prepare();
    state
        .with_view(|view, desk| view.mouse(event, body, desk))
        .unwrap_or_default()
}

/// Everything that a view may read again: for `r`.
pub(super) fn costs_money(queries: &[Query]) -> bool {
    queries.contains(&Query::Costs)
}

/// How many paid requests the last look at the costs took; a guess before the first.
pub(super) fn paid_requests(inventory: &Inventory) -> u32 {
    inventory
        .costs
        .value()
        .map_or(4, |costs| views::paid_requests(costs))
}

#[cfg(test)]
mod tests;
