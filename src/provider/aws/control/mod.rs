//! Performs changes: each is sent once, and what became of it is told as far as it is known.
//!
//! A service is one file here that performs, observes and follows its changes, and one line in each
//! of the three matches below.

mod capacity;
mod ec2;
mod eks;
mod iam;
mod organizations;
mod rds;
mod route53;
mod zonal;

use async_trait::async_trait;
use aws_smithy_types::retry::RetryConfig;
use aws_types::app_name::AppName;

use super::session::Sessions;
use crate::{
    model::{Change, Tags, change::Standing},
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
            Change::Network(change) => ec2::perform(sessions, envelope, change).await,
            Change::Cluster(change) if change.is_of_ec2() => {
                capacity::perform(sessions, change, envelope).await
            }
            Change::Cluster(change) => Box::pin(eks::perform(sessions, change, envelope)).await,
            Change::Identity(change) => iam::perform(sessions, change, envelope).await,
            Change::Database(change) => rds::perform(sessions, change, envelope).await,
            Change::Zonal(change) => zonal::perform(sessions, change, envelope).await,
            Change::Organization(change) => {
                organizations::perform(sessions, change, reference).await
            }
        }
    }

    async fn standing(&self, envelope: &Envelope) -> Result<Standing> {
        match &envelope.change {
            Change::Traffic(change) => route53::standing(&self.sessions, change).await,
            Change::Network(change) => ec2::standing(&self.sessions, envelope, change).await,
            Change::Cluster(change) => eks::standing(&self.sessions, change, envelope).await,
            Change::Identity(change) => iam::standing(&self.sessions, change, envelope).await,
            Change::Database(change) => rds::standing(&self.sessions, change, envelope).await,
            Change::Zonal(change) => zonal::standing(&self.sessions, change, envelope).await,
            Change::Organization(change) => organizations::standing(&self.sessions, change).await,
        }
    }

    async fn settled(&self, envelope: &Envelope, accepted: &Accepted) -> Result<Progress> {
        match &envelope.change {
            Change::Traffic(change) => route53::settled(&self.sessions, change, accepted).await,
            Change::Network(change) => ec2::settled(&self.sessions, envelope, change).await,
            Change::Cluster(change) => {
                eks::settled(&self.sessions, change, envelope, accepted).await
            }
            Change::Database(change) => rds::settled(&self.sessions, change, envelope).await,
            // In force as soon as it is accepted.
            Change::Identity(_) | Change::Organization(_) | Change::Zonal(_) => {
                Ok(Progress::settled())
            }
        }
    }
}

/// The engine decides what a lost answer means, so nothing here sends a second time.
fn once() -> RetryConfig {
    RetryConfig::disabled()
}

/// What CloudTrail shows in the user agent, so that it can be joined with the journal.
fn agent(reference: &str) -> Option<AppName> {
    AppName::new(name_of(reference)).ok()
}

/// `awsdeck-` and the reference, other characters than the user agent takes replaced.
fn name_of(reference: &str) -> String {
    let fits = |char: char| char.is_ascii_alphanumeric() || "-._".contains(char);
    let safe = reference.chars().take(100);
    let safe = safe.map(|char| if fits(char) { char } else { '-' });
    "awsdeck-".chars().chain(safe).collect()
}

/// A creation's own tags and those that make it ours.
fn tagged(own: &Tags, envelope: &Envelope) -> Tags {
    let mut tags = own.clone();
    tags.extend(envelope.tags.clone());
    tags
}

/// A change that reaches the adapter with a gap in it is a defect of the sender.
fn unbound(service: &str, gap: &crate::model::change::Unbound) -> Error {
    Error::new(Kind::Service {
        service: service.into(),
        code: "NotSendable".into(),
        message: gap.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_made_fit_for_a_user_agent() {
        assert_eq!(name_of("018f/switch:1 ü"), "awsdeck-018f-switch-1--");
        assert!(agent(&"x y/".repeat(90)).is_some());
    }
}
