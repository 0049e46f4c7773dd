mod sign_in;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use ratatui::{Frame, layout::Rect, text::Line};

use super::*;
use crate::{
    engine::{Challenge, Sealed, plan::sample},
    inventory::{fixture, tables::Object},
    model::EnvironmentClass,
    provider::World,
    tui::{
        Action, Start, testing,
        theme::Wardrobe,
        views::{Desk, View},
        widgets::put,
    },
};

/// A view that remembers what it was asked.
struct Plain(&'static str);

impl View for Plain {
    fn name(&self) -> &'static str {
        self.0
    }
    fn context(&self) -> &'static str {
        "table"
    }
    fn title(&self) -> String {
        self.0.to_owned()
    }
    fn needs(&self, _desk: &Desk<'_>) -> Vec<Query> {
        vec![Query::Organization, Query::Costs]
    }
    fn derive(&mut self, _desk: &Desk<'_>) {}
    fn filter(&mut self, _text: &str, _desk: &Desk<'_>) {}
    fn act(&mut self, _action: &Action, _desk: &Desk<'_>) -> Option<Vec<Effect>> {
        None
    }
    fn mouse(&mut self, _event: MouseEvent, _area: Rect, _desk: &Desk<'_>) -> Vec<Effect> {
        Vec::new()
    }
    fn selected(&self) -> Option<Object> {
        Some(Object {
            kind: "cluster",
            account: None,
            region: None,
            id: "ml".into(),
            name: "ml".into(),
            arn: None,
        })
    }
    fn marked(&self) -> Vec<Object> {
        Vec::new()
    }
    fn hints(&self) -> Vec<(Action, &'static str)> {
        vec![(Verb::Open.into(), "open")]
    }
    fn draw(&self, frame: &mut Frame<'_>, area: Rect, _desk: &Desk<'_>) {
        put(frame.buffer_mut(), area, &Line::raw(self.0));
    }
}

fn state_in(world: World) -> State {
    let now: Timestamp = "2026-01-15T10:00:00Z".parse().expect("a time");
    let views: Vec<Box<dyn View>> = vec![
        Box::new(Plain("home")),
        Box::new(Plain("costs")),
        Box::new(Plain("clusters")),
    ];
    State::with_views(Start::shipped(world, (80, 24), now), views)
}

fn state() -> State {
    state_in(World::Aws {
        profile: Some("acme".into()),
        endpoint: None,
    })
}

fn press_all(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys.split(' ') {
        effects.extend(update(state, Message::Key(key.parse().expect("a key"))));
    }
    effects
}

fn screen(state: &State) -> String {
    let (width, height) = state.size;
    testing::text(&testing::buffer(width, height, |frame, _| {
        frame::draw(frame, state);
    }))
}

fn view(state: &State) -> &'static str {
    state.view().map_or("none", |view| view.name())
}

fn overlays(state: &State) -> Vec<&'static str> {
    state
        .overlays
        .iter()
        .map(|overlay| overlay.name())
        .collect()
}

#[test]
fn a_chord_goes_to_a_view_and_back_goes_home() {
    let mut state = state();
    press_all(&mut state, "g c");
    assert_eq!(view(&state), "costs");
    press_all(&mut state, "g k [");
    assert_eq!(view(&state), "costs");
    press_all(&mut state, "]");
    assert_eq!(view(&state), "clusters");
    press_all(&mut state, "esc");
    assert_eq!(view(&state), "home");
}

#[test]
fn a_prefix_shows_what_can_follow_until_a_key_comes() {
    let mut state = state();
    press_all(&mut state, "g");
    let shown = screen(&state);
    assert!(shown.contains("g go to"), "{shown}");
    assert!(shown.contains("c       costs"), "{shown}");
    assert_eq!(state.next_tick(), None, "no timing");
    press_all(&mut state, "esc");
    assert!(!screen(&state).contains("go to"));
    press_all(&mut state, "g ~");
    assert!(screen(&state).contains("g ~ is not bound here"));
}

#[test]
fn the_filter_is_live_and_cancelling_restores_it() {
    let mut state = state();
    press_all(&mut state, "/ p r o d enter");
    assert_eq!(state.filters[0], "prod");
    press_all(&mut state, "/ x");
    assert_eq!(state.filters[0], "prodx");
    press_all(&mut state, "esc");
    assert_eq!(state.filters[0], "prod");
    press_all(&mut state, "esc");
    assert_eq!(state.filters[0], "");
}

#[test]
fn the_palette_takes_a_view_a_scope_and_a_filter() {
    let mut state = state();
    state.inventory.regions = vec!["eu-west-1".into()];
    press_all(&mut state, ":");
    update(
        &mut state,
        Message::Paste("clusters @eu-west-1 /gpu".into()),
    );
    press_all(&mut state, "enter");
    assert_eq!(view(&state), "clusters");
    assert_eq!(state.filters[2], "gpu");
    assert!(state.scope.regions.contains(&"eu-west-1".into()));
    press_all(&mut state, ": c o s enter");
    assert_eq!(view(&state), "costs");
}

#[test]
fn a_refresh_that_costs_money_asks_first() {
    let mut state = state();
    assert!(press_all(&mut state, "r").is_empty());
    assert_eq!(overlays(&state), ["price"]);
    assert!(screen(&state).contains("Refresh for $0.04?"));
    state.now += SignedDuration::from_secs(1);
    let effects = press_all(&mut state, "enter");
    assert!(matches!(&effects[..], [Effect::Refresh(queries)] if queries.contains(&Query::Costs)));
}

#[test]
fn arming_asks_takes_no_early_or_pasted_answer_and_ends() {
    let mut state = state();
    press_all(&mut state, ": a r m space 1 5 m enter");
    assert_eq!(overlays(&state), ["arm"]);
    press_all(&mut state, "y");
    assert!(!state.is_armed(), "too early");
    state.now += SignedDuration::from_secs(1);
    update(&mut state, Message::Paste("y".into()));
    press_all(&mut state, "enter");
    assert!(!state.is_armed(), "neither a paste nor enter answers");
    press_all(&mut state, "y");
    assert!(state.is_armed());
    assert!(screen(&state).contains("ARMED 15:00"));
    state.now += SignedDuration::from_secs(15 * 60);
    update(&mut state, Message::Tick);
    assert!(!state.is_armed());
    assert!(screen(&state).contains("DISARMED"));
}

#[test]
fn read_only_can_not_be_lifted() {
    let mut state = state();
    state.access = Access::ReadOnly;
    press_all(&mut state, ": a r m space 1 5 m enter y");
    state.now += SignedDuration::from_secs(1);
    press_all(&mut state, "y");
    assert_eq!(state.access, Access::ReadOnly);
    assert!(screen(&state).contains("READ-ONLY"));
}

#[test]
fn a_theme_is_previewed_and_taken_back() {
    let mut state = state();
    let effects = press_all(&mut state, "t down");
    assert!(matches!(&effects[..], [Effect::LoadTheme(_)]));
    let effects = press_all(&mut state, "esc");
    assert_eq!(effects, [Effect::LoadTheme("default-dark".into())]);
}

#[test]
fn a_small_terminal_says_so_and_still_quits() {
    let mut state = state();
    state.size = (30, 8);
    assert!(screen(&state).contains("need 40x10, have 30x8"));
    assert!(press_all(&mut state, "g c :").is_empty());
    assert_eq!(press_all(&mut state, "q"), [Effect::Quit]);
}

#[test]
fn quit_help_and_back_work_on_whatever_is_open() {
    for keys in [
        "?", ":", "t", "A", "R", "i", "!", "d", "J", "X", "Y", "/", "g",
    ] {
        let mut state = state();
        press_all(&mut state, keys);
        press_all(&mut state, "ctrl-c");
        assert_eq!(overlays(&state), Vec::<&str>::new(), "{keys}");
    }
}

#[test]
fn the_demo_is_badged_and_armed() {
    let shown = screen(&state_in(World::Demo));
    assert!(shown.contains(" DEMO  ARMED"), "{shown}");
}

#[test]
fn every_size_draws_with_everything_open() {
    for keys in ["", "?", ":", "t", "i", "/ a", "g", "r"] {
        let mut state = state();
        state
            .notes
            .add(Severity::Error, "something went wrong somewhere", state.now);
        if !keys.is_empty() {
            press_all(&mut state, keys);
        }
        for width in (1..=200).step_by(13) {
            for height in (1..=60).step_by(4) {
                state.size = (width, height);
                screen(&state);
            }
        }
    }
}

/// A sealed plan of this class under review, on a deck that is armed.
fn under_review(class: EnvironmentClass) -> State {
    let mut state = state();
    state.access = Access::Armed(None);
    let mut plan = sample::switch();
    plan.environment = class;
    let sealed = Sealed::seal(plan).expect("a whole plan");
    update(&mut state, Message::Planned(Arc::new(sealed)));
    state
}

fn is_apply(effect: &Effect) -> bool {
    matches!(effect, Effect::Apply { .. })
}

#[test]
fn production_is_confirmed_by_typing_and_by_nothing_else() {
    let mut state = under_review(EnvironmentClass::Prod);
    let sealed = state.sealed.clone().expect("under review");
    let wanted = Challenge::of(&sealed).wanted();
    assert!(settle::settle(&mut state, vec![Effect::Confirm(sealed)]).is_empty());
    assert_eq!(overlays(&state), ["confirm"]);
    let typed = |state: &mut State| {
        let keys = wanted.chars().map(Key::char);
        let keys = keys.chain([Key::named(Named::Enter)]);
        keys.flat_map(|key| update(state, Message::Key(key)))
            .collect::<Vec<_>>()
    };
    assert!(typed(&mut state).is_empty(), "too early");
    state.now += SignedDuration::from_secs(1);
    update(&mut state, Message::Paste(wanted.clone()));
    assert!(
        press_all(&mut state, "enter").is_empty(),
        "a paste is no answer"
    );
    let effects = typed(&mut state);
    assert!(effects.iter().any(is_apply), "{effects:?}");
}

#[test]
fn a_plan_can_not_be_confirmed_on_a_deck_that_is_not_armed() {
    let mut state = under_review(EnvironmentClass::Dev);
    let sealed = state.sealed.clone().expect("under review");
    state.access = Access::Disarmed;
    settle::settle(&mut state, vec![Effect::Confirm(sealed)]);
    assert_eq!(overlays(&state), ["arm"]);
}

fn messages() -> impl Strategy<Value = Message> {
    let named = [
        "enter",
        "esc",
        "tab",
        "backtab",
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
        "pageup",
        "pagedown",
        "backspace",
        "ctrl-c",
        "ctrl-d",
        "ctrl-u",
        "ctrl-f",
        "ctrl-z",
        "space",
        "f1",
    ];
    prop_oneof![
        8 => prop::char::range('!', '~').prop_map(|char| Message::Key(Key::char(char))),
        6 => prop::sample::select(named.to_vec())
            .prop_map(|name| Message::Key(name.parse().expect("a key"))),
        1 => "(?s).{0,20}".prop_map(Message::Paste),
        1 => (0_u16..220, 0_u16..70).prop_map(|(width, height)| Message::Resize(width, height)),
        1 => (0_u16..200, 0_u16..60).prop_map(|(column, row)| Message::Mouse(MouseEvent {
            kind: MouseEventKind::ScrollDown,
            column,
            row,
            modifiers: crossterm::event::KeyModifiers::NONE,
        })),
        1 => Just(()).prop_map(|()| Message::Tick),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_input_without_the_typed_words_carries_out_a_plan(
        input in prop::collection::vec(messages(), 1..60),
    ) {
        let mut state = under_review(EnvironmentClass::Prod);
        let sealed = state.sealed.clone().expect("under review");
        for message in input {
            if state.overlays.is_empty() {
                settle::settle(&mut state, vec![Effect::Confirm(sealed.clone())]);
            }
            state.now += SignedDuration::from_millis(300);
            let effects = update(&mut state, message);
            prop_assert!(!effects.iter().any(is_apply));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_input_breaks_it_and_five_times_back_is_home(
        input in prop::collection::vec(messages(), 1..60),
    ) {
        let mut state = state();
        state.access = Access::ReadOnly;
        for message in input {
            state.now += SignedDuration::from_millis(300);
            update(&mut state, message);
            state.prepare();
            screen(&state);
            prop_assert!(!state.is_armed());
        }
        state.size = (80, 24);
        // The first may end a chord, which is no level of its own.
        state.pending.clear();
        press_all(&mut state, "esc esc esc esc esc");
        prop_assert_eq!(view(&state), "home");
        prop_assert_eq!(overlays(&state), Vec::<&str>::new());
    }
}

#[test]
fn a_refresh_that_is_paid_for_names_the_price_and_the_caps_first() {
    let mut state = state();
    let usd = |cents| rust_decimal::Decimal::new(cents, 2);
    let spent = |today, month| crate::inventory::cache::Spent {
        today: usd(today),
        this_month: usd(month),
    };
    update(
        &mut state,
        Message::Spent {
            spent: spent(48, 120),
            caps: spent(50, 500),
        },
    );
    assert_eq!(
        press_all(&mut state, "g c r"),
        [Effect::Focus(vec![Query::Organization, Query::Costs])]
    );
    let shown = screen(&state);
    for said in [
        "Refresh for $0.04?",
        "Today $0.48 of $0.50 are spent: beyond the cap, it will be refused.",
        "This month $1.20 of $5.00 are spent.",
    ] {
        assert!(shown.contains(said), "{shown}");
    }
}

#[test]
fn a_throttled_read_waits_in_sight_and_is_no_failure() {
    use crate::model::{Place, TroubleKind};
    let mut state = state();
    let query = Query::Network(Place::new(fixture::id(1), "eu-west-1"));
    let throttled = || Event::Failed {
        query: query.clone(),
        trouble: Arc::new(crate::model::Trouble {
            kind: TroubleKind::Throttled,
            message: "throttled by ec2".into(),
            hint: None,
        }),
        again: Some(std::time::Duration::from_secs(2)),
    };
    let tell = |state: &mut State, event| {
        update(state, Message::Event(event));
        screen(state)
    };
    tell(&mut state, Event::Began(query.clone()));
    let shown = tell(&mut state, throttled());
    assert!(shown.contains("◐ 1 throttled, waiting"), "{shown}");
    assert!(!shown.contains("1 failed"), "{shown}");
    let shown = tell(&mut state, Event::Began(query.clone()));
    assert!(!shown.contains("throttled, waiting"), "{shown}");
    assert!(shown.contains("reading 0/1"), "{shown}");
}

#[test]
fn what_is_read_for_the_first_time_has_no_age_yet() {
    let mut state = state();
    let organization = Arc::new(fixture::organization(9));
    update(
        &mut state,
        Message::Event(Event::Began(Query::Organization)),
    );
    update(&mut state, Message::Event(Event::Found(organization)));
    assert_eq!(state.age(), None);
    assert_eq!(state.inventory.tree().organization().accounts.len(), 9);
}

/// A deck whose scope is one account: the first of the fixture is in production, the second not.
fn looking_at(number: usize, mut start: Start, settings: &str) -> State {
    let settings = crate::config::Settings::parse(settings, std::path::Path::new("config.toml"));
    start.environments = settings.expect("settings").environments();
    let overlays = start.environments.overlays();
    let loaded = Wardrobe::load(&start.themes, "default-dark", &overlays, start.depth);
    let (wardrobe, _, faults) = loaded.expect("the theme");
    assert!(faults.is_empty(), "{faults:?}");
    start.wardrobe = wardrobe;
    start.scope.accounts = [fixture::id(number)].into();
    let views: Vec<Box<dyn View>> = vec![Box::new(Plain("home"))];
    let mut state = State::with_views(start, views);
    let loaded = crate::inventory::Loaded::Organization(fixture::organization(2).into());
    let event = Event::Loaded {
        query: Query::Organization,
        loaded,
        at: state.now,
    };
    update(&mut state, Message::Event(event));
    state.prepare();
    state
}

#[test]
fn production_looks_different_and_more_so_where_the_settings_say_how() {
    use crate::tui::theme::Role;
    let now: Timestamp = "2026-01-15T10:00:00Z".parse().expect("a time");
    let start = || Start::shipped(World::Demo, (80, 24), now);
    let rules = "[[env]]\nname = \"prod\"\nmatch = { ou = \"Environments/Prod\" }\n\
        theme_overlay = \"production\"\n[[env]]\nname = \"dev\"\nmatch = { name = \"acme\" }\n";
    let ground = |state: &State| {
        let drawn = testing::buffer(80, 24, |frame, _| frame::draw(frame, state));
        drawn[(30, 0)].bg
    };
    let (prod, dev) = (looking_at(1, start(), ""), looking_at(2, start(), ""));
    assert_ne!(ground(&prod), ground(&dev));
    let border = |state: &State| state.theme.style(Role::BorderFocused);
    assert_eq!(border(&prod), border(&dev), "no rule, no overlay");

    let (prod, dev) = (looking_at(1, start(), rules), looking_at(2, start(), rules));
    assert_ne!(ground(&prod), ground(&dev));
    assert_ne!(border(&prod), border(&dev));
}
