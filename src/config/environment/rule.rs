//! One rule: a match over accounts and the environment that it stands for.

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Account, AccountId, EnvironmentClass, Organization};

/// One `[[env]]` of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentRule {
    /// What the environment is called on screen.
    pub name: String,
    /// Unset: by the name, where it is `prod`, `staging` or `dev`, else `other`.
    class: Option<EnvironmentClass>,
    #[serde(rename = "match")]
    pub accounts: AccountMatch,
    /// A theme's overlay, so that this environment looks different.
    pub theme_overlay: Option<String>,
}

impl EnvironmentRule {
    #[must_use]
    pub fn class(&self) -> EnvironmentClass {
        let named = || self.name.to_lowercase().parse().unwrap_or_default();
        self.class.unwrap_or_else(named)
    }
}

/// Which accounts are meant. Every field that is given must match.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Fields", into = "Fields")]
#[schemars(with = "Fields")]
pub struct AccountMatch {
    fields: Fields,
    name: Option<Regex>,
    account: Option<AccountId>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    /// The path of a unit such as `Environments/Prod`, or its id, with everything below.
    ou: Option<String>,
    /// A regular expression that is found in the account's name.
    name: Option<String>,
    /// `key=value`, or `key` for any value.
    tag: Option<String>,
    /// Twelve digits.
    account: Option<String>,
}

impl TryFrom<Fields> for AccountMatch {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        if fields == Fields::default() {
            return Err(
                "an empty match would match every account: name `ou`, `name`, `tag` or `account`"
                    .into(),
            );
        }
        let name = fields
            .name
            .as_deref()
            .map(Regex::new)
            .transpose()
            .map_err(|error| {
                // The crate draws the pattern over several lines; the last one says what is wrong.
                let text = error.to_string();
                let why = text.lines().last().unwrap_or_default();
                format!(
                    "`name` is no regular expression: {}",
                    why.trim_start_matches("error: ")
                )
            })?;
        let account = fields
            .account
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error: crate::model::id::NotAnAccount| error.to_string())?;
        Ok(Self {
            fields,
            name,
            account,
        })
    }
}

impl From<AccountMatch> for Fields {
    fn from(matched: AccountMatch) -> Self {
        matched.fields
    }
}

impl PartialEq for AccountMatch {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl Eq for AccountMatch {}

impl AccountMatch {
    #[must_use]
    pub fn holds(&self, account: &Account, organization: &Organization) -> bool {
        let path = account
            .parent
            .as_ref()
            .map(|unit| organization.path(unit))
            .unwrap_or_default();
        self.holds_at(account, &path, organization)
    }

    /// The same where the path of the account's unit is known already.
    pub(super) fn holds_at(
        &self,
        account: &Account,
        path: &str,
        organization: &Organization,
    ) -> bool {
        self.account.is_none_or(|id| id == account.id)
            && self
                .fields
                .ou
                .as_deref()
                .is_none_or(|ou| below(ou, account, path, organization))
            && self
                .fields
                .tag
                .as_deref()
                .is_none_or(|tag| tagged(tag, account))
            && self
                .name
                .as_ref()
                .is_none_or(|name| name.is_match(&account.name))
    }
}

fn below(ou: &str, account: &Account, path: &str, organization: &Organization) -> bool {
    if ou.starts_with("ou-") || ou.starts_with("r-") {
        let chain = account
            .parent
            .as_ref()
            .map(|unit| organization.ancestry(unit));
        return chain.is_some_and(|chain| chain.iter().any(|unit| unit.id.as_str() == ou));
    }
    path.strip_prefix(ou.trim_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn tagged(tag: &str, account: &Account) -> bool {
    match tag.split_once('=') {
        Some((key, value)) => account.tags.get(key).is_some_and(|has| has == value),
        None => account.tags.contains_key(tag),
    }
}
