//! A cluster listed once, page by page, and summed up on the way.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    client::{Cluster, Page},
    objects::{self, Names, NodeClaim, NodePool, Pod, ResourceClaim, ResourceSlice, Slim},
    prometheus,
};
use crate::{
    model::{
        Gap,
        fleet::{Fleet, Tally},
    },
    provider::{Error, Found, IN_CLUSTER, Kind, Result},
};

/// Parts of a list are told no more often than this.
const TOLD: Duration = Duration::from_millis(500);

/// Reads nodes, then what else says what they carry, then pods. Without nodes and pods there is
/// nothing to sum up; other parts that are refused or unknown are named as gaps.
pub(super) async fn read(
    cluster: &Cluster,
    version: String,
    prometheus: Option<&str>,
    found: Found<'_, Fleet>,
) -> Result<Fleet> {
    let mut names = Names::default();
    let mut tally = Tally::new(version);
    read_nodes(cluster, &mut tally, &mut names).await?;
    found(tally.fleet(&cluster.id, false));
    read_devices(cluster, &mut tally).await;
    let mut told = Instant::now();
    let listed = cluster
        .pages::<Pod>(None, |page| match page {
            Page::Objects(pods, malformed) => {
                tally.malformed += malformed;
                for pod in pods {
                    tally.pod(&Arc::new(pod.pod(&mut names)));
                }
                if told.elapsed() >= TOLD {
                    told = Instant::now();
                    found(tally.fleet(&cluster.id, false));
                }
            }
            Page::Restart => tally.clear_pods(),
        })
        .await;
    listed?;
    let mut fleet = tally.fleet(&cluster.id, true);
    if fleet.has_accelerators() {
        prometheus::measure(cluster, prometheus, &mut fleet).await;
    }
    Ok(fleet)
}

async fn read_nodes(cluster: &Cluster, tally: &mut Tally, names: &mut Names) -> Result<()> {
    let (nodes, malformed) = cluster.all::<objects::Node>().await?;
    tally.malformed += malformed;
    tally.nodes = nodes.into_iter().map(|node| node.facts(names)).collect();
    Ok(())
}

/// Slices, claims, limits and nodes on their way: what many clusters do not have.
pub(super) async fn read_devices(cluster: &Cluster, tally: &mut Tally) {
    let (slices, claims, pools, node_claims) = tokio::join!(
        optional::<ResourceSlice>(cluster),
        optional::<ResourceClaim>(cluster),
        optional::<NodePool>(cluster),
        optional::<NodeClaim>(cluster),
    );
    tally.slices = take(slices, tally, ResourceSlice::slice);
    tally.claims = take(claims, tally, ResourceClaim::claim);
    tally.limits = take(pools, tally, NodePool::limit);
    let claims = take(node_claims, tally, NodeClaim::claim);
    tally.node_claims = claims.into_iter().flatten().collect();
}

/// Objects, how many were malformed, and a gap.
type Part<T> = (Vec<T>, u32, Option<Gap>);

/// A kind that a cluster need not have: absent is empty, anything else that fails is a gap.
pub(super) async fn optional<T: Slim>(cluster: &Cluster) -> Part<T> {
    match cluster.all::<T>().await {
        Ok((objects, malformed)) => (objects, malformed, None),
        Err(error) if is_absent(&error) => (Vec::new(), 0, None),
        Err(error) => (Vec::new(), 0, Some(gap(&T::plural(&()), &error))),
    }
}

fn take<T, U>((objects, malformed, gap): Part<T>, tally: &mut Tally, of: fn(T) -> U) -> Vec<U> {
    tally.malformed += malformed;
    tally.gaps.extend(gap);
    objects.into_iter().map(of).collect()
}

/// Whether the server does not know this kind.
pub(super) fn is_absent(error: &Error) -> bool {
    matches!(error.kind, Kind::NotFound { .. })
}

pub(super) fn gap(what: &str, error: &Error) -> Gap {
    Gap {
        action: format!("{IN_CLUSTER}list {what}"),
        trouble: error.trouble(),
    }
}
