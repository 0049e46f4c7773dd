//! A canary beside the stable side: what is measured of both, and how much worse it may do.

use serde::{Deserialize, Serialize};

use crate::model::Place;

/// What must not be worse on the canary. CloudWatch tells it of the Application Load Balancers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub canary: Measured,
    pub stable: Control,
    /// How far back is measured at most, in seconds; never to before the watch began.
    pub window_seconds: u32,
    /// With fewer requests on a side, nothing can be told.
    pub least_requests: u32,
    /// How many of a hundred requests more than on the stable side may be answered by 5xx.
    pub error_points: u32,
    /// The 95th percentile of the response time, in percent of the stable side's, up to which it is
    /// well.
    pub latency_percent: u32,
}

/// A side that is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The set identifier of its record.
    pub side: String,
    pub place: Place,
    /// The load balancer as CloudWatch names it: `app/shop-green/0123456789abcdef`.
    pub balancer: String,
}

/// What the canary is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// The stable side at the same time.
    Beside(Measured),
    /// The stable side as it was when the plan was made: at the end it gets no more requests.
    Before {
        side: String,
        measurement: Measurement,
    },
}

/// What a load balancer answered in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    pub requests: u32,
    /// Of them, answered by its targets with 5xx.
    pub errors: u32,
    /// The 95th percentile of the response time, minutes weighed by their requests; `None` where
    /// nobody measured it.
    pub latency_micros: Option<u32>,
}

impl Comparison {
    /// IAM actions that measuring needs.
    pub(super) const PERMISSIONS: &'static [&'static str] = &["cloudwatch:GetMetricData"];
}

impl Control {
    /// The set identifier of the stable side.
    #[must_use]
    pub fn side(&self) -> &str {
        match self {
            Self::Beside(measured) => &measured.side,
            Self::Before { side, .. } => side,
        }
    }
}
