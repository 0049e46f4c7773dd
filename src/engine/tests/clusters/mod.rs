//! Clusters and node groups: made, scaled, and put back.

use super::*;
use crate::model::{
    ClusterName, Place, PoolName, QuotaCode,
    cluster::{Cluster, NodePool},
    compute::{Compute, Sizes},
};
use machine::{PauseReason, run::State};

mod provision;
mod scale;
mod trouble;

/// Production's account for machine learning, where the world has its large GPU pools.
fn ml() -> Place {
    Place::new("888888888888".parse().expect("an account"), "eu-west-1")
}

impl Bench {
    async fn compute(&self, place: &Place, cluster: &str) -> Compute {
        let name = ClusterName::from(cluster);
        let found = self.provider.compute.cluster(place, &name).await;
        found.expect("readable")
    }

    async fn pool(&self, place: &Place, cluster: &str, pool: &str) -> NodePool {
        let compute = self.compute(place, cluster).await;
        let found = compute.pool(&cluster.into(), &PoolName::from(pool));
        found.expect("there").clone()
    }

    /// Changes one node group by hand.
    fn edit_pool(&self, place: &Place, pool: &str, edit: impl FnOnce(&mut NodePool)) {
        let change = |compute: &mut Compute| {
            let mut pools = compute.clusters.iter_mut().flat_map(|one| &mut one.pools);
            let found = pools.find(|one| one.name.as_str() == pool);
            edit(found.expect("there"));
        };
        self.world.edit_compute(place, change).expect("writable");
    }

    /// Opens a run of a plan, passes its gate, and executes it to where it stands.
    async fn carry_out(&self, sealed: &Sealed) -> (RunId, Ended) {
        let (run, ended) = self.carry_on(sealed).await;
        self.check_invariants(run);
        (run, ended)
    }

    /// The same in a world that another run has changed before, whose requests are not this one's.
    async fn carry_on(&self, sealed: &Sealed) -> (RunId, Ended) {
        let run = self.open(sealed).await.expect("a run");
        let mut ended = self.execute(run).await;
        let at_gate = |ended: &Ended| {
            let reason = ended.pause.as_ref().map(|pause| pause.reason);
            reason == Some(PauseReason::Gate)
        };
        if at_gate(&ended) {
            let step = ended.pause.as_ref().and_then(|pause| pause.step.clone());
            let before = step.expect("a gate stands before a step");
            let typed = Challenge::of(sealed).wanted();
            self.ask(run, &Request::PassGate { before, typed }).await;
            ended = self.execute(run).await;
        }
        (run, ended)
    }
}
