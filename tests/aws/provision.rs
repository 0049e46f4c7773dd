//! Networks by the real program on a server that we did not write: planned, applied, read back by
//! boto3, completed and taken back.
//!
//! What moto leaves out: everything is there at once, so that nothing settles; a client token is
//! not kept; a NAT gateway never fails; what is in use can be deleted. The simulation tells of
//! these.

use serde_json::{Value, json};

use super::{
    forward::{Fate, Forward, Which},
    moto::{Moto, written},
    operator::{Operator, Planned},
};
use awsdeck::model::AccountId;

/// A network of its own name in an account of the seed, and somebody who makes it.
struct Scene {
    moto: &'static Moto,
    forward: Forward,
    operator: Operator,
    account: AccountId,
    name: &'static str,
}

impl Scene {
    fn set(account: &str, name: &'static str) -> Self {
        let moto = written();
        let forward = Forward::before(moto);
        let operator = Operator::at(forward.endpoint(), None);
        Self {
            moto,
            operator,
            forward,
            account: moto.account(account),
            name,
        }
    }

    fn wish<'w>(&'w self, account: &'w str, more: &[&'w str]) -> Vec<&'w str> {
        let wish = ["provision-network", "--name", self.name];
        let place = ["--account", account, "--zones", "2", "--reason", "drill"];
        [&wish[..], &place, more].concat()
    }

    fn plan(&self, more: &[&str]) -> Planned {
        let account = self.account.to_string();
        self.operator.plan(&self.wish(&account, more))
    }

    fn apply(&self, code: i32, plan: &Planned) -> String {
        let Planned { digest, phrase, .. } = plan;
        let apply = ["apply", digest, "--write", "--confirm", phrase];
        self.operator.runs(code, &apply).0
    }

    fn assert_nothing_to_do(&self, more: &[&str]) {
        let account = self.account.to_string();
        let words = [&["plan"], &self.wish(&account, more)[..]].concat();
        let (out, told) = self.operator.runs(0, &words);
        assert!(told.contains("nothing to do"), "{out}\n{told}");
    }

    fn ec2(&self, operation: &str, input: &Value) -> Value {
        self.moto.boto(Some(self.account), "ec2", operation, input)
    }

    /// Everything of one kind that carries the mark of a plan and belongs to the network.
    fn made(&self, operation: &str, list: &str) -> Vec<Value> {
        let told = self.ec2(operation, &json!({}));
        let all = told[list].as_array().expect("a list").iter();
        let named = |one: &&Value| {
            let tags = one["Tags"].as_array().map_or(&[][..], Vec::as_slice);
            let is = |key: &str| tags.iter().find(|tag| tag["Key"] == key);
            let name = is("Name").and_then(|tag| tag["Value"].as_str());
            let ours = name.is_some_and(|name| name.starts_with(self.name));
            ours && is("awsdeck:plan").is_some()
        };
        all.filter(named).cloned().collect()
    }

    fn vpc(&self) -> Value {
        let vpcs = self.made("describe_vpcs", "Vpcs");
        assert_eq!(vpcs.len(), 1, "{vpcs:?}");
        vpcs[0].clone()
    }

    /// What stands of the network, as counts by kind.
    fn standing(&self) -> Vec<(&'static str, usize)> {
        let kinds = [
            ("VPC", "describe_vpcs", "Vpcs"),
            ("subnet", "describe_subnets", "Subnets"),
            (
                "internet gateway",
                "describe_internet_gateways",
                "InternetGateways",
            ),
            ("address", "describe_addresses", "Addresses"),
            ("route table", "describe_route_tables", "RouteTables"),
            ("endpoint", "describe_vpc_endpoints", "VpcEndpoints"),
            ("flow log", "describe_flow_logs", "FlowLogs"),
        ];
        let mut found: Vec<(&'static str, usize)> = kinds
            .iter()
            .map(|(kind, operation, list)| (*kind, self.made(operation, list).len()))
            .collect();
        let nats = self.made("describe_nat_gateways", "NatGateways");
        let living = nats.iter().filter(|one| one["State"] != "deleted");
        found.push(("NAT gateway", living.count()));
        found.retain(|(_, count)| *count > 0);
        found
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn a_network_is_made_as_planned_and_a_route_that_somebody_deletes_is_made_again() {
    let scene = Scene::set("dev-app", "shop");
    let bucket = json!({
        "Bucket": "awsdeck-flows",
        "CreateBucketConfiguration": { "LocationConstraint": "eu-west-1" },
    });
    scene
        .moto
        .boto(Some(scene.account), "s3", "create_bucket", &bucket);
    let more = [
        "--purpose",
        "app",
        "--public-addresses",
        "on",
        "--flow-logs",
        "arn:aws:s3:::awsdeck-flows",
        "--tags",
        "owner=web",
    ];
    let plan = scene.plan(&more);
    assert_eq!(plan.review["environment"], "dev");
    scene.apply(0, &plan);

    let vpc = scene.vpc();
    let title = format!("make network shop {}", text(&vpc["CidrBlock"]));
    assert_eq!(plan.review["title"], title);
    let id = text(&vpc["VpcId"]).to_owned();
    for attribute in ["enableDnsSupport", "enableDnsHostnames"] {
        let ask = json!({ "VpcId": id, "Attribute": attribute });
        let told = scene.ec2("describe_vpc_attribute", &ask).to_string();
        assert!(told.contains(r#"{"Value":true}"#), "{told}");
    }
    let of_vpc = json!({ "Filters": [{ "Name": "vpc-id", "Values": [id] }] });
    let subnets = scene.ec2("describe_subnets", &of_vpc);
    let subnets = subnets["Subnets"].as_array().expect("a list");
    let public = |one: &&Value| one["MapPublicIpOnLaunch"] == true;
    assert_eq!(
        (subnets.len(), subnets.iter().filter(public).count()),
        (4, 2)
    );
    let tables = scene.ec2("describe_route_tables", &of_vpc);
    let mut outs = Vec::new();
    for table in tables["RouteTables"].as_array().expect("a list") {
        let routes = table["Routes"].as_array().expect("a list").iter();
        let mut out = routes.filter(|route| route["DestinationCidrBlock"] == "0.0.0.0/0");
        let joined = table["Associations"].as_array().expect("a list").iter();
        let subnets = joined.filter(|one| one["SubnetId"].is_string()).count();
        if let Some(out) = out.next() {
            let nat = out["NatGatewayId"].is_string();
            outs.push((nat, subnets));
        }
    }
    outs.sort_unstable();
    // One table of the public subnets, and one of each private one.
    assert_eq!(outs, [(false, 2), (true, 1), (true, 1)]);
    let groups = scene.ec2("describe_security_groups", &of_vpc);
    let group = &groups["SecurityGroups"][0];
    assert_eq!(
        (&group["IpPermissions"], &group["IpPermissionsEgress"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(
        scene.standing(),
        [
            ("VPC", 1),
            ("subnet", 4),
            ("internet gateway", 1),
            ("address", 1),
            ("route table", 3),
            ("endpoint", 2),
            ("flow log", 1),
            ("NAT gateway", 1),
        ]
    );
    scene.assert_nothing_to_do(&more);

    let tables = scene.made("describe_route_tables", "RouteTables");
    let private = |one: &&Value| one.to_string().contains("shop-private-a");
    let table = text(&tables.iter().find(private).expect("made")["RouteTableId"]).to_owned();
    let route = json!({ "RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0" });
    scene.ec2("delete_route", &route);
    let plan = scene.plan(&more);
    let changes = plan.review["steps"].as_array().expect("steps").iter();
    let changes: Vec<&Value> = changes.filter(|step| step["verb"].is_string()).collect();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(changes[0].to_string().contains("lead shop-private-a out"));
    scene.apply(0, &plan);
    scene.assert_nothing_to_do(&more);
}

#[test]
fn a_refusal_half_way_pauses_and_going_back_leaves_nothing() {
    let scene = Scene::set("dev-ml", "lab");
    let refused = Which::call("ec2", "CreateVpcEndpoint");
    scene.forward.deny(refused);
    let plan = scene.plan(&[]);
    let before = scene.standing();
    let out = scene.apply(4, &plan);
    assert!(out.contains("paused"), "{out}");
    let run = scene.operator.newest_run();
    assert_eq!(run["state"], "paused", "{run}");
    assert!(scene.standing().contains(&("VPC", 1)));
    let id = text(&run["run"]).to_owned();
    let back = [
        "runs",
        "rollback",
        &id,
        "--write",
        "--confirm",
        &plan.phrase,
    ];
    let (out, _) = scene.operator.runs(0, &back);
    assert!(out.trim_end().ends_with("rolled_back"), "{out}");
    assert_eq!((before, scene.standing()), (Vec::new(), Vec::new()));
}

#[test]
fn a_vpc_whose_answer_was_lost_is_found_and_not_made_twice() {
    let scene = Scene::set("dev-shared", "core");
    let creation = Which::call("ec2", "CreateVpc");
    scene.forward.lose_answer_of(creation.clone().once());
    let plan = scene.plan(&["--nat", "none"]);
    scene.apply(0, &plan);
    let sent = scene.forward.requests().into_iter();
    let fates: Vec<Fate> = sent
        .filter(|seen| creation.is(&seen.request))
        .map(|seen| seen.fate)
        .collect();
    assert_eq!(fates, [Fate::AnswerLost]);
    scene.vpc();
    scene.assert_nothing_to_do(&["--nat", "none"]);
}

#[test]
fn address_space_of_other_accounts_is_taken() {
    let scene = Scene::set("dev-app", "late");
    let account = scene.account.to_string();
    let wish = scene.wish(&account, &["--cidr", "10.20.128.0/20"]);
    let (_, told) = scene.operator.runs(4, &[&["plan"], &wish[..]].concat());
    assert!(
        told.contains("10.20.128.0/20 overlaps 10.20.0.0/16 of prod-shared"),
        "{told}"
    );
}
