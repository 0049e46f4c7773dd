//! Shapes that many answers share.

use serde::{Deserialize, Serialize};

use super::Params;
use crate::model::Tags;

/// A list, as EC2 writes one: `<fooSet><item>…</item></fooSet>`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Set<T> {
    #[serde(default = "Vec::new")]
    pub item: Vec<T>,
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { item: Vec::new() }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

impl Set<Tag> {
    /// By key, the name included.
    #[must_use]
    pub fn into_tags(self) -> Tags {
        let pairs = self.item.into_iter().map(|tag| (tag.key, tag.value));
        pairs.collect()
    }
}

/// An empty element is no token: EC2 ends a list with `<nextToken/>` as well as without one.
pub(super) fn token(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Writes `NAME.1.ResourceType`, `NAME.1.Tag.1.Key`, … for each of `kinds`; nothing without tags.
pub(super) fn tagged(params: &mut Params, name: &str, kinds: &[&str], tags: &Tags) {
    if tags.is_empty() {
        return;
    }
    for (kind, number) in kinds.iter().zip(1..) {
        params.set(format!("{name}.{number}.ResourceType"), kind);
        for ((key, value), at) in tags.iter().zip(1..) {
            params.set(format!("{name}.{number}.Tag.{at}.Key"), key);
            params.set(format!("{name}.{number}.Tag.{at}.Value"), value);
        }
    }
}
