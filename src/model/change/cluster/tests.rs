use super::*;
use crate::model::{
    AccountId, Place,
    change::{Change, ChangeKind as _, Mark, Progress, Standing},
    cluster::{Cluster, NodePool},
    compute::{AccessEntry, Addon, Compute, LaunchTemplate, Reservation, Update},
};

const MARK: Mark<'_> = Mark {
    plan: "0123456789abcdef",
    step: "make",
};

fn account() -> AccountId {
    "111122223333".parse().expect("twelve digits")
}

fn at() -> Location {
    Location::new(account(), "eu-west-1")
}

fn shop() -> Ref<ClusterName> {
    Ref::Known("shop".into())
}

fn marked(step: &str) -> Tags {
    Tags::from([
        (Mark::PLAN.into(), MARK.plan.into()),
        (Mark::STEP.into(), step.into()),
    ])
}

fn create() -> ClusterChange {
    ClusterChange::CreateCluster {
        at: at(),
        name: "shop".into(),
        version: "1.34".into(),
        role: Ref::output("role"),
        subnets: vec![Ref::output("subnet-a"), Ref::output("subnet-b")],
        endpoint: Endpoint::Private,
        logs: vec!["audit".into()],
        key: None,
        creator_is_admin: false,
        tags: Tags::new(),
    }
}

fn group() -> ClusterChange {
    ClusterChange::CreateNodeGroup {
        at: at(),
        cluster: shop(),
        name: "gpu".into(),
        role: Ref::output("node-role"),
        subnets: vec![Ref::output("subnet-a")],
        sizes: Sizes::new(0, 0, 2),
        instance_types: vec!["g4dn.xlarge".into()],
        capacity: Capacity::OnDemand,
        image: "AL2023_x86_64_NVIDIA".into(),
        template: Ref::output("template"),
        template_version: 1,
        labels: Tags::new(),
        taints: Vec::new(),
        tags: Tags::new(),
    }
}

fn scale(autoscaled: bool) -> ClusterChange {
    ClusterChange::ScaleNodeGroup {
        at: at(),
        cluster: shop(),
        pool: "gpu".into(),
        from: Sizes::new(0, 1, 2),
        to: Sizes::new(0, 2, 4),
        autoscaled,
    }
}

fn pool(sizes: Sizes, status: &str) -> NodePool {
    NodePool {
        name: "gpu".into(),
        arn: "arn".into(),
        status: status.into(),
        instance_types: vec!["g4dn.xlarge".into()],
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

fn compute(status: &str, pools: Vec<NodePool>) -> Compute {
    Compute {
        clusters: vec![Cluster {
            place: Place::new(account(), "eu-west-1"),
            name: "shop".into(),
            arn: "arn".into(),
            version: "1.34".into(),
            status: status.into(),
            endpoint: None,
            public_endpoint: false,
            vpc: None,
            created: None,
            issues: Vec::new(),
            pools,
            tags: marked("make"),
        }],
        ..Compute::default()
    }
}

fn stands(change: &ClusterChange, compute: &Compute) -> Standing {
    change.standing(compute, MARK).expect("bound")
}

fn gets_on(change: &ClusterChange, compute: &Compute, follow: Option<&str>) -> Progress {
    change.progress(compute, MARK, follow).expect("bound")
}

#[test]
fn a_cluster_of_that_name_is_ours_only_by_its_mark() {
    assert_eq!(stands(&create(), &Compute::default()), Standing::From);
    let mut found = compute("CREATING", Vec::new());
    assert_eq!(stands(&create(), &found), Standing::made("shop"));
    found.clusters[0].tags = Tags::new();
    assert_eq!(
        stands(&create(), &found),
        Standing::elsewhere("cluster shop is there already and not ours")
    );
}

#[test]
fn a_cluster_is_followed_until_it_is_active_or_has_failed() {
    let look = |status: &str| gets_on(&create(), &compute(status, Vec::new()), None);
    assert_eq!(look("CREATING"), Progress::Working("it is CREATING".into()));
    assert_eq!(look("ACTIVE"), Progress::settled());
    let mut failed = compute("FAILED", Vec::new());
    failed.clusters[0].issues = vec!["InsufficientFreeAddresses: no room".into()];
    assert_eq!(
        gets_on(&create(), &failed, None),
        Progress::Failed("it is FAILED: InsufficientFreeAddresses: no room".into())
    );
    assert!(matches!(
        gets_on(&create(), &Compute::default(), None),
        Progress::Working(_)
    ));
}

#[test]
fn a_group_whose_creation_failed_keeps_its_name_and_can_be_deleted() {
    let mut failed = pool(Sizes::new(0, 0, 2), "CREATE_FAILED");
    failed.issues = vec!["NodeCreationFailure: nodes did not join".into()];
    failed.tags = marked("make");
    let found = compute("ACTIVE", vec![failed]);
    assert_eq!(
        stands(&group(), &found),
        Standing::elsewhere(
            "node group gpu of shop is CREATE_FAILED: NodeCreationFailure: nodes did not join; it \
             has to be deleted before its name can be used again"
        )
    );
    assert!(matches!(
        gets_on(&group(), &found, None),
        Progress::Failed(_)
    ));
    let Some(Change::Cluster(delete)) = group().inverse("make") else {
        panic!("a creation has an inverse");
    };
    assert_eq!(stands(&delete, &found), Standing::From);
}

#[test]
fn a_size_stands_three_ways_and_the_drift_is_named() {
    let found = |sizes, status| compute("ACTIVE", vec![pool(sizes, status)]);
    let at_from = found(Sizes::new(0, 1, 2), "ACTIVE");
    let at_to = found(Sizes::new(0, 2, 4), "ACTIVE");
    assert_eq!(stands(&scale(false), &at_from), Standing::From);
    assert_eq!(stands(&scale(false), &at_to), Standing::to());
    let busy = found(Sizes::new(0, 1, 2), "UPDATING");
    assert!(matches!(stands(&scale(false), &busy), Standing::Moving(_)));
    let moved = found(Sizes::new(0, 2, 2), "ACTIVE");
    assert_eq!(
        stands(&scale(false), &moved),
        Standing::elsewhere("gpu desired: planned from 1, found 2")
    );
    let gone = compute("ACTIVE", Vec::new());
    assert_eq!(
        stands(&scale(false), &gone),
        Standing::elsewhere("shop has no node group gpu")
    );
    let back = scale(false).inverse("x").expect("an inverse");
    let Change::Cluster(back) = back else {
        panic!("of a cluster");
    };
    assert_eq!(stands(&back, &at_to), Standing::From);
    assert_eq!(back.inverse("x"), Some(Change::Cluster(scale(false))));
}

#[test]
fn what_an_autoscaler_decides_about_is_no_drift() {
    let found = |sizes| compute("ACTIVE", vec![pool(sizes, "ACTIVE")]);
    assert_eq!(
        stands(&scale(true), &found(Sizes::new(0, 2, 2))),
        Standing::From
    );
    assert_eq!(
        stands(&scale(true), &found(Sizes::new(0, 3, 4))),
        Standing::to()
    );
    assert_eq!(
        stands(&scale(true), &found(Sizes::new(1, 2, 2))),
        Standing::elsewhere("gpu min: planned from 0, found 1")
    );
}

#[test]
fn an_update_is_followed_by_its_id_and_by_the_group_where_the_id_is_lost() {
    let mut found = compute("ACTIVE", vec![pool(Sizes::new(0, 2, 4), "UPDATING")]);
    let update = |status: &str| Update {
        id: "u-1".into(),
        cluster: "shop".into(),
        pool: Some("gpu".into()),
        status: status.into(),
        errors: vec!["AccessDenied: no".into()],
    };
    let working = Progress::Working("gpu is UPDATING".into());
    assert_eq!(gets_on(&scale(false), &found, None), working);
    // An id that EKS does not know is as good as none.
    assert_eq!(gets_on(&scale(false), &found, Some("u-1")), working);
    found.updates = vec![update("InProgress")];
    let working = Progress::Working("the update is InProgress".into());
    assert_eq!(gets_on(&scale(false), &found, Some("u-1")), working);
    found.updates = vec![update("Successful")];
    assert_eq!(
        gets_on(&scale(false), &found, Some("u-1")),
        Progress::settled()
    );
    found.updates = vec![update("Failed")];
    assert_eq!(
        gets_on(&scale(false), &found, Some("u-1")),
        Progress::Failed("the update is Failed: AccessDenied: no".into())
    );
    found.updates.clear();
    found.clusters[0].pools[0].status = "ACTIVE".into();
    assert_eq!(
        gets_on(&scale(false), &found, Some("u-1")),
        Progress::settled()
    );
    found.clusters[0].pools.clear();
    assert!(matches!(
        gets_on(&scale(false), &found, None),
        Progress::Failed(_)
    ));
}

#[test]
fn access_is_given_to_an_entry_and_taken_with_it() {
    let principal = Arn::from("arn:aws:iam::111122223333:role/admin");
    let policy = Arn::from("arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy");
    let allow = ClusterChange::AssociateAccessPolicy {
        at: at(),
        cluster: shop(),
        principal: principal.clone(),
        policy: policy.clone(),
    };
    let Some(Change::Cluster(take)) = allow.inverse("x") else {
        panic!("an inverse");
    };
    let mut found = compute("ACTIVE", Vec::new());
    assert_eq!(stands(&allow, &found), Standing::From);
    assert_eq!(stands(&take, &found), Standing::to());
    found.access.push(AccessEntry {
        cluster: "shop".into(),
        principal,
        kind: "STANDARD".into(),
        policies: Vec::new(),
        tags: marked("entry"),
    });
    assert_eq!(stands(&allow, &found), Standing::From);
    found.access[0].policies.push(policy);
    assert_eq!(stands(&allow, &found), Standing::to());
    assert_eq!(stands(&take, &found), Standing::From);
    assert_eq!(
        allow.differences()[0].to.as_deref(),
        Some("AmazonEKSClusterAdminPolicy")
    );
}

#[test]
fn an_add_on_that_waits_for_nodes_is_still_on_its_way() {
    let create = ClusterChange::CreateAddon {
        at: at(),
        cluster: shop(),
        addon: "coredns".into(),
        version: None,
        tags: Tags::new(),
    };
    let mut found = compute("ACTIVE", Vec::new());
    found.addons.push(Addon {
        cluster: "shop".into(),
        name: "coredns".into(),
        version: None,
        status: "DEGRADED".into(),
        issues: vec!["InsufficientNumberOfReplicas: no nodes".into()],
        tags: marked("make"),
    });
    assert_eq!(stands(&create, &found), Standing::made("coredns"));
    assert_eq!(
        gets_on(&create, &found, None),
        Progress::Working("it is DEGRADED: InsufficientNumberOfReplicas: no nodes".into())
    );
    found.addons[0].status = "ACTIVE".into();
    assert_eq!(gets_on(&create, &found, None), Progress::settled());
}

#[test]
fn templates_and_reservations_are_found_by_their_mark() {
    let template = ClusterChange::CreateLaunchTemplate {
        at: at(),
        name: "shop-nodes".into(),
        disk_gib: 50,
        instance_tags: Tags::new(),
        tags: Tags::new(),
    };
    let reserve = ClusterChange::CreateCapacityReservation {
        at: at(),
        instance_type: "g4dn.xlarge".into(),
        zone: "eu-west-1a".into(),
        count: 2,
        tags: Tags::new(),
    };
    let mut found = Compute::default();
    assert_eq!(stands(&template, &found), Standing::From);
    assert_eq!(stands(&reserve, &found), Standing::From);
    found.templates.push(LaunchTemplate {
        id: "lt-1".into(),
        name: "shop-nodes".into(),
        version: 1,
        tags: marked("make"),
    });
    found.reservations.push(Reservation {
        id: "cr-1".into(),
        instance_type: "g4dn.xlarge".into(),
        zone: Some("eu-west-1a".into()),
        state: "active".into(),
        total: 2,
        free: 2,
        block: false,
        ends: None,
        tags: marked("make"),
    });
    assert_eq!(stands(&template, &found), Standing::made("lt-1"));
    assert_eq!(stands(&reserve, &found), Standing::made("cr-1"));
    assert_eq!(gets_on(&reserve, &found, None), Progress::settled());
    let cancel = ClusterChange::Delete {
        at: at(),
        object: ClusterObject::Reservation(Ref::Known("cr-1".into())),
        made_by: "make".into(),
    };
    assert_eq!(stands(&cancel, &found), Standing::From);
    found.reservations[0].state = "cancelled".into();
    assert_eq!(stands(&cancel, &found), Standing::to());
    assert_eq!(stands(&reserve, &found), Standing::From);
    assert!(cancel.is_of_ec2() && !create().is_of_ec2());
}

#[test]
fn only_what_the_step_has_made_is_deleted() {
    let Some(Change::Cluster(delete)) = create().inverse("make") else {
        panic!("a creation has an inverse");
    };
    let mut found = compute("ACTIVE", Vec::new());
    assert_eq!(stands(&delete, &found), Standing::From);
    found.clusters[0].status = "DELETING".into();
    assert!(matches!(stands(&delete, &found), Standing::Moving(_)));
    assert!(matches!(
        gets_on(&delete, &found, None),
        Progress::Working(_)
    ));
    found.clusters[0].status = "ACTIVE".into();
    found.clusters[0].tags = marked("other");
    assert!(matches!(stands(&delete, &found), Standing::Elsewhere(_)));
    found.clusters.clear();
    assert_eq!(gets_on(&delete, &found, None), Progress::settled());
}

#[test]
fn what_is_in_a_cluster_lies_within_its_scope() {
    let cluster = create().scope();
    assert_eq!(cluster, "aws/111122223333/eu-west-1/eks/shop");
    assert!(group().scope().starts_with(&cluster));
    assert_eq!(group().scope(), scale(false).scope());
    let asked = [create(), group(), scale(false)].map(|change| change.reads().last().copied());
    assert_eq!(
        asked,
        [
            Some("eks:DescribeCluster"),
            Some("eks:DescribeNodegroup"),
            Some("eks:DescribeNodegroup")
        ]
    );
}
