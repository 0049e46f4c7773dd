//! The filter that is typed: `prod gpu>4 !spot tag:team=ml`. Terms must all hold.

mod fuzzy;
mod term;

use std::{fmt, ops::Range};

use jiff::Timestamp;

use super::{Row, Table};
use term::Term;

/// A parsed filter for one table. Empty, it lets everything through.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    terms: Vec<Term>,
}

/// Where a row matched: for each cell that did, the indexes of its matching characters. A row
/// that stands only because something below it matches has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// Column index and character indexes, both ascending.
    pub cells: Vec<(usize, Vec<usize>)>,
}

/// Why a filter cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// Bytes of the text that are at fault.
    pub at: Range<usize>,
    pub message: String,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "filter, at {}: {}", self.at.start + 1, self.message)
    }
}

impl std::error::Error for FilterError {}

impl Filter {
    /// Reads `text` against the columns of `table`.
    pub fn parse(text: &str, table: &Table) -> Result<Self, FilterError> {
        let terms = words(text)?
            .into_iter()
            .map(|at| term::parse(&text[at.clone()], at.start, table))
            .collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Where the row matches; `None` when it doesn't.
    #[must_use]
    pub fn matches(&self, row: &Row, now: Timestamp) -> Option<Match> {
        let mut found = Match::default();
        self.terms
            .iter()
            .all(|term| term.holds(row, now, &mut found))
            .then_some(())?;
        found.cells.sort();
        // Two terms can hit the same cell: it is named once, with the characters of both.
        found.cells.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1.append(&mut later.1);
                kept.1.sort_unstable();
                kept.1.dedup();
            }
            same
        });
        Some(found)
    }

    /// The indexes of the rows that match, in order, and in a tree those above them.
    #[must_use]
    pub fn narrow(&self, rows: &[Row], now: Timestamp) -> Vec<(usize, Match)> {
        let mut kept: Vec<(usize, Match)> = Vec::new();
        // Rows that the current one may stand below, and whether they are kept already.
        let mut above: Vec<(usize, bool)> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            while above
                .last()
                .is_some_and(|(upper, _)| rows[*upper].depth >= row.depth)
            {
                above.pop();
            }
            let found = self.matches(row, now);
            let hit = found.is_some();
            if let Some(found) = found {
                for (upper, seen) in above.iter_mut().filter(|(_, seen)| !*seen) {
                    kept.push((*upper, Match::default()));
                    *seen = true;
                }
                kept.push((index, found));
            }
            above.push((index, hit));
        }
        kept
    }
}

/// Splits at white space outside of double quotes.
fn words(text: &str) -> Result<Vec<Range<usize>>, FilterError> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    for (at, char) in text.char_indices() {
        if char == '"' {
            quote = if quote.is_some() { None } else { Some(at) };
        }
        if char.is_whitespace() && quote.is_none() {
            words.extend(start.take().map(|start| start..at));
        } else {
            start = start.or(Some(at));
        }
    }
    if let Some(at) = quote {
        return Err(FilterError {
            at: at..text.len(),
            message: "this quote is not closed".into(),
        });
    }
    words.extend(start.map(|start| start..text.len()));
    Ok(words)
}

#[cfg(test)]
mod tests;
