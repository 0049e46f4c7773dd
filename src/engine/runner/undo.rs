//! Taking a step back: the inverse change, with the same care as the change itself.

use std::time::Duration;

use super::{
    Result, Runner, answer,
    send::{passes, request, seconds},
};
use crate::{
    engine::{
        locate::{Finding, judge},
        machine::{Event, PauseReason, StepView, step},
        plan::{Digest, Step, StepId},
    },
    model::{Change, Standing},
    provider::{Accepted, Sent},
};

/// Between two looks at something on its way.
const LOOK: Duration = Duration::from_secs(2);
/// After this long on its way through the service, an undoing change pauses the run.
const LIMIT: Duration = Duration::from_mins(15);

impl Runner<'_> {
    pub(super) async fn undo(&mut self, step: &Step) -> Result<()> {
        let Some(inverse) = self.bound(step, step.inverse())? else {
            return Ok(());
        };
        let standing = match answer(self.clock, self.control.standing(&inverse)).await {
            Ok(standing) => standing,
            Err(error) => return self.trouble(Some(&step.id), &error).await,
        };
        let known = self.view.step(&step.id);
        match standing {
            Standing::Elsewhere(lines) => {
                let error = format!("somebody changed it since: {}", lines.join("; "));
                self.happened(&step.id, step::Event::CompFailed { error })
            }
            Standing::To => self.is_back(step, &inverse, &known).await,
            // Accepted and not to be seen: an old copy answered.
            Standing::From if known.comp_external_id.is_some() && self.view_is_fresh(step) => {
                self.nap(LOOK).await;
                Ok(())
            }
            Standing::From if known.comp_open => {
                let reads = self.count(&step.id);
                let window = seconds(step.window_seconds);
                let age = self.age(step);
                let found = judge(inverse.class(), &Standing::From, age, window, reads);
                if found == Finding::Nowhere {
                    return self.send_back(step, &inverse, &known).await;
                }
                self.nap(LOOK).await;
                Ok(())
            }
            Standing::From => self.send_back(step, &inverse, &known).await,
        }
    }

    /// It stands as before; done once all of the service has that.
    async fn is_back(&mut self, step: &Step, inverse: &Change, known: &StepView) -> Result<()> {
        let accepted = Accepted {
            request_id: None,
            external_id: known.comp_external_id.clone(),
        };
        if accepted.external_id.is_some() {
            match answer(self.clock, self.control.settled(inverse, &accepted)).await {
                Err(error) => return self.trouble(Some(&step.id), &error).await,
                Ok(false) if self.patience_used(step) > LIMIT => {
                    let text = "taking it back is still on its way through the service".into();
                    return self.pause(PauseReason::Inconclusive, Some(&step.id), text);
                }
                Ok(false) => {
                    self.nap(LOOK).await;
                    return Ok(());
                }
                Ok(true) => {}
            }
        }
        self.troubles = 0;
        self.happened(&step.id, step::Event::CompDone)
    }

    async fn send_back(&mut self, step: &Step, inverse: &Change, known: &StepView) -> Result<()> {
        if known.comp_attempt >= step.attempts {
            let error = format!(
                "given up after {} attempts: {}",
                known.comp_attempt,
                known.trouble.clone().unwrap_or_default()
            );
            return self.happened(&step.id, step::Event::CompFailed { error });
        }
        if known.comp_attempt > 0 {
            self.nap(Duration::from_secs(1 << known.comp_attempt.min(5)))
                .await;
        }
        self.reads.remove(&step.id);
        let key = self.undo_key(step);
        self.happened(
            &step.id,
            step::Event::CompIntent {
                request: request(inverse)?,
                key: key.clone(),
                attempt: known.comp_attempt + 1,
            },
        )?;
        let event = match self.perform(step, inverse, &key).await {
            Sent::Accepted(accepted) => step::Event::CompAck {
                external_id: accepted.external_id,
                request_id: accepted.request_id,
            },
            Sent::Unknown(error) => step::Event::CompAmbiguous {
                error: error.trouble().message,
            },
            Sent::NotSent(error) | Sent::Refused(error) => {
                let message = error.trouble().message;
                if passes(&error) {
                    step::Event::CompTried { error: message }
                } else {
                    step::Event::CompFailed { error: message }
                }
            }
        };
        self.happened(&step.id, event)
    }

    /// The key of the undoing send: another request than the step's, so another key.
    fn undo_key(&self, step: &Step) -> String {
        let digest: Digest = self.sealed.digest();
        let undo = StepId::from(format!("{}/undo", step.id).as_str());
        step.inverse().map_or_else(String::new, |inverse| {
            digest.key(&undo, inverse.account(), &step.region)
        })
    }

    /// Whether the step came into its state within its window.
    fn view_is_fresh(&self, step: &Step) -> bool {
        self.age(step) < seconds(step.window_seconds)
    }

    /// What a person's "go on" means for a step that stands still: it is done once more.
    pub(super) fn once_more(&self, step: &StepId) -> Vec<Event> {
        let sealed = std::sync::Arc::clone(&self.sealed);
        let Some(known) = sealed.plan().step(step) else {
            return Vec::new();
        };
        let again = match self.view.state_of(step) {
            step::State::NeedsHuman => known
                .change()
                .and_then(|change| self.intent(known, change).ok()),
            _ => Some(step::Event::CompReopened),
        };
        again
            .map(|event| Event::Step(step.clone(), event))
            .into_iter()
            .collect()
    }
}
