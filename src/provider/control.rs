//! The only way to change anything.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Error, Result};
use crate::model::{
    Change, Tags,
    change::{Mark, Progress, Standing},
};

/// A change as it is sent, with what is computed from the sealed plan's digest and is no part of
/// the plan itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub change: Change,
    /// The idempotency key: a pure function of plan and step, the same for every attempt.
    pub key: String,
    /// Ownership tags for whatever it creates; they are also how it is found again.
    pub tags: Tags,
    /// The run and step, for the session name and the user agent, so that CloudTrail can be joined.
    pub reference: String,
}

impl Envelope {
    /// What tells the objects of its step from all others.
    #[must_use]
    pub fn mark(&self) -> Mark<'_> {
        let tag = |key| self.tags.get(key).map_or("", String::as_str);
        Mark {
            plan: tag(Mark::PLAN),
            step: tag(Mark::STEP),
        }
    }
}

/// What the service answered to a change that it accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The AWS request id.
    pub request_id: Option<String>,
    /// What to follow it by: a Route 53 change id, an EKS update id.
    pub external_id: Option<String>,
    /// The id of what was made, which later steps refer to.
    pub made: Option<String>,
}

/// How one send ended. What is not known is a state of its own: the engine locates, it never guesses.
#[derive(Debug)]
pub enum Sent {
    Accepted(Accepted),
    /// It certainly never reached the service.
    NotSent(Error),
    /// The service said no; nothing changed.
    Refused(Error),
    /// It may have happened: a timeout, a reset, a server error, an unreadable answer.
    Unknown(Error),
}

/// Performs, observes and follows changes. An implementation sends each [`Envelope`] exactly once:
/// retrying is the engine's decision.
#[async_trait]
pub trait Control: Send + Sync {
    async fn perform(&self, envelope: &Envelope) -> Sent;
    /// Reads what the change is about, now, from its source. What it created is told by the
    /// envelope's mark.
    async fn standing(&self, envelope: &Envelope) -> Result<Standing>;
    /// How far an accepted change has got on its way through the service.
    async fn settled(&self, envelope: &Envelope, accepted: &Accepted) -> Result<Progress>;
}
