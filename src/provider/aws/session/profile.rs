//! What the AWS profile files say: settings that the SDK leaves alone, and whose sign-in a profile
//! stands on.

use std::{
    borrow::Cow,
    env,
    path::{Path, PathBuf},
};

use aws_config::profile::{Profile, ProfileSet};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use crate::{
    model::AccountId,
    provider::{Error, Kind, Result},
};

/// All profiles, and which one is selected. Not `Debug`: there are keys in it.
#[derive(Clone)]
pub(super) struct Profiles {
    set: ProfileSet,
    pub(super) files: EnvConfigFiles,
}

/// A session of IAM Identity Center that a profile names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sso {
    pub(super) start_url: String,
    pub(super) region: String,
    /// The `sso-session` section; older profiles hold the address themselves.
    pub(super) session: Option<String>,
}

impl Profiles {
    /// Reads the standard files, or the one given in their place.
    pub(super) async fn load(instead: Option<&Path>, selected: Option<&str>) -> Result<Self> {
        let builder = EnvConfigFiles::builder();
        let files = match instead {
            Some(file) => builder.with_file(EnvConfigFileKind::Config, file),
            None => builder
                .include_default_config_file(true)
                .include_default_credentials_file(true),
        }
        .build();
        let chosen = selected.map(|name| Cow::Owned(name.to_owned()));
        let set = aws_config::profile::load(&Fs::real(), &Env::real(), &files, chosen).await;
        let set = set.map_err(|error| wrong(&super::super::error::story(&error)))?;
        let profiles = Self { set, files };
        match selected {
            Some(name) if profiles.get(name).is_none() => Err(profiles.missing(name)),
            _ => Ok(profiles),
        }
    }

    pub(super) fn selected(&self) -> &str {
        self.set.selected_profile()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Profile> {
        self.set.get_profile(name)
    }

    /// A value of the selected profile.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.set.get(key)
    }

    /// The session of IAM Identity Center that a profile signs in with itself.
    pub(super) fn own_sso(&self, name: &str) -> Option<Sso> {
        let profile = self.get(name)?;
        let Some(session) = profile.get("sso_session") else {
            return Some(Sso {
                start_url: profile.get("sso_start_url")?.into(),
                region: profile.get("sso_region")?.into(),
                session: None,
            });
        };
        let section = self.set.sso_session(session)?;
        Some(Sso {
            start_url: section.get("sso_start_url")?.into(),
            region: section.get("sso_region")?.into(),
            session: Some(session.into()),
        })
    }

    /// The profile at the bottom of a chain of roles, whose sign-in the others stand on.
    pub(super) fn bottom<'a>(&'a self, name: &'a str) -> &'a str {
        let mut name = name;
        for _ in self.set.profiles() {
            match self
                .get(name)
                .and_then(|profile| profile.get("source_profile"))
            {
                Some(source) if source != name => name = source,
                _ => break,
            }
        }
        name
    }

    /// The profile made for an account: its `sso_account_id`, or the account of its role.
    pub(super) fn of_account(&self, account: AccountId) -> Option<&str> {
        let id = account.to_string();
        self.names().into_iter().find(|name| {
            let profile = self.get(name);
            let get = |key| profile.and_then(|profile| profile.get(key));
            let role = get("role_arn").and_then(|arn| arn.split(':').nth(4));
            get("sso_account_id") == Some(&id) || role == Some(&id)
        })
    }

    /// The command that signs in again, for the deck to run; `None` where no command helps.
    pub(super) fn login_command(&self, name: &str) -> Option<Vec<String>> {
        let bottom = self.bottom(name);
        let words: &[&str] = match self.own_sso(bottom) {
            Some(Sso {
                session: Some(session),
                ..
            }) => {
                return Some(argv(&["sso", "login", "--sso-session", &session]));
            }
            Some(_) => &["sso", "login", "--profile", bottom],
            None => {
                self.get(bottom)?.get("login_session")?;
                &["login", "--profile", bottom]
            }
        };
        Some(argv(words))
    }

    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.set.profiles().collect();
        names.sort_unstable();
        names
    }

    /// How a profile signs in, a line for each link, the sign-in first.
    pub(super) fn in_words(&self, name: &str) -> Vec<String> {
        let mut links = Vec::new();
        let mut at = name;
        for _ in self.set.profiles() {
            let get = |key| self.get(at).and_then(|profile| profile.get(key));
            let Some(arn) = get("role_arn").filter(|_| get("web_identity_token_file").is_none())
            else {
                break;
            };
            let with = |key, word: &str| get(key).map(|_| format!(", {word}"));
            let mfa = with("mfa_serial", "with a code").unwrap_or_default();
            let external = with("external_id", "with an external id").unwrap_or_default();
            links.push(format!("profile {at}: role {arn}{mfa}{external}"));
            match (get("source_profile"), get("credential_source")) {
                (Some(source), _) if source != at => at = source,
                (None, Some(source)) => {
                    links.push(format!("credentials of {source}"));
                    links.reverse();
                    return links;
                }
                _ => break,
            }
        }
        links.push(format!("profile {at}: {}", self.sign_in_of(at)));
        links.reverse();
        links
    }

    /// What a profile at the bottom of a chain signs in with.
    pub(super) fn sign_in_of(&self, name: &str) -> String {
        let get = |key| self.get(name).and_then(|profile| profile.get(key));
        if let Some(sso) = self.own_sso(name) {
            let session = sso.session.unwrap_or(sso.start_url);
            return match (get("sso_account_id"), get("sso_role_name")) {
                (Some(account), Some(role)) => {
                    format!("IAM Identity Center {session}, {role} in {account}")
                }
                _ => format!("IAM Identity Center {session}"),
            };
        }
        let kinds = [
            ("web_identity_token_file", "web identity token"),
            ("login_session", "console login"),
            ("credential_process", "credential_process"),
            ("aws_access_key_id", "keys"),
        ];
        let kind = kinds.into_iter().find(|(key, _)| get(key).is_some());
        kind.map_or("no credentials", |(_, kind)| kind).into()
    }

    /// Where a sign-in, or an edit, by another program shows.
    pub(super) fn watched() -> Vec<PathBuf> {
        let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let below = |name: &str| home.join(".aws").join(name);
        let named = |name: &str, usual: &str| {
            let set = env::var_os(name).filter(|path| !path.is_empty());
            set.map_or_else(|| below(usual), PathBuf::from)
        };
        vec![
            below("sso/cache"),
            named("AWS_LOGIN_CACHE_DIRECTORY", "login/cache"),
            named("AWS_CONFIG_FILE", "config"),
            named("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        ]
    }

    fn missing(&self, name: &str) -> Error {
        let known = self.names();
        let known = match known.as_slice() {
            [] => "there are none".into(),
            known => format!("there are {}", known.join(", ")),
        };
        wrong(&format!("there is no profile `{name}`; {known}"))
    }
}

fn argv(words: &[&str]) -> Vec<String> {
    let all = [&["aws"], words].concat();
    all.into_iter().map(str::to_owned).collect()
}

pub(super) fn wrong(problem: &str) -> Error {
    Error::new(Kind::Service {
        service: "profile".into(),
        code: "InvalidProfile".into(),
        message: problem.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "[sso-session corp]\nsso_start_url = https://corp.example/start\n\
        sso_region = eu-west-1\n\
        [profile hub]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Hub\n\
        [profile ops]\nrole_arn = arn:aws:iam::444455556666:role/Ops\nsource_profile = hub\n\
        [profile old]\nsso_start_url = https://old.example\nsso_region = us-east-1\n\
        [profile console]\nlogin_session = arn:aws:iam::111122223333:user/ann\n\
        [profile keys]\naws_access_key_id = a\naws_secret_access_key = b\n\
        [profile loop]\nsource_profile = pool\n[profile pool]\nsource_profile = loop\n";

    async fn profiles() -> Profiles {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config");
        std::fs::write(&file, CONFIG).expect("written");
        Profiles::load(Some(&file), Some("ops"))
            .await
            .expect("fine")
    }

    #[tokio::test]
    async fn the_login_command_is_that_of_the_profile_at_the_bottom() {
        let profiles = profiles().await;
        let command = |name| profiles.login_command(name).map(|words| words.join(" "));
        assert_eq!(
            command("ops").as_deref(),
            Some("aws sso login --sso-session corp")
        );
        assert_eq!(
            command("old").as_deref(),
            Some("aws sso login --profile old")
        );
        assert_eq!(
            command("console").as_deref(),
            Some("aws login --profile console")
        );
        assert_eq!(command("keys"), None);
        assert_eq!(command("loop"), None);
    }

    #[tokio::test]
    async fn an_account_is_found_by_its_session_or_by_its_role() {
        let profiles = profiles().await;
        let of = |id: &str| profiles.of_account(id.parse().expect("an account"));
        assert_eq!(of("111122223333"), Some("hub"));
        assert_eq!(of("444455556666"), Some("ops"));
        assert_eq!(of("777788889999"), None);
    }

    #[tokio::test]
    async fn a_profile_that_is_not_there_is_named_with_those_that_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config");
        std::fs::write(&file, "[profile a]\nregion = x\n").expect("written");
        let error = Profiles::load(Some(&file), Some("b")).await.err();
        let error = error.expect("missing").to_string();
        assert!(error.contains("no profile `b`; there are a"), "{error}");
    }
}
