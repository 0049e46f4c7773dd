//! Finds the group and reads everything that its size depends on.

use jiff::Timestamp;

use super::super::{
    Arguments, Refusal, World,
    clusters::{self, told},
};
use crate::model::{
    ClusterName, Place, PoolName,
    cluster::NodePool,
    compute::{Compute, Family, Machine, Nodes},
};

/// Everything that the plan is made from.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) place: Place,
    pub(super) cluster: ClusterName,
    pub(super) pool: NodePool,
    /// The cluster's place as it was just read: reservations among others.
    pub(super) compute: Compute,
    /// What the first instance type is; `None` where EC2 does not say.
    pub(super) machine: Option<Machine>,
    /// The quota that its nodes count against: its value, and how much is used; the reason where it
    /// could not be read.
    pub(super) quota: Result<(u64, Option<u64>), String>,
    pub(super) nodes: Result<Nodes, String>,
    /// Free addresses in all subnets of the group; the reason where they could not be read.
    pub(super) addresses: Result<u32, String>,
    pub(super) now: Timestamp,
}

pub(super) async fn observe(wish: &Arguments, world: &World<'_>) -> Result<Observed, Refusal> {
    let cluster = ClusterName::from(wish.text("cluster"));
    let name = PoolName::from(wish.text("pool"));
    let place = clusters::find(&cluster, wish, world).await?;
    let provider = world.provider;
    let compute = provider.compute.cluster(&place, &cluster).await?;
    let Some(found) = compute.cluster(&cluster) else {
        return Err(Refusal::Impossible(format!(
            "account {} has no cluster `{cluster}` in {}",
            place.account, place.region
        )));
    };
    let Some(pool) = compute.pool(&cluster, &name).cloned() else {
        let names: Vec<&str> = found.pools.iter().map(|pool| pool.name.as_str()).collect();
        return Err(Refusal::Impossible(format!(
            "{cluster} has no node group `{name}`; it has: {}",
            if names.is_empty() {
                "none".into()
            } else {
                names.join(", ")
            }
        )));
    };
    let kind = pool.instance_types.first().cloned().unwrap_or_default();
    let machines = provider
        .compute
        .machines(&place, std::slice::from_ref(&kind));
    let machine = machines
        .await
        .ok()
        .and_then(|found| found.into_iter().next());
    let nodes = provider.compute.nodes(&place, &cluster, &name).await;
    let quota = quota(world, &place, &pool, &kind).await;
    let network = provider.networks.network(&place).await;
    let addresses = network.map(|network| {
        let own = network.subnets.iter();
        let own = own.filter(|one| pool.subnets.contains(&one.id));
        own.map(|one| one.free_addresses.unwrap_or(u32::MAX))
            .fold(0, u32::saturating_add)
    });
    Ok(Observed {
        place,
        cluster,
        pool,
        compute,
        machine,
        quota,
        nodes: nodes.map_err(|error| told(&error)),
        addresses: addresses.map_err(|error| told(&error)),
        now: world.now,
    })
}

async fn quota(
    world: &World<'_>,
    place: &Place,
    pool: &NodePool,
    kind: &str,
) -> Result<(u64, Option<u64>), String> {
    let family = Family::of(kind);
    let Some(quota) = family.and_then(|family| family.quota(pool.capacity)) else {
        return Err(format!("no quota of {kind} bought so is known"));
    };
    let quotas = &world.provider.quotas;
    let limit = quotas
        .quota(place, quota)
        .await
        .map_err(|error| told(&error))?;
    // Without its use the value still says something.
    let used = quotas.used(place, quota).await.unwrap_or(None);
    Ok((limit, used))
}
