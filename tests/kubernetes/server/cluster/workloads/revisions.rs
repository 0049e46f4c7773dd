//! Which ReplicaSet belongs to a Deployment's template, and the number of its revision.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    super::{
        super::{
            json::{default, number, put, text},
            world::World,
            write::{Author, create, edit},
        },
        controller,
    },
    MANAGER,
    rolling::{bounds, first_size},
};

const REVISION: &str = "deployment.kubernetes.io/revision";
const HASH: &str = "pod-template-hash";

/// The ReplicaSets of a Deployment: the one of its template, and the others.
pub(super) fn sets(world: &World, deployment: &Value) -> (Option<Value>, Vec<Value>) {
    let uid = &deployment["metadata"]["uid"];
    let kind = world.kind("apps", "replicasets");
    let mut sets = world.all_in(&kind, text(deployment, "/metadata/namespace"));
    sets.retain(|set| controller(set).is_some_and(|owner| owner["uid"] == *uid));
    let wanted = template(deployment);
    let position = sets.iter().position(|set| template(set) == wanted);
    (position.map(|at| sets.remove(at)), sets)
}

/// The template, without what only ReplicaSets have in theirs.
fn template(object: &Value) -> Value {
    let mut template = object["spec"]["template"].clone();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove(HASH);
    }
    template
}

pub(super) fn revision(object: &Value) -> i64 {
    let annotation = object["metadata"]["annotations"][REVISION].as_str();
    annotation
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

/// Makes the ReplicaSet of the current template when there is none, or gives it the next revision.
/// Whether the Deployment itself was told: then the rest waits for another round.
pub(super) fn ensure(
    world: &mut World,
    deployment: &Value,
    current: Option<&Value>,
    others: &[Value],
) -> bool {
    let next = others.iter().map(revision).max().unwrap_or_default() + 1;
    match current {
        Some(set) if revision(set) >= next => {
            let behind = revision(deployment) != revision(set);
            if behind {
                tell(world, deployment, revision(set), None);
            }
            behind
        }
        Some(set) => {
            let sets = world.kind("apps", "replicasets");
            let (namespace, name) = (
                text(set, "/metadata/namespace"),
                text(set, "/metadata/name"),
            );
            edit(world, &sets, namespace, name, &Author::of(MANAGER), |set| {
                put(
                    set,
                    &["metadata", "annotations", REVISION],
                    next.to_string(),
                );
            });
            tell(world, deployment, next, None);
            true
        }
        None => {
            let made = add_set(world, deployment, others, next);
            tell(world, deployment, next, Some(&made));
            true
        }
    }
}

fn add_set(world: &mut World, deployment: &Value, others: &[Value], revision: i64) -> String {
    let name = text(deployment, "/metadata/name");
    let hash = hash(&template(deployment));
    let spec = &deployment["spec"];
    let (most, _) = bounds(spec);
    let mut labelled = spec["template"].clone();
    put(&mut labelled, &["metadata", "labels", HASH], hash.clone());
    let mut selector = spec["selector"].clone();
    put(&mut selector, &["matchLabels", HASH], hash.clone());
    let annotations = json!({
        REVISION: revision.to_string(),
        "deployment.kubernetes.io/desired-replicas": number(spec, "/replicas").to_string(),
        "deployment.kubernetes.io/max-replicas": most.to_string(),
    });
    let mut set = json!({
        "metadata": {
            "name": format!("{name}-{hash}"),
            "labels": labelled["metadata"]["labels"],
            "annotations": annotations,
            "ownerReferences": [{
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": name,
                "uid": deployment["metadata"]["uid"],
                "controller": true,
                "blockOwnerDeletion": true,
            }],
        },
        "spec": {
            "replicas": first_size(spec, others),
            "selector": selector,
            "template": labelled,
        },
    });
    if let Some(least) = spec.get("minReadySeconds") {
        default(&mut set, &["spec", "minReadySeconds"], least.clone());
    }
    let sets = world.kind("apps", "replicasets");
    let namespace = text(deployment, "/metadata/namespace");
    let author = Author::of(MANAGER);
    drop(create(world, &sets, namespace, set, &author));
    format!("{name}-{hash}")
}

/// Notes the revision on the Deployment, and that a ReplicaSet was made for it.
fn tell(world: &mut World, deployment: &Value, revision: i64, made: Option<&str>) {
    let deployments = world.kind("apps", "deployments");
    let (namespace, name) = (
        text(deployment, "/metadata/namespace"),
        text(deployment, "/metadata/name"),
    );
    let now = world.stamp();
    let author = Author::status(MANAGER);
    edit(world, &deployments, namespace, name, &author, |object| {
        put(
            object,
            &["metadata", "annotations", REVISION],
            revision.to_string(),
        );
        if let Some(set) = made {
            let message = format!("Created new replica set {set:?}");
            let status = &mut object["status"];
            super::conditions::set(
                status,
                "Progressing",
                true,
                "NewReplicaSetCreated",
                &message,
                &now,
            );
        }
    });
}

/// The hash in the name of a ReplicaSet: ten digits in letters without vowels.
fn hash(template: &Value) -> String {
    let digest = Sha256::digest(template.to_string());
    let number = digest[..4]
        .iter()
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let letters = number.to_string();
    let letter =
        |digit: char| char::from(b"2456789bcd"[digit.to_digit(10).unwrap_or_default() as usize]);
    letters.chars().map(letter).collect()
}
