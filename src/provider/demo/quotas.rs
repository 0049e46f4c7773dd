//! Service Quotas: AWS's default values, and what was granted beyond them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::scene::refusal;
use crate::{
    model::{Place, QuotaCode, cluster::Capacity, compute::Family},
    provider::Error,
};

/// Default values as AWS publishes them ("Amazon VPC quotas", "Amazon EC2 service quotas").
const DEFAULTS: &[(QuotaCode, u64)] = &[
    (QuotaCode::VPCS, 5),
    (QuotaCode::SUBNETS_PER_VPC, 200),
    (QuotaCode::INTERNET_GATEWAYS, 5),
    (QuotaCode::NAT_GATEWAYS_PER_ZONE, 5),
    (QuotaCode::ROUTE_TABLES_PER_VPC, 200),
    (QuotaCode::ROUTES_PER_TABLE, 50),
    (QuotaCode::GATEWAY_ENDPOINTS, 20),
    (QuotaCode::PEERINGS_PER_VPC, 50),
    (QuotaCode::ELASTIC_ADDRESSES, 5),
    (QuotaCode::CLUSTERS, 100),
    (QuotaCode::NODE_GROUPS_PER_CLUSTER, 30),
    (QuotaCode::NODES_PER_GROUP, 450),
];

/// Running virtual CPUs by family, on demand or spot: what the world's accounts were granted.
const FAMILIES: &[(Family, u64)] = &[
    (Family::Standard, 640),
    (Family::G, 256),
    (Family::P, 768),
    (Family::P5, 768),
];

/// What was granted beyond the defaults, by place and code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Quotas(BTreeMap<String, u64>);

impl Quotas {
    /// What applies; `None` for a quota that nobody knows.
    pub(super) fn limit(&self, place: &Place, code: &str) -> Option<u64> {
        let granted = self.0.get(&key(place, code)).copied();
        granted
            .or_else(|| {
                let mut known = DEFAULTS.iter();
                known
                    .find(|(quota, _)| quota.code == code)
                    .map(|(_, value)| *value)
            })
            .or_else(|| {
                let of = |family: &Family| {
                    [Capacity::OnDemand, Capacity::Spot]
                        .into_iter()
                        .filter_map(|capacity| family.quota(capacity))
                        .any(|quota| quota.code == code)
                };
                let mut families = FAMILIES.iter();
                families
                    .find(|(family, _)| of(family))
                    .map(|(_, value)| *value)
            })
    }

    pub(super) fn grant(&mut self, place: &Place, code: &str, value: u64) {
        self.0.insert(key(place, code), value);
    }

    /// Refuses in the service's words once `used` things take all of a quota.
    pub(super) fn check(
        &self,
        place: &Place,
        quota: QuotaCode,
        used: usize,
        refused: (&str, &str),
    ) -> Result<(), Error> {
        let limit = self.limit(place, quota.code);
        if limit.is_some_and(|limit| used as u64 >= limit) {
            let (code, message) = refused;
            return Err(refusal("ec2", code, message));
        }
        Ok(())
    }
}

/// The family and the way of buying that a quota counts, where it counts virtual CPUs.
pub(super) fn counts(code: &str) -> Option<(Family, Capacity)> {
    let buys = [Capacity::OnDemand, Capacity::Spot];
    let mut pairs = FAMILIES
        .iter()
        .flat_map(|(family, _)| buys.map(|capacity| (*family, capacity)));
    pairs.find(|(family, capacity)| {
        let quota = family.quota(*capacity);
        quota.is_some_and(|quota| quota.code == code)
    })
}

fn key(place: &Place, code: &str) -> String {
    format!("{place}/{code}")
}
