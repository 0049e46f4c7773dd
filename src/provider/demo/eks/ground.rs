//! The state of one place, and what of it has come about by a moment.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::model::{
    ClusterName, Place, PoolName,
    cluster::{Cluster, NodePool},
    compute::{Compute, Nodes},
};

/// How long after its node the GPUs of a node are known.
const DEVICES: Duration = Duration::from_secs(45);

/// Everything of a place, with what is on its way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Ground {
    pub(super) compute: Compute,
    /// What a thing becomes, and when: by its path, such as `shop` or `shop/nodegroup/gpu`.
    pub(super) due: BTreeMap<String, Due>,
    /// How the nodes of a pool move, by its path.
    pub(super) moves: BTreeMap<String, super::nodes::Move>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Due {
    pub(super) at: Timestamp,
    pub(super) becomes: Becomes,
}

/// What something turns into by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Becomes {
    /// A state in the service's word, and what the service says about it.
    State(String, Option<String>),
    Gone,
}

pub(super) fn pool_path(cluster: &ClusterName, pool: &PoolName) -> String {
    format!("{cluster}/nodegroup/{pool}")
}

pub(super) fn addon_path(cluster: &ClusterName, addon: &str) -> String {
    format!("{cluster}/addon/{addon}")
}

impl Ground {
    pub(super) fn of(clusters: Vec<Cluster>) -> Self {
        Self {
            compute: Compute {
                clusters,
                ..Compute::default()
            },
            ..Self::default()
        }
    }

    /// Something becomes another thing after a while.
    pub(super) fn becomes(
        &mut self,
        scene: &Scene<'_>,
        path: &str,
        what: Becomes,
        after: Duration,
    ) {
        let at = scene.at.saturating_add(after).unwrap_or(Timestamp::MAX);
        self.due.insert(path.into(), Due { at, becomes: what });
    }

    /// What is to be seen at the scene's moment.
    pub(super) fn seen(&self, scene: &Scene<'_>, place: &Place) -> Compute {
        let mut compute = self.compute.clone();
        let reached = |path: &str| self.due.get(path).filter(|due| due.at <= scene.at);
        let gone = |path: &str| reached(path).is_some_and(|due| due.becomes == Becomes::Gone);
        compute.clusters.retain(|one| !gone(one.name.as_str()));
        let living: Vec<ClusterName> = compute
            .clusters
            .iter()
            .map(|one| one.name.clone())
            .collect();
        for cluster in &mut compute.clusters {
            let name = cluster.name.clone();
            turn(
                reached(name.as_str()),
                &mut cluster.status,
                &mut cluster.issues,
            );
            cluster
                .pools
                .retain(|pool| !gone(&pool_path(&name, &pool.name)));
            for pool in &mut cluster.pools {
                let path = pool_path(&name, &pool.name);
                turn(reached(&path), &mut pool.status, &mut pool.issues);
                self.populate(scene, place, &path, pool);
            }
        }
        for update in &mut compute.updates {
            if reached(&update.id).is_some() {
                update.status = "Successful".into();
            }
        }
        compute.addons.retain(|one| {
            !gone(&addon_path(&one.cluster, &one.name)) && living.contains(&one.cluster)
        });
        compute.access.retain(|one| living.contains(&one.cluster));
        let populated: Vec<ClusterName> = compute
            .clusters
            .iter()
            .filter(|one| one.pools.iter().any(|pool| pool.running.unwrap_or(0) > 0))
            .map(|one| one.name.clone())
            .collect();
        for addon in &mut compute.addons {
            let path = addon_path(&addon.cluster, &addon.name);
            turn(reached(&path), &mut addon.status, &mut addon.issues);
            // Its pods have nowhere to run.
            let waits = addon.name == "coredns" && !populated.contains(&addon.cluster);
            if waits && addon.status == "ACTIVE" {
                addon.status = "DEGRADED".into();
                addon.issues = vec![
                    "InsufficientNumberOfReplicas: The add-on is unhealthy because it doesn't have \
                     the desired number of replicas."
                        .into(),
                ];
            }
        }
        compute
    }

    /// The nodes of a pool, as its cluster tells of them.
    pub(super) fn nodes(
        &self,
        scene: &Scene<'_>,
        place: &Place,
        cluster: &ClusterName,
        pool: &PoolName,
    ) -> Option<Nodes> {
        let compute = self.seen(scene, place);
        let found = compute.pool(cluster, pool)?;
        let earlier = scene.at.saturating_sub(DEVICES).unwrap_or(Timestamp::MIN);
        let then = self.seen(
            &Scene {
                at: earlier,
                ..*scene
            },
            place,
        );
        let settled = then.pool(cluster, pool).and_then(|pool| pool.running);
        let running = found.running.unwrap_or(0);
        let known = settled.unwrap_or(0).min(running);
        let each = found.accelerator.as_ref().map_or(0, |gpu| gpu.count);
        let given = if scene.faults.lacks_device_plugin() {
            0
        } else {
            known * each
        };
        Some(Nodes {
            running: Some(running),
            ready: Some(running),
            gpus: found.accelerator.is_some().then_some(given),
            issues: found.issues.clone(),
        })
    }

    pub(super) fn pool_mut(
        &mut self,
        cluster: &ClusterName,
        pool: &PoolName,
    ) -> Option<&mut NodePool> {
        let clusters = self.compute.clusters.iter_mut();
        let mut pools = clusters
            .filter(|one| one.name == *cluster)
            .flat_map(|one| &mut one.pools);
        pools.find(|one| one.name == *pool)
    }
}

/// Puts something into the state that it has reached.
fn turn(due: Option<&Due>, status: &mut String, issues: &mut Vec<String>) {
    if let Some(Due {
        becomes: Becomes::State(state, why),
        ..
    }) = due
    {
        status.clone_from(state);
        issues.extend(why.clone());
    }
}
