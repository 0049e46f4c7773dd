//! Cost Explorer, always for the whole organization in one question, and AWS Budgets.

use async_trait::async_trait;
use aws_sdk_costexplorer::{
    Client,
    types::{
        AnomalyDateInterval, DateInterval, ForecastResult, Granularity as Grain, Group,
        GroupDefinition, GroupDefinitionType, Metric, MetricValue, ResultByTime,
    },
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;

use super::{error::Call, session::Sessions};
use crate::{
    model::{
        AccountId, Place, Region,
        cost::{
            Anomaly, Budget, CostMetric, CostQuery, CostReport, CostRow, Forecast, Granularity,
        },
    },
    provider::{self, Error, Kind, Result},
};

/// How far back anomalies are asked for; AWS keeps them this long.
const ANOMALY_DAYS: i64 = 90;

/// In percent, as `Forecast` promises its bounds.
const PREDICTION_LEVEL: i32 = 80;

/// The bill of the organization.
#[derive(Clone, Debug)]
pub struct Costs {
    sessions: Sessions,
}

impl Costs {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }

    fn client(&self) -> Client {
        let sdk = self.sessions.home_sdk();
        Client::new(&sdk)
    }
}

#[async_trait]
impl provider::Costs for Costs {
    async fn cost(&self, query: &CostQuery) -> Result<CostReport> {
        let client = self.client();
        let by = |key: &str| {
            GroupDefinition::builder()
                .r#type(GroupDefinitionType::Dimension)
                .key(key)
                .build()
        };
        let request = client
            .get_cost_and_usage()
            .time_period(interval(query.from, query.until)?)
            .granularity(match query.granularity {
                Granularity::Daily => Grain::Daily,
                Granularity::Monthly => Grain::Monthly,
            })
            .set_metrics(Some(metrics(query.metric)))
            .group_by(by("LINKED_ACCOUNT"))
            .group_by(by("SERVICE"));
        let mut results: Vec<ResultByTime> = Vec::new();
        let mut requests = 0;
        let mut token = None;
        loop {
            requests += 1;
            let page = request.clone().set_next_page_token(token).send().await;
            let page = page.map_err(|error| call("GetCostAndUsage").error(error))?;
            results.extend(page.results_by_time.unwrap_or_default());
            token = page.next_page_token;
            if token.is_none() {
                break;
            }
        }
        report(query, &results, requests)
    }

    async fn forecast(&self, metric: CostMetric) -> Result<Option<Forecast>> {
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let until = next_month(today)?;
        let request = self
            .client()
            .get_cost_forecast()
            .time_period(interval(today, until)?)
            .granularity(Grain::Monthly)
            .metric(match metric {
                CostMetric::Unblended => Metric::UnblendedCost,
                CostMetric::Amortized => Metric::AmortizedCost,
                CostMetric::NetUnblended => Metric::NetUnblendedCost,
                CostMetric::NetAmortized => Metric::NetAmortizedCost,
            })
            .prediction_interval_level(PREDICTION_LEVEL);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let error = call("GetCostForecast").error(error);
                return if is_too_little(&error) {
                    Ok(None)
                } else {
                    Err(error)
                };
            }
        };
        let total = answer.total();
        let bounds = answer.forecast_results_by_time();
        let sum = |bound: fn(&ForecastResult) -> Option<&str>| {
            bounds
                .iter()
                .map(|result| amount(bound(result)))
                .sum::<Result<Decimal>>()
        };
        Ok(Some(Forecast {
            currency: currency(total),
            from: today,
            until,
            mean: amount(total.and_then(MetricValue::amount))?,
            low: sum(ForecastResult::prediction_interval_lower_bound)?,
            high: sum(ForecastResult::prediction_interval_upper_bound)?,
        }))
    }

    async fn anomalies(&self) -> Result<Vec<Anomaly>> {
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let since = today.saturating_sub(ANOMALY_DAYS.days());
        let interval = AnomalyDateInterval::builder().start_date(since.to_string());
        let interval = interval.build().map_err(|error| unbuildable(&error))?;
        let request = self.client().get_anomalies().date_interval(interval);
        let mut anomalies = Vec::new();
        let mut token = None;
        loop {
            let page = request.clone().set_next_page_token(token).send().await;
            let page = page.map_err(|error| call("GetAnomalies").error(error))?;
            anomalies.extend(page.anomalies().iter().filter_map(anomaly));
            token = page.next_page_token;
            if token.is_none() {
                return Ok(anomalies);
            }
        }
    }

    async fn budgets(&self, account: AccountId) -> Result<Vec<Budget>> {
        let place = Place::new(account, Region::global());
        let sdk = self.sessions.sdk(&place).await?;
        let config = aws_sdk_budgets::config::Builder::from(&sdk)
            .retry_partition(Sessions::retry_partition("budgets", &place))
            .build();
        let request = aws_sdk_budgets::Client::from_conf(config)
            .describe_budgets()
            .account_id(account.to_string());
        let budgets = request.into_paginator().items().send();
        let budgets: Vec<_> = budgets
            .try_collect()
            .await
            .map_err(|error| Call::new("budgets", "DescribeBudgets", &place).error(error))?;
        let in_money = budgets.iter().filter_map(|told| budget(account, told));
        Ok(in_money.collect())
    }
}

const fn call(action: &'static str) -> Call<'static> {
    Call::unplaced("ce", action)
}

/// The metric, and the one to fall back to: net costs exist only where there are discounts. Both
/// come in one request, which costs the same.
fn metrics(metric: CostMetric) -> Vec<String> {
    candidates(metric)
        .into_iter()
        .map(|(_, name)| name.into())
        .collect()
}

fn candidates(metric: CostMetric) -> Vec<(CostMetric, &'static str)> {
    let unblended = (CostMetric::Unblended, "UnblendedCost");
    let amortized = (CostMetric::Amortized, "AmortizedCost");
    match metric {
        CostMetric::Unblended => vec![unblended],
        CostMetric::Amortized => vec![amortized],
        CostMetric::NetUnblended => vec![(CostMetric::NetUnblended, "NetUnblendedCost"), unblended],
        CostMetric::NetAmortized => vec![(CostMetric::NetAmortized, "NetAmortizedCost"), amortized],
    }
}

/// One metric for all rows, never a mix: the first that any group has. The report says which.
fn report(query: &CostQuery, results: &[ResultByTime], requests: u32) -> Result<CostReport> {
    let has = |group: &Group, name: &str| group.metrics().is_some_and(|all| all.contains_key(name));
    let groups = || results.iter().flat_map(ResultByTime::groups);
    let (metric, name) = candidates(query.metric)
        .into_iter()
        .find(|(_, name)| groups().any(|group| has(group, name)))
        .unwrap_or((query.metric, ""));
    let value = |group: &Group| group.metrics().and_then(|all| all.get(name).cloned());
    let mut rows = Vec::new();
    for result in results {
        let start = result.time_period().map_or("", |period| period.start());
        // Hourly results carry a time behind the date.
        let start = start.get(..10).and_then(|date| date.parse::<Date>().ok());
        let start = start.ok_or_else(|| unreadable("a period without a start"))?;
        for group in result.groups() {
            let [account, service] = group.keys() else {
                return Err(unreadable("a group without account and service"));
            };
            rows.push(CostRow {
                account: account
                    .parse()
                    .map_err(|_| unreadable("a group without an account"))?,
                service: service.clone(),
                start,
                amount: amount(value(group).as_ref().and_then(MetricValue::amount))?,
                estimated: result.estimated(),
            });
        }
    }
    let first = groups().find_map(value);
    Ok(CostReport {
        query: CostQuery {
            metric,
            ..query.clone()
        },
        currency: currency(first.as_ref()),
        rows,
        requests,
    })
}

fn anomaly(told: &aws_sdk_costexplorer::types::Anomaly) -> Option<Anomaly> {
    let day = |date: Option<&str>| date?.get(..10)?.parse::<Date>().ok();
    let cause = told.root_causes().first();
    let service = cause.and_then(|cause| cause.service());
    Some(Anomaly {
        id: told.anomaly_id().into(),
        account: cause.and_then(|cause| cause.linked_account()?.parse().ok()),
        service: service.or(told.dimension_value()).map(str::to_owned),
        usage_type: cause.and_then(|cause| cause.usage_type().map(str::to_owned)),
        start: day(told.anomaly_start_date())?,
        end: day(told.anomaly_end_date()),
        impact: Decimal::try_from(told.impact()?.total_impact())
            .ok()?
            .round_dp(2),
        // The API gives anomalies in US dollars only.
        currency: "USD".into(),
    })
}

/// A budget in money; budgets of usage or coverage are not comparable with it.
fn budget(account: AccountId, told: &aws_sdk_budgets::types::Budget) -> Option<Budget> {
    let limit = told.budget_limit()?;
    let spent = told.calculated_spend();
    let money = |spend: &aws_sdk_budgets::types::Spend| amount(Some(spend.amount())).ok();
    (told.budget_type() == &aws_sdk_budgets::types::BudgetType::Cost).then_some(())?;
    Some(Budget {
        account,
        name: told.budget_name().into(),
        currency: limit.unit().into(),
        limit: money(limit)?,
        actual: spent
            .and_then(|spent| money(spent.actual_spend()?))
            .unwrap_or_default(),
        forecast: spent.and_then(|spent| money(spent.forecasted_spend()?)),
        period: told.time_unit().as_str().into(),
    })
}

/// Whether a forecast is missing for want of history, or because the endpoint makes none.
fn is_too_little(error: &Error) -> bool {
    match &error.kind {
        Kind::Service { code, .. } => code == "DataUnavailableException",
        Kind::Unavailable { .. } => true,
        _ => false,
    }
}

fn interval(from: Date, until: Date) -> Result<DateInterval> {
    let interval = DateInterval::builder()
        .start(from.to_string())
        .end(until.to_string());
    interval.build().map_err(|error| unbuildable(&error))
}

fn next_month(day: Date) -> Result<Date> {
    let next = day.first_of_month().checked_add(1.month());
    next.map_err(|_| unreadable("a date out of range"))
}

fn currency(value: Option<&MetricValue>) -> String {
    value.and_then(MetricValue::unit).unwrap_or("USD").into()
}

/// Cost Explorer writes plain decimals and, for tiny amounts, exponents.
fn amount(text: Option<&str>) -> Result<Decimal> {
    let text = text.unwrap_or("0");
    text.parse()
        .or_else(|_| Decimal::from_scientific(text))
        .map_err(|_| unreadable("an amount that is no number"))
}

fn unbuildable(error: &aws_smithy_types::error::operation::BuildError) -> Error {
    unreadable(&error.to_string())
}

fn unreadable(what: &str) -> Error {
    Error::new(Kind::Service {
        service: "ce".into(),
        code: "UnreadableAnswer".into(),
        message: what.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> CostQuery {
        CostQuery {
            metric: CostMetric::NetAmortized,
            granularity: Granularity::Monthly,
            from: jiff::civil::date(2026, 10, 1),
            until: jiff::civil::date(2026, 11, 1),
        }
    }

    fn results(metrics: &[(&str, &str)]) -> Vec<ResultByTime> {
        let mut group = Group::builder().keys("111122223333").keys("AmazonEKS");
        for (name, amount) in metrics {
            let value = MetricValue::builder().amount(*amount).unit("EUR").build();
            group = group.metrics(*name, value);
        }
        let period = interval(query().from, query().until).expect("a period");
        let result = ResultByTime::builder().time_period(period);
        vec![result.groups(group.build()).build()]
    }

    #[test]
    fn without_discounts_the_amortized_cost_is_reported_under_its_own_name() {
        let found = report(&query(), &results(&[("AmortizedCost", "12.5")]), 1).expect("readable");
        assert_eq!(found.query.metric, CostMetric::Amortized);
        assert_eq!(found.total(), Decimal::new(125, 1));
        assert_eq!(found.currency, "EUR");
    }

    #[test]
    fn the_wanted_metric_wins_where_both_are_there() {
        let both = results(&[("AmortizedCost", "12.5"), ("NetAmortizedCost", "1.1E-7")]);
        let found = report(&query(), &both, 1).expect("readable");
        assert_eq!(found.query.metric, CostMetric::NetAmortized);
        assert_eq!(found.total().to_string(), "0.00000011");
    }

    #[test]
    fn an_amount_that_is_no_number_is_an_error_and_not_zero() {
        let odd = results(&[("NetAmortizedCost", "a lot")]);
        assert!(report(&query(), &odd, 1).is_err());
    }
}
