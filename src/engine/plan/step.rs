//! One step of a plan: what is done, what must hold before, when it counts as done, how it is undone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Comparison, FactId, Probe, StepId};
use crate::model::{AccountId, Change, Class, HostedZoneId, Region, traffic::Record};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub id: StepId,
    pub title: String,
    /// Why the step is there.
    pub why: String,
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
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Changes one thing through `provider::Control`.
    Change { change: Change },
    /// Waits, because something outside needs that long: a lower bound, never a proof.
    Wait { seconds: u32 },
    /// Asks until the answer is yes.
    Until {
        probe: Probe,
        interval_seconds: u32,
        /// After this long without a yes the run pauses, or goes back where a failure of the step
        /// rolls back.
        limit_seconds: u32,
    },
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
    /// The answer stays yes.
    Holds { probe: Probe },
    /// The change of an earlier step must stand.
    Stands { step: StepId },
    /// The answer stays yes, or nothing can be told: of what is compared with.
    Control { probe: Probe },
    /// The canary does no worse than the stable side.
    Compares { comparison: Box<Comparison> },
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
    /// The answer is yes.
    Holds { probe: Probe },
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
    Inverse { change: Box<Change> },
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

impl Expected {
    #[must_use]
    pub const fn new(typical_seconds: u32, slow_seconds: u32) -> Self {
        Self {
            typical_seconds,
            slow_seconds,
        }
    }

    /// One after the other.
    #[must_use]
    pub const fn then(self, next: Self) -> Self {
        Self {
            typical_seconds: self.typical_seconds.saturating_add(next.typical_seconds),
            slow_seconds: self.slow_seconds.saturating_add(next.slow_seconds),
        }
    }

    /// Side by side.
    #[must_use]
    pub fn longer(self, other: Self) -> Self {
        Self {
            typical_seconds: self.typical_seconds.max(other.typical_seconds),
            slow_seconds: self.slow_seconds.max(other.slow_seconds),
        }
    }
}

impl Step {
    /// A step that makes `change`, with what holds for changes as a rule: its target must stand as
    /// planned, its inverse undoes it, a failure pauses the run.
    #[must_use]
    pub fn change(id: &str, change: Change, why: &str) -> Self {
        let compensation = match change.kind().inverse(id) {
            Some(change) => Compensation::Inverse {
                change: change.into(),
            },
            None => Compensation::None {
                because: "it goes with what it belongs to".into(),
            },
        };
        Self {
            id: id.into(),
            title: change.title(),
            why: why.into(),
            preconditions: vec![Precondition::Stands],
            settle: None,
            compensation,
            on_failure: OnFailure::Pause,
            attempts: 6,
            window_seconds: 300,
            expected: Expected::new(2, 10),
            work: Work::Change { change },
        }
    }

    /// A step that changes nothing: it waits, asks or watches, and takes `expected`.
    #[must_use]
    pub fn read(id: &str, title: String, why: &str, work: Work, expected: Expected) -> Self {
        Self {
            id: id.into(),
            title,
            why: why.into(),
            work,
            preconditions: Vec::new(),
            settle: None,
            compensation: Compensation::None {
                because: "it changes nothing".into(),
            },
            on_failure: OnFailure::Pause,
            attempts: 1,
            window_seconds: 0,
            expected,
        }
    }

    /// The same step, followed until the service has it.
    #[must_use]
    pub fn settling(mut self, interval_seconds: u32, limit_seconds: u32) -> Self {
        self.settle = Some(Settle {
            interval_seconds,
            limit_seconds,
        });
        self
    }

    /// The same step with the time that it takes.
    #[must_use]
    pub const fn taking(mut self, typical_seconds: u32, slow_seconds: u32) -> Self {
        self.expected = Expected::new(typical_seconds, slow_seconds);
        self
    }

    /// The same step, which also needs this before it starts.
    #[must_use]
    pub fn needing(mut self, precondition: Precondition) -> Self {
        self.preconditions.push(precondition);
        self
    }

    #[must_use]
    pub const fn changes(&self) -> Option<&Change> {
        match &self.work {
            Work::Change { change } => Some(change),
            _ => None,
        }
    }

    #[must_use]
    pub fn class(&self) -> Class {
        self.changes().map_or(Class::Read, Change::class)
    }

    /// Where the API that performs it lives.
    #[must_use]
    pub fn region(&self) -> Region {
        self.changes().map_or_else(Region::global, Change::region)
    }

    /// What no two unacknowledged steps may share; the step's own name where it changes nothing.
    #[must_use]
    pub fn scope(&self) -> String {
        self.changes()
            .map_or_else(|| self.id.to_string(), Change::scope)
    }

    #[must_use]
    pub const fn inverse(&self) -> Option<&Change> {
        match &self.compensation {
            Compensation::Inverse { change } => Some(change),
            _ => None,
        }
    }

    /// The account that it reads or changes, where that is known before the run.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match &self.work {
            Work::Change { change } => change.account().known().copied(),
            Work::Answers { account, .. } => Some(*account),
            Work::Until { probe, .. } => probe.account().known().copied(),
            Work::Wait { .. } | Work::Bake { .. } => None,
        }
    }

    /// Every question that it asks.
    pub fn probes(&self) -> impl Iterator<Item = &Probe> {
        let before = self.preconditions.iter().filter_map(|need| match need {
            Precondition::Holds { probe } => Some(probe),
            Precondition::Stands | Precondition::Unchanged { .. } => None,
        });
        let until = match &self.work {
            Work::Until { probe, .. } => Some(probe),
            _ => None,
        };
        let watched = self.watched().iter().filter_map(|watch| match watch {
            Watch::Holds { probe } | Watch::Control { probe } => Some(probe),
            Watch::Stands { .. } | Watch::Compares { .. } => None,
        });
        before.chain(until).chain(watched)
    }

    /// What it watches.
    const fn watched(&self) -> &[Watch] {
        match &self.work {
            Work::Bake { watch, .. } => watch.as_slice(),
            _ => &[],
        }
    }

    /// IAM actions that the role needs for it, each once.
    #[must_use]
    pub fn permissions(&self) -> Vec<&'static str> {
        let changes = [self.changes(), self.inverse()].into_iter().flatten();
        let mut needed: Vec<&'static str> = changes.flat_map(Change::permissions).collect();
        needed.extend(self.probes().flat_map(|probe| probe.permissions()));
        let mut watched = self.watched().iter();
        if watched.any(|watch| matches!(watch, Watch::Compares { .. })) {
            needed.extend(Comparison::PERMISSIONS);
        }
        needed.sort_unstable();
        needed.dedup();
        needed
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
