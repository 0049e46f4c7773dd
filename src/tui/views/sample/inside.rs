//! The cluster of `prod-ml` from within: two GPU nodes of which one is half idle, a job that waits,
//! a pod that crashes, and a restore that changed nothing.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{NOW, account, ago, now, place};
use crate::{
    inventory::{Inventory, Loaded, Query},
    model::{ClusterId, fleet::Fleet, velero::Velero, workload::Contents},
};

pub(in super::super) fn cluster() -> ClusterId {
    ClusterId::new(place(8), "prod-ml")
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Arc<T> {
    Arc::new(serde_json::from_value(value).expect("the shape of the model"))
}

/// Adds what was read of it.
pub(super) fn add(all: &mut Inventory) {
    let id = cluster();
    let found: [(Query, Loaded); 3] = [
        (
            Query::Fleet(id.clone()),
            Loaded::Fleet(read::<Fleet>(fleet())),
        ),
        (
            Query::Contents(id.clone()),
            Loaded::Contents(read::<Contents>(contents())),
        ),
        (Query::Velero(id), Loaded::Velero(read::<Velero>(velero()))),
    ];
    for (query, loaded) in found {
        all.accept(&query, loaded, now());
    }
}

fn id() -> Value {
    serde_json::to_value(cluster()).expect("plain data")
}

fn node(name: &str, pool: &str, kind: &str, (gpus, requested): (u64, u64)) -> Value {
    let shares = if gpus == 0 {
        json!([])
    } else {
        json!([{
            "resource": "nvidia.com/gpu", "unit": "gpu", "capacity": gpus,
            "allocatable": gpus, "requested": requested, "replicas": 1,
        }])
    };
    let model = (gpus > 0).then(|| json!({ "name": "NVIDIA-H100-80GB-HBM3", "from": "product" }));
    json!({
        "name": name, "pool": pool, "maker": "node_group", "capacity": "on_demand",
        "instance_type": kind, "instance": "i-0123456789abcdef0", "zone": "eu-west-1a",
        "reservation": null, "created": ago(30), "ready": true, "reason": null,
        "cordoned": false, "version": "v1.34.2", "model": model,
        "devices": gpus, "shares": shares, "devices_unknown": false,
        "cpu_milli": 8_000, "cpu_requested_milli": 4_000,
        "memory_bytes": 34_359_738_368_u64, "memory_requested_bytes": 8_589_934_592_u64,
        "pods": 12, "pods_most": 58, "busy": null,
    })
}

fn fleet() -> Value {
    let owner = json!({ "kind": "Job", "name": "bert" });
    json!({
        "cluster": id(), "version": "v1.34.2-eks", "limits": [], "claims": [], "gaps": [],
        "nodes": [
            node("ip-10-22-1-7", "h100", "p5.48xlarge", (8, 8)),
            node("ip-10-22-1-9", "h100", "p5.48xlarge", (8, 4)),
            node("ip-10-22-2-3", "main", "t3.medium", (0, 0)),
        ],
        "holders": [{
            "namespace": "train", "name": "bert-0", "owner": owner, "node": "ip-10-22-1-7",
            "holds": { "nvidia.com/gpu": 8 }, "phase": "Running", "created": ago(5),
            "state": "ok", "reason": "", "busy": null,
        }],
        "pending": [{
            "namespace": "train", "name": "bert-1", "owner": owner, "resource": "nvidia.com/gpu",
            "count": 8, "wait": "unschedulable", "since": ago(2), "pools": ["h100"],
            "reason": "no node has 8 GPUs free", "selector": {},
            "said": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
        }],
        "pods": 14, "pods_unwell": 1, "pods_waiting": 1, "malformed": 0, "complete": true,
    })
}

fn pod(name: &str, owner: &Value, (state, reason): (&str, &str), evidence: &[&str]) -> Value {
    json!({
        "namespace": "train", "name": name, "node": "ip-10-22-1-7", "phase": "Running",
        "created": ago(5), "deleted": null, "owner": owner,
        "asks": { "cpu_milli": 500, "memory_bytes": 1_073_741_824, "devices": {} },
        "claims": [], "service_account": "trainer", "containers": ["main", "proxy"],
        "ready": 2, "restarts": 0, "health": { "state": state, "reason": reason },
        "evidence": evidence, "waits": null,
    })
}

fn workload(owner: &Value, wanted: u32, ready: u32, (state, reason): (&str, &str)) -> Value {
    json!({
        "namespace": "train", "itself": owner, "owner": null, "uid": "1", "created": ago(40),
        "counts": { "wanted": wanted, "ready": ready, "updated": wanted, "available": ready },
        "images": ["example/train:7"], "service_account": "trainer", "managed_by": null,
        "health": { "state": state, "reason": reason },
        "evidence": if ready < wanted { json!(["1 of 2 pods is ready"]) } else { json!([]) },
    })
}

fn contents() -> Value {
    let (job, api) = (
        json!({ "kind": "Job", "name": "bert" }),
        json!({ "kind": "Deployment", "name": "api" }),
    );
    let crash = ("failed", "api crashes: exit code 1, 7 restarts");
    json!({
        "cluster": id(), "gaps": [], "malformed": 0, "complete": true,
        "namespaces": [
            { "name": "train", "phase": "Active", "created": ago(400), "held_by": null },
        ],
        "workloads": [
            workload(&job, 1, 1, ("ok", "")),
            workload(&api, 2, 1, ("warning", "1 of 2 ready: api-2 crashes")),
        ],
        "pods": [
            pod("bert-0", &job, ("ok", ""), &[]),
            pod("api-1", &api, ("ok", ""), &[]),
            pod("api-2", &api, crash, &["main: CrashLoopBackOff", "main: last exit code 1"]),
        ],
        "events": [{
            "namespace": "train", "about": { "kind": "Pod", "name": "api-2" },
            "reason": "BackOff", "message": "Back-off restarting failed container",
            "warning": true, "count": 7, "last": NOW, "source": "kubelet",
        }],
        "extensions": [{
            "product": "Argo CD", "kind": "Application", "api": "argoproj.io/v1alpha1",
            "namespace": "argocd", "name": "shop", "created": ago(90),
            "health": { "state": "ok", "reason": "" }, "facts": [["sync", "Synced"]],
        }],
        "grants": [{
            "namespace": "train", "service_account": "trainer",
            "role": format!("arn:aws:iam::{}:role/trainer", account(8)), "pod_identity": true,
        }],
    })
}

fn velero() -> Value {
    let done = json!({ "done": 40, "total": 40 });
    let none = json!({ "attempted": 0, "completed": 0, "failed": 0 });
    json!({
        "cluster": id(), "installed": true, "gaps": [], "malformed": 0, "repositories": [],
        "backups": [{
            "namespace": "velero", "name": "nightly-1", "phase": "Completed",
            "schedule": "nightly", "location": "default", "namespaces": ["train"],
            "created": ago(9), "started": ago(9), "completed": ago(8), "expires": null,
            "progress": done, "warnings": 0, "errors": 0, "failure": null, "validation": [],
            "operations": none, "snapshots": none, "hooks_failed": 0, "queue_position": null,
            "deleting": false,
        }],
        "restores": [{
            "namespace": "velero", "name": "again-1", "phase": "Completed",
            "backup": "nightly-1", "schedule": null, "namespaces": ["train"], "mapping": [],
            "existing": null, "created": ago(3), "started": ago(3), "completed": ago(3),
            "progress": done, "warnings": 8, "errors": 0, "failure": null, "validation": [],
            "operations": none, "hooks_failed": 0, "deleting": false,
        }],
        "schedules": [{
            "namespace": "velero", "name": "nightly", "phase": "Enabled", "cron": "0 1 * * *",
            "paused": false, "namespaces": ["train"], "location": "default",
            "last_backup": ago(9), "last_skipped": null, "created": ago(900),
            "validation": [], "rpo": null,
        }],
        "locations": [{
            "namespace": "velero", "name": "default", "phase": "Unavailable",
            "provider": "velero.io/aws", "bucket": "acme-velero", "prefix": "ml",
            "region": "eu-west-1", "endpoint": null, "read_only": false, "default": true,
            "message": "AccessDenied: not authorized to perform s3:ListBucket",
            "synced": ago(1), "validated": ago(1), "created": ago(900),
        }],
    })
}
