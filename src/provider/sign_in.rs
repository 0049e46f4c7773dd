//! Signing in, as people meet it: which profiles there are, through what chain we came, who may do
//! anything.

use std::{collections::BTreeSet, fmt, path::PathBuf};

use async_trait::async_trait;

use super::Caller;
use crate::model::AccountId;

/// How we are signed in. Nothing in it is secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignIn {
    /// The links of the chain in words, that which everything starts from first.
    pub chain: Vec<String>,
    /// The command that signs in again; `None` where no command helps.
    pub command: Option<Vec<String>>,
    /// Files, and folders with files, in which a sign-in by another program shows.
    pub files: Vec<PathBuf>,
    /// Accounts that are read through an administrator's role.
    pub administered: BTreeSet<AccountId>,
}

/// A profile of the AWS files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    /// How it signs in, in words.
    pub how: String,
    pub region: Option<String>,
    /// The command that signs in; `None` where none is needed, or none helps.
    pub command: Option<Vec<String>>,
}

/// Asks a person. The asker masks what is typed.
#[async_trait]
pub trait Prompt: Send + Sync + fmt::Debug {
    /// The code that `device` shows now; `problem` is what was wrong with the last one. `None`
    /// when the person gives up.
    async fn mfa_code(&self, device: &str, problem: Option<&str>) -> Option<String>;
}

/// Roles that may do anything, which AWS makes by itself.
#[must_use]
pub fn is_admin(role: &str) -> bool {
    ["OrganizationAccountAccessRole", "AWSControlTowerExecution"].contains(&role)
}

impl Caller {
    /// Whether the identity may do anything by its very name: the root user, a role made for
    /// administrators, the permission set `AdministratorAccess`.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        let resource = self.arn.as_str().rsplit(':').next().unwrap_or_default();
        let role = || {
            let mut parts = resource.split('/');
            let kind = parts.next()?;
            (kind == "assumed-role").then(|| parts.next())?
        };
        resource == "root"
            || role().is_some_and(|role| {
                is_admin(role) || role.starts_with("AWSReservedSSO_AdministratorAccess")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Arn;

    #[test]
    fn administrators_are_known_by_their_names() {
        let is_admin = |resource: &str| {
            let arn = Arn::from(format!("arn:aws:sts::111122223333:{resource}").as_str());
            let account = "111122223333".parse().expect("an account");
            Caller {
                account,
                arn,
                expires: None,
            }
            .is_admin()
        };
        assert!(is_admin("root"));
        assert!(is_admin("assumed-role/OrganizationAccountAccessRole/ann"));
        assert!(is_admin(
            "assumed-role/AWSReservedSSO_AdministratorAccess_0a1b2c/ann"
        ));
        assert!(!is_admin("assumed-role/AwsdeckReadOnly/ann"));
        assert!(!is_admin("user/root"));
    }
}
