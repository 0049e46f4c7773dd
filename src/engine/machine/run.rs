//! A run's states, what moves it between them, and what a person can do in each.

use serde::{Deserialize, Serialize};

use crate::{
    engine::plan::{Digest, Sealed, StepId},
    model::EnvironmentClass,
};

#[derive(
    Clone,
    Copy,
    Debug,
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
    /// Opened for a plan; nobody has said yes yet.
    AwaitingApproval,
    Approved,
    /// A process holds it and has not begun.
    Leased,
    Running,
    Paused,
    /// Every change is made; what it led to is being watched.
    Verifying,
    RollingBack,
    Succeeded,
    RolledBack,
    /// Something could not be put back; what, is listed.
    RollbackPartial,
    /// Ended by a person, kept as it stood.
    Stopped,
    Rejected,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    RunCreated {
        plan: Digest,
        effect: Digest,
        operation: String,
        title: String,
        environment: EnvironmentClass,
        reason: String,
        by: String,
        /// How many people must say yes, the author among them.
        needed: u32,
    },
    /// A person said yes to exactly this plan.
    ApprovalGiven(Approval),
    /// Everybody who is needed has said yes.
    ApprovalGranted {
        plan: Digest,
    },
    /// The yes came too long ago.
    ApprovalExpired {
        because: String,
    },
    ApprovalDenied {
        by: String,
        reason: String,
    },
    /// A process took the run over.
    LeaseTaken {
        host: String,
        pid: u32,
        fence: u64,
    },
    /// The lease was taken on this machine alone, because the store that shares it cannot be reached.
    GlassBroken {
        by: String,
        reason: String,
    },
    /// The process let go in good order; the run can be taken up again.
    LeaseReleased {
        because: String,
    },
    RunStarted,
    VerifyBegan,
    Paused(Pause),
    Resumed {
        by: String,
    },
    /// A person let the run pass a gate.
    GatePassed {
        before: StepId,
        by: String,
        /// What they had to type.
        typed: String,
    },
    RollbackBegan {
        because: String,
        by: String,
    },
    /// A person ended it; what is open is looked for first.
    StopAsked {
        by: String,
        reason: String,
    },
    RunDone {
        outcome: Outcome,
        /// What is left changed, each line naming one thing.
        leftovers: Vec<String>,
    },
}

/// One person's yes to one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub plan: Digest,
    /// Who: an ARN where STS has told it, else a user of a machine.
    pub by: String,
    /// What they had to type.
    pub typed: String,
    /// By what the identity is known: `sts`, `user`.
    pub proof: String,
    /// Microseconds since 1970 UTC; after this it says nothing about effects that have not begun.
    pub expires: i64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::EnumIter)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Succeeded,
    RolledBack,
    RollbackPartial,
    Stopped,
    Expired,
}

/// Why a run stands still, and what would move it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub reason: PauseReason,
    pub step: Option<StepId>,
    /// What happened, in words.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "kebab-case")]
pub enum PauseReason {
    Operator,
    FailedStep,
    Ambiguous,
    /// A precondition no longer holds.
    Drift,
    Credentials,
    Policy,
    Inconclusive,
    ThrottledOut,
    Gate,
    /// The yes came too long ago for what is still to be done.
    ApprovalExpired,
    /// Others went on while the store that shares journal and leases could not be reached.
    LeaseLost,
    /// The time that the objective leaves is used up.
    BudgetExceeded,
    /// Nothing happened for so long that a person should look before it goes on.
    Stale,
}

/// What a person can do about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    Approve,
    Reject,
    /// Have a process take it up (again).
    Start,
    Pause,
    Resume,
    RollBack,
    /// End it and keep things as they stand.
    Stop,
    Detach,
    /// Let it pass the gate it stands before.
    PassGate,
    /// Leave out the step that it stands at, or leave as it is what cannot be taken back.
    Skip,
    /// Say whether an uncertain change happened.
    Answer,
    /// Go on without the store that operators share, while it is silent.
    BreakGlass,
}

impl Event {
    /// How a run of `sealed` begins: opened, and approved by its author. Where more people are
    /// needed it waits for them.
    #[must_use]
    pub fn opening(sealed: &Sealed, yes: Approval, needed: u32) -> Vec<Self> {
        let plan = sealed.plan();
        let created = Self::RunCreated {
            plan: sealed.digest(),
            effect: sealed.effect(),
            operation: plan.operation.clone(),
            title: plan.title.clone(),
            environment: plan.environment,
            reason: plan.reason.clone(),
            by: yes.by.clone(),
            needed,
        };
        let mut events = vec![created, Self::ApprovalGiven(yes)];
        if needed <= 1 {
            let plan = sealed.digest();
            events.push(Self::ApprovalGranted { plan });
        }
        events
    }
}

impl Outcome {
    #[must_use]
    pub const fn state(self) -> State {
        match self {
            Self::Succeeded => State::Succeeded,
            Self::RolledBack => State::RolledBack,
            Self::RollbackPartial => State::RollbackPartial,
            Self::Stopped => State::Stopped,
            Self::Expired => State::Expired,
        }
    }
}

impl State {
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Succeeded
                | Self::RolledBack
                | Self::RollbackPartial
                | Self::Stopped
                | Self::Rejected
                | Self::Expired
        )
    }

    /// What a person can do now. Empty only at the end.
    #[must_use]
    pub const fn actions(self) -> &'static [Action] {
        match self {
            Self::AwaitingApproval => &[Action::Approve, Action::Reject],
            Self::Approved => &[Action::Start, Action::Stop, Action::BreakGlass],
            Self::Leased => &[
                Action::Start,
                Action::Pause,
                Action::Stop,
                Action::Detach,
                Action::BreakGlass,
            ],
            Self::Running | Self::Verifying => &[
                Action::Pause,
                Action::RollBack,
                Action::Stop,
                Action::Detach,
                Action::BreakGlass,
            ],
            Self::Paused => &[
                Action::Resume,
                Action::RollBack,
                Action::Stop,
                Action::PassGate,
                Action::Skip,
                Action::Answer,
                Action::BreakGlass,
            ],
            Self::RollingBack => &[
                Action::Pause,
                Action::Stop,
                Action::Detach,
                Action::BreakGlass,
            ],
            Self::Succeeded
            | Self::RolledBack
            | Self::RollbackPartial
            | Self::Stopped
            | Self::Rejected
            | Self::Expired => &[],
        }
    }

    /// The state after `event`; `forward` is where a pause returns to. `None` where it cannot be.
    #[must_use]
    pub const fn after(self, event: &Event, forward: Self) -> Option<Self> {
        use Event as E;
        use State as S;
        let next = match (self, event) {
            (S::AwaitingApproval, E::RunCreated { .. } | E::ApprovalGiven(_))
            | (S::Approved, E::ApprovalExpired { .. }) => S::AwaitingApproval,
            (S::AwaitingApproval, E::ApprovalGranted { .. })
            | (S::Leased, E::LeaseReleased { .. }) => S::Approved,
            (S::AwaitingApproval, E::ApprovalDenied { .. }) => S::Rejected,
            (S::Approved | S::Leased, E::LeaseTaken { .. }) => S::Leased,
            (
                S::Running | S::Paused | S::Verifying | S::RollingBack,
                E::LeaseTaken { .. }
                | E::LeaseReleased { .. }
                | E::GatePassed { .. }
                | E::GlassBroken { .. }
                | E::ApprovalGiven(_)
                | E::ApprovalExpired { .. },
            )
            | (S::Approved | S::Leased, E::GlassBroken { .. })
            | (
                S::Approved | S::Leased | S::Running | S::Verifying | S::RollingBack,
                E::StopAsked { .. },
            ) => self,
            (S::Leased, E::RunStarted) => S::Running,
            (S::Running, E::VerifyBegan) => S::Verifying,
            (S::Leased | S::Running | S::Verifying | S::RollingBack, E::Paused(_)) => S::Paused,
            (S::Paused, E::Resumed { .. } | E::StopAsked { .. }) => forward,
            (S::Running | S::Paused | S::Verifying, E::RollbackBegan { .. }) => S::RollingBack,
            (S::Approved | S::Leased, E::RunDone { outcome, .. })
                if matches!(outcome, Outcome::Stopped | Outcome::Expired) =>
            {
                outcome.state()
            }
            (S::Running | S::Verifying, E::RunDone { outcome, .. })
                if matches!(outcome, Outcome::Succeeded | Outcome::Stopped) =>
            {
                outcome.state()
            }
            (S::RollingBack, E::RunDone { outcome, .. })
                if matches!(outcome, Outcome::RolledBack | Outcome::RollbackPartial) =>
            {
                outcome.state()
            }
            _ => return None,
        };
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    fn events() -> Vec<Event> {
        let text = String::new;
        let plan = Digest::of(b"");
        let mut events = vec![
            Event::ApprovalGiven(Approval {
                plan,
                by: text(),
                typed: text(),
                proof: text(),
                expires: 0,
            }),
            Event::ApprovalGranted { plan },
            Event::ApprovalExpired { because: text() },
            Event::ApprovalDenied {
                by: text(),
                reason: text(),
            },
            Event::LeaseTaken {
                host: text(),
                pid: 1,
                fence: 1,
            },
            Event::GlassBroken {
                by: text(),
                reason: text(),
            },
            Event::LeaseReleased { because: text() },
            Event::RunStarted,
            Event::VerifyBegan,
            Event::Paused(Pause {
                reason: PauseReason::Operator,
                step: None,
                text: text(),
            }),
            Event::Resumed { by: text() },
            Event::GatePassed {
                before: "x".into(),
                by: text(),
                typed: text(),
            },
            Event::RollbackBegan {
                because: text(),
                by: text(),
            },
            Event::StopAsked {
                by: text(),
                reason: text(),
            },
        ];
        events.extend(Outcome::iter().map(|outcome| Event::RunDone {
            outcome,
            leftovers: Vec::new(),
        }));
        events
    }

    #[test]
    fn the_whole_table_of_transitions() {
        let mut table = Vec::new();
        for state in State::iter() {
            let ways = events().into_iter().filter_map(|event| {
                let next = state.after(&event, State::Running)?;
                let name: &str = (&event).into();
                Some(format!("{name} {next}"))
            });
            let ways: Vec<String> = ways.collect();
            table.push(
                format!("{state}: {}", ways.join(", "))
                    .trim_end()
                    .to_owned(),
            );
        }
        insta::assert_snapshot!(table.join("\n"), @"
        awaiting_approval: ApprovalGiven awaiting_approval, ApprovalGranted approved, ApprovalDenied rejected
        approved: ApprovalExpired awaiting_approval, LeaseTaken leased, GlassBroken approved, StopAsked approved, RunDone stopped, RunDone expired
        leased: LeaseTaken leased, GlassBroken leased, LeaseReleased approved, RunStarted running, Paused paused, StopAsked leased, RunDone stopped, RunDone expired
        running: ApprovalGiven running, ApprovalExpired running, LeaseTaken running, GlassBroken running, LeaseReleased running, VerifyBegan verifying, Paused paused, GatePassed running, RollbackBegan rolling_back, StopAsked running, RunDone succeeded, RunDone stopped
        paused: ApprovalGiven paused, ApprovalExpired paused, LeaseTaken paused, GlassBroken paused, LeaseReleased paused, Resumed running, GatePassed paused, RollbackBegan rolling_back, StopAsked running
        verifying: ApprovalGiven verifying, ApprovalExpired verifying, LeaseTaken verifying, GlassBroken verifying, LeaseReleased verifying, Paused paused, GatePassed verifying, RollbackBegan rolling_back, StopAsked verifying, RunDone succeeded, RunDone stopped
        rolling_back: ApprovalGiven rolling_back, ApprovalExpired rolling_back, LeaseTaken rolling_back, GlassBroken rolling_back, LeaseReleased rolling_back, Paused paused, GatePassed rolling_back, StopAsked rolling_back, RunDone rolled_back, RunDone rollback_partial
        succeeded:
        rolled_back:
        rollback_partial:
        stopped:
        rejected:
        expired:
        ");
    }

    #[test]
    fn ends_absorb_and_everything_else_offers_a_person_something() {
        for state in State::iter() {
            let ways = events()
                .iter()
                .filter_map(|event| state.after(event, State::Running))
                .count();
            assert_eq!(state.is_terminal(), ways == 0, "{state}");
            assert_eq!(state.is_terminal(), state.actions().is_empty(), "{state}");
        }
    }
}
