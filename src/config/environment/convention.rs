//! What the names of units and accounts say where no rule is configured.

use serde::Serialize;

use crate::model::{Account, EnvironmentClass};

/// What an account is for, in the reference architecture's words.
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
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum Purpose {
    Shared,
    App,
    Ml,
}

/// By the tag `purpose`, else by the last part of the account's name: `prod-ml`.
#[must_use]
pub fn purpose(account: &Account) -> Option<Purpose> {
    let tagged = account.tags.get("purpose").and_then(|tag| tag.parse().ok());
    tagged.or_else(|| words(&account.name).last()?.parse().ok())
}

/// The strictest class that the unit's path or the account's name mentions.
pub(super) fn class(account: &Account, path: &str) -> EnvironmentClass {
    mentioned(path)
        .into_iter()
        .chain(mentioned(&account.name))
        .min()
        .unwrap_or_default()
}

/// `EnvironmentClass` is ordered from the strictest on.
fn mentioned(text: &str) -> Option<EnvironmentClass> {
    let mut denied = false;
    let mut found = None;
    for word in words(text) {
        let word = word.to_lowercase();
        let class = match word.as_str() {
            // "non-prod" and "pre-prod" are not production, and nothing says what they are.
            "prod" | "production" | "prd" if denied => None,
            "prod" | "production" | "prd" => Some(EnvironmentClass::Prod),
            "staging" | "stage" | "stg" => Some(EnvironmentClass::Staging),
            "dev" | "development" | "sandbox" | "test" => Some(EnvironmentClass::Dev),
            _ => None,
        };
        denied = matches!(word.as_str(), "non" | "pre");
        found = [found, class].into_iter().flatten().min();
    }
    found
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric())
        .filter(|word| !word.is_empty())
}
