//! What the world costs: thirteen months by account and service, with growth, quiet weekends and one
//! anomaly.

mod budgets;
mod rates;

use std::collections::BTreeMap;

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
        let days = Days::new(from, until, today);
        for site in &estate.sites {
            let row = |(service, amount): (&'static str, Decimal)| CostRow {
                account: site.id,
                service: service.into(),
                start: from,
                amount,
                estimated,
            };
            rows.extend(spend(estate, site, query.metric, &days).map(row));
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

/// What an account spends in `days`, by service, in whole cents for each day: so months are
/// exactly the sum of their days.
fn spend<'a>(
    estate: &'a Estate,
    site: &'a Site,
    metric: CostMetric,
    days: &'a Days,
) -> impl Iterator<Item = (&'static str, Decimal)> + 'a {
    let rates = rates::of(estate, site).into_iter();
    rates.filter_map(move |(service, daily)| {
        let usual = |day: &Day| {
            let cents = daily * day.growth / 100;
            let weekend = if day.weekend {
                rates::weekend_percent(service)
            } else {
                100
            };
            cents * weekend / 100
        };
        let billed = |cents: i64, day: &Day| {
            // Yesterday is billed in part only.
            let part = if day.partial { 62 } else { 100 };
            discounted(cents * part / 100, service, metric)
        };
        let cents: i64 = if site.is_reference() {
            let own = |(date, day): &(Date, Day)| {
                let what = format!("cost/{}/{service}/{date}", site.id);
                let luck = 94 + i64::from(estate.seed.below(&what, 13));
                let extra = if day.anomalous && is_anomalous(site, service) {
                    ANOMALY_CENTS
                } else {
                    0
                };
                billed(usual(day) * luck / 100 + extra, day)
            };
            days.each.iter().map(own).sum()
        } else {
            // Thousands of accounts: days of one kind cost the same and are counted, not walked.
            let kinds = days.kinds.iter();
            kinds
                .map(|(day, count)| billed(usual(day), day) * count)
                .sum()
        };
        (cents > 0).then(|| (service, Decimal::new(cents, 2)))
    })
}

/// Some days in a row.
struct Days {
    each: Vec<(Date, Day)>,
    /// How many days there are of each kind.
    kinds: BTreeMap<Day, i64>,
}

/// What makes one day cost more than another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Day {
    /// Percent.
    growth: i64,
    weekend: bool,
    /// The anomaly goes on.
    anomalous: bool,
    /// Not all of it is billed yet.
    partial: bool,
}

impl Days {
    /// The days from one to another, exclusive, as they look today.
    fn new(from: Date, until: Date, today: Date) -> Self {
        let (mut each, mut kinds) = (Vec::new(), BTreeMap::new());
        for date in from.series(1.day()).take_while(|date| *date < until) {
            let day = Day {
                growth: growth_percent(date),
                weekend: matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday),
                anomalous: date >= today.saturating_sub(ANOMALY_DAYS.days()),
                partial: date == today.saturating_sub(1.day()),
            };
            *kinds.entry(day).or_default() += 1;
            each.push((date, day));
        }
        Self { each, kinds }
    }
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
    let left = today.until(next_month(today));
    let left = left.map_or(0, |span| span.get_days());
    let yesterday = today.saturating_sub(1.day());
    let past = Days::new(yesterday.saturating_sub(14.days()), yesterday, today);
    let fortnight = total(estate, sites, metric, &past);
    (fortnight * Decimal::from(left) / Decimal::from(14)).round_dp(2)
}

fn total<'a>(
    estate: &Estate,
    sites: impl Iterator<Item = &'a Site>,
    metric: CostMetric,
    days: &Days,
) -> Decimal {
    let amounts = |site| spend(estate, site, metric, days).map(|(_, amount)| amount);
    sites.flat_map(amounts).sum()
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
