use std::sync::Arc;

use super::*;
use crate::{
    inventory::{Inventory, Loaded},
    model::Place,
    provider::World,
    tui::{
        Effect, Message, Start, State as Deck,
        log::{Followed, LogEnd},
        testing::{self, Bench},
        update,
        views::{View, sample},
    },
};

/// The deck with the sample organization, at this view.
fn deck(world: World) -> Deck {
    let mut start = Start::shipped(world, (80, 24), sample::now());
    start.start_view = "workloads".into();
    let mut deck = Deck::new(start);
    deck.inventory = sample::inventory();
    deck
}

fn aws() -> World {
    World::Aws {
        profile: None,
        endpoint: None,
    }
}

fn press(deck: &mut Deck, keys: &str) -> Vec<Effect> {
    let keys = keys.split(' ');
    let each = |key: &str| update(deck, Message::Key(key.parse().expect("a key")));
    let effects = keys.flat_map(each);
    // Held by a test of its own.
    effects
        .filter(|effect| !matches!(effect, Effect::Watch(_)))
        .collect()
}

fn screen(deck: &Deck) -> String {
    let (width, height) = deck.size;
    testing::text(&testing::buffer(width, height, |frame, _| {
        crate::tui::frame::draw(frame, deck);
    }))
}

#[test]
fn what_is_not_ready_says_why_with_what_shows_it() {
    let bench = Bench::new(sample::inventory());
    let mut small = view();
    small.derive(&bench.desk());
    small.filter("api", &bench.desk());
    insta::assert_snapshot!(bench.drawn(&mut small, 80, 24), @"
    ╭ workloads(1/2) /api ───────────────────────────────────── [workloads] 1 of 8 ╮
    │  WORKLOAD   STATE      CLUSTER   NAMESPACE    WANTED   READY   AGE          ›│
    │▌ api        ▲ warning  prod-ml   train             2       1  40 h           │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts ──────────────────────────────────────────────────────────────────╯
    ╭ ▲ api  prod-ml  eu-west-1  PROD ─────────────────────────────────────────────╮
    │ ▲ warning  1 of 2 ready: api-2 crashes                                       ┃
    │                                                                              │
    │ Evidence                                                                     │
    │ · 1 of 2 pods is ready                                                       │
    │                                                                              │
    │ Pods                                                                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
    insta::assert_snapshot!(bench.drawn(&mut small, 160, 45), @"
    ╭ workloads(1/2) /api ──────── [workloads] pods events namespaces nodes connections extensions roles ╮╭ ▲ api  prod-ml  eu-west-1  PROD ───────────────────────╮
    │  WORKLOAD   STATE      CLUSTER   NAMESPACE    WANTED   READY   AGE  WHY                            ││ ▲ warning  1 of 2 ready: api-2 crashes                 │
    │▌ api        ▲ warning  prod-ml   train             2       1  40 h  1 of 2 ready: api-2 crashes    ││                                                        │
    │                                                                                                    ││ Evidence                                               │
    │                                                                                                    ││ · 1 of 2 pods is ready                                 │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││ Pods                                                   │
    │                                                                                                    ││ ● api-1  Running                                       │
    │                                                                                                    ││ ✖ api-2  api crashes: exit code 1, 7 restarts          │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││ Facts                                                  │
    │                                                                                                    ││ env              prod                                  │
    │                                                                                                    ││ cluster          prod-ml                               │
    │                                                                                                    ││ namespace        train                                 │
    │                                                                                                    ││ kind             Deployment                            │
    │                                                                                                    ││ wanted           2                                     │
    │                                                                                                    ││ ready            1                                     │
    │                                                                                                    ││ updated          2                                     │
    │                                                                                                    ││ age              40 h                                  │
    │                                                                                                    ││ available        1                                     │
    │                                                                                                    ││ images           example/train:7                       │
    │                                                                                                    ││ service account  trainer                               │
    │                                                                                                    ││ evidence         1 of 2 pods is ready                  │
    │                                                                                                    ││ account          prod-ml                               │
    │                                                                                                    ││ region           eu-west-1                             │
    │                                                                                                    ││ id               train/Deployment/api                  │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    ╰ 9 accounts ────────────────────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_cluster_out_of_reach_is_a_row_of_its_own() {
    let bench = Bench::new(sample::partial());
    insta::assert_snapshot!(bench.drawn(&mut view(), 80, 24), @"
    ╭ workloads(3) ──────────────────────────────────────────── [workloads] 1 of 8 ╮
    │  WORKLOAD   STATE      CLUSTER   NAMESPACE    WANTED   READY   AGE          ›│
    │▌ bert       ● ok       prod-ml   train             1       1  40 h           │
    │  api        ▲ warning  prod-ml   train             2       1  40 h           │
    │  prod-ml    ✖ failed  no route to prod-ml: no connection within 3 s          │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 7 of 9 accounts  ◐ 1 reading  ⊘ 1 denied ────────────────────────────────────╯
    ╭ ● bert  prod-ml  eu-west-1  PROD ────────────────────────────────────────────╮
    │ ● ok                                                                         ┃
    │                                                                              ┃
    │ Facts                                                                        │
    │ env              prod                                                        │
    │ cluster          prod-ml                                                     │
    │ namespace        train                                                       │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_workload_opens_to_its_pods_a_pod_to_its_events_and_up_again() {
    let bench = Bench::new(sample::inventory());
    let mut view = view();
    let desk = bench.desk();
    view.derive(&desk);
    view.filter("name=api", &desk);
    view.act(&Verb::Open.into(), &desk);
    assert_eq!(
        view.title(),
        "pods(2/3) /cluster=prod-ml namespace=train owner=Deployment/api"
    );
    view.act(&Verb::Bottom.into(), &desk);
    view.act(&Verb::Open.into(), &desk);
    assert_eq!(
        view.title(),
        "events(1/1) /cluster=prod-ml namespace=train name=api-2"
    );
    let kinds = ["pod", "workload", "namespace", "cluster"];
    for kind in kinds {
        view.act(&Verb::Ascend.into(), &desk);
        assert_eq!(view.selected().map(|object| object.kind), Some(kind));
    }
}

#[test]
fn of_many_clusters_only_those_that_were_opened_are_looked_into() {
    let mut all = sample::inventory();
    all.contents.clear();
    let mut many = Vec::clone(
        all.clusters[&sample::cluster().place]
            .value()
            .expect("clusters"),
    );
    for number in 0..20 {
        let mut one = many[0].clone();
        one.name = format!("other-{number}").into();
        many.push(one);
    }
    let place = sample::cluster().place;
    all.accept(
        &Query::Clusters(place),
        Loaded::Clusters(Arc::new(many)),
        sample::now(),
    );
    let bench = Bench::new(all);
    let view = view();
    let asked = |query: &Query| matches!(query, Query::Contents(_));
    assert_eq!(
        view.needs(&bench.desk())
            .iter()
            .filter(|query| asked(query))
            .count(),
        0
    );
    assert!(
        bench
            .drawn(&mut super::view(), 100, 20)
            .contains("many clusters")
    );
}

#[test]
fn the_log_of_the_pod_that_is_worst_off_is_followed_and_left() {
    let mut deck = deck(aws());
    deck.prepare();
    let effects = press(&mut deck, "j f");
    let [Effect::Follow(cluster, of)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(
        (of.pod.as_str(), of.container.as_deref()),
        ("api-2", Some("main"))
    );
    let told = |lines: &[&str], end| {
        Message::Log(Followed {
            cluster: cluster.clone(),
            of: of.clone(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            end,
        })
    };
    update(
        &mut deck,
        told(&["starting", "no database: giving up"], None),
    );
    update(&mut deck, told(&[], Some(LogEnd::Over)));
    insta::assert_snapshot!(screen(&deck), @"
    ▎awsdeck › o-example › everythi… read now   eu-west-1   PROD prod-ml  DISARMED
    ╭╭ log train/api-2 · main  prod-ml ───────────────────────────────────────────╮╮
    ││starting                                                                    ││
    ││no database: giving up                                                      ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ╰│                                                                            │╯
    ╭│                                                                            │╮
    ││                                                                            │┃
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ││                                                                            ││
    ╰╰ the log has ended  2 lines ────────────────────────────────────────────────╯╯
     enter open  / filter  : command  ? help  q quit
    ");
    let next = press(&mut deck, "tab");
    assert!(
        matches!(&next[..], [Effect::Follow(_, of)] if of.container.as_deref() == Some("proxy"))
    );
    assert_eq!(press(&mut deck, "esc"), [Effect::Unfollow]);
    assert!(deck.overlays.is_empty());
}

#[test]
fn a_shell_is_asked_for_and_handed_over_and_never_in_a_read_only_deck() {
    let mut live = deck(aws());
    live.prepare();
    press(&mut live, "j e");
    live.now += jiff::SignedDuration::from_secs(1);
    insta::assert_snapshot!(screen(&live), @"
    ▎awsdeck › o-example › everythi… read now   eu-west-1   PROD prod-ml  DISARMED
    ╭ workloads(2) ──────────────────────────────────────────── [workloads] 1 of 8 ╮
    │  WORKLOAD   STATE      CLUSTER   NAMESPACE    WANTED   READY   AGE          ›│
    │  bert       ● ok       prod-ml   train             1       1  40 h           │
    │▌ api        ▲ warning  prod-ml   train             2       1  40 h           │
    │                                                                              │
    │ ╭ Open a shell in api-2? ──────────────────────────────────────────────────╮ │
    │ │cluster   888888888888/eu-west-1/prod-ml                                  │ │
    │ │runs      kubectl exec --stdin --tty --namespace=train api-2 --container=m│ │
    │ │                                                                          │ │
    │ │y open   esc cancel                                                       │ │
    │ ╰──────────────────────────────────────────────────────────────────────────╯ │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts ──────────────────────────────────────────────────────────────────╯
    ╭ ▲ api  prod-ml  eu-west-1  PROD ─────────────────────────────────────────────╮
    │ ▲ warning  1 of 2 ready: api-2 crashes                                       ┃
    │                                                                              │
    │ Evidence                                                                     │
    │ · 1 of 2 pods is ready                                                       │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯
     enter open  f1 help
    ");
    let effects = press(&mut live, "y");
    let [Effect::HandOver { cluster, arguments }] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(*cluster, sample::cluster());
    assert_eq!(arguments.first().map(String::as_str), Some("exec"));
    let mut held = deck(aws());
    held.access = crate::tui::state::Access::ReadOnly;
    held.prepare();
    press(&mut held, "j e");
    assert!(held.overlays.is_empty());
}

#[test]
fn the_cluster_under_the_cursor_is_watched_while_it_is_looked_at() {
    let mut deck = deck(aws());
    deck.prepare();
    let watched = |effects: Vec<Effect>| {
        let mut all = effects.into_iter();
        all.find(|effect| matches!(effect, Effect::Watch(_)))
    };
    let key = |key: &str| Message::Key(key.parse().expect("a key"));
    let cluster = Some(sample::cluster());
    assert_eq!(
        watched(update(&mut deck, Message::Tick)),
        Some(Effect::Watch(cluster))
    );
    assert_eq!(watched(update(&mut deck, key("j"))), None);
    update(&mut deck, key("g"));
    assert_eq!(
        watched(update(&mut deck, key("h"))),
        Some(Effect::Watch(None))
    );
}

#[test]
fn nothing_is_asked_of_a_place_that_is_not_in_view() {
    let bench = Bench::new(Inventory::default());
    let place = Place::new(sample::account(1), sample::HOME);
    let more = view().more(&Query::Clusters(place), &bench.desk());
    assert_eq!(more, []);
}
