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

#[test]
fn without_credentials_the_deck_asks_what_to_open_and_esc_leaves() {
    let mut deck = Deck::start(&[]);
    deck.wait_for("Nothing says which AWS identity to use");
    assert!(!deck.screen().contains("DEMO"), "{}", deck.screen());
    deck.press("\x1b");
    assert!(deck.ended().success());
    let mut deck = Deck::start(&[]);
    deck.wait_for("esc leaves");
    deck.press("\r");
    deck.wait_for("DEMO");
    deck.wait_for("prod-ml");
}

#[test]
fn without_a_terminal_the_deck_says_so_and_what_to_use_instead() {
    let output = Home::new().run(&[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("needs a terminal"), "{said}");
    assert!(said.contains("awsdeck tree"), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn stopped_by_ctrl_z_the_terminal_is_the_shells_and_going_on_draws_anew() {
    let mut deck = Deck::start(DEMO);
    deck.wait_for("prod-ml");
    deck.press("\x1a");
    deck.wait_until_restored();
    deck.signal("CONT");
    deck.wait_for("prod-ml");
    deck.press("gn");
    deck.wait_for("VPC");
    deck.press("q");
    assert!(deck.ended().success());
}

#[test]
fn a_terminal_without_unicode_and_one_that_is_listened_to_get_plain_signs() {
    for (flags, locale) in [(&[][..], "C"), (&["--plain"], "C.UTF-8")] {
        let arguments = [DEMO, flags].concat();
        let variables = [("LANG", locale), ("LC_ALL", locale)];
        let mut deck = Deck::start_in(Home::new(), &arguments, (80, 24), &variables);
        deck.wait_for("prod-ml");
        for (keys, seen) in [("gn", "prod-app"), ("gu", "H100"), ("gc", "prod-ml")] {
            deck.press(keys);
            deck.wait_for(seen);
        }
        let odd: String = deck
            .screen()
            .chars()
            .filter(|sign| !sign.is_ascii())
            .collect();
        assert_eq!(odd, "", "{flags:?}");
        deck.press("q");
        assert!(deck.ended().success());
    }
}
