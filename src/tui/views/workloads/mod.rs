//! What runs in the clusters: how each is reached, namespaces, workloads, pods with the reason why
//! they are not ready, events, extensions, and which pod may assume which role.

use ratatui::text::Span;

use super::{
    Desk, clusters, facts, inside,
    leads::{Lead, Leads, in_cluster},
    listing::{Listing, Spec},
};
use crate::{
    inventory::{
        Query, QueryKind,
        tables::{Cell, Object, Row, Table},
    },
    model::{
        State,
        text::clean,
        workload::{Contents, Event, Extension, Owner},
    },
    tui::{
        Verb,
        theme::Role,
        widgets::{Brush, Pairs},
    },
};

static SPEC: Spec = Spec {
    name: "workloads",
    forms: &[
        "workloads",
        "pods",
        "events",
        "namespaces",
        "nodes",
        "connections",
        "extensions",
        "roles",
    ],
    needs,
    covers: inside::covers_contents,
    banner: |_, _| Vec::new(),
    details,
    painter: None,
    spare: &["env", "updated", "type", "region", "owner"],
    hints: &[
        (Verb::Ascend, None, "up"),
        (Verb::NextForm, None, "pods, events"),
        (Verb::Log, None, "log"),
        (Verb::Shell, None, "shell"),
    ],
};

static LEADS: Leads = Leads { down, up };

pub(super) fn view() -> Listing {
    Listing::new(&SPEC)
        .leading(&LEADS)
        .watching()
        .reading(inside::more_contents)
}

fn needs(desk: &Desk<'_>) -> Vec<Query> {
    let mut needs = inside::needs(&[QueryKind::Fleet], desk);
    needs.extend(inside::contents(desk));
    needs
}

fn said<'r>(table: &Table, row: &'r Row, key: &str) -> Option<&'r str> {
    match facts::cell(table, row, key) {
        Cell::Text(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// Cluster, namespace, workload, pod, its events.
fn down(table: &Table, row: &Row, desk: &Desk<'_>) -> Option<Lead> {
    let object = &row.object;
    let (cluster, path) = object.in_cluster(desk.inventory)?;
    let into = |form, terms: &[(&str, &str)]| Lead::Into {
        view: "workloads",
        form,
        filter: in_cluster(&cluster, terms, desk),
        reads: vec![Query::Contents(cluster.clone())],
    };
    Some(match (object.kind, path.as_slice()) {
        ("cluster" | "scope", []) => into("workloads", &[]),
        ("namespace", [namespace]) => into("workloads", &[("namespace", *namespace)]),
        ("workload", [namespace, kind, name]) => {
            let owner = format!("{kind}/{name}");
            into("pods", &[("namespace", *namespace), ("owner", &owner)])
        }
        ("pod", [namespace, name]) => into("events", &[("namespace", *namespace), ("name", *name)]),
        ("node", [node]) => into("pods", &[("node", *node)]),
        ("grant", [namespace, ..]) => {
            let account = said(table, row, "name")?;
            into(
                "pods",
                &[("namespace", *namespace), ("service_account", account)],
            )
        }
        _ => return None,
    })
}

/// Event, pod, workload, namespace, cluster.
fn up(table: &Table, row: &Row, desk: &Desk<'_>) -> Option<Lead> {
    let object = &row.object;
    let (cluster, path) = object.in_cluster(desk.inventory)?;
    let within = |form, kind: &'static str, path: &[&str]| {
        let mut id = cluster.name.to_string();
        for part in path {
            id.push('/');
            id.push_str(part);
        }
        Lead::Within {
            form,
            object: Object {
                kind,
                id,
                ..object.clone()
            },
        }
    };
    Some(match (table.name, path.as_slice()) {
        ("connections", _) => Lead::Into {
            view: "clusters",
            form: "clusters",
            filter: format!("name={}", cluster.name),
            reads: Vec::new(),
        },
        ("pods", [namespace, _]) => {
            match said(table, row, "owner").and_then(|owner| owner.split_once('/')) {
                Some((kind, name)) => within("workloads", "workload", &[namespace, kind, name]),
                None => within("namespaces", "namespace", &[namespace]),
            }
        }
        ("events", _) => {
            let (namespace, name) = (said(table, row, "namespace")?, said(table, row, "name")?);
            match said(table, row, "type")? {
                "Pod" => within("pods", "pod", &[namespace, name]),
                kind => within("workloads", "workload", &[namespace, kind, name]),
            }
        }
        ("workloads" | "extensions" | "roles", _) => match said(table, row, "namespace") {
            Some(namespace) => within("namespaces", "namespace", &[namespace]),
            None => within("connections", "cluster", &[]),
        },
        _ => within("connections", "cluster", &[]),
    })
}

/// Why it is as it is, with what shows it: evidence, pods, events.
fn details(table: &Table, row: &Row, desk: &Desk<'_>) -> Pairs {
    let brush = desk.brush();
    let object = &row.object;
    let mut pairs = Pairs::default();
    facts::verdict(row, &mut pairs, brush);
    let found = object.in_cluster(desk.inventory);
    let Some((cluster, path)) = found else {
        return clusters::details(table, row, desk);
    };
    let contents = desk.inventory.contents.get(&cluster);
    let contents = contents.and_then(|remote| remote.value());
    if let Some(contents) = contents {
        match (object.kind, path.as_slice()) {
            ("workload", [namespace, kind, name]) => {
                let owner = Owner::new(*kind, *name);
                tell_workload(contents, namespace, &owner, &mut pairs, brush);
                tell_events(contents, namespace, &owner, &mut pairs, desk);
            }
            ("pod", [namespace, name]) => {
                tell_pod(contents, namespace, name, &mut pairs, brush);
                let itself = Owner::new("Pod", *name);
                tell_events(contents, namespace, &itself, &mut pairs, desk);
            }
            ("extension", _) => tell_extension(contents, row, &mut pairs, brush),
            _ => {}
        }
    }
    facts::columns(table, row, &mut pairs, desk);
    pairs
}

fn tell_workload(
    contents: &Contents,
    namespace: &str,
    owner: &Owner,
    pairs: &mut Pairs,
    brush: Brush<'_>,
) {
    let mut all = contents.workloads.iter();
    if let Some(found) = all.find(|one| one.namespace == namespace && one.itself == *owner) {
        inside::evidence(&found.evidence, pairs, brush);
    }
    let own: Vec<_> = contents
        .pods
        .iter()
        .filter(|pod| &*pod.namespace == namespace && pod.owner.as_ref() == Some(owner))
        .collect();
    if own.is_empty() {
        return;
    }
    pairs.section("Pods");
    for pod in own {
        let health = &pod.health;
        let word = if health.reason.is_empty() {
            &*pod.phase
        } else {
            health.reason.as_str()
        };
        pairs.line(facts::part(health.state, &pod.name, word, brush));
    }
}

fn tell_pod(contents: &Contents, namespace: &str, name: &str, pairs: &mut Pairs, brush: Brush<'_>) {
    let mut pods = contents.pods.iter();
    let Some(pod) = pods.find(|pod| &*pod.namespace == namespace && pod.name == name) else {
        return;
    };
    inside::evidence(&pod.evidence, pairs, brush);
    if !pod.containers.is_empty() {
        let names = pod.containers.join(", ");
        let said = Span::styled(clean(&names).into_owned(), brush.style(Role::Text));
        pairs.section("Containers");
        pairs.pair("names", said);
    }
}

fn tell_extension(contents: &Contents, row: &Row, pairs: &mut Pairs, brush: Brush<'_>) {
    let cluster = &contents.cluster.name;
    let id = |one: &Extension| {
        let (api, kind) = (&one.api, &one.kind);
        format!("{cluster}/{}/{api}/{kind}/{}", one.namespace, one.name)
    };
    let mut all = contents.extensions.iter();
    let Some(extension) = all.find(|one| id(one) == row.object.id) else {
        return;
    };
    pairs.section("Status");
    for (name, value) in &extension.facts {
        let said = Span::styled(clean(value).into_owned(), brush.style(Role::Text));
        pairs.pair(clean(name).into_owned(), said);
    }
}

/// What was noted of it of late.
fn tell_events(
    contents: &Contents,
    namespace: &str,
    about: &Owner,
    pairs: &mut Pairs,
    desk: &Desk<'_>,
) {
    let brush = desk.brush();
    let own: Vec<&Event> = contents
        .events
        .iter()
        .filter(|event| event.namespace == namespace && event.about == *about)
        .take(8)
        .collect();
    if own.is_empty() {
        return;
    }
    pairs.section("Events");
    for event in own {
        let state = if event.warning {
            State::Warning
        } else {
            State::Off
        };
        let ago = facts::ago(event.last, desk);
        let said = format!("{}: {}", event.reason, event.message);
        pairs.line(facts::part(state, &ago, &said, brush));
    }
}

#[cfg(test)]
mod tests;
