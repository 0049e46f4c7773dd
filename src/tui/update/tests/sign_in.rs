//! Signing in, and opening worlds.

use super::*;
use crate::{
    provider::{Caller, Profile, SignIn},
    tui::runtime::CodeWanted,
};

fn signed_out() -> Trouble {
    Trouble {
        kind: TroubleKind::SignedOut,
        message: "not signed in: the token has expired".into(),
        hint: Some("press `L`".into()),
    }
}

#[test]
fn signing_in_runs_the_command_of_the_profile_and_then_reads_anew() {
    let mut state = super::state();
    let command = vec!["aws".to_owned(), "sso".into(), "login".into()];
    let sign_in = SignIn {
        command: Some(command.clone()),
        ..SignIn::default()
    };
    update(&mut state, Message::SignIn(sign_in));
    assert_eq!(
        press_all(&mut state, "L"),
        [Effect::ShellOut(command), Effect::Enter(Wanted::Same)]
    );
    // A code or a process is asked for by opening the world again.
    update(&mut state, Message::SignIn(SignIn::default()));
    assert_eq!(press_all(&mut state, "L"), [Effect::Enter(Wanted::Same)]);
}

#[test]
fn a_sign_in_elsewhere_counts_only_while_nobody_is_signed_in_here() {
    let mut state = super::state();
    assert_eq!(update(&mut state, Message::SignInChanged), []);
    update(&mut state, Message::Unidentified(signed_out()));
    assert!(state.signed_out);
    assert_eq!(
        update(&mut state, Message::SignInChanged),
        [Effect::Enter(Wanted::Same)]
    );
    let failed = Event::Failed {
        query: Query::Organization,
        trouble: Arc::new(signed_out()),
        again: None,
    };
    let mut state = super::state();
    update(&mut state, Message::Event(failed));
    assert!(
        state.signed_out,
        "a session that has run out is noticed by its reads"
    );
}

#[test]
fn a_world_that_does_not_open_asks_again_where_there_is_none_to_go_back_to() {
    let mut state = super::state();
    assert_eq!(update(&mut state, Message::NotOpened(signed_out())), []);
    state.world = None;
    assert_eq!(
        update(&mut state, Message::NotOpened(signed_out())),
        [Effect::FindProfiles]
    );
    assert_eq!(
        state.notes.all().len(),
        1,
        "the same told twice is one note"
    );
}

#[test]
fn the_first_start_names_what_there_is_and_opens_nothing_by_itself() {
    let mut state = super::state();
    state.world = None;
    let profile = |name: &str, command: Option<&str>| Profile {
        name: name.into(),
        how: "IAM Identity Center corp".into(),
        region: Some("eu-west-1".into()),
        command: command.map(|words| words.split(' ').map(str::to_owned).collect()),
    };
    let login = "aws sso login --sso-session corp";
    let profiles = vec![profile("acme", Some(login)), profile("beta", Some(login))];
    assert_eq!(update(&mut state, Message::Profiles(profiles)), []);
    insta::assert_snapshot!(screen(&state), @"
     awsdeck › everything
    home


     ╭ Open ───────────────────────────────────────────────────────────────── 6/6 ╮
     │Nothing says which AWS identity to use. The AWS files name 2 profiles.      │
     │AWS_PROFILE or --profile skip this question; esc leaves.                    │
     │                                                                            │
     │›                                                                           │
     │profile  acme  IAM Identity Center corp  eu-west-1                          │
     │profile  beta  IAM Identity Center corp  eu-west-1                          │
     │sign in  aws sso login --sso-session corp  in this terminal; then pick it…  │
     │sign in  aws configure sso  sets up a profile for IAM Identity Center       │
     │machine  the role of this machine or container  instance metadata           │
     │demo     the simulated organization  nothing in it is real; no account, n…  │
     ╰────────────────────────────────────────────────────────────────────────────╯







     enter open  f1 help
    ");
    assert_eq!(
        press_all(&mut state, "enter"),
        [Effect::Enter(Wanted::Profile("acme".into()))]
    );
    let mut state = super::state();
    state.world = None;
    update(&mut state, Message::Profiles(Vec::new()));
    assert_eq!(press_all(&mut state, "esc"), [Effect::Quit]);
}

#[test]
fn a_code_is_typed_as_dots_and_giving_up_is_an_answer() {
    let ask = |state: &mut State| {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let wanted = CodeWanted {
            device: "arn:aws:iam::111122223333:mfa/ann".into(),
            problem: Some("invalid code".into()),
            answer,
        };
        update(state, Message::CodeWanted(wanted));
        answered
    };
    let mut state = super::state();
    let mut answered = ask(&mut state);
    press_all(&mut state, "1 2 3 4");
    let shown = screen(&state);
    assert!(shown.contains("••••") && !shown.contains("1234"), "{shown}");
    assert!(
        shown.contains("that code did not work: invalid code"),
        "{shown}"
    );
    press_all(&mut state, "enter");
    assert_eq!(answered.try_recv(), Ok(Some("1234".into())));
    let mut answered = ask(&mut state);
    press_all(&mut state, "9 esc");
    assert_eq!(answered.try_recv(), Ok(None));
    assert!(state.overlays.is_empty());
}

#[test]
fn an_administrator_is_named_in_the_header() {
    let mut state = super::state();
    let caller = |role: &str| Caller {
        account: "111122223333".parse().expect("an account"),
        arn: format!("arn:aws:sts::111122223333:assumed-role/{role}/ann")
            .as_str()
            .into(),
        expires: None,
    };
    let header = |state: &State| screen(state).lines().next().unwrap_or_default().to_owned();
    update(&mut state, Message::Identified(caller("AwsdeckReadOnly")));
    assert!(!header(&state).contains("ADMIN"));
    update(
        &mut state,
        Message::Identified(caller("AWSControlTowerExecution")),
    );
    assert!(header(&state).contains("ADMIN"), "{}", header(&state));
}
