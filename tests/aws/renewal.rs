//! Sign-ins that run out are renewed in the files that the AWS CLI keeps, and it goes on with them.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use super::{
    forward::{Forward, Which},
    moto::{run, run_in, shared},
};
use crate::support::{Home, text};

const LONG_AGO: &str = "2020-01-01T00:00:00Z";

/// A home whose profiles sign in at `forward`.
fn home(forward: &Forward, profile: &str) -> Home {
    let home = Home::new();
    let endpoint = forward.endpoint();
    let text = format!("[profile hub]\nregion = eu-west-1\nendpoint_url = {endpoint}\n{profile}");
    fs::write(home.path().join("aws-config"), text).expect("written");
    home
}

fn doctor(home: &Home) -> String {
    let mut command = home.command(&["doctor", "--profile", "hub"]);
    let output = command.output().expect("the built binary");
    text(&output.stdout) + &text(&output.stderr)
}

/// Who botocore is in the same home.
fn botocore(home: &Home) -> Value {
    run_in(&home.variables(), "whoami.py", &["hub"], "")
}

fn read(file: &PathBuf) -> Value {
    serde_json::from_str(&fs::read_to_string(file).expect("readable")).expect("JSON")
}

#[test]
fn an_sso_token_is_renewed_in_its_file_and_botocore_goes_on_with_it() {
    let moto = shared();
    let forward = Forward::before(moto);
    let account = moto.account("prod-ml").to_string();
    let profile = format!(
        "sso_session = corp\nsso_account_id = {account}\nsso_role_name = AwsdeckReadOnly\n\
         [sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n\
         sso_registration_scopes = sso:account:access\n"
    );
    let home = home(&forward, &profile);
    let folder = home.path().join("home/.aws/sso/cache");
    fs::create_dir_all(&folder).expect("a folder");
    // The file's name is the SHA-1 of the session's name.
    let file = folder.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
    let (access, refresh) = forward.world().tokens();
    let token = json!({
        "accessToken": access,
        "expiresAt": LONG_AGO,
        "refreshToken": refresh,
        "clientId": "client",
        "clientSecret": "planted",
        "registrationExpiresAt": "2099-01-01T00:00:00Z",
        "region": "eu-west-1",
        "startUrl": "https://corp.example/start",
    });
    fs::write(&file, token.to_string()).expect("written");

    let said = doctor(&home);
    let arn = format!("{account}:assumed-role/AwsdeckReadOnly/");
    assert!(said.contains(&arn), "{said}");
    let renewed = Which::call("sso-oauth", "CreateToken");
    assert_eq!(forward.count(&renewed), 1);
    let (access, refresh) = forward.world().tokens();
    let kept = read(&file);
    assert_eq!(kept["accessToken"], access.as_str());
    assert_eq!(kept["refreshToken"], refresh.as_str());
    for member in ["clientId", "clientSecret", "region", "startUrl"] {
        assert_eq!(kept[member], token[member], "{member}");
    }

    // Nothing to renew: botocore takes the token as it is.
    assert_eq!(botocore(&home)["account"], account.as_str());
    assert_eq!(forward.count(&renewed), 1);

    // Run out again: botocore renews what awsdeck has written, and awsdeck what botocore has.
    let mut again = kept;
    again["expiresAt"] = LONG_AGO.into();
    fs::write(&file, again.to_string()).expect("written");
    assert_eq!(botocore(&home)["account"], account.as_str());
    assert_eq!(forward.count(&renewed), 2);
    let said = doctor(&home);
    assert!(said.contains(&arn), "{said}");
    assert_eq!(forward.count(&renewed), 2);
}

#[test]
fn a_session_of_aws_login_signs_in_and_is_renewed_in_its_file() {
    let forward = Forward::before(shared());
    let session = "arn:aws:iam::123456789012:user/ann";
    let home = home(&forward, &format!("login_session = {session}\n"));
    let folder = home.path().join("home/.aws/login/cache");
    let folder = folder.to_str().expect("a path");
    let refresh = forward.world().login_token();
    let file = run("login.py", &[folder, session, &refresh, LONG_AGO], "");
    let file = PathBuf::from(file.as_str().expect("a path"));

    let said = doctor(&home);
    assert!(said.contains(":assumed-role/Console/"), "{said}");
    let renewed = Which::call("signin", "CreateOAuth2Token");
    assert_eq!(forward.count(&renewed), 1);
    let kept = read(&file);
    assert_eq!(kept["refreshToken"], forward.world().login_token());
    assert_ne!(kept["accessToken"]["accessKeyId"], "ASIAKEPT");

    // Good for a quarter of an hour: nothing is renewed.
    let said = doctor(&home);
    assert!(said.contains(":assumed-role/Console/"), "{said}");
    assert_eq!(forward.count(&renewed), 1);
}

#[test]
fn a_session_of_aws_login_that_is_over_names_the_command_that_helps() {
    let forward = Forward::before(shared());
    let session = "arn:aws:iam::123456789012:user/ann";
    let home = home(&forward, &format!("login_session = {session}\n"));
    let said = doctor(&home);
    assert!(said.contains("aws login --profile hub"), "{said}");
    let folder = home.path().join("home/.aws/login/cache");
    let folder = folder.to_str().expect("a path");
    run("login.py", &[folder, session, "used", LONG_AGO], "");
    let said = doctor(&home);
    assert!(said.contains("aws login --profile hub"), "{said}");
    assert!(!said.contains("planted"), "{said}");
}
