//! What was read of things in clusters, and why it could not be.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    inventory::{Inventory, tables::Object},
    model::{
        ClusterId, Trouble,
        fleet::Fleet,
        velero::Velero,
        workload::{Contents, Owner},
    },
};

/// The object as it was read; `None` for what is in no cluster, or is the cluster itself.
pub(super) fn json(inventory: &Inventory, object: &Object) -> Option<Value> {
    let (cluster, path) = object.in_cluster(inventory)?;
    let fleet = inventory.fleets.get(&cluster);
    let fleet = fleet.and_then(|remote| remote.value());
    let contents = inventory.contents.get(&cluster);
    let contents = contents.and_then(|remote| remote.value());
    let velero = inventory.veleros.get(&cluster);
    let velero = velero.and_then(|remote| remote.value());
    let found = contents.and_then(|contents| in_contents(contents, object.kind, &path));
    found
        .or_else(|| in_fleet(fleet?, object.kind, &path))
        .or_else(|| in_velero(velero?, object.kind, &path))
}

fn value<T: Serialize>(found: Option<&T>) -> Option<Value> {
    serde_json::to_value(found?).ok()
}

fn in_fleet(fleet: &Fleet, kind: &str, path: &[&str]) -> Option<Value> {
    match (kind, path) {
        ("pool", [pool]) => {
            let nodes = fleet.nodes.iter();
            let own: Vec<_> = nodes.filter(|node| node.pool.as_str() == *pool).collect();
            let waiting = fleet.pending.iter();
            let waiting: Vec<_> = waiting
                .filter(|one| one.pools.iter().any(|name| name.as_str() == *pool))
                .collect();
            (!own.is_empty()).then(|| json!({ "pool": pool, "nodes": own, "pending": waiting }))
        }
        ("node", [node]) => value(fleet.nodes.iter().find(|one| one.name == *node)),
        ("pod", [namespace, name]) => {
            let mut holders = fleet.holders.iter();
            let holder = holders.find(|one| one.namespace == *namespace && one.name == *name);
            let mut waiting = fleet.pending.iter();
            let waiting = waiting.find(|one| one.namespace == *namespace && one.name == *name);
            value(holder).or_else(|| value(waiting))
        }
        _ => None,
    }
}

fn in_contents(contents: &Contents, kind: &str, path: &[&str]) -> Option<Value> {
    match (kind, path) {
        ("pod", [namespace, name]) => {
            let mut pods = contents.pods.iter();
            let pod = pods.find(|pod| &*pod.namespace == *namespace && pod.name == *name);
            value(pod.map(AsRef::as_ref))
        }
        ("workload", [namespace, kind, name]) => {
            let itself = Owner::new(*kind, *name);
            let mut all = contents.workloads.iter();
            value(all.find(|one| one.namespace == *namespace && one.itself == itself))
        }
        ("namespace", [name]) => value(contents.namespaces.iter().find(|one| one.name == *name)),
        ("event", [namespace, kind, reason, name]) => {
            let about = Owner::new(*kind, *name);
            let mut all = contents.events.iter();
            value(all.find(|one| {
                one.namespace == *namespace && one.about == about && one.reason == *reason
            }))
        }
        ("extension", [namespace, .., kind, name]) => {
            let mut all = contents.extensions.iter();
            value(
                all.find(|one| {
                    one.namespace == *namespace && one.kind == *kind && one.name == *name
                }),
            )
        }
        ("grant", [namespace, by, account]) => {
            let pod_identity = *by == "Pod Identity";
            let mut all = contents.grants.iter();
            value(all.find(|one| {
                one.namespace == *namespace
                    && one.service_account == *account
                    && one.pod_identity == pod_identity
            }))
        }
        _ => None,
    }
}

fn in_velero(velero: &Velero, kind: &str, path: &[&str]) -> Option<Value> {
    let [namespace, name] = path else {
        return None;
    };
    let is = |own: &str, called: &str| own == *namespace && called == *name;
    match kind {
        "velero backup" => value(
            velero
                .backups
                .iter()
                .find(|one| is(&one.namespace, &one.name)),
        ),
        "velero restore" => value(
            velero
                .restores
                .iter()
                .find(|one| is(&one.namespace, &one.name)),
        ),
        "velero schedule" => value(
            velero
                .schedules
                .iter()
                .find(|one| is(&one.namespace, &one.name)),
        ),
        "velero location" => value(
            velero
                .locations
                .iter()
                .find(|one| is(&one.namespace, &one.name)),
        ),
        "velero repository" => value(
            velero
                .repositories
                .iter()
                .find(|one| is(&one.namespace, &one.name)),
        ),
        _ => None,
    }
}

/// Reads of the cluster that the object is in, or is, that failed.
pub(super) fn troubles(object: &Object, inventory: &Inventory) -> Vec<(&'static str, Trouble)> {
    let place = object.account.zip(object.region.clone());
    let known = inventory.fleets.keys().chain(inventory.contents.keys());
    let mut known = known.chain(inventory.veleros.keys());
    // A cluster out of reach is in no list but this one.
    let is = |cluster: &&ClusterId| {
        let here = place.as_ref().is_some_and(|(account, region)| {
            cluster.place.account == *account && cluster.place.region == *region
        });
        let name = cluster.name.as_str();
        let rest = object.id.strip_prefix(name);
        here && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let Some(cluster) = known.find(is) else {
        return Vec::new();
    };
    let told = [
        (
            "nodes",
            inventory
                .fleets
                .get(cluster)
                .and_then(|remote| remote.trouble()),
        ),
        (
            "workloads",
            inventory
                .contents
                .get(cluster)
                .and_then(|remote| remote.trouble()),
        ),
        (
            "Velero",
            inventory
                .veleros
                .get(cluster)
                .and_then(|remote| remote.trouble()),
        ),
    ];
    told.into_iter()
        .filter_map(|(what, trouble)| Some((what, trouble?.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::views::sample_of_a_cluster;

    #[test]
    fn what_was_read_of_each_kind_is_found_by_its_path() {
        let (inventory, cluster) = sample_of_a_cluster();
        let raw = |kind: &'static str, path: &str| {
            let object = Object {
                kind,
                account: Some(cluster.place.account),
                region: Some(cluster.place.region.clone()),
                id: format!("{}/{path}", cluster.name),
                name: String::new(),
                arn: None,
            };
            json(&inventory, &object)
        };
        let all = [
            ("pool", "h100"),
            ("node", "ip-10-22-1-7"),
            ("pod", "train/bert-0"),
            ("pod", "train/bert-1"),
            ("workload", "train/Deployment/api"),
            ("namespace", "train"),
            ("event", "train/Pod/BackOff/api-2"),
            ("extension", "argocd/argoproj.io/v1alpha1/Application/shop"),
            ("grant", "train/Pod Identity/trainer"),
            ("velero backup", "velero/nightly-1"),
            ("velero restore", "velero/again-1"),
            ("velero schedule", "velero/nightly"),
            ("velero location", "velero/default"),
        ];
        for (kind, path) in all {
            assert!(raw(kind, path).is_some(), "{kind} {path}");
        }
        assert_eq!(raw("pod", "train/nobody"), None);
    }
}
