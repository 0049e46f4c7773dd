//! EKS clusters with their node groups and the accelerators in them.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_eks::{
    Client,
    types::{self, CapacityTypes},
};
use futures::{StreamExt, TryStreamExt, stream};

use super::{accelerators::Accelerators, error::Call, session::Sessions, time::timestamp};
use crate::{
    model::{
        Place, Tags,
        cluster::{Capacity, Cluster, NodePool},
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
        let sdk = self.sessions.sdk(place).await?;
        let config = aws_sdk_eks::config::Builder::from(&sdk)
            .retry_partition(Sessions::retry_partition("eks", place))
            .build();
        let reader = Reader {
            client: Client::from_conf(config),
            place,
        };
        let mut clusters = reader.clusters().await?;
        self.equip(place, &mut clusters).await;
        Ok(clusters)
    }
}

impl Clusters {
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
struct Reader<'a> {
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

fn still_there<T>(described: Result<T>) -> Result<Option<T>> {
    match described {
        Ok(described) => Ok(Some(described)),
        Err(error) if matches!(error.kind, Kind::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn cluster(place: &Place, told: &types::Cluster) -> Cluster {
    let network = told.resources_vpc_config();
    let issues = told.health().map(types::ClusterHealth::issues);
    let issues = issues.unwrap_or_default().iter();
    Cluster {
        place: place.clone(),
        name: told.name().unwrap_or_default().into(),
        arn: told.arn().unwrap_or_default().into(),
        version: told.version().unwrap_or_default().into(),
        status: told
            .status()
            .map_or_else(String::new, |status| status.as_str().into()),
        endpoint: told.endpoint().map(str::to_owned),
        public_endpoint: network.is_some_and(types::VpcConfigResponse::endpoint_public_access),
        vpc: network.and_then(|network| network.vpc_id().map(Into::into)),
        created: told.created_at().and_then(timestamp),
        issues: issues
            .map(|issue| {
                let code = issue.code().map(types::ClusterIssueCode::as_str);
                said(code, issue.message())
            })
            .collect(),
        pools: Vec::new(),
        tags: tags(told.tags()),
    }
}

fn pool(told: &types::Nodegroup) -> NodePool {
    let scaling = told.scaling_config();
    let size = |size: Option<i32>| size.and_then(|size| u32::try_from(size).ok());
    let issues = told.health().map(types::NodegroupHealth::issues);
    let issues = issues.unwrap_or_default().iter();
    NodePool {
        name: told.nodegroup_name().unwrap_or_default().into(),
        arn: told.nodegroup_arn().unwrap_or_default().into(),
        status: told
            .status()
            .map_or_else(String::new, |status| status.as_str().into()),
        instance_types: told.instance_types().to_vec(),
        capacity: capacity(told.capacity_type()),
        min: size(scaling.and_then(types::NodegroupScalingConfig::min_size)).unwrap_or(0),
        desired: size(scaling.and_then(types::NodegroupScalingConfig::desired_size)).unwrap_or(0),
        max: size(scaling.and_then(types::NodegroupScalingConfig::max_size)).unwrap_or(0),
        running: None,
        subnets: told.subnets().iter().map(|id| id.as_str().into()).collect(),
        zones: Vec::new(),
        accelerator: None,
        issues: issues
            .map(|issue| {
                let code = issue.code().map(types::NodegroupIssueCode::as_str);
                said(code, issue.message())
            })
            .collect(),
        tags: tags(told.tags()),
    }
}

/// On demand is what EKS means when it says nothing.
fn capacity(told: Option<&CapacityTypes>) -> Capacity {
    match told {
        Some(CapacityTypes::OnDemand) | None => Capacity::OnDemand,
        Some(CapacityTypes::Spot) => Capacity::Spot,
        Some(CapacityTypes::CapacityBlock) => Capacity::CapacityBlock,
        Some(_) => Capacity::Other,
    }
}

fn said(code: Option<&str>, message: Option<&str>) -> String {
    match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (code, message) => code.or(message).unwrap_or_default().into(),
    }
}

fn tags(told: Option<&HashMap<String, String>>) -> Tags {
    told.into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
