//! Why the engine did not do what was asked, sorted by what the reader can do about it.

use super::{arming, confirm, journal, operations, plan::Tampered, runner, shared};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Journal(#[from] journal::Error),
    #[error(transparent)]
    Refusal(#[from] operations::Refusal),
    #[error(transparent)]
    Arming(#[from] arming::Refused),
    #[error(transparent)]
    NotConfirmed(#[from] confirm::NotConfirmed),
    #[error(transparent)]
    Runner(#[from] runner::Error),
    #[error(transparent)]
    Shared(#[from] shared::Error),
    #[error("{0}; nobody knows what others do: `--break-glass REASON` begins without it")]
    Silent(#[source] shared::Error),
    #[error("{path}: {cause}")]
    PlanFile {
        path: String,
        #[source]
        cause: Tampered,
    },
    #[error("{path}: {cause}")]
    Io {
        path: String,
        #[source]
        cause: std::io::Error,
    },
    #[error("the plan expired at {0}; what it was made from may have changed: make a new plan")]
    Expired(jiff::Timestamp),
    #[error("what the plan was made from has changed: {}; make a new plan", .0.join("; "))]
    Drift(Vec<String>),
    /// Rules forbid it, each line one.
    #[error("forbidden: {}", .0.join("; "))]
    Forbidden(Vec<String>),
    #[error("rules warn and nobody has acknowledged it: {}; `--acknowledge RULE` names each", .0.join("; "))]
    Unacknowledged(Vec<String>),
    #[error(
        "{by} has said yes already, or is the same principal as somebody who has; another person must"
    )]
    SamePerson { by: String },
    #[error("nothing to do: everything stands as the plan wants it")]
    NothingToDo,
    #[error("run {run} is {state}: `{asked}` is not possible")]
    NotNow {
        run: super::RunId,
        state: super::machine::run::State,
        asked: String,
    },
    #[error("cannot see whether the plan still holds: {0}")]
    Unseen(#[source] crate::provider::Error),
}

impl Error {
    /// Whether the answer is "no" rather than "it failed": drift, expiry, disarmed, not confirmed.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Arming(_)
            | Self::NotConfirmed(_)
            | Self::Expired(_)
            | Self::Drift(_)
            | Self::Forbidden(_)
            | Self::Unacknowledged(_)
            | Self::SamePerson { .. }
            | Self::NotNow { .. }
            | Self::PlanFile { .. }
            | Self::Journal(
                journal::Error::AlreadyApplied { .. }
                | journal::Error::ScopeHeld { .. }
                | journal::Error::Tampered(_),
            )
            | Self::Runner(runner::Error::ReadOnly)
            | Self::Shared(
                shared::Error::Held(_)
                | shared::Error::ScopeHeld { .. }
                | shared::Error::Applied(_),
            )
            | Self::Refusal(operations::Refusal::Impossible(_)) => true,
            Self::Journal(_)
            | Self::Refusal(_)
            | Self::Runner(_)
            | Self::Shared(_)
            | Self::Silent(_)
            | Self::Io { .. }
            | Self::NothingToDo
            | Self::Unseen(_) => false,
        }
    }

    /// Whether what was asked for is no question at all: an operation or a value that is none.
    #[must_use]
    pub const fn is_mistake(&self) -> bool {
        matches!(
            self,
            Self::Refusal(operations::Refusal::Wrong(_) | operations::Refusal::NoOperation(_))
        )
    }

    /// Whether there was simply nothing to change.
    #[must_use]
    pub const fn is_nothing_to_do(&self) -> bool {
        matches!(
            self,
            Self::NothingToDo | Self::Refusal(operations::Refusal::NothingToDo(_))
        )
    }
}
