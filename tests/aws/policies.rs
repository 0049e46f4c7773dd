//! Service control policies that the real program attaches and detaches on a server that we did not
//! write, read back by boto3.
//!
//! What moto leaves out: no policy restricts anybody, the last one can be detached, and there is no
//! limit to how many a target has. The simulation tells of these.

use serde_json::{Value, json};

use super::{
    moto::{Moto, written},
    operator::{Operator, Planned},
};

const POLICY: &str = "DenyLeavingProd";

/// The names of what is attached to a target itself.
fn attached(moto: &Moto, target: &str) -> Vec<String> {
    let ask = json!({ "TargetId": target, "Filter": "SERVICE_CONTROL_POLICY" });
    let told = moto.boto(None, "organizations", "list_policies_for_target", &ask);
    let listed = told["Policies"].as_array().expect("a list").iter();
    let names = listed.map(|one| one["Name"].as_str().expect("a name").to_owned());
    names.collect()
}

fn wish<'a>(target: &'a str, action: &'a str) -> Vec<&'a str> {
    let flags = ["attach-policy", "--policy", POLICY, "--target", target];
    let more = ["--action", action, "--reason", "drill"];
    [&flags[..], &more].concat()
}

fn apply(operator: &Operator, plan: &Planned) {
    let Planned { digest, phrase, .. } = plan;
    operator.runs(0, &["apply", digest, "--write", "--confirm", phrase]);
}

#[test]
fn a_policy_is_attached_to_a_unit_and_detached_again() {
    let moto = written();
    let unit = moto.made["units"]["Environments/Staging"].as_str();
    let unit = unit.expect("an id");
    let before = attached(moto, unit);
    let operator = Operator::at(moto.endpoint(), None);
    let plan = operator.plan(&wish("Environments/Staging", "attach"));
    assert_eq!(plan.review["environment"], "staging");
    let reached: &Value = &plan.review["reach"]["targets"];
    let names: Vec<&str> = reached
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|line| line.as_str()?.split(' ').next())
        .collect();
    for name in ["staging-app", "staging-ml", "staging-shared"] {
        assert!(names.contains(&name), "{reached}");
    }
    apply(&operator, &plan);
    assert_eq!(attached(moto, unit).len(), before.len() + 1);
    assert!(attached(moto, unit).iter().any(|name| name == POLICY));

    let again = [&["plan"], &wish("Environments/Staging", "attach")[..]].concat();
    let (_, told) = operator.runs(0, &again);
    assert!(told.contains("nothing to do"), "{told}");

    let plan = operator.plan(&wish("Environments/Staging", "detach"));
    apply(&operator, &plan);
    assert_eq!(attached(moto, unit), before);
}

#[test]
fn what_has_no_effect_or_would_stop_everything_is_refused() {
    let moto = written();
    let operator = Operator::at(moto.endpoint(), None);
    let management = moto.made["management"].as_str().expect("an id");
    let unit = [&["plan"], &wish(management, "attach")[..]].concat();
    let (_, told) = operator.runs(4, &unit);
    assert!(told.contains("is the management account"), "{told}");
    let full = [
        "plan",
        "attach-policy",
        "--policy",
        "FullAWSAccess",
        "--target",
        "Environments/Staging",
        "--action",
        "detach",
        "--reason",
        "drill",
    ];
    let (_, told) = operator.runs(4, &full);
    assert!(told.contains("without FullAWSAccess nothing"), "{told}");
}
