//! Budgets and the anomalies that AWS found.

use std::sync::Arc;

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    Cell, Column, ColumnKind, Lens, Object, Row, Table, costs, ground::Ground, text::money,
};
use crate::{
    inventory::Inventory,
    model::{
        AccountId, Health, State, Tags,
        cost::{Anomaly, Budget, Costs},
    },
};

pub(super) const BUDGETS: Table = Table {
    name: "budgets",
    columns: &[
        Column::new("name", "BUDGET", ColumnKind::Text, 20),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("cost", "SPENT", ColumnKind::Money, 12),
        Column::new("limit", "LIMIT", ColumnKind::Money, 12),
        Column::new("used", "USED", ColumnKind::Percent, 6),
        Column::new("forecast", "FORECAST", ColumnKind::Money, 12),
        Column::new("reason", "WHY", ColumnKind::Text, 24),
        Column::new("period", "PERIOD", ColumnKind::Text, 9).wide(),
    ],
    rows: budgets,
};

pub(super) const ANOMALIES: Table = Table {
    name: "anomalies",
    columns: &[
        Column::new("name", "SERVICE", ColumnKind::Text, 24),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("cost", "IMPACT", ColumnKind::Money, 12),
        Column::new("since", "SINCE", ColumnKind::Text, 10),
        Column::new("until", "UNTIL", ColumnKind::Text, 10),
        Column::new("usage", "USAGE TYPE", ColumnKind::Text, 20),
        Column::new("reason", "WHY", ColumnKind::Text, 24),
        Column::new("id", "ID", ColumnKind::Text, 36).wide(),
    ],
    rows: anomalies,
};

fn costs(inventory: &Inventory) -> Option<&Costs> {
    inventory.costs.value().map(Arc::as_ref)
}

fn budgets(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    costs(inventory)
        .into_iter()
        .flat_map(|costs| &costs.budgets)
        .filter(|budget| ground.has_account(budget.account))
        .map(|budget| of_budget(&ground, budget))
        .collect()
}

fn of_budget(ground: &Ground<'_>, budget: &Budget) -> Row {
    let health = health(budget);
    let amount = |amount: Decimal| Cell::Money(amount, budget.currency.clone());
    let used = (budget.limit > Decimal::ZERO)
        .then(|| (budget.actual / budget.limit * Decimal::ONE_HUNDRED).to_f64())
        .flatten();
    let cells = vec![
        budget.name.as_str().into(),
        Cell::State(health.state),
        ground.label(budget.account).into(),
        ground.class(budget.account).to_string().into(),
        amount(budget.actual),
        amount(budget.limit),
        used.map_or(Cell::Unknown, Cell::Percent),
        budget.forecast.map_or(Cell::Unknown, amount),
        health.reason.as_str().into(),
        budget.period.to_lowercase().into(),
    ];
    let object = global("budget", Some(budget.account), &budget.name, &budget.name);
    ground.row(object, health, &Tags::new(), cells)
}

fn health(budget: &Budget) -> Health {
    let over = |amount: Decimal| money(amount - budget.limit, &budget.currency);
    if budget.actual > budget.limit {
        let reason = format!("{} over its limit", over(budget.actual));
        return Health::new(State::Failed, reason);
    }
    match budget.forecast.filter(|forecast| *forecast > budget.limit) {
        Some(forecast) => {
            let reason = format!("will be {} over its limit", over(forecast));
            Health::new(State::Warning, reason)
        }
        None => Health::ok(),
    }
}

fn anomalies(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    costs(inventory)
        .into_iter()
        .flat_map(|costs| costs.anomalies.iter().flatten())
        .filter(|anomaly| {
            let account = anomaly.account;
            account.map_or(lens.scope.is_everything(), |id| ground.has_account(id))
        })
        .map(|anomaly| of_anomaly(&ground, anomaly))
        .collect()
}

fn of_anomaly(ground: &Ground<'_>, anomaly: &Anomaly) -> Row {
    let health = costs::finding(anomaly);
    let name = anomaly.service.as_deref().unwrap_or("all services");
    let account = anomaly.account;
    let cells = vec![
        name.into(),
        Cell::State(health.state),
        Cell::some(account.map(|id| ground.label(id))),
        Cell::some(account.map(|id| ground.class(id).to_string())),
        Cell::Money(anomaly.impact, anomaly.currency.clone()),
        anomaly.start.to_string().into(),
        Cell::some(anomaly.end.map(|end| end.to_string())),
        Cell::some(anomaly.usage_type.as_deref()),
        health.reason.as_str().into(),
        anomaly.id.as_str().into(),
    ];
    let object = global("anomaly", account, &anomaly.id, name);
    ground.row(object, health, &Tags::new(), cells)
}

/// A thing that is in no region.
pub(super) fn global(
    kind: &'static str,
    account: Option<AccountId>,
    id: &str,
    name: &str,
) -> Object {
    Object {
        kind,
        account,
        region: None,
        id: id.into(),
        name: name.into(),
        arn: None,
    }
}
