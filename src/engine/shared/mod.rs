//! A journal that operators on several machines share: runs, leases, requests and approvals as
//! objects that are only ever written under a condition.
//!
//! ```text
//! runs/<run>.json          the sealed plan
//! plans/<digest>.json      which run carries that plan out: one, unless it was rejected
//! lines/<run>/<n>.json     lines n, n+1, … of the run, as they were written; never overwritten
//! leases/<run>.json        who executes it, renewed while that process lives
//! asked/<run>/<uuid>.json  what somebody asks of whoever executes it
//! locks/<scope>.json       which run holds a scope, until that run has ended
//! ```
//!
//! The next line of a run can be written by one machine only, whoever thinks it holds the lease: the
//! number of the line is the object's name. So a process that was given up for dead and comes back
//! finds its line taken, and sends nothing that is not written down.

mod lease;
mod log;
mod scopes;
mod unfit;

use std::{sync::Arc, time::Duration};

pub use lease::{Holder, Lease, Taken};
pub use log::{Appended, Heard};
pub use unfit::Unfit;

use crate::provider::{self, Objects};

/// The bucket, and for how long a lease in it lasts.
#[derive(Clone)]
pub struct Shared {
    objects: Arc<dyn Objects>,
    /// A lease that nobody renews for this long can be taken over.
    life: Duration,
    /// How many of a runner's seconds pass in one of the store's.
    pace: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody knows what became of it.
    #[error("the shared store does not answer: {0}")]
    Unreachable(#[from] provider::Error),
    #[error("the shared store holds something else than awsdeck wrote: {key}: {what}")]
    Damaged { key: String, what: String },
    #[error("{} executes the run on {} since {}; it can be taken over when its lease runs out", .0.by, .0.host, .0.since)]
    Held(Box<Holder>),
    #[error("run {by} holds `{scope}` and has not ended; end or resume it first")]
    ScopeHeld { scope: String, by: super::RunId },
    #[error("run {0} carries this plan out already; make a new plan")]
    Applied(super::RunId),
    #[error("another machine has taken the run over; this one has let go of it")]
    Lost,
    /// Two machines could execute one run through it.
    #[error("runs cannot be shared there: {0}")]
    Unfit(#[from] Unfit),
}

impl Error {
    /// Whether the store said nothing at all, so that nothing is known of what others do.
    #[must_use]
    pub const fn is_silence(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }
}

pub type Result<T> = std::result::Result<T, Error>;

impl Shared {
    #[must_use]
    pub fn new(objects: Arc<dyn Objects>, life: Duration) -> Self {
        let pace = 1;
        Self {
            objects,
            life,
            pace,
        }
    }

    /// For runners whose clocks go `pace` times as fast as the store's.
    #[must_use]
    pub fn paced(self, pace: u32) -> Self {
        Self { pace, ..self }
    }

    /// Where it is, for people.
    #[must_use]
    pub fn name(&self) -> String {
        self.objects.name()
    }

    /// The region that it depends on.
    #[must_use]
    pub fn region(&self) -> crate::model::Region {
        self.objects.region()
    }
}
