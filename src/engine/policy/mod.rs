//! Whether a plan may be carried out, and who must say yes: the engine's own invariants first, then
//! the rules of the settings, then bundles in Rego. Pure: a plan, a moment and what ran before give
//! rulings. They are sealed into the plan, and given again by the rules then in force when it starts.

mod facts;
mod invariants;
#[cfg(feature = "rego")]
mod rego;
mod rules;
#[cfg(test)]
mod tests;

use std::path::Path;

use jiff::{Timestamp, tz::TimeZone};

use super::plan::{Plan, Ruling, Verdict};
use crate::config::{
    Settings,
    settings::{Operations, PolicyRule, SecondPerson},
};
use crate::model::EnvironmentClass;

/// The rules in force.
#[derive(Clone, Debug)]
pub struct Policy {
    operations: Operations,
    rules: Vec<PolicyRule>,
    #[cfg(feature = "rego")]
    bundle: Option<rego::Bundle>,
    /// In which hours and days are counted.
    zone: TimeZone,
}

/// What happened before, as far as rules ask for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Unfinished runs in production, this plan's own not counted.
    pub unfinished_prod: u32,
    /// When the last failover ended.
    pub last_failover: Option<Timestamp>,
}

/// Rules that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{file}: {message}")]
    Bundle { file: String, message: String },
    #[error(
        "`operations.rego` names rules in Rego, which this build cannot read; build with the feature `rego`"
    )]
    NoRego,
}

impl Policy {
    /// The rules of the settings; files that they name are sought beside `folder`.
    pub fn new(settings: &Settings, folder: &Path) -> Result<Self, Error> {
        #[cfg(not(feature = "rego"))]
        if !settings.operations.rego.is_empty() {
            return Err(Error::NoRego);
        }
        #[cfg(not(feature = "rego"))]
        let _ = folder;
        Ok(Self {
            #[cfg(feature = "rego")]
            bundle: rego::Bundle::read(&settings.operations.rego, folder)?,
            operations: settings.operations.clone(),
            rules: settings.policy.clone(),
            zone: TimeZone::system(),
        })
    }

    /// Everything that anything has to say about the plan, the engine's own first.
    #[must_use]
    pub fn judge(&self, plan: &Plan, now: Timestamp, history: &History) -> Vec<Ruling> {
        let local = now.to_zoned(self.zone.clone());
        let mut rulings = invariants::judge(plan);
        rulings.extend(rules::settings(&self.operations, plan, &local, history));
        let facts = facts::facts(plan, &local);
        rulings.extend(rules::policy(&self.rules, plan, &local, &facts));
        #[cfg(feature = "rego")]
        if let Some(bundle) = &self.bundle {
            rulings.extend(bundle.judge(&facts));
        }
        rulings
    }

    /// How many people must say yes to a plan with these rulings, the author among them.
    #[must_use]
    pub fn people(&self, plan: &Plan, rulings: &[Ruling]) -> u32 {
        let asked = rulings
            .iter()
            .any(|ruling| ruling.verdict == Verdict::SecondPerson);
        let guarded = plan.environment.guarded_as() == EnvironmentClass::Prod;
        let by_setting = |when: &SecondPerson| match when {
            SecondPerson::Always => true,
            SecondPerson::PointOfNoReturn => !plan.points_of_no_return.is_empty(),
            SecondPerson::Destroy => facts::count(plan, crate::model::change::Verb::Destroy) > 0,
            SecondPerson::SeveralAccounts => plan.reach.accounts.len() > 1,
        };
        let set = guarded && self.operations.second_person.iter().any(by_setting);
        if asked || set { 2 } else { 1 }
    }

    /// How long after a failover another one is held back.
    #[must_use]
    pub fn cool_down(&self) -> std::time::Duration {
        self.operations.cool_down.as_duration()
    }
}

impl Default for Policy {
    /// The engine's own invariants, and the defaults of the settings.
    fn default() -> Self {
        Self {
            operations: Operations::default(),
            rules: Vec::new(),
            #[cfg(feature = "rego")]
            bundle: None,
            zone: TimeZone::UTC,
        }
    }
}

/// The rulings that forbid.
pub fn denials(rulings: &[Ruling]) -> impl Iterator<Item = &Ruling> {
    rulings
        .iter()
        .filter(|ruling| ruling.verdict == Verdict::Deny)
}

/// The names of the rules that a reader must acknowledge.
pub fn warnings(rulings: &[Ruling]) -> impl Iterator<Item = &str> {
    rulings
        .iter()
        .filter(|ruling| ruling.verdict == Verdict::Warn)
        .map(|ruling| ruling.rule.as_str())
}
