//! Reads JSON of a server that may be newer, older or wrong: a value of another form than expected
//! is as good as absent, and nothing is kept in between.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// Lets every form that the visitor does not name be taken as absent.
macro_rules! otherwise_absent {
    ($de:lifetime, $absent:expr; $($form:ident)*) => {
        $(otherwise_absent!(@$form $de, $absent);)*
    };
    (@scalars $de:lifetime, $absent:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok($absent) }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok($absent) }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok($absent) }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok($absent) }
    };
    (@text $de:lifetime, $absent:expr) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> { Ok($absent) }
    };
    (@nothing $de:lifetime, $absent:expr) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok($absent) }
        fn visit_none<E>(self) -> Result<Self::Value, E> { Ok($absent) }
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("anything") }
    };
    (@list $de:lifetime, $absent:expr) => {
        fn visit_seq<A: SeqAccess<$de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok($absent)
        }
    };
    (@object $de:lifetime, $absent:expr) => {
        fn visit_map<A: MapAccess<$de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($absent)
        }
    };
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }

    otherwise_absent!('de, T::default(); scalars text nothing list);
}

/// An object, or the default.
pub(super) fn object<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    from.deserialize_any(ObjectVisitor(PhantomData))
}

/// One element of a list of objects.
struct Item<T>(Option<T>);

struct ItemVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemVisitor<T> {
    type Value = Item<T>;

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|item| Item(Some(item)))
    }

    otherwise_absent!('de, Item(None); scalars text nothing list);
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ItemVisitor(PhantomData))
    }
}

/// An object, where there is one.
pub(super) fn maybe<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Item::deserialize(from)?.0)
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(Item(item)) = seq.next_element()? {
            items.extend(item);
        }
        Ok(items)
    }

    otherwise_absent!('de, Vec::new(); scalars text nothing object);
}

/// A list of objects; elements of another form are left out.
pub(super) fn list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_any(ListVisitor(PhantomData))
}

/// A text, where it is one.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) Option<String>);

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(text.to_owned())))
    }

    otherwise_absent!('de, Text(None); scalars nothing list object);
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextVisitor)
    }
}

/// A text that is not empty.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = Text::deserialize(from)?.0;
    Ok(text.filter(|text| !text.is_empty()))
}

/// A text, empty where there is none.
pub(super) fn word<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Text::deserialize(from)?.0.unwrap_or_default())
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Vec<String>;

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
        let mut texts = Vec::new();
        while let Some(Text(text)) = seq.next_element()? {
            texts.extend(text);
        }
        Ok(texts)
    }

    otherwise_absent!('de, Vec::new(); scalars text nothing object);
}

pub(super) fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    from.deserialize_any(TextsVisitor)
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = BTreeMap<String, String>;

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = BTreeMap::new();
        while let Some((key, Text(value))) = map.next_entry::<String, Text>()? {
            pairs.extend(value.map(|value| (key, value)));
        }
        Ok(pairs)
    }

    otherwise_absent!('de, BTreeMap::new(); scalars text nothing list);
}

/// Texts by name: labels, requests.
pub(super) fn pairs<'de, D>(from: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    from.deserialize_any(PairsVisitor)
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Option<i64>;

    fn visit_i64<E>(self, number: i64) -> Result<Option<i64>, E> {
        Ok(Some(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<i64>, E> {
        Ok(i64::try_from(number).ok())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<i64>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<i64>, E> {
        Ok(None)
    }

    otherwise_absent!('de, None; text nothing list object);
}

/// A whole number, where it is one.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    from.deserialize_any(NumberVisitor)
}

/// A count; absent and negative are 0.
pub(super) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let number = number(from)?;
    Ok(number
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or(0))
}

struct FlagVisitor;

impl<'de> Visitor<'de> for FlagVisitor {
    type Value = bool;

    fn visit_bool<E>(self, flag: bool) -> Result<bool, E> {
        Ok(flag)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    otherwise_absent!('de, false; text nothing list object);
}

pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    from.deserialize_any(FlagVisitor)
}

/// A moment in RFC 3339, where it is one.
pub(super) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Text::deserialize(from)?
        .0
        .and_then(|text| text.parse().ok()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Thing {
        #[serde(deserialize_with = "text")]
        name: Option<String>,
        #[serde(deserialize_with = "count")]
        replicas: u64,
        #[serde(deserialize_with = "flag")]
        paused: bool,
        #[serde(deserialize_with = "moment")]
        at: Option<Timestamp>,
        #[serde(deserialize_with = "pairs")]
        labels: BTreeMap<String, String>,
        #[serde(deserialize_with = "texts")]
        gates: Vec<String>,
        #[serde(deserialize_with = "list")]
        parts: Vec<Thing>,
        #[serde(deserialize_with = "maybe")]
        inner: Option<Box<Thing>>,
        #[serde(deserialize_with = "object")]
        flat: Flat,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Flat {
        #[serde(deserialize_with = "word")]
        name: String,
    }

    fn read(value: &Value) -> Thing {
        serde_json::from_str(&value.to_string()).expect("never refused")
    }

    #[test]
    fn what_has_the_expected_form_is_read() {
        let thing = read(&json!({
            "name": "a", "replicas": 3, "paused": true, "at": "2026-01-15T10:00:00.5Z",
            "labels": {"x": "y"}, "gates": ["g"], "unknown": {"deep": [1, {"er": null}]},
            "parts": [{"name": "p"}], "inner": {"name": "i"}, "flat": {"name": "f"},
        }));
        assert_eq!(thing.flat.name, "f");
        assert_eq!(thing.name.as_deref(), Some("a"));
        assert_eq!((thing.replicas, thing.paused), (3, true));
        assert!(thing.at.is_some());
        assert_eq!(thing.labels["x"], "y");
        assert_eq!(thing.parts[0].name.as_deref(), Some("p"));
        assert_eq!(
            thing.inner.and_then(|inner| inner.name).as_deref(),
            Some("i")
        );
    }

    #[test]
    fn elements_of_another_form_are_left_out_and_the_others_kept() {
        let thing = read(&json!({
            "labels": {"x": 1, "y": "z"}, "gates": ["g", 7, null, {}],
            "parts": [null, "text", {"name": "p"}, [1]], "replicas": -4,
        }));
        assert_eq!(thing.labels.len(), 1);
        assert_eq!(thing.gates, ["g"]);
        assert_eq!(thing.parts.len(), 1);
        assert_eq!(thing.replicas, 0);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a-z0-9:TZ.-]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 6, |inner| {
            let names = prop_oneof![
                Just("name"),
                Just("replicas"),
                Just("paused"),
                Just("at"),
                Just("labels"),
                Just("gates"),
                Just("parts"),
                Just("inner"),
                Just("flat"),
            ];
            let fields = proptest::collection::btree_map(names, inner.clone(), 0..6);
            prop_oneof![
                proptest::collection::vec(inner, 0..5).prop_map(Value::from),
                fields.prop_map(|fields| {
                    Value::Object(
                        fields
                            .into_iter()
                            .map(|(key, value)| (key.to_owned(), value))
                            .collect(),
                    )
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_json_is_refused(value in values()) {
            let text = json!({ "inner": value.clone(), "parts": [value] }).to_string();
            prop_assert!(serde_json::from_str::<Thing>(&text).is_ok(), "{text}");
        }
    }
}
