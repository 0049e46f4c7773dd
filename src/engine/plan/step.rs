//! One step of a plan: what is done, what must hold before, when it counts as done, how it is undone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FactId, StepId};
use crate::model::{
    AccountId, Change, Class, HealthCheckId, HostedZoneId, Region, traffic::Record,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub id: StepId,
    pub title: String,
    /// Why the step is there.
    pub why: String,
    /// Where the API that performs it lives.
    pub region: Region,
    pub work: Work,
    pub preconditions: Vec<Precondition>,
    pub settle: Option<Settle>,
    pub compensation: Compensation,
    /// What happens by itself when the step fails for good.
    pub on_failure: OnFailure,
    /// Sends before a passing trouble counts as a failure.
    pub attempts: u32,
    /// How long an effect of a lost answer may stay invisible: absence is no evidence before.
    pub window_seconds: u32,
    pub expected: Expected,
    /// IAM actions that the role needs for this step.
    pub permissions: Vec<String>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Changes one thing through `provider::Control`.
    Change { change: Change },
    /// Waits, because something outside needs that long: a lower bound, never a proof.
    Wait { seconds: u32 },
    /// Asks the zone's own name servers until the answers have the expected shares.
    Answers {
        account: AccountId,
        zone: HostedZoneId,
        /// The group as it shall answer.
        sides: Vec<Record>,
        /// Queries per sample.
        samples: u32,
        /// Between two samples.
        interval_seconds: u32,
        /// After this long without agreement the check is inconclusive.
        limit_seconds: u32,
    },
    /// Watches for a while that what was reached stays and stays healthy.
    Bake {
        seconds: u32,
        interval_seconds: u32,
        watch: Vec<Watch>,
    },
}

/// What must stay true during a bake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "watch", rename_all = "snake_case")]
pub enum Watch {
    /// A health check that must pass; `what` is whose.
    Healthy {
        account: AccountId,
        check: HealthCheckId,
        what: String,
    },
    /// The change of an earlier step must stand.
    Stands { step: StepId },
}

/// What is read again right before a step starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "need", rename_all = "snake_case")]
pub enum Precondition {
    /// The change's target stands as it was planned from. Standing already as wanted skips the
    /// step; anything else is drift.
    Stands,
    /// The fact reads as it did.
    Unchanged { fact: FactId },
    /// A health check passes; `what` is whose.
    Healthy {
        account: AccountId,
        check: HealthCheckId,
        what: String,
    },
}

/// When an accepted change has reached all of its service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settle {
    pub interval_seconds: u32,
    pub limit_seconds: u32,
}

/// How a step is undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "undo", rename_all = "snake_case")]
pub enum Compensation {
    /// Nothing to undo.
    None { because: String },
    /// The inverse change, with its own three-way check: nobody else's work is overwritten.
    Inverse { change: Change },
    /// It cannot be undone.
    Irreversible { consequence: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    Pause,
    RollBack,
}

/// How long a step takes: typically, and in one of twenty cases longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub typical_seconds: u32,
    pub slow_seconds: u32,
}

impl Step {
    #[must_use]
    pub const fn change(&self) -> Option<&Change> {
        match &self.work {
            Work::Change { change } => Some(change),
            _ => None,
        }
    }

    #[must_use]
    pub const fn class(&self) -> Class {
        match &self.work {
            Work::Change { change } => change.class(),
            _ => Class::Read,
        }
    }

    /// What no two unacknowledged steps may share; the step's own name where it changes nothing.
    #[must_use]
    pub fn conflict_key(&self) -> String {
        self.change()
            .map_or_else(|| self.id.to_string(), Change::conflict_key)
    }

    #[must_use]
    pub const fn inverse(&self) -> Option<&Change> {
        match &self.compensation {
            Compensation::Inverse { change } => Some(change),
            _ => None,
        }
    }

    /// The accounts that it reads or changes.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match &self.work {
            Work::Change { change } => Some(change.account()),
            Work::Answers { account, .. } => Some(*account),
            Work::Wait { .. } | Work::Bake { .. } => None,
        }
    }
}

/// The wanted share of answers of each side, in percent.
#[must_use]
pub fn expected_shares(sides: &[Record]) -> BTreeMap<String, f64> {
    let weights: Vec<u8> = sides.iter().filter_map(Record::weight).collect();
    let names = sides
        .iter()
        .filter(|side| side.weight().is_some())
        .map(|side| side.set_identifier.clone().unwrap_or_default());
    names.zip(crate::model::traffic::shares(&weights)).collect()
}
