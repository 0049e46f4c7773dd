//! What the real program lists, against what boto3 lists: everything, and nothing that is not there.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    forward::Forward,
    moto::{run, shared},
    operator::Operator,
};

/// The seeded organization with one database backed up, as both programs see it.
struct Seen {
    operator: Operator,
    theirs: Value,
    _forward: Forward,
}

impl Seen {
    fn by_both() -> Self {
        let moto = shared();
        let forward = Forward::before(moto);
        let prod = &moto.made["databases"]["prod"];
        let account = prod["account"].as_str().expect("an account");
        let database = prod["instances"][0].as_str().expect("a database");
        let arn = format!("arn:aws:rds:eu-west-1:{account}:db:{database}");
        let given = json!({ "vaults": { "prod-vault": [arn] } });
        let theirs = run("listed.py", &[forward.endpoint()], &given.to_string());
        let operator = Operator::at(forward.endpoint(), None);
        Self {
            operator,
            theirs,
            _forward: forward,
        }
    }

    /// The items of a view; everything could be read.
    fn items(&self, view: &str) -> Vec<Value> {
        let listed = self.operator.json(0, &[view]);
        assert_eq!(listed["errors"], json!([]), "{view}");
        assert_eq!(listed["partial"], false, "{view}");
        listed["items"].as_array().expect("items").clone()
    }

    /// That the items of a kind are what boto3 lists as `theirs`, by the values of `keys`.
    fn same(&self, items: &[Value], kind: &str, keys: &[&str], theirs: &str) {
        let own: BTreeSet<String> = items
            .iter()
            .filter(|item| item["kind"] == kind)
            .map(|item| keys.iter().map(|key| told(&item[*key])).collect::<Vec<_>>())
            .map(|parts| parts.join(" "))
            .collect();
        let listed = self.theirs[theirs].as_array().expect("a list").iter();
        let listed: BTreeSet<String> = listed
            .map(|one| match one.as_array() {
                Some(parts) => parts.iter().map(told).collect::<Vec<_>>().join(" "),
                None => told(one),
            })
            .collect();
        assert!(!listed.is_empty(), "{theirs}");
        assert_eq!(own, listed, "{kind}");
    }
}

/// A value without its notation: amounts as numbers, texts without quotes.
fn told(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), Into::into);
    match text.parse::<Decimal>() {
        Ok(amount) if text.contains('.') => amount.normalize().to_string(),
        _ => text,
    }
}

#[test]
fn every_view_lists_what_boto3_lists() {
    let seen = Seen::by_both();
    let tree = seen.items("tree");
    let below: Vec<Value> = tree
        .iter()
        .filter(|item| item["path"] != "")
        .cloned()
        .collect();
    seen.same(&below, "unit", &["path"], "units");
    seen.same(&tree, "account", &["id", "name"], "accounts");
    let root = &tree[0];
    let count = |list: &str| json!(seen.theirs[list].as_array().expect("a list").len());
    assert_eq!(root["vpcs"], count("vpcs"));
    assert_eq!(root["clusters"], count("clusters"));

    let network = seen.items("network");
    seen.same(&network, "vpc", &["account", "id", "cidr"], "vpcs");
    seen.same(&network, "peering", &["id"], "peerings");
    let broken: Vec<&Value> = network
        .iter()
        .filter(|item| item["kind"] == "peering" && item["state"] != "ok")
        .map(|item| &item["name"])
        .collect();
    assert_eq!(broken, [&json!("staging-shared ⇄ staging-ml")]);

    let clusters = seen.items("clusters");
    seen.same(
        &clusters,
        "cluster",
        &["account", "name", "version"],
        "clusters",
    );
    // The clusters of an AWS that is none have no API server: what AWS itself tells is there.
    let told = seen.operator.json(5, &["gpu"]);
    let pools = told["items"].as_array().expect("items").clone();
    let gpu = |pool: &&Value| pool[1].as_str().is_some_and(|name| name.ends_with("/gpu"));
    let listed = seen.theirs["pools"].as_array().expect("a list").iter();
    assert_eq!(pools.len(), listed.clone().filter(gpu).count());
    for pool in &pools {
        let sizes = ["account", "id", "wanted", "max"].map(|key| pool[key].clone());
        let same = |one: &Value| [0_usize, 1, 3, 4].map(|at| one[at].clone()) == sizes;
        let found = listed.clone().any(same);
        assert!(found, "{sizes:?}");
    }

    let zones = seen.items("zones");
    seen.same(&zones, "zone", &["account", "name"], "zones");
    seen.same(
        &zones,
        "record",
        &["account", "zone", "name", "type", "side"],
        "records",
    );
    seen.same(&zones, "health check", &["account", "id"], "checks");
    seen.same(&zones, "balancer", &["account", "name"], "balancers");
    seen.same(
        &zones,
        "target group",
        &["account", "name", "targets"],
        "targets",
    );

    let backups = seen.items("backups");
    seen.same(&backups, "database", &["account", "id"], "databases");
    seen.same(&backups, "read replica", &["account", "id"], "replicas");
    seen.same(&backups, "bucket", &["account", "id"], "buckets");
    seen.same(&backups, "backup job", &["account", "id"], "jobs");
    seen.same(&backups, "recovery point", &["account", "id"], "points");
    seen.same(&backups, "snapshot", &["account", "name"], "snapshots");

    let costs = seen.items("costs");
    seen.same(&costs, "cost", &["account", "service", "cost"], "costs");
    seen.same(&costs, "budget", &["name", "limit"], "budgets");
    seen.same(&costs, "anomaly", &["id", "account"], "anomalies");
}
