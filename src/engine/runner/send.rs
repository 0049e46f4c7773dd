//! The way of a change: preconditions, intent, send, locate, settle, confirm.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{Result, Runner, answer};
use crate::{
    engine::{
        facts,
        locate::{Finding, judge},
        machine::{Event, PauseReason, step},
        plan::{Digest, Precondition, Step, StepId, Symbol, bind, canon},
    },
    model::{Change, Standing},
    provider::{self, Accepted, Envelope, Kind, Sent},
};

/// Longer than any one call may take; after it the answer counts as lost.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two reads of something that is looked for.
const LOOK: Duration = Duration::from_secs(5);
/// How long a change without an id to follow must stand before it counts as settled (Route 53:
/// "changes generally propagate to all servers within 60 seconds").
const UNFOLLOWED: Duration = Duration::from_mins(1);

impl Runner<'_> {
    /// Reads again what the step rests on. If all of it holds, the intent is written.
    pub(super) async fn precheck(&mut self, step: &Step) -> Result<()> {
        let Some(change) = self.bound(step, step.change())? else {
            return Ok(());
        };
        self.live(&step.id, step::Event::PrecheckBegan)
            .or_else(|_| {
                // Prechecking already: the process before this one got that far.
                Ok::<(), super::Error>(())
            })?;
        match self.differences(step, &change).await {
            Err(error) => self.trouble(Some(&step.id), &error).await,
            Ok(Standing::To) => self.happened(
                &step.id,
                step::Event::StepSkipped {
                    because: "it stands as wanted already".into(),
                },
            ),
            Ok(Standing::Elsewhere(lines)) => self.happened(&step.id, step::Event::Drift { lines }),
            Ok(Standing::From) => {
                self.troubles = 0;
                let intent = self.intent(step, &change)?;
                let id = || step.id.clone();
                self.record(&[
                    Event::Step(id(), step::Event::PrecheckOk),
                    Event::Step(id(), intent),
                ])
            }
        }
    }

    /// Whether every precondition holds; `To` where there is nothing left to do.
    async fn differences(&self, step: &Step, change: &Change) -> provider::Result<Standing> {
        let mut off = Vec::new();
        for precondition in &step.preconditions {
            match precondition {
                Precondition::Stands => {}
                Precondition::Unchanged { fact: id } => {
                    let Some(fact) = self.sealed.plan().facts.get(id) else {
                        continue; // sealing has seen that it is there
                    };
                    let now = answer(self.clock, facts::read(self.provider, &fact.source)).await?;
                    off.extend(facts::difference(id.as_str(), fact, &now));
                }
                Precondition::Healthy {
                    account,
                    check,
                    what,
                } => {
                    if answer(self.clock, facts::health(self.provider, *account, check)).await?
                        != Some(true)
                    {
                        off.push(format!("{what} is not healthy (health check {check})"));
                    }
                }
            }
        }
        // Last, so that nothing is older than it when the change leaves.
        let standing = answer(self.clock, self.control.standing(change)).await?;
        Ok(match standing {
            Standing::Elsewhere(lines) => {
                off.extend(lines);
                Standing::Elsewhere(off)
            }
            Standing::From if !off.is_empty() => Standing::Elsewhere(off),
            settled => settled,
        })
    }

    pub(super) async fn send(&mut self, step: &Step) -> Result<()> {
        let Some(change) = self.bound(step, step.change())? else {
            return Ok(());
        };
        self.live(&step.id, step::Event::Departed)?;
        match self.perform(step, &change, &self.sealed.key(step)).await {
            Sent::Accepted(accepted) => self.happened(
                &step.id,
                step::Event::Ack {
                    external_id: accepted.external_id,
                    request_id: accepted.request_id,
                },
            ),
            Sent::Unknown(error) => self.happened(
                &step.id,
                step::Event::Ambiguous {
                    error: error.trouble().message,
                },
            ),
            Sent::NotSent(error) | Sent::Refused(error) => {
                let message = error.trouble().message;
                if !passes(&error) {
                    return self.happened(&step.id, step::Event::StepFailed { error: message });
                }
                self.happened(&step.id, step::Event::StepTried { error: message })?;
                if matches!(error.kind, Kind::SignedOut { .. } | Kind::MfaNeeded { .. }) {
                    return self.trouble(Some(&step.id), &error).await;
                }
                Ok(())
            }
        }
    }

    /// Sends one envelope once, and calls silence by its name.
    pub(super) async fn perform(&self, step: &Step, change: &Change, key: &str) -> Sent {
        let envelope = Envelope {
            change: change.clone(),
            key: key.into(),
            tags: self.tags(step),
            reference: format!("{}/{}", self.run, step.id),
        };
        tokio::select! {
            sent = self.control.perform(&envelope) => sent,
            () = self.clock.sleep(PATIENCE) => {
                let message = format!("no answer within {} s", PATIENCE.as_secs());
                let service = change.action().split(':').next().unwrap_or_default().into();
                Sent::Unknown(provider::Error::new(Kind::Unreachable { service, message }))
            }
        }
    }

    /// Sends again after a passing trouble, if there is budget left and all still holds.
    pub(super) async fn retry(&mut self, step: &Step) -> Result<()> {
        let known = self.view.step(&step.id);
        if known.attempt >= step.attempts {
            let error = format!(
                "given up after {} attempts: {}",
                known.attempt,
                known.trouble.unwrap_or_default()
            );
            return self.happened(&step.id, step::Event::StepFailed { error });
        }
        let pause = Duration::from_secs(1 << known.attempt.min(5));
        if let Some(left) = pause
            .checked_sub(self.age(step))
            .filter(|left| !left.is_zero())
        {
            self.nap(left).await;
            return Ok(());
        }
        let Some(change) = self.bound(step, step.change())? else {
            return Ok(());
        };
        match self.differences(step, &change).await {
            Err(error) => self.trouble(Some(&step.id), &error).await,
            Ok(Standing::From) => {
                let intent = self.intent(step, &change)?;
                self.happened(&step.id, intent)
            }
            Ok(Standing::To) => self.happened(
                &step.id,
                step::Event::StepSkipped {
                    because: "it stands as wanted, though no send of ours was accepted".into(),
                },
            ),
            Ok(Standing::Elsewhere(lines)) => self.happened(&step.id, step::Event::Drift { lines }),
        }
    }

    /// Looks for a change whose answer was lost.
    pub(super) async fn locate(&mut self, step: &Step) -> Result<()> {
        let Some(change) = self.bound(step, step.change())? else {
            return Ok(());
        };
        if self.view.state_of(&step.id) == step::State::Ambiguous {
            self.reads.remove(&step.id);
            self.happened(&step.id, step::Event::LocateBegan)?;
        }
        let standing = match answer(self.clock, self.control.standing(&change)).await {
            Ok(standing) => standing,
            Err(error) => return self.trouble(Some(&step.id), &error).await,
        };
        self.troubles = 0;
        let reads = self.count(&step.id);
        let window = seconds(step.window_seconds);
        match judge(step.class(), &standing, self.age(step), window, reads) {
            Finding::There => self.happened(
                &step.id,
                step::Event::LocatedThere {
                    found: change.title(),
                },
            ),
            Finding::LookAgain => {
                self.nap(LOOK).await;
                Ok(())
            }
            Finding::Drift(lines) => self.happened(&step.id, step::Event::Drift { lines }),
            Finding::AskHuman => self.happened(
                &step.id,
                step::Event::HumanNeeded {
                    question: format!("did `{}` happen? A second send would do harm", step.title),
                },
            ),
            Finding::Nowhere => {
                let id = || step.id.clone();
                let nowhere = Event::Step(id(), step::Event::LocatedNowhere { reads });
                let then = if self.view.rolling_back || self.view.stopping {
                    step::Event::StepFailed {
                        error: "it never happened and is not sent again".into(),
                    }
                } else if self.view.step(&step.id).attempt >= step.attempts {
                    step::Event::StepFailed {
                        error: format!("no send of {} took effect", step.attempts),
                    }
                } else {
                    self.intent(step, &change)?
                };
                self.record(&[nowhere, Event::Step(id(), then)])
            }
        }
    }

    /// Follows an accepted change until all of the service has it.
    pub(super) async fn settle(&mut self, step: &Step) -> Result<()> {
        let Some(rule) = &step.settle else {
            return self.happened(&step.id, step::Event::Settled);
        };
        if self.view.state_of(&step.id) == step::State::Acked {
            self.happened(&step.id, step::Event::SettleBegan)?;
        }
        let Some(change) = self.bound(step, step.change())? else {
            return Ok(());
        };
        let known = self.view.step(&step.id);
        let accepted = Accepted {
            request_id: known.request_id,
            external_id: known.external_id,
        };
        let settled = match accepted.external_id {
            Some(_) => answer(self.clock, self.control.settled(&change, &accepted)).await,
            // The answer with the id to follow was lost.
            None => Ok(self.age(step) >= UNFOLLOWED),
        };
        match settled {
            Err(error) => self.trouble(Some(&step.id), &error).await,
            Ok(true) => {
                self.troubles = 0;
                self.happened(&step.id, step::Event::Settled)
            }
            Ok(false) if self.patience_used(step) > seconds(rule.limit_seconds) => {
                let text = format!(
                    "still on its way through the service after {} s",
                    self.age(step).as_secs()
                );
                self.pause(PauseReason::Inconclusive, Some(&step.id), text)
            }
            Ok(false) => {
                self.troubles = 0;
                self.nap(seconds(rule.interval_seconds)).await;
                Ok(())
            }
        }
    }

    /// Sees that what was accepted and settled is really there.
    pub(super) async fn confirm(&mut self, step: &Step) -> Result<()> {
        let Some(change) = self.bound(step, step.change())? else {
            return Ok(());
        };
        match answer(self.clock, self.control.standing(&change)).await {
            Err(error) => self.trouble(Some(&step.id), &error).await,
            Ok(Standing::To) => {
                self.troubles = 0;
                self.happened(&step.id, step::Event::StepDone)
            }
            Ok(Standing::From) if self.age(step) < seconds(step.window_seconds) => {
                self.nap(LOOK).await; // an old copy answered
                Ok(())
            }
            Ok(Standing::From) => {
                let lines = vec!["the change was accepted and is not there".into()];
                self.happened(&step.id, step::Event::Drift { lines })
            }
            Ok(Standing::Elsewhere(lines)) => self.happened(&step.id, step::Event::Drift { lines }),
        }
    }

    pub(super) fn intent(&self, step: &Step, change: &Change) -> Result<step::Event> {
        Ok(step::Event::Intent {
            request: request(change)?,
            key: self.sealed.key(step),
            class: step.class(),
            attempt: self.view.step(&step.id).attempt + 1,
        })
    }

    /// The change with every symbol replaced; an unbound one fails the step and sends nothing.
    pub(super) fn bound(&mut self, step: &Step, change: Option<&Change>) -> Result<Option<Change>> {
        let Some(change) = change else {
            return Ok(None);
        };
        let value = serde_json::to_value(change).unwrap_or(Value::Null);
        let plan = self.sealed.plan();
        let key = self.sealed.key(step);
        let look_up = |symbol: &Symbol| match symbol {
            Symbol::Fact(id) => plan.facts.get(id).map(|fact| fact.value.clone()),
            Symbol::Out(id) => self.view.step(id).external_id.map(|id| json!(id)),
            Symbol::Key => Some(json!(key)),
            Symbol::Unknown(_) => None,
        };
        let bound = bind(value, &look_up)
            .map_err(|symbol| format!("{symbol:?} is not known"))
            .and_then(|value| serde_json::from_value(value).map_err(|error| error.to_string()));
        match bound {
            Ok(change) => Ok(Some(change)),
            Err(error) => {
                self.happened(&step.id, step::Event::StepFailed { error })?;
                Ok(None)
            }
        }
    }

    fn tags(&self, step: &Step) -> BTreeMap<String, String> {
        let plan = self.sealed.plan();
        let digest = self.sealed.digest().to_string();
        BTreeMap::from([
            ("awsdeck:op".into(), self.run.to_string()),
            ("awsdeck:step".into(), step.id.to_string()),
            ("awsdeck:plan".into(), digest[..16].to_owned()),
            ("awsdeck:env".into(), plan.environment.to_string()),
            ("awsdeck:by".into(), plan.author.clone()),
        ])
    }

    /// Counts one more read for a step.
    pub(super) fn count(&mut self, step: &StepId) -> u32 {
        let count = self.reads.entry(step.clone()).or_default();
        *count += 1;
        *count
    }
}

/// The digest by which an intent and a request are joined.
pub(super) fn request(change: &Change) -> Result<Digest> {
    let bytes = canon::bytes(change).map_err(crate::engine::journal::Error::from)?;
    Ok(Digest::of(&bytes))
}

pub(super) fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}

/// Whether a refusal is of the kind that goes away by itself.
pub(super) fn passes(error: &provider::Error) -> bool {
    match &error.kind {
        Kind::Throttled { .. }
        | Kind::SignedOut { .. }
        | Kind::MfaNeeded { .. }
        | Kind::Unreachable { .. } => true,
        Kind::Service { code, .. } => matches!(
            code.as_str(),
            "PriorRequestNotComplete" | "ServiceUnavailable" | "Throttling" | "ThrottlingException"
        ),
        _ => false,
    }
}
