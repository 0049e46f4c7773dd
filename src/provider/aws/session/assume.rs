//! AssumeRole with all that a profile may ask for: external id, session name, duration, a code of a
//! multi-factor device, source identity.

use std::{fmt, sync::Arc, time::Duration};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use aws_sdk_sts::{Client, config::retry::RetryPartition};
use aws_types::SdkConfig;

use super::super::error::Call;
use crate::provider::{Error, Kind, Prompt, Result};

/// A code may be mistyped or run out while it is typed; more tries than this lock devices.
const CODES: usize = 3;

/// Characters that STS takes in a session name.
const SESSION_NAME: usize = 64;

/// One role to assume with the credentials of `base`.
#[derive(Clone)]
pub(super) struct AssumeRole {
    pub(super) base: SdkConfig,
    pub(super) arn: String,
    pub(super) session_name: String,
    pub(super) external_id: Option<String>,
    pub(super) duration: Option<Duration>,
    pub(super) mfa_serial: Option<String>,
    pub(super) source_identity: Option<String>,
    pub(super) prompt: Option<Arc<dyn Prompt>>,
}

impl AssumeRole {
    pub(super) async fn credentials(&self) -> Result<Credentials> {
        let Some(device) = &self.mfa_serial else {
            return self.assume(None).await;
        };
        let needed = || {
            Error::new(Kind::MfaNeeded {
                device: device.clone(),
            })
        };
        let prompt = self.prompt.as_ref().ok_or_else(needed)?;
        let mut problem = None;
        for _ in 0..CODES {
            let code = prompt.mfa_code(device, problem.as_deref()).await;
            let code = code.ok_or_else(needed)?;
            match self.assume(Some((device, code.trim()))).await {
                Err(Error {
                    kind: Kind::Denied { message, .. },
                    ..
                }) if is_about_code(&message) => {
                    problem = Some(message);
                }
                outcome => return outcome,
            }
        }
        Err(Error::new(Kind::Denied {
            action: "sts:AssumeRole".into(),
            message: problem.unwrap_or_default(),
        }))
    }

    async fn assume(&self, code: Option<(&String, &str)>) -> Result<Credentials> {
        let region = self.base.region().map_or("", |region| region.as_ref());
        let config = aws_sdk_sts::config::Builder::from(&self.base)
            .retry_partition(RetryPartition::new(format!("home-sts-{region}")))
            .build();
        let (serial, token) = code.unzip();
        let seconds = self
            .duration
            .and_then(|duration| i32::try_from(duration.as_secs()).ok());
        let answer = Client::from_conf(config)
            .assume_role()
            .role_arn(&self.arn)
            .role_session_name(&self.session_name)
            .set_external_id(self.external_id.clone())
            .set_duration_seconds(seconds)
            .set_serial_number(serial.cloned())
            .set_token_code(token.map(str::to_owned))
            .set_source_identity(self.source_identity.clone())
            .send()
            .await
            .map_err(|error| self.refused(Call::unplaced("sts", "AssumeRole").error(error)))?;
        let given = answer
            .credentials()
            .ok_or_else(|| self.refused_without_answer())?;
        let expires = std::time::SystemTime::try_from(*given.expiration()).ok();
        Ok(Credentials::new(
            given.access_key_id(),
            given.secret_access_key(),
            Some(given.session_token().to_owned()),
            expires,
            "awsdeck-assume-role",
        ))
    }

    /// Says which role was refused: the service's own words do not always.
    fn refused(&self, mut error: Error) -> Error {
        if let Kind::Denied { message, .. } = &mut error.kind
            && !message.contains(&self.arn)
        {
            *message = format!("{}: {message}", self.arn);
        }
        error
    }

    fn refused_without_answer(&self) -> Error {
        Error::new(Kind::Service {
            service: "sts".into(),
            code: "NoCredentials".into(),
            message: format!("AssumeRole of {} gave no credentials", self.arn),
        })
    }
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole")
            .field("arn", &self.arn)
            .field("session_name", &self.session_name)
            .finish_non_exhaustive()
    }
}

impl ProvideCredentials for AssumeRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let given = async {
            self.credentials()
                .await
                .map_err(CredentialsError::provider_error)
        };
        future::ProvideCredentials::new(given)
    }
}

fn is_about_code(message: &str) -> bool {
    message.contains("MultiFactorAuthentication failed") || message.contains("one time pass code")
}

/// The name of a person's sessions: the template of the settings with their name in it, of what
/// STS accepts.
pub(super) fn session_name(template: &str, user: &str) -> String {
    let name = template.replace("{user}", user);
    match name.trim_matches('-') {
        // STS wants two characters at least.
        "" => "awsdeck".into(),
        name if name.len() < 2 => fitting(&["awsdeck", name]),
        name => fitting(&[name]),
    }
}

/// The session name of a change. The reference is what CloudTrail is searched for: of a name too
/// long for both, the person's is cut.
pub(super) fn operating_name(session: &str, reference: &str) -> String {
    let room = SESSION_NAME.saturating_sub("-".len() + reference.chars().count());
    let session: String = session.chars().take(room).collect();
    fitting(&[&session, reference])
}

/// Parts joined by `-`, of characters and in the length that STS accepts.
fn fitting(parts: &[&str]) -> String {
    let fits = |char: char| char.is_ascii_alphanumeric() || "_+=,.@-".contains(char);
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    let name = parts.join("-");
    let chars = name.chars().map(|char| if fits(char) { char } else { '-' });
    chars.take(SESSION_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_name_holds_only_what_sts_accepts() {
        let usual = |user| session_name("awsdeck-{user}", user);
        assert_eq!(usual("ann"), "awsdeck-ann");
        assert_eq!(usual("Bü ro/x"), "awsdeck-B--ro-x");
        assert_eq!(usual(""), "awsdeck");
        assert_eq!(usual(&"x".repeat(100)).len(), 64);
        assert_eq!(session_name("{user}", "x"), "awsdeck-x");
        assert_eq!(session_name("sre/{user}", "ann"), "sre-ann");
    }

    #[test]
    fn the_reference_of_a_change_is_kept_whole() {
        let reference = "0190f3b2-7c7d-7000-8000-000000000001.12";
        let session = session_name("awsdeck-{user}", &"x".repeat(100));
        let name = operating_name(&session, reference);
        assert_eq!(name.len(), 64);
        assert!(name.ends_with(reference), "{name}");
        assert_eq!(operating_name("awsdeck-ann", "run/3"), "awsdeck-ann-run-3");
    }
}
