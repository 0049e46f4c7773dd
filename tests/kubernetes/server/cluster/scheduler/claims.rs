//! Dynamic resource allocation: claims for the devices of ResourceSlices.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::super::{
    json::{default, list, number, put, text},
    world::World,
    write::{Author, create, drop_finalizer, edit},
};

const PROTECTION: &str = "resource.kubernetes.io/delete-protection";

/// A device: driver, pool, name.
type Device = (String, String, String);

/// The devices of all nodes and the claims for them.
pub(super) struct Devices {
    /// Each with its node.
    offered: Vec<(String, Device)>,
    claims: Vec<Value>,
    classes: Vec<Value>,
}

impl Devices {
    /// Devices count when every slice of the newest generation of their pool is there.
    pub(super) fn of(world: &World) -> Self {
        let all = |plural| world.all(&world.kind("resource.k8s.io", plural));
        let slices = all("resourceslices");
        let mut offered = Vec::new();
        for slice in &slices {
            let spec = &slice["spec"];
            let pool = |other: &&Value| {
                other["spec"]["driver"] == spec["driver"]
                    && other["spec"]["pool"]["name"] == spec["pool"]["name"]
            };
            let generation = |slice: &Value| number(slice, "/spec/pool/generation");
            let newest = slices.iter().filter(pool).map(generation).max();
            let current = slices
                .iter()
                .filter(pool)
                .filter(|other| Some(generation(other)) == newest);
            let complete = i64::try_from(current.count()).ok()
                == Some(number(spec, "/pool/resourceSliceCount"));
            if Some(generation(slice)) != newest || !complete {
                continue;
            }
            for device in list(spec, "/devices") {
                let device = (
                    text(spec, "/driver").to_owned(),
                    text(spec, "/pool/name").to_owned(),
                    text(device, "/name").to_owned(),
                );
                offered.push((text(spec, "/nodeName").to_owned(), device));
            }
        }
        Self {
            offered,
            claims: all("resourceclaims"),
            classes: all("deviceclasses"),
        }
    }

    /// Whether a node has what the claims of a pod ask for.
    pub(super) fn suffice(&self, pod: &Value, node: &Value) -> bool {
        self.choose(pod, node).is_some()
    }

    /// The devices for each claim of a pod that has none yet.
    fn choose(&self, pod: &Value, node: &Value) -> Option<Vec<(Value, Vec<Value>)>> {
        let node = text(node, "/metadata/name");
        let mut taken = self.taken();
        let mut chosen = Vec::new();
        for name in claim_names(pod) {
            let claim = self.claim(pod, &name)?;
            if claim["status"]["allocation"].is_object() {
                if !allocated_on(claim, node) {
                    return None;
                }
                continue;
            }
            let mut results = Vec::new();
            for request in list(claim, "/spec/devices/requests") {
                let driver = self.driver(text(request, "/exactly/deviceClassName"));
                for _ in 0..number(request, "/exactly/count").max(1) {
                    let free = self.offered.iter().find(|(place, device)| {
                        place == node && device.0 == driver && !taken.contains(device)
                    });
                    let (_, device) = free?;
                    taken.insert(device.clone());
                    results.push(json!({
                        "request": request["name"],
                        "driver": device.0,
                        "pool": device.1,
                        "device": device.2,
                    }));
                }
            }
            chosen.push((claim.clone(), results));
        }
        Some(chosen)
    }

    fn claim(&self, pod: &Value, name: &str) -> Option<&Value> {
        let namespace = &pod["metadata"]["namespace"];
        let mut claims = self.claims.iter();
        claims.find(|claim| {
            claim["metadata"]["name"] == name && claim["metadata"]["namespace"] == *namespace
        })
    }

    fn taken(&self) -> BTreeSet<Device> {
        let results = self
            .claims
            .iter()
            .flat_map(|claim| list(claim, "/status/allocation/devices/results"));
        results
            .map(|result| {
                let field = |name: &str| text(result, name).to_owned();
                (field("/driver"), field("/pool"), field("/device"))
            })
            .collect()
    }

    /// The driver that a class names: `device.driver == 'x'` in one of its expressions.
    fn driver(&self, class: &str) -> String {
        let classes = self.classes.iter();
        let expressions = classes
            .filter(|found| found["metadata"]["name"] == class)
            .flat_map(|found| list(found, "/spec/selectors"))
            .map(|selector| text(selector, "/cel/expression"));
        let mut drivers = expressions.filter_map(|expression| {
            let (_, after) = expression.split_once("device.driver == ")?;
            after.split(['\'', '"']).nth(1)
        });
        drivers.next().unwrap_or(class).to_owned()
    }
}

/// The names of the claims of a pod, those made from templates included.
fn claim_names(pod: &Value) -> Vec<String> {
    let made = list(pod, "/status/resourceClaimStatuses");
    list(pod, "/spec/resourceClaims")
        .iter()
        .filter_map(|claim| {
            let direct = text(claim, "/resourceClaimName");
            let of_template = made.iter().find(|made| made["name"] == claim["name"]);
            let name = match of_template {
                Some(made) if direct.is_empty() => text(made, "/resourceClaimName"),
                _ => direct,
            };
            (!name.is_empty()).then(|| name.to_owned())
        })
        .collect()
}

fn allocated_on(claim: &Value, node: &str) -> bool {
    let terms = list(claim, "/status/allocation/nodeSelector/nodeSelectorTerms");
    let fields = terms.iter().flat_map(|term| list(term, "/matchFields"));
    let names = fields.flat_map(|field| list(field, "/values"));
    terms.is_empty() || names.into_iter().any(|name| name == node)
}

/// Makes the claims that a pod has templates for.
pub(super) fn instantiate(world: &mut World, namespace: &str, name: &str) {
    let pods = world.kind("", "pods");
    let Some(pod) = world.get(&pods, namespace, name) else {
        return;
    };
    let templates = world.kind("resource.k8s.io", "resourceclaimtemplates");
    let claims = world.kind("resource.k8s.io", "resourceclaims");
    let author = Author::of("kube-controller-manager");
    for wanted in list(&pod, "/spec/resourceClaims") {
        let local = text(wanted, "/name").to_owned();
        let done = list(&pod, "/status/resourceClaimStatuses");
        let template = text(wanted, "/resourceClaimTemplateName");
        if template.is_empty() || done.iter().any(|done| done["name"] == local) {
            continue;
        }
        let Some(template) = world.get(&templates, namespace, template) else {
            continue;
        };
        let mut spec = template["spec"]["spec"].clone();
        for request in spec["devices"]["requests"]
            .as_array_mut()
            .into_iter()
            .flatten()
        {
            default(request, &["exactly", "allocationMode"], "ExactCount");
            default(request, &["exactly", "count"], 1);
        }
        let claim = json!({
            "metadata": {
                "generateName": format!("{name}-{local}-"),
                "annotations": {"resource.kubernetes.io/pod-claim-name": local},
                "ownerReferences": [{
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "name": name,
                    "uid": pod["metadata"]["uid"],
                    "controller": true,
                }],
            },
            "spec": spec,
        });
        let Ok(claim) = create(world, &claims, namespace, claim, &author) else {
            continue;
        };
        let made = json!({"name": local, "resourceClaimName": claim["metadata"]["name"]});
        let author = Author::status("kube-controller-manager");
        edit(world, &pods, namespace, name, &author, |pod| {
            let mut statuses = list(pod, "/status/resourceClaimStatuses").to_vec();
            statuses.push(made);
            put(pod, &["status", "resourceClaimStatuses"], statuses);
        });
    }
}

/// Gives a pod that goes to `node` its devices.
pub(super) fn allocate(world: &mut World, pod: &Value, node: &Value, devices: &Devices) {
    let chosen = devices.choose(pod, node).unwrap_or_default();
    let claims = world.kind("resource.k8s.io", "resourceclaims");
    let namespace = text(pod, "/metadata/namespace");
    let node = text(node, "/metadata/name");
    let now = world.stamp();
    let author = Author::status("kube-scheduler");
    for (claim, results) in chosen {
        let name = text(&claim, "/metadata/name");
        edit(world, &claims, namespace, name, &author, |claim| {
            put(claim, &["metadata", "finalizers"], json!([PROTECTION]));
            put(
                claim,
                &["status", "allocation"],
                json!({
                    "devices": {"results": results},
                    "nodeSelector": {"nodeSelectorTerms": [{"matchFields": [
                        {"key": "metadata.name", "operator": "In", "values": [node]},
                    ]}]},
                    "allocationTimestamp": now,
                }),
            );
        });
    }
    for name in claim_names(pod) {
        edit(world, &claims, namespace, &name, &author, |claim| {
            let mut users = list(claim, "/status/reservedFor").to_vec();
            users.push(json!({
                "resource": "pods",
                "name": pod["metadata"]["name"],
                "uid": pod["metadata"]["uid"],
            }));
            put(claim, &["status", "reservedFor"], users);
        });
    }
}

/// A pod has ended: what it alone held is free again.
pub(super) fn release(world: &mut World, pod: &Value) {
    let claims = world.kind("resource.k8s.io", "resourceclaims");
    let namespace = text(pod, "/metadata/namespace");
    let author = Author::status("kube-controller-manager");
    for name in claim_names(pod) {
        edit(world, &claims, namespace, &name, &author, |claim| {
            let mut users = list(claim, "/status/reservedFor").to_vec();
            users.retain(|user| user["uid"] != pod["metadata"]["uid"]);
            if users.is_empty() {
                claim["status"] = json!({});
                drop_finalizer(claim, PROTECTION);
            } else {
                put(claim, &["status", "reservedFor"], users);
            }
        });
    }
}
