//! Who we are, through which chain, in which world.

use super::{Page, page::PageLine};
use crate::{
    model::text,
    provider::World,
    tui::{State, state::Access, theme::Role, widgets::figures},
};

/// Who we are, in which world, and what we may do.
#[must_use]
pub fn page(state: &State) -> Page {
    Page::live("identity", "Who am I", who, state)
}

fn who(state: &State) -> Vec<PageLine> {
    let mut lines: Vec<PageLine> = Vec::new();
    let mut fact = |name: &str, value: String| {
        lines.push(vec![
            (Role::Muted, format!("{name:<14}")),
            (Role::Text, value),
        ]);
    };
    match &state.world {
        None => fact("world", "none is open; `:profile` picks one".into()),
        Some(World::Demo) => fact(
            "world",
            "the simulated organization: nothing here is real".into(),
        ),
        Some(World::Kubeconfig) => {
            fact("world", "the clusters of a kubeconfig, without AWS".into());
        }
        Some(World::Aws { profile, endpoint }) => {
            fact(
                "profile",
                profile.clone().unwrap_or_else(|| "default chain".into()),
            );
            if let Some(endpoint) = endpoint {
                fact("endpoint", format!("{endpoint} (override)"));
            }
        }
    }
    match &state.caller {
        Some(caller) => {
            fact("account", caller.account.to_string());
            fact("identity", caller.arn.to_string());
            if let Some(expires) = caller.expires {
                fact(
                    "expires",
                    format!(
                        "in {}",
                        figures::span(expires.duration_since(state.today()))
                    ),
                );
            }
        }
        None => fact("identity", "not known yet".into()),
    }
    if state.is_admin() {
        fact("rights", "ADMIN: a role that may do anything".into());
    }
    for (at, link) in state.sign_in.chain.iter().enumerate() {
        let name = if at == 0 { "signed in by" } else { "" };
        fact(name, text::clean(link).into_owned());
    }
    if let Some(command) = &state.sign_in.command {
        fact("sign in", format!("`L` runs `{}`", command.join(" ")));
    }
    fact(
        "changes",
        match state.access {
            Access::ReadOnly => "not possible: read-only".into(),
            Access::Disarmed => "disarmed; `:arm 15m` arms".into(),
            Access::Armed(None) => "armed".into(),
            Access::Armed(Some(until)) => {
                format!(
                    "armed for {}",
                    figures::clock(until.duration_since(state.now))
                )
            }
        },
    );
    let regions: Vec<&str> = state
        .inventory
        .regions
        .iter()
        .map(|region| region.as_str())
        .collect();
    fact("regions", regions.join(", "));
    lines
}
