//! How to reach AWS: what the command line and the user's settings decide beside the standard
//! settings of AWS itself.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use crate::{
    config::{
        Settings,
        settings::{Access, AccessOverride, Shared},
    },
    model::Region,
    provider::Prompt,
};

/// Everything that `connect` needs to know.
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
    /// Through which role each account is entered.
    pub access: Access,
    /// Leaves `control` out.
    pub read_only: bool,
    /// Who is at the keyboard, for session names that CloudTrail shows.
    pub user: String,
    /// Time for one request; `None` leaves the SDK's own limits.
    pub request_timeout: Option<Duration>,
    /// Asks for codes of multi-factor devices; without it such a role ends in `MfaNeeded`.
    pub prompt: Option<Arc<dyn Prompt>>,
    /// Asked instead of a zone's own name servers: an emulator has none in the public DNS.
    pub dns_servers: Vec<SocketAddr>,
    /// The bucket that operators share.
    pub shared: Shared,
}

impl Options {
    /// What the settings file says; flags are put over it.
    #[must_use]
    pub fn from_settings(settings: &Settings) -> Self {
        Self {
            default_profile: settings.aws.profile.clone(),
            regions: settings.aws.regions.clone(),
            access: settings.aws.access.clone(),
            dns_servers: settings.aws.dns_servers.clone(),
            shared: settings.shared.clone(),
            read_only: settings.read_only(),
            request_timeout: Some(settings.aws.request_timeout.as_duration()),
            ..Self::default()
        }
    }
}

/// What an account is entered for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose<'a> {
    Read,
    /// A change; the reference of its run and step goes into the session's name.
    Operate(&'a str),
}

/// A role or permission set, as the settings name it for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Role<'a> {
    pub(super) name: &'a str,
    pub(super) external_id: Option<&'a str>,
    /// Whether an administrator's role may be used for reading.
    pub(super) admin_polling: bool,
}

/// The role for `purpose`, out of the access rules and the one override that matches the account.
pub(super) fn role<'a>(
    access: &'a Access,
    special: Option<&'a AccessOverride>,
    purpose: Purpose<'_>,
) -> Role<'a> {
    let (general, own) = match purpose {
        Purpose::Read => (
            &access.read_role,
            special.and_then(|rule| rule.read_role.as_ref()),
        ),
        Purpose::Operate(_) => (
            &access.operate_role,
            special.and_then(|rule| rule.operate_role.as_ref()),
        ),
    };
    let external_id = special.and_then(|rule| rule.external_id.as_deref());
    let shared = access.external_id.as_deref();
    Role {
        name: own.unwrap_or(general),
        external_id: external_id.or(shared).filter(|id| !id.is_empty()),
        admin_polling: special.is_some_and(|rule| rule.allow_admin_polling),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn an_override_replaces_only_what_it_names() {
        let text = "[aws.access]\nread_role = \"reader\"\nexternal_id = \"shared\"\n\
                    [[aws.access.override]]\nmatch = { account = \"111122223333\" }\n\
                    operate_role = \"special\"\n";
        let settings = Settings::parse(text, Path::new("config.toml")).expect("fine");
        let access = &settings.aws.access;
        let special = access.overrides.first();
        let read = role(access, special, Purpose::Read);
        assert_eq!((read.name, read.external_id), ("reader", Some("shared")));
        let operate = role(access, special, Purpose::Operate("r/1"));
        assert_eq!(operate.name, "special");
        assert_eq!(
            role(access, None, Purpose::Operate("r/1")).name,
            "AwsdeckOperator"
        );
    }
}
