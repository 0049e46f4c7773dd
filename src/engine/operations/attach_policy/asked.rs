//! What is meant by a wish, in the organization as it was just read.

use super::super::{Arguments, Refusal};
use crate::model::{AccountId, Organization, Policy, PolicyId, TargetId};

/// What is to be attached where, or detached.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) management: AccountId,
    pub(super) policy: &'a Policy,
    pub(super) target: Target,
    pub(super) detach: bool,
    /// What is attached to the target itself.
    pub(super) own: &'a [PolicyId],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) id: TargetId,
    /// As people know it: `the root`, a unit's path, an account's name.
    pub(super) label: String,
}

pub(super) fn asked<'a>(wish: &Arguments, all: &'a Organization) -> Result<Asked<'a>, Refusal> {
    let Some(management) = all.management_account else {
        let why = all.gaps.first().map_or("", String::as_str);
        return Err(Refusal::Impossible(format!(
            "no organization can be seen from here; sign in to its management account{}{why}",
            if why.is_empty() { "" } else { ": " }
        )));
    };
    let target = target(wish.text("target"), all)?;
    let own = all.attached_to(&target.id).unwrap_or_default();
    Ok(Asked {
        management,
        policy: policy(wish.text("policy"), all)?,
        target,
        detach: wish.text("action") == "detach",
        own,
    })
}

fn policy<'a>(wanted: &str, all: &'a Organization) -> Result<&'a Policy, Refusal> {
    let policies = all.policies.iter();
    let is = |policy: &&Policy| policy.id.as_str() == wanted || policy.name == wanted;
    let found: Vec<&Policy> = policies.filter(is).collect();
    match found.as_slice() {
        [policy] => Ok(policy),
        [] => {
            let names: Vec<&str> = all.policies.iter().map(|one| one.name.as_str()).collect();
            Err(Refusal::Impossible(format!(
                "no service control policy is named `{wanted}`; there is: {}",
                names.join(", ")
            )))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|one| one.id.as_str()).collect();
            Err(Refusal::Impossible(format!(
                "several policies are named `{wanted}`: give the id of one: {}",
                ids.join(", ")
            )))
        }
    }
}

/// A root, a unit by its path or its unique name, or an account; each also by its id.
fn target(wanted: &str, all: &Organization) -> Result<Target, Refusal> {
    let mut found = Vec::new();
    for unit in &all.units {
        let path = all.path(&unit.id);
        let is_root = unit.parent.is_none();
        let named = wanted == unit.id.as_str() || wanted == unit.name || wanted == path;
        if named || (is_root && wanted.eq_ignore_ascii_case("root")) {
            found.push(Target {
                id: unit.id.as_str().into(),
                label: if is_root { "the root".into() } else { path },
            });
        }
    }
    for account in &all.accounts {
        if account.id.to_string() == wanted || account.name == wanted {
            found.push(Target {
                id: account.id.to_string().into(),
                label: account.name.clone(),
            });
        }
    }
    // A path names one unit, whatever others of the same name there are elsewhere.
    if let Some(exact) = found.iter().find(|one| one.label == wanted) {
        return Ok(exact.clone());
    }
    match found.as_slice() {
        [target] => Ok(target.clone()),
        [] => Err(Refusal::Impossible(format!(
            "nothing in the organization is `{wanted}`: give `root`, a unit's path such as \
             Environments/Prod, an account's name, or an id"
        ))),
        several => {
            let each = several
                .iter()
                .map(|one| format!("{} ({})", one.label, one.id));
            Err(Refusal::Impossible(format!(
                "`{wanted}` is the name of several: give the path or the id of one: {}",
                each.collect::<Vec<_>>().join(", ")
            )))
        }
    }
}
