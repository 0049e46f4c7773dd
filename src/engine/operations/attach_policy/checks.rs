//! What must be so before there is a plan, and what the reader must be told.

use serde_json::Value;

use super::{super::Refusal, asked::Asked};
use crate::model::{Account, AccountStatus, Organization, change::Attachment};

/// Service control policies that a root, a unit or an account can have ("Quotas for AWS
/// Organizations").
const MOST: usize = 5;

pub(super) fn allowed(asked: &Asked<'_>, all: &Organization) -> Result<(), Refusal> {
    let Asked { policy, target, .. } = asked;
    let (name, label) = (&policy.name, &target.label);
    let impossible = |text: String| Err(Refusal::Impossible(text));
    let there = asked.own.contains(&policy.id);
    if there != asked.detach {
        return Err(Refusal::NothingToDo(format!(
            "{name} is {} {label}",
            if there {
                "attached already to"
            } else {
                "not attached to"
            }
        )));
    }
    if target.id.is(&asked.management) {
        return impossible(format!(
            "{label} is the management account, which service control policies do not restrict; \
             move what has to be restricted to a member account"
        ));
    }
    if asked.detach && policy.id.as_str() == Attachment::FULL_ACCESS {
        return impossible(format!(
            "without {name} nothing is allowed in what {label} reaches, for nobody; attach a policy \
             that denies what shall not be"
        ));
    }
    if asked.detach && asked.own.len() == 1 {
        return impossible(format!(
            "{name} is the last policy of {label}, and AWS keeps one at least; attach another first"
        ));
    }
    if !asked.detach && asked.own.len() >= MOST {
        let names = asked.own.iter().map(|id| match all.policy(id) {
            Some(policy) => policy.name.as_str(),
            None => id.as_str(),
        });
        return impossible(format!(
            "{label} has {} policies and can have {MOST}: {}; detach one, or join two into one",
            asked.own.len(),
            names.collect::<Vec<_>>().join(", ")
        ));
    }
    Ok(())
}

pub(super) fn warnings(asked: &Asked<'_>, all: &Organization, reached: &[&Account]) -> Vec<String> {
    let Asked { policy, target, .. } = asked;
    let (name, label) = (&policy.name, &target.label);
    let mut told: Vec<String> = all
        .gaps
        .iter()
        .map(|gap| format!("not read: {gap}"))
        .collect();
    if reached.is_empty() {
        told.push(format!(
            "{label} has no account yet, so nothing changes for anybody"
        ));
    }
    let inherited = reached.iter().filter(|account| {
        let mut effective = all.effective_policies(account).into_iter();
        let here = |from: Option<&str>| from.is_some_and(|id| id == target.id.as_str());
        effective.any(|(one, from)| {
            let from = from.map(|unit| unit.id.as_str());
            let own = target.id.is(&account.id) && from.is_none();
            one.id == policy.id && !here(from) && !own
        })
    });
    let inherited = inherited.count();
    if inherited > 0 {
        told.push(format!(
            "{inherited} of {} accounts have {name} from elsewhere too: for them it is in force \
             before and after",
            reached.len()
        ));
    }
    if !asked.detach && policy.document.as_deref().is_some_and(denies_everything) {
        told.push(format!(
            "{name} denies everything to everybody, your own role in these accounts among them; \
             only the management account can detach it again"
        ));
    }
    if policy.document.is_none() {
        told.push(format!("what {name} says could not be read"));
    }
    let sleeping = reached
        .iter()
        .filter(|account| account.status != AccountStatus::Active);
    let sleeping: Vec<&str> = sleeping.map(|account| account.name.as_str()).collect();
    if !sleeping.is_empty() {
        told.push(format!("not active: {}", sleeping.join(", ")));
    }
    told
}

/// Whether a statement denies all actions on everything under no condition.
fn denies_everything(document: &str) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(document) else {
        return false;
    };
    let each = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    each(&document["Statement"]).iter().any(|statement| {
        let all = |key: &str| each(&statement[key]).iter().any(|one| one == "*");
        statement["Effect"] == "Deny"
            && all("Action")
            && all("Resource")
            && statement.get("Condition").is_none()
    })
}
