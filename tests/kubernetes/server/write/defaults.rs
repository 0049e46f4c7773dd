//! What the server fills into an object: defaults of its type, admission, a first status.

use serde_json::{Value, json};

use super::super::{
    cluster::label_topology,
    json::{default, list, pairs, put, text},
    kinds::Kind,
    world::World,
};

/// Fills in the defaults of a type.
pub(crate) fn fill(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.name.as_str()) {
        ("", "Pod") => {
            pod_spec(&mut object["spec"]);
            default(object, &["spec", "enableServiceLinks"], true);
        }
        ("apps", "Deployment") => {
            let strategy = json!({
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
            });
            default(object, &["spec", "replicas"], 1);
            default(object, &["spec", "strategy"], strategy);
            default(object, &["spec", "revisionHistoryLimit"], 10);
            default(object, &["spec", "progressDeadlineSeconds"], 600);
            template(object);
        }
        ("apps", "ReplicaSet") => {
            default(object, &["spec", "replicas"], 1);
            template(object);
        }
        ("apps", "StatefulSet") => {
            let update = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}});
            default(object, &["spec", "replicas"], 1);
            default(object, &["spec", "podManagementPolicy"], "OrderedReady");
            default(object, &["spec", "revisionHistoryLimit"], 10);
            default(object, &["spec", "updateStrategy"], update);
            template(object);
        }
        ("apps", "DaemonSet") => {
            let update = json!({
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1},
            });
            default(object, &["spec", "revisionHistoryLimit"], 10);
            default(object, &["spec", "updateStrategy"], update);
            template(object);
        }
        ("batch", "Job") => {
            default(object, &["spec", "backoffLimit"], 6);
            default(object, &["spec", "completions"], 1);
            default(object, &["spec", "parallelism"], 1);
            default(object, &["spec", "completionMode"], "NonIndexed");
            default(object, &["spec", "suspend"], false);
            template(object);
        }
        ("", "Service") => service(object),
        ("", "Secret") => default(object, &["type"], "Opaque"),
        _ => {}
    }
}

fn template(object: &mut Value) {
    pod_spec(&mut object["spec"]["template"]["spec"]);
}

/// Fills in the defaults of a pod's spec, also inside a template.
pub(crate) fn pod_spec(spec: &mut Value) {
    for field in ["containers", "initContainers"] {
        let containers = spec.get_mut(field).and_then(Value::as_array_mut);
        for one in containers.into_iter().flatten() {
            container(one);
        }
    }
    default(spec, &["restartPolicy"], "Always");
    default(spec, &["terminationGracePeriodSeconds"], 30);
    default(spec, &["dnsPolicy"], "ClusterFirst");
    default(spec, &["securityContext"], json!({}));
    default(spec, &["schedulerName"], "default-scheduler");
}

fn container(container: &mut Value) {
    let image = text(container, "/image");
    let name = image.rsplit('/').next().unwrap_or_default();
    let policy = match name.rsplit_once(':') {
        None | Some((_, "latest")) => "Always",
        Some(_) => "IfNotPresent",
    };
    default(container, &["imagePullPolicy"], policy);
    default(container, &["resources"], json!({}));
    default(
        container,
        &["terminationMessagePath"],
        "/dev/termination-log",
    );
    default(container, &["terminationMessagePolicy"], "File");
    for (resource, limit) in pairs(container, "/resources/limits") {
        default(container, &["resources", "requests", &resource], limit);
    }
    for port in container["ports"].as_array_mut().into_iter().flatten() {
        default(port, &["protocol"], "TCP");
    }
    if container["ports"].is_null() {
        super::super::json::object(container).remove("ports");
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = container.get_mut(probe).filter(|probe| probe.is_object()) else {
            continue;
        };
        default(probe, &["timeoutSeconds"], 1);
        default(probe, &["periodSeconds"], 10);
        default(probe, &["successThreshold"], 1);
        default(probe, &["failureThreshold"], 3);
    }
}

fn service(service: &mut Value) {
    default(service, &["spec", "type"], "ClusterIP");
    default(service, &["spec", "sessionAffinity"], "None");
    default(service, &["spec", "internalTrafficPolicy"], "Cluster");
    default(service, &["spec", "ipFamilies"], json!(["IPv4"]));
    default(service, &["spec", "ipFamilyPolicy"], "SingleStack");
    for port in service["spec"]["ports"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        default(port, &["protocol"], "TCP");
        let number = port["port"].clone();
        default(port, &["targetPort"], number);
    }
}

/// What admission adds, of which nobody is the manager.
pub(super) fn admit(world: &mut World, kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.name.as_str()) {
        ("", "Pod") => {
            let mut tolerations = list(object, "/spec/tolerations").to_vec();
            for key in [
                "node.kubernetes.io/not-ready",
                "node.kubernetes.io/unreachable",
            ] {
                let covered = |toleration: &Value| {
                    let found = text(toleration, "/key");
                    found == key || found.is_empty() && text(toleration, "/effect").is_empty()
                };
                if !tolerations.iter().any(covered) {
                    tolerations.push(json!({
                        "key": key,
                        "operator": "Exists",
                        "effect": "NoExecute",
                        "tolerationSeconds": 300,
                    }));
                }
            }
            put(object, &["spec", "tolerations"], tolerations);
            default(object, &["spec", "priority"], 0);
            default(
                object,
                &["spec", "preemptionPolicy"],
                "PreemptLowerPriority",
            );
            let node = text(object, "/spec/nodeName").to_owned();
            label_topology(world, &node, object);
        }
        ("", "Namespace") => {
            let name = text(object, "/metadata/name").to_owned();
            put(
                object,
                &["metadata", "labels", "kubernetes.io/metadata.name"],
                name,
            );
        }
        ("", "Service") if text(object, "/spec/clusterIP").is_empty() => {
            let ip = world.cluster.next_service_ip();
            put(object, &["spec", "clusterIP"], ip.clone());
            put(object, &["spec", "clusterIPs"], json!([ip]));
        }
        _ => {}
    }
}

/// A first status, in place of any that the creator sent.
pub(super) fn prepare(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.name.as_str()) {
        ("", "Pod") => {
            let quality = quality(object);
            object["status"] = json!({"phase": "Pending", "qosClass": quality});
            if !list(object, "/spec/schedulingGates").is_empty() {
                object["status"]["conditions"] = json!([{
                    "type": "PodScheduled",
                    "status": "False",
                    "lastProbeTime": null,
                    "lastTransitionTime": null,
                    "reason": "SchedulingGated",
                    "message": "Scheduling is blocked due to non-empty scheduling gates",
                }]);
            }
        }
        ("", "Namespace") => {
            default(object, &["spec", "finalizers"], json!(["kubernetes"]));
            object["status"] = json!({"phase": "Active"});
        }
        ("", "Service") => object["status"] = json!({"loadBalancer": {}}),
        ("apps", "ReplicaSet") => object["status"] = json!({"replicas": 0}),
        ("apps", "StatefulSet") => {
            object["status"] = json!({"replicas": 0, "availableReplicas": 0});
        }
        ("apps", "DaemonSet") => {
            object["status"] = json!({
                "currentNumberScheduled": 0, "desiredNumberScheduled": 0,
                "numberMisscheduled": 0, "numberReady": 0,
            });
        }
        ("policy", "PodDisruptionBudget") => {
            object["status"] = json!({
                "currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0,
                "expectedPods": 0,
            });
        }
        ("apps" | "batch" | "resource.k8s.io", _) if kind.has("status") => {
            object["status"] = json!({});
        }
        _ => {}
    }
}

/// The class of a pod by its requests and limits of CPU and memory.
fn quality(pod: &Value) -> &'static str {
    let containers = || {
        let init = list(pod, "/spec/initContainers").iter();
        init.chain(list(pod, "/spec/containers"))
    };
    let counted = |container: &Value, which: &str| -> Vec<(String, String)> {
        let mut found = pairs(container, &format!("/resources/{which}"));
        found.retain(|(name, _)| name == "cpu" || name == "memory");
        found
    };
    let best_effort = |container: &Value| {
        counted(container, "requests").is_empty() && counted(container, "limits").is_empty()
    };
    let guaranteed = |container: &Value| {
        let limits = counted(container, "limits");
        limits.len() == 2 && limits == counted(container, "requests")
    };
    if containers().all(best_effort) {
        "BestEffort"
    } else if containers().all(guaranteed) {
        "Guaranteed"
    } else {
        "Burstable"
    }
}
