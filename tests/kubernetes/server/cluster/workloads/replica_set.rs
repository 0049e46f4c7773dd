//! The controller of ReplicaSets: as many pods as are wanted.

use serde_json::{Value, json};

use super::{
    super::{
        super::{
            json::{list, number, put, text},
            world::World,
            write::{Author, DeleteOptions, create, delete, edit},
        },
        Occurrence, controller, record,
    },
    MANAGER,
};

pub(super) fn sync(world: &mut World, namespace: &str, name: &str) {
    let sets = world.kind("apps", "replicasets");
    let Some(set) = world.get(&sets, namespace, name) else {
        return;
    };
    let pods = owned_pods(world, &set);
    let (ending, active): (Vec<&Value>, Vec<&Value>) = pods.iter().partition(|pod| is_ending(pod));
    if text(&set, "/metadata/deletionTimestamp").is_empty() {
        let wanted = usize::try_from(number(&set, "/spec/replicas")).unwrap_or_default();
        for _ in active.len()..wanted {
            add_pod(world, &set);
        }
        for pod in surplus(&active)
            .into_iter()
            .take(active.len().saturating_sub(wanted))
        {
            let pods = world.kind("", "pods");
            let name = text(pod, "/metadata/name");
            drop(delete(
                world,
                &pods,
                namespace,
                name,
                &DeleteOptions::default(),
            ));
            let message = format!("Deleted pod: {name}");
            tell(world, &set, "SuccessfulDelete", &message);
        }
    }
    let ready = active.iter().filter(|pod| is_ready(pod)).count();
    let mut status = json!({"replicas": active.len()});
    for (field, count) in [
        ("fullyLabeledReplicas", active.len()),
        ("readyReplicas", ready),
        ("availableReplicas", ready),
    ] {
        if count > 0 {
            status[field] = count.into();
        }
    }
    status["terminatingReplicas"] = ending.len().into();
    status["observedGeneration"] = set["metadata"]["generation"].clone();
    let author = Author::status(MANAGER);
    edit(world, &sets, namespace, name, &author, |set| {
        set["status"] = status;
    });
}

/// The pods of a ReplicaSet, ended ones left out.
fn owned_pods(world: &World, set: &Value) -> Vec<Value> {
    let uid = &set["metadata"]["uid"];
    let pods = world.all_in(&world.kind("", "pods"), text(set, "/metadata/namespace"));
    let mut pods = pods;
    pods.retain(|pod| {
        let ended = matches!(text(pod, "/status/phase"), "Succeeded" | "Failed");
        !ended && controller(pod).is_some_and(|owner| owner["uid"] == *uid)
    });
    pods
}

fn is_ending(pod: &Value) -> bool {
    !text(pod, "/metadata/deletionTimestamp").is_empty()
}

fn is_ready(pod: &Value) -> bool {
    let conditions = list(pod, "/status/conditions").iter();
    let mut ready = conditions.filter(|condition| condition["type"] == "Ready");
    ready.any(|condition| condition["status"] == "True")
}

/// The pods in the order in which they would be let go: those that serve least first.
fn surplus<'a>(pods: &[&'a Value]) -> Vec<&'a Value> {
    let mut pods = pods.to_vec();
    let age = |pod: &Value| text(pod, "/metadata/creationTimestamp").to_owned();
    pods.sort_by_key(|pod| {
        let placed = !text(pod, "/spec/nodeName").is_empty();
        (placed, is_ready(pod), std::cmp::Reverse(age(pod)))
    });
    pods
}

fn add_pod(world: &mut World, set: &Value) {
    let (namespace, name) = (
        text(set, "/metadata/namespace"),
        text(set, "/metadata/name"),
    );
    let template = &set["spec"]["template"];
    let mut pod = json!({
        "metadata": {
            "generateName": format!("{name}-"),
            "labels": template["metadata"]["labels"],
            "ownerReferences": [{
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "name": name,
                "uid": set["metadata"]["uid"],
                "controller": true,
                "blockOwnerDeletion": true,
            }],
        },
        "spec": template["spec"],
    });
    if let Some(annotations) = template["metadata"].get("annotations") {
        put(&mut pod, &["metadata", "annotations"], annotations.clone());
    }
    let pods = world.kind("", "pods");
    match create(world, &pods, namespace, pod, &Author::of(MANAGER)) {
        Ok(pod) => {
            let message = format!("Created pod: {}", text(&pod, "/metadata/name"));
            tell(world, set, "SuccessfulCreate", &message);
        }
        Err(status) => {
            let message = format!("Error creating: {}", status.message());
            tell(world, set, "FailedCreate", &message);
        }
    }
}

fn tell(world: &mut World, set: &Value, reason: &str, message: &str) {
    let kind = if reason.starts_with("Failed") {
        "Warning"
    } else {
        "Normal"
    };
    let occurrence = Occurrence {
        about: set,
        kind,
        reason,
        message,
        component: "replicaset-controller",
        action: None,
    };
    record(world, &occurrence);
}
