//! Data protection: what could be brought back, how fresh it would be, and what stands ready.

use jiff::SignedDuration;
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
        tables::{self, Cell, Column, Row, Table, text::age},
    },
    model::{
        Place, State,
        protection::{Database, Protection, RPO, RTO},
        text::clean,
    },
    tui::{
        Verb,
        theme::Role,
        widgets::{Brush, Pairs, bar, text},
    },
};

static SPEC: Spec = Spec {
    name: "backups",
    forms: &["protection", "recovery_points", "jobs"],
    needs,
    covers,
    banner,
    details,
    painter: Some(paint),
    spare: &["account", "kind", "region", "type"],
    hints: &[
        (Verb::NextForm, None, "copies"),
        (Verb::Operations, None, "restore"),
    ],
};

pub(super) fn view() -> Listing {
    Listing::new(&SPEC)
}

fn needs(desk: &Desk<'_>) -> Vec<Query> {
    let mut needs = vec![Query::Organization];
    needs.extend(desk.places().into_iter().map(Query::Protection));
    needs
}

fn covers(desk: &Desk<'_>) -> Coverage {
    let mut coverage = Coverage::default();
    for place in desk.places() {
        let read = desk.inventory.protections.get(&place);
        coverage.add(place.account, read);
        if let Some(protection) = read.and_then(|read| read.value()) {
            coverage.add_gaps(place.account, &protection.gaps);
        }
    }
    coverage
}

/// The two objectives, and how many things meet them.
fn banner(_: &[Row], desk: &Desk<'_>) -> Vec<Line<'static>> {
    let Some(table) = tables::named("protection") else {
        return Vec::new();
    };
    let rows = (table.rows)(desk.inventory, &desk.lens());
    let things: Vec<&Row> = rows
        .iter()
        .filter(|row| row.object.kind != "scope")
        .collect();
    if things.is_empty() {
        return Vec::new();
    }
    let brush = desk.brush();
    let good = |key: &str, is: fn(&Cell) -> bool| {
        things
            .iter()
            .filter(|row| is(facts::cell(table, row, key)))
            .count()
    };
    let fresh = things
        .iter()
        .filter(|row| row.health.state < State::Warning)
        .count();
    let standing = good("standby", |cell| *cell == Cell::from("yes"));
    let oldest = things
        .iter()
        .filter_map(|row| match facts::cell(table, row, "last_good") {
            Cell::At(at) => Some((*at, &row.object.name)),
            _ => None,
        })
        .min();
    let mut first = objective("RPO", RPO, fresh, things.len(), "as promised", brush);
    if let Some((at, name)) = oldest {
        let said = format!("   oldest {} {}", age(at, desk.now), clean(name));
        first.push_span(Span::styled(said, brush.style(Role::Muted)));
    }
    let second = objective(
        "RTO",
        RTO,
        standing,
        things.len(),
        "with a standby; the rest by restore",
        brush,
    );
    vec![first, second, Line::default()]
}

/// `  RPO 1 h  ██████░░  2 of 3 as promised`
fn objective(
    name: &str,
    length: SignedDuration,
    good: usize,
    all: usize,
    said: &str,
    brush: Brush<'_>,
) -> Line<'static> {
    let hours = length.as_hours();
    let mut spans = vec![Span::styled(
        format!("  {name} {hours} h  "),
        brush.style(Role::Strong),
    )];
    let share = good as f64 / all.max(1) as f64;
    spans.extend(bar::gauge(share, 16, Role::Bar, brush).spans);
    spans.push(Span::styled(
        format!("  {good} of {all} {said}"),
        brush.style(Role::Text),
    ));
    spans.into()
}

/// How long the last good copy is ago, in the colour of the verdict on it.
fn paint(row: &Row, column: &Column, width: u16, brush: Brush<'_>) -> Option<Line<'static>> {
    if column.key != "standby" {
        return None;
    }
    let table = tables::named("protection")?;
    let (state, word) = match facts::cell(table, row, "standby") {
        Cell::Text(word) if word == "yes" => (State::Ok, "yes"),
        Cell::Text(word) if word == "no" => (State::Off, "no"),
        _ => return None,
    };
    let said = format!("{} {word}", brush.symbols.state(state));
    let said = text::fit(&said, width.into(), brush.symbols).into_owned();
    Some(Span::styled(said, brush.state_style(state)).into())
}

fn details(table: &Table, row: &Row, desk: &Desk<'_>) -> Pairs {
    let brush = desk.brush();
    let mut pairs = Pairs::default();
    facts::verdict(row, &mut pairs, brush);
    if table.name == "protection" {
        clocks(table, row, &mut pairs, desk);
    }
    if let Some((protection, database)) = database(row, desk) {
        readiness(protection, database, &mut pairs, desk);
    }
    facts::columns(table, row, &mut pairs, desk);
    pairs
}

fn database<'a>(row: &Row, desk: &Desk<'a>) -> Option<(&'a Protection, &'a Database)> {
    let place = Place {
        account: row.object.account?,
        region: row.object.region.clone()?,
    };
    let inventory = desk.inventory;
    let protection = inventory.protections.get(&place)?.value()?;
    let arn = row.object.arn.as_ref()?;
    let database = protection
        .databases
        .iter()
        .find(|database| database.arn == *arn)?;
    Some((protection, database))
}

/// Wanted against is, as a bar that is full when the objective is used up.
fn clocks(table: &Table, row: &Row, pairs: &mut Pairs, desk: &Desk<'_>) {
    let brush = desk.brush();
    let wanted = match facts::cell(table, row, "rpo") {
        Cell::Text(text) => text.parse::<SignedDuration>().unwrap_or(RPO),
        _ => RPO,
    };
    pairs.section("Would be lost now");
    let line = match facts::cell(table, row, "last_good") {
        Cell::At(at) => {
            let share = desk.now.duration_since(*at).as_secs_f64() / wanted.as_secs_f64().max(1.0);
            let role = if share > 1.0 { Role::Error } else { Role::Ok };
            let mut line = bar::gauge(share, 16, role, brush);
            let said = format!(
                " {} of {} h allowed",
                age(*at, desk.now),
                wanted.as_hours().max(1)
            );
            line.push_span(Span::styled(said, brush.style(Role::Text)));
            line
        }
        _ => Line::from(vec![
            brush.sign(State::Failed),
            Span::styled(
                " everything: no good copy is known",
                brush.style(Role::Text),
            ),
        ]),
    };
    pairs.pair("RPO", line);
}

/// What a failover or a restore would find.
fn readiness(protection: &Protection, database: &Database, pairs: &mut Pairs, desk: &Desk<'_>) {
    let brush = desk.brush();
    let yes_no = |yes: bool, said: String| {
        let state = if yes { State::Ok } else { State::Warning };
        Line::from(vec![
            brush.sign(state),
            Span::styled(format!(" {said}"), brush.style(Role::Text)),
        ])
    };
    pairs.section("Failover readiness");
    let standby = match &database.secondary_zone {
        Some(zone) => yes_no(true, format!("standby in {zone}")),
        None if database.multi_az => yes_no(true, "Multi-AZ".into()),
        None => yes_no(false, "no standby: only a restore helps".into()),
    };
    pairs.pair("other zone", standby);
    let replicas = if database.replicas.is_empty() {
        yes_no(false, "no replica elsewhere".into())
    } else {
        yes_no(
            true,
            format!("replicas {}", clean(&database.replicas.join(", "))),
        )
    };
    pairs.pair("promote", replicas);
    for member in &database.members {
        let role = if member.writer { "writer" } else { "reader" };
        pairs.pair(
            role,
            Span::styled(clean(&member.id).into_owned(), brush.style(Role::Text)),
        );
    }
    let point = match (database.backup_retention_days, database.latest_restorable) {
        (0, _) => yes_no(false, "automated backups are off".into()),
        (days, at) => yes_no(
            at.is_some(),
            format!("kept {days} days, newest {}", facts::ago(at, desk)),
        ),
    };
    pairs.pair("point in time", point);
    let newest = protection
        .snapshots
        .iter()
        .filter(|snapshot| snapshot.database == database.id)
        .max_by_key(|snapshot| snapshot.created);
    pairs.pair(
        "snapshot",
        match newest {
            Some(found) => yes_no(
                true,
                format!("{} {}", facts::ago(found.created, desk), found.id),
            ),
            None => yes_no(false, "none".into()),
        },
    );
    pairs.pair(
        "deletion",
        yes_no(
            database.deletion_protection,
            if database.deletion_protection {
                "protected".into()
            } else {
                "not protected".into()
            },
        ),
    );
}
