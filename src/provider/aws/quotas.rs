//! Service Quotas: what applies to an account in a region.

use async_trait::async_trait;
use aws_sdk_servicequotas::{Client, config};

use super::{error::Call, session::Sessions};
use crate::{
    model::{Place, QuotaCode},
    provider::{self, Error, Kind, Result},
};

const SERVICE: &str = "servicequotas";

/// Service Quotas of any account.
#[derive(Clone, Debug)]
pub struct Quotas {
    sessions: Sessions,
}

impl Quotas {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

#[async_trait]
impl provider::Quotas for Quotas {
    async fn quota(&self, place: &Place, quota: QuotaCode) -> Result<u64> {
        let sdk = self.sessions.sdk(place).await?;
        let config = config::Builder::from(&sdk)
            .retry_partition(Sessions::retry_partition(SERVICE, place))
            .build();
        let client = Client::from_conf(config);
        let (service, code) = (quota.service, quota.code);
        let asked = client.get_service_quota();
        let asked = asked.service_code(service).quota_code(code).send().await;
        let call = Call::new(SERVICE, "GetServiceQuota", place);
        let found = match asked.map_err(|error| call.error(error)) {
            Ok(answer) => answer.quota,
            // Nothing was ever granted there: AWS's own value applies.
            Err(Error {
                kind: Kind::NotFound { .. },
                ..
            }) => {
                let asked = client.get_aws_default_service_quota();
                let asked = asked.service_code(service).quota_code(code).send().await;
                let call = Call::new(SERVICE, "GetAWSDefaultServiceQuota", place);
                asked.map_err(|error| call.error(error))?.quota
            }
            Err(error) => return Err(error),
        };
        let value = found.and_then(|quota| quota.value);
        value.and_then(whole).ok_or_else(|| {
            let kind = Kind::NotFound {
                kind: "quota".into(),
                name: format!("{} ({service}/{code})", quota.name),
            };
            Error::new(kind).at(place.account, Some(&place.region))
        })
    }
}

/// Service Quotas counts in fractions, which these have none of.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked before"
)]
fn whole(value: f64) -> Option<u64> {
    (value.is_finite() && (0.0..=1e15).contains(&value)).then_some(value as u64)
}
