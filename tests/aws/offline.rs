//! What lists have read of a live organization is there without a network, in the deck as well.

use std::fs;

use super::moto;
use crate::support::{Home, deck::Deck};

#[test]
fn a_list_that_was_read_once_is_printed_offline_and_the_deck_opens_on_it() {
    let home = Home::new();
    let file = moto::shared().options().config_file.expect("a file");
    let profile = fs::read_to_string(file).expect("a profile");
    fs::write(home.path().join("aws-config"), &profile).expect("written");
    let list = ["--profile", "moto", "clusters", "--output", "csv"];
    let read = home.printed(0, &list);
    assert!(read.lines().count() > 1, "{read}");

    // Where the server was there is nothing now.
    let gone = profile.replace(
        "endpoint_url = http://127.0.0.1:",
        "endpoint_url = http://127.0.0.2:",
    );
    fs::write(home.path().join("aws-config"), gone).expect("written");
    let offline = [&list[..], &["--offline"]].concat();
    assert_eq!(home.printed(0, &offline), read);

    let mut deck = Deck::start_in(home, &["--profile", "moto", "--offline"], (100, 30), &[]);
    deck.press("gk");
    let name = read.lines().nth(1).expect("a row");
    let name = name.split(',').nth(1).expect("a name");
    deck.wait_for(name);
    deck.press("q");
    assert!(deck.ended().success());
}

#[test]
fn what_was_never_read_is_told_offline_with_the_way_out() {
    let home = Home::new();
    let file = moto::shared().options().config_file.expect("a file");
    fs::copy(file, home.path().join("aws-config")).expect("copied");
    let output = home.run(&["--profile", "moto", "--offline", "tree"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("never read before"), "{said}");
    assert!(said.contains("--offline"), "{said}");
}
