//! What the deck can be opened on: profiles, a sign-in, the simulated organization.

use super::{Entry, Picker};
use crate::{
    provider::Profile,
    tui::{Effect, State, Verb, runtime::Wanted},
};

/// Where nothing says how to sign in this is the first that is seen; later it switches.
#[must_use]
pub fn picker(profiles: &[Profile], state: &State) -> Picker {
    let mut entries: Vec<Entry> = profiles.iter().map(profile).collect();
    let mut commands: Vec<&Vec<String>> = profiles
        .iter()
        .filter_map(|profile| profile.command.as_ref())
        .collect();
    commands.sort();
    commands.dedup();
    entries.extend(commands.into_iter().map(|command| Entry {
        group: "sign in",
        label: command.join(" "),
        detail: "in this terminal; then pick its profile".into(),
        effects: vec![Effect::ShellOut(command.clone()), Effect::FindProfiles],
        ..Entry::default()
    }));
    let set_up = ["aws", "configure", "sso"].map(str::to_owned);
    entries.push(Entry {
        group: "sign in",
        label: set_up.join(" "),
        detail: "sets up a profile for IAM Identity Center".into(),
        effects: vec![Effect::ShellOut(set_up.into()), Effect::FindProfiles],
        ..Entry::default()
    });
    entries.push(Entry {
        group: "machine",
        label: "the role of this machine or container".into(),
        detail: "instance metadata".into(),
        effects: vec![Effect::Enter(Wanted::Machine)],
        ..Entry::default()
    });
    let simulation = Entry {
        group: "demo",
        label: "the simulated organization".into(),
        detail: "nothing in it is real; no account, no network".into(),
        effects: vec![Effect::Enter(Wanted::Simulation)],
        ..Entry::default()
    };
    if profiles.is_empty() {
        // Whoever has nothing yet came to look.
        entries.insert(0, simulation);
    } else {
        entries.push(simulation);
    }
    let picker = Picker::new("worlds", "Open", entries);
    if state.world.is_some() {
        return picker;
    }
    let found = match profiles.len() {
        0 => "The AWS files name no profile.".to_owned(),
        1 => "The AWS files name one profile.".to_owned(),
        several => format!("The AWS files name {several} profiles."),
    };
    picker
        .intro(vec![
            format!("Nothing says which AWS identity to use. {found}"),
            "AWS_PROFILE or --profile skip this question; esc leaves.".to_owned(),
        ])
        .on_cancel(vec![Effect::Act(Verb::Quit.into())])
}

fn profile(profile: &Profile) -> Entry {
    let region = profile.region.as_deref().unwrap_or("no region set");
    Entry {
        group: "profile",
        label: profile.name.clone(),
        detail: format!("{}  {region}", profile.how),
        effects: vec![Effect::Enter(Wanted::Profile(profile.name.clone()))],
        ..Entry::default()
    }
}
