use super::*;
use crate::model::{
    change::{Change, ChangeKind as _, Standing},
    identity::trust_of,
};

const MARK: Mark<'_> = Mark {
    plan: "0123456789abcdef",
    step: "make",
};

fn account() -> Ref<AccountId> {
    let id: AccountId = "111122223333".parse().expect("twelve digits");
    id.into()
}

fn create() -> IdentityChange {
    IdentityChange::CreateRole {
        account: account(),
        name: "shop-cluster".into(),
        description: "runs the cluster shop".into(),
        trust: trust_of("eks.amazonaws.com"),
        tags: Tags::new(),
    }
}

fn attach() -> IdentityChange {
    IdentityChange::AttachRolePolicy {
        account: account(),
        role: "shop-cluster".into(),
        arn: Ref::output("make"),
        policy: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy".into(),
    }
}

fn role(step: Option<&str>) -> Role {
    let tags = step.map(|step| {
        Tags::from([
            (Mark::PLAN.into(), MARK.plan.into()),
            (Mark::STEP.into(), step.into()),
        ])
    });
    Role {
        name: "shop-cluster".into(),
        arn: "arn:aws:iam::111122223333:role/shop-cluster".into(),
        trust: trust_of("eks.amazonaws.com"),
        policies: Vec::new(),
        tags: tags.unwrap_or_default(),
    }
}

#[test]
fn a_role_of_that_name_is_ours_only_by_its_mark_and_its_arn_is_what_was_made() {
    let stands = |found: Option<&Role>| create().standing(found, MARK);
    assert_eq!(stands(None), Standing::From);
    let ours = role(Some("make"));
    assert_eq!(stands(Some(&ours)), Standing::made(ours.arn.as_str()));
    assert_eq!(
        stands(Some(&role(None))),
        Standing::elsewhere("role shop-cluster is there already and not ours")
    );
}

#[test]
fn a_policy_is_attached_and_detached_and_a_role_that_is_gone_took_it_along() {
    let mut found = role(None);
    let detach = match attach().inverse("x") {
        Some(Change::Identity(back)) => back,
        other => panic!("{other:?}"),
    };
    assert_eq!(attach().standing(Some(&found), MARK), Standing::From);
    assert_eq!(detach.standing(Some(&found), MARK), Standing::to());
    found
        .policies
        .push("arn:aws:iam::aws:policy/AmazonEKSClusterPolicy".into());
    assert_eq!(attach().standing(Some(&found), MARK), Standing::to());
    assert_eq!(detach.standing(Some(&found), MARK), Standing::From);
    assert_eq!(
        attach().standing(None, MARK),
        Standing::elsewhere("role shop-cluster is not there")
    );
    assert_eq!(detach.standing(None, MARK), Standing::to());
    assert_eq!(detach.inverse("x"), Some(Change::Identity(attach())));
}

#[test]
fn only_the_role_that_the_step_made_is_deleted() {
    let Some(Change::Identity(delete)) = create().inverse("make") else {
        panic!("a creation has an inverse");
    };
    let undo = Mark {
        step: "make/undo",
        ..MARK
    };
    assert_eq!(delete.standing(None, undo), Standing::to());
    assert_eq!(
        delete.standing(Some(&role(Some("make"))), undo),
        Standing::From
    );
    assert!(matches!(
        delete.standing(Some(&role(None)), undo),
        Standing::Elsewhere(_)
    ));
    assert_eq!(delete.inverse("x"), None);
}

#[test]
fn an_attachment_lies_within_its_role() {
    assert!(attach().scope().starts_with(&create().scope()));
    assert_ne!(attach().scope(), create().scope());
    assert_eq!(
        attach().title(),
        "attach AmazonEKSClusterPolicy to role shop-cluster"
    );
}
