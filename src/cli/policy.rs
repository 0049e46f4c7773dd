//! `awsdeck iam-policy`: the policies to attach, printed from what the program really calls.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Exit, args::Policy};
use crate::provider::permissions::{ORGANIZATION, PLAN, READ, SHARED};

/// An operation and the IAM actions that its changes need.
pub type Needs<'a> = (&'a str, Vec<&'static str>);

/// Writes one policy document. `operations` are all that exist; `wanted` picks among them, none
/// being all.
pub fn iam_policy(
    kind: Policy,
    operations: &[Needs<'_>],
    wanted: &[String],
    out: &mut impl Write,
) -> io::Result<Exit> {
    let unknown = wanted
        .iter()
        .find(|name| !operations.iter().any(|(known, _)| known == name));
    if let Some(name) = unknown {
        let known: Vec<&str> = operations.iter().map(|(name, _)| *name).collect();
        eprintln!(
            "error: no operation is named `{name}`; there are: {}",
            known.join(", ")
        );
        return Ok(Exit::Usage);
    }
    let statements = match kind {
        Policy::Read => vec![statement("Inventory", READ), statement("Planning", PLAN)],
        Policy::Organization => vec![statement("Organization", ORGANIZATION)],
        Policy::Shared => vec![statement("Shared", SHARED)],
        Policy::Operate => operations
            .iter()
            .filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|picked| picked == name))
            .map(|(name, actions)| statement(&camel(name), actions))
            .collect(),
    };
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
    Ok(Exit::Done)
}

fn statement(sid: &str, actions: &[&str]) -> Value {
    let mut actions = actions.to_vec();
    actions.sort_unstable();
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*" })
}

/// `dns-switch` as a statement id may be written: `DnsSwitch`.
fn camel(name: &str) -> String {
    name.split('-')
        .flat_map(|word| {
            let mut chars = word.chars();
            chars
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(chars)
                .collect::<Vec<char>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(kind: Policy, wanted: &[&str]) -> (Exit, String) {
        let operations = [(
            "dns-switch",
            vec!["route53:GetChange", "route53:ChangeResourceRecordSets"],
        )];
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        let mut out = Vec::new();
        let exit =
            iam_policy(kind, &operations, &wanted, &mut out).expect("a buffer takes everything");
        (exit, String::from_utf8(out).expect("JSON"))
    }

    #[test]
    fn each_operation_is_a_statement_that_a_team_can_delete() {
        insta::assert_snapshot!(printed(Policy::Operate, &[]).1, @r#"
        {
          "Statement": [
            {
              "Action": [
                "route53:ChangeResourceRecordSets",
                "route53:GetChange"
              ],
              "Effect": "Allow",
              "Resource": "*",
              "Sid": "DnsSwitch"
            }
          ],
          "Version": "2012-10-17"
        }
        "#);
        assert_eq!(printed(Policy::Operate, &["nope"]).0, Exit::Usage);
    }

    #[test]
    fn the_read_policies_allow_nothing_that_writes() {
        for kind in [Policy::Read, Policy::Organization] {
            let (_, text) = printed(kind, &[]);
            let document: Value = serde_json::from_str(&text).expect("JSON");
            let statements = document["Statement"].as_array().expect("a list").iter();
            let actions =
                statements.flat_map(|statement| statement["Action"].as_array().expect("a list"));
            for action in actions {
                let action = action.as_str().expect("a text");
                let verb = action.split(':').nth(1).expect("a verb");
                let reads = ["Describe", "Get", "List", "Search", "View"]
                    .iter()
                    .any(|read| verb.starts_with(read));
                assert!(reads || action == "sts:AssumeRole", "{action}");
            }
        }
    }
}
