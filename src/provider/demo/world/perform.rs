//! Changes: what one does to the world, and what its sender is told.

use jiff::Timestamp;

use super::{Due, State, World, server_error};
use crate::{
    model::{Change, Standing},
    provider::{
        Accepted, Envelope, Error, Kind, Progress, Result,
        demo::{
            call::Outcome,
            eks::Beside,
            faults::Fault,
            ledger::{Effect, Entry},
            scene::{Done, Scene, unbound},
        },
    },
};

impl World {
    pub(super) fn perform(&mut self, envelope: &Envelope) -> Outcome {
        self.state.sends += 1;
        let service = envelope.change.service();
        let account = envelope.change.account().known().copied();
        let here = |error: Error| match account {
            Some(account) => error.at(account, None),
            None => error,
        };
        let fault = self.state.faults.of_send(self.state.sends).cloned();
        let error = match &fault {
            Some(Fault::Lost(_)) => Error::new(Kind::Unreachable {
                service: service.into(),
                message: "the connection was closed before the answer".into(),
            }),
            _ => server_error(service),
        };
        let error = here(error);
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
                    envelope: envelope.clone(),
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
        let done = match self.apply(envelope, &external_id, self.now()) {
            Ok(done) => done,
            Err(error) => {
                let reason = error.kind.to_string();
                self.note(envelope, Effect::Nothing { reason }, true);
                return Outcome::Refused(here(error));
            }
        };
        let effect = match &done.made {
            made if done.repeated => Effect::Repeated {
                made: made.clone().or(done.follow.clone()).unwrap_or_default(),
            },
            _ => Effect::Done { external_id },
        };
        self.note(envelope, effect, fault.is_none());
        match fault {
            Some(_) => Outcome::Unknown(error),
            None => Outcome::Accepted(Accepted {
                request_id: Some(self.request_id()),
                external_id: done.follow,
                made: done.made,
            }),
        }
    }

    /// Changes the world.
    fn apply(&mut self, envelope: &Envelope, external_id: &str, at: Timestamp) -> Result<Done> {
        self.state.made += 1;
        let State {
            route53,
            ec2,
            eks,
            iam,
            rds,
            zonal,
            organizations,
            faults,
            quotas,
            made,
            ..
        } = &mut self.state;
        let scene = Scene {
            estate: &self.estate,
            faults,
            quotas,
            at,
            number: *made,
        };
        match &envelope.change {
            Change::Traffic(change) => route53.change(&scene, change, external_id),
            Change::Network(_) => ec2.apply(&scene, envelope),
            Change::Identity(_) => iam.apply(&scene, envelope),
            Change::Cluster(change) => {
                let place = change.at().place().map_err(unbound("eks"))?;
                let network = ec2.network(&scene, &place)?;
                let beside = Beside {
                    iam,
                    network: &network,
                };
                eks.apply(&scene, envelope, &beside)
            }
            Change::Database(_) => rds.apply(&scene, envelope),
            Change::Zonal(change) => zonal.apply(&scene, envelope, change),
            Change::Organization(change) => organizations.apply(&scene, change),
        }
    }

    /// Where a change stands, as reads show it.
    pub(super) fn standing(&self, envelope: &Envelope) -> Result<Standing> {
        let scene = self.scene(self.seen());
        match &envelope.change {
            Change::Traffic(change) => self.state.route53.standing(&scene, change),
            Change::Network(_) => self.state.ec2.standing(&scene, envelope),
            Change::Cluster(_) => self.state.eks.standing(&scene, envelope),
            Change::Identity(_) => self.state.iam.standing(&scene, envelope),
            Change::Database(_) => self.state.rds.standing(&scene, envelope),
            Change::Zonal(change) => self.state.zonal.standing(&scene, envelope, change),
            Change::Organization(change) => self.state.organizations.standing(&scene, change),
        }
    }

    /// How far an accepted change has got.
    pub(super) fn settled(&self, envelope: &Envelope, accepted: &Accepted) -> Result<Progress> {
        let scene = self.scene(self.now());
        match &envelope.change {
            Change::Traffic(_) => self.state.route53.settled(&scene, accepted),
            Change::Network(_) => self.state.ec2.settled(&scene, envelope),
            Change::Cluster(_) => self.state.eks.settled(&scene, envelope, accepted),
            Change::Database(_) => self.state.rds.settled(&scene, envelope),
            // In force as soon as it is accepted.
            Change::Identity(_) | Change::Organization(_) | Change::Zonal(_) => {
                Ok(Progress::settled())
            }
        }
    }

    /// The world at a moment, as its services see it.
    pub(super) fn scene(&self, at: Timestamp) -> Scene<'_> {
        Scene {
            estate: &self.estate,
            faults: &self.state.faults,
            quotas: &self.state.quotas,
            at,
            number: self.state.made,
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
            envelope,
            external_id,
        } in due
        {
            // A late change that the service refuses by then has simply never happened.
            let _ = self.apply(&envelope, &external_id, at);
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
