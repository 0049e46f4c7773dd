//! What each account spends on each service, and how that compares with the month before.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::Costs;
use crate::model::AccountId;

/// The current month of one account and service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spend {
    pub account: AccountId,
    pub service: String,
    /// Month to date, the days that are still incomplete included.
    pub amount: Decimal,
    /// The whole month before.
    pub last_month: Decimal,
    /// The complete days of this month, and the same days of the month before.
    pub compared: (Decimal, Decimal),
    /// Day by day over both months.
    pub trend: Vec<Decimal>,
}

/// The days that a report can be trusted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// First day of the current month.
    pub month: Date,
    /// First day of the month before.
    pub before: Date,
    /// From this day on the bill is incomplete: AWS is about a day behind.
    pub incomplete: Date,
}

impl Costs {
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        let today = self.as_of.to_zoned(TimeZone::UTC).date();
        let month = today.first_of_month();
        Calendar {
            month,
            before: month.saturating_sub(1.month()),
            incomplete: today.saturating_sub(1.day()),
        }
    }

    /// By account, then by service.
    #[must_use]
    pub fn spend(&self) -> Vec<Spend> {
        let calendar = self.calendar();
        let mut found: BTreeMap<(AccountId, &str), Spend> = BTreeMap::new();
        let days = usize::try_from(days_between(calendar.before, self.days.query.until));
        let days = days.unwrap_or(0);
        let empty = |account, service: &str| Spend {
            account,
            service: service.into(),
            amount: Decimal::ZERO,
            last_month: Decimal::ZERO,
            compared: (Decimal::ZERO, Decimal::ZERO),
            trend: vec![Decimal::ZERO; days],
        };
        for row in &self.months.rows {
            if row.start == calendar.month || row.start == calendar.before {
                let key = (row.account, row.service.as_str());
                let spend = found.entry(key).or_insert_with(|| empty(key.0, key.1));
                if row.start == calendar.month {
                    spend.amount += row.amount;
                } else {
                    spend.last_month += row.amount;
                }
            }
        }
        let complete = days_between(calendar.month, calendar.incomplete);
        for row in &self.days.rows {
            let key = (row.account, row.service.as_str());
            let spend = found.entry(key).or_insert_with(|| empty(key.0, key.1));
            let day = days_between(calendar.before, row.start);
            let slot = usize::try_from(day)
                .ok()
                .and_then(|day| spend.trend.get_mut(day));
            if let Some(slot) = slot {
                *slot += row.amount;
            }
            if row.start >= calendar.month && row.start < calendar.incomplete {
                spend.compared.0 += row.amount;
            } else if row.start >= calendar.before && row.start < calendar.month && day < complete {
                spend.compared.1 += row.amount;
            }
        }
        found.into_values().collect()
    }
}

/// The change from the second to the first, in percent; `None` where there is nothing to compare.
#[must_use]
pub fn change((now, before): (Decimal, Decimal)) -> Option<f64> {
    if before <= Decimal::ZERO {
        return None;
    }
    ((now - before) / before * Decimal::ONE_HUNDRED).to_f64()
}

fn days_between(from: Date, until: Date) -> i64 {
    until.duration_since(from).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cost::{CostMetric, CostQuery, CostReport, CostRow, Granularity};

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn report(granularity: Granularity, rows: &[(&str, i64)]) -> CostReport {
        let row = |(start, amount): &(&str, i64)| CostRow {
            account: "111122223333".parse().expect("twelve digits"),
            service: "EC2".into(),
            start: date(start),
            amount: Decimal::from(*amount),
            estimated: false,
        };
        CostReport {
            query: CostQuery {
                metric: CostMetric::NetAmortized,
                granularity,
                from: date("2025-12-01"),
                until: date("2026-01-05"),
            },
            currency: "USD".into(),
            rows: rows.iter().map(row).collect(),
            requests: 1,
        }
    }

    fn costs() -> Costs {
        let days = [
            ("2025-12-01", 10),
            ("2025-12-02", 10),
            ("2025-12-03", 50),
            ("2026-01-01", 12),
            ("2026-01-02", 12),
            ("2026-01-03", 1),
            ("2026-01-04", 1),
        ];
        Costs {
            months: report(
                Granularity::Monthly,
                &[("2025-12-01", 300), ("2026-01-01", 26)],
            ),
            days: report(Granularity::Daily, &days),
            forecast: None,
            anomalies: None,
            budgets: Vec::new(),
            as_of: "2026-01-04T10:00:00Z".parse().expect("a time"),
        }
    }

    #[test]
    fn incomplete_days_count_in_the_sum_and_not_in_the_comparison() {
        let spend = costs().spend().remove(0);
        assert_eq!((spend.amount, spend.last_month), (26.into(), 300.into()));
        assert_eq!(spend.compared, (24.into(), 20.into()));
        assert_eq!(change(spend.compared), Some(20.0));
    }

    #[test]
    fn the_trend_has_a_place_for_every_day() {
        let spend = costs().spend().remove(0);
        assert_eq!(spend.trend.len(), 35);
        assert_eq!(spend.trend[2], Decimal::from(50));
        assert_eq!(spend.trend[34], Decimal::from(1));
    }

    #[test]
    fn nothing_to_compare_with_is_no_change() {
        assert_eq!(change((Decimal::ONE, Decimal::ZERO)), None);
    }
}
