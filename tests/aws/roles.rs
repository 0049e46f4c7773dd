//! Which role an account is entered with, and under which name CloudTrail will know the session.

use std::{fs, path::Path};

use awsdeck::{
    config::Settings,
    model::{Organization, Place},
    provider::{
        Kind,
        aws::session::{Options, Sessions},
    },
};

use super::recorder::{Recorder, sts};

/// Sessions by the settings `text` at an STS that is the recorder; no other endpoint is replaced,
/// so that this is AWS and no emulator.
async fn sessions(recorder: &Recorder, text: &str) -> Sessions {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config");
    let profile = format!(
        "[profile base]\nregion = eu-west-1\nservices = mine\naws_access_key_id = AKIABASE\n\
         aws_secret_access_key = planted\n[services mine]\nsts =\n  endpoint_url = {}\n",
        recorder.url()
    );
    fs::write(&file, profile).expect("written");
    let settings = Settings::parse(text, Path::new("config.toml")).expect("settings");
    let options = Options {
        profile: Some("base".into()),
        config_file: Some(file),
        user: "ann".into(),
        ..Options::from_settings(&settings)
    };
    let sessions = Sessions::open(options).await.expect("a profile");
    let told = r#"{"id":null,"management_account":null,"units":[],"policies":[],"delegated":[],
        "gaps":[],"accounts":[{"id":"777788889999","arn":"","name":"old","email":"",
        "status":"active","joined":null,"parent":null,"policies":[],"tags":{}}]}"#;
    let organization: Organization = serde_json::from_str(told).expect("an organization");
    sessions.learn(&organization);
    sessions
}

fn member() -> Place {
    Place::new("777788889999".parse().expect("an account"), "eu-west-1")
}

const ADMIN: &str = "[[aws.access.override]]\nmatch = { name = \"old\" }\n\
    read_role = \"OrganizationAccountAccessRole\"\n";

#[tokio::test]
async fn an_administrators_role_reads_only_where_the_settings_let_it() {
    let recorder = Recorder::start(sts);
    let refused = sessions(&recorder, ADMIN).await;
    let error = refused.sdk(&member()).await.expect_err("not let");
    let Kind::Denied { message, .. } = &error.kind else {
        panic!("{error}");
    };
    assert!(message.contains("allow_admin_polling"), "{message}");
    assert!(recorder.calls("AssumeRole").is_empty());
    assert!(
        refused.reading_role(member().account).1,
        "an administrator's"
    );

    let let_in = format!("{ADMIN}allow_admin_polling = true\n");
    let sessions = sessions(&recorder, &let_in).await;
    let sdk = sessions.sdk(&member()).await.expect("let");
    sessions.caller(&sdk).await.expect("entered");
    let assumed = recorder.calls("AssumeRole");
    let role = assumed[0].parameter("RoleArn").expect("a role");
    assert!(role.ends_with("/OrganizationAccountAccessRole"), "{role}");
}

#[tokio::test]
async fn sessions_have_the_name_that_the_settings_give_them() {
    let recorder = Recorder::start(sts);
    let settings = "[aws.access]\nsession_name = \"sre-{user}\"\n";
    let sessions = sessions(&recorder, settings).await;
    let sdk = sessions.sdk(&member()).await.expect("entered");
    sessions.caller(&sdk).await.expect("entered");
    let sdk = sessions.operating_sdk(&member(), "run/3").await;
    sessions
        .caller(&sdk.expect("entered"))
        .await
        .expect("entered");
    let names = recorder.calls("AssumeRole").into_iter();
    let names: Vec<String> = names
        .filter_map(|call| call.parameter("RoleSessionName"))
        .collect();
    assert_eq!(names, ["sre-ann", "sre-ann-run-3"]);
}
