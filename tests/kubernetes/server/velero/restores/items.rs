//! Restoring one object.

use std::sync::Arc;

use serde_json::Value;

use super::{
    super::{
        super::{
            json::{put, take, text},
            kinds::Kind,
            patch::merge,
            status::Status,
            world::World,
            write::{self, Author, edit, validate},
        },
        MANAGER,
        archive::Item,
        plugin::{Action, action},
    },
    reset::{adapt, mark, merge_account, reset, unmark},
    results::{Fate, Results},
};
/// What a restore wants, as far as single objects are concerned.
pub(super) struct Plan<'a> {
    pub(super) restore: &'a str,
    pub(super) backup: &'a str,
    /// Whether existing objects are changed.
    pub(super) updates: bool,
    /// Namespaces that this restore has made: what is in them already was made by others meanwhile.
    pub(super) fresh: &'a [String],
}

/// Restores `item` into `namespace`, which is empty in cluster scope.
pub(super) fn restore(
    world: &mut World,
    plan: &Plan<'_>,
    item: &Item,
    namespace: &str,
    results: &mut Results,
) {
    let version = text(&item.object, "/apiVersion");
    let Some(kind) = world.kinds.named(version, item.kind()) else {
        let why = format!("resource {} is not served by the cluster", item.resource);
        results.error(namespace, &why);
        return;
    };
    let mut object = reset(&item.object);
    if let Some(Action::Fail(why)) = action(&item.object, "restore") {
        let place = format!("{}/{namespace}/{}", item.resource, item.name());
        let why = format!("error preparing {place}: rpc error: code = Unknown desc = {why}");
        results.error(namespace, &why);
        results.note(item, namespace, Fate::Failed);
        return;
    }
    adapt(&mut object);
    if !namespace.is_empty() {
        put(&mut object, &["metadata", "namespace"], namespace);
    }
    let mut marked = object.clone();
    mark(&mut marked, plan.backup, plan.restore);
    let fate = match world.get(&kind, namespace, item.name()) {
        None => add(world, &kind, item, namespace, marked, results),
        Some(found) => meet(world, plan, &kind, &found, &object, results),
    };
    results.note(item, namespace, fate);
}

fn add(
    world: &mut World,
    kind: &Arc<Kind>,
    item: &Item,
    namespace: &str,
    object: Value,
    results: &mut Results,
) -> Fate {
    match write::create(world, kind, namespace, object, &Author::of(MANAGER)) {
        Ok(_) => Fate::Created,
        Err(status) => {
            let place = format!("{}/{namespace}/{}", item.resource, item.name());
            results.error(
                namespace,
                &format!("error restoring {place}: {}", status.message()),
            );
            Fate::Failed
        }
    }
}

/// The object is there already.
fn meet(
    world: &mut World,
    plan: &Plan<'_>,
    kind: &Arc<Kind>,
    found: &Value,
    object: &Value,
    results: &mut Results,
) -> Fate {
    let namespace = text(object, "/metadata/namespace");
    let name = text(object, "/metadata/name");
    if kind.is("", "serviceaccounts") {
        edit(
            world,
            kind,
            namespace,
            name,
            &Author::of(MANAGER),
            |account| {
                merge_account(account, object);
            },
        );
        return Fate::Skipped;
    }
    let mut there = reset(found);
    unmark(&mut there);
    let mut wanted = object.clone();
    unmark(&mut wanted);
    let by_others = plan.fresh.iter().any(|fresh| fresh == namespace);
    if there == wanted && !by_others {
        return Fate::Skipped;
    }
    if !plan.updates {
        let what = text(object, "/kind");
        results.warning(namespace, &format!(
            "could not restore, {what} {name:?} already exists. Warning: the in-cluster version is different than the backed-up version"
        ));
        return Fate::Failed;
    }
    let mut marked = object.clone();
    mark(&mut marked, plan.backup, plan.restore);
    update(world, kind, found, &marked, results)
}

fn update(
    world: &mut World,
    kind: &Arc<Kind>,
    found: &Value,
    object: &Value,
    results: &mut Results,
) -> Fate {
    let mut changed = found.clone();
    merge(&mut changed, object);
    for name in gone(&found["data"], &object["data"]) {
        take(&mut changed, &["data", &name]);
    }
    if kind.is("", "pods") {
        // The patch takes away what Velero's action has taken away.
        changed["spec"] = object["spec"].clone();
    }
    let namespace = text(object, "/metadata/namespace");
    let name = text(object, "/metadata/name");
    let causes = validate(kind, Some(found), &changed);
    if !causes.is_empty() {
        let status = Status::invalid(kind, name, &causes);
        results.warning(namespace, status.message());
        return Fate::Failed;
    }
    write::replace(world, kind, found, changed, &Author::of(MANAGER));
    Fate::Updated
}

fn gone(before: &Value, after: &Value) -> Vec<String> {
    let before = before.as_object().into_iter().flatten();
    before
        .filter(|(name, _)| after.get(name.as_str()).is_none())
        .map(|(name, _)| name.clone())
        .collect()
}
