//! Builds the credentials of a profile: a chain of roles on one sign-in.

use std::{env, sync::Arc, time::Duration};

use aws_config::{
    default_provider::credentials::DefaultCredentialsChain,
    ecs::EcsCredentialsProvider,
    environment::EnvironmentVariableCredentialsProvider,
    imds::credentials::ImdsCredentialsProvider,
    profile::{Profile, ProfileFileCredentialsProvider},
    provider_config::ProviderConfig,
    sso::SsoCredentialsProvider,
};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use aws_types::{SdkConfig, region::Region};

use super::{
    assume::AssumeRole,
    gate::Gate,
    process::CredentialProcess,
    profile::{Profiles, Sso, wrong},
};
use crate::{
    model::AccountId,
    provider::{Prompt, Result},
};

/// What every link needs.
pub(super) struct Chain {
    pub(super) profiles: Profiles,
    /// Everything but credentials.
    pub(super) bare: SdkConfig,
    /// The same for the SDK's own providers.
    pub(super) settings: ProviderConfig,
    /// What CloudTrail calls the sessions that no profile names.
    pub(super) session_name: String,
    pub(super) prompt: Option<Arc<dyn Prompt>>,
}

impl Chain {
    /// The credentials that everything starts from. A profile named by a flag beats credentials in
    /// the environment, as it does in the AWS CLI; one named by the environment does not.
    pub(super) async fn start(&self, named_by_flag: bool) -> Result<Gate> {
        let selected = self.profiles.selected();
        if by_environment(named_by_flag) {
            return Ok(gate(EnvironmentVariableCredentialsProvider::new()));
        }
        if self.profiles.get(selected).is_some_and(signs_in) {
            return self.profile(selected, &mut Vec::new());
        }
        // Tokens of pods and containers, roles of instances.
        let chain = DefaultCredentialsChain::builder().configure(self.settings.clone());
        Ok(gate(chain.build().await))
    }

    /// The links of the chain, the sign-in first.
    pub(super) fn in_words(&self, named_by_flag: bool) -> Vec<String> {
        if by_environment(named_by_flag) {
            return vec!["keys of the environment (AWS_ACCESS_KEY_ID)".into()];
        }
        let selected = self.profiles.selected();
        if self.profiles.get(selected).is_some_and(signs_in) {
            return self.profiles.in_words(selected);
        }
        vec!["role of this machine or container".into()]
    }

    /// The credentials of one profile.
    pub(super) fn profile(&self, name: &str, above: &mut Vec<String>) -> Result<Gate> {
        if above.iter().any(|seen| seen == name) {
            let round = above.join(" → ");
            return Err(wrong(&format!("profiles go round: {round} → {name}")));
        }
        let profile = self.profiles.get(name);
        let profile = profile.ok_or_else(|| wrong(&format!("there is no profile `{name}`")))?;
        let is_source = !above.is_empty();
        above.push(name.to_owned());
        if is_source && let Some(keys) = static_keys(profile) {
            return Ok(self.gate(name, keys));
        }
        let by_token = profile.get("web_identity_token_file").is_some();
        let Some(arn) = profile.get("role_arn").filter(|_| !by_token) else {
            return self.bottom(name, profile);
        };
        let source = self.source(name, profile, above)?;
        let seconds = profile
            .get("duration_seconds")
            .map(str::parse::<u64>)
            .transpose();
        let seconds = seconds.map_err(|_| {
            wrong(&format!(
                "`duration_seconds` of profile `{name}` is no number"
            ))
        })?;
        let session_name = profile.get("role_session_name");
        let assume = AssumeRole {
            base: self.with(&SharedCredentialsProvider::new(source)),
            arn: arn.into(),
            session_name: session_name.map_or_else(|| self.session_name.clone(), Into::into),
            external_id: profile.get("external_id").map(Into::into),
            duration: seconds.map(Duration::from_secs),
            mfa_serial: profile.get("mfa_serial").map(Into::into),
            source_identity: None,
            prompt: self.prompt.clone(),
        };
        Ok(self.gate(name, assume))
    }

    /// The session of IAM Identity Center for one account and permission set.
    pub(super) fn sso(&self, sso: &Sso, account: AccountId, role: &str, profile: &str) -> Gate {
        let settings = self.settings.clone();
        let (sso, role) = (sso.clone(), role.to_owned());
        let login = self.login(profile);
        Gate::new(Some(profile.to_owned()), login, move || {
            let mut builder = SsoCredentialsProvider::builder()
                .configure(&settings)
                .account_id(account.to_string())
                .role_name(&role)
                .region(Region::new(sso.region.clone()))
                .start_url(&sso.start_url);
            builder.set_session_name(sso.session.clone());
            SharedCredentialsProvider::new(builder.build())
        })
    }

    pub(super) fn with(&self, credentials: &SharedCredentialsProvider) -> SdkConfig {
        let builder = self.bare.to_builder();
        builder.credentials_provider(credentials.clone()).build()
    }

    fn gate(&self, name: &str, provider: impl ProvideCredentials + 'static) -> Gate {
        let shared = SharedCredentialsProvider::new(provider);
        let login = self.login(name);
        Gate::new(Some(name.to_owned()), login, move || shared.clone())
    }

    /// The command that signs in a profile again.
    fn login(&self, name: &str) -> Option<String> {
        let words = self.profiles.login_command(name)?;
        Some(words.join(" "))
    }

    /// What a role is assumed with.
    fn source(&self, name: &str, profile: &Profile, above: &mut Vec<String>) -> Result<Gate> {
        let both = (
            profile.get("source_profile"),
            profile.get("credential_source"),
        );
        match both {
            (Some(source), None) if source == name => match static_keys(profile) {
                Some(keys) => Ok(self.gate(name, keys)),
                None => Err(wrong(&format!(
                    "profile `{name}` is its own source without keys"
                ))),
            },
            (Some(source), None) => self.profile(source, above),
            (None, Some("Environment")) => Ok(gate(EnvironmentVariableCredentialsProvider::new())),
            (None, Some("Ec2InstanceMetadata")) => {
                let builder = ImdsCredentialsProvider::builder().configure(&self.settings);
                Ok(gate(builder.build()))
            }
            (None, Some("EcsContainer")) => {
                let builder = EcsCredentialsProvider::builder().configure(&self.settings);
                Ok(gate(builder.build()))
            }
            (None, Some(other)) => Err(wrong(&format!(
                "`credential_source` of profile `{name}` is `{other}`; \
                 Environment, Ec2InstanceMetadata and EcsContainer are known"
            ))),
            _ => Err(wrong(&format!(
                "profile `{name}` has a `role_arn` and needs either `source_profile` or \
                 `credential_source`"
            ))),
        }
    }

    /// A profile that stands on no other.
    fn bottom(&self, name: &str, profile: &Profile) -> Result<Gate> {
        let is = |key: &str| profile.get(key).is_some();
        let by_sdk = is("web_identity_token_file")
            || is("sso_session")
            || is("sso_start_url")
            || is("login_session");
        if by_sdk {
            let (settings, files) = (self.settings.clone(), self.profiles.files.clone());
            let selected = name.to_owned();
            let login = self.login(name);
            return Ok(Gate::new(Some(name.to_owned()), login, move || {
                let provider = ProfileFileCredentialsProvider::builder()
                    .configure(&settings)
                    .profile_files(files.clone())
                    .profile_name(&selected)
                    .build();
                SharedCredentialsProvider::new(provider)
            }));
        }
        if let Some(command) = profile.get("credential_process") {
            return Ok(self.gate(name, CredentialProcess::new(command, name)));
        }
        let keys = static_keys(profile);
        let keys = keys.ok_or_else(|| wrong(&format!("profile `{name}` says not how to sign in")));
        Ok(self.gate(name, keys?))
    }
}

/// What signs in by no profile.
fn gate(provider: impl ProvideCredentials + 'static) -> Gate {
    let shared = SharedCredentialsProvider::new(provider);
    Gate::new(None, None, move || shared.clone())
}

/// Whether keys in the environment hold, which they do unless a flag names a profile.
pub(super) fn by_environment(named_by_flag: bool) -> bool {
    !named_by_flag && env::var("AWS_ACCESS_KEY_ID").is_ok_and(|key| !key.is_empty())
}

pub(super) fn signs_in(profile: &Profile) -> bool {
    [
        "role_arn",
        "web_identity_token_file",
        "sso_session",
        "sso_start_url",
        "login_session",
        "credential_process",
        "aws_access_key_id",
    ]
    .into_iter()
    .any(|key| profile.get(key).is_some())
}

fn static_keys(profile: &Profile) -> Option<Credentials> {
    Some(Credentials::new(
        profile.get("aws_access_key_id")?,
        profile.get("aws_secret_access_key")?,
        profile.get("aws_session_token").map(str::to_owned),
        None,
        "awsdeck-profile",
    ))
}
