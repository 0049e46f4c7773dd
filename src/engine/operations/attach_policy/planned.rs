//! The pure part: a wish and the organization give a plan or a refusal, and nothing else does.

use std::collections::BTreeMap;

use super::{
    super::{Arguments, Refusal, World, outline::Outline},
    asked::{Asked, asked},
    checks,
};
use crate::{
    engine::{
        facts::organization::{policy_value, reached_value},
        plan::{Draft, Fact, FactId, Gate, OrganizationSource, Plan, Precondition, Source, Step},
    },
    model::{
        Account, AccountId, EnvironmentClass, Organization, Ref,
        change::{Attachment, Change, OrganizationChange},
    },
};

/// Accounts that a question names; of more it gives the number.
const NAMED: usize = 6;

pub(super) fn plan(
    wish: &Arguments,
    all: &Organization,
    world: &World<'_>,
) -> Result<Plan, Refusal> {
    let asked = asked(wish, all)?;
    checks::allowed(&asked, all)?;
    let mut reached: Vec<&Account> = all.reached_from(&asked.target.id).collect();
    reached.sort_unstable_by_key(|account| account.id);
    let step = step(&asked, all);
    let id = step.id.clone();
    let mut draft = Draft::default();
    let title = step.title.clone();
    draft.add(step, &[]);
    let outline = Outline {
        operation: "attach-policy",
        title: format!("{title}, for {}", counted(reached.len())),
        targets: reached.iter().map(|account| told(account, all)).collect(),
        accounts: reached.iter().map(|account| account.id).collect(),
        facts: facts(&asked, &reached, world),
        cost: None,
        warnings: checks::warnings(&asked, all, &reached),
    };
    let mut plan = outline.around(draft, wish, world);
    if plan.environment.guarded_as() == EnvironmentClass::Prod {
        plan.gates = vec![Gate {
            before: id,
            question: question(&asked, &reached, &title),
        }];
    }
    Ok(plan)
}

fn step(asked: &Asked<'_>, all: &Organization) -> Step {
    let Asked { policy, target, .. } = asked;
    let attachment = Attachment {
        account: asked.management.into(),
        policy: Ref::Known(policy.id.clone()),
        name: policy.name.clone(),
        target: Ref::Known(target.id.clone()),
        label: target.label.clone(),
        in_force: in_force(asked, all),
    };
    let (id, change) = if asked.detach {
        ("detach", OrganizationChange::DetachPolicy(attachment))
    } else {
        ("attach", OrganizationChange::AttachPolicy(attachment))
    };
    let why = match policy.description.trim() {
        "" => "as it was asked for",
        description => description,
    };
    let unchanged = |fact: &str| Precondition::Unchanged { fact: fact.into() };
    Step::change(id, Change::Organization(change), why)
        .needing(unchanged("policy"))
        .needing(unchanged("reached"))
        .taking(5, 60)
}

/// What is in force at the target, its own first, then what each level above adds.
fn in_force(asked: &Asked<'_>, all: &Organization) -> Vec<String> {
    let name = |id| {
        all.policy(id)
            .map_or_else(|| format!("{id}"), |one| one.name.clone())
    };
    let mut names: Vec<String> = asked.own.iter().map(name).collect();
    let units = all.units.iter();
    let unit = units
        .filter(|unit| asked.target.id.is(&unit.id))
        .find_map(|unit| unit.parent.as_ref());
    let account = all
        .accounts
        .iter()
        .find(|account| asked.target.id.is(&account.id));
    let above = unit.or_else(|| account?.parent.as_ref());
    for unit in above
        .map(|above| all.ancestry(above))
        .unwrap_or_default()
        .iter()
        .rev()
    {
        let inherited = unit.policies.iter();
        names.extend(inherited.map(|id| format!("{} (from {})", name(id), unit.name)));
    }
    names
}

/// What the plan rests on, as it was read.
fn facts(asked: &Asked<'_>, reached: &[&Account], world: &World<'_>) -> BTreeMap<FactId, Fact> {
    let ids: Vec<AccountId> = reached.iter().map(|account| account.id).collect();
    let policy = OrganizationSource::Policy {
        policy: asked.policy.id.clone(),
    };
    let target = OrganizationSource::Reached {
        target: asked.target.id.clone(),
    };
    let fact = |source, value| Fact {
        source: Source::Organization(source),
        value,
        observed_at: world.now,
        volatile: false,
    };
    BTreeMap::from([
        ("policy".into(), fact(policy, policy_value(asked.policy))),
        ("reached".into(), fact(target, reached_value(&ids))),
    ])
}

fn told(account: &Account, all: &Organization) -> String {
    let path = account.parent.as_ref().map(|unit| all.path(unit));
    match path.filter(|path| !path.is_empty()) {
        Some(path) => format!("{} ({}) in {path}", account.name, account.id),
        None => format!("{} ({})", account.name, account.id),
    }
}

fn counted(accounts: usize) -> String {
    match accounts {
        0 => "no account".into(),
        1 => "1 account".into(),
        several => format!("{several} accounts"),
    }
}

fn question(asked: &Asked<'_>, reached: &[&Account], title: &str) -> String {
    let names: Vec<&str> = reached
        .iter()
        .map(|account| account.name.as_str())
        .collect();
    let who = match names.as_slice() {
        [] => "no account".into(),
        few if few.len() <= NAMED => few.join(", "),
        many => format!(
            "{} and {} more accounts",
            many[..NAMED].join(", "),
            many.len() - NAMED
        ),
    };
    let what = if asked.detach {
        "what it denied is allowed there again"
    } else {
        "what it denies stops working there, for everybody and everything"
    };
    format!("Now {title}? It reaches {who}, at once: {what}.")
}
