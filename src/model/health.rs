//! The verdict on a thing: one of seven states, and the reason for it.

use serde::{Deserialize, Serialize};

/// How a thing is. Ordered from harmless to bad, so that the worst of many is their maximum.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum State {
    Off,
    Ok,
    #[default]
    Unknown,
    Working,
    Denied,
    Warning,
    Failed,
}

/// A state and why, in one line without control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    pub state: State,
    pub reason: String,
}

impl Health {
    #[must_use]
    pub fn new(state: State, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { state, reason }
    }

    #[must_use]
    pub fn ok() -> Self {
        Self::new(State::Ok, "")
    }

    /// The worse of the two; the first where they are equally bad.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if other.state > self.state {
            other
        } else {
            self
        }
    }
}
