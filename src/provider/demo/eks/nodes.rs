//! Nodes: they take their time to come and to go, and GPU nodes come only where there is capacity.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Scene,
    ground::{Becomes, Ground, pool_path},
    machines,
};
use crate::{
    model::{
        Place,
        change::ClusterChange,
        cluster::NodePool,
        compute::{Compute, Update},
    },
    provider::{
        Result,
        demo::{
            content::clusters::no_capacity,
            scene::{Done, known},
        },
    },
};

/// How long a node takes until it is Ready.
const BOOT: Duration = Duration::from_secs(150);
/// How long a node takes to be drained and ended.
const DRAIN: Duration = Duration::from_secs(90);
/// How long EKS takes to set an Auto Scaling group.
const UPDATE: Duration = Duration::from_secs(25);

/// Where the nodes of a pool stood when somebody last said how many there shall be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Move {
    pub(super) nodes: u32,
    pub(super) since: Timestamp,
}

impl Ground {
    /// Says how many nodes of a pool run by now, and why there are not more.
    pub(super) fn populate(
        &self,
        scene: &Scene<'_>,
        place: &Place,
        path: &str,
        pool: &mut NodePool,
    ) {
        let Some(Move { nodes, since }) = self.moves.get(path).copied() else {
            return; // as the seed gave it
        };
        let passed = |time: Duration| since.saturating_add(time).is_ok_and(|at| at <= scene.at);
        let wanted = pool.desired;
        let running = if wanted <= nodes {
            if passed(DRAIN) { wanted } else { nodes }
        } else if passed(BOOT) {
            let most = self.most(scene, place, pool, nodes);
            wanted.min(most)
        } else {
            nodes
        };
        pool.running = Some(running);
        let short = running < wanted && passed(BOOT);
        pool.issues
            .retain(|issue| !issue.starts_with("Insufficient"));
        if short {
            pool.issues
                .push(no_capacity(&pool.instance_types.join(", ")));
        }
        match pool.status.as_str() {
            "ACTIVE" if short => pool.status = "DEGRADED".into(),
            "DEGRADED" if !short => pool.status = "ACTIVE".into(),
            _ => {}
        }
    }

    /// The most nodes that the pool can have of those that are to be had.
    fn most(&self, scene: &Scene<'_>, place: &Place, pool: &NodePool, nodes: u32) -> u32 {
        if pool.accelerator.is_none() {
            return u32::MAX;
        }
        let kind = pool.instance_types.first().map_or("", String::as_str);
        let left = scene.faults.gpus_left(&place.region);
        let held = self.compute.reservations.iter();
        let held: u32 = held
            .filter(|one| one.is_active() && one.instance_type == kind)
            .map(|one| one.free)
            .sum();
        let market = left.map_or(u32::MAX, |left| nodes.saturating_add(left.max(held)));
        let there_are = machines::to_be_had(kind).unwrap_or(u32::MAX);
        market.min(there_are.max(nodes))
    }

    /// Changes everything as somebody else would, and lets the nodes follow.
    pub(super) fn edited(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        edit: impl FnOnce(&mut Compute),
    ) {
        let before = self.seen(scene, place);
        let mut after = before.clone();
        edit(&mut after);
        for cluster in &after.clusters {
            for pool in &cluster.pools {
                let path = pool_path(&cluster.name, &pool.name);
                let old = before.pool(&cluster.name, &pool.name);
                let same = old
                    .is_some_and(|old| old.desired == pool.desired && old.running == pool.running);
                if !same {
                    let nodes = pool.running.unwrap_or(0);
                    let since = scene.at;
                    self.moves.insert(path.clone(), Move { nodes, since });
                }
                if old.is_none_or(|old| old.status != pool.status) {
                    self.due.remove(&path);
                }
            }
        }
        self.compute = after;
    }

    pub(super) fn scale(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        change: &ClusterChange,
    ) -> Result<Done> {
        let ClusterChange::ScaleNodeGroup {
            cluster,
            pool,
            to,
            autoscaled,
            ..
        } = change
        else {
            return Err(super::refused("InvalidRequestException", "no size"));
        };
        let cluster = known("eks", cluster)?;
        let seen = self.seen(scene, place);
        let Some(found) = seen.pool(cluster, pool) else {
            return Err(super::refused(
                "ResourceNotFoundException",
                format!("No node group found for name: {pool}."),
            ));
        };
        if !matches!(found.status.as_str(), "ACTIVE" | "DEGRADED") {
            return Err(super::refused(
                "ResourceInUseException",
                format!(
                    "Nodegroup cannot be updated as it is currently not in Active State: {pool}"
                ),
            ));
        }
        let desired = if *autoscaled {
            to.desired_beside(found.desired).unwrap_or(found.desired)
        } else {
            to.desired
        };
        if !(to.min <= desired && desired <= to.max && to.max >= 1) {
            return Err(super::refused(
                "InvalidParameterException",
                format!(
                    "desired capacity {desired} must be between min {} and max {}",
                    to.min, to.max
                ),
            ));
        }
        let nodes = found.running.unwrap_or(0);
        let path = pool_path(cluster, pool);
        let since = scene.at;
        self.moves.insert(path.clone(), Move { nodes, since });
        if let Some(own) = self.pool_mut(cluster, pool) {
            (own.min, own.desired, own.max) = (to.min, desired, to.max);
            own.running = Some(nodes);
            own.issues.clear();
            own.status = "UPDATING".into();
        }
        let active = Becomes::State("ACTIVE".into(), None);
        self.becomes(scene, &path, active.clone(), UPDATE);
        let id = scene.estate.seed.uuid(&format!("update/{}", scene.number));
        self.becomes(scene, &id, active, UPDATE);
        self.compute.updates.push(Update {
            id: id.clone(),
            cluster: cluster.clone(),
            pool: Some(pool.clone()),
            status: "InProgress".into(),
            errors: Vec::new(),
        });
        Ok(Done::followed_by(id))
    }
}
