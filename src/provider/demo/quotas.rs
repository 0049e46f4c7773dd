//! Service Quotas: AWS's default values, and what was granted beyond them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::scene::refusal;
use crate::{
    model::{Place, QuotaCode},
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
];

/// What was granted beyond the defaults, by place and code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Quotas(BTreeMap<String, u64>);

impl Quotas {
    /// What applies; `None` for a quota that nobody knows.
    pub(super) fn limit(&self, place: &Place, code: &str) -> Option<u64> {
        let granted = self.0.get(&key(place, code)).copied();
        granted.or_else(|| {
            let mut known = DEFAULTS.iter();
            known
                .find(|(quota, _)| quota.code == code)
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

fn key(place: &Place, code: &str) -> String {
    format!("{place}/{code}")
}
