//! The first line: which organization, where in it, as whom, and how far what is shown can be
//! trusted.

use jiff::SignedDuration;
use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};

use super::until;
use crate::{
    model::{EnvironmentClass, text},
    provider::World,
    tui::{
        State, Theme,
        overlays::brush,
        state::Access,
        theme::Role,
        widgets::{
            figures, put,
            text::{fit, width},
        },
    },
};

/// When an age reads differently, counted from the moment of the reading.
#[must_use]
pub fn next_age_step(age: SignedDuration) -> SignedDuration {
    match age.as_secs().max(0) {
        seconds @ 0..60 => until(30, seconds),
        seconds @ 60..7_200 => until(60, seconds),
        seconds @ 7_200..172_800 => until(3_600, seconds),
        seconds => until(86_400, seconds),
    }
}

/// An age in words that change seldom.
fn coarse(age: SignedDuration) -> String {
    match age.as_secs() {
        ..30 => "now".into(),
        30..60 => "30 s ago".into(),
        _ => format!("{} ago", figures::span(age)),
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let brush = brush(state);
    let is_prod = state.class() == Some(EnvironmentClass::Prod);
    let (ground, title, muted) = if is_prod {
        (Role::HeaderProd, Role::HeaderProd, Role::HeaderProd)
    } else {
        (Role::Header, Role::Title, Role::Muted)
    };
    frame.buffer_mut().set_style(area, brush.style(ground));
    let room = usize::from(area.width);
    let badges = badges(state);
    let badges_width: usize = badges.iter().map(Span::width).sum();
    let facts = facts(state);
    // The least important facts go first when there is no room for all.
    let mut shown = facts.len();
    let facts_width = |count: usize| {
        facts[..count]
            .iter()
            .map(|fact| width(fact) + 3)
            .sum::<usize>()
    };
    while shown > 0 && facts_width(shown) + badges_width + 24 > room {
        shown -= 1;
    }
    let left = room.saturating_sub(facts_width(shown) + badges_width + 1);
    let crumbs = fit(&breadcrumb(state), left.saturating_sub(1), state.symbols).into_owned();
    // The edge has the colour of the environment, whatever the ground.
    let edge = match state.class() {
        Some(class) => Span::styled(brush.pick("▎", "|"), brush.style(Theme::class_role(class))),
        None => Span::raw(" "),
    };
    let mut line = Line::from(vec![edge, Span::styled(crumbs, brush.style(title))]);
    let gap = left.saturating_sub(line.width());
    line.push_span(Span::raw(" ".repeat(gap)));
    for fact in &facts[..shown] {
        line.push_span(Span::styled(format!(" {fact}  "), brush.style(muted)));
    }
    for badge in badges {
        line.push_span(badge);
    }
    put(frame.buffer_mut(), area, &line);
}

/// `acme-org › Environments/Prod › prod-ml`
fn breadcrumb(state: &State) -> String {
    let arrow = brush(state).pick(" › ", " > ");
    let mut crumbs = vec!["awsdeck".to_owned()];
    let organization = state.inventory.organization.value();
    let scope = &state.scope;
    if let Some(id) = organization.and_then(|all| all.id.as_ref()) {
        crumbs.push(id.to_string());
    }
    for unit in &scope.units {
        let path = organization
            .map(|all| all.path(unit))
            .filter(|path| !path.is_empty());
        crumbs.push(path.unwrap_or_else(|| unit.to_string()));
    }
    for account in scope.accounts.iter().take(3) {
        let name = organization
            .and_then(|all| all.account(*account))
            .map(|account| account.name.clone());
        crumbs.push(name.unwrap_or_else(|| account.to_string()));
    }
    if scope.is_everything() {
        crumbs.push("everything".into());
    }
    text::clean(&crumbs.join(arrow)).into_owned()
}

/// What is worth knowing, the most important first.
fn facts(state: &State) -> Vec<String> {
    let mut facts = Vec::new();
    let reading = &state.reading;
    if !reading.open.is_empty() {
        facts.push(format!(
            "reading {}/{}",
            reading.total - reading.open.len(),
            reading.total
        ));
    }
    if reading.failed > 0 {
        facts.push(format!(
            "{} {} failed",
            brush(state).pick("✖", "x"),
            reading.failed
        ));
    }
    if !reading.throttled.is_empty() {
        let sign = brush(state).symbols.state(crate::model::State::Working);
        let count = reading.throttled.len();
        facts.push(format!("{sign} {count} throttled, waiting"));
    }
    if let Some(at) = state.age() {
        facts.push(format!("read {}", coarse(state.today().duration_since(at))));
    }
    let regions = if state.scope.regions.is_empty() {
        &state.inventory.regions[..]
    } else {
        &[]
    };
    match (regions, state.scope.regions.first()) {
        ([home], _) => facts.push(home.to_string()),
        ([home, others @ ..], _) => facts.push(format!("{home} +{}", others.len())),
        ([], Some(region)) => facts.push(region.to_string()),
        ([], None) => {}
    }
    if let Some(World::Aws { profile, .. }) = &state.world {
        facts.push(profile.clone().unwrap_or_else(|| "default".into()));
    }
    if let Some((spent, _)) = state.meter.filter(|(spent, _)| !spent.today.is_zero()) {
        facts.push(format!("CE ${:.2} today", spent.today));
    }
    facts
}

fn badges(state: &State) -> Vec<Span<'static>> {
    let brush = brush(state);
    let mut badges = Vec::new();
    let mut badge = |text: String, style: Style| {
        badges.push(Span::styled(format!(" {text} "), style));
    };
    if let Some((class, account)) = state.class().zip(state.account()) {
        let role = Theme::class_role(class);
        let style = brush.style(role).add_modifier(Modifier::REVERSED);
        let word = class.to_string().to_uppercase();
        let shown = match class {
            EnvironmentClass::Other => text::clean(&account.name).into_owned(),
            _ => format!("{word} {}", text::clean(&account.name)),
        };
        badge(fit(&shown, 24, state.symbols).into_owned(), style);
    }
    if let Some(World::Aws {
        endpoint: Some(_), ..
    }) = &state.world
    {
        badge("ENDPOINT OVERRIDE".into(), brush.style(Role::BadgeOverride));
    }
    if state.world == Some(World::Kubeconfig) {
        badge("KUBECONFIG".into(), brush.style(Role::BadgeOverride));
    }
    if state.world == Some(World::Demo) {
        badge("DEMO".into(), brush.style(Role::BadgeDemo));
    }
    if state.is_admin() {
        badge("ADMIN".into(), brush.style(Role::BadgeWrite));
    }
    if state.signed_out {
        badge("SIGNED OUT".into(), brush.style(Role::Critical));
    }
    if state.world.is_none() {
        return badges;
    }
    match state.access {
        Access::ReadOnly => badge("READ-ONLY".into(), brush.style(Role::BadgeReadOnly)),
        Access::Disarmed => badge("DISARMED".into(), brush.style(Role::Badge)),
        Access::Armed(None) => badge("ARMED".into(), brush.style(Role::BadgeWrite)),
        Access::Armed(Some(until)) => {
            let left = figures::clock(until.duration_since(state.now));
            badge(format!("ARMED {left}"), brush.style(Role::BadgeWrite));
        }
    }
    badges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_says_when_it_will_read_differently() {
        for seconds in [0, 5, 29, 30, 59, 60, 3_599, 7_199, 7_200, 90_000, 200_000] {
            let age = SignedDuration::from_secs(seconds);
            let step = next_age_step(age);
            assert!(step > age);
            let before = SignedDuration::from_secs(step.as_secs() - 1);
            assert_eq!(coarse(before), coarse(age), "{seconds}");
            assert_ne!(coarse(step), coarse(age), "{seconds}");
        }
    }
}
