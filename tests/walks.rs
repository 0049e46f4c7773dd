//! A few walks through the real program. What a view shows is tested beside the view.

use crate::support::{Home, deck::Deck};

const DEMO: &[&str] = &["--demo", "--demo-clock", "2026-01-15T10:00:00Z"];

#[test]
fn the_organization_opens_every_view_is_two_keys_away_and_q_leaves() {
    let mut deck = Deck::start(DEMO);
    deck.wait_for("prod-ml");
    for (keys, seen) in [
        ("gn", "VPC"),
        ("gk", "prod-ml-1"),
        ("gu", "H100"),
        ("gw", "WORKLOAD"),
        ("gv", "BACKUP"),
        ("gb", "RPO"),
        ("gz", "shop."),
        ("gr", "uns"),
        ("gh", "prod-ml"),
    ] {
        deck.press(keys);
        deck.wait_for(seen);
    }
    deck.press("q");
    assert!(deck.ended().success());
    assert!(deck.is_restored(), "{}", deck.screen());
}

#[test]
fn the_palette_finds_a_view_by_a_few_letters() {
    let mut deck = Deck::start(DEMO);
    deck.wait_for("prod-ml");
    deck.press(":");
    deck.press("gpu");
    deck.wait_for("gpu");
    deck.press("\r");
    deck.wait_for("H100");
}

#[test]
fn the_terminal_is_as_it_was_after_every_signal_that_ends_the_deck() {
    for (signal, code) in [("TERM", 143), ("HUP", 129)] {
        let mut deck = Deck::start(DEMO);
        deck.wait_for("prod-ml");
        deck.signal(signal);
        assert_eq!(deck.ended().exit_code(), code, "{signal}");
        assert!(deck.is_restored(), "{signal}: {}", deck.screen());
    }
}

#[test]
fn any_size_is_drawn_and_one_that_is_too_small_says_so() {
    let mut deck = Deck::start(DEMO);
    deck.wait_for("prod-ml");
    deck.resize(30, 8);
    deck.wait_for("40");
    deck.resize(160, 45);
    deck.wait_for("Findings");
    deck.resize(80, 24);
    deck.wait_for("prod-ml");
    deck.press("q");
    assert!(deck.ended().success());
}

#[test]
fn without_colour_the_selection_is_still_seen() {
    let mut deck = Deck::start_in(Home::new(), DEMO, (80, 24), &[("NO_COLOR", "1")]);
    deck.wait_for("prod-ml");
    let written = deck.bytes();
    let coloured = written
        .windows(5)
        .any(|window| window == b"\x1b[38;" || window == b"\x1b[48;");
    assert!(!coloured, "colours in spite of NO_COLOR");
    let emphasised = written
        .windows(4)
        .any(|window| window == b"\x1b[7m" || window == b"\x1b[1m");
    assert!(emphasised, "nothing tells the selection apart");
    deck.press("q");
    assert!(deck.ended().success());
}

#[test]
fn a_paste_of_several_lines_confirms_and_runs_nothing() {
    let mut deck = Deck::start(DEMO);
    deck.wait_for("prod-ml");
    deck.paste("y\nprod\ny\n");
    deck.press("gh");
    deck.wait_for("prod-ml");
    let runs = deck
        .home
        .printed(0, &["runs", "list", "--demo", "--output", "json"]);
    assert!(runs.contains("\"items\": []"), "{runs}");
}
