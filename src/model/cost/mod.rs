//! What accounts cost: reports, forecasts, budgets, anomalies.

mod spend;

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::AccountId;
pub use spend::{Calendar, Spend, change};

/// What a day or month costs, by account and service (Cost Explorer, GetCostAndUsage).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostReport {
    pub query: CostQuery,
    /// ISO 4217, from the bill.
    pub currency: String,
    pub rows: Vec<CostRow>,
    /// Requests that were paid for this answer; each page is one.
    pub requests: u32,
}

/// One organization-wide question. Asking costs money: one query per view, never one per account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CostQuery {
    pub metric: CostMetric,
    pub granularity: Granularity,
    pub from: Date,
    /// Exclusive, as in Cost Explorer.
    pub until: Date,
}

#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CostMetric {
    Unblended,
    Amortized,
    NetUnblended,
    #[default]
    NetAmortized,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Granularity {
    Daily,
    Monthly,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostRow {
    pub account: AccountId,
    /// As the bill names it: `Amazon Elastic Compute Cloud - Compute`.
    pub service: String,
    /// First day of the period.
    pub start: Date,
    pub amount: Decimal,
    /// AWS still expects changes to this period.
    pub estimated: bool,
}

/// GetCostForecast for the rest of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    pub currency: String,
    pub from: Date,
    pub until: Date,
    pub mean: Decimal,
    /// The bounds of the 80 % prediction interval.
    pub low: Decimal,
    pub high: Decimal,
}

/// A budget of AWS Budgets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    pub account: AccountId,
    pub name: String,
    pub currency: String,
    pub limit: Decimal,
    pub actual: Decimal,
    pub forecast: Option<Decimal>,
    /// `MONTHLY`, `QUARTERLY`, …
    pub period: String,
}

/// A finding of Cost Anomaly Detection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anomaly {
    pub id: String,
    pub account: Option<AccountId>,
    pub service: Option<String>,
    pub usage_type: Option<String>,
    pub start: Date,
    pub end: Option<Date>,
    /// Actual minus expected.
    pub impact: Decimal,
    pub currency: String,
}

/// All of one look at the costs, and what the look itself has cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// Months, up to and including the current one.
    pub months: CostReport,
    /// Days of the current and the last month.
    pub days: CostReport,
    /// `None` where the endpoint offers none or history is too short.
    pub forecast: Option<Forecast>,
    pub anomalies: Option<Vec<Anomaly>>,
    pub budgets: Vec<Budget>,
    pub as_of: Timestamp,
}

impl CostReport {
    #[must_use]
    pub fn total(&self) -> Decimal {
        self.rows.iter().map(|row| row.amount).sum()
    }
}

/// USD for one Cost Explorer request, each page counted (AWS Cost Explorer pricing).
pub const PRICE_PER_REQUEST: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
