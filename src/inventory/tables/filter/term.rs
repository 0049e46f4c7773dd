//! One term of a filter: a word, or a field compared with a value.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::prelude::ToPrimitive;

use super::{FilterError, Match, fuzzy::Pattern};
use crate::{
    config::nearest,
    inventory::tables::{Cell, ColumnKind, Row, Table, sort::natural},
};

#[derive(Clone, Debug)]
pub(super) struct Term {
    negated: bool,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Word(Pattern),
    Tagged(String),
    Field(Field, Operator, Value),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Column(usize),
    Tag(String),
    Kind,
    Id,
    Name,
    /// By id, or by the column that shows it.
    Account(Option<usize>),
    Region,
    Class,
    State,
    Reason,
}

/// Fields that every row has, whether or not a column shows them.
const COMMON: &[(&str, Field)] = &[
    ("kind", Field::Kind),
    ("id", Field::Id),
    ("name", Field::Name),
    ("account", Field::Account(None)),
    ("region", Field::Region),
    ("env", Field::Class),
    ("state", Field::State),
    ("reason", Field::Reason),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// The longer ones first: `>=` is no `>`.
const OPERATORS: &[(&str, Operator)] = &[
    ("!=", Operator::Unequal),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("=", Operator::Equal),
    (">", Operator::More),
    ("<", Operator::Less),
];

#[derive(Clone, Debug)]
enum Value {
    /// Lower case; `*` stands for anything.
    Text(String),
    Number(f64),
    /// An age.
    Span(SignedDuration),
    Moment(Timestamp),
    Unknown,
}

/// Reads one word; `start` is where it stands in the whole filter.
pub(super) fn parse(word: &str, start: usize, table: &Table) -> Result<Term, FilterError> {
    let error = |from: usize, message: String| FilterError {
        at: start + from..start + word.len(),
        message,
    };
    let negated = word.starts_with('!') && !word.starts_with("!=");
    let body = &word[usize::from(negated)..];
    let from = usize::from(negated);
    if body.is_empty() {
        return Err(error(
            0,
            "`!` turns a term round: write it before one".into(),
        ));
    }
    let Some((at, sign, operator)) = operator(body) else {
        let test = match body.strip_prefix("tag:") {
            Some("") => return Err(error(from, "which tag? write tag:team=ml".into())),
            Some(tag) => Test::Tagged(unquoted(tag)),
            None => Test::Word(Pattern::new(&unquoted(body))),
        };
        return Ok(Term { negated, test });
    };
    let key = &body[..at];
    let value = unquoted(&body[at + sign.len()..]);
    let field = field(key, table).map_err(|message| error(from, message))?;
    if value.is_empty() {
        return Err(error(from, format!("`{key}{sign}` waits for a value")));
    }
    let value =
        read(&value, &field, table).map_err(|message| error(from + at + sign.len(), message))?;
    let test = Test::Field(field, operator, value);
    Ok(Term { negated, test })
}

fn operator(body: &str) -> Option<(usize, &'static str, Operator)> {
    let end = body.find('"').unwrap_or(body.len());
    let at = body[..end].find(['=', '<', '>', '!'])?;
    let (sign, operator) = OPERATORS
        .iter()
        .find(|(sign, _)| body[at..].starts_with(sign))?;
    Some((at, sign, *operator))
}

fn field(key: &str, table: &Table) -> Result<Field, String> {
    if let Some(tag) = key.strip_prefix("tag:").filter(|tag| !tag.is_empty()) {
        return Ok(Field::Tag(tag.into()));
    }
    let column = table.column(key).or_else(|| {
        let is_age = |kind| kind == ColumnKind::Age;
        let first = table.columns.iter().position(|column| is_age(column.kind));
        first.filter(|_| key == "age")
    });
    if key == "account" {
        return Ok(Field::Account(column));
    }
    let common = || COMMON.iter().find(|(name, _)| *name == key);
    if let Some(column) = column {
        return Ok(Field::Column(column));
    }
    if let Some((_, field)) = common() {
        return Ok(field.clone());
    }
    let columns = table.columns.iter().map(|column| column.key);
    let known = columns.chain(COMMON.iter().map(|(name, _)| *name));
    Err(match nearest(key, known) {
        Some(meant) => format!("no field `{key}` here; do you mean `{meant}`?"),
        None => format!("no field `{key}` here; there are: {}", table.keys()),
    })
}

fn read(text: &str, field: &Field, table: &Table) -> Result<Value, String> {
    if matches!(text, "?" | "unknown" | "–") {
        return Ok(Value::Unknown);
    }
    let kind = match field {
        Field::Column(column) => table.columns[*column].kind,
        _ => ColumnKind::Text,
    };
    let (value, example) = match kind {
        ColumnKind::Text | ColumnKind::State => return Ok(Value::Text(text.to_lowercase())),
        ColumnKind::Age => (span(text).or_else(|| moment(text)), "2d, 90min, 2026-01-15"),
        ColumnKind::Bytes => (bytes(text).map(Value::Number), "500MiB, 2TB"),
        ColumnKind::Number | ColumnKind::Money | ColumnKind::Percent | ColumnKind::Trend => {
            (number(text).map(Value::Number), "4, 1.5k, 80%")
        }
    };
    value.ok_or_else(|| format!("`{text}` is no value to compare with; write it as {example}"))
}

fn span(text: &str) -> Option<Value> {
    let (number, unit) = split(text)?;
    let seconds = match unit {
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        "w" => 604_800.0,
        "y" => 31_536_000.0,
        _ => return None,
    };
    SignedDuration::try_from_secs_f64(number * seconds)
        .ok()
        .map(Value::Span)
}

fn moment(text: &str) -> Option<Value> {
    let date = || {
        let date: Date = text.parse().ok()?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    text.parse().ok().or_else(date).map(Value::Moment)
}

fn bytes(text: &str) -> Option<f64> {
    let (number, unit) = split(text)?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kib" => 1024.0,
        "kb" => 1e3,
        "m" | "mib" => 1024.0_f64.powi(2),
        "mb" => 1e6,
        "g" | "gib" => 1024.0_f64.powi(3),
        "gb" => 1e9,
        "t" | "tib" => 1024.0_f64.powi(4),
        "tb" => 1e12,
        _ => return None,
    };
    Some(number * factor)
}

fn number(text: &str) -> Option<f64> {
    let (number, unit) = split(text.trim_start_matches('$'))?;
    let factor = match unit {
        "" | "%" => 1.0,
        "k" | "K" => 1e3,
        "m" | "M" => 1e6,
        "g" | "G" => 1e9,
        _ => return None,
    };
    Some(number * factor)
}

/// A number and what stands behind it.
fn split(text: &str) -> Option<(f64, &str)> {
    let end = text
        .find(|char: char| !(char.is_ascii_digit() || matches!(char, '.' | ',' | '-')))
        .unwrap_or(text.len());
    let number: f64 = text[..end].replace(',', "").parse().ok()?;
    Some((number, text[end..].trim()))
}

fn unquoted(text: &str) -> String {
    text.replace('"', "")
}

impl Term {
    /// Whether the row passes; what matched is noted in `found`.
    pub(super) fn holds(&self, row: &Row, now: Timestamp, found: &mut Match) -> bool {
        if self.negated {
            return !self.test.holds(row, now, &mut Match::default());
        }
        self.test.holds(row, now, found)
    }
}

impl Test {
    fn holds(&self, row: &Row, now: Timestamp, found: &mut Match) -> bool {
        match self {
            Self::Word(pattern) => word(pattern, row, found),
            Self::Tagged(tag) => row.tags.contains_key(tag),
            Self::Field(Field::Account(column), operator, value) => {
                let id = row.object.account.map(|id| id.to_string());
                let by_id = text(id.as_deref(), *operator, value);
                let cell = column.and_then(|column| row.cells.get(column));
                let by_cell = cell.map_or(by_id, |cell| compare(cell, *operator, value, now));
                if *operator == Operator::Unequal {
                    by_id && by_cell
                } else {
                    by_id || by_cell
                }
            }
            Self::Field(Field::Column(column), operator, value) => {
                let Some(cell) = row.cells.get(*column) else {
                    return false;
                };
                compare(cell, *operator, value, now)
            }
            Self::Field(field, operator, value) => {
                let of_row = match field {
                    Field::Tag(tag) => row.tags.get(tag).cloned(),
                    Field::Kind => Some(row.object.kind.into()),
                    Field::Id => Some(row.object.id.clone()),
                    Field::Name => Some(row.object.name.clone()),
                    Field::Region => row.object.region.as_ref().map(ToString::to_string),
                    Field::Class => Some(row.class.to_string()),
                    Field::State => Some(row.health.state.to_string()),
                    Field::Reason => Some(row.health.reason.clone()),
                    Field::Account(_) | Field::Column(_) => None,
                };
                text(of_row.as_deref(), *operator, value)
            }
        }
    }
}

fn word(pattern: &Pattern, row: &Row, found: &mut Match) -> bool {
    let before = found.cells.len();
    for (column, cell) in row.cells.iter().enumerate() {
        let hit = match cell {
            Cell::Text(text) => pattern.find(text),
            Cell::State(state) => pattern.find(&state.to_string()),
            _ => None,
        };
        found.cells.extend(hit.map(|at| (column, at)));
    }
    found.cells.len() > before
        || pattern.find(&row.object.id).is_some()
        || row
            .object
            .account
            .is_some_and(|id| pattern.find(&id.to_string()).is_some())
}

fn compare(cell: &Cell, operator: Operator, value: &Value, now: Timestamp) -> bool {
    let number = match cell {
        Cell::Text(is) => return text(Some(is), operator, value),
        Cell::State(state) => return text(Some(&state.to_string()), operator, value),
        Cell::Unknown => return text(None, operator, value),
        Cell::At(moment) => {
            return match value {
                // An age grows as its moment lies further back.
                Value::Span(span) => operator.allows(now.duration_since(*moment).cmp(span)),
                Value::Moment(other) => operator.allows(moment.cmp(other)),
                _ => operator == Operator::Unequal,
            };
        }
        Cell::Number(number) => *number as f64,
        Cell::Money(amount, _) => amount.to_f64().unwrap_or(f64::NAN),
        Cell::Bytes(count) => *count as f64,
        Cell::Percent(share) => *share,
        Cell::Trend(values) => values
            .last()
            .and_then(ToPrimitive::to_f64)
            .unwrap_or(f64::NAN),
    };
    match value {
        Value::Number(wanted) => number
            .partial_cmp(wanted)
            .is_some_and(|order| operator.allows(order)),
        _ => operator == Operator::Unequal,
    }
}

/// What is unknown equals only the question for it, and is neither more nor less than anything.
fn text(is: Option<&str>, operator: Operator, value: &Value) -> bool {
    match (is, value) {
        (None, Value::Unknown) => operator == Operator::Equal,
        (Some(is), Value::Text(wanted)) => match operator {
            Operator::Equal => glob(wanted, &is.to_lowercase()),
            Operator::Unequal => !glob(wanted, &is.to_lowercase()),
            _ => operator.allows(natural(is, wanted)),
        },
        _ => operator == Operator::Unequal,
    }
}

/// Whether `text` is `pattern`, in which each `*` stands for any characters.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(tail)
}

impl Operator {
    fn allows(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}
