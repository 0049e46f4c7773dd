//! Service control policies and where they hang.

use super::{Cell, Column, ColumnKind, Lens, Row, Table, budgets::global, ground::Ground};
use crate::{
    inventory::Inventory,
    model::{Health, Organization, Policy, Tags},
};

pub(super) const TABLE: Table = Table {
    name: "policies",
    columns: &[
        Column::new("name", "POLICY", ColumnKind::Text, 24),
        Column::new("attached", "ATTACHED TO", ColumnKind::Text, 30),
        Column::new("accounts", "REACHES", ColumnKind::Number, 8),
        Column::new("managed", "BY AWS", ColumnKind::Text, 6),
        Column::new("description", "DESCRIPTION", ColumnKind::Text, 30),
        Column::new("id", "ID", ColumnKind::Text, 14).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let Some(organization) = ground.organization else {
        return Vec::new();
    };
    organization
        .policies
        .iter()
        .map(|policy| row(&ground, organization, policy))
        .collect()
}

fn row(ground: &Ground<'_>, organization: &Organization, policy: &Policy) -> Row {
    let units = organization
        .units
        .iter()
        .filter(|unit| unit.policies.contains(&policy.id));
    let accounts = organization
        .accounts
        .iter()
        .filter(|account| account.policies.contains(&policy.id));
    let attached: Vec<&str> = units
        .map(|unit| unit.name.as_str())
        .chain(accounts.map(|account| account.name.as_str()))
        .collect();
    let reached = organization.accounts.iter().filter(|account| {
        let effective = organization.effective_policies(account);
        effective.iter().any(|(one, _)| one.id == policy.id)
    });
    let cells = vec![
        policy.name.as_str().into(),
        attached.join(", ").into(),
        Cell::count(Some(reached.count())),
        if policy.aws_managed { "yes" } else { "no" }.into(),
        policy.description.as_str().into(),
        policy.id.as_str().into(),
    ];
    let object = global("policy", None, policy.id.as_str(), &policy.name);
    ground.row(object, Health::ok(), &Tags::new(), cells)
}
