//! Every object that a search finds is shown by some view, with the cursor on it.

use std::time::Duration;

use super::{all, sample};
use crate::{
    inventory::{Index, Search},
    provider::World,
    tui::{Effect, Message, Start, State, testing, update},
};

fn deck() -> State {
    sample::deck(Start::shipped(World::Demo, (120, 36), sample::now()))
}

fn screen(state: &State) -> String {
    testing::text(&testing::buffer(120, 36, |frame, _| {
        crate::tui::frame::draw(frame, state);
    }))
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let keys = keys.split(' ').map(|key| key.parse().expect("a key"));
    keys.flat_map(|key| update(state, Message::Key(key)))
        .collect()
}

#[test]
fn every_object_of_the_index_is_found_again_in_a_view() {
    let inventory = sample::inventory();
    let index = Index::of(&inventory);
    let mut search = Search::new(&index, "", usize::MAX);
    search.step(&index, Duration::from_mins(1));
    let mut state = deck();
    let desk = state.desk();
    let mut views = all();
    for view in &mut views {
        view.derive(&desk);
    }
    let mut lost = Vec::new();
    for hit in search.hits() {
        let object = index.object(hit.entry);
        let found = views.iter_mut().find_map(|view| {
            view.go_to(&object, &desk)
                .then(|| view.selected().is_some_and(|at| at.is_same(&object)))
        });
        if found != Some(true) {
            lost.push(object);
        }
    }
    assert_eq!(lost, []);
    state.prepare();
}

#[test]
fn a_few_letters_find_an_object_and_enter_goes_there_whatever_hid_it() {
    let mut state = deck();
    press(&mut state, "g k / d e v enter");
    let asked = press(&mut state, "ctrl-f");
    assert_eq!(asked, [Effect::Index]);
    let index = Index::of(&state.inventory);
    update(&mut state, Message::Indexed(index.into()));
    press(&mut state, "p r d m l");
    insta::assert_snapshot!(screen(&state), @"
    ▎awsdeck › o-example › everything                                      read now   eu-west-1   DEV dev-app  DEMO  ARMED
    ╭ clusters(2/6) /dev ──────────────────────────────────── [clusters] pools ╮╭ ● dev-app  dev-app  eu-west-1  DEV ──────╮
    │  CLUSTER      STATE      ENV      ACCOUNT      VERSION    POOLS   NODES ›││ ● ok                                     │
    │▌ dev-app      ● ok       dev      dev-app      1.31           1       3  ││                                          │
    │╭ Search every object ───────────────────────────────────────────────────────────────────────────────────── 10 of 54 ╮│
    ││› prdml                                                                                                             ││
    ││account     prod-ml                             prod-ml                          888888888888                       ││
    ││cluster     prod-ml                             prod-ml             eu-west-1                                       ││
    ││pool        main                                prod-ml             eu-west-1    prod-ml/main                       ││
    ││pool        gpu                                 prod-ml             eu-west-1    prod-ml/gpu                        ││
    ││pool        h100                                prod-ml             eu-west-1    prod-ml/h100                       ││
    ││vpc         prod-ml                             prod-ml             eu-west-1    vpc-021a1b2c3d4e5f6                ││
    ││peering     prod-ml                             prod-ml             eu-west-1    pcx-021aa11bb22cc33                ││
    ││record      www.example.com.                    prod-app                         Z0PROD/www.example.com./CNAME      ││
    ││record      shop.example.com.                   prod-app                         Z0PROD/shop.example.com./A/blue    ││
    ││record      shop.example.com.                   prod-app                         Z0PROD/shop.example.com./A/green   ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    ││                                                                                                                    ││
    │╰ enter goes there · esc closes ─────────────────────────────────────────────────────────────────────────────────────╯│
    │                                                                          ││                                          │
    │                                                                          ││                                          │
    │                                                                          ││                                          │
    │                                                                          ││                                          │
    │                                                                          ││                                          │
    │                                                                          ││                                          │
    ╰ 9 accounts ──────────────────────────────────────────────────────────────╯╰──────────────────────────────────────────╯
     enter open  f1 help                                                                                               /dev
    ");
    press(&mut state, "ctrl-u v p c - 0 2 1 enter");
    let selected = state
        .view()
        .and_then(|view| view.selected())
        .expect("something");
    assert_eq!((selected.kind, selected.name.as_str()), ("vpc", "prod-ml"));
    assert_eq!(state.view().map(|view| view.name()), Some("network"));
    // The filter of the clusters would have hidden this one.
    press(&mut state, "ctrl-f ctrl-u s t a g i n g - m l enter");
    let selected = state
        .view()
        .and_then(|view| view.selected())
        .expect("something");
    assert_eq!(selected.name, "staging-ml");
    assert!(state.overlays.is_empty());
}

#[test]
fn what_was_found_for_something_else_by_now_is_dropped() {
    let mut state = deck();
    press(&mut state, "ctrl-f");
    let index = Index::of(&state.inventory);
    let version = index.version();
    update(&mut state, Message::Indexed(index.into()));
    press(&mut state, "p r o d");
    let before = state.finder.hits.clone();
    for (query, version) in [("pr", version), ("prod", version + 1)] {
        let found = crate::tui::finder::Found {
            query: query.into(),
            version,
            hits: Vec::new(),
            matched: 0,
            is_done: true,
        };
        update(&mut state, Message::Found(found));
        assert_eq!(state.finder.hits, before);
    }
}

#[test]
fn a_search_of_its_own_thread_tells_after_every_slice_and_stops_when_nobody_wants_it() {
    let index = Index::of(&sample::large(300));
    let mut told = Vec::new();
    crate::tui::finder::search(
        &index,
        "prod",
        Duration::ZERO,
        || true,
        |found| {
            told.push(found);
        },
    );
    assert!(told.len() > 1, "{} objects in one slice", index.len());
    assert!(told.last().is_some_and(|last| last.is_done));
    let mut told = 0;
    let left = std::cell::Cell::new(2);
    let goes_on = || left.replace(left.get() - 1) > 0;
    crate::tui::finder::search(&index, "prod", Duration::ZERO, goes_on, |_| told += 1);
    assert_eq!(told, 2);
}

#[test]
fn a_view_is_exported_under_the_name_that_was_typed_in_the_form_that_it_says() {
    let mut state = deck();
    press(&mut state, "g k x");
    let drawn = screen(&state);
    let prompt = drawn.lines().last().unwrap_or_default().to_owned();
    assert_eq!(
        prompt,
        "export (csv, json, txt, svg) to: clusters-2026-01-15.csv"
    );
    let [Effect::Export { path, text }] = &press(&mut state, "enter")[..] else {
        panic!("one file");
    };
    assert_eq!(path.to_str(), Some("clusters-2026-01-15.csv"));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 7, "{text}");
    assert!(lines[0].starts_with("kind,name,state"), "{text}");
    for (keys, begins) in [
        ("x ctrl-u a . j s o n enter", "{\n"),
        ("x ctrl-u a . s v g enter", "<svg "),
        ("x ctrl-u a . t x t enter", "▎awsdeck"),
    ] {
        let [Effect::Export { text, .. }] = &press(&mut state, keys)[..] else {
            panic!("{keys}: one file");
        };
        assert!(text.starts_with(begins), "{keys}: {text}");
    }
    assert_eq!(press(&mut state, "x ctrl-u a . p d f enter"), []);
    assert!(
        state
            .notes
            .all()
            .last()
            .is_some_and(|note| note.text.contains("a.pdf"))
    );
    assert_eq!(state.overlays.last().map(|top| top.name()), Some("export"));
}

#[test]
fn the_network_is_exported_as_a_graph() {
    let mut state = deck();
    press(&mut state, "g n x");
    let [Effect::Export { text, .. }] = &press(&mut state, "enter")[..] else {
        panic!("one file");
    };
    insta::assert_snapshot!(text, @r#"
    graph network {
      rankdir=LR;
      node [shape=box, fontname="monospace"];
      edge [fontname="monospace"];
      subgraph "cluster_prod" {
        label="prod";
        "vpc-020a1b2c3d4e5f6" [label="prod-app\n10.21.0.0/16", style=solid];
        "vpc-021a1b2c3d4e5f6" [label="prod-ml\n10.22.0.0/16", style=solid];
        "vpc-022a1b2c3d4e5f6" [label="prod-shared\n10.20.0.0/16", style=solid];
      }
      subgraph "cluster_staging" {
        label="staging";
        "vpc-010a1b2c3d4e5f6" [label="staging-app\n10.11.0.0/16", style=solid];
        "vpc-011a1b2c3d4e5f6" [label="staging-ml\n10.12.0.0/16", style=solid];
        "vpc-012a1b2c3d4e5f6" [label="staging-shared\n10.10.0.0/16", style=solid];
      }
      subgraph "cluster_dev" {
        label="dev";
        "vpc-000a1b2c3d4e5f6" [label="dev-app\n10.1.0.0/16", style=solid];
        "vpc-001a1b2c3d4e5f6" [label="dev-ml\n10.2.0.0/16", style=solid];
        "vpc-002a1b2c3d4e5f6" [label="dev-shared\n10.0.0.0/16", style=solid];
      }
      "vpc-000a1b2c3d4e5f6" -- "vpc-002a1b2c3d4e5f6" [label="ok", tooltip="pcx-000aa11bb22cc33", color="darkgreen"];
      "vpc-001a1b2c3d4e5f6" -- "vpc-002a1b2c3d4e5f6" [label="pending", tooltip="pcx-001aa11bb22cc33", color="goldenrod", style=dashed];
      "vpc-010a1b2c3d4e5f6" -- "vpc-012a1b2c3d4e5f6" [label="ok", tooltip="pcx-010aa11bb22cc33", color="darkgreen"];
      "vpc-011a1b2c3d4e5f6" -- "vpc-012a1b2c3d4e5f6" [label="ok", tooltip="pcx-011aa11bb22cc33", color="darkgreen"];
      "vpc-020a1b2c3d4e5f6" -- "vpc-022a1b2c3d4e5f6" [label="ok", tooltip="pcx-020aa11bb22cc33", color="darkgreen"];
      "vpc-021a1b2c3d4e5f6" -- "vpc-022a1b2c3d4e5f6" [label="one-way", tooltip="pcx-021aa11bb22cc33", color="darkorange", style=dashed];
    }
    "#);
}
