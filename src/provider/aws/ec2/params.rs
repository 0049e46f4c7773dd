//! The parameters of a Query request, as names and values in the order of their making.

use std::fmt::Display;

/// What is sent beside `Action` and `Version`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(pub(super) Vec<(String, String)>);

impl Params {
    pub fn set(&mut self, name: impl Into<String>, value: impl Display) -> &mut Self {
        self.0.push((name.into(), value.to_string()));
        self
    }

    /// Left out when there is none: an empty value is not the same for EC2.
    pub fn opt(&mut self, name: &str, value: Option<impl Display>) -> &mut Self {
        if let Some(value) = value {
            self.set(name, value);
        }
        self
    }

    /// `Name.1`, `Name.2`, …
    pub fn list<T: Display>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = T>,
    ) -> &mut Self {
        for (value, number) in values.into_iter().zip(1..) {
            self.set(format!("{name}.{number}"), value);
        }
        self
    }

    /// Names and values, sorted by name.
    #[must_use]
    pub fn sorted(&self) -> Vec<(String, String)> {
        let mut pairs = self.0.clone();
        pairs.sort();
        pairs
    }
}
