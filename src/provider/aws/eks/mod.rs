//! EKS clusters with their node groups and the accelerators in them; for operations, what is in one
//! cluster and what its nodes are made of.

pub(super) mod inside;
pub(super) mod shape;

use async_trait::async_trait;
use aws_sdk_eks::Client;
use futures::{StreamExt, TryStreamExt, stream};

use self::shape::{cluster, pool};
use super::{accelerators::Accelerators, error::Call, session::Sessions};
use crate::{
    model::{
        ClusterName, Place, PoolName,
        cluster::{Cluster, NodePool},
        compute::{Compute, Machine, Nodes, Offer},
    },
    provider::{self, Kind, Result},
};

/// Calls in flight for one account and region.
const CALLS: usize = 4;

/// EKS in any account.
#[derive(Clone, Debug)]
pub struct Clusters {
    sessions: Sessions,
    accelerators: Accelerators,
}

impl Clusters {
    #[must_use]
    pub fn new(sessions: Sessions) -> Self {
        let accelerators = Accelerators::new(sessions.clone());
        Self {
            sessions,
            accelerators,
        }
    }
}

#[async_trait]
impl provider::Clusters for Clusters {
    async fn clusters(&self, place: &Place) -> Result<Vec<Cluster>> {
        let reader = self.reader(place).await?;
        let mut clusters = reader.clusters().await?;
        self.equip(place, &mut clusters).await;
        Ok(clusters)
    }
}

#[async_trait]
impl provider::Computing for Clusters {
    async fn cluster(&self, place: &Place, name: &ClusterName) -> Result<Compute> {
        let mut found = inside::compute(&self.sessions, &self.reader(place).await?, name).await?;
        self.equip(place, &mut found.clusters).await;
        Ok(found)
    }

    async fn nodes(&self, place: &Place, cluster: &ClusterName, pool: &PoolName) -> Result<Nodes> {
        inside::nodes(&self.sessions, &self.reader(place).await?, cluster, pool).await
    }

    async fn machines(&self, place: &Place, types: &[String]) -> Result<Vec<Machine>> {
        self.accelerators.machines(place, types).await
    }

    async fn offers(&self, place: &Place) -> Result<Vec<Offer>> {
        inside::offers(&self.reader(place).await?).await
    }
}

/// An EKS client for the calls of one place.
pub(super) fn client(sdk: &aws_types::SdkConfig, place: &Place) -> Client {
    let config = aws_sdk_eks::config::Builder::from(sdk)
        .retry_partition(Sessions::retry_partition("eks", place))
        .build();
    Client::from_conf(config)
}

impl Clusters {
    async fn reader<'a>(&self, place: &'a Place) -> Result<Reader<'a>> {
        let sdk = self.sessions.sdk(place).await?;
        let client = client(&sdk, place);
        Ok(Reader { client, place })
    }

    /// Says what the nodes carry. Clusters are worth showing without it, so a failure becomes an
    /// issue of the clusters that it concerns.
    async fn equip(&self, place: &Place, clusters: &mut [Cluster]) {
        let pools = clusters.iter().flat_map(|cluster| &cluster.pools);
        let mut types: Vec<String> = pools
            .filter_map(|pool| pool.instance_types.first().cloned())
            .collect();
        types.sort();
        types.dedup();
        if types.is_empty() {
            return;
        }
        let carried = self.accelerators.of(place, &types).await;
        for cluster in clusters {
            match &carried {
                Ok(carried) => {
                    for pool in &mut cluster.pools {
                        let first = pool.instance_types.first();
                        pool.accelerator = first.and_then(|first| carried.get(first)).cloned();
                    }
                }
                Err(error) => {
                    let reason = error.trouble().message;
                    let issue = format!("the GPUs of its instance types are unknown: {reason}");
                    cluster.issues.push(issue);
                }
            }
        }
    }
}

/// Reads the clusters of one place.
pub(super) struct Reader<'a> {
    client: Client,
    place: &'a Place,
}

impl Reader<'_> {
    async fn clusters(&self) -> Result<Vec<Cluster>> {
        let names = self.client.list_clusters().into_paginator().items().send();
        let names: Vec<String> = names
            .try_collect()
            .await
            .map_err(|error| self.call("ListClusters").error(error))?;
        let clusters = stream::iter(names)
            .map(|name| self.cluster(name))
            .buffered(CALLS);
        clusters
            .try_filter_map(|found| async { Ok(found) })
            .try_collect()
            .await
    }

    /// A cluster whole; nothing when it went away between being listed and being described.
    async fn cluster(&self, name: String) -> Result<Option<Cluster>> {
        let request = self.client.describe_cluster().name(&name);
        let described = request.send().await;
        let described = described.map_err(|error| self.call("DescribeCluster").error(error));
        let Some(told) = still_there(described)?.and_then(|described| described.cluster) else {
            return Ok(None);
        };
        let mut cluster = cluster(self.place, &told);
        match self.pools(&name).await {
            Ok(pools) => cluster.pools = pools,
            Err(error) if matches!(error.kind, Kind::Denied { .. } | Kind::Unavailable { .. }) => {
                let reason = error.trouble().message;
                cluster
                    .issues
                    .push(format!("node groups unknown: {reason}"));
            }
            Err(error) => return Err(error),
        }
        Ok(Some(cluster))
    }

    async fn pools(&self, cluster: &str) -> Result<Vec<NodePool>> {
        let request = self.client.list_nodegroups().cluster_name(cluster);
        let names: Vec<String> = request
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .map_err(|error| self.call("ListNodegroups").error(error))?;
        let pools = stream::iter(names)
            .map(|name| self.pool(cluster, name))
            .buffered(CALLS);
        pools
            .try_filter_map(|found| async { Ok(found) })
            .try_collect()
            .await
    }

    async fn pool(&self, cluster: &str, name: String) -> Result<Option<NodePool>> {
        let request = self.client.describe_nodegroup();
        let request = request.cluster_name(cluster).nodegroup_name(name);
        let described = request.send().await;
        let described = described.map_err(|error| self.call("DescribeNodegroup").error(error));
        let told = still_there(described)?.and_then(|described| described.nodegroup);
        Ok(told.as_ref().map(pool))
    }

    const fn call(&self, action: &'static str) -> Call<'_> {
        Call::new("eks", action, self.place)
    }
}

pub(super) fn still_there<T>(described: Result<T>) -> Result<Option<T>> {
    match described {
        Ok(described) => Ok(Some(described)),
        Err(error) if matches!(error.kind, Kind::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
