//! Sign-in as profiles ask for it, judged by the requests that reach STS.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use awsdeck::{
    model::{AccountId, Organization, Place},
    provider::{
        Error, Kind, Prompt,
        aws::session::{Options, Sessions},
    },
};
use futures::future::join_all;
use tempfile::TempDir;

use super::recorder::{Recorder, refusal, sts};

/// A profile file whose endpoint is the recorder.
struct Files {
    folder: TempDir,
}

impl Files {
    /// `{url}` in the text is the recorder's.
    fn new(text: &str, recorder: &Recorder) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let text = text.replace("{url}", &recorder.url());
        fs::write(folder.path().join("config"), text).expect("written");
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn options(&self, profile: &str) -> Options {
        Options {
            profile: Some(profile.into()),
            config_file: Some(self.path("config")),
            user: "ann".into(),
            ..Options::default()
        }
    }

    async fn sessions(&self, profile: &str) -> Sessions {
        Sessions::open(self.options(profile))
            .await
            .expect("settings")
    }
}

fn account(id: &str) -> AccountId {
    id.parse().expect("an account")
}

const CHAIN: &str = "[profile base]\nregion = eu-west-1\nendpoint_url = {url}\n\
    aws_access_key_id = AKIABASE\naws_secret_access_key = planted\n\
    [profile middle]\nrole_arn = arn:aws:iam::111122223333:role/Middle\nsource_profile = base\n\
    [profile top]\nregion = eu-west-1\nendpoint_url = {url}\n\
    role_arn = arn:aws:iam::444455556666:role/Top\nsource_profile = middle\n\
    external_id = shibboleth\nrole_session_name = deck\nduration_seconds = 1800\n";

#[tokio::test]
async fn a_chain_of_two_roles_reaches_sts_with_all_that_the_profile_says() {
    let recorder = Recorder::start(sts);
    let files = Files::new(CHAIN, &recorder);
    let sessions = files.sessions("top").await;
    sessions.home().await.expect("signed in");

    let assumed = recorder.calls("AssumeRole");
    assert_eq!(assumed.len(), 2);
    let [middle, top] = &assumed[..] else {
        unreachable!("two")
    };
    assert_eq!(middle.key(), Some("AKIABASE"));
    assert_eq!(
        middle.parameter("RoleSessionName").as_deref(),
        Some("awsdeck-ann")
    );
    assert_eq!(middle.parameter("DurationSeconds"), None);
    assert_eq!(top.key(), Some("ASIAMiddle"));
    let arn = "arn:aws:iam::444455556666:role/Top";
    assert_eq!(top.parameter("RoleArn").as_deref(), Some(arn));
    assert_eq!(top.parameter("ExternalId").as_deref(), Some("shibboleth"));
    assert_eq!(top.parameter("RoleSessionName").as_deref(), Some("deck"));
    assert_eq!(top.parameter("DurationSeconds").as_deref(), Some("1800"));

    let asked = &recorder.calls("GetCallerIdentity")[0];
    assert_eq!(asked.key(), Some("ASIATop"));
    let agent = asked.header("user-agent").expect("a user agent");
    let ours = concat!("lib/awsdeck/", env!("CARGO_PKG_VERSION"));
    assert!(agent.contains(ours), "{agent}");
    assert!(!format!("{sessions:?}").contains("planted"));
}

#[tokio::test]
async fn an_account_is_entered_once_however_many_clients_ask() {
    let recorder = Recorder::start(sts);
    let files = Files::new(CHAIN, &recorder);
    let sessions = files.sessions("base").await;
    let calls = ["eu-west-1", "eu-central-1"].repeat(10);
    let calls = calls.into_iter().map(|region| {
        let place = Place::new(account("777788889999"), region);
        let sessions = &sessions;
        async move {
            let sdk = sessions.sdk(&place).await.expect("entered");
            sessions.caller(&sdk).await.expect("answered")
        }
    });
    join_all(calls).await;
    let assumed = recorder.calls("AssumeRole");
    assert_eq!(
        assumed.len(),
        1,
        "one sign-in for twenty clients in two regions"
    );
    let arn = "arn:aws:iam::777788889999:role/AwsdeckReadOnly";
    assert_eq!(assumed[0].parameter("RoleArn").as_deref(), Some(arn));
}

#[tokio::test]
async fn a_change_has_the_operators_role_and_a_session_that_names_its_run() {
    let recorder = Recorder::start(sts);
    let files = Files::new(CHAIN, &recorder);
    let sessions = files.sessions("base").await;
    let place = Place::new(account("777788889999"), "eu-west-1");
    let sdk = sessions.operating_sdk(&place, "0190f3b2.4").await;
    sessions
        .caller(&sdk.expect("entered"))
        .await
        .expect("answered");
    let assumed = &recorder.calls("AssumeRole")[0];
    let arn = "arn:aws:iam::777788889999:role/AwsdeckOperator";
    assert_eq!(assumed.parameter("RoleArn").as_deref(), Some(arn));
    let name = assumed.parameter("RoleSessionName");
    assert_eq!(name.as_deref(), Some("awsdeck-ann-0190f3b2.4"));
}

#[tokio::test]
async fn a_refused_account_says_which_role_and_is_not_asked_again_at_once() {
    let recorder = Recorder::start(|seen| match seen.parameter("RoleArn") {
        Some(_) => refusal(
            403,
            "AccessDenied",
            "not authorized to perform sts:AssumeRole",
        ),
        None => sts(seen),
    });
    let files = Files::new(CHAIN, &recorder);
    let sessions = files.sessions("base").await;
    let place = Place::new(account("777788889999"), "eu-west-1");
    for _ in 0..3 {
        let sdk = sessions.sdk(&place).await.expect("no call yet");
        let error = sessions.caller(&sdk).await.expect_err("refused");
        let Kind::Denied { action, message } = &error.kind else {
            panic!("{error}");
        };
        assert_eq!(action, "sts:AssumeRole");
        assert!(
            message.contains("777788889999:role/AwsdeckReadOnly"),
            "{message}"
        );
    }
    assert_eq!(recorder.calls("AssumeRole").len(), 1);
}

#[tokio::test]
async fn a_suspended_account_is_never_called() {
    let recorder = Recorder::start(sts);
    let files = Files::new(CHAIN, &recorder);
    let sessions = files.sessions("base").await;
    let told = r#"{"id":null,"management_account":null,"units":[],"policies":[],"delegated":[],
        "gaps":[],"accounts":[{"id":"777788889999","arn":"","name":"old","email":"",
        "status":"suspended","joined":null,"parent":null,"policies":[],"tags":{}}]}"#;
    let organization: Organization = serde_json::from_str(told).expect("an organization");
    sessions.learn(&organization);
    let place = Place::new(account("777788889999"), "eu-west-1");
    let error = sessions.sdk(&place).await.expect_err("suspended");
    assert!(matches!(error.kind, Kind::Suspended { .. }), "{error}");
    assert!(recorder.calls("AssumeRole").is_empty());
}

const MFA: &str = "[profile base]\nregion = eu-west-1\nendpoint_url = {url}\n\
    aws_access_key_id = AKIABASE\naws_secret_access_key = planted\n\
    [profile admin]\nregion = eu-west-1\nendpoint_url = {url}\n\
    role_arn = arn:aws:iam::111122223333:role/Admin\nsource_profile = base\n\
    mfa_serial = arn:aws:iam::111122223333:mfa/ann\n";

/// Types the codes one after the other, then gives up; notes what it was told.
#[derive(Debug)]
struct Typist {
    codes: Mutex<Vec<&'static str>>,
    told: Mutex<Vec<Option<String>>>,
}

impl Typist {
    fn new(codes: &[&'static str]) -> Arc<Self> {
        let codes = codes.iter().rev().copied().collect();
        Arc::new(Self {
            codes: Mutex::new(codes),
            told: Mutex::default(),
        })
    }

    fn told(&self) -> Vec<Option<String>> {
        self.told.lock().expect("no panic").clone()
    }
}

#[async_trait]
impl Prompt for Typist {
    async fn mfa_code(&self, device: &str, problem: Option<&str>) -> Option<String> {
        assert_eq!(device, "arn:aws:iam::111122223333:mfa/ann");
        let problem = problem.map(str::to_owned);
        self.told.lock().expect("no panic").push(problem);
        self.codes
            .lock()
            .expect("no panic")
            .pop()
            .map(str::to_owned)
    }
}

fn only_code(right: &'static str) -> Recorder {
    Recorder::start(move |seen| match seen.parameter("TokenCode") {
        Some(code) if code != right => refusal(
            403,
            "AccessDenied",
            "MultiFactorAuthentication failed with invalid MFA one time pass code.",
        ),
        _ => sts(seen),
    })
}

#[tokio::test]
async fn a_code_is_asked_for_once_and_a_wrong_one_again_with_the_reason() {
    let recorder = only_code("222222");
    let files = Files::new(MFA, &recorder);
    let typist = Typist::new(&["111111", "222222"]);
    let options = Options {
        prompt: Some(typist.clone()),
        ..files.options("admin")
    };
    let sessions = Sessions::open(options).await.expect("settings");
    let all = join_all((0..10).map(|_| sessions.home())).await;
    assert!(all.iter().all(Result::is_ok));
    let told = typist.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], None);
    assert!(
        told[1]
            .as_ref()
            .expect("a reason")
            .contains("one time pass code")
    );
    let right = recorder.calls("AssumeRole").pop().expect("asked");
    assert_eq!(right.parameter("TokenCode").as_deref(), Some("222222"));
    let serial = right.parameter("SerialNumber");
    assert_eq!(serial.as_deref(), Some("arn:aws:iam::111122223333:mfa/ann"));
}

#[tokio::test]
async fn giving_up_on_the_code_ends_all_that_wait_for_it() {
    let recorder = only_code("222222");
    let files = Files::new(MFA, &recorder);
    let typist = Typist::new(&[]);
    let options = Options {
        prompt: Some(typist.clone()),
        ..files.options("admin")
    };
    let sessions = Sessions::open(options).await.expect("settings");
    let all = join_all((0..10).map(|_| sessions.home())).await;
    let needs_code = |error: &Error| matches!(error.kind, Kind::MfaNeeded { .. });
    assert!(
        all.iter()
            .all(|outcome| outcome.as_ref().is_err_and(needs_code))
    );
    assert_eq!(typist.told().len(), 1);
    assert!(recorder.calls("AssumeRole").is_empty());
}

#[tokio::test]
async fn a_credential_process_runs_once_for_many_and_its_complaint_is_shown() {
    let recorder = Recorder::start(sts);
    let print = r#"{"Version":1,"AccessKeyId":"ASIAPROC","SecretAccessKey":"planted"}"#;
    let text = "[profile corp]\nregion = eu-west-1\nendpoint_url = {url}\n\
        credential_process = sh {folder}/helper\n";
    let files = Files::new(text, &recorder);
    let folder = files.path("").display().to_string();
    let folder = folder.trim_end_matches('/');
    let config = fs::read_to_string(files.path("config")).expect("written");
    fs::write(files.path("config"), config.replace("{folder}", folder)).expect("written");
    let script = format!("echo ran >> {folder}/runs\necho '{print}'\n");
    fs::write(files.path("helper"), script).expect("written");
    let sessions = files.sessions("corp").await;
    let place = |n: usize| Place::new(account("777788889999"), format!("eu-west-{n}"));
    let calls = (0..20).map(|n| {
        let (sessions, place) = (&sessions, place(n));
        async move { sessions.sdk(&place).await.map(drop) }
    });
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let runs = fs::read_to_string(files.path("runs")).expect("it ran");
    assert_eq!(runs.lines().count(), 1);
    assert_eq!(recorder.seen()[0].key(), Some("ASIAPROC"));

    fs::write(files.path("helper"), "echo 'vault is sealed' >&2\nexit 2\n").expect("written");
    let sessions = files.sessions("corp").await;
    let error = sessions.home().await.expect_err("no credentials");
    assert!(error.to_string().contains("vault is sealed"), "{error}");
}

#[tokio::test]
async fn the_endpoint_of_one_service_goes_before_the_general_one() {
    let general = Recorder::start(sts);
    let special = Recorder::start(sts);
    let text = format!(
        "[profile e]\nregion = eu-west-1\nendpoint_url = {{url}}\nservices = mine\n\
         aws_access_key_id = AKIABASE\naws_secret_access_key = planted\n\
         [services mine]\nsts =\n  endpoint_url = {}\n",
        special.url()
    );
    let files = Files::new(&text, &general);
    let sessions = files.sessions("e").await;
    sessions.home().await.expect("signed in");
    assert_eq!(special.calls("GetCallerIdentity").len(), 1);
    assert!(general.seen().is_empty());
    assert_eq!(sessions.endpoint(), Some(general.url().as_str()));
}

#[tokio::test]
async fn fips_and_an_override_are_a_conflict_that_is_explained() {
    let recorder = Recorder::start(sts);
    let text = format!("{MFA}use_fips_endpoint = true\n");
    let files = Files::new(&text, &recorder);
    let error = Sessions::open(files.options("admin")).await.err();
    let error = error.expect("a conflict").to_string();
    assert!(
        error.contains("exclude each other: unset AWS_USE_FIPS_ENDPOINT"),
        "{error}"
    );
}

#[tokio::test]
async fn an_expired_session_names_the_profile_to_sign_in_with() {
    let recorder = Recorder::start(|_| refusal(403, "ExpiredToken", "The token has expired"));
    let files = Files::new(CHAIN, &recorder);
    let error = files
        .sessions("base")
        .await
        .home()
        .await
        .expect_err("expired")
        .clone();
    let expected = Some("base".to_owned());
    assert!(
        matches!(&error.kind, Kind::SignedOut { profile, .. } if *profile == expected),
        "{error:?}"
    );
    assert_eq!(error.request_id.as_deref(), Some("req-1"));
}
