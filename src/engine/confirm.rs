//! What a person must do to say yes to exactly this plan.

use std::collections::BTreeSet;

use serde::Serialize;

use super::plan::{Digest, Sealed};
use crate::model::EnvironmentClass;

/// What is asked for, by how much is at stake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Challenge {
    /// One key in a dialog whose default is cancel.
    Key(char),
    /// This text, typed, not pasted.
    Type(String),
}

/// A person's yes to one plan. Only [`Challenge::answer`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    plan: Digest,
    typed: String,
    acknowledged: BTreeSet<String>,
    break_glass: Option<String>,
}

/// What was typed is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{typed}` does not confirm this plan; type `{wanted}`")]
pub struct NotConfirmed {
    pub typed: String,
    pub wanted: String,
}

impl Challenge {
    /// What this plan asks for. The word comes from its digest, so that muscle memory cannot
    /// confirm another plan; an account that no rule knows is guarded as production.
    #[must_use]
    pub fn of(sealed: &Sealed) -> Self {
        match sealed.plan().environment.guarded_as() {
            EnvironmentClass::Dev => Self::Key('y'),
            EnvironmentClass::Staging => Self::Type("staging".into()),
            EnvironmentClass::Prod | EnvironmentClass::Other => {
                Self::Type(format!("prod {}", sealed.digest().phrase()[0]))
            }
        }
    }

    /// The text that confirms.
    #[must_use]
    pub fn wanted(&self) -> String {
        match self {
            Self::Key(key) => key.to_string(),
            Self::Type(text) => text.clone(),
        }
    }

    /// Takes an answer to this plan's own challenge, letter by letter.
    pub fn answer(sealed: &Sealed, typed: &str) -> Result<Confirmation, NotConfirmed> {
        let wanted = Self::of(sealed).wanted();
        let typed = typed.to_owned();
        if typed != wanted {
            return Err(NotConfirmed { typed, wanted });
        }
        let plan = sealed.digest();
        let acknowledged = BTreeSet::new();
        Ok(Confirmation {
            plan,
            typed,
            acknowledged,
            break_glass: None,
        })
    }
}

impl Confirmation {
    #[must_use]
    pub const fn plan(&self) -> Digest {
        self.plan
    }

    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The same yes, in knowledge of what these rules warn of.
    #[must_use]
    pub fn in_spite_of(mut self, rules: impl IntoIterator<Item = String>) -> Self {
        self.acknowledged.extend(rules);
        self
    }

    /// The same yes, even if the store that operators share is silent, for this reason.
    #[must_use]
    pub fn breaking_glass(mut self, reason: Option<String>) -> Self {
        self.break_glass = reason.filter(|reason| !reason.trim().is_empty());
        self
    }

    /// Why the run may go on without the shared store, if it may.
    #[must_use]
    pub fn breaks_glass(&self) -> Option<&str> {
        self.break_glass.as_deref()
    }

    /// Whether the person knows what the rule warns of.
    #[must_use]
    pub fn knows(&self, rule: &str) -> bool {
        self.acknowledged.contains(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::plan::sample;

    fn sealed(environment: EnvironmentClass) -> Sealed {
        let mut plan = sample::switch();
        plan.environment = environment;
        Sealed::seal(plan).expect("whole")
    }

    #[test]
    fn the_ladder_rises_with_the_environment() {
        let challenge = |environment| Challenge::of(&sealed(environment));
        assert_eq!(challenge(EnvironmentClass::Dev), Challenge::Key('y'));
        assert_eq!(
            challenge(EnvironmentClass::Staging),
            Challenge::Type("staging".into())
        );
        for guarded in [EnvironmentClass::Prod, EnvironmentClass::Other] {
            let word = sealed(guarded).digest().phrase()[0];
            assert_eq!(challenge(guarded), Challenge::Type(format!("prod {word}")));
        }
    }

    #[test]
    fn only_the_exact_text_confirms() {
        let plan = sealed(EnvironmentClass::Prod);
        let word = plan.digest().phrase()[0];
        let homoglyph = format!("pr\u{43e}d {word}");
        for typed in [
            "",
            "y",
            "prod",
            &format!("Prod {word}"),
            &format!("prod  {word}"),
            &format!("prod {word} "),
            &homoglyph,
        ] {
            assert!(Challenge::answer(&plan, typed).is_err(), "{typed}");
        }
        let yes = Challenge::answer(&plan, &format!("prod {word}")).expect("exact");
        assert_eq!(yes.plan(), plan.digest());
    }
}
