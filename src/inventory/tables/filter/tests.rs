use jiff::SignedDuration;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::{
    inventory::tables::{Cell, Column, ColumnKind, Object, Row, Table},
    model::{EnvironmentClass, Health, Region, State, Tags},
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

const TABLE: Table = Table {
    name: "things",
    columns: &[
        Column::new("name", "NAME", ColumnKind::Text, 10),
        Column::new("state", "STATE", ColumnKind::State, 10),
        Column::new("gpus", "GPUS", ColumnKind::Number, 5),
        Column::new("cost", "COST", ColumnKind::Money, 8),
        Column::new("size", "SIZE", ColumnKind::Bytes, 8),
        Column::new("created", "AGE", ColumnKind::Age, 8),
    ],
    rows: |_, _| Vec::new(),
};

fn row(name: &str, gpus: Cell, days: i64) -> Row {
    let created = NOW - SignedDuration::from_hours(24 * days);
    Row {
        object: Object {
            kind: "thing",
            account: "111122223333".parse().ok(),
            region: Some(Region::from("eu-west-1")),
            id: format!("thing-{name}"),
            name: name.into(),
            arn: None,
        },
        class: EnvironmentClass::Prod,
        health: Health::ok(),
        cells: vec![
            name.into(),
            Cell::State(State::Ok),
            gpus,
            Cell::Money(Decimal::new(12_050, 2), "USD".into()),
            Cell::Bytes(2 << 30),
            Cell::At(created),
        ],
        tags: Tags::from([("team".into(), "ML".into())]),
        depth: 0,
    }
}

fn holds(filter: &str) -> bool {
    let filter = Filter::parse(filter, &TABLE).expect(filter);
    filter
        .matches(&row("prod-ml", Cell::Number(8), 3), NOW)
        .is_some()
}

fn wrong(filter: &str) -> String {
    Filter::parse(filter, &TABLE).expect_err(filter).to_string()
}

#[test]
fn the_grammar_says_what_it_says() {
    for yes in [
        "",
        "prod",
        "PROD ml",
        "pml",
        "!staging",
        "name=prod-ml",
        "name=prod-*",
        "name!=x",
        "gpus>4",
        "gpus>=8",
        "gpus<=8",
        "gpus=8",
        "gpus!=7",
        "cost>100",
        "cost<$0.2k",
        "size>=2GiB",
        "age>2d",
        "age<1w",
        "created<1969-12-31",
        "tag:team=ml",
        "tag:team",
        "!tag:owner",
        "tag:owner!=x",
        "state=ok",
        "env=prod",
        "region=eu-*",
        "account=111122223333",
        "111122223333",
        "kind=thing",
        "\"prod-ml\"",
        "!name=\"prod ml\"",
        "thing-prod",
    ] {
        assert!(holds(yes), "{yes}");
    }
    for no in [
        "staging",
        "!prod",
        "name=prod",
        "gpus>8",
        "gpus<8",
        "cost>121",
        "cost<100",
        "size<2GiB",
        "age<2d",
        "tag:team=web",
        "!tag:team",
        "tag:owner=x",
        "prod gpus>8",
        "gpus=?",
        "\"prod ml\"",
    ] {
        assert!(!holds(no), "{no}");
    }
}

#[test]
fn what_is_unknown_is_neither_more_nor_less() {
    let unknown = row("x", Cell::Unknown, 0);
    let passes = |filter: &str| {
        let filter = Filter::parse(filter, &TABLE).expect(filter);
        filter.matches(&unknown, NOW).is_some()
    };
    assert!(!passes("gpus<1") && !passes("gpus>=0") && !passes("gpus=0"));
    assert!(passes("gpus=?") && passes("gpus!=0"));
}

#[test]
fn a_filter_that_cannot_be_read_says_what_and_where() {
    insta::assert_snapshot!(wrong("prod gpu>4"), @"filter, at 6: no field `gpu` here; do you mean `gpus`?");
    insta::assert_snapshot!(wrong("weight=1"), @"filter, at 1: no field `weight` here; there are: name, state, gpus, cost, size, created");
    insta::assert_snapshot!(wrong("gpus>many"), @"filter, at 6: `many` is no value to compare with; write it as 4, 1.5k, 80%");
    insta::assert_snapshot!(wrong("age<2"), @"filter, at 5: `2` is no value to compare with; write it as 2d, 90min, 2026-01-15");
    insta::assert_snapshot!(wrong("gpus>"), @"filter, at 1: `gpus>` waits for a value");
    insta::assert_snapshot!(wrong("a !"), @"filter, at 3: `!` turns a term round: write it before one");
    insta::assert_snapshot!(wrong("a \"b c"), @"filter, at 3: this quote is not closed");
}

#[test]
fn matching_characters_are_told_per_cell() {
    let filter = Filter::parse("pml od", &TABLE).expect("a filter");
    let found = filter.matches(&row("prod-ml", Cell::Unknown, 0), NOW);
    assert_eq!(found.expect("a match").cells, [(0, vec![0, 2, 3, 5, 6])]);
}

#[test]
fn in_a_tree_what_stands_above_a_match_stays() {
    let names = [
        ("root", 0),
        ("prod", 1),
        ("prod-ml", 2),
        ("dev", 1),
        ("dev-ml", 2),
        ("end", 1),
    ];
    let rows: Vec<Row> = names
        .iter()
        .map(|(name, depth)| Row {
            depth: *depth,
            ..row(name, Cell::Unknown, 0)
        })
        .collect();
    let filter = Filter::parse("name=dev-ml", &TABLE).expect("a filter");
    let kept: Vec<usize> = filter
        .narrow(&rows, NOW)
        .into_iter()
        .map(|(index, _)| index)
        .collect();
    assert_eq!(kept, [0, 3, 4]);
}

proptest! {
    #[test]
    fn whatever_is_typed_is_read_or_refused(text in "[a-z!=<>\"*:. 0-9é$-]{0,24}") {
        if let Ok(filter) = Filter::parse(&text, &TABLE) {
            let row = row("prod-ml", Cell::Number(8), 3);
            let _ = filter.matches(&row, NOW);
        }
    }

    #[test]
    fn a_term_and_its_opposite_never_both_hold(text in "[a-z]{1,4}(=|>|<)?[a-z0-9]{0,3}") {
        let opposite = format!("!{text}");
        if let (Ok(one), Ok(other)) = (Filter::parse(&text, &TABLE), Filter::parse(&opposite, &TABLE)) {
            let row = row("prod-ml", Cell::Number(8), 3);
            prop_assert_ne!(one.matches(&row, NOW).is_some(), other.matches(&row, NOW).is_some());
        }
    }
}
