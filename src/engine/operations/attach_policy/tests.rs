use proptest::prelude::*;

use super::{asked::asked, checks, *};
use crate::model::{
    Account, AccountStatus, Organization, Policy, PolicyId, Tags, Unit, change::Attachment,
};

fn unit(id: &str, name: &str, parent: Option<&str>, policies: &[&str]) -> Unit {
    Unit {
        id: id.into(),
        arn: "arn".into(),
        name: name.into(),
        parent: parent.map(Into::into),
        policies: policies.iter().map(|id| PolicyId::from(*id)).collect(),
        tags: Tags::new(),
    }
}

fn account(number: u64, name: &str, parent: &str, policies: &[&str]) -> Account {
    Account {
        id: format!("{number:012}").parse().expect("an account"),
        arn: "arn".into(),
        name: name.into(),
        email: format!("{name}@example.com"),
        status: AccountStatus::Active,
        joined: None,
        parent: Some(parent.into()),
        policies: policies.iter().map(|id| PolicyId::from(*id)).collect(),
        tags: Tags::new(),
    }
}

fn policy(id: &str, document: &str) -> Policy {
    Policy {
        id: id.into(),
        name: id.trim_start_matches("p-").into(),
        description: String::new(),
        aws_managed: false,
        document: Some(document.into()),
    }
}

const FULL: &str = Attachment::FULL_ACCESS;

/// Two units of the same name, an account in each, one in the root.
fn organization() -> Organization {
    let deny = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    Organization {
        id: Some("o-1".into()),
        management_account: Some("000000000001".parse().expect("an account")),
        units: vec![
            unit("r-1", "Root", None, &[FULL]),
            unit("ou-1", "Dev", Some("r-1"), &[FULL, "p-a"]),
            unit(
                "ou-2",
                "Old",
                Some("r-1"),
                &[FULL, "p-a", "p-b", "p-c", "p-d"],
            ),
            unit("ou-3", "Dev", Some("ou-2"), &["p-a"]),
        ],
        accounts: vec![
            account(1, "boss", "r-1", &[FULL]),
            account(2, "new", "ou-1", &[FULL]),
            account(3, "old", "ou-3", &[FULL]),
        ],
        policies: [FULL, "p-a", "p-b", "p-c", "p-d", "p-e"]
            .map(|id| policy(id, deny))
            .to_vec(),
        ..Organization::default()
    }
}

fn wish(policy: &str, target: &str, action: &str) -> Arguments {
    Arguments::new()
        .with("policy", policy)
        .with("target", target)
        .with("action", action)
}

fn refused(policy: &str, target: &str, action: &str) -> String {
    let all = organization();
    let wish = wish(policy, target, action);
    let told = asked(&wish, &all).and_then(|asked| checks::allowed(&asked, &all));
    told.expect_err("it should be refused").to_string()
}

#[test]
fn what_is_meant_is_found_by_path_name_and_id() {
    let all = organization();
    for (text, id, label) in [
        ("root", "r-1", "the root"),
        ("ROOT", "r-1", "the root"),
        ("ou-3", "ou-3", "Old/Dev"),
        ("Old/Dev", "ou-3", "Old/Dev"),
        // The path of one, although it is the name of another too.
        ("Dev", "ou-1", "Dev"),
        ("new", "000000000002", "new"),
        ("000000000003", "000000000003", "old"),
    ] {
        let wish = wish("a", text, "attach");
        let asked = asked(&wish, &all).expect("found");
        assert_eq!(
            (asked.target.id.as_str(), &*asked.target.label),
            (id, label)
        );
        assert_eq!(asked.policy.id.as_str(), "p-a");
    }
}

#[test]
fn what_cannot_be_is_refused_with_the_way_out() {
    for (policy, target, action, told) in [
        (
            "a",
            "Dev",
            "attach",
            "nothing to do: a is attached already to Dev",
        ),
        (
            "b",
            "Dev",
            "detach",
            "nothing to do: b is not attached to Dev",
        ),
        (
            "z",
            "Dev",
            "attach",
            "no service control policy is named `z`; there is: FullAWSAccess, a",
        ),
        (
            "a",
            "Prod",
            "attach",
            "nothing in the organization is `Prod`",
        ),
        ("a", "boss", "attach", "is the management account"),
        (
            "FullAWSAccess",
            "Dev",
            "detach",
            "without FullAWSAccess nothing is allowed",
        ),
        ("a", "Old/Dev", "detach", "a is the last policy of Old/Dev"),
        (
            "e",
            "Old",
            "attach",
            "Old has 5 policies and can have 5: FullAWSAccess, a, b, c, d;",
        ),
    ] {
        let refused = refused(policy, target, action);
        assert!(refused.contains(told), "{policy} {target}: {refused}");
    }
    let alone = Organization {
        gaps: vec!["only one account".into()],
        ..Organization::default()
    };
    let told = asked(&wish("a", "root", "attach"), &alone).expect_err("no organization");
    assert!(
        told.to_string()
            .ends_with("management account: only one account")
    );
}

#[test]
fn the_reader_is_told_what_the_tree_alone_does_not_show() {
    let mut all = organization();
    all.accounts[2].status = AccountStatus::Suspended;
    let wish = wish("a", "old", "attach");
    let asked = asked(&wish, &all).expect("found");
    let reached: Vec<&Account> = all.reached_from(&asked.target.id).collect();
    let warnings = checks::warnings(&asked, &all, &reached);
    for told in [
        "1 of 1 accounts have a from elsewhere too",
        "a denies everything to everybody",
        "not active: old",
    ] {
        assert!(
            warnings.iter().any(|one| one.contains(told)),
            "{warnings:?}"
        );
    }
}

proptest! {
    /// The accounts that a plan names are those whose way to the root passes the target, whatever
    /// the tree looks like.
    #[test]
    fn a_policy_reaches_those_below_its_target_and_nobody_else(
        parents in proptest::collection::vec(0_usize..8, 1..8),
        homes in proptest::collection::vec(0_usize..8, 1..12),
        target in 0_usize..8,
    ) {
        let mut all = Organization {
            management_account: Some("000000000100".parse().expect("an account")),
            units: vec![unit("u0", "Root", None, &[FULL])],
            ..Organization::default()
        };
        // Each unit hangs below one that came before it.
        let above: Vec<usize> = parents.iter().enumerate().map(|(at, up)| up % (at + 1)).collect();
        for (at, up) in above.iter().enumerate() {
            let id = format!("u{}", at + 1);
            all.units.push(unit(&id, &id, Some(&format!("u{up}")), &[FULL]));
        }
        let units = all.units.len();
        for (number, home) in homes.iter().enumerate() {
            let name = format!("a{number}");
            let home = format!("u{}", home % units);
            all.accounts.push(account(100 + number as u64, &name, &home, &[FULL]));
        }
        let target = target % units;
        let below = |mut at: usize| loop {
            if at == target {
                return true;
            }
            if at == 0 {
                return false;
            }
            at = above[at - 1];
        };
        let expected: Vec<String> = homes
            .iter()
            .enumerate()
            .filter(|(number, home)| *number != 0 && below(**home % units))
            .map(|(number, _)| format!("a{number}"))
            .collect();
        let id = crate::model::TargetId::from(format!("u{target}"));
        let reached: Vec<String> = all.reached_from(&id).map(|one| one.name.clone()).collect();
        prop_assert_eq!(reached, expected);
    }
}
