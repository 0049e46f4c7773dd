//! Canonical JSON: one value, one sequence of bytes, on every machine.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Nested deeper than this, a document is refused instead of walked.
const DEEPEST: usize = 64;
/// Longer than this, a document is refused.
const LONGEST: usize = 16 * 1024 * 1024;

/// Why a value has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    #[error("a number with a fraction has no canonical form: {0}")]
    Float(String),
    #[error("nested deeper than {DEEPEST} levels")]
    TooDeep,
    #[error("longer than {LONGEST} bytes")]
    TooLong,
    #[error("cannot be written as JSON: {0}")]
    Json(String),
    /// The text says the same as its canonical form but is not it.
    #[error("the bytes are not in canonical form; they were edited or re-encoded")]
    Other,
}

/// The canonical bytes of `value`: keys sorted, no white space, integers only.
pub fn bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    let value =
        serde_json::to_value(value).map_err(|error| NotCanonical::Json(error.to_string()))?;
    let mut out = Vec::new();
    write(&value, &mut out, 0)?;
    Ok(out)
}

/// Reads what [`bytes`] wrote; anything that is not exactly that is refused.
pub fn parse<T: Serialize + DeserializeOwned>(text: &[u8]) -> Result<T, NotCanonical> {
    if text.len() > LONGEST {
        return Err(NotCanonical::TooLong);
    }
    let value: T =
        serde_json::from_slice(text).map_err(|error| NotCanonical::Json(error.to_string()))?;
    if bytes(&value)? == text {
        Ok(value)
    } else {
        Err(NotCanonical::Other)
    }
}

fn write(value: &Value, out: &mut Vec<u8>, depth: usize) -> Result<(), NotCanonical> {
    if depth > DEEPEST {
        return Err(NotCanonical::TooDeep);
    }
    if out.len() > LONGEST {
        return Err(NotCanonical::TooLong);
    }
    match value {
        Value::Number(number) if !(number.is_i64() || number.is_u64()) => {
            return Err(NotCanonical::Float(number.to_string()));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            out.extend_from_slice(value.to_string().as_bytes());
        }
        Value::String(text) => string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(item, out, depth + 1)?;
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            // The map keeps insertion order when any crate in the build asks serde_json for that.
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| key.as_bytes());
            out.push(b'{');
            for (at, (key, value)) in fields.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                string(key, out);
                out.push(b':');
                write(value, out, depth + 1)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("memory takes every byte of a text");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(map) => Value::Object(
                map.iter()
                    .rev()
                    .map(|(key, value)| (key.clone(), reversed(value)))
                    .collect(),
            ),
            Value::Array(items) => items.iter().map(reversed).collect(),
            other => other.clone(),
        }
    }

    proptest! {
        #[test]
        fn reading_and_writing_again_gives_the_same_bytes(value in values()) {
            let written = bytes(&value).expect("no floats in it");
            let read: Value = parse(&written).expect("what was written can be read");
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(bytes(&read).expect("no floats in it"), written);
        }

        #[test]
        fn the_order_of_insertion_does_not_show(value in values()) {
            prop_assert_eq!(bytes(&value), bytes(&reversed(&value)));
        }
    }

    #[test]
    fn keys_are_sorted_and_absent_is_not_null() {
        let value = json!({"b": [1, -2], "a": {"z": null, "y": "ü\n"}});
        let text = String::from_utf8(bytes(&value).expect("canonical")).expect("UTF-8");
        assert_eq!(text, r#"{"a":{"y":"ü\n","z":null},"b":[1,-2]}"#);
        assert_ne!(bytes(&json!({"a": null})), bytes(&json!({})));
    }

    #[test]
    fn what_has_no_single_form_is_refused() {
        assert_eq!(
            bytes(&json!({"share": 0.5})),
            Err(NotCanonical::Float("0.5".into()))
        );
        let mut deep = json!(1);
        for _ in 0..1000 {
            deep = json!([deep]);
        }
        assert_eq!(bytes(&deep), Err(NotCanonical::TooDeep));
        let edited: [&[u8]; 3] = [br#"{"a":1,"a":1}"#, br#"{"a": 1}"#, br#"{"b":1,"a":1}"#];
        for text in edited {
            assert_eq!(parse::<Value>(text), Err(NotCanonical::Other));
        }
        assert!(matches!(
            parse::<Value>(b"{\"a\":\"\xff\"}"),
            Err(NotCanonical::Json(_))
        ));
    }
}
