//! `AWS/ApplicationELB`: requests by the share of traffic that DNS sends, errors by health.

use jiff::Timestamp;

use super::{BalancerConduct, Gauge};
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
        let conduct = self.conducts.at(place, &balancer.name, at);
        let (failing, seconds) = match conduct {
            BalancerConduct::Silent => return None,
            BalancerConduct::Fails { permille } => (f64::from(permille) / 1000.0, 0.04),
            BalancerConduct::Slow { millis } => (0.001, f64::from(millis) / 1000.0),
            BalancerConduct::Well if sick => (0.35, 2.4),
            BalancerConduct::Well => (0.001, 0.04 + 0.02 * unrest),
        };
        match query.metric.as_str() {
            "RequestCount" => Some(requests),
            "HTTPCode_Target_5XX_Count" => Some((requests * failing).floor()),
            "TargetResponseTime" if requests > 0.0 => Some(seconds),
            "HealthyHostCount" => Some(if sick { 0.0 } else { 3.0 }),
            _ => None,
        }
    }
}
