//! Reads what the cluster would be made in and of, and what of it is there.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    super::{Arguments, Refusal, World, clusters::told},
    pieces::Present,
};
use crate::model::{
    Arn, ClusterName, Place, QuotaCode, Region, RoleName,
    compute::{Family, Machine, Offer},
    network::Network,
};

/// Everything that the plan is made from.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) place: Place,
    pub(super) name: ClusterName,
    pub(super) network: Network,
    pub(super) present: Present,
    /// Clusters in the region.
    pub(super) clusters: usize,
    /// The versions that EKS offers; the reason where they could not be read.
    pub(super) offers: Result<Vec<Offer>, String>,
    /// Instance types by name, those that the region offers.
    pub(super) machines: Result<BTreeMap<String, Machine>, String>,
    /// Quotas with their value and use; the reason where one could not be read.
    pub(super) quotas: BTreeMap<String, Result<(u64, Option<u64>), String>>,
    /// The role, or user, that makes the cluster; `None` where it cannot be named as IAM names it.
    pub(super) maker: Option<Arn>,
    pub(super) now: Timestamp,
}

pub(super) async fn observe(wish: &Arguments, world: &World<'_>) -> Result<Observed, Refusal> {
    let account = world.account(wish.text("account"))?;
    let home = world.provider.regions.first().cloned();
    let region = wish.get("region").map(Region::from).or(home);
    let region = region.ok_or_else(|| Refusal::Impossible("give --region".into()))?;
    let place = Place::new(account, region);
    let name = ClusterName::from(wish.text("name"));
    let provider = world.provider;
    let network = provider.networks.network(&place).await?;
    let compute = provider.compute.cluster(&place, &name).await?;
    let clusters = provider.clusters.clusters(&place).await?;
    let role = async |what: &str| {
        let role = RoleName::from(format!("{name}-{}-{what}", place.region));
        provider.roles.role(account, &role).await
    };
    let present = Present {
        cluster_role: role("cluster").await?,
        node_role: role("nodes").await?,
        compute,
    };
    let offers = provider
        .compute
        .offers(&place)
        .await
        .map_err(|error| told(&error));
    let types = [wish.text("main-type"), wish.text("gpu-type")].map(str::to_owned);
    let machines = provider.compute.machines(&place, &types).await;
    let machines = machines.map_err(|error| told(&error)).map(|found| {
        found
            .into_iter()
            .map(|machine| (machine.instance_type.clone(), machine))
            .collect()
    });
    let mut quotas = BTreeMap::new();
    for quota in wanted_quotas(wish) {
        let read = async {
            let limit = provider
                .quotas
                .quota(&place, quota)
                .await
                .map_err(|error| told(&error))?;
            // Without its use the value still says something.
            Ok((
                limit,
                provider.quotas.used(&place, quota).await.unwrap_or(None),
            ))
        };
        quotas.insert(quota.code.to_owned(), read.await);
    }
    Ok(Observed {
        maker: maker(world, &place).await,
        place,
        name,
        network,
        present,
        clusters: clusters.len(),
        offers,
        machines,
        quotas,
        now: world.now,
    })
}

/// The quotas that a cluster counts against.
pub(super) fn wanted_quotas(wish: &Arguments) -> Vec<QuotaCode> {
    let pools = super::planned::pools_of(wish);
    let families = pools
        .iter()
        .filter_map(|pool| Family::of(&pool.instance_type)?.quota(pool.capacity));
    let mut wanted = vec![QuotaCode::CLUSTERS];
    wanted.extend(families);
    wanted
}

/// Who would make the cluster, as IAM names it: the session's role, or the user.
async fn maker(world: &World<'_>, place: &Place) -> Option<Arn> {
    let caller = world
        .provider
        .identity
        .caller(Some(place.account))
        .await
        .ok()?;
    let text = caller.arn.as_str();
    if text.contains(":user/") {
        return Some(caller.arn);
    }
    let session = text.split_once(":assumed-role/")?.1;
    let name = RoleName::from(session.split('/').next()?);
    // A session leaves the role's path out, so its ARN is asked for.
    let role = world
        .provider
        .roles
        .role(place.account, &name)
        .await
        .ok()??;
    Some(role.arn)
}
