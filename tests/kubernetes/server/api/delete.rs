//! Deleting one object, or many.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    super::{
        json::{text, texts},
        kinds::Kind,
        status::Status,
        store::list::{Query, list},
        world::World,
        write::{self, DeleteOptions},
    },
    Answer, Call,
    body::value,
    path::Resource,
    read::query,
};

/// The options of a call: of its body, else of its query.
pub(super) fn options(call: &Call, body: &Value) -> DeleteOptions {
    let either = |pointer: &str, name: &str| {
        let sent = text(body, pointer);
        let sent = if sent.is_empty() {
            call.query.get(name)
        } else {
            sent
        };
        sent.to_owned()
    };
    let some = |pointer: &str| {
        let found = text(body, pointer);
        (!found.is_empty()).then(|| found.to_owned())
    };
    let grace = body["gracePeriodSeconds"].as_i64();
    DeleteOptions {
        grace: grace.or_else(|| call.query.get("gracePeriodSeconds").parse().ok()),
        propagation: either("/propagationPolicy", "propagationPolicy"),
        uid: some("/preconditions/uid"),
        version: some("/preconditions/resourceVersion"),
        dry_run: call.is_dry_run() || texts(body, "/dryRun").iter().any(|mode| mode == "All"),
    }
}

pub(super) fn one(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let options = options(call, &value(call)?);
    let (namespace, name) = (&resource.namespace, &resource.name);
    let shown = write::delete(world, kind, namespace, name, &options)?;
    Ok(Answer::json(200, shown))
}

pub(super) fn all(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let options = options(call, &value(call)?);
    let query = Query {
        limit: 0,
        ..query(call, resource, kind)?
    };
    let page = list(&world.store, kind, &query)?;
    let items: Vec<Value> = page.items.iter().map(|object| object.value(kind)).collect();
    for object in &page.items {
        write::delete(world, kind, &object.namespace, &object.name, &options)?;
    }
    let shown = json!({
        "kind": format!("{}List", kind.name),
        "apiVersion": kind.api_version(),
        "metadata": {"resourceVersion": page.version.to_string()},
        "items": items,
    });
    Ok(Answer::json(200, shown))
}
