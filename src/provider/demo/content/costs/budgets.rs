//! AWS Budgets: those of the organization in its management account, one for GPUs in prod-ml.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::super::super::estate::{Environment, Estate, Purpose, Role, Site};
use super::{CURRENCY, Days, growth_percent, rest_of_month, today, total};
use crate::model::cost::{Budget, CostMetric};

pub(in super::super::super) fn budgets(
    estate: &Estate,
    site: &Site,
    now: Timestamp,
) -> Vec<Budget> {
    let limit = |reference: i64, share: i64| {
        // What is generated costs about a thousand a month for each account.
        let generated = estate
            .sites
            .iter()
            .filter(|site| !site.is_reference())
            .count();
        let generated = i64::try_from(generated).unwrap_or(i64::MAX) * 1_150 * share / 100;
        let whole = (reference + generated) * growth_percent(today(now)) / 100;
        Decimal::from(whole / 1_000 * 1_000)
    };
    if site.role == Role::Management {
        let of = |name: &str, reference: i64, share: i64, wanted: Option<Environment>| {
            let covers = |site: &&Site| match (wanted, site.role) {
                (None, _) => true,
                (Some(wanted), Role::Workload(found, _)) => found == wanted,
                (Some(_), _) => false,
            };
            budget(estate, site, name, limit(reference, share), covers, now)
        };
        return vec![
            of("organization", 116_000, 100, None),
            of("production", 90_000, 34, Some(Environment::Prod)),
            of("staging", 17_000, 34, Some(Environment::Staging)),
            of("development", 6_000, 34, Some(Environment::Dev)),
        ];
    }
    if site.is(Environment::Prod, Purpose::Ml) {
        let id = site.id;
        let own = |found: &&Site| found.id == id;
        return vec![budget(estate, site, "ml-gpu", limit(45_000, 0), own, now)];
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
    let month = Days::new(today.first_of_month(), today, today);
    let actual = total(estate, sites(), metric, &month);
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
