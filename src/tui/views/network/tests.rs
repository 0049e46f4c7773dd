use std::sync::Arc;

use super::*;
use crate::model::{Gap, Trouble, TroubleKind};
use crate::tui::{testing::Bench, views::sample};

#[test]
fn lanes_show_which_way_is_missing() {
    let bench = Bench::new(sample::inventory());
    insta::assert_snapshot!(bench.drawn(&mut Network::default(), 80, 21), @r"
    ╭ 9 VPCs, 6 links, 1 problem ──────────── [lanes] matrix peerings vpcs subnets ╮
    │         ╭───────────────╮         ╭───────────────╮         ╭───────────────╮│
    │ PROD    │ prod-app      │●───────●│ prod-shared   │○one-way●│ prod-ml       ││
    │         │ 10.21.0.0/16  │         │ 10.20.0.0/16  │         │ 10.22.0.0/16  ││
    │         ╰───────────────╯         ╰───────────────╯         ╰───────────────╯│
    │         ╭───────────────╮         ╭───────────────╮         ╭───────────────╮│
    │ STAGING │ staging-app   │●───────●│ staging-shared│●───────●│ staging-ml    ││
    │         │ 10.11.0.0/16  │         │ 10.10.0.0/16  │         │ 10.12.0.0/16  ││
    │         ╰───────────────╯         ╰───────────────╯         ╰───────────────╯│
    │         ╭───────────────╮         ╭───────────────╮         ╭───────────────╮│
    │ DEV     │ dev-app       │●───────●│ dev-shared    │○pending○│ dev-ml        ││
    │         │ 10.1.0.0/16   │         │ 10.0.0.0/16   │         │ 10.2.0.0/16   ││
    │         ╰───────────────╯         ╰───────────────╯         ╰───────────────╯│
    ╰ 9 accounts ──────────────────────────────────────────────────────────────────╯
    ╭ prod-ml ⇄ prod-shared  pcx-021aa11bb22cc33 ──────────────────────────────────╮
    │ ▲ one-way  prod-shared has no route to prod-ml (10.22.0.0/16) in rtb-022     ┃
    │                                                                              ┃
    │ Routes                                                                       │
    │ prod-ml → prod-shared  ● routed  in rtb-021                                  │
    │ prod-shared → prod-ml  ○ MISSING  not in rtb-022                             │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn lanes_on_a_wide_screen_stand_beside_the_link_in_detail() {
    let bench = Bench::new(sample::inventory());
    insta::assert_snapshot!(bench.drawn(&mut Network::default(), 150, 20), @r"
    ╭ 9 VPCs, 6 links, 1 problem ────────────────────────────────── [lanes] matrix peerings vpcs subnets ╮╭ prod-ml ⇄ prod-shared  pcx-021aa11bb22cc33 ──╮
    │         ╭────────────────────╮            ╭────────────────────╮            ╭────────────────────╮ ││ ▲ one-way  prod-shared has no route to prod… │
    │ PROD    │ prod-app           │●──────────●│ prod-shared        │○╌one-way╌╌●│ prod-ml            │ ││                                              │
    │         │ 10.21.0.0/16       │            │ hub 10.20.0.0/16   │            │ 10.22.0.0/16       │ ││ Routes                                       │
    │         ╰────────────────────╯            ╰────────────────────╯            ╰────────────────────╯ ││ prod-ml → pro…  ● routed  in rtb-021         │
    │         ╭────────────────────╮            ╭────────────────────╮            ╭────────────────────╮ ││ prod-shared →…  ○ MISSING  not in rtb-022    │
    │ STAGING │ staging-app        │●──────────●│ staging-shared     │●──────────●│ staging-ml         │ ││                                              │
    │         │ 10.11.0.0/16       │            │ hub 10.10.0.0/16   │            │ 10.12.0.0/16       │ ││ Ends                                         │
    │         ╰────────────────────╯            ╰────────────────────╯            ╰────────────────────╯ ││ requester       prod-ml  10.22.0.0/16  prod… │
    │         ╭────────────────────╮            ╭────────────────────╮            ╭────────────────────╮ ││ accepter        prod-shared  10.20.0.0/16  … │
    │ DEV     │ dev-app            │●──────────●│ dev-shared         │○╌pending╌╌○│ dev-ml             │ ││ name            prod-ml                      │
    │         │ 10.1.0.0/16        │            │ hub 10.0.0.0/16    │            │ 10.2.0.0/16        │ ││                                              │
    │         ╰────────────────────╯            ╰────────────────────╯            ╰────────────────────╯ ││                                              │
    │                                                                                                    ││                                              │
    │                                                                                                    ││                                              │
    │                                                                                                    ││                                              │
    │                                                                                                    ││                                              │
    │                                                                                                    ││                                              │
    │                                                                                                    ││                                              │
    ╰ 9 accounts ────────────────────────────────────────────────────────────────────────────────────────╯╰──────────────────────────────────────────────╯
    ");
}

#[test]
fn the_matrix_says_it_in_letters() {
    let bench = Bench::new(sample::inventory());
    let mut network = Network::default();
    network.derive(&bench.desk());
    network.act(&Verb::NextForm.into(), &bench.desk());
    insta::assert_snapshot!(bench.drawn(&mut network, 80, 21), @r"
    ╭ 9 VPCs, 6 links, 1 problem ──────────── lanes [matrix] peerings vpcs subnets ╮
    │                 da  dm  ds  sa  sm  ss  pa  pm  ps                           │
    │ dev-app          ·       =                                                   │
    │ dev-ml               ·   ~                                                   │
    │ dev-shared       =   ~   ·                                                   │
    │ staging-app                  ·       =                                       │
    │ staging-ml                       ·   =                                       │
    │ staging-shared               =   =   ·                                       │
    │ prod-app                                 ·       =                           │
    │ prod-ml                                      ·   !                           │
    │ prod-shared                              =   !   ·                           │
    │                                                                              │
    │ = ok ! one-way 0 no route x black hole ~ pending % overlap f failed ? unknow…│
    ╰ 9 accounts ──────────────────────────────────────────────────────────────────╯
    ╭ dev-app  vpc-000a1b2c3d4e5f6 ────────────────────────────────────────────────╮
    │ Links                                                                        ┃
    │ ● dev-shared  ok                                                             ┃
    │                                                                              ┃
    │ VPC                                                                          │
    │ blocks   10.1.0.0/16                                                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn an_account_that_was_not_read_leaves_its_end_unknown() {
    let bench = Bench::new(sample::partial());
    insta::assert_snapshot!(bench.drawn(&mut Network::default(), 80, 21), @r"
    ╭ 9 VPCs, 6 links, 1 problem ──────────── [lanes] matrix peerings vpcs subnets ╮
    │         ╭───────────────╮         ╭───────────────╮         ╭───────────────╮│
    │ PROD    │ prod-app      │●───────●│ prod-shared   │○one-way?│ vpc-021a1b2c3…││
    │         │ 10.21.0.0/16  │         │ 10.20.0.0/16  │         │ ? 10.22.0.0/16││
    │         ╰───────────────╯         ╰───────────────╯         ╰───────────────╯│
    │         ╭───────────────╮         ╭───────────────╮         ╭───────────────╮│
    │ STAGING │ staging-app   │●───────●│ staging-shared│●───────●│ staging-ml    ││
    │         │ 10.11.0.0/16  │         │ 10.10.0.0/16  │         │ 10.12.0.0/16  ││
    │         ╰───────────────╯         ╰───────────────╯         ╰───────────────╯│
    │         ╭───────────────╮         ╭───────────────╮         ╭───────────────╮│
    │ DEV     │ vpc-000a1b2c3…│?unknown●│ dev-shared    │○pending○│ dev-ml        ││
    │         │ ? 10.1.0.0/16 │         │ 10.0.0.0/16   │         │ 10.2.0.0/16   ││
    │         ╰───────────────╯         ╰───────────────╯         ╰───────────────╯│
    ╰ 7 of 9 accounts  ◐ 1 reading  ⊘ 1 denied ────────────────────────────────────╯
    ╭ vpc-021a1b2c3d4e5f6 ⇄ prod-shared  pcx-021aa11bb22cc33 ──────────────────────╮
    │ ▲ one-way  prod-shared has no route to vpc-021a1b2c3d4e5f6 (10.22.0.0/16) i… ┃
    │                                                                              ┃
    │ Routes                                                                       │
    │ vpc-021a1b2c3d4e5f6 → pr…  ? unknown: this account could not be read         │
    │ prod-shared → vpc-021a1b…  ○ MISSING  not in rtb-022                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn the_cursor_begins_on_the_worst_link_and_walks_over_boxes_and_links() {
    let bench = Bench::new(sample::inventory());
    let desk = bench.desk();
    let mut network = Network::default();
    network.derive(&desk);
    let selected = |network: &Network| network.selected().map(|object| object.name);
    assert_eq!(selected(&network).as_deref(), Some("prod-ml ⇄ prod-shared"));
    network.act(&Verb::Right.into(), &desk);
    assert_eq!(selected(&network).as_deref(), Some("prod-ml"));
    network.act(&Verb::Down.into(), &desk);
    assert_eq!(selected(&network).as_deref(), Some("staging-ml"));
    network.act(&Verb::Left.into(), &desk);
    network.act(&Verb::Left.into(), &desk);
    assert_eq!(selected(&network).as_deref(), Some("staging-shared"));
    network.derive(&desk);
    assert_eq!(selected(&network).as_deref(), Some("staging-shared"));
    network.filter("dev", &desk);
    assert!(network.title().starts_with("3 VPCs, 2 links"));
}

#[test]
fn what_was_read_in_part_says_so_in_every_form() {
    let mut inventory = sample::inventory();
    let place = crate::model::Place::new(sample::account(8), sample::HOME);
    let mut read = inventory.networks[&place]
        .value()
        .expect("read")
        .as_ref()
        .clone();
    let denied = Trouble {
        kind: TroubleKind::Denied,
        message: "ec2:DescribeNetworkAcls is denied".into(),
        hint: None,
    };
    read.gaps = vec![Gap {
        action: "ec2:DescribeNetworkAcls".into(),
        trouble: denied,
    }];
    inventory.accept(
        &Query::Network(place),
        crate::inventory::Loaded::Network(Arc::new(read)),
        sample::now(),
    );
    let bench = Bench::new(inventory);
    let mut network = Network::default();
    for form in 0..5 {
        network.derive(&bench.desk());
        // The sample has no subnets.
        while (2..4).contains(&form)
            && network
                .selected()
                .is_none_or(|object| object.account != Some(sample::account(8)))
        {
            let before = network.selected();
            network.act(&Verb::Down.into(), &bench.desk());
            assert_ne!(network.selected(), before, "form {form} lists the account");
        }
        let drawn = bench.drawn(&mut network, 160, 40);
        assert!(
            drawn.contains("9 accounts  ▲ 1 in part"),
            "form {form}:\n{drawn}"
        );
        // The lanes begin on the one-way link of that very account; the matrix elsewhere.
        if form != 1 && form != 4 {
            assert!(
                drawn.contains("ec2:DescribeNetworkAcls is denied"),
                "form {form}:\n{drawn}"
            );
        }
        network.act(&Verb::NextForm.into(), &bench.desk());
    }
}
