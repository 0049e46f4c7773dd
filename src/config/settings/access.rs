//! `[aws.access]`: through which role each account is read and changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AccountMatch;
use crate::model::{Account, Organization};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// Unset: `sso` where the profile has a session of IAM Identity Center, else `hub-role`.
    pub mode: Option<AccessMode>,
    /// The role, or permission set, that reads.
    pub read_role: String,
    /// The role, or permission set, that changes; never used to read.
    pub operate_role: String,
    /// `{user}` is replaced by the name of the person; what AWS does not allow in it by `-`.
    pub session_name: String,
    /// Sends the person as `SourceIdentity`. Off, because a trust policy without
    /// `sts:SetSourceIdentity` then refuses.
    pub source_identity: bool,
    pub external_id: Option<String>,
    /// The first that matches wins.
    #[serde(rename = "override")]
    pub overrides: Vec<AccessOverride>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AccessMode {
    /// Role credentials from IAM Identity Center, without a chain.
    Sso,
    /// Assumes a role of the same name in each account.
    HubRole,
    /// One profile of the AWS configuration for each account, found by its account id.
    Profiles,
}

/// Another role for some accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessOverride {
    #[serde(rename = "match")]
    pub accounts: AccountMatch,
    pub read_role: Option<String>,
    pub operate_role: Option<String>,
    pub external_id: Option<String>,
    /// Lets an administrator's role be used for reading in the background.
    #[serde(default)]
    pub allow_admin_polling: bool,
}

impl Access {
    /// The override for an account, if one matches.
    #[must_use]
    pub fn override_for(
        &self,
        account: &Account,
        organization: &Organization,
    ) -> Option<&AccessOverride> {
        self.overrides
            .iter()
            .find(|rule| rule.accounts.holds(account, organization))
    }
}

impl Default for Access {
    fn default() -> Self {
        Self {
            mode: None,
            read_role: "AwsdeckReadOnly".into(),
            operate_role: "AwsdeckOperator".into(),
            session_name: "awsdeck-{user}".into(),
            source_identity: false,
            external_id: None,
            overrides: Vec::new(),
        }
    }
}
