//! Which environment an account belongs to and what it is for: by rules over unit, name and tags.

mod convention;
mod paths;
mod rule;

use crate::model::{Account, EnvironmentClass, Organization};

pub use convention::{Purpose, purpose};
use paths::Paths;
pub use rule::{AccountMatch, EnvironmentRule};

/// The rules in order; the first that matches wins. An account that none matches is
/// [`EnvironmentClass::Other`] and guarded as production.
#[derive(Clone, Debug, Default)]
pub struct Environments {
    /// Empty: by convention.
    rules: Vec<EnvironmentRule>,
    paths: Paths,
}

impl Environments {
    #[must_use]
    pub fn new(rules: Vec<EnvironmentRule>) -> Self {
        Self {
            rules,
            paths: Paths::default(),
        }
    }

    /// Conventions that fit most organizations: units and accounts named prod, staging, dev and
    /// their kin. Where unit and name disagree the stricter one counts.
    #[must_use]
    pub fn conventional() -> Self {
        Self::new(Vec::new())
    }

    /// The overlays that rules name, each once.
    #[must_use]
    pub fn overlays(&self) -> Vec<String> {
        let named = self
            .rules
            .iter()
            .filter_map(|rule| rule.theme_overlay.clone());
        let mut overlays: Vec<String> = named.collect();
        overlays.sort();
        overlays.dedup();
        overlays
    }

    /// Cheap enough to be asked for every row: the unit's path is remembered.
    #[must_use]
    pub fn class(&self, account: &Account, organization: &Organization) -> EnvironmentClass {
        if self.rules.is_empty() {
            let path = self.paths.path(account, organization);
            convention::class(account, &path)
        } else {
            self.rule(account, organization)
                .map_or(EnvironmentClass::Other, EnvironmentRule::class)
        }
    }

    /// The configured environment of an account: its name and the theme to lay over.
    #[must_use]
    pub fn rule(&self, account: &Account, organization: &Organization) -> Option<&EnvironmentRule> {
        if self.rules.is_empty() {
            return None;
        }
        let path = self.paths.path(account, organization);
        self.rules
            .iter()
            .find(|rule| rule.accounts.holds_at(account, &path, organization))
    }
}

#[cfg(test)]
mod tests;
