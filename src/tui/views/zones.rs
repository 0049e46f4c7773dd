//! Where traffic goes: records with their weights and health, zones, balancers, targets.

use ratatui::text::{Line, Span};

use super::{
    Desk,
    coverage::Coverage,
    facts,
    listing::{Listing, Spec},
};
use crate::{
    inventory::{
        Query,
        tables::{self, Cell, Column, Row, Table},
    },
    model::{
        State,
        text::clean,
        traffic::{HostedZone, Record, Target, TargetGroup, Zones, shares},
    },
    tui::{
        Verb,
        theme::Role,
        widgets::{Brush, Pairs, bar, text},
    },
};

static SPEC: Spec = Spec {
    name: "zones",
    forms: &["records", "zones", "balancers", "targets", "health_checks"],
    needs,
    covers,
    banner: |_, _| Vec::new(),
    details,
    painter: Some(paint),
    spare: &["state"],
    hints: &[
        (Verb::NextForm, None, "zones"),
        (Verb::Operations, None, "switch"),
    ],
};

pub(super) fn view() -> Listing {
    Listing::new(&SPEC)
}

fn needs(desk: &Desk<'_>) -> Vec<Query> {
    let mut needs = vec![Query::Organization];
    needs.extend(desk.accounts().into_iter().map(Query::Zones));
    needs.extend(desk.places().into_iter().map(Query::Balancers));
    needs
}

fn covers(desk: &Desk<'_>) -> Coverage {
    let mut coverage = Coverage::default();
    for account in desk.accounts() {
        coverage.add(account, desk.inventory.zones.get(&account));
    }
    for place in desk.places() {
        coverage.add(place.account, desk.inventory.balancers.get(&place));
    }
    coverage
}

/// The share of answers as a bar with its number.
fn paint(row: &Row, column: &Column, width: u16, brush: Brush<'_>) -> Option<Line<'static>> {
    if column.key != "share" {
        return None;
    }
    let Cell::Percent(share) = facts::cell(tables::named("records")?, row, "share") else {
        return None;
    };
    let number = format!("{share:>4.0}%");
    let room = width.saturating_sub(6);
    if room < 3 {
        let said = text::pad_left(&number, width.into(), brush.symbols);
        return Some(Span::styled(said, brush.style(Role::Text)).into());
    }
    let mut line = bar::gauge(share / 100.0, room, Role::Bar, brush);
    line.push_span(Span::styled(format!(" {number}"), brush.style(Role::Text)));
    Some(line)
}

fn details(table: &Table, row: &Row, desk: &Desk<'_>) -> Pairs {
    let brush = desk.brush();
    let mut pairs = Pairs::default();
    facts::verdict(row, &mut pairs, brush);
    if table.name == "records" {
        tell_record(table, row, &mut pairs, desk);
    }
    if table.name == "targets"
        && let Some(group) = group(row, desk)
    {
        pairs.section("Targets");
        tell_targets(&group.targets, &mut pairs, brush);
    }
    facts::columns(table, row, &mut pairs, desk);
    pairs
}

fn tell_record(table: &Table, row: &Row, pairs: &mut Pairs, desk: &Desk<'_>) -> Option<()> {
    let brush = desk.brush();
    let inventory = desk.inventory;
    let all: &Zones = inventory.zones.get(&row.object.account?)?.value()?;
    let said = |key| match facts::cell(table, row, key) {
        Cell::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let (name, kind, zone) = (said("name")?, said("type")?, said("zone")?);
    let zone: &HostedZone = all.zones.iter().find(|candidate| candidate.name == zone)?;
    let sides: Vec<&Record> = zone
        .records
        .iter()
        .filter(|record| {
            record.name == name && record.kind == kind && record.set_identifier.is_some()
        })
        .collect();
    if !sides.is_empty() {
        pairs.section(format!("Answers for {}", clean(name)));
    }
    let weights: Vec<u8> = sides.iter().filter_map(|side| side.weight()).collect();
    let split = (weights.len() == sides.len()).then(|| shares(&weights));
    for (index, side) in sides.iter().enumerate() {
        let mut line = match split.as_ref().and_then(|split| split.get(index)) {
            Some(share) => {
                let mut line = bar::gauge(share / 100.0, 16, Role::Bar, brush);
                let said = format!(" {share:>3.0} %  weight {}", side.weight().unwrap_or(0));
                line.push_span(Span::styled(said, brush.style(Role::Text)));
                line
            }
            None => Line::default(),
        };
        line.push_span(Span::raw("  "));
        line.push_span(health(all, side, brush));
        pairs.pair(
            clean(side.set_identifier.as_deref().unwrap_or_default()).into_owned(),
            line,
        );
    }
    for side in &sides {
        tell_alias(side, pairs, desk);
    }
    Some(())
}

/// What the record's health check says.
fn health(all: &Zones, record: &Record, brush: Brush<'_>) -> Span<'static> {
    let check = record
        .health_check
        .as_ref()
        .and_then(|id| all.health_checks.iter().find(|check| check.id == *id));
    let (state, said) = match check {
        None => (State::Off, "no check".into()),
        Some(check) => {
            let (good, asked) = check.observations;
            let state = match check.healthy {
                Some(true) => State::Ok,
                Some(false) => State::Failed,
                None => State::Unknown,
            };
            (state, format!("{good}/{asked} checkers"))
        }
    };
    let said = format!("{} {said}", brush.symbols.state(state));
    Span::styled(said, brush.state_style(state))
}

/// The targets behind an alias that points at a load balancer which was read.
fn tell_alias(record: &Record, pairs: &mut Pairs, desk: &Desk<'_>) -> Option<()> {
    let brush = desk.brush();
    let alias = record.alias.as_ref()?;
    let plain = |name: &str| {
        name.trim_end_matches('.')
            .trim_start_matches("dualstack.")
            .to_lowercase()
    };
    let wanted = plain(&alias.name);
    let groups: Vec<&TargetGroup> = desk
        .inventory
        .balancers
        .values()
        .filter_map(|read| read.value())
        .flat_map(|all| {
            let arn = all
                .balancers
                .iter()
                .find(|balancer| plain(&balancer.dns_name) == wanted)
                .map(|balancer| &balancer.arn);
            all.target_groups
                .iter()
                .filter(move |group| arn.is_some_and(|arn| group.balancers.contains(arn)))
        })
        .collect();
    if !groups.is_empty() {
        let side = record.set_identifier.as_deref().unwrap_or("alias");
        pairs.section(format!("Targets of {}", clean(side)));
    }
    for group in groups {
        tell_targets(&group.targets, pairs, brush);
    }
    Some(())
}

fn tell_targets(targets: &[Target], pairs: &mut Pairs, brush: Brush<'_>) {
    for target in targets {
        let state = match target.state.as_str() {
            "healthy" => State::Ok,
            "initial" | "draining" => State::Working,
            "unused" => State::Off,
            "unhealthy" => State::Failed,
            _ => State::Unknown,
        };
        let port = target
            .port
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let reason = target.reason.as_deref().unwrap_or_default();
        let name = format!("{}{port}", target.id);
        pairs.line(facts::part(
            state,
            &name,
            &format!("{} {reason}", target.state),
            brush,
        ));
    }
}

fn group<'a>(row: &Row, desk: &Desk<'a>) -> Option<&'a TargetGroup> {
    let arn = row.object.arn.as_ref()?;
    let inventory = desk.inventory;
    inventory
        .balancers
        .values()
        .filter_map(|read| read.value())
        .flat_map(|all| &all.target_groups)
        .find(|group| group.arn == *arn)
}
