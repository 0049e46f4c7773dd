//! What a run and its steps may do next: states, the events that move them, and the whole standing
//! of a run as the fold of its journal. Pure: no I/O, no clock, no randomness.

pub mod run;
pub mod step;
mod view;

use serde::{Deserialize, Serialize};

pub use run::{Action, Approval, Outcome, Pause, PauseReason};
pub use view::{Illegal, RunView, StepView, Undoing};

use super::plan::StepId;

/// Something that happened to a run or to one of its steps. Journal lines carry one each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Event {
    Run(run::Event),
    Step(StepId, step::Event),
}

impl Event {
    /// The kind's name as the journal has it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Run(event) => event.into(),
            Self::Step(_, event) => event.into(),
        }
    }

    /// Whether it tells the id of something that a step has made or found.
    #[must_use]
    pub const fn tells_what_was_made(&self) -> bool {
        matches!(
            self,
            Self::Step(
                _,
                step::Event::Ack { made: Some(_), .. }
                    | step::Event::LocatedThere { made: Some(_), .. }
                    | step::Event::Settled { made: Some(_) }
                    | step::Event::StepSkipped { made: Some(_), .. }
            )
        )
    }

    #[must_use]
    pub const fn step(&self) -> Option<&StepId> {
        match self {
            Self::Run(_) => None,
            Self::Step(step, _) => Some(step),
        }
    }
}

impl From<run::Event> for Event {
    fn from(event: run::Event) -> Self {
        Self::Run(event)
    }
}
