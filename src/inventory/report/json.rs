//! The JSON envelope, version 1.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Failure, Sheet, Sight, csv::currency, failures};
use crate::{
    inventory::{
        QueryKind,
        tables::{Cell, Row, Table},
    },
    model::{AccountId, UnitId, text::clean},
};

/// Keys that every item has; a column of the same key says it for people.
const COMMON: &[&str] = &[
    "kind", "id", "name", "account", "region", "env", "state", "reason",
];

/// The things of these tables; what could not be read is told under `errors`.
#[must_use]
pub fn items(sheets: &[Sheet], sight: Sight<'_>) -> Vec<Value> {
    let rows = sheets
        .iter()
        .flat_map(|(table, rows)| rows.iter().map(move |row| (table, row)));
    rows.filter(|(_, row)| row.object.kind != "scope")
        .map(|(table, row)| item(table, row, sight))
        .collect()
}

/// Everything that a table may show.
pub const EVERY_KIND: [QueryKind; 9] = [
    QueryKind::Network,
    QueryKind::Clusters,
    QueryKind::Protection,
    QueryKind::Balancers,
    QueryKind::Zones,
    QueryKind::Fleet,
    QueryKind::Contents,
    QueryKind::Velero,
    QueryKind::Costs,
];

/// Writes a document with its end of line.
pub fn write(document: &Value, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", serde_json::to_string_pretty(document)?)
}

/// Everything but the items.
#[must_use]
pub fn envelope(
    name: &str,
    sight: Sight<'_>,
    kinds: &[QueryKind],
    failures: &[Failure],
) -> Map<String, Value> {
    let scope = sight.scope;
    let accounts: Vec<String> = scope.accounts.iter().map(AccountId::to_string).collect();
    let units: Vec<&str> = scope.units.iter().map(UnitId::as_str).collect();
    let mut document = Map::new();
    let mut put = |key: &str, value: Value| document.insert(key.into(), value);
    put("schema", format!("awsdeck/{name}/v1").into());
    put(
        "scope",
        json!({ "accounts": accounts, "units": units, "regions": scope.regions }),
    );
    let as_of = failures::as_of(sight, kinds).map(|at| at.to_string());
    put("as_of", as_of.into());
    put("partial", (!failures.is_empty()).into());
    put("errors", json!(failures));
    let gaps = failures::gaps(sight);
    if !gaps.is_empty() {
        put("gaps", json!(gaps));
    }
    document
}

fn item(table: &Table, row: &Row, sight: Sight<'_>) -> Value {
    let object = &row.object;
    let tree = sight.inventory.tree();
    let label = object
        .account
        .and_then(|id| tree.account(id))
        .map(|account| account.name.clone());
    let mut item = Map::new();
    let mut put = |key: &str, value: Value| item.insert(key.into(), value);
    put("kind", object.kind.into());
    put("id", clean(&object.id).into());
    put("name", clean(&object.name).into());
    put("account", object.account.map(|id| id.to_string()).into());
    put("account_name", label.as_deref().map(clean).into());
    put(
        "region",
        object.region.as_ref().map(ToString::to_string).into(),
    );
    put("arn", object.arn.as_ref().map(ToString::to_string).into());
    put("env", object.account.map(|_| row.class.to_string()).into());
    put("state", row.health.state.to_string().into());
    put("reason", clean(&row.health.reason).into());
    if row.depth > 0 || table.name == "accounts" {
        put("depth", row.depth.into());
    }
    for (column, cell) in table.columns.iter().zip(&row.cells) {
        if !COMMON.contains(&column.key) {
            put(column.key, value(cell));
        }
    }
    if let Some(currency) = currency(&row.cells) {
        put("currency", currency.into());
    }
    put("tags", json!(row.tags));
    Value::Object(item)
}

/// Unknown is `null`, money a decimal string.
fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Unknown => Value::Null,
        Cell::Text(text) => clean(text).into(),
        Cell::Number(number) => (*number).into(),
        Cell::Bytes(count) => (*count).into(),
        Cell::Percent(share) => ((share * 100.0).round() / 100.0).into(),
        Cell::Money(amount, _) => amount.to_string().into(),
        Cell::At(moment) => moment.to_string().into(),
        Cell::State(state) => state.to_string().into(),
        Cell::Trend(values) => values.iter().map(ToString::to_string).collect(),
    }
}
