//! Every object of every table by name or id.

use super::show::Shown;
use crate::{
    cli::args::Search,
    inventory::{
        report::Sight,
        tables::{self, Cell, Column, ColumnKind, Lens, Row, Table, filter::Filter},
    },
    model::Region,
};

const FOUND: Table = Table {
    name: "search",
    columns: &[
        Column::new("kind", "KIND", ColumnKind::Text, 14),
        Column::new("name", "NAME", ColumnKind::Text, 24),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 12),
        Column::new("region", "REGION", ColumnKind::Text, 12),
        Column::new("id", "ID", ColumnKind::Text, 24),
    ],
    rows: |_, _| Vec::new(),
};

/// Tables that list again what others list, or what happened and not what there is.
const REPEATED: &[&str] = &[
    "findings",
    "gpus",
    "gpu_nodes",
    "gpu_pods",
    "gpu_demand",
    "gpu_fleet",
    "connections",
    "events",
    "costs",
    "jobs",
];

pub(super) fn found(search: &Search, sight: Sight<'_>) -> Shown {
    let lens = Lens {
        scope: sight.scope,
        environments: sight.environments,
        now: sight.now,
    };
    // Words that look like a comparison but are none are searched for as they stand.
    let quoted = |word: &String| format!("\"{}\"", word.replace('"', ""));
    let text = search.words.join(" ");
    let filter = Filter::parse(&text, &FOUND).or_else(|_| {
        let words: Vec<String> = search.words.iter().map(quoted).collect();
        Filter::parse(&words.join(" "), &FOUND)
    });
    let filter = filter.unwrap_or_default();
    let tables = tables::all()
        .iter()
        .filter(|table| !REPEATED.contains(&table.name));
    let rows = tables.flat_map(|table| (table.rows)(sight.inventory, &lens));
    let mut rows: Vec<Row> = rows
        .filter(|row| row.object.kind != "scope")
        .map(as_found)
        .filter(|row| filter.matches(row, sight.now).is_some())
        .collect();
    // What is called exactly so comes first, then what begins so.
    let wanted = text.to_lowercase();
    rows.sort_by_cached_key(|row| {
        let (name, id) = (row.object.name.to_lowercase(), row.object.id.to_lowercase());
        let exact = name == wanted || id == wanted;
        (!exact, !name.starts_with(&wanted), name.chars().count())
    });
    rows.truncate(search.limit);
    Shown {
        name: "search",
        tables: vec![(FOUND, rows)],
        wide: false,
        narrowed: true,
    }
}

fn as_found(mut row: Row) -> Row {
    let object = &row.object;
    row.cells = vec![
        object.kind.into(),
        object.name.as_str().into(),
        Cell::State(row.health.state),
        Cell::some(object.account.map(|id| id.to_string())),
        Cell::some(object.region.as_ref().map(Region::as_str)),
        object.id.as_str().into(),
    ];
    row.depth = 0;
    row
}
