//! `[operations]` and `[[policy]]`: what may be changed, when, and who must say yes.

use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Expression, Period};
use crate::model::EnvironmentClass;

/// What may be changed, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Operations {
    /// Leaves the means to change anything out of the program; it cannot be lifted while running.
    pub read_only: bool,
    pub default_mode: Mode,
    /// Days on which nothing is changed in an environment.
    pub freeze: Vec<Freeze>,
    /// Environments whose plans must name a change request in their reason.
    #[schemars(with = "Vec<String>")]
    pub require_change_id: Vec<EnvironmentClass>,
    /// What a change request looks like.
    pub change_id: String,
    /// When somebody else than the author must say yes in production too.
    pub second_person: Vec<SecondPerson>,
    /// Unfinished runs at once in production.
    #[schemars(range(min = 1, max = 1000))]
    pub max_concurrent_prod: u32,
    /// After a failover nothing fails over again for that long.
    pub cool_down: Period,
    /// Files with rules in Rego (Open Policy Agent), beside this file or absolute.
    pub rego: Vec<String>,
}

/// What asks for a second person in production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecondPerson {
    /// Every plan.
    Always,
    /// Plans with a step that cannot be undone.
    PointOfNoReturn,
    /// Plans that destroy something.
    Destroy,
    /// Plans that reach more than one account.
    SeveralAccounts,
}

/// How the deck starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Changes are possible once armed (`:arm 15m`).
    #[default]
    Disarmed,
    /// The same as `read_only = true`.
    ReadOnly,
}

/// A span of days, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    pub env: EnvironmentClass,
    #[schemars(with = "String")]
    pub from: Date,
    #[schemars(with = "String")]
    pub to: Date,
}

/// One rule over plans: where its match fits and its condition holds, its verdict counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyRule {
    pub name: String,
    /// Which plans it speaks of; every field that is given must fit. Without it: all.
    #[serde(default, rename = "match")]
    pub plans: PlanMatch,
    /// A condition in CEL over `plan`, `accounts`, `steps`, `author` and `now`.
    pub when: Option<Expression>,
    pub verdict: Verdict,
    /// What the reader is told.
    #[serde(default)]
    pub message: String,
}

/// Which plans are meant. A field fits when anything that the plan touches fits it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanMatch {
    pub operation: Option<String>,
    pub env: Option<EnvironmentClass>,
    /// The path of a unit such as `Environments/Prod`, with everything below.
    pub ou: Option<String>,
    /// Twelve digits, or a name.
    pub account: Option<String>,
    /// `key=value`, or `key` for any value.
    pub tag: Option<String>,
    pub region: Option<String>,
    /// `add`, `change`, `replace`, `destroy` or `shift`.
    pub verb: Option<String>,
    /// Local hours such as `22:00-06:00`.
    pub hours: Option<Hours>,
}

/// A span of a day, which may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Hours {
    from: Time,
    to: Time,
}

/// What a rule says, from harmless to forbidden.
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
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Verdict {
    /// It speaks of the plan and has nothing against it.
    Allow,
    /// The reader must acknowledge it by name.
    Warn,
    /// Somebody else than the author must say yes too.
    SecondPerson,
    Deny,
}

impl Hours {
    /// Whether `time` lies within, the beginning included and the end not.
    #[must_use]
    pub fn contains(&self, time: Time) -> bool {
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }
}

impl TryFrom<String> for Hours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let both = text
            .split_once('-')
            .and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?)));
        let (from, to) =
            both.ok_or_else(|| format!("`{text}` are no hours: write them as `22:00-06:00`"))?;
        Ok(Self { from, to })
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        let Hours { from, to } = hours;
        format!(
            "{:02}:{:02}-{:02}:{:02}",
            from.hour(),
            from.minute(),
            to.hour(),
            to.minute()
        )
    }
}

impl Default for Operations {
    fn default() -> Self {
        Self {
            read_only: false,
            default_mode: Mode::default(),
            freeze: Vec::new(),
            require_change_id: Vec::new(),
            change_id: "[A-Z]+-[0-9]+".into(),
            second_person: Vec::new(),
            max_concurrent_prod: 5,
            cool_down: Period::from_secs(30 * 60),
            rego: Vec::new(),
        }
    }
}

impl Operations {
    /// The freeze that covers `day` in an environment, if any. An unmatched account freezes as
    /// production does.
    #[must_use]
    pub fn frozen(&self, class: EnvironmentClass, day: Date) -> Option<&Freeze> {
        self.freeze.iter().find(|freeze| {
            freeze.env.guarded_as() == class.guarded_as() && freeze.from <= day && day <= freeze.to
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_may_go_over_midnight() {
        let night = Hours::try_from("22:00-06:00".to_owned()).expect("hours");
        let at = |text: &str| night.contains(text.parse().expect("a time"));
        assert!(at("22:00") && at("23:59") && at("00:00") && at("05:59"));
        assert!(!at("06:00") && !at("12:00"));
        assert_eq!(String::from(night), "22:00-06:00");
        assert!(Hours::try_from("soon".to_owned()).is_err());
    }
}
