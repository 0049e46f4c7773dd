//! VPCs of two accounts joined by the real program on a server that we did not write, read back by
//! boto3 in both accounts.
//!
//! What moto leaves out: overlapping networks are peered without a word, a request never expires,
//! and both accounts see everything at once. The simulation tells of these.

use serde_json::{Value, json};

use super::{
    forward::Forward,
    moto::{Moto, written},
    operator::{Operator, Planned},
};
use awsdeck::model::AccountId;

const REASON: [&str; 2] = ["--reason", "drill"];

/// A VPC with one private subnet and its table, in an account of the seed.
struct Side {
    account: AccountId,
    vpc: String,
    table: String,
    block: &'static str,
}

impl Side {
    fn make(moto: &Moto, account: &str, block: &'static str) -> Self {
        let account = moto.account(account);
        let call =
            |operation: &str, input: Value| moto.boto(Some(account), "ec2", operation, &input);
        let made = |answer: &Value, kind: &str, id: &str| text(&answer[kind][id]).to_owned();
        let vpc = call("create_vpc", json!({ "CidrBlock": block }));
        let vpc = made(&vpc, "Vpc", "VpcId");
        let names = json!({ "VpcId": vpc, "EnableDnsHostnames": { "Value": true } });
        call("modify_vpc_attribute", names);
        let inner = block.replace("/16", "/24");
        let subnet = call("create_subnet", json!({ "VpcId": vpc, "CidrBlock": inner }));
        let subnet = made(&subnet, "Subnet", "SubnetId");
        let table = call("create_route_table", json!({ "VpcId": vpc }));
        let table = made(&table, "RouteTable", "RouteTableId");
        let join = json!({ "RouteTableId": table, "SubnetId": subnet });
        call("associate_route_table", join);
        Self {
            account,
            vpc,
            table,
            block,
        }
    }

    /// Where packets for `block` leave.
    fn leads(&self, moto: &Moto, block: &str) -> Option<String> {
        let ask = json!({ "RouteTableIds": [self.table] });
        let told = moto.boto(Some(self.account), "ec2", "describe_route_tables", &ask);
        let routes = told["RouteTables"][0]["Routes"].as_array()?.iter();
        let mut routes = routes.filter(|route| route["DestinationCidrBlock"] == block);
        let via = routes.next()?["VpcPeeringConnectionId"].as_str()?;
        Some(via.to_owned())
    }

    /// The peering with `other` that is not deleted, as this account sees it.
    fn peering(&self, moto: &Moto, other: &Self) -> Option<Value> {
        let told = moto.boto(
            Some(self.account),
            "ec2",
            "describe_vpc_peering_connections",
            &json!({}),
        );
        let all = told["VpcPeeringConnections"].as_array()?.iter();
        let mut ours = all.filter(|one| {
            let ends = [
                &one["RequesterVpcInfo"]["VpcId"],
                &one["AccepterVpcInfo"]["VpcId"],
            ];
            let is = |side: &Self| ends.iter().any(|end| **end == side.vpc.as_str());
            is(self) && is(other) && one["Status"]["Code"] != "deleted"
        });
        ours.next().cloned()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn apply(operator: &Operator, code: i32, plan: &Planned) -> String {
    let Planned { digest, phrase, .. } = plan;
    let apply = ["apply", digest, "--write", "--confirm", phrase];
    operator.runs(code, &apply).0
}

#[test]
fn two_accounts_are_joined_and_what_somebody_deletes_is_made_again() {
    let moto = written();
    let near = Side::make(moto, "staging-app", "10.200.0.0/16");
    let far = Side::make(moto, "prod-app", "10.201.0.0/16");
    let forward = Forward::before(moto);
    let operator = Operator::at(forward.endpoint(), None);
    let ends = ["peer-vpcs", "--from", &near.vpc, "--to", &far.vpc];
    let wish = [&ends[..], &REASON].concat();
    let plan = operator.plan(&wish);
    assert_eq!(plan.review["environment"], "prod");
    apply(&operator, 0, &plan);

    for (one, other) in [(&near, &far), (&far, &near)] {
        let peering = one.peering(moto, other).expect("made");
        assert_eq!(peering["Status"]["Code"], "active");
        let id = text(&peering["VpcPeeringConnectionId"]).to_owned();
        assert_eq!(one.leads(moto, other.block), Some(id));
        for side in ["RequesterVpcInfo", "AccepterVpcInfo"] {
            let options = &peering[side]["PeeringOptions"];
            assert_eq!(
                options["AllowDnsResolutionFromRemoteVpc"], true,
                "{peering}"
            );
        }
    }
    let again = [&["plan"], &wish[..]].concat();
    let (_, told) = operator.runs(0, &again);
    assert!(told.contains("nothing to do"), "{told}");

    let route = json!({ "RouteTableId": far.table, "DestinationCidrBlock": near.block });
    moto.boto(Some(far.account), "ec2", "delete_route", &route);
    let plan = operator.plan(&wish);
    let changes = plan.review["steps"].as_array().expect("steps").iter();
    assert_eq!(changes.filter(|step| step["verb"].is_string()).count(), 1);
    apply(&operator, 0, &plan);
    assert!(far.leads(moto, near.block).is_some());
    let (_, told) = operator.runs(0, &again);
    assert!(told.contains("nothing to do"), "{told}");
}

#[test]
fn a_refusal_of_the_other_account_pauses_and_going_back_leaves_nothing() {
    let moto = written();
    let near = Side::make(moto, "staging-ml", "10.202.0.0/16");
    let far = Side::make(moto, "prod-ml", "10.203.0.0/16");
    let forward = Forward::before(moto);
    let refused = super::forward::Which::call("ec2", "CreateRoute").account(far.account);
    forward.deny(refused);
    let operator = Operator::at(forward.endpoint(), None);
    let ends = ["peer-vpcs", "--from", &near.vpc, "--to", &far.vpc];
    let plan = operator.plan(&[&ends[..], &REASON].concat());
    let out = apply(&operator, 4, &plan);
    assert!(out.contains("paused"), "{out}");
    assert!(near.peering(moto, &far).is_some());
    let run = operator.newest_run();
    let id = text(&run["run"]).to_owned();
    let back = [
        "runs",
        "rollback",
        &id,
        "--write",
        "--confirm",
        &plan.phrase,
    ];
    let (out, _) = operator.runs(0, &back);
    assert!(out.trim_end().ends_with("rolled_back"), "{out}");
    assert_eq!(near.peering(moto, &far), None);
    assert_eq!(near.leads(moto, far.block), None);
}

#[test]
fn networks_with_the_same_addresses_are_not_joined() {
    let moto = written();
    let near = Side::make(moto, "staging-shared", "10.204.0.0/16");
    let far = Side::make(moto, "prod-shared", "10.204.0.0/16");
    let operator = Operator::at(moto.endpoint(), None);
    let ends = ["plan", "peer-vpcs", "--from", &near.vpc, "--to", &far.vpc];
    let (_, told) = operator.runs(4, &[&ends[..], &REASON].concat());
    assert!(told.contains("10.204.0.0/16"), "{told}");
    assert_eq!(near.peering(moto, &far), None);
}
