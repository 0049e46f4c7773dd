//! Comma-separated values (RFC 4180): exact values, one line per thing.

use std::io::{self, Write};

use super::Sheet;
use crate::inventory::tables::Cell;

/// Several tables share one header: what a thing does not have is empty. Currency stands in a
/// column of its own where there is money.
pub fn write(sheets: &[Sheet], out: &mut impl Write) -> io::Result<()> {
    let mut keys: Vec<&str> = Vec::new();
    for (table, _) in sheets {
        for column in table.columns {
            if !keys.contains(&column.key) {
                keys.push(column.key);
            }
        }
    }
    let things = || {
        let rows = sheets.iter();
        rows.flat_map(|(table, rows)| rows.iter().map(move |row| (table, row)))
            .filter(|(_, row)| row.object.kind != "scope")
    };
    let money = things().any(|(_, row)| currency(&row.cells).is_some());
    let kind = !keys.contains(&"kind");
    let mut head: Vec<String> = kind.then(|| "kind".into()).into_iter().collect();
    head.extend(keys.iter().map(|key| (*key).to_owned()));
    head.extend(money.then(|| "currency".into()));
    line(&head, out)?;
    for (table, row) in things() {
        let mut fields: Vec<String> = kind.then(|| row.object.kind.into()).into_iter().collect();
        fields.extend(keys.iter().map(|key| {
            let cell = table.column(key).and_then(|index| row.cells.get(index));
            cell.map(Cell::exact).unwrap_or_default()
        }));
        if money {
            fields.push(currency(&row.cells).unwrap_or_default().into());
        }
        line(&fields, out)?;
    }
    Ok(())
}

pub(super) fn currency(cells: &[Cell]) -> Option<&str> {
    cells.iter().find_map(|cell| match cell {
        Cell::Money(_, currency) => Some(currency.as_str()),
        _ => None,
    })
}

fn line(fields: &[String], out: &mut impl Write) -> io::Result<()> {
    let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
    write!(out, "{}\r\n", fields.join(","))
}

/// A field as it stands in a line; never a formula.
#[must_use]
pub fn quoted(field: &str) -> String {
    // A spreadsheet takes text that begins so for a formula; numbers below zero stay numbers.
    let formula = field.starts_with(['=', '+', '@'])
        || (field.starts_with('-') && field.parse::<f64>().is_err());
    let field = if formula {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_never_a_formula() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(quoted("=cmd()"), "'=cmd()");
        assert_eq!(quoted("-12.5"), "-12.5");
        assert_eq!(quoted("-x"), "'-x");
    }
}
