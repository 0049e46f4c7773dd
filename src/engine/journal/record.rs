//! One line of the journal and the chain that ties it to all before it.

use serde::{Deserialize, Serialize};

use super::RunId;
use crate::engine::{
    clock::Moment,
    machine::Event,
    plan::{Digest, NotCanonical, canon},
};

/// A line as it is written. Its hash covers everything in it and the hash of the line before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub seq: u64,
    pub run: RunId,
    pub when: Moment,
    /// Who did it: a person, or the engine for them.
    pub actor: String,
    /// How often the run had changed hands; a line under an old fence is a zombie's.
    pub fence: u64,
    pub event: Event,
    pub prev: Digest,
    pub hash: Digest,
}

/// What the hash is over, besides the hash of the line before.
#[derive(Serialize)]
struct Hashed<'a> {
    seq: u64,
    run: RunId,
    kind: &'a str,
    when: &'a Moment,
    actor: &'a str,
    fence: u64,
    event: &'a Event,
}

impl Record {
    /// What the chain begins with.
    #[must_use]
    pub fn genesis() -> Digest {
        Digest::of(b"awsdeck journal 1")
    }

    /// The hash that the line must have.
    pub fn expected_hash(&self) -> Result<Digest, NotCanonical> {
        let body = canon::bytes(&Hashed {
            seq: self.seq,
            run: self.run,
            kind: self.event.kind(),
            when: &self.when,
            actor: &self.actor,
            fence: self.fence,
            event: &self.event,
        })?;
        Ok(Digest::over(&[self.prev.as_bytes(), &body]))
    }

    /// Whether the line is what was written.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.expected_hash().is_ok_and(|hash| hash == self.hash)
    }
}
