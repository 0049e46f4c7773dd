//! What the world costs: thirteen months by account and service, with growth, quiet weekends and one
//! anomaly.

mod budgets;
mod rates;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use rust_decimal::Decimal;

use super::super::estate::{Environment, Estate, HOME, Purpose, Site, arn};
use crate::model::cost::{
    Anomaly, CostMetric, CostQuery, CostReport, CostRow, Forecast, Granularity,
};

pub(in super::super) use budgets::budgets;

/// The currency of the bill.
const CURRENCY: &str = "USD";
/// Groups in one page of an answer; each page is paid for.
const PAGE: usize = 5_000;
/// How far back the anomaly began, in days.
const ANOMALY_DAYS: i32 = 9;
/// Cents a day that the anomaly adds: pods that forgot to let go of their H100s.
const ANOMALY_CENTS: i64 = 94_000;
const ANOMALY_SERVICE: &str = "Amazon Elastic Compute Cloud - Compute";

/// GetCostAndUsage, grouped by account and service.
pub(in super::super) fn report(estate: &Estate, query: CostQuery, now: Timestamp) -> CostReport {
    let today = today(now);
    let mut rows = Vec::new();
    let mut from = query.from;
    while from < query.until && from < today {
        let next = match query.granularity {
            Granularity::Daily => from.saturating_add(1.day()),
            Granularity::Monthly => next_month(from),
        };
        let until = next.min(query.until).min(today);
        // Bills are final a few days after a month; the last two days are still coming in.
        let estimated = until > today.saturating_sub(2.days()) || until > today.first_of_month();
        for site in &estate.sites {
            rows.extend(spend(estate, site, query.metric, (from, until), today).map(
                |(service, amount)| CostRow {
                    account: site.id,
                    service: service.into(),
                    start: from,
                    amount,
                    estimated,
                },
            ));
        }
        from = next;
    }
    let pages = rows.len().div_ceil(PAGE).max(1);
    CostReport {
        query,
        currency: CURRENCY.into(),
        rows,
        requests: u32::try_from(pages).unwrap_or(u32::MAX),
    }
}

/// What an account spends from a day to another, exclusive, by service.
fn spend<'a>(
    estate: &'a Estate,
    site: &'a Site,
    metric: CostMetric,
    (from, until): (Date, Date),
    today: Date,
) -> impl Iterator<Item = (&'static str, Decimal)> + 'a {
    let rates = rates::of(estate, site).into_iter();
    rates.filter_map(move |(service, daily)| {
        let mut cents = 0;
        let mut day = from;
        while day < until {
            cents += cents_of_day(estate, site, service, daily, day, today);
            day = day.tomorrow().ok()?;
        }
        let cents = discounted(cents, service, metric);
        (cents > 0).then(|| (service, Decimal::new(cents, 2)))
    })
}

/// Whole cents of one day: so months are exactly the sum of their days.
fn cents_of_day(
    estate: &Estate,
    site: &Site,
    service: &'static str,
    daily: i64,
    day: Date,
    today: Date,
) -> i64 {
    let mut cents = daily * growth_percent(day) / 100;
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    if weekend {
        cents = cents * rates::weekend_percent(service) / 100;
    }
    if site.is_reference() {
        let luck = estate
            .seed
            .below(&format!("cost/{}/{service}/{day}", site.id), 13);
        cents = cents * (94 + i64::from(luck)) / 100;
        let since = today.saturating_sub(ANOMALY_DAYS.days());
        if is_anomalous(site, service) && day >= since {
            cents += ANOMALY_CENTS;
        }
    }
    if day == today.saturating_sub(1.day()) {
        // Yesterday is billed in part only.
        cents = cents * 62 / 100;
    }
    cents
}

/// Two percent a month, counted from a fixed month so that a day never changes afterwards.
fn growth_percent(day: Date) -> i64 {
    let months = i64::from(day.year() - 2025) * 12 + i64::from(day.month());
    100 + 2 * months.clamp(-12, 120)
}

fn is_anomalous(site: &Site, service: &str) -> bool {
    site.is(Environment::Prod, Purpose::Ml) && service == ANOMALY_SERVICE
}

/// What is left of it by metric: commitments amortize, agreements lower the net.
fn discounted(cents: i64, service: &str, metric: CostMetric) -> i64 {
    let committed = service == ANOMALY_SERVICE;
    let percent = match (metric, committed) {
        (CostMetric::Unblended, _) | (CostMetric::Amortized, false) => 100,
        (CostMetric::Amortized, true) => 97,
        (CostMetric::NetUnblended, _) | (CostMetric::NetAmortized, false) => 94,
        (CostMetric::NetAmortized, true) => 91,
    };
    cents * percent / 100
}

/// GetCostForecast for the rest of the month: the last two weeks go on.
pub(in super::super) fn forecast(estate: &Estate, metric: CostMetric, now: Timestamp) -> Forecast {
    let today = today(now);
    let until = next_month(today);
    let mean = rest_of_month(estate, estate.sites.iter(), metric, today);
    let margin = (mean * Decimal::new(6, 2)).round_dp(2);
    Forecast {
        currency: CURRENCY.into(),
        from: today,
        until,
        mean,
        low: mean - margin,
        high: mean + margin,
    }
}

/// What `sites` will spend from today to the end of the month.
fn rest_of_month<'a>(
    estate: &Estate,
    sites: impl Iterator<Item = &'a Site>,
    metric: CostMetric,
    today: Date,
) -> Decimal {
    let days = today
        .until(next_month(today))
        .map_or(0, |span| span.get_days());
    let past = (
        today.saturating_sub(15.days()),
        today.saturating_sub(1.days()),
    );
    let fortnight: Decimal = sites
        .flat_map(|site| spend(estate, site, metric, past, today).map(|(_, amount)| amount))
        .sum();
    (fortnight * Decimal::from(days) / Decimal::from(14)).round_dp(2)
}

/// GetAnomalies: the one there is, as large as the bill really shows it.
pub(in super::super) fn anomalies(estate: &Estate, now: Timestamp) -> Vec<Anomaly> {
    let today = today(now);
    let site = estate.reference(Environment::Prod, Purpose::Ml);
    // Yesterday counts in part, as it is billed.
    let cents = ANOMALY_CENTS * i64::from(ANOMALY_DAYS - 1) + ANOMALY_CENTS * 62 / 100;
    let id = arn("ce", "", &estate.management().id.to_string(), "anomaly");
    let id = format!("{id}/{}", estate.seed.uuid("anomaly"));
    vec![Anomaly {
        id,
        account: Some(site.id),
        service: Some(ANOMALY_SERVICE.into()),
        usage_type: Some(format!("{}-BoxUsage:p5.48xlarge", rates::prefix(HOME))),
        start: today.saturating_sub(ANOMALY_DAYS.days()),
        end: None,
        impact: Decimal::new(cents, 2),
        currency: CURRENCY.into(),
    }]
}

fn today(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

fn next_month(day: Date) -> Date {
    day.first_of_month().saturating_add(1.month())
}
