//! Costs and budgets as awsdeck reads them, against what the seed has put in.

use awsdeck::{
    model::cost::{CostMetric, CostQuery, Granularity},
    provider::{
        Costs as _, Kind,
        aws::{costs::Costs, session::Sessions},
    },
};
use jiff::civil::date;

use super::moto::{Moto, shared};

async fn costs(moto: &Moto) -> Costs {
    Costs::new(Sessions::open(moto.options()).await.expect("settings"))
}

#[tokio::test]
async fn the_bill_of_all_accounts_comes_in_one_request_and_adds_up() {
    // Seeded results are served once, so the shared server will not do.
    let moto = Moto::seeded();
    let query = CostQuery {
        metric: CostMetric::NetAmortized,
        granularity: Granularity::Monthly,
        from: date(2026, 9, 1),
        until: date(2026, 12, 1),
    };
    let report = costs(&moto).await.cost(&query).await.expect("readable");
    assert_eq!(report.requests, 1);
    assert_eq!(report.rows.len(), moto.made["costs"]["rows"]);
    assert_eq!(report.total().to_string(), moto.made["costs"]["total"]);
    assert_eq!(report.currency, "USD");
    let estimated = report.rows.iter().filter(|row| row.estimated);
    assert!(estimated.clone().count() > 0);
    assert!(
        estimated
            .into_iter()
            .all(|row| row.start == date(2026, 11, 1))
    );
}

#[tokio::test]
async fn the_budget_of_the_organization_is_read() {
    let moto = shared();
    let payer = "123456789012".parse().expect("an account");
    let budgets = costs(moto).await.budgets(payer).await.expect("readable");
    assert_eq!(budgets.len(), 1);
    assert_eq!(budgets[0].name, "organization");
    assert_eq!(budgets[0].limit.to_string(), "9000");
    assert_eq!(budgets[0].period, "MONTHLY");
}

#[tokio::test]
async fn what_the_endpoint_does_not_offer_is_unavailable_and_no_riddle() {
    let costs = costs(shared()).await;
    let forecast = costs.forecast(CostMetric::NetAmortized).await;
    assert_eq!(forecast, Ok(None));
    let error = costs.anomalies().await.expect_err("moto has none");
    assert!(matches!(error.kind, Kind::Unavailable { .. }), "{error}");
}
