//! Changes: what one does to the world, and what its sender is told.

use jiff::Timestamp;

use super::{Due, World, server_error, site};
use crate::{
    model::Change,
    provider::{
        Accepted, Envelope, Error, Kind, Result,
        demo::{
            call::Outcome,
            faults::Fault,
            ledger::{Effect, Entry},
        },
    },
};

impl World {
    pub(super) fn perform(&mut self, envelope: &Envelope) -> Outcome {
        self.state.sends += 1;
        let service = "route53";
        let fault = self.state.faults.of_send(self.state.sends).cloned();
        let error = match &fault {
            Some(Fault::Lost(_)) => Error::new(Kind::Unreachable {
                service: service.into(),
                message: "the connection was closed before the answer".into(),
            }),
            _ => server_error(service),
        }
        .at(envelope.change.account(), None);
        match fault {
            Some(Fault::FailBefore(_)) => {
                let reason = "a server error before the effect".into();
                self.note(envelope, Effect::Nothing { reason }, false);
                return Outcome::Unknown(error);
            }
            Some(Fault::Late { after, .. }) => {
                let at = self.now().saturating_add(after).unwrap_or(Timestamp::MAX);
                let external_id = self.change_id();
                self.state.due.push(Due {
                    at,
                    change: envelope.change.clone(),
                    external_id: external_id.clone(),
                });
                self.note(
                    envelope,
                    Effect::Late {
                        due: at,
                        external_id,
                    },
                    false,
                );
                return Outcome::Unknown(error);
            }
            _ => {}
        }
        let external_id = self.change_id();
        if let Err(error) = self.apply(&envelope.change, &external_id, self.now()) {
            let reason = error.kind.to_string();
            self.note(envelope, Effect::Nothing { reason }, true);
            return Outcome::Refused(error.at(envelope.change.account(), None));
        }
        let done = Effect::Done {
            external_id: external_id.clone(),
        };
        self.note(envelope, done, fault.is_none());
        match fault {
            Some(_) => Outcome::Unknown(error),
            None => Outcome::Accepted(Accepted {
                request_id: Some(self.request_id()),
                external_id: Some(external_id),
            }),
        }
    }

    /// Changes the world.
    fn apply(&mut self, change: &Change, external_id: &str, at: Timestamp) -> Result<()> {
        let site = site(&self.estate, change.account())?;
        match change {
            Change::Traffic(change) => {
                let (route53, faults) = (&mut self.state.route53, &self.state.faults);
                route53.change(&self.estate, site, change, external_id, faults, at)
            }
        }
    }

    /// Lets everything happen that was due by now.
    pub(super) fn take_effect(&mut self) {
        let now = self.now();
        let (due, later) = std::mem::take(&mut self.state.due)
            .into_iter()
            .partition(|due: &Due| due.at <= now);
        self.state.due = later;
        for Due {
            at,
            change,
            external_id,
        } in due
        {
            // A late change that the service refuses by then has simply never happened.
            let _ = self.apply(&change, &external_id, at);
        }
    }

    pub(super) fn note(&mut self, envelope: &Envelope, effect: Effect, answered: bool) {
        self.state.ledger.push(Entry {
            number: self.state.ledger.len() as u64 + 1,
            at: self.clock.now(),
            key: envelope.key.clone(),
            reference: envelope.reference.clone(),
            tags: envelope.tags.clone(),
            change: envelope.change.clone(),
            effect,
            answered,
        });
    }

    fn change_id(&self) -> String {
        let what = format!("change/{}", self.state.ledger.len());
        format!("C{}", self.estate.seed.letters(&what, 20))
    }

    fn request_id(&self) -> String {
        self.estate
            .seed
            .uuid(&format!("request/{}", self.state.calls))
    }
}
