//! `AWS/ApplicationELB`: requests by the share of traffic that DNS sends, errors by health.

use jiff::Timestamp;

use super::Gauge;
use crate::{
    model::Place,
    provider::{
        MetricQuery,
        demo::{content, estate::Site},
    },
};

/// Requests a minute to all sides of a name at the busiest hour.
const BUSY: f64 = 1800.0;

impl Gauge<'_> {
    pub(super) fn of_balancer(
        &self,
        site: &Site,
        place: &Place,
        query: &MetricQuery,
        at: Timestamp,
    ) -> Option<f64> {
        // `app/shop-green/0123456789abcdef`, the end of the ARN.
        let dimension = query.dimensions.get("LoadBalancer")?;
        let found = content::balancers::balancers(self.scene.estate, site, place);
        let mut balancers = found.balancers.iter();
        let balancer = balancers.find(|one| one.arn.as_str().ends_with(dimension.as_str()))?;
        let minutes = f64::from(query.period_seconds) / 60.0;
        let share = self
            .route53
            .share_of(self.scene.estate, &balancer.dns_name, at);
        let unrest = 0.9 + 0.2 * self.unrest(place, dimension, at);
        let requests = (BUSY * Self::tide(at) * share * minutes * unrest).round();
        let sick = self
            .route53
            .is_sick(self.scene.estate, &balancer.dns_name, at);
        match query.metric.as_str() {
            "RequestCount" => Some(requests),
            "HTTPCode_Target_5XX_Count" => {
                let share = if sick { 0.35 } else { 0.001 };
                Some((requests * share).floor())
            }
            "TargetResponseTime" => Some(if sick { 2.4 } else { 0.04 + 0.02 * unrest }),
            "HealthyHostCount" => Some(if sick { 0.0 } else { 3.0 }),
            _ => None,
        }
    }
}
