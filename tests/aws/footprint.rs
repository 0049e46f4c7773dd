//! What a whole day's work of the real program asks of AWS and leaves behind: only the calls that the
//! printed policies allow, no secret in any file, and no connection to anywhere else.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use awsdeck::provider::permissions::PLAN;
use serde_json::{Value, json};

use super::{
    forward::Forward,
    moto::{Moto, written},
    nameservers::Nameservers,
    operator::Operator,
    recorder::Recorder,
};
use crate::support::text;

/// Asked only of a zone whose own name servers are asked, which an emulator's settings name; and only
/// about clusters that answer: what their nodes cost, which roles their pods may assume.
const ELSEWHERE: [&str; 5] = [
    "route53:GetHostedZone",
    "ec2:DescribeSpotPriceHistory",
    "eks:DescribePodIdentityAssociation",
    "eks:ListPodIdentityAssociations",
    "pricing:GetProducts",
];

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/planted";

/// Somebody who looks at everything, switches a name and lets the doctor see.
struct Day {
    forward: Forward,
    operator: Operator,
    /// Everything that was printed.
    printed: String,
}

impl Day {
    fn spent(name: &str) -> Self {
        let moto = written();
        connect(moto);
        let name = format!("{name}.acme.example.");
        moto.weigh(&[
            (&name, "blue", 100, "192.0.2.10"),
            (&name, "green", 0, "192.0.2.20"),
        ]);
        let forward = Forward::before(moto);
        let account = Some(moto.account("prod-shared"));
        let nameservers = Nameservers::start(moto.endpoint(), account, 2);
        let operator = Operator::at(forward.endpoint(), Some(&nameservers));
        let profile = operator.home.path().join("aws-config");
        let text = fs::read_to_string(&profile).expect("a profile");
        let key = "aws_secret_access_key = ";
        let text = text.replace(&format!("{key}test"), &format!("{key}{SECRET}"));
        fs::write(&profile, text).expect("written");
        let mut day = Self {
            forward,
            operator,
            printed: String::new(),
        };
        for view in ["tree", "network", "clusters", "costs", "backups", "zones"] {
            day.runs(0, &[view, "--output", "json"]);
        }
        // The clusters of an AWS that is none have no API server: theirs are the only other hosts.
        let asked = day.ran(5, &["gpu", "--output", "json"]);
        let inside = |line: &String| line.contains(".eks.amazonaws.com");
        assert!(asked.iter().all(inside), "{asked:?}");
        day.runs(0, &["network", "trace", "prod-app", "prod-shared"]);
        day.runs(0, &["doctor"]);
        day.plans_networks(moto);
        let zone = moto.made["zone"]["id"].as_str().expect("an id");
        let wish = [
            "dns-switch",
            "--zone",
            zone,
            "--name",
            &name,
            "--to",
            "green",
        ];
        let plan = day
            .operator
            .plan(&[&wish[..], &["--bake", "30s", "--reason", "day"]].concat());
        day.printed += &plan.review.to_string();
        let apply = ["apply", &plan.digest, "--write", "--confirm", &plan.phrase];
        day.runs(0, &apply);
        day.runs(0, &["runs", "list"]);
        day
    }

    /// Nothing is applied: planning looks at more than any view shows.
    fn plans_networks(&mut self, moto: &Moto) {
        let account = moto.account("dev-shared").to_string();
        let reason = ["--reason", "day"];
        let network = ["plan", "provision-network", "--name", "footprint"];
        let network = [&network[..], &["--account", &account], &reason].concat();
        self.runs(3, &network);
        let [from, to] = ["dev", "prod"].map(|environment| {
            let vpc = &moto.made["networks"][format!("{environment}-app")]["vpc"];
            vpc.as_str().expect("a VPC").to_owned()
        });
        let peering = ["plan", "peer-vpcs", "--from", &from, "--to", &to];
        self.runs(3, &[&peering[..], &reason].concat());
    }

    fn runs(&mut self, code: i32, arguments: &[&str]) {
        let asked = self.ran(code, arguments);
        assert_eq!(asked, Vec::<String>::new(), "{arguments:?} reached out");
    }

    /// Runs `awsdeck`, and gives the requests that left this machine.
    fn ran(&mut self, code: i32, arguments: &[&str]) -> Vec<String> {
        let proxy = Recorder::start(|_| (403, "closed".into()));
        let url = proxy.url();
        let mut command = self.operator.command(arguments);
        command.envs([
            ("HTTP_PROXY", url.as_str()),
            ("HTTPS_PROXY", url.as_str()),
            ("ALL_PROXY", url.as_str()),
            ("NO_PROXY", "127.0.0.1"),
        ]);
        let output = command.output().expect("the built binary");
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let ended = output.status.code();
        assert_eq!(ended, Some(code), "awsdeck {arguments:?}\n{out}\n{err}");
        self.printed += &(out + &err);
        proxy.seen().iter().map(|seen| seen.line().into()).collect()
    }

    /// The actions that were asked for, as IAM writes them, in sessions of which `of` is true.
    fn asked(&self, of: impl Fn(Option<&str>) -> bool) -> BTreeSet<String> {
        let log = self.forward.requests();
        let of_role = log.iter().filter(|seen| of(seen.request.role.as_deref()));
        of_role
            .map(|seen| {
                (
                    seen.request.service.as_str(),
                    seen.request.operation.as_str(),
                )
            })
            // Everybody may ask who they are.
            .filter(|call| *call != ("sts", "GetCallerIdentity"))
            .map(action)
            .collect()
    }

    /// The actions of a policy that the program prints.
    fn policy(&self, kind: &[&str]) -> BTreeSet<String> {
        let (out, _) = self.operator.runs(0, &[&["iam-policy"], kind].concat());
        let policy: Value = serde_json::from_str(&out).expect("JSON");
        let statements = policy["Statement"].as_array().expect("statements").iter();
        let actions =
            statements.flat_map(|one| one["Action"].as_array().cloned().expect("actions"));
        actions
            .map(|action| action.as_str().expect("an action").to_owned())
            .collect()
    }
}

/// A transit gateway with a route table, so that its routes are read too.
fn connect(moto: &Moto) {
    let account = Some(moto.account("prod-shared"));
    let known = moto.boto(account, "ec2", "describe_transit_gateways", &json!({}));
    if known["TransitGateways"] == json!([]) {
        moto.boto(account, "ec2", "create_transit_gateway", &json!({}));
    }
}

/// How IAM calls an operation, where it is another word.
fn action((service, operation): (&str, &str)) -> String {
    let operation = match (service, operation) {
        ("budgets", "DescribeBudgets") => "ViewBudget",
        ("s3", "ListBuckets") => "ListAllMyBuckets",
        ("s3", "GetBucketReplication") => "GetReplicationConfiguration",
        (_, operation) => operation,
    };
    format!("{service}:{operation}")
}

fn without(mut actions: BTreeSet<String>, some: &[&str]) -> BTreeSet<String> {
    actions.retain(|action| !some.contains(&action.as_str()));
    actions
}

#[test]
fn the_printed_policies_allow_what_is_asked_and_nothing_else() {
    let day = Day::spent("policies");
    let read = day.policy(&["read"]);
    let organization = day.policy(&["organization"]);
    let operate = day.policy(&["operate", "--ops", "dns-switch"]);

    let by_readers = day.asked(|role| role == Some("AwsdeckReadOnly"));
    let missing: Vec<_> = by_readers.difference(&read).collect();
    assert_eq!(missing, Vec::<&String>::new(), "not in `iam-policy read`");

    let home: BTreeSet<String> = read.union(&organization).cloned().collect();
    let by_home = day.asked(|role| role.is_none());
    let missing: Vec<_> = by_home.difference(&home).collect();
    assert_eq!(
        missing,
        Vec::<&String>::new(),
        "not in `iam-policy organization`"
    );

    let asked: BTreeSet<String> = by_readers.union(&by_home).cloned().collect();
    // What other operations look at while they plan is not asked for on such a day.
    let idle = without(home.difference(&asked).cloned().collect(), PLAN);
    let idle = without(idle, &ELSEWHERE);
    assert_eq!(idle, BTreeSet::new(), "allowed and never asked for");

    let by_operators = day.asked(|role| role == Some("AwsdeckOperator"));
    let missing: Vec<_> = by_operators.difference(&operate).collect();
    assert_eq!(
        missing,
        Vec::<&String>::new(),
        "not in `iam-policy operate`"
    );
    let all: BTreeSet<String> = asked.union(&by_operators).cloned().collect();
    let idle = without(operate.difference(&all).cloned().collect(), &ELSEWHERE);
    assert_eq!(idle, BTreeSet::new(), "allowed and never asked for");
}

#[test]
fn no_secret_is_left_in_any_file_or_on_any_screen() {
    let day = Day::spent("secrets");
    let mut secrets = day.forward.secrets();
    assert!(secrets.len() > 20, "sessions have secrets and tokens");
    secrets.push(SECRET.into());
    let home = day.operator.home.path();
    let planted = home.join("aws-config");
    let mut files = files(home);
    files.retain(|file| *file != planted);
    assert!(files.iter().any(|file| file.ends_with("journal.sqlite")));
    for secret in &secrets {
        assert!(!day.printed.contains(secret), "{secret} was printed");
        for file in &files {
            let kept = fs::read(file).expect("readable");
            let mut parts = kept.windows(secret.len());
            let found = parts.any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} is in {}", file.display());
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a readable folder").flatten();
    let below = entries.flat_map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    });
    below.filter(|path| path.is_file()).collect()
}
