//! What runs in a cluster, listed once.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    client::{Cluster, Page},
    extensions,
    fleet::optional,
    objects::{
        CronJob, DaemonSet, Deployment, Event, Job, Names, Namespace, Pod, ServiceAccount,
        StatefulSet,
    },
};
use crate::{
    model::{
        ClusterId, Gap,
        workload::{self, Contents, Owner, Workload},
    },
    provider::{ClusterAccess, Found, Result},
};

/// Parts are told no more often than this.
const TOLD: Duration = Duration::from_millis(500);
/// Events that are kept, the newest.
const EVENTS: usize = 2_000;

/// Everything but pods, as the API server tells it.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) namespaces: Vec<Namespace>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) stateful_sets: Vec<StatefulSet>,
    pub(super) daemon_sets: Vec<DaemonSet>,
    pub(super) jobs: Vec<Job>,
    pub(super) cron_jobs: Vec<CronJob>,
    pub(super) events: Vec<Event>,
    pub(super) extensions: Vec<workload::Extension>,
    pub(super) grants: Vec<workload::Grant>,
    pub(super) gaps: Vec<Gap>,
    pub(super) malformed: u32,
}

/// Reads controllers, then pods, then what is found by discovery.
pub(super) async fn read(
    cluster: &Cluster,
    access: Option<&dyn ClusterAccess>,
    found: Found<'_, Contents>,
) -> Result<Contents> {
    let mut parts = Parts::default();
    parts.read(cluster).await;
    found(parts.contents(&cluster.id, &[], false));
    let mut names = Names::default();
    let mut pods: Vec<Arc<workload::Pod>> = Vec::new();
    let mut malformed = 0;
    let mut told = Instant::now();
    cluster
        .pages::<Pod>(None, |page| match page {
            Page::Objects(some, bad) => {
                malformed += bad;
                pods.extend(some.into_iter().map(|pod| pod.shared(&mut names)));
                if told.elapsed() >= TOLD {
                    told = Instant::now();
                    found(parts.contents(&cluster.id, &pods, false));
                }
            }
            Page::Restart => {
                pods.clear();
                malformed = 0;
            }
        })
        .await?;
    parts.malformed += malformed;
    parts.read_around(cluster, access).await;
    Ok(parts.contents(&cluster.id, &pods, true))
}

impl Parts {
    async fn read(&mut self, cluster: &Cluster) {
        let (namespaces, deployments, stateful_sets, daemon_sets, jobs, cron_jobs) = tokio::join!(
            optional(cluster),
            optional(cluster),
            optional(cluster),
            optional(cluster),
            optional(cluster),
            optional(cluster),
        );
        self.namespaces = self.take(namespaces);
        self.deployments = self.take(deployments);
        self.stateful_sets = self.take(stateful_sets);
        self.daemon_sets = self.take(daemon_sets);
        self.jobs = self.take(jobs);
        self.cron_jobs = self.take(cron_jobs);
    }

    /// Events, extensions and roles: what stands around the workloads.
    pub(super) async fn read_around(
        &mut self,
        cluster: &Cluster,
        access: Option<&dyn ClusterAccess>,
    ) {
        let (events, accounts, extensions) = tokio::join!(
            optional::<Event>(cluster),
            optional::<ServiceAccount>(cluster),
            extensions::read(cluster),
        );
        self.events = self.take(events);
        let accounts = self.take(accounts);
        self.grants = accounts
            .into_iter()
            .filter_map(ServiceAccount::grant)
            .collect();
        if let Some(access) = access {
            match access.grants(&cluster.id).await {
                Ok(grants) => self.grants.extend(grants),
                Err(error) => self.gaps.push(Gap {
                    action: "eks:ListPodIdentityAssociations".into(),
                    trouble: error.trouble(),
                }),
            }
        }
        let (extensions, gaps) = extensions;
        self.extensions = extensions;
        self.gaps.extend(gaps);
    }

    fn take<T>(&mut self, (objects, malformed, gap): (Vec<T>, u32, Option<Gap>)) -> Vec<T> {
        self.malformed += malformed;
        self.gaps.extend(gap);
        objects
    }

    /// Joins the workloads with their pods. Cheap enough to be done each second.
    pub(super) fn contents(
        &self,
        cluster: &ClusterId,
        pods: &[Arc<workload::Pod>],
        complete: bool,
    ) -> Contents {
        let mut of: HashMap<(&str, &Owner), Vec<&Arc<workload::Pod>>> = HashMap::new();
        for pod in pods {
            if let Some(owner) = &pod.owner {
                of.entry((&pod.namespace, owner)).or_default().push(pod);
            }
        }
        let mut workloads: Vec<Workload> = Vec::new();
        let mut all = |kind: &str,
                       head: &super::objects::Head,
                       make: &dyn Fn(&[&Arc<workload::Pod>]) -> Workload| {
            let owner = Owner::new(kind, head.name.as_str());
            let own = of.get(&(head.namespace.as_str(), &owner));
            workloads.push(make(own.map_or(&[], Vec::as_slice)));
        };
        macro_rules! each {
            ($($list:ident $kind:literal)*) => {$(
                for object in &self.$list {
                    let head = super::objects::Slim::head(object);
                    all($kind, head, &|pods| object.workload(pods.iter().copied()));
                }
            )*};
        }
        each! {
            deployments "Deployment"
            stateful_sets "StatefulSet"
            daemon_sets "DaemonSet"
            jobs "Job"
            cron_jobs "CronJob"
        }
        workloads.sort_by(|a, b| (&a.namespace, &a.itself).cmp(&(&b.namespace, &b.itself)));
        let mut events: Vec<workload::Event> =
            self.events.iter().cloned().map(Event::event).collect();
        events.sort_by_key(|event| std::cmp::Reverse(event.last));
        events.truncate(EVENTS);
        let namespaces = self.namespaces.iter().cloned().map(Namespace::namespace);
        Contents {
            cluster: cluster.clone(),
            namespaces: namespaces.collect(),
            workloads,
            pods: pods.to_vec(),
            events,
            extensions: self.extensions.clone(),
            grants: self.grants.clone(),
            gaps: self.gaps.clone(),
            malformed: self.malformed,
            complete,
        }
    }
}
