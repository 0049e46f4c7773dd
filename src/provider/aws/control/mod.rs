//! Performs changes: each is sent once, and what became of it is told as far as it is known.
//!
//! A service is one file here that performs, observes and follows its changes, and one line in each
//! of the three matches below.

mod route53;

use async_trait::async_trait;

use super::session::Sessions;
use crate::{
    model::{Change, change::Standing},
    provider::{self, Accepted, Envelope, Error, Kind, Progress, Result, Sent},
};

/// Changes in any account.
#[derive(Clone, Debug)]
pub struct Control {
    sessions: Sessions,
}

impl Control {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

#[async_trait]
impl provider::Control for Control {
    async fn perform(&self, envelope: &Envelope) -> Sent {
        let (sessions, reference) = (&self.sessions, &envelope.reference);
        match &envelope.change {
            Change::Traffic(change) => route53::upsert(sessions, change, reference).await,
            Change::Network(_) => Sent::NotSent(nowhere(&envelope.change)),
        }
    }

    async fn standing(&self, envelope: &Envelope) -> Result<Standing> {
        match &envelope.change {
            Change::Traffic(change) => route53::standing(&self.sessions, change).await,
            Change::Network(_) => Err(nowhere(&envelope.change)),
        }
    }

    async fn settled(&self, envelope: &Envelope, accepted: &Accepted) -> Result<Progress> {
        match &envelope.change {
            Change::Traffic(change) => route53::settled(&self.sessions, change, accepted).await,
            Change::Network(_) => Err(nowhere(&envelope.change)),
        }
    }
}

/// What no adapter performs.
fn nowhere(change: &Change) -> Error {
    Error::new(Kind::Unavailable {
        service: change.service().into(),
        message: format!("`{}` is not performed on live accounts", change.title()),
    })
}
