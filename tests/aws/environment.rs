//! The standard settings of AWS in the environment, as the real binary honours them.

use std::fs;

use super::{
    moto::serve,
    recorder::{Answer, Recorder, Seen, sts},
};
use crate::support::{Home, text};

pub(super) const PROFILES: &str = "[profile one]\nregion = eu-west-1\naws_access_key_id = AKIAONE\n\
    aws_secret_access_key = planted\n\
    [profile two]\nregion = eu-west-2\naws_access_key_id = AKIATWO\n\
    aws_secret_access_key = planted\n\
    [profile hub]\nregion = eu-west-1\nsso_session = corp\nsso_account_id = 111122223333\n\
    sso_role_name = Hub\n\
    [sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n";

/// What the doctor says, with `variables` beside those of a home of its own.
fn doctor(home: &Home, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    fs::write(home.path().join("aws-config"), PROFILES).expect("written");
    let mut command = home.command(arguments);
    command.arg("doctor").envs(variables.iter().copied());
    let output = command.output().expect("the built binary");
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(!said.contains("planted"), "a secret is shown: {said}");
    said
}

/// The key that the first GetCallerIdentity was signed with.
fn key(recorder: &Recorder) -> String {
    let asked = recorder.calls("GetCallerIdentity");
    let first = asked.first().expect("it was asked");
    first.key().expect("it is signed").into()
}

#[test]
fn the_flag_goes_before_aws_profile_and_that_before_aws_default_profile() {
    let home = Home::new();
    let signed_by = |variables: &[(&str, &str)], arguments: &[&str]| {
        let recorder = Recorder::start(sts);
        let url = recorder.url();
        let all = [variables, &[("AWS_ENDPOINT_URL", url.as_str())]].concat();
        doctor(&home, &all, arguments);
        key(&recorder)
    };
    let default = ("AWS_DEFAULT_PROFILE", "one");
    assert_eq!(signed_by(&[default], &[]), "AKIAONE");
    assert_eq!(
        signed_by(&[default, ("AWS_PROFILE", "two")], &[]),
        "AKIATWO"
    );
    let keys = [
        ("AWS_PROFILE", "two"),
        ("AWS_ACCESS_KEY_ID", "AKIAENV"),
        ("AWS_SECRET_ACCESS_KEY", "planted"),
    ];
    assert_eq!(signed_by(&keys, &[]), "AKIAENV");
    assert_eq!(signed_by(&keys, &["--profile", "one"]), "AKIAONE");
}

#[test]
fn the_region_is_the_flags_then_the_environments_then_the_profiles() {
    let home = Home::new();
    let recorder = Recorder::start(sts);
    let url = recorder.url();
    let region = |variables: &[(&str, &str)], arguments: &[&str]| {
        let base = [("AWS_PROFILE", "one"), ("AWS_ENDPOINT_URL", url.as_str())];
        let said = doctor(&home, &[&base, variables].concat(), arguments);
        let line = said.lines().find(|line| line.contains("regions:"));
        let (_, regions) = line
            .and_then(|line| line.split_once("regions: "))
            .expect("told");
        regions.trim().to_owned()
    };
    let default = ("AWS_DEFAULT_REGION", "sa-east-1");
    assert_eq!(region(&[], &[]), "eu-west-1");
    assert_eq!(region(&[default], &[]), "sa-east-1");
    assert_eq!(
        region(&[default, ("AWS_REGION", "ap-south-1")], &[]),
        "ap-south-1"
    );
    let flags = ["--region", "us-east-2", "--region", "eu-north-1"];
    assert_eq!(region(&[default], &flags), "us-east-2, eu-north-1");
}

#[test]
fn the_files_of_the_profiles_are_told_and_whether_they_are_there() {
    let home = Home::new();
    let recorder = Recorder::start(sts);
    let url = recorder.url();
    let said = doctor(
        &home,
        &[("AWS_PROFILE", "one"), ("AWS_ENDPOINT_URL", url.as_str())],
        &[],
    );
    let config = home.path().join("aws-config");
    let credentials = home.path().join("aws-credentials");
    assert!(said.contains(&format!("aws config: {}", config.display())));
    let absent = format!("aws credentials: {} is not there", credentials.display());
    assert!(said.contains(&absent), "{said}");
}

#[test]
fn fips_beside_an_endpoint_of_ones_own_is_explained_before_anything_is_sent() {
    let home = Home::new();
    let recorder = Recorder::start(sts);
    let url = recorder.url();
    let variables = [
        ("AWS_PROFILE", "one"),
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
    ];
    let said = doctor(&home, &variables, &[]);
    assert!(said.contains("exclude each other"), "{said}");
    assert!(
        said.contains("unset AWS_USE_FIPS_ENDPOINT or AWS_ENDPOINT_URL"),
        "{said}"
    );
    assert!(recorder.seen().is_empty());
}

#[test]
fn one_services_endpoint_goes_before_the_general_one() {
    let home = Home::new();
    let (general, special) = (Recorder::start(sts), Recorder::start(sts));
    let (url, sts_url) = (general.url(), special.url());
    let variables = [
        ("AWS_PROFILE", "one"),
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("AWS_ENDPOINT_URL_STS", sts_url.as_str()),
    ];
    let said = doctor(&home, &variables, &[]);
    assert_eq!(special.calls("GetCallerIdentity").len(), 1);
    assert!(general.calls("GetCallerIdentity").is_empty());
    assert!(
        said.contains(&format!("endpoint override: {url}")),
        "{said}"
    );
}

/// A proxy that opens no tunnel: where it was asked to lead to is enough.
fn closed(_: &Seen) -> Answer {
    (403, "closed".into())
}

#[test]
fn fips_and_dual_stack_reach_the_endpoint_and_the_proxy_is_asked_for_it() {
    let home = Home::new();
    let asked_for = |flag| {
        let proxy = Recorder::start(closed);
        let url = proxy.url();
        let variables = [
            ("AWS_PROFILE", "one"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_MAX_ATTEMPTS", "1"),
            ("HTTPS_PROXY", url.as_str()),
            (flag, "true"),
        ];
        doctor(&home, &variables, &[]);
        let seen = proxy.seen();
        let line = seen.first().expect("the proxy was asked").line().to_owned();
        line.split(' ').nth(1).expect("a target").to_owned()
    };
    let fips = asked_for("AWS_USE_FIPS_ENDPOINT");
    assert_eq!(fips, "sts-fips.us-east-1.amazonaws.com:443");
    let dual = asked_for("AWS_USE_DUALSTACK_ENDPOINT");
    assert_eq!(dual, "sts.us-east-1.api.aws:443");
}

#[test]
fn a_host_in_no_proxy_is_reached_directly() {
    let home = Home::new();
    let (proxy, server) = (Recorder::start(closed), Recorder::start(sts));
    let (proxy_url, url) = (proxy.url(), server.url());
    let variables = [
        ("AWS_PROFILE", "one"),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("HTTP_PROXY", proxy_url.as_str()),
        ("HTTPS_PROXY", proxy_url.as_str()),
    ];
    doctor(&home, &variables, &[]);
    assert!(
        !proxy.seen().is_empty(),
        "the proxy is used without the exception"
    );
    assert!(server.seen().is_empty());
    let before = proxy.seen().len();
    doctor(
        &home,
        &[&variables[..], &[("NO_PROXY", "127.0.0.1")]].concat(),
        &[],
    );
    assert_eq!(server.calls("GetCallerIdentity").len(), 1);
    assert_eq!(proxy.seen().len(), before);
}

#[test]
fn a_private_authority_is_trusted_by_variable_and_by_profile_and_only_then() {
    let home = Home::new();
    let bundle = home.path().join("authority.pem");
    let bundle = bundle.to_str().expect("a path");
    let (server, port) = serve("tls.py", &[bundle]);
    let url = format!("https://127.0.0.1:{port}");
    let base = [
        ("AWS_PROFILE", "one"),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("AWS_ENDPOINT_URL", url.as_str()),
    ];
    let private = "arn:aws:iam::111122223333:user/private";
    let said = doctor(&home, &base, &[]);
    assert!(!said.contains(private), "{said}");
    assert!(said.contains("does not answer"), "{said}");
    let trusted = [&base[..], &[("AWS_CA_BUNDLE", bundle)]].concat();
    let said = doctor(&home, &trusted, &[]);
    assert!(said.contains(private), "{said}");
    let credentials = format!(
        "[trusting]\nca_bundle = {bundle}\nregion = eu-west-1\naws_access_key_id = AKIA\n\
         aws_secret_access_key = planted\n"
    );
    fs::write(home.path().join("aws-credentials"), credentials).expect("written");
    let said = doctor(&home, &base, &["--profile", "trusting"]);
    assert!(said.contains(private), "{said}");
    drop(server);
}

/// Puts a token of the session `corp` where the AWS CLI would.
pub(super) fn sso_token(home: &Home, expires: &str) {
    // The file's name is the SHA-1 of the session's name.
    let name = "ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    let folder = home.path().join("home/.aws/sso/cache");
    fs::create_dir_all(&folder).expect("a folder");
    let token = format!(
        r#"{{"accessToken":"planted","expiresAt":"{expires}","region":"eu-west-1",
        "startUrl":"https://corp.example/start"}}"#
    );
    fs::write(folder.join(name), token).expect("written");
}

/// The portal of IAM Identity Center, and STS.
pub(super) fn portal(seen: &Seen) -> Answer {
    if !seen.line().contains("/federation/credentials") {
        return sts(seen);
    }
    assert_eq!(seen.header("x-amz-sso_bearer_token"), Some("planted"));
    let credentials = r#"{"roleCredentials":{"accessKeyId":"ASIASSO",
        "secretAccessKey":"planted","sessionToken":"planted","expiration":4102444800000}}"#;
    (200, credentials.into())
}

#[test]
fn a_valid_sso_token_signs_in_without_a_question() {
    let home = Home::new();
    sso_token(&home, "2099-01-01T00:00:00Z");
    let recorder = Recorder::start(portal);
    let url = recorder.url();
    let variables = [("AWS_PROFILE", "hub"), ("AWS_ENDPOINT_URL", url.as_str())];
    doctor(&home, &variables, &[]);
    assert_eq!(key(&recorder), "ASIASSO");
}

#[test]
fn an_expired_sso_token_is_told_with_the_command_that_helps() {
    let home = Home::new();
    sso_token(&home, "2020-01-01T00:00:00Z");
    let recorder = Recorder::start(portal);
    let url = recorder.url();
    let variables = [("AWS_PROFILE", "hub"), ("AWS_ENDPOINT_URL", url.as_str())];
    let said = doctor(&home, &variables, &[]);
    assert!(said.contains("not signed in"), "{said}");
    assert!(said.contains("aws sso login --sso-session corp"), "{said}");
    assert!(
        recorder.seen().is_empty(),
        "nothing is sent without a session"
    );
}
