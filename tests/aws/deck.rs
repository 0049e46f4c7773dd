//! Signing in from the deck, on a terminal, judged by what is on screen and what reaches STS.

use std::{fs, os::unix::fs::PermissionsExt};

use super::{
    environment::{PROFILES, portal, sso_token},
    recorder::{Answer, Recorder, Seen, refusal, sts},
};
use crate::support::{Home, deck::Deck};

const VALID: &str = "2099-01-01T00:00:00Z";
const EXPIRED: &str = "2020-01-01T00:00:00Z";
const SIZE: (u16, u16) = (100, 30);
const ANN: &str = "arn:aws:iam::111122223333:user/ann";

fn deck(home: Home, recorder: &Recorder, profile: &str) -> Deck {
    let path = format!(
        "{}:{}",
        home.path().join("bin").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let url = recorder.url();
    let variables = [
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("AWS_PROFILE", profile),
        ("PATH", path.as_str()),
    ];
    Deck::start_in(home, &[], SIZE, &variables)
}

/// A home with these profiles; `{url}` in them needs no replacing, the environment has it.
fn home(profiles: &str) -> Home {
    let home = Home::new();
    fs::write(home.path().join("aws-config"), profiles).expect("written");
    home
}

/// A program called `aws` that does what `script` says.
fn aws_cli(home: &Home, script: &str) {
    let folder = home.path().join("bin");
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("aws");
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("executable");
}

fn is_ann(deck: &mut Deck) {
    deck.wait_until("the badge is gone", |screen| !screen.contains("SIGNED OUT"));
    deck.press("i");
    deck.wait_for(ANN);
}

#[test]
fn the_sign_in_command_has_the_terminal_and_the_deck_reads_again_afterwards() {
    let home = home(PROFILES);
    sso_token(&home, EXPIRED);
    let token = home
        .path()
        .join("home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    let fresh = home.path().join("fresh.json");
    let expired = fs::read_to_string(&token).expect("a token");
    fs::write(&fresh, expired.replace(EXPIRED, VALID)).expect("written");
    // It asks, as a login may: the keys that answer must not go to the deck.
    aws_cli(
        &home,
        &format!(
            "echo \"$@\"; printf 'go on? '; read answer; [ \"$answer\" = yes ] && cat '{}' > '{}'",
            fresh.display(),
            token.display()
        ),
    );
    let recorder = Recorder::start(portal);
    let mut deck = deck(home, &recorder, "hub");
    deck.wait_for("SIGNED OUT");
    deck.press("L");
    deck.wait_for("sso login --sso-session corp");
    deck.wait_for("go on?");
    assert!(deck.is_restored(), "the command sees a plain terminal");
    deck.press("yes\n");
    deck.wait_for("is done");
    is_ann(&mut deck);
    deck.wait_for("IAM Identity Center corp, Hub in 111122223333");
    deck.press("qq");
    assert!(deck.ended().success());
}

#[test]
fn a_login_in_another_terminal_is_noticed() {
    let home = home(PROFILES);
    sso_token(&home, EXPIRED);
    let recorder = Recorder::start(portal);
    let mut deck = deck(home, &recorder, "hub");
    deck.wait_for("SIGNED OUT");
    sso_token(&deck.home, VALID);
    is_ann(&mut deck);
}

const MFA: &str = "[profile base]\nregion = eu-west-1\naws_access_key_id = AKIABASE\n\
    aws_secret_access_key = planted\n\
    [profile admin]\nregion = eu-west-1\nsource_profile = base\n\
    role_arn = arn:aws:iam::111122223333:role/Admin\n\
    mfa_serial = arn:aws:iam::111122223333:mfa/ann\n";

fn only_code(seen: &Seen) -> Answer {
    match seen.parameter("TokenCode") {
        Some(code) if code != "222222" => refusal(
            403,
            "AccessDenied",
            "MultiFactorAuthentication failed with invalid MFA one time pass code.",
        ),
        _ => sts(seen),
    }
}

#[test]
fn a_code_is_asked_for_in_the_deck_masked_and_a_wrong_one_again_with_the_reason() {
    let recorder = Recorder::start(only_code);
    let mut deck = deck(home(MFA), &recorder, "admin");
    deck.wait_for("arn:aws:iam::111122223333:mfa/ann");
    deck.press("111111");
    deck.wait_for("••••••");
    assert!(!deck.screen().contains("111111"), "{}", deck.screen());
    deck.press("\r");
    deck.wait_for("that code did not work");
    deck.press("222222\r");
    is_ann(&mut deck);
    let assumed = recorder.calls("AssumeRole");
    let coded = |seen: &&Seen| seen.parameter("TokenCode").as_deref() == Some("222222");
    assert_eq!(assumed.iter().filter(coded).count(), 1, "asked for once");
}

#[test]
fn giving_up_on_the_code_leaves_the_deck_as_it_is_and_signing_in_asks_again() {
    let recorder = Recorder::start(only_code);
    let mut deck = deck(home(MFA), &recorder, "admin");
    deck.wait_for("Code of the multi-factor device");
    deck.press("\x1b");
    deck.wait_for("SIGNED OUT");
    deck.wait_until("the question is gone", |screen| {
        !screen.contains("Code of the multi-factor device")
    });
    deck.press("L");
    deck.wait_for("Code of the multi-factor device");
    deck.press("222222\r");
    is_ann(&mut deck);
}

#[test]
fn another_profile_is_opened_in_the_deck() {
    let recorder = Recorder::start(sts);
    let mut deck = deck(home(PROFILES), &recorder, "one");
    deck.wait_for(" one ");
    deck.press(":profile two\r");
    deck.wait_for(" two ");
    deck.press("i");
    deck.wait_for("profile two: keys");
    let asked = recorder.calls("GetCallerIdentity");
    let keys: Vec<Option<&str>> = asked.iter().map(Seen::key).collect();
    assert!(keys.contains(&Some("AKIAONE")), "{keys:?}");
    assert!(keys.contains(&Some("AKIATWO")), "{keys:?}");
}

#[test]
fn the_chooser_offers_the_profiles_and_the_sign_in_that_there_are() {
    let home = home(PROFILES);
    let mut deck = Deck::start_in(home, &[], SIZE, &[]);
    deck.wait_for("Nothing says which AWS identity to use");
    for offered in [
        "one",
        "two",
        "IAM Identity Center corp",
        "aws sso login --sso-session corp",
        "the simulated organization",
    ] {
        assert!(deck.screen().contains(offered), "{}", deck.screen());
    }
    assert!(!deck.screen().contains("DEMO"), "{}", deck.screen());
    deck.press("two\r");
    deck.wait_for(" two ");
}

#[test]
fn an_administrators_role_is_on_screen_for_as_long_as_it_is_used() {
    let admin = |seen: &Seen| match seen.parameter("Action").as_deref() {
        Some("GetCallerIdentity") => {
            let (status, body) = sts(seen);
            let role = "assumed-role/OrganizationAccountAccessRole/ann";
            let body = body.replace("user/ann", role).replace(":iam:", ":sts:");
            (status, body)
        }
        _ => sts(seen),
    };
    let recorder = Recorder::start(admin);
    let deck = deck(home(PROFILES), &recorder, "one");
    deck.wait_for("ADMIN");
}
