//! Sorts rows by a column, the way people count: `node-2` before `node-10`.

use std::cmp::Ordering;

use super::{Cell, Row, Table};

/// A column and a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Index into the table's columns.
    pub column: usize,
    pub descending: bool,
}

/// Why a text is no [`Order`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no column `{key}` in {table}; there are: {known}")]
pub struct NoColumn {
    key: String,
    table: &'static str,
    known: String,
}

impl Order {
    /// `cost` or `-cost`, the second from the greatest down.
    pub fn parse(text: &str, table: &Table) -> Result<Self, NoColumn> {
        let (key, descending) = match text.strip_prefix('-') {
            Some(key) => (key, true),
            None => (text, false),
        };
        let column = table.column(key).ok_or_else(|| NoColumn {
            key: key.into(),
            table: table.name,
            known: table.keys(),
        })?;
        Ok(Self { column, descending })
    }

    /// Sorts, keeping the order of equals; what is unknown comes last either way. A sorted tree is
    /// a list.
    pub fn apply(self, rows: &mut [Row]) {
        rows.sort_by(|a, b| self.between(a, b));
        for row in rows {
            row.depth = 0;
        }
    }

    /// Which of two rows comes first.
    #[must_use]
    pub fn between(self, a: &Row, b: &Row) -> Ordering {
        match (a.cells.get(self.column), b.cells.get(self.column)) {
            (Some(a), Some(b)) => self.compare(a, b),
            _ => Ordering::Equal,
        }
    }

    fn compare(self, a: &Cell, b: &Cell) -> Ordering {
        match (a, b) {
            (Cell::Unknown, Cell::Unknown) => Ordering::Equal,
            (Cell::Unknown, _) => Ordering::Greater,
            (_, Cell::Unknown) => Ordering::Less,
            _ if self.descending => cells(b, a),
            _ => cells(a, b),
        }
    }
}

impl Table {
    pub(super) fn keys(&self) -> String {
        let keys: Vec<&str> = self.columns.iter().map(|column| column.key).collect();
        keys.join(", ")
    }
}

/// Cells of one column are of one kind; of different kinds they are left as they stand.
fn cells(a: &Cell, b: &Cell) -> Ordering {
    match (a, b) {
        (Cell::Text(a), Cell::Text(b)) => natural(a, b),
        (Cell::Number(a), Cell::Number(b)) => a.cmp(b),
        (Cell::Money(a, _), Cell::Money(b, _)) => a.cmp(b),
        (Cell::Bytes(a), Cell::Bytes(b)) => a.cmp(b),
        (Cell::Percent(a), Cell::Percent(b)) => a.total_cmp(b),
        // Ages: the youngest first.
        (Cell::At(a), Cell::At(b)) => b.cmp(a),
        // The worst first.
        (Cell::State(a), Cell::State(b)) => b.cmp(a),
        (Cell::Trend(a), Cell::Trend(b)) => a.last().cmp(&b.last()),
        _ => Ordering::Equal,
    }
}

/// Compares texts without regard to case, and runs of digits by their number.
#[must_use]
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (Some(x), Some(y)) = (left.chars().next(), right.chars().next()) else {
            return left.len().cmp(&right.len()).then_with(|| a.cmp(b));
        };
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (one, two) = (digits(&mut left), digits(&mut right));
            one.len().cmp(&two.len()).then_with(|| one.cmp(two))
        } else {
            left = &left[x.len_utf8()..];
            right = &right[y.len_utf8()..];
            x.to_lowercase().cmp(y.to_lowercase())
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Takes the digits that `text` begins with, without leading zeros.
fn digits<'a>(text: &mut &'a str) -> &'a str {
    let end = text
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    *text = rest;
    run.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = ["node-10", "Node-2", "node-1", "node", "zone"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["node", "node-1", "Node-2", "node-10", "zone"]);
    }

    #[test]
    fn what_is_unknown_comes_last_in_both_directions() {
        for descending in [false, true] {
            let order = Order {
                column: 0,
                descending,
            };
            let unknown = order.compare(&Cell::Unknown, &Cell::Number(1));
            assert_eq!(unknown, Ordering::Greater);
        }
    }

    #[test]
    fn a_column_that_is_not_there_is_named_with_those_that_are() {
        let table = super::super::named("zones").expect("a table");
        let error = Order::parse("-size", table).expect_err("no such column");
        assert!(
            error
                .to_string()
                .starts_with("no column `size` in zones; there are: name,")
        );
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in "[a-c0-2é]{0,6}", b in "[a-c0-2é]{0,6}", c in "[a-c0-2é]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                prop_assert!(natural(&a, &c).is_le());
            }
            prop_assert_eq!(natural(&a, &b).is_eq(), a == b);
        }
    }
}
