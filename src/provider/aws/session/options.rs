//! How to reach AWS: what the command line, the environment and the user's files decide.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::model::{AccountId, Region};

/// Everything that `connect` needs to know. Plain data; the configuration fills it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--profile`: beats `AWS_PROFILE`, and credentials in the environment too.
    pub profile: Option<String>,
    /// The configured profile, used where neither the flag nor the environment names one.
    pub default_profile: Option<String>,
    /// Read in place of the files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name.
    pub config_file: Option<PathBuf>,
    /// The regions to look in, the home region first. Empty: the region of the standard chain.
    pub regions: Vec<Region>,
    pub access: Access,
    /// Leaves `control` out.
    pub read_only: bool,
    /// Who is at the keyboard, for session names that CloudTrail shows.
    pub user: String,
    /// Time for one call with all its retries; `None` leaves the SDK's own limits.
    pub operation_timeout: Option<Duration>,
    /// Asks for codes of multi-factor devices; without it such a role ends in `MfaNeeded`.
    pub prompt: Option<Arc<dyn Prompt>>,
}

/// How the accounts of the organization are entered.
#[derive(Clone, Debug, Default)]
pub struct Access {
    pub mode: Mode,
    /// The role or permission set to read with. The account that we signed in to needs none.
    pub role: Option<String>,
    /// First match wins.
    pub overrides: Vec<Override>,
    pub external_id: Option<String>,
    /// Seconds; a chained session lasts an hour at most, whatever the role says.
    pub duration: Option<Duration>,
    /// Names the person to CloudTrail; the trust policy must allow `sts:SetSourceIdentity`.
    pub source_identity: bool,
    /// Lets `OrganizationAccountAccessRole` and its like be used for reading.
    pub allow_admin_polling: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// One well-known role in every account, assumed from the account signed in to.
    #[default]
    Role,
    /// IAM Identity Center gives a session per account: `role` is a permission set.
    Sso,
}

/// Another role for some accounts.
#[derive(Clone, Debug, Default)]
pub struct Override {
    pub accounts: Matches,
    pub role: String,
    pub external_id: Option<String>,
}

/// Which accounts are meant; all the given fields must match, none given matches nothing.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    pub account: Option<AccountId>,
    /// A path such as `Environments/Prod` with everything below it.
    pub ou: Option<String>,
    pub name: Option<String>,
}

/// What is known of an account when its role is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub name: String,
    pub ou: String,
}

/// Asks a person. The asker masks what is typed.
#[async_trait]
pub trait Prompt: Send + Sync + fmt::Debug {
    /// The code that `device` shows now; `problem` is what was wrong with the last one. `None`
    /// when the person gives up.
    async fn mfa_code(&self, device: &str, problem: Option<&str>) -> Option<String>;
}

impl Matches {
    fn hold(&self, account: AccountId, known: Option<&Known>) -> bool {
        let ou = |path: &str| {
            known.is_some_and(|known| {
                let below = known.ou.strip_prefix(path);
                below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let name = |name: &str| known.is_some_and(|known| known.name == name);
        let given = self.account.is_some() || self.ou.is_some() || self.name.is_some();
        given
            && self.account.is_none_or(|wanted| wanted == account)
            && self.ou.as_deref().is_none_or(ou)
            && self.name.as_deref().is_none_or(name)
    }
}

impl Access {
    /// The role for an account and the external id that goes with it.
    pub(super) fn role(
        &self,
        account: AccountId,
        known: Option<&Known>,
    ) -> Option<(&str, Option<&str>)> {
        let special = self
            .overrides
            .iter()
            .find(|special| special.accounts.hold(account, known));
        let role = special.map_or(self.role.as_deref(), |special| Some(&special.role))?;
        let external_id = special.and_then(|special| special.external_id.as_deref());
        Some((role, external_id.or(self.external_id.as_deref())))
    }
}

/// Roles that may do anything, which AWS makes by itself.
#[must_use]
pub fn is_admin(role: &str) -> bool {
    ["OrganizationAccountAccessRole", "AWSControlTowerExecution"].contains(&role)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountId {
        "111122223333".parse().expect("twelve digits")
    }

    fn known(name: &str, ou: &str) -> Known {
        Known {
            name: name.into(),
            ou: ou.into(),
        }
    }

    fn access() -> Access {
        let legacy = Matches {
            ou: Some("Environments/Prod".into()),
            name: Some("prod-ml".into()),
            ..Matches::default()
        };
        Access {
            role: Some("awsdeck-readonly".into()),
            external_id: Some("shared".into()),
            overrides: vec![Override {
                accounts: legacy,
                role: "ml-readonly".into(),
                external_id: None,
            }],
            ..Access::default()
        }
    }

    #[test]
    fn an_override_needs_all_its_fields_and_keeps_the_shared_external_id() {
        let ml = known("prod-ml", "Environments/Prod/Region-A");
        let role = |known| {
            access()
                .role(account(), Some(known))
                .map(|(role, id)| (role.to_owned(), id.map(str::to_owned)))
        };
        assert_eq!(
            role(&ml),
            Some(("ml-readonly".into(), Some("shared".into())))
        );
        let app = known("prod-app", "Environments/Prod");
        assert_eq!(
            role(&app).map(|(role, _)| role),
            Some("awsdeck-readonly".into())
        );
    }

    #[test]
    fn an_ou_path_does_not_match_a_longer_name() {
        let other = known("prod-ml", "Environments/Production");
        let role = access()
            .role(account(), Some(&other))
            .map(|(role, _)| role.to_owned());
        assert_eq!(role, Some("awsdeck-readonly".into()));
    }

    #[test]
    fn an_override_without_fields_matches_nothing() {
        assert!(!Matches::default().hold(account(), None));
    }
}
