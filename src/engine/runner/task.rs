//! One thing that is done for one step: what it is given, and what it gives back. Tasks of several
//! steps run side by side; only the runner writes down what they bring.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::RunId;
use crate::{
    engine::{
        clock::Clock,
        machine::{Event, Pause, PauseReason, StepView, step},
        plan::{Digest, Precondition, Probe, Sealed, Step, StepId, Symbol, bind, canon, symbols},
        probe::{self, Seen},
    },
    model::Change,
    provider::{self, Control, Envelope, Kind, Provider},
};

/// Longer than any one read may take, with the provider's own retries.
const ANSWER: Duration = Duration::from_mins(2);
/// Longer than anything takes that goes on by itself before a change can be made or judged.
const ON_ITS_WAY: Duration = Duration::from_mins(45);
/// Between two looks at something that is looked for or on its way.
pub(super) const LOOK: Duration = Duration::from_secs(5);

/// What lies outside the engine.
#[derive(Clone, Copy)]
pub(super) struct Outside<'a> {
    pub(super) provider: &'a Provider,
    pub(super) control: &'a dyn Control,
    pub(super) clock: &'a dyn Clock,
}

/// A step as it stood when its task began.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) run: RunId,
    pub(super) sealed: Arc<Sealed>,
    pub(super) id: StepId,
    pub(super) known: StepView,
    /// The ids of what steps have made.
    pub(super) made: Arc<BTreeMap<StepId, String>>,
    /// How long the step has been in its state.
    pub(super) age: Duration,
    /// How long it has been waited for since a person last said to go on.
    pub(super) patience: Duration,
    /// Looks in a row that gave no answer to what is looked for.
    pub(super) reads: u32,
    /// Nothing new is begun: the run goes back or ends.
    pub(super) ending: bool,
}

/// What a task brought.
#[derive(Default)]
pub(super) struct Next {
    /// Written down together, in this order.
    pub(super) events: Vec<Event>,
    /// Not to be looked at again before that long.
    pub(super) nap: Option<Duration>,
    /// The count of looks from here on.
    pub(super) reads: Option<u32>,
    /// A read failed; the runner decides whether to bear it.
    pub(super) trouble: Option<provider::Error>,
    /// The run should stand still, once nothing is in flight.
    pub(super) pause: Option<Pause>,
}

impl Next {
    pub(super) fn trouble(error: provider::Error) -> Self {
        Self {
            trouble: Some(error),
            ..Self::default()
        }
    }

    pub(super) fn nap(duration: Duration) -> Self {
        Self {
            nap: Some(duration),
            ..Self::default()
        }
    }

    #[must_use]
    pub(super) const fn after_reads(mut self, reads: u32) -> Self {
        self.reads = Some(reads);
        self
    }
}

impl Job {
    pub(super) fn step(&self) -> &Step {
        let step = self.sealed.plan().step(&self.id);
        step.expect("the schedule names steps of the plan")
    }

    /// These happened to the step.
    pub(super) fn happened(&self, events: impl IntoIterator<Item = step::Event>) -> Next {
        let events = events.into_iter();
        Next {
            events: events
                .map(|event| Event::Step(self.id.clone(), event))
                .collect(),
            ..Next::default()
        }
    }

    pub(super) fn failed(&self, error: impl Into<String>) -> Next {
        let error = error.into();
        self.happened([step::Event::StepFailed { error }])
    }

    pub(super) fn pause(&self, reason: PauseReason, text: String) -> Next {
        Next {
            pause: Some(Pause {
                reason,
                step: Some(self.id.clone()),
                text,
            }),
            ..Next::default()
        }
    }

    /// Something goes on by itself: it is looked at again, but not for ever.
    pub(super) fn look_again(&self, text: &str) -> Next {
        if self.patience < ON_ITS_WAY {
            return Next::nap(LOOK);
        }
        let minutes = self.age.as_secs() / 60;
        let text = format!("still on its way after {minutes} min: {text}");
        // Who wants to end waits no longer; what it comes to is told as what is left.
        if self.ending {
            return self.failed(text);
        }
        self.pause(PauseReason::Inconclusive, text)
    }

    /// The value with every symbol replaced by what is known now. An unbound one is a hard stop.
    pub(super) fn bound<T: Serialize + DeserializeOwned>(&self, value: &T) -> Result<T, String> {
        let plan = self.sealed.plan();
        let look_up = |symbol: &Symbol| match symbol {
            Symbol::Fact(id) => plan.facts.get(id).map(|fact| fact.value.clone()),
            Symbol::Out(id) => self.made.get(id).map(|id| json!(id)),
            Symbol::Key => Some(json!(self.sealed.key(self.step()))),
            Symbol::Unknown(_) => None,
        };
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        let bound = bind(value, &look_up).map_err(|symbol| match symbol {
            Symbol::Out(step) => format!("what step `{step}` makes is not known"),
            other => format!("{other:?} is not known"),
        })?;
        serde_json::from_value(bound).map_err(|error| error.to_string())
    }

    /// What the step changes, ready to be sent or looked for.
    pub(super) fn envelope(&self) -> Result<Envelope, String> {
        let change = self.step().changes().ok_or("it changes nothing")?;
        let key = self.sealed.key(self.step());
        self.sealed_in(change, key)
    }

    /// What takes the step back, ready to be sent or looked for.
    pub(super) fn undoing(&self) -> Result<Envelope, String> {
        let change = self.step().inverse().ok_or("nothing takes it back")?;
        let key = self.sealed.undo_key(self.step());
        self.sealed_in(change, key)
    }

    fn sealed_in(&self, change: &Change, key: String) -> Result<Envelope, String> {
        Ok(Envelope {
            change: self.bound(change)?,
            key,
            tags: self.sealed.tags(&self.id),
            reference: format!("{}/{}", self.run, self.id),
        })
    }

    /// Whether the change names something that a step of this run has made.
    pub(super) fn refers_to_what_was_made(&self) -> bool {
        let change = serde_json::to_value(self.step().changes()).unwrap_or(Value::Null);
        let made = symbols(&change).into_iter();
        made.into_iter()
            .any(|symbol| matches!(symbol, Symbol::Out(id) if self.made.contains_key(&id)))
    }

    /// The line that must be on disk before the change leaves.
    pub(super) fn intent(&self, envelope: &Envelope) -> Result<step::Event, String> {
        Ok(step::Event::Intent {
            request: request(&envelope.change)?,
            key: envelope.key.clone(),
            class: envelope.change.class(),
            attempt: self.known.attempt + 1,
        })
    }

    /// Asks one question, with everything in it bound.
    pub(super) async fn ask(&self, outside: Outside<'_>, probe: &Probe) -> Asked {
        let probe = match self.bound(probe) {
            Ok(probe) => probe,
            Err(error) => return Asked::Unbound(error),
        };
        match answer(outside.clock, probe::ask(outside.provider, &probe)).await {
            Ok(seen) => Asked::Seen(seen),
            Err(error) => Asked::Trouble(error),
        }
    }
}

/// What asking came to.
pub(super) enum Asked {
    Seen(Seen),
    Trouble(provider::Error),
    Unbound(String),
}

/// The digest by which an intent and a request are joined.
pub(super) fn request(change: &Change) -> Result<Digest, String> {
    let bytes = canon::bytes(change).map_err(|error| error.to_string())?;
    Ok(Digest::of(&bytes))
}

/// Waits for a read, but not for ever: an endpoint that takes a call and never answers is
/// unreachable.
pub(super) async fn answer<T>(
    clock: &dyn Clock,
    asked: impl Future<Output = provider::Result<T>>,
) -> provider::Result<T> {
    tokio::select! {
        told = asked => told,
        () = clock.sleep(ANSWER) => Err(provider::Error::new(Kind::Unreachable {
            service: "AWS".into(),
            message: format!("no answer within {} s", ANSWER.as_secs()),
        })),
    }
}

pub(super) fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}

/// Everything that differs from what the step rests on, in words.
pub(super) async fn unmet(job: &Job, outside: Outside<'_>) -> Result<Vec<String>, Box<Next>> {
    let mut off = Vec::new();
    for precondition in &job.step().preconditions {
        match precondition {
            Precondition::Stands => {}
            Precondition::Unchanged { fact: id } => {
                let Some(fact) = job.sealed.plan().facts.get(id) else {
                    continue; // sealing has seen that it is there
                };
                let asked = crate::engine::facts::read(outside.provider, &fact.source);
                match answer(outside.clock, asked).await {
                    Ok(now) => {
                        off.extend(crate::engine::facts::difference(id.as_str(), fact, &now));
                    }
                    Err(error) => return Err(Box::new(Next::trouble(error))),
                }
            }
            Precondition::Holds { probe } => match job.ask(outside, probe).await {
                Asked::Seen(seen) if seen.holds == Some(true) => {}
                Asked::Seen(seen) => off.push(seen.text),
                Asked::Trouble(error) => return Err(Box::new(Next::trouble(error))),
                Asked::Unbound(error) => return Err(Box::new(job.failed(error))),
            },
        }
    }
    Ok(off)
}
