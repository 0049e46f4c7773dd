//! Which environment an account belongs to: by rules over its unit, name and tags.

use crate::model::{Account, EnvironmentClass, Organization};

/// The rules in order; the first that matches wins. An account that none matches is
/// [`EnvironmentClass::Other`] and guarded as production.
#[derive(Clone, Debug, Default)]
pub struct Environments {
    rules: Vec<Rule>,
}

/// All fields that are given must match.
#[derive(Clone, Debug)]
struct Rule {
    class: EnvironmentClass,
    unit_path: Option<String>,
}

impl Environments {
    /// Conventions that fit most organizations: units named prod, staging, dev and their kin.
    #[must_use]
    pub fn conventional() -> Self {
        let rule = |class, path: &str| Rule {
            class,
            unit_path: Some(path.into()),
        };
        Self {
            rules: vec![
                rule(EnvironmentClass::Prod, "Environments/Prod"),
                rule(EnvironmentClass::Staging, "Environments/Staging"),
                rule(EnvironmentClass::Dev, "Environments/Dev"),
            ],
        }
    }

    #[must_use]
    pub fn class(&self, account: &Account, organization: &Organization) -> EnvironmentClass {
        let path = account
            .parent
            .as_ref()
            .map(|unit| organization.path(unit))
            .unwrap_or_default();
        let hit = |rule: &&Rule| {
            rule.unit_path
                .as_ref()
                .is_none_or(|want| path == *want || path.starts_with(&format!("{want}/")))
        };
        self.rules
            .iter()
            .find(hit)
            .map_or(EnvironmentClass::Other, |rule| rule.class)
    }
}
