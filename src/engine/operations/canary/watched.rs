//! What is watched while a stage is held, and whether a stage is long enough to tell anything.

use super::{
    super::{
        Arguments, Refusal,
        weighted::{Draft, Observed, Receiver, side_of},
    },
    measured::{Metrics, USUAL},
};
use crate::{
    engine::{
        comparison::requests_needed,
        plan::{Comparison, Control, Measured, Measurement, Watch},
    },
    model::traffic::Record,
};

/// How much longer than it is held a stage may be measured, in seconds, where numbers come late.
const LATER: u32 = 300;

/// Both sides, as far as anything tells how they do.
pub(super) struct Sides<'a> {
    /// Their health checks, where they have one.
    canary_check: Option<Receiver>,
    stable_check: Option<Receiver>,
    measured: Option<Pair<'a>>,
    error_points: u32,
    latency_percent: u32,
    least_requests: u32,
}

/// Both sides as CloudWatch measures them.
struct Pair<'a> {
    canary: &'a Measured,
    stable: &'a Measured,
    usual: Measurement,
    /// Requests of both sides in the last hour.
    requests: u32,
}

impl<'a> Sides<'a> {
    pub(super) fn of(
        wish: &Arguments,
        seen: &Observed,
        (canary, stable): (&Record, &Record),
        metrics: Option<&'a Metrics>,
    ) -> Result<Self, Refusal> {
        let impossible = |why: String| Err(Refusal::Impossible(why));
        if let Some(check) = &stable.health_check
            && seen.zones.passes(check) != Some(true)
        {
            return impossible(format!(
                "{} is not healthy (health check {check}): it is what the canary is compared with, \
                 and where an abort goes back to",
                side_of(stable)
            ));
        }
        if metrics.is_none() && canary.health_check.is_none() {
            return impossible(format!(
                "nothing would tell that {} is sick: attach a health check to both sides, or let \
                 metrics be compared (--metrics require)",
                side_of(canary)
            ));
        }
        let measured = metrics.map(|metrics| Pair::of(metrics, canary, stable));
        let number = |name: &str, usual: u32| wish.number(name).unwrap_or(usual);
        Ok(Self {
            canary_check: checked(canary),
            stable_check: checked(stable),
            measured: measured.transpose()?,
            error_points: number("max-errors", 1),
            latency_percent: number("max-latency", 150),
            least_requests: number("min-requests", 200),
        })
    }

    /// What must get traffic only while it is healthy.
    pub(super) fn receivers(&self) -> &[Receiver] {
        self.canary_check.as_slice()
    }

    /// Refuses a stage in which too few requests come to tell a sick canary from a well one.
    pub(super) fn tells(&self, percent: u8, hold: u32) -> Result<(), Refusal> {
        let Some(pair) = &self.measured else {
            return Ok(());
        };
        let usual = pair.usual.error_rate();
        let needed = requests_needed(usual, self.error_points).max(self.least_requests);
        let comes = |percent: u8, seconds: u64| {
            u64::from(pair.requests) * seconds * u64::from(percent) / (100 * u64::from(USUAL))
        };
        let sides = [
            (&pair.canary.side, percent, needed),
            (&pair.stable.side, 100 - percent, self.least_requests),
        ];
        for (side, percent, needed) in sides.into_iter().filter(|(_, percent, _)| *percent > 0) {
            let expected = comes(percent, u64::from(hold));
            if expected >= u64::from(needed) {
                continue;
            }
            let an_hour = comes(percent, u64::from(USUAL)).max(1);
            let longer = (u64::from(needed) * u64::from(USUAL)).div_ceil(an_hour);
            return Err(Refusal::Impossible(format!(
                "with {percent} % of the answers {side} gets about {expected} requests in {hold} s; \
                 telling whether {points} of a hundred more fail needs {needed}: hold {longer} s, \
                 allow more --max-errors, or choose other --stages",
                points = self.error_points
            )));
        }
        Ok(())
    }

    /// What is watched while the canary has so much.
    pub(super) fn watch(
        &self,
        draft: &Draft<'_>,
        shift: &str,
        percent: u8,
        hold: u32,
    ) -> Vec<Watch> {
        let mut watch = vec![Watch::Stands { step: shift.into() }];
        watch.extend(self.canary_check.iter().map(|side| Watch::Holds {
            probe: draft.health_of(side),
        }));
        watch.extend(self.stable_check.iter().map(|side| Watch::Control {
            probe: draft.health_of(side),
        }));
        watch.extend(self.measured.iter().map(|pair| {
            let stable = if percent < 100 {
                Control::Beside(pair.stable.clone())
            } else {
                Control::Before {
                    side: pair.stable.side.clone(),
                    measurement: pair.usual,
                }
            };
            let comparison = Comparison {
                canary: pair.canary.clone(),
                stable,
                window_seconds: hold.saturating_add(LATER),
                least_requests: self.least_requests,
                error_points: self.error_points,
                latency_percent: self.latency_percent,
            };
            Watch::Compares {
                comparison: comparison.into(),
            }
        }));
        watch
    }
}

impl<'a> Pair<'a> {
    fn of(metrics: &'a Metrics, canary: &Record, stable: &Record) -> Result<Self, Refusal> {
        let of = |record: &Record| {
            let side = side_of(record);
            metrics.sides.get(side).ok_or_else(|| {
                Refusal::Impossible(format!(
                    "nothing measures {side}: it leads to no Application Load Balancer that could be \
                     read; name its account (--balancers), or rely on health checks alone (--metrics \
                     off)"
                ))
            })
        };
        let (canary, stable) = (of(canary)?, of(stable)?);
        let Some(usual) = metrics.usual.get(&stable.side) else {
            return Err(Refusal::Impossible(format!(
                "CloudWatch has measured nothing of {} in the last hour ({}): there is nothing to \
                 compare a canary with; see to it, or rely on health checks alone (--metrics off)",
                stable.side, stable.balancer
            )));
        };
        let of_canary = metrics.usual.get(&canary.side);
        let of_canary = of_canary.map_or(0, |measured| measured.requests);
        Ok(Self {
            canary,
            stable,
            usual: *usual,
            requests: usual.requests.saturating_add(of_canary),
        })
    }
}

fn checked(record: &Record) -> Option<Receiver> {
    record.health_check.clone().map(|check| Receiver {
        check,
        what: side_of(record).into(),
    })
}
