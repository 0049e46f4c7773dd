//! Which objects a backup is of.

use serde_json::Value;

use super::super::{
    super::{
        json::{pairs, put, take, text, texts},
        kinds::Kind,
        selectors::Labels,
        world::World,
    },
    GROUP,
    archive::Item,
};

/// The objects that a backup takes up, in the order of their kinds.
pub(super) fn items(world: &World, backup: &Value) -> Vec<Item> {
    let mut items = Vec::new();
    for kind in world.kinds.all() {
        // Each group is read in one version alone.
        let doubled =
            kind.group == "events.k8s.io" || kind.group == "autoscaling" && kind.version == "v1";
        if doubled || kind.group == GROUP || !kind.allows("list") || !included(backup, kind) {
            continue;
        }
        for object in world.store.table(kind).values() {
            let namespace = match (kind.namespaced, kind.is("", "namespaces")) {
                (true, _) => Some(&*object.namespace),
                (false, true) => Some(&*object.name),
                (false, false) => None,
            };
            let value = object.value(kind);
            let wanted = match namespace {
                Some(namespace) => in_namespaces(backup, namespace),
                None => cluster_scoped(backup),
            };
            if wanted && selected(backup, &value) {
                let mut object = value;
                take(&mut object, &["metadata", "managedFields"]);
                put(&mut object, &["apiVersion"], kind.api_version());
                items.push(Item {
                    resource: kind.resource(),
                    object,
                });
            }
        }
    }
    items
}

fn included(backup: &Value, kind: &Kind) -> bool {
    let names = [
        kind.plural.clone(),
        kind.resource(),
        kind.name.to_lowercase(),
    ];
    let among = |pointer: &str| {
        let listed = texts(backup, pointer);
        listed.iter().any(|listed| names.contains(listed))
    };
    let listed = texts(backup, "/spec/includedResources");
    let all = listed.is_empty() || listed.iter().any(|name| name == "*");
    (all || among("/spec/includedResources")) && !among("/spec/excludedResources")
}

fn in_namespaces(backup: &Value, namespace: &str) -> bool {
    let included = texts(backup, "/spec/includedNamespaces");
    let excluded = texts(backup, "/spec/excludedNamespaces");
    let all = included.is_empty() || included.iter().any(|name| name == "*");
    (all || included.iter().any(|name| name == namespace))
        && !excluded.iter().any(|name| name == namespace)
}

/// Whether objects of the cluster are taken: when asked for, else in backups of everything.
fn cluster_scoped(backup: &Value) -> bool {
    let asked = backup["spec"]["includeClusterResources"].as_bool();
    let included = texts(backup, "/spec/includedNamespaces");
    asked.unwrap_or(included.is_empty() || included.iter().any(|name| name == "*"))
}

fn selected(backup: &Value, object: &Value) -> bool {
    let labels = pairs(object, "/metadata/labels");
    let one = &backup["spec"]["labelSelector"];
    let several = backup["spec"]["orLabelSelectors"].as_array();
    let excluded = text(object, "/metadata/labels/velero.io~1exclude-from-backup") == "true";
    let by_one = one.is_null() || Labels::of(one).select(&labels);
    let by_several = several.is_none_or(|several| {
        several
            .iter()
            .any(|selector| Labels::of(selector).select(&labels))
    });
    !excluded && by_one && by_several
}
