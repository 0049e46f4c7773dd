//! What was done to the world, in order: the witness that tests trust.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Change, Tags};

/// One mutating request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1 in the life of the world.
    pub number: u64,
    pub at: Timestamp,
    pub key: String,
    pub reference: String,
    pub tags: Tags,
    pub change: Change,
    pub effect: Effect,
    /// Whether the caller was told the truth about it; a lost answer was not.
    pub answered: bool,
}

/// What the request did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It changed the world; the id that the service follows it by.
    Done { external_id: String },
    /// It will change the world at a later moment, which the caller does not know.
    Late { due: Timestamp, external_id: String },
    /// A client token that was used before gave what it gave before.
    Repeated { made: String },
    /// It never got through, or the service said no.
    Nothing { reason: String },
}
