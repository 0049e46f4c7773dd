//! AWS Budgets: those of the organization in its management account, one for GPUs in prod-ml.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::super::super::estate::{Environment, Estate, Purpose, Role, Site};
use super::{CURRENCY, rest_of_month, spend, today};
use crate::model::cost::{Budget, CostMetric};

pub(in super::super::super) fn budgets(
    estate: &Estate,
    site: &Site,
    now: Timestamp,
) -> Vec<Budget> {
    if site.role == Role::Management {
        let environment = |wanted: Environment| move |site: &&Site| matches!(site.role, Role::Workload(found, _) if found == wanted);
        let scale = Decimal::from(estate.sites.len().max(11));
        let whole = Decimal::from(9_600) * scale;
        return vec![
            budget(estate, site, "organization", whole, |_| true, now),
            budget(
                estate,
                site,
                "production",
                whole * Decimal::new(88, 2),
                environment(Environment::Prod),
                now,
            ),
            budget(
                estate,
                site,
                "staging",
                whole * Decimal::new(20, 2),
                environment(Environment::Staging),
                now,
            ),
            budget(
                estate,
                site,
                "development",
                whole * Decimal::new(8, 2),
                environment(Environment::Dev),
                now,
            ),
        ];
    }
    if site.is(Environment::Prod, Purpose::Ml) {
        let limit = Decimal::from(60_000);
        let id = site.id;
        return vec![budget(
            estate,
            site,
            "ml-gpu",
            limit,
            move |found| found.id == id,
            now,
        )];
    }
    Vec::new()
}

fn budget(
    estate: &Estate,
    owner: &Site,
    name: &str,
    limit: Decimal,
    covers: impl Fn(&&Site) -> bool,
    now: Timestamp,
) -> Budget {
    let today = today(now);
    let sites = || estate.sites.iter().filter(&covers);
    let metric = CostMetric::Unblended;
    let month = (today.first_of_month(), today);
    let actual: Decimal = sites()
        .flat_map(|site| spend(estate, site, metric, month, today).map(|(_, amount)| amount))
        .sum();
    Budget {
        account: owner.id,
        name: name.into(),
        currency: CURRENCY.into(),
        limit,
        actual,
        forecast: Some(actual + rest_of_month(estate, sites(), metric, today)),
        period: "MONTHLY".into(),
    }
}
