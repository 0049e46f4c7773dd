//! Service Quotas: what applies, and how much of it is in use by the metric that it names.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_cloudwatch::types::{Dimension, Statistic};
use aws_sdk_servicequotas::{Client, types::ServiceQuota};

use super::{error::Call, session::Sessions};
use crate::{
    model::{Place, QuotaCode},
    provider::{self, Error, Kind, Result},
};

/// How far back the newest use is looked for, and the length of one point of it.
const RECENT: Duration = Duration::from_hours(1);
const PERIOD: i32 = 300;

/// The quotas of any account.
#[derive(Clone, Debug)]
pub struct Quotas {
    sessions: Sessions,
}

impl Quotas {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }

    /// What applies; AWS's default where nothing was ever granted.
    async fn found(&self, place: &Place, quota: QuotaCode) -> Result<ServiceQuota> {
        let sdk = self.sessions.sdk(place).await?;
        let config = aws_sdk_servicequotas::config::Builder::from(&sdk)
            .retry_partition(Sessions::retry_partition("servicequotas", place))
            .build();
        let client = Client::from_conf(config);
        let call = |action| Call::new("servicequotas", action, place);
        let asked = client
            .get_service_quota()
            .service_code(quota.service)
            .quota_code(quota.code)
            .send()
            .await;
        let told = match asked.map_err(|error| call("GetServiceQuota").error(error)) {
            Ok(told) => told.quota,
            Err(error) if matches!(error.kind, Kind::NotFound { .. }) => {
                let asked = client
                    .get_aws_default_service_quota()
                    .service_code(quota.service)
                    .quota_code(quota.code)
                    .send()
                    .await;
                let told = asked.map_err(|error| call("GetAWSDefaultServiceQuota").error(error))?;
                told.quota
            }
            Err(error) => return Err(error),
        };
        told.ok_or_else(|| {
            let (kind, name) = ("quota".into(), quota.code.into());
            Error::new(Kind::NotFound { kind, name }).at(place.account, Some(&place.region))
        })
    }
}

#[async_trait]
impl provider::Quotas for Quotas {
    async fn quota(&self, place: &Place, quota: QuotaCode) -> Result<u64> {
        Ok(whole(
            self.found(place, quota).await?.value().unwrap_or_default(),
        ))
    }

    async fn used(&self, place: &Place, quota: QuotaCode) -> Result<Option<u64>> {
        let found = self.found(place, quota).await?;
        let Some(metric) = found.usage_metric() else {
            return Ok(None);
        };
        let statistic = metric.metric_statistic_recommendation();
        let statistic = statistic.map_or(Statistic::Maximum, Statistic::from);
        let now = SystemTime::now();
        let sdk = self.sessions.sdk(place).await?;
        let config = aws_sdk_cloudwatch::config::Builder::from(&sdk)
            .retry_partition(Sessions::retry_partition("monitoring", place))
            .build();
        let mut ask = aws_sdk_cloudwatch::Client::from_conf(config)
            .get_metric_statistics()
            .set_namespace(metric.metric_namespace().map(str::to_owned))
            .set_metric_name(metric.metric_name().map(str::to_owned))
            .statistics(statistic)
            .period(PERIOD)
            .start_time((now - RECENT).into())
            .end_time(now.into());
        for (name, value) in metric.metric_dimensions().into_iter().flatten() {
            ask = ask.dimensions(Dimension::builder().name(name).value(value).build());
        }
        let call = Call::new("cloudwatch", "GetMetricStatistics", place);
        let told = ask.send().await.map_err(|error| call.error(error))?;
        let newest = told.datapoints().iter().max_by_key(|point| {
            let time = point.timestamp();
            time.map(|time| (time.secs(), time.subsec_nanos()))
        });
        let value = newest.and_then(|point| point.maximum().or(point.sum()).or(point.average()));
        Ok(value.map(whole))
    }
}

/// A count that comes as a floating-point number; nothing counted is negative.
fn whole(value: f64) -> u64 {
    format!("{:.0}", value.max(0.0)).parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_whole_number() {
        for (told, count) in [(64.0, 64), (0.0, 0), (-1.0, 0), (1e30, u64::MAX)] {
            assert_eq!(whole(told), count);
        }
    }
}
