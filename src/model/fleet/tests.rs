use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;

use super::*;
use crate::model::{
    Health, Place,
    cluster::Capacity,
    workload::{Amounts, Bound, Pod, Scheduling},
};

const GPU: &str = "nvidia.com/gpu";

fn cluster() -> ClusterId {
    "111122223333/eu-west-1/prod".parse().expect("a cluster")
}

fn gpus(count: u64) -> Amounts {
    let mut amounts = Amounts::default();
    amounts.devices.insert(GPU.into(), count);
    amounts
}

fn node(name: &str, pool: &str, count: u64) -> NodeFacts {
    let labels = [
        ("karpenter.sh/nodepool", pool),
        ("karpenter.sh/capacity-type", "on-demand"),
        ("kubernetes.io/hostname", name),
        ("node.kubernetes.io/instance-type", "p5.48xlarge"),
        ("nvidia.com/gpu.product", "NVIDIA-H100-80GB-HBM3"),
        ("nvidia.com/gpu.count", "8"),
        ("topology.kubernetes.io/zone", "eu-west-1a"),
    ];
    NodeFacts {
        name: name.into(),
        labels: labels
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        capacity: gpus(8),
        allocatable: gpus(count),
        ready: Some(true),
        ..NodeFacts::default()
    }
}

fn pod(name: &str, node: Option<&str>, count: u64) -> Arc<Pod> {
    Arc::new(Pod {
        namespace: "ml".into(),
        name: name.into(),
        node: node.map(Into::into),
        phase: if node.is_some() { "Running" } else { "Pending" }.into(),
        created: Some("2026-01-15T08:00:00Z".parse().expect("a moment")),
        deleted: None,
        owner: None,
        asks: gpus(count),
        claims: Vec::new(),
        service_account: None,
        containers: Vec::new(),
        ready: 1,
        restarts: 0,
        health: Health::ok(),
        evidence: Vec::new(),
        waits: node.is_none().then(|| {
            Box::new(Scheduling {
                reason: Some("Unschedulable".into()),
                scheduler: "default-scheduler".into(),
                ..Scheduling::default()
            })
        }),
    })
}

fn waiting(name: &str, count: u64, place: Scheduling) -> Arc<Pod> {
    let pod = pod(name, None, count);
    Arc::new(Pod {
        waits: Some(Box::new(Scheduling {
            reason: place.reason.clone().or(Some("Unschedulable".into())),
            ..place
        })),
        ..Pod::clone(&pod)
    })
}

fn counted(nodes: Vec<NodeFacts>, pods: &[Arc<Pod>]) -> Fleet {
    let mut tally = Tally::new("v1.34".into());
    tally.nodes = nodes;
    for pod in pods {
        tally.pod(pod);
    }
    tally.fleet(&cluster(), true)
}

fn only(fleet: &Fleet) -> Pool {
    let mut pools = pools(fleet);
    assert_eq!(pools.len(), 1);
    pools.remove(0)
}

#[test]
fn eight_free_on_eight_nodes_are_no_block_of_eight() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let nodes = names.map(|name| node(name, "h100", 8)).to_vec();
    let pods: Vec<Arc<Pod>> = names
        .iter()
        .map(|name| pod(&format!("on-{name}"), Some(name), 7))
        .chain([pod("big", None, 8)])
        .collect();
    let fleet = counted(nodes, &pods);
    let pool = only(&fleet);
    let sum = &pool.sums[0];
    assert_eq!((sum.free, sum.largest_free_block), (8, 1));
    assert_eq!(pool.pending.all(), Count { pods: 1, units: 8 });
    assert_eq!(
        fleet.pending[0].reason,
        "8 free, at most 1 on one node, wants 8"
    );
}

#[test]
fn a_cordoned_or_lost_node_keeps_what_is_on_it_and_offers_nothing() {
    let cordoned = NodeFacts {
        cordoned: true,
        taints: vec![Bound {
            key: "node.kubernetes.io/unschedulable".into(),
            effect: "NoSchedule".into(),
            value: None,
        }],
        ..node("a", "h100", 8)
    };
    let lost = NodeFacts {
        ready: Some(false),
        ..node("b", "h100", 8)
    };
    let pods = [
        pod("x", Some("a"), 1),
        pod("y", Some("b"), 2),
        pod("z", None, 1),
    ];
    let fleet = counted(vec![cordoned, lost], &pods);
    let pool = only(&fleet);
    let sum = &pool.sums[0];
    assert_eq!((sum.requested, sum.free), (3, 13));
    assert_eq!((sum.free_schedulable, sum.largest_free_block), (0, 0));
    assert_eq!((pool.nodes.ready, pool.nodes.cordoned), (1, 1));
    assert_eq!(
        fleet.pending[0].reason,
        "every node that fits is cordoned or not ready"
    );
}

#[test]
fn every_reason_of_waiting_is_told_apart() {
    let tainted = NodeFacts {
        taints: vec![Bound {
            key: GPU.into(),
            value: Some("true".into()),
            effect: "NoSchedule".into(),
        }],
        ..node("a", "h100", 8)
    };
    let pool = |name: &str| Scheduling {
        selector: BTreeMap::from([("karpenter.sh/nodepool".into(), name.into())]),
        tolerations: vec![Bound::default()],
        ..Scheduling::default()
    };
    let other = Arc::new(Pod {
        asks: Amounts {
            devices: BTreeMap::from([("nvidia.com/mig-7g.40gb".into(), 1)]),
            ..Amounts::default()
        },
        ..Pod::clone(&waiting("profile", 1, pool("h100")))
    });
    let unseen = Arc::new(Pod {
        waits: Some(Box::new(Scheduling {
            scheduler: "volcano".into(),
            ..Scheduling::default()
        })),
        ..Pod::clone(&pod("unseen", None, 2))
    });
    let pods = [
        waiting("taint", 1, Scheduling::default()),
        waiting("absent", 1, pool("b200")),
        waiting("large", 9, pool("h100")),
        waiting("fits", 1, pool("h100")),
        waiting(
            "gated",
            8,
            Scheduling {
                reason: Some("SchedulingGated".into()),
                gates: vec!["kueue.x-k8s.io/admission".into()],
                queue: Some("research".into()),
                ..pool("h100")
            },
        ),
        other,
        unseen,
    ];
    let fleet = counted(vec![tainted], &pods);
    let told: Vec<String> = fleet
        .pending
        .iter()
        .map(|pending| format!("{}: {} ({})", pending.name, pending.reason, pending.wait))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    absent: pool b200 has no node (unschedulable)
    fits: enough is free; something else keeps it (unschedulable)
    gated: held by kueue.x-k8s.io/admission, queue research (gated)
    large: 8 free, at most 8 on one node, wants 9 (unschedulable)
    profile: no node has nvidia.com/mig-7g.40gb (unschedulable)
    taint: does not tolerate nvidia.com/gpu (unschedulable)
    unseen: not yet seen by volcano (unseen)
    ");
}

#[test]
fn what_karpenter_does_about_it_is_told() {
    let place = Scheduling {
        selector: BTreeMap::from([("karpenter.sh/nodepool".into(), "h100".into())]),
        ..Scheduling::default()
    };
    let mut tally = Tally::new("v1.34".into());
    tally.nodes = vec![node("a", "h100", 8)];
    tally.limits = vec![PoolLimit {
        pool: "h100".into(),
        limit: BTreeMap::from([(GPU.into(), 16)]),
        has: BTreeMap::from([(GPU.into(), 8)]),
    }];
    tally.node_claims = vec![NodeClaim {
        name: "h100-x7k2p".into(),
        pool: "h100".into(),
        step: "launched".into(),
        reason: None,
        created: None,
    }];
    tally.pod(&pod("full", Some("a"), 8));
    tally.pod(&waiting("one", 8, place.clone()));
    let reason = |tally: &Tally| tally.fleet(&cluster(), true).pending[0].reason.clone();
    assert_eq!(
        reason(&tally),
        "0 free, at most 0 on one node, wants 8; NodeClaim h100-x7k2p is launched"
    );
    tally.clear_pods();
    tally.pod(&pod("full", Some("a"), 8));
    tally.pod(&waiting("more", 16, place));
    assert_eq!(
        reason(&tally),
        "0 free, at most 0 on one node, wants 16; NodePool h100 has 8 of at most 16"
    );
}

fn price(on_demand: i64) -> Price {
    Price {
        place: Place::new("111122223333".parse().expect("an account"), "eu-west-1"),
        instance_type: "p5.48xlarge".into(),
        currency: "USD".into(),
        on_demand: Some(Rate {
            hourly: Decimal::from(on_demand),
            since: Some(moment("2026-01-01T00:00:00Z")),
        }),
        spot: BTreeMap::from([(
            "eu-west-1a".into(),
            Rate {
                hourly: Decimal::from(on_demand / 4),
                since: Some(moment("2026-01-15T07:00:00Z")),
            },
        )]),
        blocks: Vec::new(),
        gaps: Vec::new(),
    }
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

#[test]
fn idle_costs_what_is_paid_for_such_a_node_and_a_capacity_block_saves_nothing() {
    let spot = |capacity: &str| {
        let mut node = node("b", "h100", 8);
        node.labels
            .insert("karpenter.sh/capacity-type".into(), capacity.into());
        node
    };
    let pods = [pod("x", Some("a"), 6), pod("y", Some("b"), 4)];
    let price = price(96);
    let of = |other: NodeFacts| {
        let fleet = counted(vec![node("a", "h100", 8), other], &pods);
        Idle::of(&fleet.nodes, |kind| {
            (kind == "p5.48xlarge").then_some(&price)
        })
    };
    let idle = of(spot("spot"));
    assert_eq!(idle.hundredths, Some(600));
    // 2 of 8 at 96, 4 of 8 at 24.
    assert_eq!(idle.hourly, Some(Decimal::from(36)));
    assert_eq!(
        idle.used.keys().copied().collect::<Vec<_>>(),
        [Basis::OnDemand, Basis::Spot]
    );
    let block = of(spot("reserved"));
    assert_eq!(block.hourly, Some(Decimal::from(24)));
    assert_eq!(
        (block.hundredths, block.prepaid_hundredths),
        (Some(600), 400)
    );
    let elsewhere = {
        let mut node = spot("spot");
        node.labels
            .insert("topology.kubernetes.io/zone".into(), "eu-west-1b".into());
        of(node)
    };
    assert_eq!(elsewhere.hourly, None, "no price of that zone is known");
    assert_eq!(elsewhere.hundredths, Some(600));
}

#[test]
fn a_block_is_found_by_its_label_or_by_being_the_only_one() {
    let block = |id: &str, zone: &str| Block {
        id: id.into(),
        prepaid: true,
        zone: Some(zone.into()),
        state: "active".into(),
        instances: 1,
        unused: 0,
        starts: None,
        ends: Some(moment("2026-01-20T11:30:00Z")),
    };
    let mut facts = node("a", "h200", 8);
    facts.labels.remove("karpenter.sh/capacity-type");
    facts.labels.insert(
        "eks.amazonaws.com/capacityType".into(),
        "CAPACITY_BLOCK".into(),
    );
    let fleet = counted(vec![facts], &[]);
    let mut price = price(96);
    price.blocks = vec![block("cr-1", "eu-west-1a"), block("cr-2", "eu-west-1b")];
    let found = |price: &Price| {
        price
            .block_of(&fleet.nodes[0])
            .map(|block| block.id.clone())
    };
    assert_eq!(found(&price).as_deref(), Some("cr-1"));
    price.blocks[1].zone = price.blocks[0].zone.clone();
    assert_eq!(found(&price), None, "two of them: nobody knows");
    assert_eq!(fleet.nodes[0].capacity, Some(Capacity::CapacityBlock));
}

#[test]
fn what_is_over_holds_nothing_and_what_ends_does() {
    let with = |name: &str, phase: &str| {
        Arc::new(Pod {
            phase: phase.into(),
            ..Pod::clone(&pod(name, Some("a"), 2))
        })
    };
    let ending = Arc::new(Pod {
        deleted: Some(moment("2026-01-15T09:00:00Z")),
        ..Pod::clone(&pod("ending", Some("a"), 1))
    });
    let pods = [
        with("done", "Succeeded"),
        with("failed", "Failed"),
        with("pulls", "Pending"),
        ending,
    ];
    let fleet = counted(vec![node("a", "h100", 8)], &pods);
    assert_eq!(fleet.nodes[0].shares[0].requested, 3);
    assert_eq!(fleet.holders.len(), 2);
    assert_eq!(fleet.pods, 2);
}

/// A node's allocatable GPUs and what its pods ask for.
fn estates() -> impl Strategy<Value = Vec<(u64, Vec<u64>, bool, bool)>> {
    let pods = vec(1_u64..5, 0..4);
    vec((0_u64..9, pods, any::<bool>(), any::<bool>()), 1..6)
}

fn built(estate: &[(u64, Vec<u64>, bool, bool)]) -> (Vec<NodeFacts>, Vec<Arc<Pod>>) {
    let mut pods = Vec::new();
    let nodes = estate
        .iter()
        .enumerate()
        .map(|(at, (count, asks, ready, cordoned))| {
            let name = format!("node-{at}");
            for (number, asked) in asks.iter().enumerate() {
                pods.push(pod(&format!("pod-{at}-{number}"), Some(&name), *asked));
            }
            NodeFacts {
                ready: Some(*ready),
                cordoned: *cordoned,
                ..node(&name, if at % 2 == 0 { "even" } else { "odd" }, *count)
            }
        })
        .collect();
    (nodes, pods)
}

proptest! {
    #[test]
    fn no_block_is_larger_than_what_is_free_and_nothing_is_lost_on_the_way(estate in estates()) {
        let (nodes, pods) = built(&estate);
        let fleet = counted(nodes, &pods);
        let pools = pools(&fleet);
        let all = |of: fn(&Sum) -> u64| pools.iter().flat_map(|pool| &pool.sums).map(of).sum::<u64>();
        prop_assert_eq!(all(|sum| sum.requested), estate.iter().flat_map(|(_, asks, ..)| asks).sum::<u64>());
        prop_assert_eq!(all(|sum| sum.allocatable), estate.iter().map(|(count, ..)| count).sum::<u64>());
        prop_assert_eq!(pools.iter().map(|pool| pool.nodes.all).sum::<u64>(), estate.len() as u64);
        for sum in pools.iter().flat_map(|pool| &pool.sums) {
            prop_assert!(sum.largest_free_block <= sum.free_schedulable);
            prop_assert!(sum.free_schedulable <= sum.free);
            prop_assert!(sum.free <= sum.allocatable);
            prop_assert_eq!(sum.unhealthy + sum.allocatable, sum.capacity);
        }
        for node in &fleet.nodes {
            let idle = node.idle().expect("devices are known");
            prop_assert!((0.0..=1.0).contains(&idle));
        }
    }

    #[test]
    fn the_order_in_which_things_are_told_does_not_matter(estate in estates(), turn in 0_usize..16) {
        let (mut nodes, mut pods) = built(&estate);
        pods.push(pod("waits", None, 3));
        let before = counted(nodes.clone(), &pods);
        let (nodes_at, pods_at) = (turn % nodes.len(), turn % pods.len());
        nodes.rotate_left(nodes_at);
        pods.rotate_left(pods_at);
        let after = counted(nodes, &pods);
        prop_assert_eq!(pools(&before), pools(&after));
        prop_assert_eq!(before, after);
    }

    #[test]
    fn one_more_pod_never_leaves_more_free(estate in estates(), asked in 1_u64..5) {
        let (nodes, mut pods) = built(&estate);
        let free = |pods: &[Arc<Pod>]| {
            let fleet = counted(nodes.clone(), pods);
            pools(&fleet).iter().flat_map(|pool| &pool.sums).map(|sum| sum.free).sum::<u64>()
        };
        let before = free(&pods);
        pods.push(pod("one-more", Some("node-0"), asked));
        prop_assert!(free(&pods) <= before);
    }
}
