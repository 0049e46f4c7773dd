//! What a cluster does by itself: controllers, the scheduler, the kubelets.
//!
//! Each part hears of changes through [`notice`] and does its work as jobs of the agenda, a few
//! milliseconds later, as the real parts do.

mod disruption;
mod events;
mod garbage;
mod kubelet;
mod logs;
mod namespaces;
mod quantity;
mod queue;
mod scheduler;
mod workloads;

use serde_json::Value;

pub(crate) use disruption::evict;
pub(crate) use events::{Occurrence, record};
pub(crate) use kubelet::Behaviour;
pub(crate) use quantity::quantity;
pub(crate) use scheduler::{bind, label_topology, requested};

use super::{kinds::Kind, query::Parameters, store::Change, world::World};
use kubelet::Kubelet;
use logs::Logs;
use queue::Queue;

/// Which parts of the cluster do their work. Without any, objects stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Namespaces get what every one has, and go away with what is in them; dependents go with their
    /// owners.
    pub(crate) upkeep: bool,
    pub(crate) scheduler: bool,
    /// Deployments and ReplicaSets.
    pub(crate) workloads: bool,
    pub(crate) kubelet: bool,
}

impl Parts {
    pub(crate) const ALL: Self = Self {
        upkeep: true,
        scheduler: true,
        workloads: true,
        kubelet: true,
    };
    pub(crate) const NONE: Self = Self {
        upkeep: false,
        scheduler: false,
        workloads: false,
        kubelet: false,
    };
}

/// The parts of the cluster and what tests have set them to do.
pub(crate) struct Cluster {
    pub(crate) parts: Parts,
    pub(crate) kubelet: Kubelet,
    pub(crate) logs: Logs,
    queue: Queue,
    denials: Vec<Denial>,
    behind: Vec<(String, String, Behind)>,
    service_ips: u32,
}

/// What answers behind a service: from a path and its parameters to a status and a JSON text.
pub(crate) type Behind = Box<dyn Fn(&str, &Parameters) -> (u16, String) + Send>;

/// A rule of admission that a test sets: creates of an object are refused.
struct Denial {
    resource: String,
    namespace: String,
    name: String,
    message: String,
}

impl Cluster {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            parts,
            kubelet: Kubelet::default(),
            logs: Logs::default(),
            queue: Queue::default(),
            denials: Vec::new(),
            behind: Vec::new(),
            service_ips: 0,
        }
    }

    /// Refuses to take in an object from now on, with `message`.
    pub(crate) fn deny(&mut self, resource: &str, namespace: &str, name: &str, message: &str) {
        self.denials.push(Denial {
            resource: resource.into(),
            namespace: namespace.into(),
            name: name.into(),
            message: message.into(),
        });
    }

    /// Why an object is not taken in.
    pub(crate) fn refusal(&self, kind: &Kind, namespace: &str, name: &str) -> Option<&str> {
        let mut denials = self.denials.iter();
        let denial = denials.find(|denial| {
            denial.resource == kind.resource()
                && denial.namespace == namespace
                && denial.name == name
        })?;
        Some(&denial.message)
    }

    /// Puts something behind a service, which is named with its port: `prometheus:9090`.
    pub(crate) fn put_behind(&mut self, namespace: &str, service: &str, behind: Behind) {
        self.behind.push((namespace.into(), service.into(), behind));
    }

    /// What is behind a service.
    pub(crate) fn behind(&self, namespace: &str, service: &str) -> Option<&Behind> {
        let mut all = self.behind.iter();
        all.find(|(place, name, _)| place == namespace && name == service)
            .map(|(_, _, behind)| behind)
    }

    /// An address for a new Service.
    pub(crate) fn next_service_ip(&mut self) -> String {
        self.service_ips += 1;
        let [_, _, high, low] = self.service_ips.to_be_bytes();
        format!("172.20.{high}.{low}")
    }
}

/// Hears of a change.
pub(crate) fn notice(world: &mut World, change: &Change) {
    let parts = world.cluster.parts;
    if parts == Parts::NONE {
        return;
    }
    let kind = world.kinds.all()[change.kind].clone();
    let object = change.object().clone();
    match (kind.group.as_str(), kind.plural.as_str()) {
        ("", "namespaces") if parts.upkeep => namespaces::notice(world, &object, change),
        ("", "nodes") | ("resource.k8s.io", _) if parts.scheduler => scheduler::retry(world),
        ("", "pods") => {
            let pod = object.value(&kind);
            if parts.workloads {
                workloads::notice_pod(world, &pod);
            }
            if parts.scheduler {
                scheduler::notice(world, &pod, change);
            }
            if parts.kubelet {
                kubelet::notice(world);
            }
        }
        ("apps", "deployments") if parts.workloads => workloads::notice_deployment(world, &object),
        ("apps", "replicasets") if parts.workloads => {
            workloads::notice_replica_set(world, &object.value(&kind));
        }
        _ => {}
    }
    if parts.upkeep {
        if change.now.is_none() && kind.namespaced {
            namespaces::notice_removal(world, &object.namespace);
        }
        garbage::notice(world, &kind, change);
    }
}

/// The controller among the owners of an object.
pub(crate) fn controller(object: &Value) -> Option<&Value> {
    let owners = object.pointer("/metadata/ownerReferences")?.as_array()?;
    owners.iter().find(|owner| owner["controller"] == true)
}
