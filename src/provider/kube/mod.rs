//! Clusters from within: nodes, pods and what runs in them, and Velero, by the API server of each.

mod client;
mod connect;
mod contents;
mod contexts;
mod discovery;
mod error;
mod extensions;
mod fleet;
mod log;
mod loose;
mod objects;
mod prometheus;
mod proxy;
mod token;
mod velero;
mod watch;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::{
    sync::{Semaphore, mpsc::UnboundedSender},
    time::Instant,
};

use self::{client::Cluster, connect::Roads, proxy::Proxies};
use super::{
    ClusterAccess, Error, Found, Handoff, Kind, LogOf, Outcome, Provider, Result, Token, Watched,
    Workloads,
};
use crate::{
    config::settings::Kubernetes,
    model::{
        ClusterId,
        fleet::Fleet,
        velero::{Results, Velero},
        workload::Contents,
    },
};

pub use contexts::{Contexts, is_named, provider};

/// Every cluster that can be reached.
pub struct Kube {
    roads: Roads,
    /// Open ways, and those that were found closed a moment ago.
    ways: Mutex<HashMap<ClusterId, Known>>,
    /// Clusters that are listed at once.
    slots: Semaphore,
    /// Asks Velero for nothing that would make an object.
    read_only: bool,
}

#[derive(Clone)]
enum Known {
    Open(Box<Cluster>, String),
    Closed(Error, Instant),
}

/// How long a cluster that was out of reach is not tried again, so that several questions at once do
/// not wait for it one after the other.
const CLOSED: Duration = Duration::from_secs(2);

impl Kube {
    /// Looks into clusters by `access`, and by the contexts that the settings name.
    #[must_use]
    pub fn new(
        access: Option<Arc<dyn ClusterAccess>>,
        settings: Kubernetes,
        read_only: bool,
    ) -> Self {
        let slots = Semaphore::new(settings.max_clusters.max(1));
        let roads = Roads {
            access,
            settings,
            proxies: Proxies::from_env(|name| std::env::var(name).ok()),
            clock: Arc::new(Timestamp::now),
        };
        Self {
            roads,
            ways: Mutex::default(),
            slots,
            read_only,
        }
    }

    /// The cluster, connected, and its version. Fails within the time of a connection where nothing
    /// leads there.
    async fn enter(&self, id: &ClusterId) -> Result<(Cluster, String)> {
        match self.known().get(id) {
            Some(Known::Open(cluster, version)) => {
                return Ok((Cluster::clone(cluster), version.clone()));
            }
            Some(Known::Closed(error, at)) if at.elapsed() < CLOSED => return Err(error.clone()),
            _ => {}
        }
        let opened = self.open(id).await;
        let known = match &opened {
            Ok((cluster, version)) => Known::Open(Box::new(cluster.clone()), version.clone()),
            Err(error) => Known::Closed(error.clone(), Instant::now()),
        };
        self.known().insert(id.clone(), known);
        opened
    }

    async fn open(&self, id: &ClusterId) -> Result<(Cluster, String)> {
        let way = self.roads.way(id).await?;
        let cluster = Cluster::new(id.clone(), way, &self.roads.settings);
        let version = cluster.version().await?;
        Ok((cluster, version))
    }

    /// Keeps the way open unless it was what failed.
    fn judge<T>(&self, id: &ClusterId, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome
            && matches!(
                error.kind,
                Kind::Unreachable { .. } | Kind::SignedOut { .. }
            )
        {
            self.known().remove(id);
        }
        outcome
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<ClusterId, Known>> {
        // Entries are replaced whole, so a panic elsewhere leaves valid ones.
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until one more cluster may be listed; the connection is made before, so that a cluster
    /// out of reach takes nobody's place.
    async fn slot(&self) -> Result<tokio::sync::SemaphorePermit<'_>> {
        self.slots.acquire().await.map_err(|_| {
            Error::new(Kind::Service {
                service: "awsdeck".into(),
                code: "Closed".into(),
                message: "clusters are not read any more".into(),
            })
        })
    }

    fn prometheus(&self, id: &ClusterId) -> Option<String> {
        self.roads.settings.rule(id)?.prometheus.clone()
    }
}

#[async_trait]
impl Workloads for Kube {
    async fn fleet(&self, id: &ClusterId, found: Found<'_, Fleet>) -> Result<Fleet> {
        let (cluster, version) = self.enter(id).await?;
        let _slot = self.slot().await?;
        let prometheus = self.prometheus(id);
        let read = fleet::read(&cluster, version, prometheus.as_deref(), found).await;
        self.judge(id, read)
    }

    async fn contents(&self, id: &ClusterId, found: Found<'_, Contents>) -> Result<Contents> {
        let (cluster, _) = self.enter(id).await?;
        let _slot = self.slot().await?;
        let read = contents::read(&cluster, self.roads.access.as_deref(), found).await;
        self.judge(id, read)
    }

    async fn velero(&self, id: &ClusterId) -> Result<Velero> {
        let (cluster, _) = self.enter(id).await?;
        let _slot = self.slot().await?;
        self.judge(id, velero::read(&cluster).await)
    }

    async fn results(&self, id: &ClusterId, of: &Outcome) -> Result<Results> {
        let (cluster, _) = self.enter(id).await?;
        let access = self.roads.access.as_deref();
        let read = velero::results(&cluster, of, access, self.read_only).await;
        self.judge(id, read)
    }

    async fn watch(&self, id: &ClusterId, told: UnboundedSender<Watched>) -> Result<()> {
        let (cluster, version) = self.enter(id).await?;
        let access = self.roads.access.clone();
        let limit = self.roads.settings.watch_timeout.as_duration();
        let watched = watch::follow(&cluster, version, access, limit, &told).await;
        self.judge(id, watched)
    }

    async fn log(&self, id: &ClusterId, of: &LogOf, told: UnboundedSender<String>) -> Result<()> {
        let (cluster, _) = self.enter(id).await?;
        let read = log::follow(&cluster, of, &told).await;
        self.judge(id, read)
    }

    async fn handoff(&self, id: &ClusterId) -> Result<Handoff> {
        Ok(self.roads.way(id).await?.handoff)
    }

    async fn token(&self, id: &ClusterId) -> Result<Token> {
        match &self.roads.access {
            Some(access) => access.token(id).await,
            None => Err(Error::new(Kind::Unavailable {
                service: "kubernetes".into(),
                message: "this cluster is signed in to by its kubeconfig".into(),
            })),
        }
    }
}

/// Lets the clusters of `provider` be looked into.
#[must_use]
pub fn with_clusters(mut provider: Provider, settings: &Kubernetes, read_only: bool) -> Provider {
    let kube = Kube::new(provider.access.clone(), settings.clone(), read_only);
    provider.workloads = Arc::new(kube);
    if settings.cluster.iter().any(|rule| rule.brings().is_some()) {
        provider.clusters = Arc::new(Contexts::beside(provider.clusters, settings.clone()));
    }
    provider
}

#[cfg(test)]
mod tests;
