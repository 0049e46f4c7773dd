//! Clusters from within, what it takes to get in, and what their nodes cost.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

use super::{Error, Result};
use crate::model::{
    ClusterId, Place,
    fleet::{Fleet, Price},
    velero::{Location, Results, Velero},
    workload::{Contents, Grant},
};

/// Told what is known so far, while the rest is still read.
pub type Found<'a, T> = &'a mut (dyn FnMut(T) + Send);

/// Nodes, pods and what runs in them, and Velero, of any cluster.
#[async_trait]
pub trait Workloads: Send + Sync {
    /// Sums for each node, what waits, and what is idle. Nothing of a pod is kept that holds no
    /// accelerator.
    async fn fleet(&self, cluster: &ClusterId, found: Found<'_, Fleet>) -> Result<Fleet>;
    /// Namespaces, workloads, pods, events and the objects of extensions.
    async fn contents(&self, cluster: &ClusterId, found: Found<'_, Contents>) -> Result<Contents>;
    async fn velero(&self, cluster: &ClusterId) -> Result<Velero>;
    /// Errors and warnings of a backup or restore in full. Asked by a person only: Velero may have
    /// to be asked by an object of its own (DownloadRequest), unless the world is read-only.
    async fn results(&self, cluster: &ClusterId, of: &Outcome) -> Result<Results>;
    /// Keeps fleet and contents up to date, told at most once a second, until nobody listens. Ends
    /// only by an error that trying again does not help.
    async fn watch(&self, cluster: &ClusterId, told: UnboundedSender<Watched>) -> Result<()>;
    /// The lines of a container's log, until it ends, or nobody listens.
    async fn log(
        &self,
        cluster: &ClusterId,
        of: &LogOf,
        told: UnboundedSender<String>,
    ) -> Result<()>;
    /// What another program needs to get into the cluster without a secret on its command line.
    async fn handoff(&self, cluster: &ClusterId) -> Result<Handoff>;
    /// A token for the cluster, for a program that has been handed off to.
    async fn token(&self, cluster: &ClusterId) -> Result<Token>;
}

/// What instances cost, and which capacity is reserved.
#[async_trait]
pub trait Prices: Send + Sync {
    async fn price(&self, place: &Place, instance_type: &str) -> Result<Price>;
}

/// How clusters are found and signed in to, apart from what is then said to them.
#[async_trait]
pub trait ClusterAccess: Send + Sync {
    /// Where the API server is and by whom its certificate is signed.
    async fn endpoint(&self, cluster: &ClusterId) -> Result<Endpoint>;
    async fn token(&self, cluster: &ClusterId) -> Result<Token>;
    /// Roles that service accounts have by Pod Identity associations.
    async fn grants(&self, cluster: &ClusterId) -> Result<Vec<Grant>>;
    /// An object in the bucket of a storage location, read as the cluster's account; `None` where
    /// there is none of this key.
    async fn object(
        &self,
        cluster: &ClusterId,
        location: &Location,
        key: &str,
    ) -> Result<Option<Vec<u8>>>;
}

/// Where an API server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `https://…`
    pub url: String,
    /// Certificates of the authorities that sign the server's, as PEM.
    pub authority: String,
    /// Whether it is reached from its VPC alone.
    pub private: bool,
}

/// A secret that signs in, for a while.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub secret: String,
    pub expires: Timestamp,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// What a watch tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Watched {
    Fleet(Arc<Fleet>),
    Contents(Arc<Contents>),
    /// The connection is lost; what was told stands until it is back.
    Lost(Error),
}

/// A backup or restore of Velero whose results are asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Outcome {
    pub restore: bool,
    /// Where Velero runs.
    pub namespace: String,
    pub name: String,
}

/// Whose log, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogOf {
    pub namespace: String,
    pub pod: String,
    /// The first where none is named.
    pub container: Option<String>,
    /// Of the run before the one that goes on.
    pub previous: bool,
    pub follow: bool,
    /// So many of the last lines.
    pub tail: u32,
}

/// How another program reaches a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handoff {
    /// By a kubeconfig with this in it; the token is asked from awsdeck again whenever it is needed.
    Server {
        url: String,
        authority: Option<String>,
        tls_server_name: Option<String>,
        proxy: Option<String>,
    },
    /// By a context that the user's own kubeconfig has.
    Context {
        name: String,
        kubeconfig: Option<std::path::PathBuf>,
    },
    /// There is no such program in this world.
    Nowhere,
}
