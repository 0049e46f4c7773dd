use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::{
    inventory::{
        Inventory, Loaded, Query,
        fixture::{self, id},
    },
    model::{
        Place,
        network::{Network, Vpc},
    },
};

const LONG: Duration = Duration::from_mins(1);

fn index(names: &[String]) -> Index {
    let mut builder = Builder::default();
    for name in names {
        builder.add("thing", None, None, (name, name));
    }
    builder.index
}

fn found(index: &Index, query: &str) -> Vec<u32> {
    let mut search = Search::new(index, query, 10);
    assert!(search.step(index, LONG));
    search.survivors().to_vec()
}

/// The rule in its plainest form: each word is a subsequence, in either case.
fn plain(names: &[String], query: &str) -> Vec<u32> {
    let lower = |text: &str| {
        text.chars()
            .map(nucleo_matcher::chars::to_lower_case)
            .collect::<Vec<_>>()
    };
    let is_in = |word: &str, name: &str| {
        let mut name = lower(name).into_iter();
        lower(word)
            .into_iter()
            .all(|wanted| name.any(|char| char == wanted))
    };
    let matches = |name: &String| query.split_whitespace().all(|word| is_in(word, name));
    let numbered = names.iter().enumerate().filter(|(_, name)| matches(name));
    numbered
        .map(|(at, _)| u32::try_from(at).expect("few"))
        .collect()
}

proptest! {
    #[test]
    fn the_index_finds_what_the_plain_rule_finds(
        names in prop::collection::vec("[a-cA-C0-1_/é Ω-]{0,12}", 0..40),
        query in "[a-cA-C01é /-]{0,5}",
    ) {
        prop_assert_eq!(found(&index(&names), &query), plain(&names, &query));
    }

    #[test]
    fn narrowing_letter_by_letter_finds_the_same_as_asking_at_once(
        names in prop::collection::vec("[a-c0-1/-]{0,12}", 0..40),
        query in "[a-c01 /-]{1,6}",
    ) {
        let index = index(&names);
        let mut search = Search::new(&index, "", 10);
        search.step(&index, LONG);
        for end in 1..=query.len() {
            search = search.then(&index, &query[..end]);
            search.step(&index, LONG);
        }
        prop_assert_eq!(search.survivors(), plain(&names, &query));
        let mut again = Search::new(&index, &query, 10);
        again.step(&index, LONG);
        prop_assert_eq!(search.hits(), again.hits());
    }
}

#[test]
fn a_search_goes_on_slice_by_slice_and_ends_with_the_same_best() {
    let names: Vec<String> = (0..10_000).map(|at| format!("prod-ml-{at:04}")).collect();
    let index = index(&names);
    let mut partial = Search::new(&index, "pml42", 5);
    let mut slices = 0;
    while !partial.step(&index, Duration::ZERO) {
        slices += 1;
        assert!(partial.hits().len() <= 5);
    }
    assert_eq!(slices, 10_000_usize.div_ceil(1024) - 1);
    let mut whole = Search::new(&index, "pml42", 10_000);
    assert!(whole.step(&index, LONG));
    assert_eq!(partial.hits(), whole.hits()[..5]);
    assert_eq!(partial.matched(), whole.hits().len());
}

#[test]
fn an_empty_query_shows_the_first_and_a_shorter_one_starts_over() {
    let names: Vec<String> = ["b", "ab", "a"].map(String::from).to_vec();
    let index = index(&names);
    let mut search = Search::new(&index, "ab", 2);
    search.step(&index, LONG);
    assert_eq!(search.matched(), 1);
    let mut search = search.then(&index, "");
    search.step(&index, LONG);
    let order: Vec<usize> = search.hits().iter().map(|hit| hit.entry).collect();
    assert_eq!(order, [0, 1]);
}

#[test]
fn objects_come_back_as_they_went_in() {
    let mut inventory = Inventory::new(vec!["eu-west-1".into()]);
    let at = Timestamp::UNIX_EPOCH;
    let organization = Loaded::Organization(fixture::organization(3).into());
    inventory.accept(&Query::Organization, organization, at);
    let place = Place::new(id(2), "eu-west-1");
    let vpc = Vpc {
        id: "vpc-1".into(),
        name: Some("größe".into()),
        cidrs: Vec::new(),
        state: "available".into(),
        default: false,
        owner: id(2),
        dns_support: None,
        dns_hostnames: None,
        tags: crate::model::Tags::new(),
    };
    let network = Network {
        vpcs: vec![vpc],
        ..Network::empty(place.clone())
    };
    inventory.accept(
        &Query::Network(place.clone()),
        Loaded::Network(network.into()),
        at,
    );
    let index = Index::of(&inventory);
    assert_eq!(index.len(), 3 + 4 + 1);
    assert_eq!(index.version(), inventory.version);
    let mut search = Search::new(&index, "vpc acme-00002 west", 3);
    search.step(&index, LONG);
    let [hit] = search.hits()[..] else {
        panic!("one hit")
    };
    let object = index.object(hit.entry);
    assert_eq!(
        (object.kind, object.id.as_str(), object.name.as_str()),
        ("vpc", "vpc-1", "größe")
    );
    assert_eq!(
        (object.account, object.region),
        (Some(id(2)), Some(place.region))
    );
    let account = index.object(found(&index, "acme-00003")[0] as usize);
    assert_eq!(
        (account.kind, account.id.as_str()),
        ("account", "000000000003")
    );
}
