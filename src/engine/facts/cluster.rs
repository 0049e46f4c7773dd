//! Facts about clusters.

use serde_json::{Value, json};

use crate::{
    engine::plan::ClusterSource,
    model::{
        SubnetId,
        cluster::{Cluster, NodePool},
        compute::Family,
        network::Network,
    },
    provider::{Error, Kind, Provider, Result},
};

pub(super) async fn read(provider: &Provider, source: &ClusterSource) -> Result<Value> {
    match source {
        ClusterSource::Identity { place, cluster } => {
            let compute = provider.compute.cluster(place, cluster).await?;
            Ok(compute.cluster(cluster).map_or(Value::Null, identity_value))
        }
        ClusterSource::Pool {
            place,
            cluster,
            pool,
        } => {
            let compute = provider.compute.cluster(place, cluster).await?;
            let found = compute.pool(cluster, pool);
            found.map(pool_value).ok_or_else(|| {
                let (kind, name) = ("node group".into(), format!("{cluster}/{pool}"));
                Error::new(Kind::NotFound { kind, name }).at(place.account, Some(&place.region))
            })
        }
        ClusterSource::Vcpus {
            place,
            instance_type,
            capacity,
        } => {
            let family = Family::of(instance_type);
            let Some(quota) = family.and_then(|family| family.quota(*capacity)) else {
                return Ok(Value::Null);
            };
            let limit = provider.quotas.quota(place, quota).await?;
            let used = provider.quotas.used(place, quota).await?;
            Ok(vcpus_value(limit, used))
        }
        ClusterSource::Subnets { place, subnets } => {
            let network = provider.networks.network(place).await?;
            Ok(subnets_value(&network, subnets))
        }
    }
}

pub(in crate::engine) fn identity_value(cluster: &Cluster) -> Value {
    json!({ "arn": cluster.arn, "endpoint": cluster.endpoint })
}

pub(in crate::engine) fn pool_value(pool: &NodePool) -> Value {
    json!({
        "sizes": pool.sizes(),
        "instance_types": pool.instance_types,
        "capacity": pool.capacity,
    })
}

pub(in crate::engine) fn vcpus_value(limit: u64, used: Option<u64>) -> Value {
    json!({ "limit": limit, "used": used })
}

pub(in crate::engine) fn subnets_value(network: &Network, subnets: &[SubnetId]) -> Value {
    let mut found: Vec<_> = network
        .subnets
        .iter()
        .filter(|one| subnets.contains(&one.id))
        .collect();
    found.sort_by(|one, two| one.id.cmp(&two.id));
    let each = found
        .into_iter()
        .map(|one| json!({ "id": one.id, "vpc": one.vpc, "zone": one.zone }));
    Value::Array(each.collect())
}
