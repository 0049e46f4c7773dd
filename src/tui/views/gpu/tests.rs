use std::sync::Arc;

use jiff::SignedDuration;

use super::*;
use crate::{
    inventory::{Inventory, Loaded},
    tui::{
        Action, Effect,
        testing::Bench,
        views::{View, sample},
    },
};

/// The view at both sizes that every screen is held to.
fn at_both_sizes(bench: &Bench) -> String {
    let (small, large) = (
        bench.drawn(&mut view(), 80, 24),
        bench.drawn(&mut view(), 160, 45),
    );
    format!("{small}\n{large}")
}

/// What is known before a cluster was looked into.
fn outside() -> Inventory {
    let mut all = sample::inventory();
    all.fleets.clear();
    all
}

/// Takes an action and settles what it does to the filter, as the deck would.
fn act(view: &mut Listing, verb: Verb, bench: &Bench) -> Vec<Effect> {
    let desk = bench.desk();
    let effects = view.act(&verb.into(), &desk).expect("an action it knows");
    for effect in &effects {
        if let Effect::Filter(text) = effect {
            view.filter(text, &desk);
        }
    }
    effects
}

fn on(view: &Listing) -> String {
    let object = view.selected().expect("a row");
    format!("{} {}", object.kind, object.name)
}

#[test]
fn the_fleet_says_what_is_requested_free_and_waited_for() {
    let bench = Bench::new(sample::inventory());
    insta::assert_snapshot!(at_both_sizes(&bench), @"
    ╭ gpus(4) ───────────────────────────────────── [gpus] nodes pods demand fleet ╮
    │  H100         ━━━━━━━━━━━━────   12 of 16 requested  4 idle  8 waited for  6…│
    │  T4           ────────────────  6 not looked into                            │
    │                                                                              │
    │  POOL   STATE      CLUSTER     GPU    GPUS  REQUESTED   FREE  BLOCK  WAITING›│
    │▌ gpu    ● ok       dev-ml      T4        2          –      –      –        – │
    │  gpu    ● ok       staging-ml  T4        2          –      –      –        – │
    │  h100   ▲ warning  prod-ml     H100     16         12      4      4        8 │
    │  gpu    ● ok       prod-ml     T4        2          –      –      –        0 │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts ──────────────────────────────────────────────────────────────────╯
    ╭ ● gpu  dev-ml  eu-west-1  DEV ───────────────────────────────────────────────╮
    │ ● ok                                                                         ┃
    │                                                                              │
    │ Capacity                                                                     │
    │ cluster    dev-ml  Kubernetes 1.31                                           │
    │ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge                       │
    │ sizes      min 0  desired 2  max 2                                           │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ gpus(4) ─────────────────────────────────────────────────────────── [gpus] nodes pods demand fleet ╮╭ ● gpu  dev-ml  eu-west-1  DEV ─────────────────────────╮
    │  H100         ━━━━━━━━━━━━────   12 of 16 requested  4 idle  8 waited for  6 nodes missing         ││ ● ok                                                   │
    │  T4           ────────────────  6 not looked into                                                  ││                                                        │
    │                                                                                                    ││ Capacity                                               │
    │  POOL   STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK   WAITING   IDLE/H          ›││ cluster    dev-ml  Kubernetes 1.31                     │
    │▌ gpu    ● ok       dev-ml      T4        2           –      –       –         –        –           ││ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge │
    │  gpu    ● ok       staging-ml  T4        2           –      –       –         –        –           ││ sizes      min 0  desired 2  max 2                     │
    │  h100   ▲ warning  prod-ml     H100     16          12      4       4         8        –           ││ each       1 × NVIDIA T4 per node, 16 GiB together     │
    │  gpu    ● ok       prod-ml     T4        2           –      –       –         0        –           ││ GPUs       2, requests unknown                         │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││ Facts                                                  │
    │                                                                                                    ││ env        dev                                         │
    │                                                                                                    ││ cluster    dev-ml                                      │
    │                                                                                                    ││ gpu        T4                                          │
    │                                                                                                    ││ nodes      2                                           │
    │                                                                                                    ││ gpus       2                                           │
    │                                                                                                    ││ from       on-demand                                   │
    │                                                                                                    ││ account    dev-ml                                      │
    │                                                                                                    ││ region     eu-west-1                                   │
    │                                                                                                    ││ path       Environments/Dev                            │
    │                                                                                                    ││ pool       gpu                                         │
    │                                                                                                    ││ made by    node group                                  │
    │                                                                                                    ││ type       g4dn.xlarge                                 │
    │                                                                                                    ││ product    T4                                          │
    │                                                                                                    ││ zones      eu-west-1a eu-west-1b                       │
    │                                                                                                    ││ installed  2                                           │
    │                                                                                                    ││ wanted     2                                           │
    │                                                                                                    ││ max        2                                           │
    │                                                                                                    ││ arn        arn:aws:eks:eu-west-1:222222222222:nodegro… │
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
fn a_cluster_that_is_being_reached_says_so_at_once_and_its_pools_are_known_from_outside() {
    let mut all = outside();
    all.begin(&Query::Fleet(sample::cluster()));
    insta::assert_snapshot!(at_both_sizes(&Bench::new(all)), @"
    ╭ gpus(5) ───────────────────────────────────── [gpus] nodes pods demand fleet ╮
    │  H100         ────────────────  48 not looked into  2 nodes missing          │
    │  T4           ────────────────  6 not looked into                            │
    │                                                                              │
    │  POOL     STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK     ›│
    │▌ gpu      ● ok       dev-ml      T4        2           –      –       –      │
    │  gpu      ● ok       staging-ml  T4        2           –      –       –      │
    │  gpu      ● ok       prod-ml     T4        2           –      –       –      │
    │  h100     ▲ warning  prod-ml     H100     48           –      –       –      │
    │  prod-ml  ◐ working  connecting                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts  ◐ 1 reading ─────────────────────────────────────────────────────╯
    ╭ ● gpu  dev-ml  eu-west-1  DEV ───────────────────────────────────────────────╮
    │ ● ok                                                                         ┃
    │                                                                              │
    │ Capacity                                                                     │
    │ cluster    dev-ml  Kubernetes 1.31                                           │
    │ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge                       │
    │ sizes      min 0  desired 2  max 2                                           │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ gpus(5) ─────────────────────────────────────────────────────────── [gpus] nodes pods demand fleet ╮╭ ● gpu  dev-ml  eu-west-1  DEV ─────────────────────────╮
    │  H100         ────────────────  48 not looked into  2 nodes missing                                ││ ● ok                                                   │
    │  T4           ────────────────  6 not looked into                                                  ││                                                        │
    │                                                                                                    ││ Capacity                                               │
    │  POOL     STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK   WAITING   IDLE/H        ›││ cluster    dev-ml  Kubernetes 1.31                     │
    │▌ gpu      ● ok       dev-ml      T4        2           –      –       –         –        –         ││ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge │
    │  gpu      ● ok       staging-ml  T4        2           –      –       –         –        –         ││ sizes      min 0  desired 2  max 2                     │
    │  gpu      ● ok       prod-ml     T4        2           –      –       –         –        –         ││ each       1 × NVIDIA T4 per node, 16 GiB together     │
    │  h100     ▲ warning  prod-ml     H100     48           –      –       –         –        –         ││ GPUs       2, requests unknown                         │
    │  prod-ml  ◐ working  connecting                                                                    ││                                                        │
    │                                                                                                    ││ Facts                                                  │
    │                                                                                                    ││ env        dev                                         │
    │                                                                                                    ││ cluster    dev-ml                                      │
    │                                                                                                    ││ gpu        T4                                          │
    │                                                                                                    ││ nodes      2                                           │
    │                                                                                                    ││ gpus       2                                           │
    │                                                                                                    ││ from       on-demand                                   │
    │                                                                                                    ││ account    dev-ml                                      │
    │                                                                                                    ││ region     eu-west-1                                   │
    │                                                                                                    ││ path       Environments/Dev                            │
    │                                                                                                    ││ pool       gpu                                         │
    │                                                                                                    ││ made by    node group                                  │
    │                                                                                                    ││ type       g4dn.xlarge                                 │
    │                                                                                                    ││ product    T4                                          │
    │                                                                                                    ││ zones      eu-west-1a eu-west-1b                       │
    │                                                                                                    ││ installed  2                                           │
    │                                                                                                    ││ wanted     2                                           │
    │                                                                                                    ││ max        2                                           │
    │                                                                                                    ││ arn        arn:aws:eks:eu-west-1:222222222222:nodegro… │
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
    ╰ 9 accounts  ◐ 1 reading ───────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_cluster_out_of_reach_says_why_and_holds_up_no_other() {
    let mut all = outside();
    let trouble = Arc::new(sample::unreachable());
    all.fail(&Query::Fleet(sample::cluster()), trouble);
    insta::assert_snapshot!(at_both_sizes(&Bench::new(all)), @"
    ╭ gpus(5) ───────────────────────────────────── [gpus] nodes pods demand fleet ╮
    │  H100         ────────────────  48 not looked into  2 nodes missing          │
    │  T4           ────────────────  6 not looked into                            │
    │                                                                              │
    │  POOL     STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK     ›│
    │▌ gpu      ● ok       dev-ml      T4        2           –      –       –      │
    │  gpu      ● ok       staging-ml  T4        2           –      –       –      │
    │  gpu      ● ok       prod-ml     T4        2           –      –       –      │
    │  h100     ▲ warning  prod-ml     H100     48           –      –       –      │
    │  prod-ml  ✖ failed  no route to prod-ml: no connection within 3 s            │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts  ✖ 1 failed ──────────────────────────────────────────────────────╯
    ╭ ● gpu  dev-ml  eu-west-1  DEV ───────────────────────────────────────────────╮
    │ ● ok                                                                         ┃
    │                                                                              │
    │ Capacity                                                                     │
    │ cluster    dev-ml  Kubernetes 1.31                                           │
    │ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge                       │
    │ sizes      min 0  desired 2  max 2                                           │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ gpus(5) ─────────────────────────────────────────────────────────── [gpus] nodes pods demand fleet ╮╭ ● gpu  dev-ml  eu-west-1  DEV ─────────────────────────╮
    │  H100         ────────────────  48 not looked into  2 nodes missing                                ││ ● ok                                                   │
    │  T4           ────────────────  6 not looked into                                                  ││                                                        │
    │                                                                                                    ││ Capacity                                               │
    │  POOL     STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK   WAITING   IDLE/H        ›││ cluster    dev-ml  Kubernetes 1.31                     │
    │▌ gpu      ● ok       dev-ml      T4        2           –      –       –         –        –         ││ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge │
    │  gpu      ● ok       staging-ml  T4        2           –      –       –         –        –         ││ sizes      min 0  desired 2  max 2                     │
    │  gpu      ● ok       prod-ml     T4        2           –      –       –         –        –         ││ each       1 × NVIDIA T4 per node, 16 GiB together     │
    │  h100     ▲ warning  prod-ml     H100     48           –      –       –         –        –         ││ GPUs       2, requests unknown                         │
    │  prod-ml  ✖ failed  no route to prod-ml: no connection within 3 s                                  ││                                                        │
    │                                                                                                    ││ Facts                                                  │
    │                                                                                                    ││ env        dev                                         │
    │                                                                                                    ││ cluster    dev-ml                                      │
    │                                                                                                    ││ gpu        T4                                          │
    │                                                                                                    ││ nodes      2                                           │
    │                                                                                                    ││ gpus       2                                           │
    │                                                                                                    ││ from       on-demand                                   │
    │                                                                                                    ││ account    dev-ml                                      │
    │                                                                                                    ││ region     eu-west-1                                   │
    │                                                                                                    ││ path       Environments/Dev                            │
    │                                                                                                    ││ pool       gpu                                         │
    │                                                                                                    ││ made by    node group                                  │
    │                                                                                                    ││ type       g4dn.xlarge                                 │
    │                                                                                                    ││ product    T4                                          │
    │                                                                                                    ││ zones      eu-west-1a eu-west-1b                       │
    │                                                                                                    ││ installed  2                                           │
    │                                                                                                    ││ wanted     2                                           │
    │                                                                                                    ││ max        2                                           │
    │                                                                                                    ││ arn        arn:aws:eks:eu-west-1:222222222222:nodegro… │
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
    ╰ 9 accounts  ✖ 1 failed ────────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_denied_cluster_is_told_apart_from_one_out_of_reach() {
    let mut all = outside();
    let trouble = Arc::new(sample::denied());
    all.fail(&Query::Fleet(sample::cluster()), trouble);
    insta::assert_snapshot!(at_both_sizes(&Bench::new(all)), @"
    ╭ gpus(5) ───────────────────────────────────── [gpus] nodes pods demand fleet ╮
    │  H100         ────────────────  48 not looked into  2 nodes missing          │
    │  T4           ────────────────  6 not looked into                            │
    │                                                                              │
    │  POOL     STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK     ›│
    │▌ gpu      ● ok       dev-ml      T4        2           –      –       –      │
    │  gpu      ● ok       staging-ml  T4        2           –      –       –      │
    │  gpu      ● ok       prod-ml     T4        2           –      –       –      │
    │  h100     ▲ warning  prod-ml     H100     48           –      –       –      │
    │  prod-ml  ⊘ denied  `sts:AssumeRole` is denied: not authorized               │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts  ⊘ 1 denied ──────────────────────────────────────────────────────╯
    ╭ ● gpu  dev-ml  eu-west-1  DEV ───────────────────────────────────────────────╮
    │ ● ok                                                                         ┃
    │                                                                              │
    │ Capacity                                                                     │
    │ cluster    dev-ml  Kubernetes 1.31                                           │
    │ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge                       │
    │ sizes      min 0  desired 2  max 2                                           │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ gpus(5) ─────────────────────────────────────────────────────────── [gpus] nodes pods demand fleet ╮╭ ● gpu  dev-ml  eu-west-1  DEV ─────────────────────────╮
    │  H100         ────────────────  48 not looked into  2 nodes missing                                ││ ● ok                                                   │
    │  T4           ────────────────  6 not looked into                                                  ││                                                        │
    │                                                                                                    ││ Capacity                                               │
    │  POOL     STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK   WAITING   IDLE/H        ›││ cluster    dev-ml  Kubernetes 1.31                     │
    │▌ gpu      ● ok       dev-ml      T4        2           –      –       –         –        –         ││ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge │
    │  gpu      ● ok       staging-ml  T4        2           –      –       –         –        –         ││ sizes      min 0  desired 2  max 2                     │
    │  gpu      ● ok       prod-ml     T4        2           –      –       –         –        –         ││ each       1 × NVIDIA T4 per node, 16 GiB together     │
    │  h100     ▲ warning  prod-ml     H100     48           –      –       –         –        –         ││ GPUs       2, requests unknown                         │
    │  prod-ml  ⊘ denied  `sts:AssumeRole` is denied: not authorized                                     ││                                                        │
    │                                                                                                    ││ Facts                                                  │
    │                                                                                                    ││ env        dev                                         │
    │                                                                                                    ││ cluster    dev-ml                                      │
    │                                                                                                    ││ gpu        T4                                          │
    │                                                                                                    ││ nodes      2                                           │
    │                                                                                                    ││ gpus       2                                           │
    │                                                                                                    ││ from       on-demand                                   │
    │                                                                                                    ││ account    dev-ml                                      │
    │                                                                                                    ││ region     eu-west-1                                   │
    │                                                                                                    ││ path       Environments/Dev                            │
    │                                                                                                    ││ pool       gpu                                         │
    │                                                                                                    ││ made by    node group                                  │
    │                                                                                                    ││ type       g4dn.xlarge                                 │
    │                                                                                                    ││ product    T4                                          │
    │                                                                                                    ││ zones      eu-west-1a eu-west-1b                       │
    │                                                                                                    ││ installed  2                                           │
    │                                                                                                    ││ wanted     2                                           │
    │                                                                                                    ││ max        2                                           │
    │                                                                                                    ││ arn        arn:aws:eks:eu-west-1:222222222222:nodegro… │
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
    ╰ 9 accounts  ⊘ 1 denied ────────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn accounts_that_are_not_read_are_counted_below() {
    insta::assert_snapshot!(at_both_sizes(&Bench::new(sample::partial())), @"
    ╭ gpus(5) ───────────────────────────────────── [gpus] nodes pods demand fleet ╮
    │  H100         ━━━━━━━━━━━━────   12 of 16 requested  4 idle  8 waited for    │
    │  T4           ────────────────  4 not looked into                            │
    │                                                                              │
    │  POOL     STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK     ›│
    │▌ gpu      ● ok       dev-ml      T4        2           –      –       –      │
    │  gpu      ● ok       staging-ml  T4        2           –      –       –      │
    │  h100     ▲ warning  prod-ml     H100     16          12      4       4      │
    │  prod-ml  ✖ failed  no route to prod-ml: no connection within 3 s            │
    │  prod-ml  ⊘ denied  `sts:AssumeRole` is denied: not authorized               │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 7 of 9 accounts  ◐ 1 reading  ⊘ 1 denied ────────────────────────────────────╯
    ╭ ● gpu  dev-ml  eu-west-1  DEV ───────────────────────────────────────────────╮
    │ ● ok                                                                         ┃
    │                                                                              │
    │ Capacity                                                                     │
    │ cluster    dev-ml  Kubernetes 1.31                                           │
    │ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge                       │
    │ sizes      min 0  desired 2  max 2                                           │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ gpus(5) ─────────────────────────────────────────────────────────── [gpus] nodes pods demand fleet ╮╭ ● gpu  dev-ml  eu-west-1  DEV ─────────────────────────╮
    │  H100         ━━━━━━━━━━━━────   12 of 16 requested  4 idle  8 waited for                          ││ ● ok                                                   │
    │  T4           ────────────────  4 not looked into                                                  ││                                                        │
    │                                                                                                    ││ Capacity                                               │
    │  POOL     STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK   WAITING   IDLE/H        ›││ cluster    dev-ml  Kubernetes 1.31                     │
    │▌ gpu      ● ok       dev-ml      T4        2           –      –       –         –        –         ││ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge │
    │  gpu      ● ok       staging-ml  T4        2           –      –       –         –        –         ││ sizes      min 0  desired 2  max 2                     │
    │  h100     ▲ warning  prod-ml     H100     16          12      4       4         8        –         ││ each       1 × NVIDIA T4 per node, 16 GiB together     │
    │  prod-ml  ✖ failed  no route to prod-ml: no connection within 3 s                                  ││ GPUs       2, requests unknown                         │
    │  prod-ml  ⊘ denied  `sts:AssumeRole` is denied: not authorized                                     ││                                                        │
    │                                                                                                    ││ Facts                                                  │
    │                                                                                                    ││ env        dev                                         │
    │                                                                                                    ││ cluster    dev-ml                                      │
    │                                                                                                    ││ gpu        T4                                          │
    │                                                                                                    ││ nodes      2                                           │
    │                                                                                                    ││ gpus       2                                           │
    │                                                                                                    ││ from       on-demand                                   │
    │                                                                                                    ││ account    dev-ml                                      │
    │                                                                                                    ││ region     eu-west-1                                   │
    │                                                                                                    ││ path       Environments/Dev                            │
    │                                                                                                    ││ pool       gpu                                         │
    │                                                                                                    ││ made by    node group                                  │
    │                                                                                                    ││ type       g4dn.xlarge                                 │
    │                                                                                                    ││ product    T4                                          │
    │                                                                                                    ││ zones      eu-west-1a eu-west-1b                       │
    │                                                                                                    ││ installed  2                                           │
    │                                                                                                    ││ wanted     2                                           │
    │                                                                                                    ││ max        2                                           │
    │                                                                                                    ││ arn        arn:aws:eks:eu-west-1:222222222222:nodegro… │
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
    ╰ 7 of 9 accounts  ◐ 1 reading  ⊘ 1 denied ──────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn old_figures_are_called_stale() {
    let mut bench = Bench::new(sample::inventory());
    bench.now += SignedDuration::from_hours(2);
    insta::assert_snapshot!(at_both_sizes(&bench), @"
    ╭ gpus(4) ───────────────────────────────────── [gpus] nodes pods demand fleet ╮
    │  H100         ━━━━━━━━━━━━────   12 of 16 requested  4 idle  8 waited for  6…│
    │  T4           ────────────────  6 not looked into                            │
    │                                                                              │
    │  POOL   STATE      CLUSTER     GPU    GPUS  REQUESTED   FREE  BLOCK  WAITING›│
    │▌ gpu    ● ok       dev-ml      T4        2          –      –      –        – │
    │  gpu    ● ok       staging-ml  T4        2          –      –      –        – │
    │  h100   ▲ warning  prod-ml     H100     16         12      4      4        8 │
    │  gpu    ● ok       prod-ml     T4        2          –      –      –        0 │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts  stale: 2 h old ──────────────────────────────────────────────────╯
    ╭ ● gpu  dev-ml  eu-west-1  DEV ───────────────────────────────────────────────╮
    │ ● ok                                                                         ┃
    │                                                                              │
    │ Capacity                                                                     │
    │ cluster    dev-ml  Kubernetes 1.31                                           │
    │ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge                       │
    │ sizes      min 0  desired 2  max 2                                           │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ gpus(4) ─────────────────────────────────────────────────────────── [gpus] nodes pods demand fleet ╮╭ ● gpu  dev-ml  eu-west-1  DEV ─────────────────────────╮
    │  H100         ━━━━━━━━━━━━────   12 of 16 requested  4 idle  8 waited for  6 nodes missing         ││ ● ok                                                   │
    │  T4           ────────────────  6 not looked into                                                  ││                                                        │
    │                                                                                                    ││ Capacity                                               │
    │  POOL   STATE      CLUSTER     GPU    GPUS   REQUESTED   FREE   BLOCK   WAITING   IDLE/H          ›││ cluster    dev-ml  Kubernetes 1.31                     │
    │▌ gpu    ● ok       dev-ml      T4        2           –      –       –         –        –           ││ nodes      ━━━━━━━━━━ 2 of 2 run, up to 2  g4dn.xlarge │
    │  gpu    ● ok       staging-ml  T4        2           –      –       –         –        –           ││ sizes      min 0  desired 2  max 2                     │
    │  h100   ▲ warning  prod-ml     H100     16          12      4       4         8        –           ││ each       1 × NVIDIA T4 per node, 16 GiB together     │
    │  gpu    ● ok       prod-ml     T4        2           –      –       –         0        –           ││ GPUs       2, requests unknown                         │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││ Facts                                                  │
    │                                                                                                    ││ env        dev                                         │
    │                                                                                                    ││ cluster    dev-ml                                      │
    │                                                                                                    ││ gpu        T4                                          │
    │                                                                                                    ││ nodes      2                                           │
    │                                                                                                    ││ gpus       2                                           │
    │                                                                                                    ││ from       on-demand                                   │
    │                                                                                                    ││ account    dev-ml                                      │
    │                                                                                                    ││ region     eu-west-1                                   │
    │                                                                                                    ││ path       Environments/Dev                            │
    │                                                                                                    ││ pool       gpu                                         │
    │                                                                                                    ││ made by    node group                                  │
    │                                                                                                    ││ type       g4dn.xlarge                                 │
    │                                                                                                    ││ product    T4                                          │
    │                                                                                                    ││ zones      eu-west-1a eu-west-1b                       │
    │                                                                                                    ││ installed  2                                           │
    │                                                                                                    ││ wanted     2                                           │
    │                                                                                                    ││ max        2                                           │
    │                                                                                                    ││ arn        arn:aws:eks:eu-west-1:222222222222:nodegro… │
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
    ╰ 9 accounts  stale: 2 h old ────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn an_organization_without_clusters_says_so_and_one_that_is_not_read_yet_as_well() {
    let mut all = outside();
    let places: Vec<_> = all.clusters.keys().cloned().collect();
    for place in places {
        let nothing = Loaded::Clusters(Arc::default());
        all.accept(&Query::Clusters(place), nothing, sample::now());
    }
    insta::assert_snapshot!(at_both_sizes(&Bench::new(all)), @"
    ╭ gpus(0) ───────────────────────────────────── [gpus] nodes pods demand fleet ╮
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                        ○ no gpus in these 9 accounts                         │
    │                `,` widens the scope, `R` picks other regions                 │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts ──────────────────────────────────────────────────────────────────╯
    ╭──────────────────────────────────────────────────────────────────────────────╮
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ gpus(0) ─────────────────────────────────────────────────────────── [gpus] nodes pods demand fleet ╮╭────────────────────────────────────────────────────────╮
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
    │                                   ○ no gpus in these 9 accounts                                    ││                                                        │
    │                           `,` widens the scope, `R` picks other regions                            ││                                                        │
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
    insta::assert_snapshot!(at_both_sizes(&Bench::new(Inventory::default())), @"
    ╭ gpus(0) ───────────────────────────────────── [gpus] nodes pods demand fleet ╮
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                         ◐ reading the organization…                          │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 0 accounts ──────────────────────────────────────────────────────────────────╯
    ╭──────────────────────────────────────────────────────────────────────────────╮
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ gpus(0) ─────────────────────────────────────────────────────────── [gpus] nodes pods demand fleet ╮╭────────────────────────────────────────────────────────╮
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
    │                                    ◐ reading the organization…                                     ││                                                        │
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
    ╰ 0 accounts ────────────────────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_pool_opens_to_its_nodes_their_pods_and_whose_they_are_and_back() {
    let bench = Bench::new(sample::inventory());
    let mut view = view();
    view.derive(&bench.desk());
    view.filter("h100", &bench.desk());
    assert_eq!(on(&view), "pool h100");
    act(&mut view, Verb::Open, &bench);
    assert_eq!(view.title(), "nodes(2/2) /cluster=prod-ml pool=h100");
    act(&mut view, Verb::Open, &bench);
    assert_eq!(view.title(), "pods(1/1) /cluster=prod-ml node=ip-10-22-1-7");
    assert_eq!(on(&view), "pod bert-0");
    let effects = act(&mut view, Verb::Open, &bench);
    let owner = Effect::Open {
        view: "workloads",
        filter: Some("cluster=prod-ml namespace=train type=Job name=bert".into()),
    };
    assert_eq!(effects[0], owner);
    assert_eq!(
        effects[2],
        Effect::Load(vec![Query::Contents(sample::cluster())])
    );
    act(&mut view, Verb::Back, &bench);
    assert_eq!(on(&view), "node ip-10-22-1-7");
    act(&mut view, Verb::Back, &bench);
    assert_eq!(view.title(), "gpus(1/4) /h100");
    assert_eq!(on(&view), "pool h100");
    assert!(view.act(&Verb::Back.into(), &bench.desk()).is_none());
}

#[test]
fn up_leads_from_a_pod_to_node_pool_cluster_account_and_units() {
    let bench = Bench::new(sample::inventory());
    let mut view = view();
    view.derive(&bench.desk());
    let form = Action {
        verb: Verb::NextForm,
        argument: Some("gpu_pods".into()),
    };
    view.act(&form, &bench.desk());
    let mut way = vec![on(&view)];
    for _ in 0..7 {
        act(&mut view, Verb::Ascend, &bench);
        way.push(on(&view));
    }
    insta::assert_snapshot!(way.join("\n"), @"
    pod bert-0
    node ip-10-22-1-7
    pool h100
    cluster prod-ml
    account prod-ml
    unit Prod
    unit Environments
    unit Root
    ");
    act(&mut view, Verb::Top, &bench);
    let effects = act(&mut view, Verb::Ascend, &bench);
    assert_eq!(effects, [Effect::Say("nothing is above this".into())]);
}

#[test]
fn what_a_found_cluster_needs_is_read_next_and_then_the_prices_of_its_nodes() {
    let bench = Bench::new(sample::inventory());
    let (view, desk) = (view(), bench.desk());
    let id = sample::cluster();
    let found = Query::Clusters(id.place.clone());
    assert_eq!(view.more(&found, &desk), [Query::Fleet(id.clone())]);
    let prices = view.more(&Query::Fleet(id.clone()), &desk);
    assert_eq!(prices, [Query::Price(id.place, "p5.48xlarge".into())]);
}
