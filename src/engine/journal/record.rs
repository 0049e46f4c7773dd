//! One line of the journal and the two chains that it hangs in: that of its run, which an export or
//! a shared store can prove alone, and that of the whole file, in which no run can be left out.

use serde::{Deserialize, Serialize};

use super::RunId;
use crate::engine::{
    clock::Moment,
    machine::Event,
    plan::{Digest, NotCanonical, canon},
};

/// What happened in a run, tied to what happened before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub run: RunId,
    /// Counts from 1 in its run.
    pub n: u64,
    pub when: Moment,
    /// Who did it: a person, or the engine for them.
    pub actor: String,
    /// How often the run had changed hands; a line under an old fence is a zombie's.
    pub fence: u64,
    pub event: Event,
    /// The link of the run's line before.
    pub before: Digest,
    /// The sum over everything above.
    pub link: Digest,
}

/// A line as it stands in a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Counts from 1 in the file.
    pub seq: u64,
    #[serde(flatten)]
    pub entry: Entry,
    /// The hash of the line before it in the file.
    pub prev: Digest,
    pub hash: Digest,
}

/// What the link is over, besides the link before.
#[derive(Serialize)]
struct Linked<'a> {
    run: RunId,
    n: u64,
    kind: &'a str,
    when: &'a Moment,
    actor: &'a str,
    fence: u64,
    event: &'a Event,
}

impl Entry {
    /// What the chain of a run begins with.
    #[must_use]
    pub fn genesis(run: RunId) -> Digest {
        Digest::over(&[b"awsdeck run 1", run.as_bytes()])
    }

    /// The link that the line must have.
    pub fn expected_link(&self) -> Result<Digest, NotCanonical> {
        let body = canon::bytes(&Linked {
            run: self.run,
            n: self.n,
            kind: self.event.kind(),
            when: &self.when,
            actor: &self.actor,
            fence: self.fence,
            event: &self.event,
        })?;
        Ok(Digest::over(&[self.before.as_bytes(), &body]))
    }

    /// Whether the line is what was written.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.expected_link().is_ok_and(|link| link == self.link)
    }

    /// Whether it comes right after `last` in the chain of its run.
    #[must_use]
    pub fn follows(&self, last: Option<&Self>) -> bool {
        match last {
            None => self.n == 1 && self.before == Self::genesis(self.run),
            Some(last) => self.run == last.run && self.n == last.n + 1 && self.before == last.link,
        }
    }
}

impl Record {
    /// What the chain of a file begins with.
    #[must_use]
    pub fn genesis() -> Digest {
        Digest::of(b"awsdeck journal 2")
    }

    /// The hash that the line must have in its file.
    #[must_use]
    pub fn expected_hash(&self) -> Digest {
        let seq = self.seq.to_be_bytes();
        Digest::over(&[self.prev.as_bytes(), &seq, self.entry.link.as_bytes()])
    }

    /// Whether the line, and its place in the file, are what was written.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.entry.is_intact() && self.expected_hash() == self.hash
    }
}
