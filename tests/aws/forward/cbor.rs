//! As much of CBOR (RFC 8949) as AWS's RPC protocol sends: documents between it and JSON.

use serde_json::{Map, Number, Value};

/// Members whose name ends so hold moments: seconds since 1970, in tag 1.
const MOMENTS: [&str; 3] = ["Time", "At", "timestamp"];

/// Reads a document; `Null` where there is none.
pub(super) fn read(bytes: &[u8]) -> Value {
    Reader { bytes, at: 0 }.value().unwrap_or_default()
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let taken = self.bytes.get(self.at..self.at + count)?;
        self.at += count;
        Some(taken)
    }

    fn number(&mut self, bytes: usize) -> Option<u64> {
        let taken = self.take(bytes)?;
        Some(
            taken
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        )
    }

    /// Major type, what stands behind it, and whether that is open-ended.
    fn head(&mut self) -> Option<(u8, u64, u8)> {
        let first = self.take(1)?[0];
        let (major, small) = (first >> 5, first & 31);
        let count = match small {
            0..=23 => u64::from(small),
            24 => self.number(1)?,
            25 => self.number(2)?,
            26 => self.number(4)?,
            27 => self.number(8)?,
            _ => 0,
        };
        Some((major, count, small))
    }

    fn value(&mut self) -> Option<Value> {
        let (major, count, small) = self.head()?;
        let open = small == 31;
        let length = usize::try_from(count).ok()?;
        Some(match major {
            0 => count.into(),
            1 => (-1 - i64::try_from(count).ok()?).into(),
            2 | 3 => {
                let text = String::from_utf8_lossy(self.take(length)?).into_owned();
                text.into()
            }
            4 => {
                let mut list = Vec::new();
                while self.goes_on(open, list.len(), length)? {
                    list.push(self.value()?);
                }
                list.into()
            }
            5 => {
                let mut map = Map::new();
                while self.goes_on(open, map.len(), length)? {
                    let key = self.value()?.as_str()?.to_owned();
                    let value = self.value()?;
                    map.insert(key, value);
                }
                map.into()
            }
            6 => self.value()?,
            _ => match small {
                20 => false.into(),
                21 => true.into(),
                26 => real(f64::from(f32::from_bits(u32::try_from(count).ok()?))),
                27 => real(f64::from_bits(count)),
                _ => Value::Null,
            },
        })
    }

    fn goes_on(&mut self, open: bool, have: usize, length: usize) -> Option<bool> {
        if !open {
            return Some(have < length);
        }
        let ended = *self.bytes.get(self.at)? == 0xff;
        self.at += usize::from(ended);
        Some(!ended)
    }
}

fn real(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// Writes a document.
pub(super) fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(value, &mut bytes);
    bytes
}

fn head(major: u8, count: u64, bytes: &mut Vec<u8>) {
    let major = major << 5;
    match count {
        0..=23 => bytes.push(major | u8::try_from(count).expect("small")),
        _ => {
            bytes.push(major | 0x1b);
            bytes.extend(count.to_be_bytes());
        }
    }
}

fn put(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Null => bytes.push(0xf6),
        Value::Bool(is) => bytes.push(0xf4 + u8::from(*is)),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(count), _) => head(0, count, bytes),
            (None, Some(below)) => head(1, below.unsigned_abs() - 1, bytes),
            _ => {
                bytes.push(0xfb);
                bytes.extend(number.as_f64().unwrap_or_default().to_be_bytes());
            }
        },
        Value::String(text) => {
            head(3, text.len() as u64, bytes);
            bytes.extend(text.as_bytes());
        }
        Value::Array(list) => {
            head(4, list.len() as u64, bytes);
            for value in list {
                put(value, bytes);
            }
        }
        Value::Object(map) => {
            head(5, map.len() as u64, bytes);
            for (key, value) in map {
                put(&Value::String(key.clone()), bytes);
                if value.is_number() && MOMENTS.iter().any(|end| key.ends_with(end)) {
                    head(6, 1, bytes);
                }
                put(value, bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_read_back_as_it_was_written() {
        let document = json!({
            "planArn": "arn:aws:arc-region-switch::1:plan/a", "startTime": 1_700_000_000,
            "list": [1, -7, 300, 2.5, true, null, "ü"], "empty": {},
        });
        assert_eq!(read(&write(&document)), document);
    }

    #[test]
    fn lists_and_maps_without_a_length_are_read_to_their_end() {
        let open = b"\xbf\x61a\x9f\x01\x02\xff\x61b\xf5\xff";
        assert_eq!(read(open), json!({ "a": [1, 2], "b": true }));
    }
}
