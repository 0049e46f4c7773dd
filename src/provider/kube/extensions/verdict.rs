//! How an object of an extension stands, by what its own controller writes into its status.

use serde_json::Value;

use crate::model::{Health, State};

/// What a state is made of, for people.
type Facts = Vec<(String, String)>;

/// The verdict on an object and the facts that it rests on.
pub(super) fn judge(group: &str, kind: &str, object: &Value) -> (Health, Facts) {
    let mut facts = Facts::new();
    let health = match (group, kind) {
        ("argoproj.io", "Application") => application(object, &mut facts),
        ("argoproj.io", "Rollout") => rollout(object, &mut facts),
        ("argoproj.io", _) => phased(object, &mut facts),
        ("flagger.app", "Canary") => canary(object, &mut facts),
        ("constraints.gatekeeper.sh", _) => constraint(object, &mut facts),
        ("kueue.x-k8s.io", "Workload") => admission(object, &mut facts),
        ("ray.io", _) => ray(object, &mut facts),
        _ => conditions(object, &mut facts),
    };
    let suspended = object["spec"]["suspend"].as_bool() == Some(true);
    if suspended && health.state <= State::Unknown {
        return (Health::new(State::Off, "suspended"), facts);
    }
    (health, facts)
}

fn text<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    let found = path.iter().fold(value, |value, key| &value[*key]);
    found.as_str().unwrap_or_default()
}

fn note(facts: &mut Facts, name: &str, value: impl Into<String>) {
    let value = value.into();
    if !value.is_empty() {
        facts.push((name.to_owned(), value));
    }
}

/// Sync and health as Argo CD tells them.
fn application(object: &Value, facts: &mut Facts) -> Health {
    let status = &object["status"];
    let (sync, health) = (
        text(status, &["sync", "status"]),
        text(status, &["health", "status"]),
    );
    note(facts, "sync", sync);
    note(facts, "health", health);
    note(facts, "revision", text(status, &["sync", "revision"]));
    note(
        facts,
        "repository",
        text(object, &["spec", "source", "repoURL"]),
    );
    note(facts, "path", text(object, &["spec", "source", "path"]));
    let operation = text(status, &["operationState", "phase"]);
    note(facts, "operation", operation);
    let message = text(status, &["operationState", "message"]);
    note(facts, "message", message);
    let own = text(status, &["health", "message"]);
    let first = status["conditions"][0]["message"].as_str().unwrap_or(own);
    match (health, sync, operation) {
        ("Degraded" | "Missing", ..) => Health::new(State::Failed, said(health, first)),
        (_, _, "Failed" | "Error") => Health::new(State::Failed, said("sync failed", message)),
        ("Progressing", ..) | (_, _, "Running") => Health::new(State::Working, "progressing"),
        ("Suspended", ..) => Health::new(State::Off, "suspended"),
        (_, "OutOfSync", _) => Health::new(State::Warning, "out of sync"),
        ("Healthy", "Synced", _) => Health::ok(),
        _ => Health::new(State::Unknown, said("health unknown", first)),
    }
}

fn said(what: &str, message: &str) -> String {
    if message.is_empty() {
        what.to_lowercase()
    } else {
        format!("{}: {message}", what.to_lowercase())
    }
}

/// Argo's own rollout: where its steps stand, and whether it has stopped.
fn rollout(object: &Value, facts: &mut Facts) -> Health {
    let status = &object["status"];
    let phase = text(status, &["phase"]);
    note(facts, "phase", phase);
    note(facts, "message", text(status, &["message"]));
    let steps = object["spec"]["strategy"]["canary"]["steps"].as_array();
    if let (Some(steps), Some(at)) = (steps, status["currentStepIndex"].as_u64()) {
        note(facts, "step", format!("{at} of {}", steps.len()));
    }
    for (name, key) in [("stable", "stableRS"), ("newest", "currentPodHash")] {
        note(facts, name, text(status, &[key]));
    }
    if let Some(weight) = status["canary"]["weights"]["canary"]["weight"].as_u64() {
        note(facts, "weight", format!("{weight} %"));
    }
    let strategy = if object["spec"]["strategy"]["blueGreen"].is_object() {
        "blue/green"
    } else {
        "canary"
    };
    note(facts, "strategy", strategy);
    let message = text(status, &["message"]);
    if status["abort"].as_bool() == Some(true) {
        return Health::new(State::Failed, said("aborted", message));
    }
    match phase {
        "Healthy" => Health::ok(),
        "Paused" => Health::new(State::Warning, said("paused", message)),
        "Progressing" => Health::new(State::Working, said("progressing", message)),
        "Degraded" => Health::new(State::Failed, said("degraded", message)),
        _ => conditions(object, facts),
    }
}

/// Whatever tells a phase: analyses, workflows.
fn phased(object: &Value, facts: &mut Facts) -> Health {
    let phase = text(object, &["status", "phase"]);
    if phase.is_empty() {
        return conditions(object, facts);
    }
    note(facts, "phase", phase);
    let message = text(object, &["status", "message"]);
    note(facts, "message", message);
    let state = match phase {
        "Successful" | "Succeeded" | "Healthy" => return Health::ok(),
        "Failed" | "Error" => State::Failed,
        "Inconclusive" => State::Warning,
        "Pending" | "Running" | "Progressing" => State::Working,
        _ => State::Unknown,
    };
    Health::new(state, said(phase, message))
}

fn canary(object: &Value, facts: &mut Facts) -> Health {
    let status = &object["status"];
    let phase = text(status, &["phase"]);
    note(facts, "phase", phase);
    let weight = status["canaryWeight"].as_u64();
    if let Some(weight) = weight {
        note(facts, "weight", format!("{weight} %"));
    }
    if let Some(failed) = status["failedChecks"].as_u64() {
        note(facts, "failed checks", failed.to_string());
    }
    let target = &object["spec"]["targetRef"];
    note(
        facts,
        "target",
        format!("{}/{}", text(target, &["kind"]), text(target, &["name"])),
    );
    match phase {
        "Initialized" | "Succeeded" => Health::ok(),
        "Failed" => Health::new(State::Failed, "the canary was rolled back"),
        "Waiting" | "WaitingPromotion" => Health::new(State::Warning, "waits for approval"),
        "" => conditions(object, facts),
        other => {
            let at = weight
                .map(|weight| format!(", {weight} %"))
                .unwrap_or_default();
            Health::new(State::Working, format!("{}{at}", other.to_lowercase()))
        }
    }
}

/// A Gatekeeper constraint: how many objects break it, and whether that is prevented.
fn constraint(object: &Value, facts: &mut Facts) -> Health {
    let status = &object["status"];
    let action = match text(object, &["spec", "enforcementAction"]) {
        "" => "deny",
        action => action,
    };
    note(facts, "action", action);
    note(facts, "audited", text(status, &["auditTimestamp"]));
    let Some(count) = status["totalViolations"].as_u64() else {
        return Health::new(State::Working, "not audited yet");
    };
    note(facts, "violations", count.to_string());
    for violation in status["violations"]
        .as_array()
        .into_iter()
        .flatten()
        .take(10)
    {
        let about = format!(
            "{} {}",
            text(violation, &["kind"]),
            [text(violation, &["namespace"]), text(violation, &["name"])].join("/")
        );
        note(facts, &about, text(violation, &["message"]));
    }
    match count {
        0 => Health::ok(),
        1 => Health::new(State::Warning, "1 object breaks it"),
        count => Health::new(State::Warning, format!("{count} objects break it")),
    }
}

/// A Kueue workload: admitted, or what keeps it waiting.
fn admission(object: &Value, facts: &mut Facts) -> Health {
    note(facts, "queue", text(object, &["spec", "queueName"]));
    list_conditions(object, facts);
    if is(object, "Finished", "True") {
        return Health::new(State::Off, "has run to its end");
    }
    if let Some(evicted) = find(object, "Evicted").filter(|told| told["status"] == "True") {
        return Health::new(State::Warning, said("evicted", text(evicted, &["message"])));
    }
    if is(object, "Admitted", "True") {
        return Health::ok();
    }
    let why = find(object, "QuotaReserved").map_or("", |told| text(told, &["message"]));
    Health::new(State::Working, said("waits for quota", why))
}

fn ray(object: &Value, facts: &mut Facts) -> Health {
    let status = &object["status"];
    for (name, key) in [
        ("state", "state"),
        ("job", "jobStatus"),
        ("deployment", "jobDeploymentStatus"),
        ("service", "serviceStatus"),
    ] {
        note(facts, name, text(status, &[key]));
    }
    let word = ["jobDeploymentStatus", "serviceStatus", "state"]
        .iter()
        .map(|key| text(status, &[key]))
        .find(|word| !word.is_empty());
    match word.map(str::to_lowercase).as_deref() {
        Some("ready" | "running" | "complete") => Health::ok(),
        Some("failed" | "unhealthy") => {
            Health::new(State::Failed, said("failed", text(status, &["reason"])))
        }
        Some("suspended") => Health::new(State::Off, "suspended"),
        Some(other) => Health::new(State::Working, other),
        None => conditions(object, facts),
    }
}

/// The condition of this kind; routes keep theirs with each parent.
fn all_conditions(object: &Value) -> impl Iterator<Item = &Value> {
    let own = object["status"]["conditions"].as_array();
    let parents = object["status"]["parents"].as_array();
    let of_parents = parents
        .into_iter()
        .flatten()
        .filter_map(|parent| parent["conditions"].as_array());
    own.into_iter().chain(of_parents).flatten()
}

fn find<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    all_conditions(object).find(|condition| condition["type"] == kind)
}

fn is(object: &Value, kind: &str, status: &str) -> bool {
    find(object, kind).is_some_and(|condition| condition["status"] == status)
}

fn list_conditions(object: &Value, facts: &mut Facts) {
    for condition in all_conditions(object) {
        let status = text(condition, &["status"]);
        let reason = text(condition, &["reason"]);
        let message = text(condition, &["message"]);
        let told: Vec<&str> = [status, reason, message]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        note(facts, text(condition, &["type"]), told.join(" · "));
    }
}

/// Conditions that are well when they are true, the most telling first.
const GOOD: [&str; 13] = [
    "Ready",
    "Healthy",
    "Available",
    "Accepted",
    "Programmed",
    "Reconciled",
    "Succeeded",
    "Complete",
    "Completed",
    "Running",
    "Active",
    "Established",
    "ResolvedRefs",
];

/// Conditions that are trouble when they are true.
const BAD: [&str; 6] = [
    "Failed",
    "Stalled",
    "Degraded",
    "ReplicaFailure",
    "ErrorOccurred",
    "Conflicted",
];

/// By the conditions that most controllers write.
fn conditions(object: &Value, facts: &mut Facts) -> Health {
    list_conditions(object, facts);
    let mut seen = false;
    for kind in BAD {
        if let Some(condition) = find(object, kind).filter(|told| told["status"] == "True") {
            return Health::new(State::Failed, told(condition));
        }
    }
    let mut health = Health::ok();
    for kind in GOOD {
        let Some(condition) = find(object, kind) else {
            continue;
        };
        seen = true;
        let state = match condition["status"].as_str() {
            Some("False") if PROGRESS.contains(&text(condition, &["reason"])) => State::Working,
            // Runs that are over are no longer running.
            Some("False") if kind == "Running" || kind == "Active" => continue,
            Some("False") => State::Failed,
            Some("Unknown") => State::Working,
            _ => continue,
        };
        health = health.worse(Health::new(state, told(condition)));
    }
    if !seen && health.state == State::Ok {
        // Many kinds of a mesh are only read, and have no status.
        let silent = all_conditions(object).next().is_none();
        let reason = if silent {
            ""
        } else {
            "its conditions are not known here"
        };
        return Health::new(if silent { State::Ok } else { State::Unknown }, reason);
    }
    health
}

/// Reasons of a False that is only on its way.
const PROGRESS: [&str; 6] = [
    "Progressing",
    "ProgressingWithRetry",
    "DependencyNotReady",
    "Pending",
    "Creating",
    "Reconciling",
];

fn told(condition: &Value) -> String {
    let kind = text(condition, &["type"]);
    let reason = text(condition, &["reason"]);
    let message = text(condition, &["message"]);
    match (reason, message) {
        ("", "") => format!("{kind} is {}", text(condition, &["status"])),
        (reason, "") => format!("{kind}: {reason}"),
        ("", message) => format!("{kind}: {message}"),
        (reason, message) => format!("{reason}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(group: &str, kind: &str, object: &Value) -> String {
        let (health, _) = judge(group, kind, object);
        format!("{}: {}", health.state, health.reason)
    }

    #[test]
    fn argo_cd_tells_sync_and_health_apart() {
        let told = |health: &str, sync: &str, phase: &str| {
            let object = json!({"status": {
                "health": {"status": health}, "sync": {"status": sync},
                "operationState": {"phase": phase, "message": "one or more objects failed to apply"},
            }});
            verdict("argoproj.io", "Application", &object)
        };
        assert_eq!(told("Healthy", "Synced", "Succeeded"), "ok: ");
        assert_eq!(told("Healthy", "OutOfSync", ""), "warning: out of sync");
        assert_eq!(told("Degraded", "Synced", ""), "failed: degraded");
        assert_eq!(told("Progressing", "Synced", ""), "working: progressing");
        assert_eq!(
            told("Healthy", "OutOfSync", "Failed"),
            "failed: sync failed: one or more objects failed to apply"
        );
        assert_eq!(told("", "", ""), "unknown: health unknown");
    }

    #[test]
    fn a_rollout_that_pauses_or_was_aborted_is_told() {
        let mut object = json!({
            "spec": {"strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}]}}},
            "status": {"phase": "Paused", "message": "CanaryPauseStep", "currentStepIndex": 1},
        });
        assert_eq!(
            verdict("argoproj.io", "Rollout", &object),
            "warning: paused: CanaryPauseStep"
        );
        let (_, facts) = judge("argoproj.io", "Rollout", &object);
        assert!(
            facts.contains(&("step".into(), "1 of 2".into())),
            "{facts:?}"
        );
        object["status"]["abort"] = true.into();
        assert!(verdict("argoproj.io", "Rollout", &object).starts_with("failed: aborted"));
    }

    #[test]
    fn flux_and_its_like_are_judged_by_their_conditions() {
        let told = |kind: &str, status: &str, reason: &str| {
            let condition =
                json!({"type": kind, "status": status, "reason": reason, "message": "said"});
            let object = json!({"status": {"conditions": [condition]}});
            verdict("kustomize.toolkit.fluxcd.io", "Kustomization", &object)
        };
        assert_eq!(told("Ready", "True", "ReconciliationSucceeded"), "ok: ");
        assert_eq!(
            told("Ready", "False", "BuildFailed"),
            "failed: BuildFailed: said"
        );
        assert_eq!(
            told("Ready", "False", "Progressing"),
            "working: Progressing: said"
        );
        assert_eq!(
            told("Ready", "Unknown", "Progressing"),
            "working: Progressing: said"
        );
        assert_eq!(told("Stalled", "True", "Broken"), "failed: Broken: said");
        assert_eq!(
            told("Newer", "True", ""),
            "unknown: its conditions are not known here"
        );
        let suspended = json!({"spec": {"suspend": true}});
        assert_eq!(
            verdict("helm.toolkit.fluxcd.io", "HelmRelease", &suspended),
            "off: suspended"
        );
    }

    #[test]
    fn what_a_mesh_only_reads_is_well_and_a_route_is_judged_by_its_parents() {
        assert_eq!(
            verdict("networking.istio.io", "VirtualService", &json!({})),
            "ok: "
        );
        let condition = json!({"type": "Accepted", "status": "False", "reason": "NoMatchingParent", "message": "no"});
        let route = json!({"status": {"parents": [{"conditions": [condition]}]}});
        assert_eq!(
            verdict("gateway.networking.k8s.io", "HTTPRoute", &route),
            "failed: NoMatchingParent: no"
        );
    }

    #[test]
    fn a_constraint_counts_what_breaks_it() {
        let told = |count: u64| {
            let object = json!({"spec": {"enforcementAction": "warn"}, "status": {"totalViolations": count}});
            verdict("constraints.gatekeeper.sh", "K8sRequiredLabels", &object)
        };
        assert_eq!(told(0), "ok: ");
        assert_eq!(told(3), "warning: 3 objects break it");
        let fresh = verdict("constraints.gatekeeper.sh", "K8sRequiredLabels", &json!({}));
        assert_eq!(fresh, "working: not audited yet");
    }

    #[test]
    fn flagger_kueue_and_ray_tell_how_far_they_are() {
        let canary = json!({"status": {"phase": "Progressing", "canaryWeight": 30}});
        assert_eq!(
            verdict("flagger.app", "Canary", &canary),
            "working: progressing, 30 %"
        );
        let quota = json!({"type": "QuotaReserved", "status": "False", "message": "not enough nvidia.com/gpu"});
        let waiting = json!({"status": {"conditions": [quota]}});
        assert_eq!(
            verdict("kueue.x-k8s.io", "Workload", &waiting),
            "working: waits for quota: not enough nvidia.com/gpu"
        );
        let ray = json!({"status": {"state": "ready"}});
        assert_eq!(verdict("ray.io", "RayCluster", &ray), "ok: ");
    }

    #[test]
    fn nothing_in_a_status_is_a_panic() {
        for status in [
            json!(null),
            json!([]),
            json!("x"),
            json!({"conditions": "x"}),
            json!({"conditions": [1, {}]}),
        ] {
            let object = json!({ "status": status });
            for kind in PRODUCTS_TO_TRY {
                let _ = judge(kind.0, kind.1, &object);
            }
        }
    }

    const PRODUCTS_TO_TRY: [(&str, &str); 7] = [
        ("argoproj.io", "Application"),
        ("argoproj.io", "Rollout"),
        ("flagger.app", "Canary"),
        ("constraints.gatekeeper.sh", "X"),
        ("kueue.x-k8s.io", "Workload"),
        ("ray.io", "RayJob"),
        ("example.io", "X"),
    ];
}
