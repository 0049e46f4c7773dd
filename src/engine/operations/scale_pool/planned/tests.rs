use proptest::prelude::*;

use super::*;
use crate::{
    config::{Environments, settings::Addressing},
    engine::plan::{Sealed, Work, sample},
    inventory::Inventory,
    model::{
        Change, Place, Tags,
        change::ClusterChange,
        cluster::{Accelerator, Capacity, Cluster, NodePool},
        compute::{Compute, Machine, Nodes, Wanted},
    },
    provider::demo::{DemoOptions, in_process},
};

/// A group of two GPUs a node in three zones, as it is found.
fn seen(sizes: Sizes, autoscaled: bool) -> Observed {
    let place = Place::new(sample::account(), "eu-west-1");
    let mut tags = Tags::new();
    if autoscaled {
        tags.insert("k8s.io/cluster-autoscaler/enabled".into(), "true".into());
    }
    let gpus = Accelerator {
        maker: "NVIDIA".into(),
        model: "A10G".into(),
        count: 2,
        memory_mib: 49_152,
    };
    let pool = NodePool {
        name: "gpu".into(),
        arn: "arn".into(),
        status: "ACTIVE".into(),
        instance_types: vec!["g5.xlarge".into()],
        capacity: Capacity::OnDemand,
        min: sizes.min,
        desired: sizes.desired,
        max: sizes.max,
        running: Some(sizes.desired),
        subnets: Vec::new(),
        zones: ["a", "b", "c"].map(Into::into).to_vec(),
        accelerator: Some(gpus.clone()),
        issues: Vec::new(),
        tags,
    };
    let cluster = Cluster {
        place: place.clone(),
        name: "ml".into(),
        arn: "arn".into(),
        version: "1.34".into(),
        status: "ACTIVE".into(),
        endpoint: Some("https://ml.example".into()),
        public_endpoint: false,
        vpc: None,
        created: None,
        issues: Vec::new(),
        pools: vec![pool.clone()],
        tags: Tags::new(),
    };
    Observed {
        place,
        cluster: "ml".into(),
        pool,
        compute: Compute {
            clusters: vec![cluster],
            ..Compute::default()
        },
        machine: Some(Machine {
            instance_type: "g5.xlarge".into(),
            vcpus: 4,
            arm: false,
            accelerator: Some(gpus),
        }),
        quota: Ok((1000, Some(0))),
        nodes: Ok(Nodes::default()),
        addresses: Ok(1000),
        now: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn planned(wish: &Arguments, seen: &Observed) -> Result<Plan, Refusal> {
    let (provider, _world) = in_process(&DemoOptions::default());
    let world = World {
        provider: &provider,
        inventory: &Inventory::default(),
        environments: &Environments::conventional(),
        addressing: &Addressing::default(),
        author: "ann",
        now: seen.now,
    };
    plan(wish, seen, &world)
}

fn count_wished(most: u32) -> impl Strategy<Value = Option<u32>> {
    prop::option::of(0..=most)
}

/// Sizes that a group can have.
fn found() -> impl Strategy<Value = Sizes> {
    (0..5_u32, 0..5_u32, 0..5_u32).prop_map(|(min, more, room)| {
        let desired = min + more;
        Sizes::new(min, desired, (desired + room).max(1))
    })
}

/// The change of the size in a plan.
fn change(plan: &Plan) -> (Sizes, Sizes, bool) {
    let step = plan.step(&"scale".into()).expect("a step that scales");
    let Work::Change {
        change:
            Change::Cluster(ClusterChange::ScaleNodeGroup {
                from,
                to,
                autoscaled,
                ..
            }),
    } = &step.work
    else {
        panic!("{:?} scales nothing", step.work);
    };
    (*from, *to, *autoscaled)
}

/// Instances that its steps reserve.
fn reserved(plan: &Plan) -> u32 {
    let counts = plan.steps.iter().map(|step| match &step.work {
        Work::Change {
            change: Change::Cluster(ClusterChange::CreateCapacityReservation { count, .. }),
        } => *count,
        _ => 0,
    });
    counts.sum()
}

proptest! {
    #[test]
    fn any_wish_for_any_group_becomes_a_whole_size_or_a_refusal(
        from in found(),
        min in count_wished(12),
        desired in count_wished(12),
        max in count_wished(12),
        tagged in any::<bool>(),
        owner in prop::sample::select(vec!["auto", "operator", "autoscaler"]),
        spread in any::<bool>(),
        quota in 0..60_u64,
    ) {
        let mut seen = seen(from, tagged);
        seen.quota = Ok((quota, Some(0)));
        let wanted = Wanted { min, desired, max };
        let reserve = if spread { "spread" } else { "no" };
        let mut wish = Arguments::new()
            .with("owner", owner)
            .with("reserve", reserve)
            .with("wait", "1200")
            .with("shortage", "back")
            .with("reason", "tests");
        for (name, value) in [("min", min), ("desired", desired), ("max", max)] {
            if let Some(value) = value {
                wish = wish.with(name, value.to_string());
            }
        }
        let plan = match planned(&wish, &seen) {
            Ok(plan) => plan,
            Err(Refusal::NothingToDo(_)) => {
                prop_assert_eq!(from.towards(wanted), Ok(from));
                return Ok(());
            }
            Err(Refusal::Wrong(_)) => {
                prop_assert!(from.towards(wanted).is_err());
                return Ok(());
            }
            // The quota, the autoscaler's say, or no wish at all.
            Err(Refusal::Impossible(told)) => {
                prop_assert!(!told.is_empty());
                return Ok(());
            }
            Err(other) => panic!("{other}"),
        };
        let (before, to, autoscaled) = change(&plan);
        prop_assert_eq!(before, from);
        prop_assert!(to.is_whole() && to != from, "{} to {}", from, to);
        for (wished, got) in [(min, to.min), (desired, to.desired), (max, to.max)] {
            prop_assert!(wished.is_none_or(|wished| wished == got));
        }
        prop_assert!(!autoscaled || desired.is_none());
        let more = to.desired.saturating_sub(from.desired);
        prop_assert!(u64::from(more) * 4 <= quota);
        prop_assert_eq!(reserved(&plan), if spread { more } else { 0 });
        let shrinks = to.desired < from.desired;
        prop_assert_eq!(plan.points_of_no_return.len(), usize::from(shrinks));
        prop_assert_eq!(plan.gates.len(), usize::from(shrinks));
        prop_assert_eq!(Sealed::seal(plan).ok(), Sealed::seal(planned(&wish, &seen).expect("again")).ok());
    }
}

fn refusal(wish: Arguments, spoil: impl FnOnce(&mut Observed)) -> String {
    let mut seen = seen(Sizes::new(0, 2, 8), false);
    spoil(&mut seen);
    let wish = wish.with("wait", "1200").with("shortage", "back");
    planned(&wish, &seen).expect_err("no plan").to_string()
}

#[test]
fn without_room_for_the_nodes_there_is_no_plan() {
    let wish = || Arguments::new().with("desired", "4").with("reserve", "no");
    let told = [
        refusal(wish(), |seen| seen.quota = Ok((12, Some(8)))),
        refusal(wish(), |seen| seen.quota = Ok((4, None))),
        refusal(wish(), |seen| seen.addresses = Ok(1)),
        refusal(wish(), |seen| seen.pool.capacity = Capacity::CapacityBlock),
        refusal(wish().with("reserve", "spread"), |seen| {
            seen.pool.zones.clear();
        }),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    Running On-Demand G and VT instances (L-DB2E81BA): 12 vCPUs allowed, 8 used, 8 needed; ask for more first: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-DB2E81BA --desired-value N
    Running On-Demand G and VT instances (L-DB2E81BA): 4 vCPUs allowed, 8 needed; ask for more first: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-DB2E81BA --desired-value N
    the subnets of gpu have 1 free addresses; 2 nodes need one each at least
    the active capacity blocks of g5.xlarge have 0 free instances; 2 are needed
    the zones of gpu are not known; give one by --reserve
    ");
}

#[test]
fn what_could_not_be_read_is_told_and_does_not_hold_up_the_plan() {
    let mut seen = seen(Sizes::new(0, 2, 8), false);
    seen.quota = Err("servicequotas is throttled".into());
    seen.addresses = Err("ec2 is throttled".into());
    seen.machine = None;
    let wish = Arguments::new()
        .with("desired", "4")
        .with("reserve", "no")
        .with("wait", "1200")
        .with("shortage", "back");
    let plan = planned(&wish, &seen).expect("plannable");
    insta::assert_snapshot!(plan.warnings.join("\n"), @"
    EKS calls the update successful once the Auto Scaling group is set; GPU capacity is not promised by that and is waited for
    the cluster cannot be looked into: nodes are counted by EC2, and whether they are Ready and their GPUs usable is not proven
    the quota could not be read: servicequotas is throttled
    whether the subnets have free addresses is not known: ec2 is throttled
    ");
    let scale = plan.step(&"scale".into()).expect("a step that scales");
    let title = |held: &crate::engine::plan::Precondition| format!("{held:?}");
    let asked: Vec<String> = scale.preconditions.iter().map(title).collect();
    assert!(
        !asked.iter().any(|held| held.contains("Headroom")),
        "nothing can be demanded of a quota that is not known: {asked:?}"
    );
}
