//! Ids that are known, or that an earlier step of the same plan will have made.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An id, or the name of the step whose output it will be. As text it is the id itself or
/// `${out:step}`, which a run replaces before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ref<T> {
    Known(T),
    Output(String),
}

/// An id that no step has made yet, where one is needed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the output of step `{0}` is not known yet")]
pub struct Unbound(pub String);

impl<T> Ref<T> {
    /// What the step named `step` makes.
    #[must_use]
    pub fn output(step: &str) -> Self {
        Self::Output(step.into())
    }

    /// The id, once it is known.
    pub fn get(&self) -> Result<&T, Unbound> {
        match self {
            Self::Known(id) => Ok(id),
            Self::Output(step) => Err(Unbound(step.clone())),
        }
    }

    #[must_use]
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(id) => Some(id),
            Self::Output(_) => None,
        }
    }
}

impl<T> From<T> for Ref<T> {
    fn from(id: T) -> Self {
        Self::Known(id)
    }
}

impl<T: fmt::Display> fmt::Display for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(id) => id.fmt(f),
            Self::Output(step) => write!(f, "${{out:{step}}}"),
        }
    }
}

impl<T: fmt::Display> Serialize for Ref<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: TryFrom<String, Error: fmt::Display>> Deserialize<'de> for Ref<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let step = text
            .strip_prefix("${out:")
            .and_then(|rest| rest.strip_suffix('}'));
        match step {
            Some(step) => Ok(Self::output(step)),
            None => T::try_from(text)
                .map(Self::Known)
                .map_err(de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, VpcId};

    #[test]
    fn an_id_and_an_output_are_told_apart_as_text() {
        for (text, is_known) in [("\"vpc-1\"", true), ("\"${out:vpc}\"", false)] {
            let read: Ref<VpcId> = serde_json::from_str(text).expect("a reference");
            assert_eq!(read.known().is_some(), is_known);
            assert_eq!(serde_json::to_string(&read).expect("text"), text);
        }
        let wrong = serde_json::from_str::<Ref<AccountId>>("\"42\"").expect_err("no account");
        assert!(wrong.to_string().contains("twelve-digit"), "{wrong}");
        let open: Ref<AccountId> = Ref::output("account");
        assert_eq!(open.get(), Err(Unbound("account".into())));
    }
}
