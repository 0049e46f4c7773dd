//! What was worked out from recordings: the same must come out of what the server holds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    history::History,
    recording,
    scenes::{history_until, options},
};
use crate::kubernetes::server::{ObjectStore, Parts, Server, requested};

/// The version of the lists of GPU nodes and pods.
const GPU: u64 = 2_174;

/// Thousandths, in which amounts are counted.
const ONE: i128 = 1_000;
/// By which label the pool of a node is known, the first that it has.
const POOL: &[&str] = &[
    "karpenter.sh/nodepool",
    "eks.amazonaws.com/nodegroup",
    "alpha.eksctl.io/nodegroup-name",
    "node.kubernetes.io/instance-type",
];

/// What the nodes of one pool offer and hold, by the name of the resource.
#[derive(Default)]
struct Pool {
    nodes: BTreeMap<String, BTreeMap<String, Share>>,
}

/// Of one resource on one node.
#[derive(Clone, Copy)]
struct Share {
    capacity: i128,
    allocatable: i128,
    requested: i128,
}

impl Pool {
    fn sum(&self, resource: &str, of: impl Fn(Share) -> i128) -> i128 {
        let shares = self.nodes.values().filter_map(|node| node.get(resource));
        shares.map(|share| of(*share)).sum()
    }

    fn check(&self, name: &str, resource: &str, truth: &Value) {
        let requested = self.sum(resource, |share| share.requested);
        let allocatable = self.sum(resource, |share| share.allocatable);
        for (field, sum) in [
            ("capacity", self.sum(resource, |share| share.capacity)),
            ("allocatable", allocatable),
            ("requested", requested),
            ("free", allocatable - requested),
        ] {
            if let Some(expected) = truth[field].as_i64() {
                assert_eq!(sum, i128::from(expected), "{field} of {resource} in {name}");
            }
        }
    }
}

#[test]
fn what_pods_request_adds_up_to_the_truth() {
    let truth = recording::read("gpu/truth");
    let server = Server::start(options(Timestamp::UNIX_EPOCH).parts(Parts::NONE));
    history_until(&server, &History::read(), GPU);
    let pools = server.world(|world| {
        let (nodes, pods) = (world.kind("", "nodes"), world.kind("", "pods"));
        let (nodes, pods) = (world.all(&nodes), world.all(&pods));
        let mut pools = BTreeMap::<String, Pool>::new();
        for node in nodes {
            let name = node["metadata"]["name"].as_str().expect("a name");
            let held = requested(&pods, name);
            let shares = node["status"]["allocatable"]
                .as_object()
                .expect("an object");
            let shares = shares.iter().filter(|(resource, _)| resource.contains('/'));
            let shares = shares.map(|(resource, allocatable)| {
                let whole = |value: &Value| -> i128 {
                    value
                        .as_str()
                        .and_then(|text| text.parse().ok())
                        .expect("a whole number")
                };
                let share = Share {
                    capacity: whole(&node["status"]["capacity"][resource]),
                    allocatable: whole(allocatable),
                    requested: held.get(resource).copied().unwrap_or_default() / ONE,
                };
                (resource.clone(), share)
            });
            let pool = POOL
                .iter()
                .find_map(|label| node["metadata"]["labels"][*label].as_str());
            let pool = pools.entry(pool.expect("a pool").into()).or_default();
            pool.nodes.insert(name.into(), shares.collect());
        }
        pools
    });
    for (name, expected) in truth["pools"].as_object().expect("pools") {
        let pool = &pools[name];
        if let Some(resource) = expected["resource"]
            .as_str()
            .filter(|name| name.contains('/'))
        {
            pool.check(name, resource, expected);
            for (node, expected) in expected["per_node"].as_object().into_iter().flatten() {
                let one = Pool {
                    nodes: BTreeMap::from([(node.clone(), pool.nodes[node].clone())]),
                };
                one.check(node, resource, expected);
            }
        }
        for (resource, expected) in expected["resources"].as_object().into_iter().flatten() {
            pool.check(name, resource, expected);
        }
    }
}

#[test]
fn the_definitions_of_velero_are_those_that_were_found() {
    let facts = recording::read("velero/crd-facts");
    let server = Server::start(options(Timestamp::now()).velero(ObjectStore::default()));
    for fact in facts["facts"].as_array().expect("facts") {
        let name = fact["name"].as_str().expect("a name");
        let group = "apiextensions.k8s.io";
        let found = server.object(group, "customresourcedefinitions", "", name);
        let spec = &found.expect("a definition")["spec"];
        assert_eq!(spec["group"], fact["group"], "{name}");
        assert_eq!(spec["scope"], fact["scope"], "{name}");
        assert_eq!(spec["names"]["kind"], fact["kind"], "{name}");
        assert_eq!(spec["names"]["plural"], fact["plural"], "{name}");
        let short = spec["names"]["shortNames"].as_array().cloned();
        assert_eq!(
            short.unwrap_or_default(),
            *fact["shortNames"].as_array().expect("names"),
            "{name}"
        );
        let versions = fact["versions"].as_array().expect("versions");
        assert_eq!(
            spec["versions"].as_array().map(Vec::len),
            Some(versions.len()),
            "{name}"
        );
        for (at, expected) in versions.iter().enumerate() {
            let version = &spec["versions"][at];
            for field in ["name", "served", "storage"] {
                assert_eq!(version[field], expected[field], "{name} {at}");
            }
            assert_eq!(
                version["subresources"]["status"].is_object(),
                expected["status_subresource"],
                "{name}"
            );
        }
    }
}
