//! What there is to sign in with, found without a call.

use std::{env, fs};

use super::{
    Options,
    chain::{by_environment, signs_in},
    chosen_profile,
    profile::Profiles,
};
use crate::provider::{Profile, Result};

/// Set where a container or a pod hands out credentials.
const HANDED_OUT: [&str; 3] = [
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/// Says who made the machine; readable by everybody.
const VENDOR: &str = "/sys/devices/virtual/dmi/id/sys_vendor";

/// The profiles of the AWS files, by name.
pub async fn profiles() -> Result<Vec<Profile>> {
    let profiles = Profiles::load(None, None).await?;
    let known = profiles.names().into_iter().filter_map(|name| {
        let profile = profiles.get(name).filter(|profile| signs_in(profile))?;
        let bottom = profiles.bottom(name);
        let how = profiles.sign_in_of(bottom);
        let role = profile
            .get("role_arn")
            .and_then(|arn| arn.rsplit('/').next());
        Some(Profile {
            name: name.to_owned(),
            how: match role {
                Some(role) => format!("role {role} by {how}"),
                None => how,
            },
            region: profile.get("region").map(str::to_owned),
            command: profiles.login_command(name),
        })
    });
    Ok(known.collect())
}

/// Whether anything says how to sign in: a profile by name, keys, a container, this machine. A
/// mistake in what is named counts: it is better told than passed over.
pub async fn resolves(options: &Options) -> bool {
    let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if chosen_profile(options).is_some() || by_environment(false) || HANDED_OUT.iter().any(is_set) {
        return true;
    }
    match Profiles::load(options.config_file.as_deref(), None).await {
        Ok(profiles) => profiles.get(profiles.selected()).is_some_and(signs_in) || is_instance(),
        Err(_) => true,
    }
}

/// On a machine of EC2 the instance's role is the natural sign-in.
fn is_instance() -> bool {
    let off = env::var("AWS_EC2_METADATA_DISABLED").is_ok_and(|value| value == "true");
    !off && fs::read_to_string(VENDOR).is_ok_and(|vendor| vendor.trim() == "Amazon EC2")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[tokio::test]
    async fn a_default_profile_resolves_when_it_says_how_to_sign_in() {
        let resolved = async |text: &str| {
            let mut file = tempfile::NamedTempFile::new().expect("a file");
            file.write_all(text.as_bytes()).expect("written");
            let options = Options {
                config_file: Some(file.path().into()),
                ..Options::default()
            };
            resolves(&options).await
        };
        // Whoever runs the tests with keys of their own has signed in already.
        let signed_in = resolved("").await;
        assert!(resolved("[default]\naws_access_key_id = a\naws_secret_access_key = b\n").await);
        assert_eq!(resolved("[default]\nregion = eu-west-1\n").await, signed_in);
        assert_eq!(
            resolved("[profile other]\nsso_session = x\n").await,
            signed_in
        );
        assert!(
            resolved("[default\n").await,
            "a mistake is told, not passed over"
        );
    }
}
