//! Values that are known only when a run gets there: an earlier step's output, a fact, the key.
//!
//! A symbol is a whole string, `${out:vpc}`; text that merely contains `${` is text. Sealing
//! refuses a plan whose symbols nobody will bind, and a send with an unbound one is a hard stop.

use serde_json::Value;

use super::{FactId, StepId};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// `${fact:ID}`: the fact's value.
    Fact(FactId),
    /// `${out:STEP}`: the id of what an earlier step made.
    Out(StepId),
    /// `${key}`: the step's own idempotency key.
    Key,
    /// `${…}` of no known kind.
    Unknown(String),
}

impl Symbol {
    fn read(text: &str) -> Option<Self> {
        let name = text.strip_prefix("${")?.strip_suffix('}')?;
        Some(match name.split_once(':') {
            Some(("fact", id)) => Self::Fact(id.into()),
            Some(("out", id)) => Self::Out(id.into()),
            None if name == "key" => Self::Key,
            _ => Self::Unknown(name.into()),
        })
    }
}

/// All symbols in a value.
#[must_use]
pub fn symbols(value: &Value) -> Vec<Symbol> {
    match value {
        Value::String(text) => Symbol::read(text).into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(symbols).collect(),
        Value::Object(fields) => fields.values().flat_map(symbols).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The value with every symbol replaced by what `look_up` knows; the first one it does not know is
/// the error.
pub fn bind(value: Value, look_up: &dyn Fn(&Symbol) -> Option<Value>) -> Result<Value, Symbol> {
    match value {
        Value::String(text) => match Symbol::read(&text) {
            None => Ok(Value::String(text)),
            Some(symbol) => look_up(&symbol).ok_or(symbol),
        },
        Value::Array(items) => items.into_iter().map(|item| bind(item, look_up)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| Ok((key, bind(value, look_up)?)))
            .collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Ok(plain),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn symbols_are_bound_wherever_they_stand_and_text_is_left_alone() {
        let value = json!({"vpc": "${out:vpc}", "names": ["${fact:zone}", "costs ${5}"], "n": 1});
        let known = |symbol: &Symbol| match symbol {
            Symbol::Out(_) => Some(json!("vpc-1")),
            Symbol::Fact(_) => Some(json!("Z1")),
            _ => None,
        };
        assert_eq!(
            bind(value, &known),
            Ok(json!({"vpc": "vpc-1", "names": ["Z1", "costs ${5}"], "n": 1}))
        );
    }

    #[test]
    fn the_unbound_one_is_named() {
        let missing = bind(json!(["${out:nat}"]), &|_| None);
        assert_eq!(missing, Err(Symbol::Out("nat".into())));
        assert_eq!(
            symbols(&json!({"a": "${secret}"})),
            [Symbol::Unknown("secret".into())]
        );
    }
}
