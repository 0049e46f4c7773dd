use std::path::Path;

use jiff::Timestamp;

use super::*;
use crate::{
    engine::plan::{Touched, sample},
    model::{Change, change::TrafficChange},
};

fn noon() -> Timestamp {
    "2026-12-24T12:00:00Z".parse().expect("a moment")
}

fn policy(toml: &str) -> Policy {
    let settings = Settings::parse(toml, Path::new("config.toml")).expect("settings");
    Policy {
        zone: TimeZone::UTC,
        ..Policy::new(&settings, Path::new(".")).expect("rules")
    }
}

/// The switch of a production account, with what rules may ask for.
fn plan() -> Plan {
    let mut plan = sample::switch();
    plan.accounts = vec![Touched {
        id: sample::account(),
        name: "prod-app".into(),
        path: "Environments/Prod".into(),
        class: EnvironmentClass::Prod,
        tags: [("team".to_owned(), "shop".to_owned())].into(),
    }];
    plan
}

fn said(policy: &Policy, plan: &Plan) -> Vec<String> {
    let rulings = policy.judge(plan, noon(), &History::default());
    let line = |ruling: &Ruling| format!("{} {}: {}", ruling.verdict, ruling.rule, ruling.message);
    rulings.iter().map(line).collect()
}

#[test]
fn a_plain_switch_has_nothing_against_it() {
    assert_eq!(said(&Policy::default(), &plan()), Vec::<String>::new());
    assert_eq!(Policy::default().people(&plan(), &[]), 1);
}

#[test]
fn invariants_hold_whatever_the_settings_say() {
    let permissive = policy("[operations]\nmax_concurrent_prod = 1000\n");
    let mut dark = plan();
    if let Some(Change::Traffic(TrafficChange::ShiftWeights { sides, .. })) =
        change_of(&mut dark, 0)
    {
        for side in sides {
            side.to = 0;
        }
    }
    assert_eq!(
        said(&permissive, &dark),
        ["deny not-all-weights-zero: `shift`: all weights 0 is an equal split, not nothing"]
    );
    let mut blind = plan();
    if let Some(Change::Traffic(TrafficChange::ShiftWeights { sides, .. })) =
        change_of(&mut blind, 0)
    {
        sides[1].record.health_check = Some("hc-1".into());
    }
    assert!(said(&permissive, &blind)[0].starts_with("deny a-healthy-answer"));
    let mut final_step = plan();
    final_step.points_of_no_return = vec!["shift".into()];
    assert!(said(&permissive, &final_step)[0].starts_with("deny a-gate-before-no-return"));
    final_step.environment = EnvironmentClass::Dev;
    assert_eq!(said(&permissive, &final_step), Vec::<String>::new());
}

fn change_of(plan: &mut Plan, at: usize) -> Option<&mut Change> {
    match &mut plan.steps[at].work {
        crate::engine::plan::Work::Change { change } => Some(change),
        _ => None,
    }
}

#[test]
fn settings_forbid_in_so_many_words() {
    let frozen =
        "[operations]\nfreeze = [{ env = \"prod\", from = \"2026-12-20\", to = \"2027-01-03\" }]\n";
    assert_eq!(
        said(&policy(frozen), &plan()),
        ["deny freeze: prod is frozen from 2026-12-20 to 2027-01-03"]
    );
    let named = policy("[operations]\nrequire_change_id = [\"prod\"]\n");
    assert!(said(&named, &plan())[0].starts_with("deny change-id"));
    let mut with_id = plan();
    with_id.reason = "CHG-1234: release 7".into();
    assert_eq!(said(&named, &with_id), Vec::<String>::new());
    let busy = History {
        unfinished_prod: 5,
        last_failover: Some(noon() - jiff::SignedDuration::from_mins(10)),
    };
    let rules = |plan: &Plan| {
        let rulings = Policy::default().judge(plan, noon(), &busy);
        rulings
            .into_iter()
            .map(|ruling| ruling.rule)
            .collect::<Vec<_>>()
    };
    assert_eq!(rules(&plan()), ["at-once"]);
    let mut failover = plan();
    failover.operation = "failover-zone".into();
    assert_eq!(rules(&failover), ["at-once", "cool-down"]);
}

#[test]
fn rules_speak_where_they_fit_and_their_condition_holds() {
    let rules = policy(
        r#"
[[policy]]
name = "team"
match = { tag = "team=shop", verb = "shift", region = "aws-global" }
verdict = "second-person"
message = "the shop is released by two"
[[policy]]
name = "whole"
when = "plan.traffic_percent > 50 && accounts.exists(a, a.environment == 'prod')"
verdict = "warn"
message = "more than half of the traffic moves"
[[policy]]
name = "night"
match = { hours = "22:00-06:00" }
verdict = "deny"
[[policy]]
name = "elsewhere"
match = { ou = "Environments/Dev" }
verdict = "deny"
"#,
    );
    assert_eq!(
        said(&rules, &plan()),
        [
            "second-person team: the shop is released by two",
            "warn whole: more than half of the traffic moves",
        ]
    );
    let rulings = rules.judge(&plan(), noon(), &History::default());
    assert_eq!(rules.people(&plan(), &rulings), 2);
    assert_eq!(warnings(&rulings).collect::<Vec<_>>(), ["whole"]);
    assert_eq!(denials(&rulings).count(), 0);
    let midnight = "2026-11-24T23:30:00Z".parse().expect("a moment");
    let rulings = rules.judge(&plan(), midnight, &History::default());
    assert_eq!(denials(&rulings).count(), 1);
}

#[test]
fn a_rule_that_cannot_be_asked_forbids() {
    let broken =
        policy("[[policy]]\nname = \"odd\"\nwhen = \"plan.nothing > 1\"\nverdict = \"allow\"\n");
    assert_eq!(
        said(&broken, &plan()),
        ["deny odd: the rule cannot be asked: No such key: nothing"]
    );
}

#[test]
fn a_condition_that_is_none_is_told_with_its_line() {
    let toml = "[[policy]]\nname = \"odd\"\nwhen = \"plan.x ==\"\nverdict = \"deny\"\n";
    let error = Settings::parse(toml, Path::new("config.toml")).expect_err("half a condition");
    assert!(
        error
            .to_string()
            .starts_with("config.toml:3:8: not a condition in CEL"),
        "{error}"
    );
}

#[test]
fn settings_ask_for_a_second_person_in_production_only() {
    let two = policy("[operations]\nsecond_person = [\"point-of-no-return\", \"destroy\"]\n");
    let mut final_step = plan();
    assert_eq!(two.people(&final_step, &[]), 1);
    final_step.points_of_no_return = vec!["shift".into()];
    assert_eq!(two.people(&final_step, &[]), 2);
    final_step.environment = EnvironmentClass::Staging;
    assert_eq!(two.people(&final_step, &[]), 1);
}

#[cfg(feature = "rego")]
#[test]
fn rules_in_rego_are_asked_after_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "package awsdeck\nimport rego.v1\ndeny contains msg if {\n  input.plan.environment == \"prod\"\n  msg := \"never in production\"\n}\n";
    std::fs::write(folder.path().join("rules.rego"), text).expect("written");
    let toml = "[operations]\nrego = [\"rules.rego\"]\n";
    let settings = Settings::parse(toml, Path::new("config.toml")).expect("settings");
    let policy = Policy::new(&settings, folder.path()).expect("rules");
    assert_eq!(
        said(&policy, &plan()),
        ["deny data.awsdeck.deny: never in production"]
    );
    std::fs::write(folder.path().join("rules.rego"), "package").expect("written");
    let error = Policy::new(&settings, folder.path()).expect_err("broken");
    assert!(error.to_string().contains("rules.rego"), "{error}");
}
