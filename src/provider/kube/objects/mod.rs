//! Kubernetes objects, cut down to what is looked at. Everything else is skipped while it is read, so
//! that fifty thousand pods take a few hundred bytes each.

mod controller;
mod dra;
mod event;
mod head;
mod karpenter;
mod namespace;
mod node;
mod pod;
mod velero;

use std::{borrow::Cow, collections::HashSet, fmt::Debug, sync::Arc};

use kube::{
    Resource,
    core::{ClusterResourceScope, NamespaceResourceScope, ObjectMeta},
};
use serde::de::DeserializeOwned;

pub(super) use controller::{CronJob, DaemonSet, Deployment, Job, StatefulSet};
pub(super) use dra::{ResourceClaim, ResourceSlice};
pub(super) use event::Event;
pub(super) use head::Head;
pub(super) use karpenter::{NodeClaim, NodePool};
pub(super) use namespace::{Namespace, ServiceAccount};
pub(super) use node::Node;
pub(super) use pod::Pod;
pub(super) use velero::{
    Backup, BackupRepository, BackupStorageLocation, DownloadRequest, Restore, Schedule,
};

/// A kind of object in its cut-down form.
pub(super) trait Slim:
    Resource<DynamicType = ()> + DeserializeOwned + Clone + Debug + Send + Sync + 'static
{
    fn head(&self) -> &Head;

    /// Name and namespace: what an object is known by.
    fn key(&self) -> (String, String) {
        let head = self.head();
        (head.namespace.clone(), head.name.clone())
    }
}

/// Gives a cut-down type its place in the API.
macro_rules! resource {
    ($type:ty: $group:literal / $version:literal $kind:literal $plural:literal $scope:ty) => {
        impl Resource for $type {
            type DynamicType = ();
            type Scope = $scope;

            fn kind((): &()) -> Cow<'_, str> {
                $kind.into()
            }
            fn group((): &()) -> Cow<'_, str> {
                $group.into()
            }
            fn version((): &()) -> Cow<'_, str> {
                $version.into()
            }
            fn plural((): &()) -> Cow<'_, str> {
                $plural.into()
            }
            fn meta(&self) -> &ObjectMeta {
                &self.metadata.k8s
            }
            fn meta_mut(&mut self) -> &mut ObjectMeta {
                &mut self.metadata.k8s
            }
        }

        impl Slim for $type {
            fn head(&self) -> &Head {
                &self.metadata
            }
        }
    };
}

resource!(Node: "" / "v1" "Node" "nodes" ClusterResourceScope);
resource!(Pod: "" / "v1" "Pod" "pods" NamespaceResourceScope);
resource!(Namespace: "" / "v1" "Namespace" "namespaces" ClusterResourceScope);
resource!(ServiceAccount: "" / "v1" "ServiceAccount" "serviceaccounts" NamespaceResourceScope);
resource!(Event: "" / "v1" "Event" "events" NamespaceResourceScope);
resource!(Deployment: "apps" / "v1" "Deployment" "deployments" NamespaceResourceScope);
resource!(StatefulSet: "apps" / "v1" "StatefulSet" "statefulsets" NamespaceResourceScope);
resource!(DaemonSet: "apps" / "v1" "DaemonSet" "daemonsets" NamespaceResourceScope);
resource!(Job: "batch" / "v1" "Job" "jobs" NamespaceResourceScope);
resource!(CronJob: "batch" / "v1" "CronJob" "cronjobs" NamespaceResourceScope);
resource!(ResourceSlice: "resource.k8s.io" / "v1" "ResourceSlice" "resourceslices" ClusterResourceScope);
resource!(ResourceClaim: "resource.k8s.io" / "v1" "ResourceClaim" "resourceclaims" NamespaceResourceScope);
resource!(NodePool: "karpenter.sh" / "v1" "NodePool" "nodepools" ClusterResourceScope);
resource!(NodeClaim: "karpenter.sh" / "v1" "NodeClaim" "nodeclaims" ClusterResourceScope);
resource!(Backup: "velero.io" / "v1" "Backup" "backups" NamespaceResourceScope);
resource!(Restore: "velero.io" / "v1" "Restore" "restores" NamespaceResourceScope);
resource!(Schedule: "velero.io" / "v1" "Schedule" "schedules" NamespaceResourceScope);
resource!(BackupStorageLocation: "velero.io" / "v1" "BackupStorageLocation" "backupstoragelocations" NamespaceResourceScope);
resource!(BackupRepository: "velero.io" / "v1" "BackupRepository" "backuprepositories" NamespaceResourceScope);
resource!(DownloadRequest: "velero.io" / "v1" "DownloadRequest" "downloadrequests" NamespaceResourceScope);

/// Texts that many objects share, kept once.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<Arc<str>>);

impl Names {
    pub(super) fn keep(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}
