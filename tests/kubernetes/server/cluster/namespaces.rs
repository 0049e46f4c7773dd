//! The namespace controller, and what every namespace has in it from the start.

use serde_json::json;

use super::{
    super::{
        json::{put, text},
        store::{Change, Object},
        world::World,
        write::{Author, DeleteOptions, create, delete, edit},
    },
    queue::enqueue,
};

/// Milliseconds until a new namespace has its ConfigMap and ServiceAccount.
const POPULATE: i64 = 5;
/// Milliseconds until the content of a namespace that goes away is deleted.
const EMPTY: i64 = 60;

pub(super) fn notice(world: &mut World, namespace: &Object, change: &Change) {
    match (&change.before, &change.now) {
        (None, Some(_)) => enqueue(world, "populate", POPULATE, "", &namespace.name, populate),
        (Some(_), Some(now)) if *now.fields[0] == *"Terminating" => {
            enqueue(world, "namespace", EMPTY, "", &namespace.name, empty);
        }
        _ => {}
    }
}

/// An object of a namespace is gone: it may have been the last one.
pub(super) fn notice_removal(world: &mut World, namespace: &str) {
    let namespaces = world.kind("", "namespaces");
    let found = world.store.get(&namespaces, "", namespace);
    if found.is_some_and(|found| *found.fields[0] == *"Terminating") {
        enqueue(world, "namespace", EMPTY, "", namespace, empty);
    }
}

fn populate(world: &mut World, _: &str, namespace: &str) {
    let author = Author::of("kube-controller-manager");
    let certificate = json!({
        "metadata": {
            "name": "kube-root-ca.crt",
            "annotations": {"kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."},
        },
        "data": {"ca.crt": format!("the certificate of {}\n", world.people.cluster_name())},
    });
    let account = json!({"metadata": {"name": "default"}});
    for (plural, object) in [("configmaps", certificate), ("serviceaccounts", account)] {
        let kind = world.kind("", plural);
        // It may be there already, restored by somebody.
        drop(create(world, &kind, namespace, object, &author));
    }
}

/// Deletes what is in a namespace, and the namespace once it is empty.
fn empty(world: &mut World, _: &str, namespace: &str) {
    let kinds: Vec<_> = world.kinds.all().to_vec();
    let mut left = 0;
    for kind in kinds.iter().filter(|kind| kind.namespaced) {
        for object in world.all_in(kind, namespace) {
            let name = text(&object, "/metadata/name");
            let options = DeleteOptions::propagating("Background");
            drop(delete(world, kind, namespace, name, &options));
            left += usize::from(world.store.get(kind, namespace, name).is_some());
        }
    }
    let namespaces = world.kind("", "namespaces");
    let author = Author::default();
    edit(world, &namespaces, "", namespace, &author, |object| {
        if left == 0 {
            put(object, &["spec", "finalizers"], json!([]));
        }
    });
}
