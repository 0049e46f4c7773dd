//! The deck on an organization in which one account refuses and one endpoint never answers.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    forward::{Forward, Which},
    moto::shared,
    operator::Operator,
};
use crate::support::deck::Deck;

/// What a key may take on a busy machine; what hangs is waited for six times as long.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Presses `keys` and sees what they lead to, at once.
fn answers(deck: &mut Deck, keys: &str, seen: impl Fn(&str) -> bool) {
    let pressed = Instant::now();
    deck.press(keys);
    deck.wait_until(&format!("what {keys:?} leads to"), seen);
    let took = pressed.elapsed();
    assert!(took < AT_ONCE, "{keys:?} took {took:?}");
}

#[test]
fn one_account_that_refuses_and_one_endpoint_that_hangs_hold_up_nothing_else() {
    let moto = shared();
    let forward = Forward::before(moto);
    let silent = Which::service("eks").account(moto.account("staging-app"));
    forward.deny(Which::entering(moto.account("dev-ml")));
    forward.hang(silent.clone());
    let operator = Operator::at(forward.endpoint(), None);
    operator.settings(
        "[aws]\nprofile = \"moto\"\nregions = [\"eu-west-1\"]\nrequest_timeout = \"4s\"\n",
    );
    let variables = Operator::variables();
    let variables = variables
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let mut deck = Deck::start_in(operator.home, &[], (180, 36), &variables);
    deck.wait_for("ENDPOINT OVERRIDE");
    deck.wait_for("prod-ml");
    while forward.count(&silent) == 0 {
        thread::park_timeout(Duration::from_millis(5));
    }

    // While one hangs, the deck answers and shows the rest.
    answers(&mut deck, "gk", |screen| screen.contains("CLUSTER"));
    let rest = ["prod-app", "prod-ml", "staging-ml", "dev-app"];
    deck.wait_until("the clusters of the rest", |screen| {
        let of_table = screen.lines().filter(|line| line.contains("● ok"));
        let rows: Vec<&str> = of_table.collect();
        rest.iter()
            .all(|name| rows.iter().any(|row| row.contains(name)))
    });
    answers(&mut deck, "?", |screen| screen.contains("Move down"));
    answers(&mut deck, "\x1b", |screen| !screen.contains("Move down"));
    assert!(!deck.screen().contains("✖ failed"), "it was not waited for");

    // Two rows say why, and no other.
    let says = |name: &'static str, words: &'static [&'static str]| {
        move |screen: &str| {
            let mut rows = screen.lines().filter(|line| line.contains(name));
            rows.any(|row| words.iter().all(|word| row.contains(word)))
        }
    };
    deck.wait_until(
        "why dev-ml is grey",
        says("dev-ml", &["⊘ denied", "AssumeRole"]),
    );
    deck.wait_until(
        "that staging-app failed",
        says("staging-app", &["✖ failed"]),
    );
    deck.wait_for("8 of 10 accounts  ⊘ 1 denied  ✖ 1 failed");
    answers(&mut deck, "/staging-app\r", |screen| {
        screen.contains("eks does not answer")
    });

    // What answers again is there again.
    forward.heal();
    deck.press("r");
    deck.wait_until("staging-app", says("staging-app", &["● ok", "1.33"]));

    let asked = forward.count(&silent);
    assert!(asked <= 12, "{asked} requests to an endpoint that hung");
    deck.press("q");
    assert!(deck.ended().success());
}
