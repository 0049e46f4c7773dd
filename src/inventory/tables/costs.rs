//! What each account spends on each service this month.

use std::sync::Arc;

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{Cell, Column, ColumnKind, Lens, Object, Row, Table, ground::Ground, text::money};
use crate::{
    inventory::Inventory,
    model::{
        Health, State, Tags,
        cost::{Anomaly, Costs, Spend, change},
    },
};

pub(super) const TABLE: Table = Table {
    name: "costs",
    columns: &[
        Column::new("account", "ACCOUNT", ColumnKind::Text, 16),
        Column::new("service", "SERVICE", ColumnKind::Text, 24),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("cost", "MONTH TO DATE", ColumnKind::Money, 13),
        Column::new("change", "CHANGE", ColumnKind::Percent, 7),
        Column::new("share", "SHARE", ColumnKind::Percent, 6),
        Column::new("last_month", "LAST MONTH", ColumnKind::Money, 12),
        Column::new("reason", "WHY", ColumnKind::Text, 20),
        Column::new("trend", "BY DAY", ColumnKind::Trend, 20).wide(),
    ],
    rows,
};

/// The greatest first. `change` compares the complete days of this month with the same days of
/// the month before.
fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let Some(costs) = inventory.costs.value().map(Arc::as_ref) else {
        return Vec::new();
    };
    let mut spend = costs.spend();
    spend.retain(|spend| ground.has_account(spend.account));
    spend.sort_by_key(|spend| std::cmp::Reverse(spend.amount));
    let total: Decimal = spend.iter().map(|spend| spend.amount).sum();
    spend
        .into_iter()
        .map(|spend| row(&ground, costs, spend, total))
        .collect()
}

fn row(ground: &Ground<'_>, costs: &Costs, spend: Spend, total: Decimal) -> Row {
    let currency = &costs.months.currency;
    let share = (total > Decimal::ZERO)
        .then(|| (spend.amount / total * Decimal::ONE_HUNDRED).to_f64())
        .flatten();
    let anomalies = costs.anomalies.iter().flatten();
    let health = anomalies
        .filter(|anomaly| anomaly.account == Some(spend.account))
        .filter(|anomaly| anomaly.service.as_ref() == Some(&spend.service))
        .map(finding)
        .fold(Health::ok(), Health::worse);
    let label = ground.label(spend.account);
    let percent = |share: Option<f64>| share.map_or(Cell::Unknown, Cell::Percent);
    let cells = vec![
        label.as_str().into(),
        spend.service.as_str().into(),
        Cell::State(health.state),
        ground.class(spend.account).to_string().into(),
        Cell::Money(spend.amount, currency.clone()),
        percent(change(spend.compared)),
        percent(share),
        Cell::Money(spend.last_month, currency.clone()),
        health.reason.as_str().into(),
        Cell::Trend(spend.trend),
    ];
    let object = Object {
        kind: "cost",
        account: Some(spend.account),
        region: None,
        id: format!("{}/{}", spend.account, spend.service),
        name: format!("{label} {}", spend.service),
        arn: None,
    };
    ground.row(object, health, &Tags::new(), cells)
}

/// What an anomaly says, as a warning.
pub(super) fn finding(anomaly: &Anomaly) -> Health {
    let impact = money(anomaly.impact, &anomaly.currency);
    let what = anomaly
        .usage_type
        .as_deref()
        .map(|usage| format!(", {usage}"));
    let reason = format!(
        "{impact} more than expected since {}{}",
        anomaly.start,
        what.unwrap_or_default()
    );
    Health::new(State::Warning, reason)
}
