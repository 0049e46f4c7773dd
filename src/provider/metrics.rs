//! Series of numbers over time.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Result;
use crate::model::{Place, protection::Lag};

/// CloudWatch: what services and applications measure of themselves.
#[async_trait]
pub trait Metrics: Send + Sync {
    /// One series for each query, in their order (GetMetricData). All queries are of one place. A
    /// metric that nobody has ever measured gives an empty series: no data, which is not zero.
    async fn series(&self, queries: &[MetricQuery]) -> Result<Vec<Series>>;
}

/// One metric over a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricQuery {
    pub place: Place,
    /// `AWS/RDS`, `AWS/ApplicationELB`, or an application's own.
    pub namespace: String,
    pub metric: String,
    pub dimensions: BTreeMap<String, String>,
    pub statistic: Statistic,
    /// What is put together into one point: 60, or a multiple of it.
    pub period_seconds: u32,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// How what was measured in one period becomes one number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    Average,
    Sum,
    Minimum,
    Maximum,
    SampleCount,
    /// A percentile, in tenths of a percent: 999 is p99.9.
    Percentile(u16),
}

/// What was measured, oldest first; each point stands at the beginning of its period. Periods in
/// which nothing was measured are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    pub points: Vec<(Timestamp, f64)>,
}

impl Series {
    /// The newest point.
    #[must_use]
    pub fn last(&self) -> Option<(Timestamp, f64)> {
        self.points.last().copied()
    }

    /// How far a replica is behind, where this is its `ReplicaLag`: the newest point that tells a
    /// time. One that does not follow its source is told as -1.
    #[must_use]
    pub fn lag(&self) -> Option<Lag> {
        let mut newest = self.points.iter().rev();
        let (at, seconds) = newest.find(|(_, seconds)| *seconds >= 0.0)?;
        let whole = seconds.ceil().min(f64::from(u32::MAX));
        let seconds = format!("{whole:.0}").parse().ok()?;
        Some(Lag { seconds, at: *at })
    }
}

impl std::fmt::Display for Statistic {
    /// As CloudWatch writes it: `Average`, `p99.9`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Average => f.write_str("Average"),
            Self::Sum => f.write_str("Sum"),
            Self::Minimum => f.write_str("Minimum"),
            Self::Maximum => f.write_str("Maximum"),
            Self::SampleCount => f.write_str("SampleCount"),
            Self::Percentile(tenths) if tenths.is_multiple_of(10) => write!(f, "p{}", tenths / 10),
            Self::Percentile(tenths) => write!(f, "p{}.{}", tenths / 10, tenths % 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_the_newest_that_was_measured_and_minus_one_is_none() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).expect("a moment");
        let series = |points: &[(i64, f64)]| Series {
            points: points
                .iter()
                .map(|(minute, lag)| (at(*minute), *lag))
                .collect(),
        };
        assert_eq!(series(&[]).lag(), None);
        assert_eq!(series(&[(1, -1.0)]).lag(), None);
        let told = series(&[(1, 7.0), (2, 0.4), (3, -1.0)]).lag();
        let (seconds, minute) = (1, at(2));
        assert_eq!(
            told,
            Some(Lag {
                seconds,
                at: minute
            })
        );
    }

    #[test]
    fn statistics_are_written_as_cloudwatch_reads_them() {
        let written = [
            Statistic::Average,
            Statistic::SampleCount,
            Statistic::Percentile(990),
            Statistic::Percentile(999),
        ]
        .map(|one| one.to_string());
        assert_eq!(written, ["Average", "SampleCount", "p99", "p99.9"]);
    }
}
