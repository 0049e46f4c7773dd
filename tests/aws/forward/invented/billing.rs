//! Cost Explorer: what the organization's accounts have cost, will cost, and what was out of line.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::{Answer, Invention, Request, World};

pub(super) const COSTS: Invention = Invention {
    service: "ce",
    operations: &["GetCostAndUsage"],
    what: "moto gives seeded results once each: here every account of the organization has the same \
           three services, and each day a cost that follows from account, service and day; filters \
           are refused, the last two days are estimated, one answer is one page",
};

pub(super) const OUTLOOK: Invention = Invention {
    service: "ce",
    operations: &["GetCostForecast", "GetAnomalies"],
    what: "moto has neither: the forecast goes on as the costs went, 10 % up and down; one anomaly, \
           of the last account's databases ten days ago",
};

/// Name and cents a day.
const SERVICES: &[(&str, i64)] = &[
    ("Amazon Elastic Compute Cloud - Compute", 4200),
    ("Amazon Relational Database Service", 1700),
    ("AmazonCloudWatch", 90),
];

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    let accounts = world.accounts(request).await;
    let accounts: Vec<String> = accounts.into_iter().map(|(id, _)| id).collect();
    match request.operation.as_str() {
        "GetAnomalies" => anomalies(request, &accounts),
        "GetCostForecast" => forecast(request, &accounts),
        _ => costs(request, &accounts),
    }
}

/// Cents that an account's service cost on a day.
fn cents(account: usize, (_, base): &(&str, i64), day: Date) -> i64 {
    let account = i64::try_from(account).expect("few");
    let weekend = i64::from(day.weekday().to_monday_zero_offset() >= 5);
    base + 130 * account - weekend * base / 4 + i64::from(day.day() % 7)
}

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn day(value: &Value) -> Date {
    let text = value.as_str().unwrap_or_default();
    text.get(..10).unwrap_or_default().parse().expect("a day")
}

fn days(from: Date, until: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day < until)
}

fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn costs(request: &Request, accounts: &[String]) -> Answer {
    let asked = &request.document;
    if !asked["Filter"].is_null() {
        let message = "this server has no filters";
        return Answer::refusal(request, 400, "ValidationException", message);
    }
    let period = &asked["TimePeriod"];
    let (from, until) = (day(&period["Start"]), day(&period["End"]));
    let monthly = asked["Granularity"] == "MONTHLY";
    let mut results = Vec::new();
    let mut start = from;
    while start < until {
        let next = if monthly {
            start.first_of_month().saturating_add(1.month())
        } else {
            start.saturating_add(1.day())
        };
        let end = next.min(until);
        results.push(result(asked, accounts, start, end));
        start = end;
    }
    let told = json!({
        "GroupDefinitions": asked["GroupBy"].as_array().cloned().unwrap_or_default(),
        "ResultsByTime": results,
        "DimensionValueAttributes": [],
    });
    Answer::value(request, &told)
}

fn result(asked: &Value, accounts: &[String], start: Date, end: Date) -> Value {
    let metrics = |cents: i64| -> Value {
        let names = asked["Metrics"].as_array().into_iter().flatten();
        let value = json!({ "Amount": dollars(cents), "Unit": "USD" });
        let told = names.filter_map(|name| Some((name.as_str()?.to_owned(), value.clone())));
        Value::Object(told.collect())
    };
    let by = asked["GroupBy"].as_array().cloned().unwrap_or_default();
    let mut groups: Vec<(Vec<String>, i64)> = Vec::new();
    for (at, account) in accounts.iter().enumerate() {
        for service in SERVICES {
            let keys: Vec<String> = by
                .iter()
                .map(|group| match group["Key"].as_str() {
                    Some("LINKED_ACCOUNT") => account.clone(),
                    Some("SERVICE") => service.0.into(),
                    other => panic!("costs by {other:?} are not known here"),
                })
                .collect();
            let spent: i64 = days(start, end).map(|day| cents(at, service, day)).sum();
            match groups.iter_mut().find(|(known, _)| *known == keys) {
                Some((_, sum)) => *sum += spent,
                None => groups.push((keys, spent)),
            }
        }
    }
    let total: i64 = groups.iter().map(|(_, spent)| spent).sum();
    let told = groups.iter().filter(|(keys, _)| !keys.is_empty());
    let told: Vec<Value> = told
        .map(|(keys, spent)| json!({ "Keys": keys, "Metrics": metrics(*spent) }))
        .collect();
    json!({
        "TimePeriod": { "Start": start.to_string(), "End": end.to_string() },
        "Total": if told.is_empty() { metrics(total) } else { json!({}) },
        "Groups": told,
        "Estimated": end > today().saturating_sub(2.days()),
    })
}

fn forecast(request: &Request, accounts: &[String]) -> Answer {
    let period = &request.document["TimePeriod"];
    let (from, until) = (day(&period["Start"]), day(&period["End"]));
    if from < today() {
        let message = "Start date must not be in the past";
        return Answer::refusal(request, 400, "ValidationException", message);
    }
    let mut mean = 0;
    for at in 0..accounts.len() {
        for service in SERVICES {
            mean += days(from, until)
                .map(|day| cents(at, service, day))
                .sum::<i64>();
        }
    }
    let told = json!({
        "Total": { "Amount": dollars(mean), "Unit": "USD" },
        "ForecastResultsByTime": [{
            "TimePeriod": { "Start": from.to_string(), "End": until.to_string() },
            "MeanValue": dollars(mean),
            "PredictionIntervalLowerBound": dollars(mean * 9 / 10),
            "PredictionIntervalUpperBound": dollars(mean * 11 / 10),
        }],
    });
    Answer::value(request, &told)
}

fn anomalies(request: &Request, accounts: &[String]) -> Answer {
    let began = today().saturating_sub(10.days());
    let since = day(&request.document["DateInterval"]["StartDate"]);
    let service = SERVICES[1].0;
    let anomaly = json!({
        "AnomalyId": "00000000-0000-4000-8000-00000000000a",
        "AnomalyStartDate": format!("{began}T00:00:00Z"),
        "AnomalyEndDate": format!("{}T00:00:00Z", began.saturating_add(2.days())),
        "DimensionValue": service,
        "RootCauses": [{
            "Service": service,
            "Region": "eu-west-1",
            "LinkedAccount": accounts.last(),
            "UsageType": "EU-InstanceUsage:db.r6g.large",
        }],
        "AnomalyScore": { "MaxScore": 0.8, "CurrentScore": 0.4 },
        "Impact": {
            "MaxImpact": 140.5,
            "TotalImpact": 240.25,
            "TotalActualSpend": 300.25,
            "TotalExpectedSpend": 60.0,
            "TotalImpactPercentage": 400.4,
        },
        "MonitorArn": format!("arn:{}:ce::{}:anomalymonitor/one", request.partition(), request.account),
    });
    let found = if began >= since {
        vec![anomaly]
    } else {
        Vec::new()
    };
    Answer::value(request, &json!({ "Anomalies": found }))
}
