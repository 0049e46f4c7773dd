use super::*;
use crate::{
    engine::operations,
    inventory::tables::{self, Lens},
    provider::World,
    tui::{Message, Start, testing, update, views::sample_deck},
};

fn deck(view: &str) -> State {
    let mut state = sample_deck(Start::shipped(
        World::Demo,
        (100, 30),
        jiff::Timestamp::UNIX_EPOCH,
    ));
    press(&mut state, &format!("g {view}"));
    state
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let keys = keys.split(' ').map(|key| key.parse().expect("a key"));
    keys.flat_map(|key| update(state, Message::Key(key)))
        .collect()
}

fn screen(state: &State) -> String {
    testing::text(&testing::buffer(100, 30, |frame, _| {
        crate::tui::frame::draw(frame, state);
    }))
}

/// The record of that name and side.
fn record(state: &State, name: &str, side: &str) -> Object {
    let table = tables::named("records").expect("a table");
    let lens = Lens {
        scope: &state.scope,
        environments: &state.environments,
        now: state.now,
    };
    let rows = (table.rows)(&state.inventory, &lens);
    let found = rows
        .into_iter()
        .find(|row| row.object.name == name && row.object.id.ends_with(side));
    found.expect("a record").object
}

fn switch() -> &'static dyn Operation {
    operations::find("dns-switch").expect("an operation")
}

fn given(state: &State, object: &Object) -> Arguments {
    Form::new(switch(), Some(object), state).arguments()
}

#[test]
fn the_selection_fills_in_all_that_it_tells() {
    let state = deck("z");
    let green = record(&state, "shop.example.com.", "/green");
    let form = given(&state, &green);
    for (name, value) in [
        ("zone", "Z0PROD"),
        ("name", "shop.example.com"),
        ("type", "A"),
        ("to", "green"),
        ("account", "777777777777"),
    ] {
        assert_eq!(form.get(name), Some(value), "{name}");
    }
    assert_eq!(form.get("reason"), None, "that only a person knows");
}

#[test]
fn the_side_that_has_everything_already_means_the_other() {
    let mut state = deck("z");
    let blue = record(&state, "shop.example.com.", "/blue");
    assert_eq!(
        given(&state, &blue).get("to"),
        Some("blue"),
        "90 of 100 is not all"
    );
    crate::tui::views::all_to_blue(&mut state);
    assert_eq!(given(&state, &blue).get("to"), Some("green"));
    let green = record(&state, "shop.example.com.", "/green");
    assert_eq!(given(&state, &green).get("to"), Some("green"));
}

#[test]
fn what_the_world_knows_is_offered_narrowed_and_taken() {
    let mut state = deck("h");
    let asked = press(&mut state, "o enter");
    assert!(matches!(&asked[..], [Effect::Load(_)]), "{asked:?}");
    press(&mut state, "e x a m");
    insta::assert_snapshot!(screen(&state), @"
     awsdeck › o-example › everything                               read now   eu-west-1   DEMO  ARMED
    ╭ accounts(9) ─────────────────────────────────────────────────────────────────────────────────────╮
    │    UNIT / ACCOUNT                                    ENV        ACC  HEALTH       MONTH   CHANGE │
    │▌ ▾╭ Plan · dns-switch ───────────────────────────────────────────────────────────────────────╮3% │
    │   │move traffic between the weighted records of one name (blue-green)                        │3% │
    │   │                                                                                          │0% │
    │   │*zone           exam                                                                      │0% │
    │   │*name           the name whose traffic moves, such as shop.example.com                    │0% │
    │   │*to             the side that gets everything, or every side's weight: blue=0,green=100   │0% │
    │   │*reason         why, for those who read the run later                                     │4% │
    │   │ type           the type of the records; the only weighted one where not given, A among s…│0% │
    │   │ account        the account of the zone; found by itself where only one has it            │6% │
    │   │ bake           how long to watch afterwards; twice the TTL where not given               │0% │
    │   │ samples        400                                                                       │0% │
    │   │                                                                                          │0% │
    │   │  Z0PROD  example.com.  prod-app                                                          │0% │
    │   │                                                                                          │0% │
    │   │                                                                                          │   │
    │   │                                                                                          │   │
    ╰ 9 │                                                                                          │───╯
    ╭ ✖ │                                                                                          │───╮
    │ Fi│                                                                                          │   ┃
    │ ✖ │the hosted zone, by id or name                                                            │   │
    │ ✖ ╰ tab next · down up choose · enter takes, at the end plans · esc cancel ──────────────────╯   │
    │ ✖ nightly  prod-ml  last good backup 9 h ago, 60 min allowed                                     │
    │ ✖ default  prod-ml  AccessDenied: not authorized to perform s3:ListBucket                        │
    │ ▲ dev-orders  dev-app  the last good copy is 26 h old, wanted is 24 h                            │
    │ ▲ green  prod-app  1 of 2 targets of green are unhealthy                                         │
    ╰──────────────────────────────────────────────────────────────────────────────────────────────────╯
     enter open  f1 help
    ");
    // Down picks, enter takes it and goes on; the next field knows of what was taken.
    press(&mut state, "down enter");
    press(&mut state, "down enter");
    press(&mut state, "g r down enter");
    press(&mut state, "t e s t");
    press(&mut state, "tab tab tab tab");
    let planned = press(&mut state, "enter");
    let [Effect::Plan { arguments, .. }] = &planned[..] else {
        panic!("{planned:?}\n{}", screen(&state));
    };
    assert_eq!(arguments.get("zone"), Some("Z0PROD"));
    assert_eq!(arguments.get("name"), Some("shop.example.com"));
    assert_eq!(arguments.get("to"), Some("green"));
}

#[test]
fn a_form_fits_any_screen_and_keeps_the_field_under_the_cursor_in_sight() {
    let state = deck("z");
    let mut form = Form::new(switch(), None, &state);
    for _ in 0..switch().parameters().len() {
        for (width, height) in [(40, 10), (80, 24), (200, 60), (1, 1)] {
            let drawn = testing::buffer(width, height, |frame, area| {
                form.draw(frame, area, &state);
            });
            let name = switch().parameters()[form.cursor].name;
            if width >= 40 {
                assert!(
                    testing::text(&drawn).contains(name),
                    "{name} at {width}x{height}"
                );
            }
        }
        form.act(&Verb::NextPane.into(), &state);
    }
}
