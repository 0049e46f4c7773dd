//! `credential_process`, kept away from the terminal: it reads nothing, ends in time, and what it
//! complains about is passed on.

use std::{fmt, process::Stdio, time::Duration};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use tokio::{process::Command, time::timeout};

use crate::provider::{Error, Kind, Result};

/// Long enough for a login in a browser, short enough to notice that nobody answers.
const DEADLINE: Duration = Duration::from_mins(1);

/// A command of the profile that prints credentials.
#[derive(Clone)]
pub(super) struct CredentialProcess {
    command: String,
    profile: String,
    deadline: Duration,
}

/// What the command prints; version 1 is the only one.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    version: u32,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expiration: Option<Timestamp>,
}

impl CredentialProcess {
    pub(super) fn new(command: &str, profile: &str) -> Self {
        Self {
            command: command.into(),
            profile: profile.into(),
            deadline: DEADLINE,
        }
    }

    async fn credentials(&self) -> Result<Credentials> {
        // A group of its own: it is ended with all that it has started, and reading from the
        // terminal stops it instead of taking the deck's keys.
        let child = Command::new("sh")
            .args(["-c", &self.command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.failed(&format!("cannot be started: {error}")))?;
        let group = Group(child.id());
        let ended = timeout(self.deadline, child.wait_with_output()).await;
        drop(group);
        let seconds = self.deadline.as_secs();
        let ended = ended.map_err(|_| self.failed(&format!("gave nothing within {seconds} s")))?;
        let output = ended.map_err(|error| self.failed(&error.to_string()))?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            let complaint = complaint.trim();
            return Err(self.failed(&format!("{}: {complaint}", output.status)));
        }
        // What it printed is a secret: of an error only the place in it is told.
        let printed: Printed = serde_json::from_slice(&output.stdout).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            self.failed(&format!(
                "printed no credentials (line {line}, column {column})"
            ))
        })?;
        if printed.version != 1 {
            let version = printed.version;
            return Err(self.failed(&format!("printed version {version}, not 1")));
        }
        Ok(Credentials::new(
            printed.access_key_id,
            printed.secret_access_key,
            printed.session_token,
            printed.expiration.map(Into::into),
            "awsdeck-credential-process",
        ))
    }

    /// Names the profile and not the command, whose arguments may be secret.
    fn failed(&self, problem: &str) -> Error {
        Error::new(Kind::Service {
            service: "credential_process".into(),
            code: format!("profile {}", self.profile),
            message: problem.into(),
        })
    }
}

/// Ends every process of a group when dropped.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let id = self.0.and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw) {
            // It has mostly ended already, which is no error.
            kill_process_group(group, Signal::KILL).ok();
        }
    }
}

impl fmt::Debug for CredentialProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialProcess")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl ProvideCredentials for CredentialProcess {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn process(command: &str) -> CredentialProcess {
        CredentialProcess::new(command, "corp")
    }

    #[tokio::test]
    async fn credentials_and_their_end_are_read() {
        let print = r#"echo '{"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"s",
            "SessionToken":"t","Expiration":"2030-01-01T00:00:00Z"}'"#;
        let given = process(print).credentials().await.expect("credentials");
        assert_eq!(given.access_key_id(), "AKIA1");
        assert_eq!(given.session_token(), Some("t"));
        assert!(given.expiry().is_some());
    }

    #[tokio::test]
    async fn it_cannot_read_from_the_terminal() {
        let error = process("if read -r line; then exit 3; else echo nothing >&2; exit 4; fi");
        let error = error.credentials().await.expect_err("no input");
        assert!(
            error.to_string().contains("exit status: 4: nothing"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn one_that_hangs_is_ended_with_all_it_started() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pid");
        let mut hanging = process(&format!("sleep 600 & echo $! > '{}'; wait", file.display()));
        hanging.deadline = Duration::from_secs(2);
        let error = hanging.credentials().await.expect_err("it hangs");
        assert!(
            error.to_string().contains("gave nothing within 2 s"),
            "{error}"
        );
        let pid: i32 = std::fs::read_to_string(file)
            .expect("started")
            .trim()
            .parse()
            .expect("pid");
        let gone = || {
            let status = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            status.map_or(true, |stat| stat.contains(") Z"))
        };
        let end = std::time::Instant::now() + Duration::from_secs(5);
        while !gone() {
            assert!(std::time::Instant::now() < end, "the child still runs");
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_it_printed_is_in_no_error() {
        let error = process("echo '{\"Version\":1,\"SecretAccessKey\":\"hunter2\"}'");
        let error = error.credentials().await.expect_err("incomplete");
        assert!(!format!("{error:?} {error}").contains("hunter2"));
        assert!(
            error.to_string().contains("printed no credentials"),
            "{error}"
        );
    }
}
