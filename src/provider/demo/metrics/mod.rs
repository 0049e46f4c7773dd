//! CloudWatch: series that nobody stores. Every point is worked out from the world as it was at that
//! moment, so that they tell what changes do; the seed adds a little unrest.

mod balancers;
mod conduct;
mod databases;

use jiff::{SignedDuration, Timestamp};

pub use conduct::BalancerConduct;
pub(super) use conduct::Conducts;

use super::{estate::Site, rds::Rds, route53::Route53, scene::Scene};
use crate::{
    model::Place,
    provider::{MetricQuery, Result, Series},
};

/// What series are worked out from.
pub(super) struct Gauge<'a> {
    pub(super) scene: Scene<'a>,
    pub(super) rds: &'a Rds,
    pub(super) route53: &'a Route53,
    pub(super) conducts: &'a Conducts,
}

/// Points of one answer at most, as GetMetricData has it for one metric.
const POINTS: i64 = 1440;

impl Gauge<'_> {
    /// One series; empty where the world has no such metric.
    pub(super) fn series(&self, query: &MetricQuery) -> Result<Series> {
        let site = self.scene.site(query.place.account)?;
        let period = i64::from(query.period_seconds.max(1));
        // What is measured is told a period later.
        let told = self.scene.at.as_second() - period;
        let last = query.to.as_second().min(told);
        let first = query.from.as_second();
        let first = first - first.rem_euclid(period);
        let count = ((last - first) / period + 1).clamp(0, POINTS);
        let moments =
            (0..count).filter_map(|step| Timestamp::from_second(first + step * period).ok());
        let points = moments.filter_map(|at| Some((at, self.value(site, query, at)?)));
        Ok(Series {
            points: points.collect(),
        })
    }

    fn value(&self, site: &Site, query: &MetricQuery, at: Timestamp) -> Option<f64> {
        let then = Gauge {
            scene: Scene { at, ..self.scene },
            ..*self
        };
        match query.namespace.as_str() {
            "AWS/RDS" => then.of_database(&query.place, query, at),
            "AWS/ApplicationELB" => then.of_balancer(site, &query.place, query, at),
            _ => None,
        }
    }

    /// From 0 to 1, the same for the same moment.
    fn unrest(&self, place: &Place, what: &str, at: Timestamp) -> f64 {
        let what = format!("metric/{place}/{what}/{at}");
        self.scene.estate.seed.share(&what)
    }

    /// How busy the company is at a moment: more by day than by night.
    fn tide(at: Timestamp) -> f64 {
        let day = SignedDuration::from_hours(24).as_secs();
        let hour = at.as_second().rem_euclid(day) / 3600;
        let from_noon = f64::from(i32::try_from((hour - 13).abs()).unwrap_or(0));
        1.0 - from_noon / 24.0
    }
}
