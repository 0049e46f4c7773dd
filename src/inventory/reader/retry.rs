//! What is tried again, and when.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use crate::{
    inventory::Query,
    provider::{Error, Kind},
};

/// How long to wait after the failure number `tries` (from 1) of a query; `None` gives up.
/// Only throttling is waited for by a command that somebody waits for.
pub(super) fn after(
    error: &Error,
    query: &Query,
    tries: u32,
    persistent: bool,
) -> Option<Duration> {
    let wait = match &error.kind {
        Kind::Throttled { retry_after, .. } if tries <= 5 => {
            retry_after.unwrap_or_else(|| doubling(1, tries, 60))
        }
        Kind::Unreachable { .. } if persistent => doubling(15, tries, 600),
        // Somebody has to change a policy first.
        Kind::Denied { .. } if persistent => doubling(60, tries, 3600),
        _ => return None,
    };
    Some(wait + wait.mul_f64(spread(query)))
}

fn doubling(first: u64, tries: u32, most: u64) -> Duration {
    let factor = 1_u64 << (tries.saturating_sub(1)).min(20);
    Duration::from_secs((first * factor).min(most))
}

/// Up to a fifth more, the same for the same query, so that a thousand accounts that were refused
/// together do not come back together.
fn spread(query: &Query) -> f64 {
    let mut hasher = DefaultHasher::new();
    query.hash(&mut hasher);
    f64::from(u32::try_from(hasher.finish() % 200).unwrap_or_default()) / 1000.0
}
