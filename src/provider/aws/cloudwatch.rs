//! CloudWatch: GetMetricData.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_cloudwatch::{
    Client, config,
    types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy},
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::{error::Call, session::Sessions, time::timestamp};
use crate::provider::{self, MetricQuery, Result, Series};

const SERVICE: &str = "cloudwatch";
/// Metrics of one request at most.
const AT_ONCE: usize = 500;

#[derive(Clone, Debug)]
pub struct Metrics {
    sessions: Sessions,
}

impl Metrics {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }

    /// The series of queries that ask about the same time.
    async fn ask(&self, queries: &[(usize, &MetricQuery)]) -> Result<HashMap<String, Series>> {
        let Some((_, first)) = queries.first() else {
            return Ok(HashMap::new());
        };
        let place = &first.place;
        let sdk = self.sessions.sdk(place).await?;
        let config = config::Builder::from(&sdk)
            .retry_partition(Sessions::retry_partition(SERVICE, place))
            .build();
        let client = Client::from_conf(config);
        let call = Call::new(SERVICE, "GetMetricData", place);
        let asked = queries.iter().map(|(at, query)| written(*at, query));
        let mut pages = client
            .get_metric_data()
            .set_metric_data_queries(Some(asked.collect()))
            .start_time(moment(first.from))
            .end_time(moment(first.to))
            .scan_by(ScanBy::TimestampAscending)
            .into_paginator()
            .send();
        let mut found: HashMap<String, Series> = HashMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call.error(error))?;
            for result in page.metric_data_results.unwrap_or_default() {
                let times = result.timestamps.unwrap_or_default();
                let values = result.values.unwrap_or_default();
                let points = times.iter().zip(values);
                let points = points.filter_map(|(at, value)| Some((timestamp(at)?, value)));
                let series = found.entry(result.id.unwrap_or_default()).or_default();
                series.points.extend(points);
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl provider::Metrics for Metrics {
    async fn series(&self, queries: &[MetricQuery]) -> Result<Vec<Series>> {
        // One request asks about one time in one place.
        let mut groups: Vec<Vec<(usize, &MetricQuery)>> = Vec::new();
        for (at, query) in queries.iter().enumerate() {
            let same = |group: &&mut Vec<(usize, &MetricQuery)>| {
                let (_, first) = group[0];
                let alike =
                    first.place == query.place && (first.from, first.to) == (query.from, query.to);
                alike && group.len() < AT_ONCE
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push((at, query)),
                None => groups.push(vec![(at, query)]),
            }
        }
        let mut series = vec![Series::default(); queries.len()];
        for group in groups {
            let mut found = self.ask(&group).await?;
            for (at, _) in group {
                series[at] = found.remove(&name(at)).unwrap_or_default();
                series[at].points.sort_by_key(|(at, _)| *at);
            }
        }
        Ok(series)
    }
}

/// The name of a query within its request: a letter first.
fn name(at: usize) -> String {
    format!("q{at}")
}

fn written(at: usize, query: &MetricQuery) -> MetricDataQuery {
    let dimensions = query
        .dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let metric = Metric::builder()
        .namespace(&query.namespace)
        .metric_name(&query.metric)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(i32::try_from(query.period_seconds).unwrap_or(i32::MAX))
        .stat(query.statistic.to_string())
        .build();
    MetricDataQuery::builder()
        .id(name(at))
        .metric_stat(stat)
        .return_data(true)
        .build()
}

fn moment(at: Timestamp) -> DateTime {
    DateTime::from_secs(at.as_second())
}
