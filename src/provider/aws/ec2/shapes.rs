//! Shapes that many answers share.

use serde::{Deserialize, Serialize};

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

/// An empty element is no token: EC2 ends a list with `<nextToken/>` as well as without one.
pub(super) fn token(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
