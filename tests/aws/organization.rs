//! The organization as awsdeck reads it, against what boto3 has made.

use std::collections::BTreeMap;

use awsdeck::{
    model::{Account, AccountStatus, Organization},
    provider::{
        Identity as _, Organizations as _,
        aws::{identity::Identity, organizations::Directory, session::Sessions},
    },
};
use serde_json::Value;

use super::moto::{Moto, shared};

async fn read(moto: &Moto) -> (Organization, Vec<usize>) {
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let mut growth = Vec::new();
    let mut found = |so_far: &Organization| growth.push(so_far.accounts.len());
    let directory = Directory::new(sessions);
    let whole = directory.organization(&mut found).await.expect("readable");
    (whole, growth)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").into()
}

#[tokio::test]
async fn the_whole_tree_is_what_boto3_made() {
    let moto = shared();
    let (organization, _) = read(moto).await;
    let made = &moto.made;
    assert_eq!(
        organization.id.as_ref().map(ToString::to_string),
        Some(text(&made["id"]))
    );
    let management = organization.management_account.map(|id| id.to_string());
    assert_eq!(management, Some(text(&made["management"])));

    let units = organization.units.iter().skip(1);
    let units: BTreeMap<String, String> = units
        .map(|unit| (organization.path(&unit.id), unit.id.to_string()))
        .collect();
    let expected: BTreeMap<String, String> =
        serde_json::from_value(made["units"].clone()).expect("units");
    assert_eq!(units, expected);
    assert!(organization.units[0].parent.is_none(), "the root is first");

    let own = organization.accounts.iter();
    let own = own.filter(|account| Some(account.id) != organization.management_account);
    let accounts: BTreeMap<String, String> = own
        .clone()
        .map(|account| (account.name.clone(), account.id.to_string()))
        .collect();
    let expected: BTreeMap<String, String> =
        serde_json::from_value(made["accounts"].clone()).expect("accounts");
    assert_eq!(accounts, expected);
    for account in own {
        let (environment, _) = account.name.split_once('-').expect("environment-purpose");
        let unit = account.parent.as_ref().expect("a place in the tree");
        let path = organization.path(unit).to_lowercase();
        assert_eq!(path, format!("environments/{environment}"));
        assert_eq!(account.tags["environment"], environment);
        assert_eq!(account.status, AccountStatus::Active);
        assert_eq!(account.email, format!("{}@example.com", account.name));
        assert!(account.joined.is_some());
    }
    assert_eq!(organization.gaps, Vec::<String>::new());
}

#[tokio::test]
async fn service_control_policies_reach_the_accounts_below_their_unit() {
    let (organization, _) = read(shared()).await;
    let named = |name: &str| -> &Account {
        let mut accounts = organization.accounts.iter();
        accounts
            .find(|account| account.name == name)
            .expect("seeded")
    };
    let reach = |name: &str| {
        let policies = organization.effective_policies(named(name));
        let mut reached: Vec<String> = policies
            .iter()
            .filter(|(policy, _)| !policy.aws_managed)
            .map(|(policy, from)| {
                let from = from.map_or("itself", |unit| unit.name.as_str());
                format!("{} from {from}", policy.name)
            })
            .collect();
        reached.sort();
        reached
    };
    assert_eq!(
        reach("prod-ml"),
        [
            "DenyLeavingProd from Prod",
            "DenyPublicS3 from Environments"
        ]
    );
    assert_eq!(reach("dev-app"), ["DenyPublicS3 from Environments"]);
    let mut policies = organization.policies.iter();
    let policy = policies.find(|policy| policy.name == "DenyPublicS3");
    let document = policy.and_then(|policy| policy.document.as_deref());
    let document: Value = serde_json::from_str(document.expect("read")).expect("JSON");
    assert_eq!(document["Statement"][0]["Effect"], "Deny");

    let delegated = &organization.delegated[0];
    assert_eq!(delegated.account, named("prod-shared").id);
    assert_eq!(delegated.services, ["guardduty.amazonaws.com"]);
}

#[tokio::test]
async fn accounts_are_shown_while_the_tree_is_still_walked() {
    let (organization, growth) = read(shared()).await;
    let all = organization.accounts.len();
    assert!(growth.len() > 5, "shown after each answer: {growth:?}");
    // Which of the calls that start together is answered first is the server's choice; that the
    // tree is still walked for long afterwards is ours.
    let complete = growth.iter().position(|&known| known == all);
    assert!(
        complete.is_some_and(|at| at < growth.len() / 2),
        "accounts come first: {growth:?}"
    );
}

#[tokio::test]
async fn without_an_organization_the_account_signed_in_to_stands_alone() {
    let moto = Moto::empty();
    let (organization, _) = read(&moto).await;
    let ids: Vec<String> = organization
        .accounts
        .iter()
        .map(|a| a.id.to_string())
        .collect();
    assert_eq!(ids, ["123456789012"]);
    assert!(organization.gaps[0].contains("only the account signed in to is shown"));
}

#[tokio::test]
async fn every_account_is_entered_as_itself() {
    let moto = shared();
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let identity = Identity::new(sessions);
    let home = identity.caller(None).await.expect("signed in");
    assert_eq!(home.account.to_string(), "123456789012");
    let account = moto.account("prod-ml");
    let caller = identity.caller(Some(account)).await.expect("entered");
    assert_eq!(caller.account, account);
    let session = "assumed-role/AwsdeckReadOnly/awsdeck-tester";
    assert!(caller.arn.as_str().ends_with(session), "{}", caller.arn);
    assert!(caller.expires.is_some(), "an assumed session ends");
}
