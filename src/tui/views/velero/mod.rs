//! Velero in all clusters: backups, restores, schedules, storage locations and repositories. Opening
//! a backup or a restore fetches its errors and warnings in full, and what it really did.

use jiff::SignedDuration;
use ratatui::text::{Line, Span};

use super::{
    Desk, facts, inside,
    leads::{Lead, Leads, in_cluster},
    listing::{Listing, Spec},
};
use crate::{
    inventory::{
        Query, QueryKind,
        tables::{Cell, Object, Row, Table, text::span},
    },
    model::{
        ClusterId, Remote, State,
        text::clean,
        velero::{Messages, Phase, Progress, Results, Velero, is_noise},
    },
    provider::Outcome,
    tui::{
        Verb,
        theme::Role,
        widgets::{Brush, Pairs, bar},
    },
};

static SPEC: Spec = Spec {
    name: "velero",
    forms: &[
        "velero_backups",
        "velero_restores",
        "velero_schedules",
        "velero_locations",
        "velero_repositories",
    ],
    needs: |desk| inside::needs(inside::VELERO, desk),
    covers: |desk| inside::covers(QueryKind::Velero, desk),
    banner,
    details,
    painter: None,
    spare: &["env", "schedule", "expires"],
    hints: &[
        (Verb::NextForm, None, "restores"),
        (Verb::Ascend, None, "up"),
        (Verb::Operations, None, "restore"),
    ],
};

static LEADS: Leads = Leads { down, up };

pub(super) fn view() -> Listing {
    Listing::new(&SPEC)
        .leading(&LEADS)
        .reading(|query, desk| inside::more(query, inside::VELERO, desk))
}

/// The backup or restore of a row.
fn outcome(object: &Object, desk: &Desk<'_>) -> Option<(ClusterId, Outcome)> {
    let restore = match object.kind {
        "velero restore" => true,
        "velero backup" => false,
        _ => return None,
    };
    let (cluster, path) = object.in_cluster(desk.inventory)?;
    let [namespace, name] = path.as_slice() else {
        return None;
    };
    let of = Outcome {
        restore,
        namespace: (*namespace).to_owned(),
        name: (*name).to_owned(),
    };
    Some((cluster, of))
}

/// A schedule's backups; of a backup or restore what it has to say.
fn down(_: &Table, row: &Row, desk: &Desk<'_>) -> Option<Lead> {
    let object = &row.object;
    if let Some((cluster, of)) = outcome(object, desk) {
        return Some(Lead::Details(vec![Query::Results(cluster, of)]));
    }
    let (cluster, _) = object.in_cluster(desk.inventory)?;
    let into = |key| Lead::Into {
        view: "velero",
        form: "velero_backups",
        filter: in_cluster(&cluster, &[(key, object.name.as_str())], desk),
        reads: Vec::new(),
    };
    match object.kind {
        "velero schedule" => Some(into("schedule")),
        "velero location" => Some(into("location")),
        _ => None,
    }
}

/// A restore's backup, a backup's schedule, then the cluster.
fn up(table: &Table, row: &Row, desk: &Desk<'_>) -> Option<Lead> {
    let object = &row.object;
    let (cluster, path) = object.in_cluster(desk.inventory)?;
    let said = |key| match facts::cell(table, row, key) {
        Cell::Text(text) if !text.is_empty() => Some(text.as_str()),
        _ => None,
    };
    let within = |form, kind: &'static str, name: &str| {
        let namespace = path.first()?;
        let id = format!("{}/{namespace}/{name}", cluster.name);
        let object = Object {
            kind,
            id,
            ..object.clone()
        };
        Some(Lead::Within { form, object })
    };
    let found = match object.kind {
        "velero restore" => {
            said("backup").and_then(|backup| within("velero_backups", "velero backup", backup))
        }
        "velero backup" => said("schedule")
            .and_then(|schedule| within("velero_schedules", "velero schedule", schedule)),
        _ => None,
    };
    Some(found.unwrap_or_else(|| Lead::Into {
        view: "clusters",
        form: "clusters",
        filter: format!("name={}", cluster.name),
        reads: Vec::new(),
    }))
}

/// What is under way, and where backups cannot be kept.
fn banner(_: &[Row], desk: &Desk<'_>) -> Vec<Line<'static>> {
    let brush = desk.brush();
    let tree = desk.inventory.tree();
    let in_view = desk
        .inventory
        .veleros
        .iter()
        .filter(|(cluster, _)| desk.scope.holds_place(&cluster.place, &tree))
        .filter_map(|(_, remote)| remote.value());
    let mut lines = Vec::new();
    for velero in in_view {
        let cluster = &velero.cluster.name;
        let backups = velero
            .backups
            .iter()
            .map(|one| ("backup", &one.name, &one.phase, one.progress));
        let restores = velero
            .restores
            .iter()
            .map(|one| ("restore", &one.name, &one.phase, one.progress));
        for (kind, name, phase, progress) in backups.chain(restores) {
            if !phase.is_terminal() {
                lines.push(under_way(
                    kind,
                    name,
                    cluster.as_str(),
                    phase,
                    progress,
                    brush,
                ));
            }
        }
        for location in &velero.locations {
            if location.phase.as_str() == "Unavailable" {
                let said = location.message.as_deref().unwrap_or("unavailable");
                let name = format!("{}/{}", cluster, location.name);
                let mut line = Line::from("  ");
                line.extend(facts::part(State::Failed, &name, said, brush));
                lines.push(line);
            }
        }
    }
    lines.truncate(5);
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// `  restore shop-1  ml-1  ██████░░  120 of 340  InProgress`
fn under_way(
    kind: &str,
    name: &str,
    cluster: &str,
    phase: &Phase,
    progress: Progress,
    brush: Brush<'_>,
) -> Line<'static> {
    let mut line = Line::from(Span::styled(
        format!("  {kind} {}  {}  ", clean(name), clean(cluster)),
        brush.style(Role::Strong),
    ));
    line.extend(meter(progress, brush));
    let said = format!("  {}", clean(phase.as_str()));
    line.push_span(Span::styled(said, brush.style(Role::Muted)));
    line
}

fn meter(progress: Progress, brush: Brush<'_>) -> Line<'static> {
    let Progress { done, total } = progress;
    let mut line = bar::gauge(done as f64 / total.max(1) as f64, 16, Role::Bar, brush);
    let said = match total {
        0 => " nothing counted yet".to_owned(),
        total => format!(" {done} of {total}"),
    };
    line.push_span(Span::styled(said, brush.style(Role::Text)));
    line
}

/// Verdict, age against RPO, progress, and what it has to say.
fn details(table: &Table, row: &Row, desk: &Desk<'_>) -> Pairs {
    let brush = desk.brush();
    let mut pairs = Pairs::default();
    facts::verdict(row, &mut pairs, brush);
    let found = row.object.in_cluster(desk.inventory);
    let velero = found.as_ref().and_then(|(cluster, _)| {
        let remote = desk.inventory.veleros.get(cluster)?;
        remote.value()
    });
    if let Some(velero) = velero {
        tell(velero, &row.object, &mut pairs, desk);
    }
    if let Some((cluster, of)) = outcome(&row.object, desk) {
        let restore = of.restore;
        pairs.section(if restore { "What it did" } else { "Results" });
        match desk.inventory.results.get(&(cluster, of)) {
            None | Some(Remote::Unasked) => {
                let said = "enter reads errors and warnings in full";
                pairs.line(Span::styled(said, brush.style(Role::Muted)));
            }
            Some(remote) => tell_results(remote, restore, &mut pairs, brush),
        }
    }
    facts::columns(table, row, &mut pairs, desk);
    pairs
}

fn tell(velero: &Velero, object: &Object, pairs: &mut Pairs, desk: &Desk<'_>) {
    let brush = desk.brush();
    let mut told = |progress: Progress, validation: &[String], failure: Option<&str>| {
        if progress.total > 0 {
            pairs.pair("items", meter(progress, brush));
        }
        for said in validation.iter().map(String::as_str).chain(failure) {
            pairs.line(facts::part(State::Failed, "refused", said, brush));
        }
    };
    let name = object.name.as_str();
    match object.kind {
        "velero backup" => {
            if let Some(one) = velero.backups.iter().find(|one| one.name == name) {
                told(one.progress, &one.validation, one.failure.as_deref());
            }
        }
        "velero restore" => {
            if let Some(one) = velero.restores.iter().find(|one| one.name == name) {
                told(one.progress, &one.validation, one.failure.as_deref());
            }
        }
        "velero schedule" => {
            let Some(one) = velero.schedules.iter().find(|one| one.name == name) else {
                return;
            };
            told(Progress::default(), &one.validation, None);
            let latest = velero.latest_of(one);
            let said = latest.map_or_else(
                || "none: nothing can be restored from it".to_owned(),
                |backup| format!("{}, {}", backup.name, facts::ago(backup.started, desk)),
            );
            pairs.pair("latest good", Span::styled(said, brush.style(Role::Text)));
            let age = latest.and_then(|backup| Some(desk.now.duration_since(backup.started?)));
            if let (Some(age), Some(rpo)) = (age, one.rpo) {
                pairs.pair("RPO", clock(age, rpo, brush));
            }
        }
        _ => {}
    }
}

/// `██████░░  40 min of 60 min allowed`
fn clock(age: SignedDuration, rpo: SignedDuration, brush: Brush<'_>) -> Line<'static> {
    let share = age.as_secs_f64() / rpo.as_secs_f64().max(1.0);
    let role = if share > 1.0 { Role::Error } else { Role::Ok };
    let mut line = bar::gauge(share, 16, role, brush);
    let said = format!(" {} of {} allowed", span(age), span(rpo));
    line.push_span(Span::styled(said, brush.style(Role::Text)));
    line
}

/// Errors and warnings; what is noise is only counted.
fn tell_results(
    remote: &Remote<std::sync::Arc<Results>>,
    restore: bool,
    pairs: &mut Pairs,
    brush: Brush<'_>,
) {
    if let Some(trouble) = remote.trouble() {
        pairs.line(facts::part(
            State::Failed,
            "not read",
            &trouble.message,
            brush,
        ));
        if let Some(hint) = &trouble.hint {
            pairs.line(Span::styled(hint.clone(), brush.style(Role::Muted)));
        }
    }
    let Some(results) = remote.value() else {
        if remote.is_loading() {
            pairs.line(facts::part(
                State::Working,
                "reading",
                "asking Velero for them",
                brush,
            ));
        }
        return;
    };
    let summary = results.summary(restore);
    let verdict = summary.health();
    if !verdict.reason.is_empty() {
        pairs.line(facts::part(verdict.state, "", &verdict.reason, brush));
    }
    pairs.line(Span::styled(summary.line(), brush.style(Role::Text)));
    let mut messages = |state: State, all: &Messages| {
        for (about, text) in all.all().filter(|(_, text)| !is_noise(text)) {
            pairs.line(facts::part(state, about, text, brush));
        }
    };
    messages(State::Failed, &results.errors);
    messages(State::Warning, &results.warnings);
    let from = Span::styled(clean(&results.from).into_owned(), brush.style(Role::Muted));
    pairs.pair("read from", from);
}

#[cfg(test)]
mod tests;
