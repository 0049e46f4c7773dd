//! A plain organization for the tests of this layer.

use crate::model::{
    Account, AccountId, AccountStatus, Arn, Organization, OrganizationId, Tags, Unit, UnitId,
};

/// The account of a number.
pub(crate) fn id(number: usize) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

/// `Environments` with `Prod` and `Dev` below it; accounts `acme-00001` on, in turn.
pub(crate) fn organization(accounts: usize) -> Organization {
    let units = [
        ("r-root", "Root", None),
        ("ou-env", "Environments", Some("r-root")),
        ("ou-prod", "Prod", Some("ou-env")),
        ("ou-dev", "Dev", Some("ou-env")),
    ];
    let unit = |(id, name, parent): (&str, &str, Option<&str>)| Unit {
        id: id.into(),
        arn: Arn::from(id),
        name: name.into(),
        parent: parent.map(UnitId::from),
        policies: Vec::new(),
        tags: Tags::new(),
    };
    Organization {
        id: Some(OrganizationId::from("o-fixture")),
        management_account: Some(id(1)),
        units: units.into_iter().map(unit).collect(),
        accounts: (1..=accounts).map(account).collect(),
        ..Organization::default()
    }
}

fn account(number: usize) -> Account {
    let parent = if number.is_multiple_of(2) {
        "ou-dev"
    } else {
        "ou-prod"
    };
    Account {
        id: id(number),
        arn: Arn::from(format!("account/{number}")),
        name: format!("acme-{number:05}"),
        email: format!("acme-{number}@example.com"),
        status: AccountStatus::Active,
        joined: None,
        parent: Some(parent.into()),
        policies: Vec::new(),
        tags: Tags::new(),
    }
}
