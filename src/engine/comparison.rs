//! Measures a canary beside the stable side, and judges: well, worse, or nobody can tell.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    machine::step::Verdict,
    plan::{Comparison, Control, Measured, Measurement},
    share::wilson,
};
use crate::provider::{MetricQuery, Provider, Result, Series, Statistic};

/// CloudWatch puts load balancers together by the minute.
const PERIOD: u32 = 60;
/// What was measured longer ago than this, in seconds, tells nothing of now; CloudWatch is a few
/// minutes behind.
const FRESH: i64 = 300;

/// What was measured in the whole minutes of the newest `window_seconds`; `None` where nothing was,
/// nothing that makes sense, or nothing lately.
pub(super) async fn measure(
    provider: &Provider,
    of: &Measured,
    window_seconds: u32,
    now: Timestamp,
) -> Result<Option<Measurement>> {
    let begin = now.as_second() - i64::from(window_seconds);
    let begin = begin + (-begin).rem_euclid(i64::from(PERIOD));
    let from = Timestamp::from_second(begin).unwrap_or(now);
    let query = |metric: &str, statistic| MetricQuery {
        place: of.place.clone(),
        namespace: "AWS/ApplicationELB".into(),
        metric: metric.into(),
        dimensions: BTreeMap::from([("LoadBalancer".to_owned(), of.balancer.clone())]),
        statistic,
        period_seconds: PERIOD,
        from,
        to: now,
    };
    let queries = [
        query("RequestCount", Statistic::Sum),
        query("HTTPCode_Target_5XX_Count", Statistic::Sum),
        query("TargetResponseTime", Statistic::Percentile(950)),
    ];
    let series = provider.metrics.series(&queries).await?;
    Ok(match series.as_slice() {
        [requests, errors, latency] => {
            measurement(requests, errors, latency).filter(|_| is_fresh(requests, now))
        }
        _ => None,
    })
}

fn is_fresh(series: &Series, now: Timestamp) -> bool {
    let newest = series
        .last()
        .map(|(at, _)| now.duration_since(at).as_secs());
    newest.is_some_and(|age| age <= FRESH)
}

/// A load balancer that has answered no 5xx tells none, so their absence beside requests is zero.
fn measurement(requests: &Series, errors: &Series, latency: &Series) -> Option<Measurement> {
    let all = [requests, errors, latency];
    let mut values = all.iter().flat_map(|one| &one.points);
    let sane = values.all(|(_, value)| value.is_finite() && *value >= 0.0);
    if !sane || requests.points.is_empty() {
        return None;
    }
    let sum = |series: &Series| {
        whole(
            series
                .points
                .iter()
                .fold(0.0, |sum, (_, value)| sum + value),
        )
    };
    let by_minute: BTreeMap<Timestamp, f64> = requests.points.iter().copied().collect();
    let weighed = latency.points.iter().filter_map(|(at, seconds)| {
        let requests = *by_minute.get(at)?;
        Some((requests, requests * seconds))
    });
    let (answered, waited) = weighed.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    Some(Measurement {
        requests: sum(requests)?,
        errors: sum(errors)?,
        latency_micros: (answered > 0.0)
            .then(|| whole(waited / answered * 1e6))
            .flatten(),
    })
}

fn whole(number: f64) -> Option<u32> {
    format!("{:.0}", number.min(f64::from(u32::MAX)))
        .parse()
        .ok()
}

/// Measures both sides and judges; nothing from before the last `age_seconds` counts.
pub(super) async fn compare(
    provider: &Provider,
    asked: &Comparison,
    age_seconds: u32,
    now: Timestamp,
) -> Result<(Verdict, String)> {
    let window = asked.window_seconds.min(age_seconds);
    let canary = measure(provider, &asked.canary, window, now).await?;
    let stable = match &asked.stable {
        Control::Beside(of) => measure(provider, of, window, now).await?,
        Control::Before { measurement, .. } => Some(*measurement),
    };
    Ok(judge(asked, canary, stable))
}

/// `Pass` only for what was measured and is within the limits; `Fail` only for what is beyond them
/// with 99.9 % confidence; everything between is not known.
fn judge(
    asked: &Comparison,
    canary: Option<Measurement>,
    stable: Option<Measurement>,
) -> (Verdict, String) {
    let names = (asked.canary.side.as_str(), asked.stable.side());
    let unknown = |text: String| (Verdict::Inconclusive, text);
    let Some(canary) = canary else {
        return unknown(format!("nothing is measured of {}", names.0));
    };
    let Some(stable) = stable else {
        return unknown(format!("nothing is measured of {}", names.1));
    };
    let told = format!("{}, {}", told(names.0, &canary), told(names.1, &stable));
    for (side, seen) in [(names.0, &canary), (names.1, &stable)] {
        if seen.requests < asked.least_requests.max(1) {
            let least = asked.least_requests;
            return unknown(format!(
                "too few requests on {side} to tell, {least} are needed: {told}"
            ));
        }
    }
    let margin = f64::from(asked.error_points) / 100.0;
    let (rate, usual) = (canary.error_rate(), stable.error_rate());
    let (surely, _) = wilson(canary.errors.min(canary.requests), canary.requests);
    if usual > margin {
        return unknown(format!("{} itself fails: {told}", names.1));
    }
    if surely > usual + margin {
        return (Verdict::Fail, format!("{} fails more: {told}", names.0));
    }
    let (Some(here), Some(there)) = (canary.latency_micros, stable.latency_micros) else {
        return unknown(format!("nobody measured how long answers take: {told}"));
    };
    if u64::from(here) * 100 > u64::from(there) * u64::from(asked.latency_percent) {
        return (Verdict::Fail, format!("{} is slower: {told}", names.0));
    }
    if rate > usual + margin {
        return unknown(format!("{} may fail more, or by chance: {told}", names.0));
    }
    (Verdict::Pass, told)
}

fn told(side: &str, seen: &Measurement) -> String {
    let latency = seen.latency_micros.map_or_else(String::new, |micros| {
        format!(" in {} ms", micros.div_ceil(1000))
    });
    format!(
        "{side} {} of {} failed{latency}",
        seen.errors, seen.requests
    )
}

impl Measurement {
    /// The share of requests that failed, from 0 to 1.
    pub(super) fn error_rate(&self) -> f64 {
        f64::from(self.errors) / f64::from(self.requests.max(1))
    }
}

/// How many requests show with 95 % confidence, in nine of ten cases, that `error_points` of a
/// hundred fail more than usual (normal approximation of two shares).
pub(super) fn requests_needed(usual: f64, error_points: u32) -> u32 {
    /// The quantiles 1.645 and 1.282 of the normal distribution, added and squared.
    const CERTAINTY: f64 = 8.57;
    let difference = f64::from(error_points) / 100.0;
    let middle = (usual + difference / 2.0).clamp(0.0, 1.0);
    let needed = CERTAINTY * middle * (1.0 - middle) / (difference * difference);
    whole(needed.ceil()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine::plan::sample, model::Place};

    fn side(name: &str) -> Measured {
        Measured {
            side: name.into(),
            place: Place::new(sample::account(), "eu-west-1"),
            balancer: format!("app/{name}/1"),
        }
    }

    fn asked() -> Comparison {
        Comparison {
            canary: side("canary"),
            stable: Control::Beside(side("stable")),
            window_seconds: 600,
            least_requests: 100,
            error_points: 1,
            latency_percent: 150,
        }
    }

    fn seen(requests: u32, errors: u32, millis: u32) -> Measurement {
        Measurement {
            requests,
            errors,
            latency_micros: (millis > 0).then_some(millis * 1000),
        }
    }

    #[test]
    fn only_what_is_measured_and_within_the_limits_passes() {
        use Verdict::{Fail, Inconclusive, Pass};
        let well = Some(seen(10_000, 10, 40));
        for (canary, stable, verdict, words) in [
            (
                Some(seen(500, 1, 42)),
                well,
                Pass,
                "canary 1 of 500 failed in 42 ms",
            ),
            (Some(seen(500, 175, 42)), well, Fail, "canary fails more"),
            (Some(seen(500, 1, 90)), well, Fail, "canary is slower"),
            // One in fifty may be chance.
            (
                Some(seen(500, 10, 42)),
                well,
                Inconclusive,
                "may fail more, or by chance",
            ),
            (
                Some(seen(99, 0, 42)),
                well,
                Inconclusive,
                "too few requests on canary",
            ),
            (
                Some(seen(0, 0, 42)),
                well,
                Inconclusive,
                "too few requests on canary",
            ),
            (
                Some(seen(500, 0, 42)),
                Some(seen(20, 0, 40)),
                Inconclusive,
                "too few requests on stable",
            ),
            (None, well, Inconclusive, "nothing is measured of canary"),
            (
                Some(seen(500, 0, 42)),
                None,
                Inconclusive,
                "nothing is measured of stable",
            ),
            (
                Some(seen(500, 0, 0)),
                well,
                Inconclusive,
                "nobody measured how long",
            ),
            (
                Some(seen(500, 150, 42)),
                Some(seen(9000, 3000, 40)),
                Inconclusive,
                "stable itself fails",
            ),
        ] {
            let (found, text) = judge(&asked(), canary, stable);
            assert_eq!(found, verdict, "{text}");
            assert!(text.contains(words), "{text}");
        }
    }

    #[test]
    fn gaps_and_nonsense_are_no_measurement() {
        let series = |points: &[(i64, f64)]| Series {
            points: points
                .iter()
                .map(|(minute, value)| {
                    let at = Timestamp::from_second(minute * 60).expect("a moment");
                    (at, *value)
                })
                .collect(),
        };
        let none = series(&[]);
        let requests = series(&[(1, 100.0), (2, 300.0)]);
        let latency = series(&[(1, 0.04), (2, 0.08)]);
        assert_eq!(measurement(&none, &none, &none), None);
        assert_eq!(
            measurement(&requests, &none, &latency),
            Some(seen(400, 0, 70)),
            "no 5xx are none"
        );
        for broken in [f64::NAN, f64::INFINITY, -1.0] {
            assert_eq!(
                measurement(&requests, &series(&[(1, broken)]), &latency),
                None
            );
        }
        let then = |minute: i64| Timestamp::from_second(minute * 60).expect("a moment");
        assert!(is_fresh(&requests, then(7)) && !is_fresh(&requests, then(8)));
        assert!(!is_fresh(&none, then(1)));
        let lonely = series(&[(9, 0.04)]);
        assert_eq!(
            measurement(&requests, &none, &lonely),
            Some(seen(400, 0, 0))
        );
    }

    #[test]
    fn smaller_differences_need_more_requests() {
        assert_eq!(requests_needed(0.001, 1), 512);
        assert!(requests_needed(0.001, 5) < requests_needed(0.001, 1));
        assert!(requests_needed(0.02, 1) > requests_needed(0.001, 1));
    }
}
