//! What is known about one object: described, raw, explained.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{Page, inside, page::PageLine};
use crate::{
    inventory::{
        Inventory,
        tables::{Lens, Object, Row, all},
    },
    model::{Gap, Place, Remote, Trouble, text},
    tui::{
        State,
        theme::{Role, Theme},
    },
};

/// All that was read about the object, for people.
#[must_use]
pub fn describe(object: &Object, state: &State) -> Page {
    let mut lines: Vec<PageLine> = Vec::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            lines.push(vec![
                (Role::Muted, format!("{name:<14}")),
                (Role::Text, value),
            ]);
        }
    };
    let organization = state.inventory.organization.value();
    let account = object.account.map(|id| {
        let name = organization
            .and_then(|all| all.account(id))
            .map(|account| account.name.clone());
        match name {
            Some(name) => format!("{} ({id})", text::clean(&name)),
            None => id.to_string(),
        }
    });
    fact("kind", object.kind.to_owned());
    fact("account", account.unwrap_or_default());
    fact(
        "region",
        object
            .region
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    );
    fact("id", text::clean(&object.id).into_owned());
    fact(
        "arn",
        object
            .arn
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    );
    if let Some(row) = table_row(object, state) {
        lines.push(state_line(&row, state));
    }
    lines.push(Vec::new());
    match json(&state.inventory, object) {
        Some(value) => outline(&value, 0, &mut lines),
        None => lines.push(vec![(
            Role::Muted,
            "nothing more was read about it".to_owned(),
        )]),
    }
    Page::new("describe", title(object), lines)
}

/// The object as it was read, as JSON.
#[must_use]
pub fn raw(object: &Object, state: &State) -> Page {
    let text = json_text(&state.inventory, object)
        .unwrap_or_else(|| "nothing was read about it".to_owned());
    Page::plain("raw", format!("{} · JSON", title(object)), &text)
}

/// Why the object is in its state, and what helps.
#[must_use]
pub fn explain(object: &Object, state: &State) -> Page {
    let mut lines: Vec<PageLine> = Vec::new();
    match table_row(object, state) {
        Some(row) => {
            lines.push(state_line(&row, state));
            if row.health.reason.is_empty() {
                lines.push(vec![(Role::Muted, "Nothing speaks against it.".to_owned())]);
            }
        }
        None => lines.push(vec![(Role::Muted, "Its state is not judged.".to_owned())]),
    }
    for (what, trouble) in troubles(object, &state.inventory) {
        lines.push(Vec::new());
        lines.push(vec![
            (Role::Error, format!("{what} could not be read: ")),
            (Role::Text, trouble.message.clone()),
        ]);
        if let Some(hint) = &trouble.hint {
            lines.push(vec![(Role::Muted, format!("  {hint}"))]);
        }
    }
    Page::new("explain", format!("Why · {}", title(object)), lines)
}

/// The object as it was read, pretty-printed.
#[must_use]
pub fn json_text(inventory: &Inventory, object: &Object) -> Option<String> {
    serde_json::to_string_pretty(&json(inventory, object)?).ok()
}

/// Finds the object in what was read: by ARN, else by id or name, in its account and region. Kinds
/// need no code of their own here.
#[must_use]
pub fn json(inventory: &Inventory, object: &Object) -> Option<Value> {
    if let Some(found) = inside::json(inventory, object) {
        return Some(found);
    }
    let place = object.account.zip(object.region.clone());
    let place = place.map(|(account, region)| Place { account, region });
    let mut roots: Vec<Option<Value>> = Vec::new();
    if let Some(place) = &place {
        roots.push(
            inventory
                .networks
                .get(place)
                .and_then(|remote| value(remote.value())),
        );
        roots.push(
            inventory
                .clusters
                .get(place)
                .and_then(|remote| value(remote.value())),
        );
        roots.push(
            inventory
                .protections
                .get(place)
                .and_then(|remote| value(remote.value())),
        );
        roots.push(
            inventory
                .balancers
                .get(place)
                .and_then(|remote| value(remote.value())),
        );
    }
    if let Some(account) = object.account {
        roots.push(
            inventory
                .zones
                .get(&account)
                .and_then(|remote| value(remote.value())),
        );
    }
    roots.push(value(inventory.organization.value()));
    roots
        .iter()
        .flatten()
        .find_map(|root| find(root, object))
        .cloned()
}

fn value<T: serde::Serialize>(known: Option<&T>) -> Option<Value> {
    serde_json::to_value(known?).ok()
}

fn find<'a>(root: &'a Value, object: &Object) -> Option<&'a Value> {
    match root {
        Value::Object(fields) => {
            let says =
                |key: &str, wanted: &str| fields.get(key).and_then(Value::as_str) == Some(wanted);
            let by_arn = object
                .arn
                .as_ref()
                .is_some_and(|arn| says("arn", arn.as_str()));
            let by_id =
                says("id", &object.id) || (!fields.contains_key("id") && says("name", &object.id));
            if by_arn || by_id {
                return Some(root);
            }
            fields.values().find_map(|below| find(below, object))
        }
        Value::Array(items) => items.iter().find_map(|below| find(below, object)),
        _ => None,
    }
}

/// A value as indented lines, `name  value`; lists of things get a line each.
fn outline(value: &Value, depth: usize, lines: &mut Vec<PageLine>) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) => {
            for (name, below) in fields {
                let name = name.replace('_', " ");
                match short(below) {
                    Some(text) => lines.push(vec![
                        (Role::Muted, format!("{indent}{name:<20} ")),
                        (Role::Text, text),
                    ]),
                    None => {
                        lines.push(vec![(Role::Strong, format!("{indent}{name}"))]);
                        outline(below, depth + 1, lines);
                    }
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                match short(item) {
                    Some(text) => lines.push(vec![(Role::Text, format!("{indent}- {text}"))]),
                    None => {
                        lines.push(vec![(Role::Muted, format!("{indent}-"))]);
                        outline(item, depth + 1, lines);
                    }
                }
            }
        }
        other => lines.push(vec![(Role::Text, format!("{indent}{other}"))]),
    }
}

/// A value that fits on its line.
fn short(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("–".into()),
        Value::String(text) => Some(text::clean(text).into_owned()),
        Value::Array(items) if items.is_empty() => Some("none".into()),
        Value::Array(items) => {
            let all: Option<Vec<String>> = items
                .iter()
                .map(|item| {
                    if item.is_object() || item.is_array() {
                        None
                    } else {
                        short(item)
                    }
                })
                .collect();
            all.map(|all| all.join(", ")).filter(|text| text.len() < 90)
        }
        Value::Object(fields) if fields.is_empty() => Some("none".into()),
        Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}

fn table_row(object: &Object, state: &State) -> Option<Row> {
    let lens = Lens {
        scope: &state.scope,
        environments: &state.environments,
        now: state.today(),
    };
    all().iter().find_map(|table| {
        let rows = (table.rows)(&state.inventory, &lens);
        rows.into_iter().find(|row| row.object == *object)
    })
}

fn state_line(row: &Row, state: &State) -> PageLine {
    let word = format!(
        "{} {}",
        state.symbols.state(row.health.state),
        row.health.state
    );
    vec![
        (Role::Muted, format!("{:<14}", "state")),
        (Theme::state_role(row.health.state), word),
        (Role::Text, format!("  {}", text::clean(&row.health.reason))),
    ]
}

/// What of the object's account, and region if it has one, could not be read.
fn troubles(object: &Object, inventory: &Inventory) -> Vec<(&'static str, Trouble)> {
    let mut found = Vec::new();
    let Some(account) = object.account else {
        return found;
    };
    let within = |place: &Place| {
        let region = object.region.as_ref();
        place.account == account && region.is_none_or(|region| *region == place.region)
    };
    placed(
        "network",
        &inventory.networks,
        within,
        |read| &read.gaps,
        &mut found,
    );
    placed("clusters", &inventory.clusters, within, |_| &[], &mut found);
    placed(
        "protection",
        &inventory.protections,
        within,
        |read| &read.gaps,
        &mut found,
    );
    placed(
        "balancers",
        &inventory.balancers,
        within,
        |_| &[],
        &mut found,
    );
    let zones = inventory.zones.get(&account);
    let trouble = zones.and_then(|read| read.trouble());
    found.extend(trouble.map(|trouble| ("zones", trouble.clone())));
    found.extend(inside::troubles(object, inventory));
    found
}

/// Adds the places that could not be read, and the parts of those that could.
fn placed<T>(
    what: &'static str,
    from: &BTreeMap<Place, Remote<Arc<T>>>,
    within: impl Fn(&Place) -> bool,
    gaps: impl Fn(&T) -> &[Gap],
    found: &mut Vec<(&'static str, Trouble)>,
) {
    for (_, read) in from.iter().filter(|(place, _)| within(place)) {
        let parts = read.value().map_or(&[][..], |value| gaps(value));
        let failed = read.trouble().cloned().into_iter();
        let all = failed.chain(parts.iter().map(Gap::told));
        found.extend(all.map(|trouble| (what, trouble)));
    }
}

fn title(object: &Object) -> String {
    let name = if object.name.is_empty() {
        &object.id
    } else {
        &object.name
    };
    format!("{} {}", object.kind, text::clean(name))
}
