//! Facts of networks and quotas.

use serde_json::{Value, json};

use crate::{
    engine::plan::NetworkSource,
    model::{
        QuotaCode,
        network::{AvailabilityZone, Network, Peering},
    },
    provider::{Error, Kind, Provider, Result},
};

pub(super) async fn read(provider: &Provider, source: &NetworkSource) -> Result<Value> {
    match source {
        NetworkSource::AvailabilityZones { place } => {
            Ok(zones(&provider.networks.availability_zones(place).await?))
        }
        NetworkSource::VpcBlocks { place } => Ok(blocks(&provider.networks.network(place).await?)),
        NetworkSource::Quota { place, code } => {
            let quota = QuotaCode::find(code).ok_or_else(|| {
                Error::new(Kind::NotFound {
                    kind: "quota".into(),
                    name: code.clone(),
                })
            })?;
            Ok(json!(provider.quotas.quota(place, quota).await?))
        }
        NetworkSource::Peering { place, peering } => {
            let network = provider.networks.network(place).await?;
            let found = network.peerings.iter().find(|one| one.id == *peering);
            Ok(found.map_or(Value::Null, self::peering))
        }
    }
}

/// Zones by name.
pub(in crate::engine) fn zones(zones: &[AvailabilityZone]) -> Value {
    let names: Vec<&str> = zones.iter().map(|zone| zone.name.as_str()).collect();
    json!(names)
}

/// What each VPC holds.
pub(in crate::engine) fn blocks(network: &Network) -> Value {
    let vpcs = network.vpcs.iter();
    let held: serde_json::Map<String, Value> = vpcs
        .map(|vpc| (vpc.id.to_string(), json!(vpc.cidrs)))
        .collect();
    Value::Object(held)
}

/// Who is joined and in which state; tags are each account's own.
pub(in crate::engine) fn peering(peering: &Peering) -> Value {
    json!({
        "requester": peering.requester.vpc,
        "accepter": peering.accepter.vpc,
        "status": peering.status,
    })
}
