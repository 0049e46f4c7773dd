//! Logs: a line now and then, the same for everybody who looks.

use jiff::Timestamp;

use super::{Estate, Ground, Site};
use crate::{model::ClusterId, provider::LogOf};

/// Seconds from one line to the next.
const PACE: i64 = 3;

const SAYINGS: [&str; 8] = [
    "GET /healthz 200 1ms",
    "request handled method=GET path=/v1/items status=200 took=14ms",
    "request handled method=POST path=/v1/cart status=201 took=31ms",
    "cache refreshed entries=1204",
    "connection pool size=12 idle=9",
    "request handled method=GET path=/v1/items status=304 took=2ms",
    "scraped metrics series=412",
    "token renewed expires_in=3600",
];

/// The lines of a container up to `now`, after `since` where that is given. `None` where there is no
/// such pod.
pub(in super::super::super) fn lines(
    estate: &Estate,
    site: &Site,
    id: &ClusterId,
    of: &LogOf,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Option<Vec<String>> {
    let ground = Ground::new(estate, site, id, now, false)?;
    let pods = ground.pods();
    let pod = pods
        .iter()
        .find(|pod| *pod.namespace == *of.namespace && pod.name == of.pod)?;
    if pod.restarts > 0 && (of.previous || pod.ready == 0) {
        return Some(vec![
            "starting".into(),
            "loading catalogue".into(),
            "memory limit of 256 MiB is near: 251 MiB in use".into(),
            "fatal: out of memory".into(),
        ]);
    }
    let begun = pod.created.unwrap_or(now);
    let last = now.as_second().div_euclid(PACE);
    let tail = i64::from(of.tail).min(10_000);
    let first = match since {
        Some(since) => since.as_second().div_euclid(PACE) + 1,
        None => last - tail + 1,
    };
    let first = first.max(begun.as_second().div_euclid(PACE));
    let line = |number: i64| {
        let at = Timestamp::from_second(number * PACE).unwrap_or(now);
        let saying = ground.below(&format!("log/{}/{number}", of.pod), 8);
        format!("{at} {}", SAYINGS[saying as usize])
    };
    Some((first..=last).map(line).collect())
}
