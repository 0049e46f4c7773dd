//! Workloads over their pods, and the roles that these may assume.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{
    super::super::estate::{Environment, Purpose},
    Ground,
    wares::{Fate, Ware, wares},
};
use crate::model::{
    Arn,
    workload::{Condition, Controller, Counts, Grant, Owner, Pod, Workload},
};

/// Kinds that the API server itself knows; others are objects of extensions.
const BUILT_IN: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

pub(super) fn workloads(ground: &Ground<'_>, pods: &[Arc<Pod>]) -> Vec<Workload> {
    let mut all: Vec<Workload> = wares(ground)
        .iter()
        .filter(|ware| BUILT_IN.contains(&ware.kind))
        .map(|ware| workload(ground, ware, pods))
        .collect();
    for name in ["aws-node", "kube-proxy"] {
        all.push(daemons(ground, name, pods));
    }
    all.sort_by(|a, b| (&a.namespace, &a.itself).cmp(&(&b.namespace, &b.itself)));
    all
}

fn own<'p>(pods: &'p [Arc<Pod>], namespace: &str, owner: &Owner) -> Vec<&'p Arc<Pod>> {
    pods.iter()
        .filter(|pod| &*pod.namespace == namespace && pod.owner.as_ref() == Some(owner))
        .collect()
}

fn workload(ground: &Ground<'_>, ware: &Ware, pods: &[Arc<Pod>]) -> Workload {
    let itself = Owner::new(ware.kind, ware.name);
    let own = own(pods, ware.namespace, &itself);
    let ready = own.iter().filter(|pod| pod.ready > 0).count();
    let ready = u32::try_from(ready).unwrap_or(0);
    let rolling = ware.fate == Fate::NotReady;
    let mut facts = Controller {
        kind: ware.kind.into(),
        generation: 3,
        observed: Some(3),
        counts: Counts {
            wanted: ware.pods,
            ready,
            updated: if rolling { 1 } else { ware.pods },
            available: ready,
        },
        ..Controller::default()
    };
    match ware.fate {
        Fate::NotReady => facts.conditions.push(Condition {
            kind: "Progressing".into(),
            status: "False".into(),
            reason: "ProgressDeadlineExceeded".into(),
            message: format!("ReplicaSet \"{}\" has timed out progressing.", ware.name),
            since: Some(ground.minutes_ago(4)),
        }),
        Fate::Failed => facts.conditions.push(Condition {
            kind: "Failed".into(),
            status: "True".into(),
            reason: "BackoffLimitExceeded".into(),
            message: "Job has reached the specified backoff limit".into(),
            since: Some(ground.minutes_ago(20)),
        }),
        Fate::Done => facts.conditions.push(Condition {
            kind: "Complete".into(),
            status: "True".into(),
            ..Condition::default()
        }),
        _ => {}
    }
    if ware.kind == "CronJob" {
        let last = ground.ago(SignedDuration::from_mins(34));
        facts.last_start = Some(last);
        facts.last_success = last.checked_add(SignedDuration::from_mins(2)).ok();
    }
    let (health, evidence) = facts.verdict(own.iter().copied());
    Workload {
        namespace: ware.namespace.into(),
        itself,
        owner: None,
        uid: ground.estate.seed.uuid(&format!(
            "uid/{}/{}/{}",
            ground.cluster.arn, ware.namespace, ware.name
        )),
        created: Some(ground.hours_ago(24 * 30)),
        counts: facts.counts,
        images: vec![ware.image.into()],
        service_account: Some(ware.name.into()),
        managed_by: managed_by(ground, ware),
        health,
        evidence,
    }
}

fn managed_by(ground: &Ground<'_>, ware: &Ware) -> Option<String> {
    let argo = ground.is(Environment::Prod, Purpose::App) && ware.namespace == "shop";
    argo.then(|| "Argo CD application shop".to_owned())
}

fn daemons(ground: &Ground<'_>, name: &str, pods: &[Arc<Pod>]) -> Workload {
    let itself = Owner::new("DaemonSet", name);
    let own = own(pods, "kube-system", &itself);
    let count = u32::try_from(own.len()).unwrap_or(0);
    let facts = Controller {
        kind: "DaemonSet".into(),
        generation: 1,
        observed: Some(1),
        counts: Counts {
            wanted: count,
            ready: count,
            updated: count,
            available: count,
        },
        ..Controller::default()
    };
    let (health, evidence) = facts.verdict(own.iter().copied());
    Workload {
        namespace: "kube-system".into(),
        itself,
        owner: None,
        uid: ground
            .estate
            .seed
            .uuid(&format!("uid/{}/{name}", ground.cluster.arn)),
        created: ground.cluster.created,
        counts: facts.counts,
        images: vec![format!("registry.example/eks/{name}:v1.20.4")],
        service_account: Some(name.into()),
        managed_by: None,
        health,
        evidence,
    }
}

/// Roles of service accounts: one by annotation, one by an association.
pub(super) fn grants(ground: &Ground<'_>) -> Vec<Grant> {
    let account = ground.site.id;
    let partition = ground.cluster.arn.partition().unwrap_or("aws").to_owned();
    let grant = |namespace: &str, service_account: &str, role: &str, pod_identity| Grant {
        namespace: namespace.into(),
        service_account: service_account.into(),
        role: Arn::from(format!("arn:{partition}:iam::{account}:role/{role}")),
        pod_identity,
    };
    match ground.purpose() {
        Some(Purpose::App) => vec![
            grant("shop", "api", "shop-api", false),
            grant("shop", "invoices", "shop-invoices", true),
            grant("velero", "velero", "velero", true),
        ],
        Some(Purpose::Ml) => vec![
            grant("ml", "features", "feature-store", true),
            grant("velero", "velero", "velero", true),
        ],
        _ => Vec::new(),
    }
}
