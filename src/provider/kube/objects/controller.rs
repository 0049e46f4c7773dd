//! Deployments, sets and jobs.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    super::loose,
    Head,
    head::{conditions, head},
};
use crate::model::workload::{Condition, Controller, Counts, Owner, Pod, Workload};

/// Declares one kind: they differ in what their status calls things.
macro_rules! controller {
    ($name:ident, $status:ty) => {
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default)]
        pub(in super::super) struct $name {
            #[serde(deserialize_with = "head")]
            pub(super) metadata: Head,
            #[serde(deserialize_with = "loose::object")]
            spec: Spec,
            #[serde(deserialize_with = "loose::object")]
            status: $status,
        }

        impl $name {
            /// What it is, with the verdict on it; `pods` are its own.
            pub(in super::super) fn workload<'a>(
                &self,
                pods: impl IntoIterator<Item = &'a Arc<Pod>>,
            ) -> Workload {
                let facts = self.facts();
                self.spec
                    .workload(&self.metadata, stringify!($name), &facts, pods)
            }
        }
    };
}

controller!(Deployment, Rolled);
controller!(StatefulSet, Rolled);
controller!(DaemonSet, Everywhere);
controller!(Job, Runs);
controller!(CronJob, Rounds);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    #[serde(deserialize_with = "loose::number")]
    replicas: Option<i64>,
    #[serde(deserialize_with = "loose::flag")]
    paused: bool,
    /// Of jobs.
    #[serde(deserialize_with = "loose::flag")]
    suspend: bool,
    #[serde(deserialize_with = "loose::number")]
    completions: Option<i64>,
    #[serde(deserialize_with = "loose::object")]
    template: Template,
    #[serde(deserialize_with = "loose::object")]
    job_template: JobTemplate,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct JobTemplate {
    #[serde(deserialize_with = "loose::object")]
    spec: OfJob,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct OfJob {
    #[serde(deserialize_with = "loose::object")]
    template: Template,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Template {
    #[serde(deserialize_with = "loose::object")]
    spec: OfPods,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OfPods {
    #[serde(deserialize_with = "loose::list")]
    containers: Vec<Container>,
    #[serde(deserialize_with = "loose::text")]
    service_account_name: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Container {
    #[serde(deserialize_with = "loose::word")]
    image: String,
}

/// Of Deployments and StatefulSets.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rolled {
    #[serde(deserialize_with = "loose::number")]
    observed_generation: Option<i64>,
    #[serde(deserialize_with = "loose::count")]
    ready_replicas: u64,
    #[serde(deserialize_with = "loose::count")]
    updated_replicas: u64,
    #[serde(deserialize_with = "loose::count")]
    available_replicas: u64,
    #[serde(deserialize_with = "conditions")]
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Everywhere {
    #[serde(deserialize_with = "loose::number")]
    observed_generation: Option<i64>,
    #[serde(deserialize_with = "loose::count")]
    desired_number_scheduled: u64,
    #[serde(deserialize_with = "loose::count")]
    number_ready: u64,
    #[serde(deserialize_with = "loose::count")]
    updated_number_scheduled: u64,
    #[serde(deserialize_with = "loose::count")]
    number_available: u64,
    #[serde(deserialize_with = "conditions")]
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Runs {
    #[serde(deserialize_with = "loose::count")]
    active: u64,
    #[serde(deserialize_with = "loose::count")]
    ready: u64,
    #[serde(deserialize_with = "loose::count")]
    succeeded: u64,
    #[serde(deserialize_with = "loose::count")]
    failed: u64,
    #[serde(deserialize_with = "conditions")]
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rounds {
    #[serde(deserialize_with = "loose::list")]
    active: Vec<Reference>,
    #[serde(deserialize_with = "loose::moment")]
    last_schedule_time: Option<Timestamp>,
    #[serde(deserialize_with = "loose::moment")]
    last_successful_time: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Reference {}

fn few(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Spec {
    /// Unset is one.
    fn wanted(&self) -> u32 {
        self.replicas
            .map_or(1, |count| u32::try_from(count).unwrap_or(0))
    }

    fn workload<'a>(
        &self,
        head: &Head,
        kind: &str,
        facts: &Controller,
        pods: impl IntoIterator<Item = &'a Arc<Pod>>,
    ) -> Workload {
        let (health, evidence) = facts.verdict(pods);
        let template = if kind == "CronJob" {
            &self.job_template.spec.template
        } else {
            &self.template
        };
        let containers = template.spec.containers.iter();
        Workload {
            namespace: head.namespace.clone(),
            itself: Owner::new(kind, head.name.as_str()),
            owner: head.owner.clone(),
            uid: head.uid.clone(),
            created: head.created,
            counts: facts.counts,
            images: containers
                .map(|container| container.image.clone())
                .collect(),
            service_account: template.spec.service_account_name.clone(),
            managed_by: managed_by(head),
            health,
            evidence,
        }
    }
}

/// What would undo a change by hand, by the marks that it leaves.
fn managed_by(head: &Head) -> Option<String> {
    if let Some(tracking) = head.annotation("argocd.argoproj.io/tracking-id") {
        let application = tracking.split(':').next().unwrap_or_default();
        return Some(format!("Argo CD application {application}"));
    }
    for (label, what) in [
        ("argocd.argoproj.io/instance", "Argo CD application"),
        ("kustomize.toolkit.fluxcd.io/name", "Flux kustomization"),
        ("helm.toolkit.fluxcd.io/name", "Flux Helm release"),
    ] {
        if let Some(name) = head.label(label) {
            return Some(format!("{what} {name}"));
        }
    }
    let release = head.annotation("meta.helm.sh/release-name")?;
    Some(format!("Helm release {release}"))
}

impl Deployment {
    fn facts(&self) -> Controller {
        replicas("Deployment", &self.metadata, &self.spec, &self.status)
    }
}

impl StatefulSet {
    fn facts(&self) -> Controller {
        replicas("StatefulSet", &self.metadata, &self.spec, &self.status)
    }
}

fn replicas(kind: &str, head: &Head, spec: &Spec, status: &Rolled) -> Controller {
    Controller {
        kind: kind.into(),
        generation: head.generation,
        observed: Some(status.observed_generation.unwrap_or_default()),
        counts: Counts {
            wanted: spec.wanted(),
            ready: few(status.ready_replicas),
            updated: few(status.updated_replicas),
            available: few(status.available_replicas),
        },
        paused: spec.paused,
        conditions: status.conditions.clone(),
        ..Controller::default()
    }
}

impl DaemonSet {
    fn facts(&self) -> Controller {
        let status = &self.status;
        Controller {
            kind: "DaemonSet".into(),
            generation: self.metadata.generation,
            observed: Some(status.observed_generation.unwrap_or_default()),
            counts: Counts {
                wanted: few(status.desired_number_scheduled),
                ready: few(status.number_ready),
                updated: few(status.updated_number_scheduled),
                available: few(status.number_available),
            },
            conditions: status.conditions.clone(),
            ..Controller::default()
        }
    }
}

impl Job {
    fn facts(&self) -> Controller {
        let status = &self.status;
        let wanted = self.spec.completions.unwrap_or(1);
        Controller {
            kind: "Job".into(),
            counts: Counts {
                wanted: u32::try_from(wanted).unwrap_or(0),
                ready: few(status.ready),
                ..Counts::default()
            },
            paused: self.spec.suspend,
            conditions: status.conditions.clone(),
            active: few(status.active),
            failed: few(status.failed),
            succeeded: few(status.succeeded),
            ..Controller::default()
        }
    }
}

impl CronJob {
    fn facts(&self) -> Controller {
        let status = &self.status;
        Controller {
            kind: "CronJob".into(),
            paused: self.spec.suspend,
            active: few(status.active.len() as u64),
            last_start: status.last_schedule_time,
            last_success: status.last_successful_time,
            ..Controller::default()
        }
    }
}
