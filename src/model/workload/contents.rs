//! Everything that was read of one cluster.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Extension, Owner, Pod, Workload};
use crate::model::{Arn, ClusterId, Gap};

/// What runs in one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    pub cluster: ClusterId,
    pub namespaces: Vec<Namespace>,
    pub workloads: Vec<Workload>,
    /// Shared, so that a picture taken each second copies pointers.
    pub pods: Vec<Arc<Pod>>,
    /// Warnings and what else was noted of late, the newest first.
    pub events: Vec<Event>,
    pub extensions: Vec<Extension>,
    /// Service accounts that may assume a role.
    pub grants: Vec<Grant>,
    /// Parts that could not be read.
    pub gaps: Vec<Gap>,
    /// Objects that made no sense and were left out.
    pub malformed: u32,
    /// Whether all pages are in.
    pub complete: bool,
}

impl Contents {
    /// Nothing yet.
    #[must_use]
    pub const fn empty(cluster: ClusterId) -> Self {
        Self {
            cluster,
            namespaces: Vec::new(),
            workloads: Vec::new(),
            pods: Vec::new(),
            events: Vec::new(),
            extensions: Vec::new(),
            grants: Vec::new(),
            gaps: Vec::new(),
            malformed: 0,
            complete: false,
        }
    }

    /// The role that pods of this service account may assume.
    #[must_use]
    pub fn grant(&self, namespace: &str, service_account: &str) -> Option<&Grant> {
        self.grants
            .iter()
            .find(|grant| grant.namespace == namespace && grant.service_account == service_account)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    pub name: String,
    /// `Active`, `Terminating`.
    pub phase: String,
    pub created: Option<Timestamp>,
    /// Why it does not go, where it is being deleted and does not.
    pub held_by: Option<String>,
}

/// Something that a component noted of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub namespace: String,
    /// What it is about.
    pub about: Owner,
    pub reason: String,
    pub message: String,
    pub warning: bool,
    pub count: u32,
    pub last: Option<Timestamp>,
    /// Who noted it: `kubelet`, `default-scheduler`.
    pub source: String,
}

/// Which role the pods of a service account may assume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub namespace: String,
    pub service_account: String,
    pub role: Arn,
    /// By an EKS Pod Identity association; else by the service account's annotation (IRSA).
    pub pod_identity: bool,
}
