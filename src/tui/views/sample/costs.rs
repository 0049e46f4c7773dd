//! Thirteen months of the bill, with one jump.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{account, ago};
use crate::model::cost::{
    Anomaly, Budget, CostMetric, CostQuery, CostReport, CostRow, Costs, Forecast, Granularity,
};

const SERVICES: [(&str, i64); 7] = [
    ("Amazon Elastic Compute Cloud - Compute", 900),
    ("Amazon Relational Database Service", 210),
    ("Amazon Elastic Kubernetes Service", 73),
    ("Amazon Simple Storage Service", 55),
    ("EC2 - Other", 40),
    ("AmazonCloudWatch", 12),
    ("AWS Key Management Service", 2),
];

/// Twelve closed months and half of January, growing; prod-ml jumps on 12 January.
pub(in crate::tui::views) fn costs() -> Costs {
    let query = |granularity, from: Date, until: Date| CostQuery {
        metric: CostMetric::NetAmortized,
        granularity,
        from,
        until,
    };
    let date = |year: i16, month: i8, day: i8| Date::new(year, month, day).expect("a date");
    let share =
        |number: u64| [1, 2, 1, 3, 5, 2, 18, 55, 4][usize::try_from(number - 1).expect("small")];
    let mut months = Vec::new();
    let mut days = Vec::new();
    for number in 1..=9 {
        for (service, weight) in SERVICES {
            let daily = |growth: i64| Decimal::new(weight * share(number) * growth, 2);
            for month in 0..13_i64 {
                let first = if month == 12 {
                    date(2026, 1, 1)
                } else {
                    date(2025, i8::try_from(month + 1).expect("small"), 1)
                };
                let length = if month == 12 { 14 } else { 30 };
                months.push(CostRow {
                    account: account(number),
                    service: service.into(),
                    start: first,
                    amount: daily(90 + month * 3) * Decimal::from(length) / Decimal::from(100),
                    estimated: month == 12,
                });
            }
            for day in 0..45_i64 {
                let start = date(2025, 12, 1)
                    .checked_add(jiff::Span::new().days(day))
                    .expect("a date");
                let jump = number == 8 && start >= date(2026, 1, 12) && weight == 900;
                let amount = daily(if jump { 190 } else { 125 }) / Decimal::from(100);
                days.push(CostRow {
                    account: account(number),
                    service: service.into(),
                    start,
                    amount,
                    estimated: start >= date(2026, 1, 1),
                });
            }
        }
    }
    Costs {
        months: CostReport {
            query: query(Granularity::Monthly, date(2025, 1, 1), date(2026, 1, 16)),
            currency: "USD".into(),
            rows: months,
            requests: 1,
        },
        days: CostReport {
            query: query(Granularity::Daily, date(2025, 12, 1), date(2026, 1, 15)),
            currency: "USD".into(),
            rows: days,
            requests: 2,
        },
        forecast: Some(Forecast {
            currency: "USD".into(),
            from: date(2026, 1, 15),
            until: date(2026, 2, 1),
            mean: Decimal::from(41_000),
            low: Decimal::from(38_000),
            high: Decimal::from(44_000),
        }),
        anomalies: Some(vec![Anomaly {
            id: "anomaly-1".into(),
            account: Some(account(8)),
            service: Some("Amazon Elastic Compute Cloud - Compute".into()),
            usage_type: Some("EU-BoxUsage:p5.48xlarge".into()),
            start: date(2026, 1, 12),
            end: None,
            impact: Decimal::from(3_100),
            currency: "USD".into(),
        }]),
        budgets: vec![Budget {
            account: account(8),
            name: "organization".into(),
            currency: "USD".into(),
            limit: Decimal::from(60_000),
            actual: Decimal::from(34_000),
            forecast: Some(Decimal::from(64_800)),
            period: "MONTHLY".into(),
        }],
        as_of: ago(3),
    }
}
