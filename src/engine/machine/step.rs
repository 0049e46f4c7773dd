//! One step's states and what moves it between them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{engine::plan::Digest, model::Class};

#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum State {
    /// Waits for other steps.
    #[default]
    Blocked,
    Ready,
    /// Its preconditions are being read.
    Prechecking,
    /// The intent is on disk; nothing was sent yet, as far as this process knows.
    Intended,
    /// Sent, no answer yet.
    InFlight,
    /// No answer came: it may have happened.
    Ambiguous,
    /// Being looked for.
    Locating,
    /// Only a person can tell whether it happened.
    NeedsHuman,
    /// A passing trouble; will be sent again under the same key.
    Retrying,
    /// The service accepted it.
    Acked,
    /// Accepted, on its way through the service.
    Settling,
    /// Being verified; for waits and checks, the work itself.
    Checking,
    Done,
    /// It stood as wanted before anything was sent.
    Skipped,
    /// Reality is not what was planned from.
    Halted,
    Failed,
    Compensating,
    Compensated,
    CompFailed,
    /// Left as it is by a person's decision; listed among what is left.
    Orphaned,
}

/// What happened to a step. Times stand beside it in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    StepReady,
    /// Not journaled: reading changes nothing.
    PrecheckBegan,
    PrecheckOk,
    /// What differs from the plan, each line naming one thing.
    Drift {
        lines: Vec<String>,
    },
    /// About to be sent. On disk before the first byte leaves.
    Intent {
        /// Digest of the change as it is sent.
        request: Digest,
        key: String,
        class: Class,
        attempt: u32,
    },
    /// Not journaled: the intent already says that it may be on its way.
    Departed,
    /// On disk before a dependent starts.
    Ack {
        external_id: Option<String>,
        request_id: Option<String>,
        /// The id of what was made.
        made: Option<String>,
    },
    Ambiguous {
        error: String,
    },
    LocateBegan,
    /// The effect is there.
    LocatedThere {
        found: String,
        made: Option<String>,
    },
    /// The effect did not show up in the whole window.
    LocatedNowhere {
        reads: u32,
    },
    HumanNeeded {
        question: String,
    },
    SettleBegan,
    Settled {
        /// For what is made while it is followed, its id.
        made: Option<String>,
    },
    CheckBegan,
    CheckSample {
        /// Answers by side.
        by_side: BTreeMap<String, u32>,
        strange: u32,
        lost: u32,
        text: String,
    },
    CheckVerdict {
        verdict: Verdict,
        text: String,
    },
    StepDone,
    /// It is not done: it stands as wanted already, or a person decided so.
    StepSkipped {
        because: String,
        /// What stood there already, for the steps that refer to it.
        made: Option<String>,
    },
    /// A passing trouble: nothing happened.
    StepTried {
        error: String,
    },
    StepFailed {
        error: String,
    },
    /// A person let it start over, from its preconditions.
    Reopened,
    CompIntent {
        request: Digest,
        key: String,
        attempt: u32,
    },
    CompAck {
        external_id: Option<String>,
        request_id: Option<String>,
    },
    CompAmbiguous {
        error: String,
    },
    CompTried {
        error: String,
    },
    CompDone,
    CompFailed {
        error: String,
    },
    /// A person let taking it back be tried again.
    CompReopened,
    /// A person decided to leave it as it is.
    CompSkipped {
        because: String,
    },
}

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    Pass,
    Fail,
    /// Too little was seen to say either.
    Inconclusive,
}

impl State {
    /// The state after `event`, or `None` where that cannot happen.
    #[must_use]
    pub const fn after(self, event: &Event) -> Option<Self> {
        use Event as E;
        use State as S;
        let next = match (self, event) {
            (S::Blocked, E::StepReady) | (S::Halted | S::Failed, E::Reopened) => S::Ready,
            (S::Ready, E::PrecheckBegan) | (S::Ready | S::Prechecking, E::PrecheckOk) => {
                S::Prechecking
            }
            (
                S::Ready
                | S::Prechecking
                | S::Retrying
                | S::Halted
                | S::Failed
                | S::NeedsHuman
                | S::Checking,
                E::StepSkipped { .. },
            ) => S::Skipped,
            (
                S::Ready
                | S::Prechecking
                | S::Retrying
                | S::Ambiguous
                | S::Locating
                | S::Acked
                | S::Settling
                | S::Checking,
                E::Drift { .. },
            ) => S::Halted,
            (S::Prechecking | S::Retrying | S::Locating | S::NeedsHuman, E::Intent { .. }) => {
                S::Intended
            }
            (S::Intended, E::Departed) => S::InFlight,
            (S::Intended | S::InFlight, E::Ack { .. })
            | (S::Ambiguous | S::Locating | S::NeedsHuman, E::LocatedThere { .. }) => S::Acked,
            (S::Intended | S::InFlight, E::Ambiguous { .. }) => S::Ambiguous,
            (S::Ambiguous, E::LocateBegan) | (S::Locating, E::LocatedNowhere { .. }) => S::Locating,
            (S::Ambiguous | S::Locating, E::HumanNeeded { .. }) => S::NeedsHuman,
            (S::Intended | S::InFlight, E::StepTried { .. }) => S::Retrying,
            (S::Acked, E::SettleBegan) => S::Settling,
            (S::Acked | S::Settling, E::Settled { .. })
            | (S::Ready | S::Prechecking, E::CheckBegan)
            | (S::Checking, E::CheckSample { .. } | E::CheckVerdict { .. }) => S::Checking,
            (S::Checking, E::StepDone) => S::Done,
            (
                S::Ready
                | S::Prechecking
                | S::Intended
                | S::InFlight
                | S::Retrying
                | S::Locating
                | S::Settling
                | S::Checking,
                E::StepFailed { .. },
            ) => S::Failed,
            (from, E::CompIntent { .. }) if from.can_be_undone() => S::Compensating,
            (
                S::Compensating,
                E::CompAck { .. } | E::CompAmbiguous { .. } | E::CompTried { .. },
            )
            | (S::CompFailed, E::CompReopened) => S::Compensating,
            (from, E::CompDone) if from.can_be_undone() => S::Compensated,
            (from, E::CompFailed { .. }) if from.can_be_undone() => S::CompFailed,
            (S::CompFailed, E::CompSkipped { .. }) => S::Orphaned,
            _ => return None,
        };
        Some(next)
    }

    /// Whether dependents may start.
    #[must_use]
    pub const fn is_passed(self) -> bool {
        matches!(self, Self::Done | Self::Skipped)
    }

    /// Whether an intent stands open: something may be on its way.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Intended | Self::InFlight | Self::Ambiguous | Self::Locating
        )
    }

    /// Whether what it may have done can be taken back from here.
    #[must_use]
    pub const fn can_be_undone(self) -> bool {
        matches!(
            self,
            Self::Acked
                | Self::Settling
                | Self::Checking
                | Self::Done
                | Self::Halted
                | Self::Failed
                | Self::NeedsHuman
                | Self::Compensating
                | Self::CompFailed
        )
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    /// One event of each kind.
    fn events() -> Vec<Event> {
        let text = String::new;
        let request = Digest::of(b"");
        vec![
            Event::StepReady,
            Event::PrecheckBegan,
            Event::PrecheckOk,
            Event::Drift { lines: Vec::new() },
            Event::Intent {
                request,
                key: text(),
                class: Class::Set,
                attempt: 1,
            },
            Event::Departed,
            Event::Ack {
                external_id: None,
                request_id: None,
                made: None,
            },
            Event::Ambiguous { error: text() },
            Event::LocateBegan,
            Event::LocatedThere {
                found: text(),
                made: None,
            },
            Event::LocatedNowhere { reads: 3 },
            Event::HumanNeeded { question: text() },
            Event::SettleBegan,
            Event::Settled { made: None },
            Event::CheckBegan,
            Event::CheckSample {
                by_side: BTreeMap::new(),
                strange: 0,
                lost: 0,
                text: text(),
            },
            Event::CheckVerdict {
                verdict: Verdict::Pass,
                text: text(),
            },
            Event::StepDone,
            Event::StepSkipped {
                because: text(),
                made: None,
            },
            Event::StepTried { error: text() },
            Event::StepFailed { error: text() },
            Event::Reopened,
            Event::CompIntent {
                request,
                key: text(),
                attempt: 1,
            },
            Event::CompAck {
                external_id: None,
                request_id: None,
            },
            Event::CompAmbiguous { error: text() },
            Event::CompTried { error: text() },
            Event::CompDone,
            Event::CompFailed { error: text() },
            Event::CompReopened,
            Event::CompSkipped { because: text() },
        ]
    }

    #[test]
    fn the_whole_table_of_transitions() {
        let mut table = Vec::new();
        for state in State::iter() {
            let ways = events().into_iter().filter_map(|event| {
                let name: &str = (&event).into();
                state.after(&event).map(|next| format!("{name} {next}"))
            });
            let ways: Vec<String> = ways.collect();
            table.push(
                format!("{state}: {}", ways.join(", "))
                    .trim_end()
                    .to_owned(),
            );
        }
        insta::assert_snapshot!(table.join("\n"), @"
        blocked: StepReady ready
        ready: PrecheckBegan prechecking, PrecheckOk prechecking, Drift halted, CheckBegan checking, StepSkipped skipped, StepFailed failed
        prechecking: PrecheckOk prechecking, Drift halted, Intent intended, CheckBegan checking, StepSkipped skipped, StepFailed failed
        intended: Departed in_flight, Ack acked, Ambiguous ambiguous, StepTried retrying, StepFailed failed
        in_flight: Ack acked, Ambiguous ambiguous, StepTried retrying, StepFailed failed
        ambiguous: Drift halted, LocateBegan locating, LocatedThere acked, HumanNeeded needs_human
        locating: Drift halted, Intent intended, LocatedThere acked, LocatedNowhere locating, HumanNeeded needs_human, StepFailed failed
        needs_human: Intent intended, LocatedThere acked, StepSkipped skipped, CompIntent compensating, CompDone compensated, CompFailed comp_failed
        retrying: Drift halted, Intent intended, StepSkipped skipped, StepFailed failed
        acked: Drift halted, SettleBegan settling, Settled checking, CompIntent compensating, CompDone compensated, CompFailed comp_failed
        settling: Drift halted, Settled checking, StepFailed failed, CompIntent compensating, CompDone compensated, CompFailed comp_failed
        checking: Drift halted, CheckSample checking, CheckVerdict checking, StepDone done, StepSkipped skipped, StepFailed failed, CompIntent compensating, CompDone compensated, CompFailed comp_failed
        done: CompIntent compensating, CompDone compensated, CompFailed comp_failed
        skipped:
        halted: StepSkipped skipped, Reopened ready, CompIntent compensating, CompDone compensated, CompFailed comp_failed
        failed: StepSkipped skipped, Reopened ready, CompIntent compensating, CompDone compensated, CompFailed comp_failed
        compensating: CompIntent compensating, CompAck compensating, CompAmbiguous compensating, CompTried compensating, CompDone compensated, CompFailed comp_failed
        compensated:
        comp_failed: CompIntent compensating, CompDone compensated, CompFailed comp_failed, CompReopened compensating, CompSkipped orphaned
        orphaned:
        ");
    }

    #[test]
    fn every_state_is_reached_and_only_ends_have_no_way_out() {
        let mut reached = std::collections::BTreeSet::from([State::Blocked]);
        loop {
            let more: Vec<State> = reached
                .iter()
                .flat_map(|state| events().into_iter().filter_map(|event| state.after(&event)))
                .filter(|state| !reached.contains(state))
                .collect();
            if more.is_empty() {
                break;
            }
            reached.extend(more);
        }
        assert_eq!(reached.len(), State::iter().count());
        let stuck: Vec<State> = State::iter()
            .filter(|state| events().iter().all(|event| state.after(event).is_none()))
            .collect();
        assert_eq!(stuck, [State::Skipped, State::Compensated, State::Orphaned]);
    }

    #[test]
    fn nothing_is_sent_twice_without_having_been_looked_for() {
        let intent = events().swap_remove(4);
        let may_send: Vec<State> = State::iter()
            .filter(|state| state.after(&intent).is_some())
            .collect();
        assert_eq!(
            may_send,
            [
                State::Prechecking,
                State::Locating,
                State::NeedsHuman,
                State::Retrying
            ]
        );
    }
}
