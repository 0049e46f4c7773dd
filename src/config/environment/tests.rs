use std::path::Path;

use super::*;
use crate::{
    config::Settings,
    model::{AccountStatus, Arn, Tags, Unit, UnitId},
};

fn unit(id: &str, name: &str, parent: Option<&str>) -> Unit {
    Unit {
        id: id.into(),
        arn: Arn::from(id),
        name: name.into(),
        parent: parent.map(UnitId::from),
        policies: Vec::new(),
        tags: Tags::new(),
    }
}

fn account(id: &str, name: &str, parent: &str) -> Account {
    Account {
        id: id.parse().expect("twelve digits"),
        arn: Arn::from(id),
        name: name.into(),
        email: String::new(),
        status: AccountStatus::Active,
        joined: None,
        parent: Some(parent.into()),
        policies: Vec::new(),
        tags: Tags::new(),
    }
}

fn organization() -> Organization {
    Organization {
        units: vec![
            unit("r-1", "Root", None),
            unit("ou-e", "Environments", Some("r-1")),
            unit("ou-p", "Prod", Some("ou-e")),
            unit("ou-d", "Dev", Some("ou-e")),
            unit("ou-x", "Prodigy", Some("ou-e")),
        ],
        ..Organization::default()
    }
}

fn rules(text: &str) -> Environments {
    Settings::parse(text, Path::new("config.toml"))
        .expect("settings")
        .environments()
}

#[test]
fn by_convention_the_strictest_word_of_unit_and_name_counts() {
    let organization = organization();
    let environments = Environments::conventional();
    let class =
        |name, parent| environments.class(&account("000000000001", name, parent), &organization);
    assert_eq!(class("x", "ou-p"), EnvironmentClass::Prod);
    assert_eq!(class("x", "ou-d"), EnvironmentClass::Dev);
    assert_eq!(class("prd-web", "ou-d"), EnvironmentClass::Prod);
    assert_eq!(class("web stg", "r-1"), EnvironmentClass::Staging);
    assert_eq!(class("acme-sandbox", "r-1"), EnvironmentClass::Dev);
    assert_eq!(
        class("x", "ou-x"),
        EnvironmentClass::Other,
        "Prodigy is no prod"
    );
    assert_eq!(class("non-prod", "r-1"), EnvironmentClass::Other);
    assert_eq!(class("x", "ou-unheard-of"), EnvironmentClass::Other);
}

#[test]
fn the_first_rule_wins_and_all_fields_of_a_match_are_required() {
    let environments = rules(
        r#"
[[env]]
name = "ml"
class = "staging"
match = { ou = "Environments/Prod", name = "-ml$" }
[[env]]
name = "prod"
match = { ou = "ou-p" }
theme_overlay = "production"
[[env]]
name = "dev"
match = { tag = "stage=dev" }
"#,
    );
    let organization = organization();
    let ml = account("000000000001", "prod-ml", "ou-p");
    let app = account("000000000002", "prod-app", "ou-p");
    let mut other = account("000000000003", "dev-ml", "ou-d");
    assert_eq!(
        environments.class(&ml, &organization),
        EnvironmentClass::Staging
    );
    assert_eq!(
        environments.class(&app, &organization),
        EnvironmentClass::Prod
    );
    let overlay = environments
        .rule(&app, &organization)
        .and_then(|rule| rule.theme_overlay.as_deref());
    assert_eq!(overlay, Some("production"));
    assert_eq!(
        environments.class(&other, &organization),
        EnvironmentClass::Other,
        "with rules the conventions are off"
    );
    other.tags.insert("stage".into(), "dev".into());
    assert_eq!(
        environments.class(&other, &organization),
        EnvironmentClass::Dev
    );
}

#[test]
fn a_unit_that_was_renamed_is_not_remembered_by_its_old_name() {
    let environments = Environments::conventional();
    let mut organization = organization();
    let account = account("000000000001", "x", "ou-d");
    assert_eq!(
        environments.class(&account, &organization),
        EnvironmentClass::Dev
    );
    organization.units[3].name = "Prod EU".into();
    assert_eq!(
        environments.class(&account, &organization),
        EnvironmentClass::Prod
    );
}

#[test]
fn purpose_is_the_tag_or_the_last_word_of_the_name() {
    let mut account = account("000000000001", "prod-ml", "ou-p");
    assert_eq!(purpose(&account), Some(Purpose::Ml));
    account.tags.insert("purpose".into(), "Shared".into());
    assert_eq!(purpose(&account), Some(Purpose::Shared));
    account.tags.clear();
    account.name = "payer".into();
    assert_eq!(purpose(&account), None);
}
