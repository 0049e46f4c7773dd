//! EKS as it behaves when it is written to: what takes its time, what is refused and in which
//! words, and nodes that come, or do not.

mod create;
mod delete;
mod ground;
mod groups;
mod machines;
mod nodes;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(super) use ground::Ground;
pub(super) use machines::{machine, offers};

use super::{
    content,
    history::History,
    iam::Iam,
    scene::{Done, Scene, refusal, unbound},
};
use crate::{
    model::{
        Change, ClusterName, Place, PoolName,
        change::{ClusterChange, Standing},
        cluster::Capacity,
        compute::{Compute, Family, Nodes},
        network::Network,
    },
    provider::{Accepted, Envelope, Error, Progress, Result},
};

/// What differs from the clusters that the seed gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Eks {
    /// Every place that was written to.
    places: BTreeMap<String, History<Ground>>,
    /// What each client token was answered with: an id to follow, the id of what was made.
    tokens: BTreeMap<String, (Option<String>, Option<String>)>,
}

/// What EKS looks at in other services while it answers.
pub(super) struct Beside<'a> {
    pub(super) iam: &'a Iam,
    pub(super) network: &'a Network,
}

impl Eks {
    /// Everything of a place as the API showed it at the scene's moment.
    pub(super) fn compute(&self, scene: &Scene<'_>, place: &Place) -> Result<Compute> {
        Ok(self.ground(scene, place)?.seen(scene, place))
    }

    /// The nodes of a pool, as its cluster tells of them.
    pub(super) fn nodes(
        &self,
        scene: &Scene<'_>,
        place: &Place,
        cluster: &ClusterName,
        pool: &PoolName,
    ) -> Result<Nodes> {
        self.ground(scene, place)?
            .nodes(scene, place, cluster, pool)
            .ok_or_else(|| {
                refused(
                    "ResourceNotFoundException",
                    format!("No node group found for name: {pool}."),
                )
            })
    }

    /// Virtual CPUs of a family that run.
    pub(super) fn vcpus(
        &self,
        scene: &Scene<'_>,
        place: &Place,
        family: Family,
        capacity: Capacity,
    ) -> Result<u32> {
        let compute = self.compute(scene, place)?;
        let pools = compute.clusters.iter().flat_map(|cluster| &cluster.pools);
        let counted = pools.filter_map(|pool| {
            let machine = machine(pool.instance_types.first()?)?;
            let own = Family::of(&machine.instance_type)?.quota(pool.capacity);
            let same = own.is_some() && own == family.quota(capacity);
            same.then(|| machine.vcpus * pool.running.unwrap_or(0))
        });
        Ok(counted.sum())
    }

    /// Changes a place behind everybody's back.
    pub(super) fn edit(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        edit: impl FnOnce(&mut Compute),
    ) -> Result<()> {
        let mut ground = self.ground(scene, place)?;
        ground.edited(scene, place, edit);
        self.write(scene, place, ground)
    }

    /// Performs one change; refuses what EKS or EC2 would refuse.
    pub(super) fn apply(
        &mut self,
        scene: &Scene<'_>,
        envelope: &Envelope,
        beside: &Beside<'_>,
    ) -> Result<Done> {
        let (change, place) = of(envelope)?;
        if let Some((follow, made)) = self.tokens.get(&envelope.key) {
            // A client token that was used before gives what it gave before.
            return Ok(Done {
                follow: follow.clone(),
                made: made.clone(),
                repeated: true,
            });
        }
        let mut ground = self.ground(scene, &place)?;
        let done = match change {
            ClusterChange::Delete { object, .. } => {
                ground.delete(scene, &place, object)?;
                Done::default()
            }
            ClusterChange::ScaleNodeGroup { .. } => ground.scale(scene, &place, change)?,
            _ => ground.create(scene, envelope, &place, beside)?,
        };
        if done.follow.is_some() || done.made.is_some() {
            let answer = (done.follow.clone(), done.made.clone());
            self.tokens.insert(envelope.key.clone(), answer);
        }
        self.write(scene, &place, ground)?;
        Ok(done)
    }

    pub(super) fn standing(&self, scene: &Scene<'_>, envelope: &Envelope) -> Result<Standing> {
        let (change, place) = of(envelope)?;
        let compute = self.compute(scene, &place)?;
        change
            .standing(&compute, envelope.mark())
            .map_err(unbound("eks"))
    }

    pub(super) fn settled(
        &self,
        scene: &Scene<'_>,
        envelope: &Envelope,
        accepted: &Accepted,
    ) -> Result<Progress> {
        let (change, place) = of(envelope)?;
        let compute = self.compute(scene, &place)?;
        change
            .progress(&compute, envelope.mark(), accepted.external_id.as_deref())
            .map_err(unbound("eks"))
    }

    fn ground(&self, scene: &Scene<'_>, place: &Place) -> Result<Ground> {
        let site = scene.site(place.account)?;
        if let Some(history) = self.places.get(&place.to_string()) {
            return Ok(history.at(scene.at).clone());
        }
        let dry = scene.faults.no_capacity(&place.region);
        let clusters = content::clusters::clusters(scene.estate, site, place, scene.at, dry);
        Ok(Ground::of(clusters))
    }

    fn write(&mut self, scene: &Scene<'_>, place: &Place, ground: Ground) -> Result<()> {
        let name = place.to_string();
        if !self.places.contains_key(&name) {
            let before = self.ground(scene, place)?;
            self.places.insert(name.clone(), History::beginning(before));
        }
        if let Some(history) = self.places.get_mut(&name) {
            history.write(scene.at, ground);
        }
        Ok(())
    }
}

/// The change, and where it is made.
fn of(envelope: &Envelope) -> Result<(&ClusterChange, Place)> {
    let Change::Cluster(change) = &envelope.change else {
        return Err(refused("InvalidRequestException", "no change of a cluster"));
    };
    let place = change.at().place().map_err(unbound("eks"))?;
    Ok((change, place))
}

fn refused(code: &str, message: impl Into<String>) -> Error {
    refusal("eks", code, message)
}
