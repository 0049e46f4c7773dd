use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    engine::plan::{Plan, Sealed, sample},
    model::{
        Place, PoolName, RoleName,
        change::{Endpoint, Location},
        cluster::{Capacity, Cluster, NodePool},
        compute::{AccessEntry, Addon, Compute, LaunchTemplate, Sizes},
    },
};

fn place() -> Place {
    Place::new(sample::account(), "eu-west-1")
}

fn blueprint() -> Blueprint {
    let pool = |name: &str, kind: &str, sizes, gpus| PoolWish {
        name: name.into(),
        instance_type: kind.into(),
        sizes,
        capacity: Capacity::OnDemand,
        gpus,
        arm: false,
    };
    let place = place();
    Blueprint {
        prefix: String::new(),
        at: Location::new(place.account, place.region),
        name: "tools".into(),
        version: "1.34".into(),
        subnets: vec![Ref::Known("subnet-a".into()), Ref::Known("subnet-b".into())],
        after: Vec::new(),
        endpoint: Endpoint::Private,
        logs: vec!["api".into()],
        key: None,
        admin: Some("arn:aws:iam::111111111111:role/Ops".into()),
        addons: ["vpc-cni", "kube-proxy", "coredns"]
            .map(str::to_owned)
            .to_vec(),
        disk_gib: 50,
        pools: vec![
            pool("main", "t3.medium", Sizes::new(2, 2, 4), 0),
            pool("gpu", "g4dn.xlarge", Sizes::new(0, 0, 2), 1),
        ],
        tags: Tags::new(),
    }
}

/// Everything that the blueprint wants, but for the parts that are named as missing; a part goes
/// with what it is in.
fn present(blueprint: &Blueprint, missing: &BTreeSet<&str>) -> Present {
    let there = |part: &str| !missing.contains(part);
    let role = |id: &str, name: RoleName, service: &str, policies: &[(&str, &str)]| {
        there(id).then(|| Role {
            arn: format!("arn:aws:iam::111111111111:role/{name}").into(),
            name,
            trust: trust_of(service),
            policies: policies
                .iter()
                .filter(|(step, _)| there(step))
                .map(|(_, policy)| format!("arn:aws:iam::aws:policy/{policy}").into())
                .collect(),
            tags: Tags::new(),
        })
    };
    let own = [("cluster-role-policy", "AmazonEKSClusterPolicy")];
    let nodes = [
        ("node-role-worker", "AmazonEKSWorkerNodePolicy"),
        ("node-role-cni", "AmazonEKS_CNI_Policy"),
        ("node-role-images", "AmazonEC2ContainerRegistryPullOnly"),
    ];
    Present {
        cluster_role: role(
            "cluster-role",
            blueprint.cluster_role(),
            "eks.amazonaws.com",
            &own,
        ),
        node_role: role(
            "node-role",
            blueprint.node_role(),
            "ec2.amazonaws.com",
            &nodes,
        ),
        compute: compute(blueprint, &there),
    }
}

fn compute(blueprint: &Blueprint, there: &dyn Fn(&str) -> bool) -> Compute {
    let name = &blueprint.name;
    let mut compute = Compute::default();
    if there("template") {
        compute.templates.push(LaunchTemplate {
            id: "lt-1".into(),
            name: blueprint.template(),
            version: 1,
            tags: Tags::new(),
        });
    }
    if !there("cluster") {
        return compute;
    }
    let pools = blueprint.pools.iter();
    compute.clusters.push(Cluster {
        place: place(),
        name: name.clone(),
        arn: "arn".into(),
        version: blueprint.version.clone(),
        status: "ACTIVE".into(),
        endpoint: None,
        public_endpoint: false,
        vpc: None,
        created: None,
        issues: Vec::new(),
        pools: pools
            .filter(|pool| there(&format!("pool-{}", pool.name)))
            .map(|pool| group(&pool.name, pool.sizes))
            .collect(),
        tags: Tags::new(),
    });
    let addons = blueprint.addons.iter();
    compute.addons = addons
        .filter(|addon| there(&format!("addon-{addon}")))
        .map(|addon| Addon {
            cluster: name.clone(),
            name: addon.clone(),
            version: None,
            status: "ACTIVE".into(),
            issues: Vec::new(),
            tags: Tags::new(),
        })
        .collect();
    if let Some(principal) = blueprint.admin.clone().filter(|_| there("admin")) {
        let policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
        compute.access.push(AccessEntry {
            cluster: name.clone(),
            principal,
            kind: "STANDARD".into(),
            policies: there("admin-policy")
                .then(|| policy.into())
                .into_iter()
                .collect(),
            tags: Tags::new(),
        });
    }
    compute
}

fn group(name: &PoolName, sizes: Sizes) -> NodePool {
    NodePool {
        name: name.clone(),
        arn: "arn".into(),
        status: "ACTIVE".into(),
        instance_types: Vec::new(),
        capacity: Capacity::OnDemand,
        min: sizes.min,
        desired: sizes.desired,
        max: sizes.max,
        running: None,
        subnets: Vec::new(),
        zones: Vec::new(),
        accelerator: None,
        issues: Vec::new(),
        tags: Tags::new(),
    }
}

/// Parts that are steps, each with what it is a part of.
const PARTS: [(&str, &str); 15] = [
    ("cluster-role", ""),
    ("cluster-role-policy", "cluster-role"),
    ("node-role", ""),
    ("node-role-worker", "node-role"),
    ("node-role-cni", "node-role"),
    ("node-role-images", "node-role"),
    ("cluster", ""),
    ("admin", "cluster"),
    ("admin-policy", "admin"),
    ("addon-vpc-cni", "cluster"),
    ("addon-kube-proxy", "cluster"),
    ("addon-coredns", "cluster"),
    ("template", ""),
    ("pool-main", "cluster"),
    ("pool-gpu", "cluster"),
];

fn around(draft: Draft) -> Plan {
    let mut plan = sample::switch();
    plan.facts.clear();
    plan.steps = draft.steps;
    plan.edges = draft.edges;
    plan
}

fn ids(draft: &Draft) -> BTreeSet<String> {
    let ids = draft.steps.iter().map(|step| step.id.to_string());
    ids.collect()
}

proptest! {
    #[test]
    fn what_is_missing_is_planned_and_nothing_else(
        gone in prop::collection::vec(any::<bool>(), PARTS.len()),
    ) {
        let mut missing = BTreeSet::new();
        for ((part, whole), gone) in PARTS.iter().zip(gone) {
            if gone || missing.contains(whole) {
                missing.insert(*part);
            }
        }
        let blueprint = blueprint();
        let draft = compose(&blueprint, &present(&blueprint, &missing));
        let mut wanted: BTreeSet<String> = missing.iter().map(|part| (*part).to_owned()).collect();
        // A template is of use only to groups that are still to be made.
        if !missing.contains("pool-main") && !missing.contains("pool-gpu") {
            wanted.remove("template");
        }
        if !wanted.is_empty() {
            wanted.insert("well".into());
        }
        if missing.contains("pool-main") {
            wanted.insert("nodes-main".into());
        }
        prop_assert_eq!(ids(&draft), wanted);
        if !draft.is_empty() {
            prop_assert!(Sealed::seal(around(draft)).is_ok());
        }
    }
}

#[test]
fn as_a_part_of_a_larger_plan_it_waits_for_what_it_is_told_and_names_its_steps_apart() {
    let mut blueprint = blueprint();
    blueprint.prefix = "ml-".into();
    blueprint.after = vec!["ml-route".into()];
    blueprint.at.account = Ref::output("ml-account");
    blueprint.subnets = vec![Ref::output("ml-subnet-a"), Ref::output("ml-subnet-b")];
    let draft = compose(&blueprint, &Present::default());
    assert!(
        ids(&draft).iter().all(|id| id.starts_with("ml-")),
        "{:?}",
        ids(&draft)
    );
    let waits = |after: &str| -> Vec<&str> {
        let edges = draft
            .edges
            .iter()
            .filter(|edge| edge.after.as_str() == after);
        edges.map(|edge| edge.before.as_str()).collect()
    };
    let before = waits("ml-cluster");
    for step in ["ml-account", "ml-subnet-a", "ml-subnet-b", "ml-route"] {
        assert!(before.contains(&step), "{step} is not in {before:?}");
    }
    assert!(waits("ml-cluster-role").contains(&"ml-account"));
}
