use super::*;
use crate::model::{
    Change,
    change::{ClusterChange, ClusterObject},
};

fn wish() -> Arguments {
    Arguments::new()
        .with("account", "dev-shared")
        .with("name", "tools")
        .with("reason", "tests")
}

fn place() -> Place {
    Place::new("333333333333".parse().expect("an account"), "eu-west-1")
}

async fn planned(bench: &Bench, wish: &Arguments) -> Sealed {
    let sealed = bench.planned("provision-cluster", wish).await;
    sealed.expect("a plan")
}

async fn refused(bench: &Bench, wish: &Arguments) -> String {
    let refusal = bench.planned("provision-cluster", wish).await;
    refusal.expect_err("no plan").to_string()
}

fn outline(sealed: &Sealed) -> String {
    let plan = sealed.plan();
    let line = |step: &plan::Step| {
        let mut before: Vec<&str> = plan
            .edges
            .iter()
            .filter(|edge| edge.after == step.id)
            .map(|edge| edge.before.as_str())
            .collect();
        before.sort_unstable();
        let after = if before.is_empty() {
            String::new()
        } else {
            format!("   after {}", before.join(", "))
        };
        format!("{}: {}{after}", step.id, step.title)
    };
    plan.steps.iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn role(bench: &Bench, name: &str) -> Option<crate::model::identity::Role> {
    let found = bench
        .provider
        .roles
        .role(place().account, &name.into())
        .await;
    found.expect("readable")
}

#[tokio::test(start_paused = true)]
async fn the_cluster_of_the_reference_architecture_is_planned_with_its_defaults() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish()).await;
    insta::assert_snapshot!(outline(&sealed), @"
    cluster-role: create role tools-eu-west-1-cluster
    cluster-role-policy: attach AmazonEKSClusterPolicy to role tools-eu-west-1-cluster   after cluster-role
    node-role: create role tools-eu-west-1-nodes
    node-role-worker: attach AmazonEKSWorkerNodePolicy to role tools-eu-west-1-nodes   after node-role
    node-role-cni: attach AmazonEKS_CNI_Policy to role tools-eu-west-1-nodes   after node-role
    node-role-images: attach AmazonEC2ContainerRegistryPullOnly to role tools-eu-west-1-nodes   after node-role
    cluster: create cluster tools 1.34, private endpoint   after cluster-role, cluster-role-policy
    admin: tools: let arn:aws:iam::333333333333:role/AwsdeckOperator in   after cluster
    admin-policy: tools: AmazonEKSClusterAdminPolicy for arn:aws:iam::333333333333:role/AwsdeckOperator   after admin, cluster
    addon-vpc-cni: tools: add-on vpc-cni   after cluster
    addon-kube-proxy: tools: add-on kube-proxy   after cluster
    template: create launch template tools-nodes, 50 GiB
    pool-main: tools: node group main of t3.medium, min 2 desired 2 max 4   after addon-kube-proxy, addon-vpc-cni, cluster, node-role, node-role-cni, node-role-images, node-role-worker, template
    pool-gpu: tools: node group gpu of g4dn.xlarge, min 0 desired 0 max 2   after addon-kube-proxy, addon-vpc-cni, cluster, node-role, node-role-cni, node-role-images, node-role-worker, template
    addon-coredns: tools: add-on coredns   after cluster, pool-gpu, pool-main
    well: tools and its add-ons are well   after addon-coredns, addon-kube-proxy, addon-vpc-cni, admin, admin-policy, cluster, cluster-role, cluster-role-policy, node-role, node-role-cni, node-role-images, node-role-worker, pool-gpu, pool-main, template
    nodes-main: tools/main has at least 2 nodes   after well
    ");
    let cost = sealed.plan().cost.as_ref().expect("worked out");
    // The control plane and two t3.medium in Ireland.
    assert_eq!(cost.monthly, Some("139.576".parse().expect("a number")));
    insta::assert_snapshot!(sealed.plan().warnings.join("\n"), @"
    the API server is reached only from within the VPC: from elsewhere nodes are counted by EC2, and no pod is run to prove them
    rolling back deletes the cluster; volumes and load balancers that workloads have made by then survive, are billed, and keep the VPC from being deleted: look for the tag kubernetes.io/cluster/tools
    its logs survive it in the log group /aws/eks/tools/cluster
    ");
    let review = sealed.review();
    assert_eq!(review.environment, crate::model::EnvironmentClass::Dev);
    let first = &review.rollback[0];
    assert!(first.contains("delete"), "{first}");
    let last = review.rollback.last().expect("some");
    assert!(last.starts_with("delete role"), "{last}");
}

#[tokio::test(start_paused = true)]
async fn it_is_made_proven_and_then_there_is_nothing_to_do() {
    let bench = Bench::new().await;
    let (run, ended) = bench.carry_out(&planned(&bench, &wish()).await).await;
    assert_eq!(ended.state, State::Succeeded, "{}", bench.story(run));
    let compute = bench.compute(&place(), "tools").await;
    let cluster = compute.cluster(&"tools".into()).expect("made");
    assert_eq!(
        (cluster.status.as_str(), cluster.public_endpoint),
        ("ACTIVE", false)
    );
    let sizes: Vec<(&str, Sizes, Option<u32>)> = cluster
        .pools
        .iter()
        .map(|pool| (pool.name.as_str(), pool.sizes(), pool.running))
        .collect();
    assert_eq!(
        sizes,
        [
            ("main", Sizes::new(2, 2, 4), Some(2)),
            ("gpu", Sizes::new(0, 0, 2), Some(0))
        ]
    );
    let addons: Vec<(&str, &str)> = compute
        .addons
        .iter()
        .map(|addon| (addon.name.as_str(), addon.status.as_str()))
        .collect();
    assert_eq!(addons.len(), 3, "{addons:?}");
    assert!(
        addons.iter().all(|(_, status)| *status == "ACTIVE"),
        "{addons:?}"
    );
    assert_eq!(compute.access.len(), 1);
    assert_eq!(compute.access[0].policies.len(), 1);
    assert_eq!(compute.templates[0].name, "tools-nodes");
    let nodes = role(&bench, "tools-eu-west-1-nodes").await.expect("made");
    assert_eq!(nodes.policies.len(), 3);

    let told = refused(&bench, &wish()).await;
    assert_eq!(
        told,
        "nothing to do: tools is there with its roles, add-ons and node groups; `scale-pool` \
         changes sizes"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_by_hand_is_planned_anew_alone() {
    let bench = Bench::new().await;
    bench.carry_out(&planned(&bench, &wish()).await).await;
    let delete = |compute: &mut Compute| {
        let mut clusters = compute.clusters.iter_mut();
        let tools = clusters.find(|one| one.name.as_str() == "tools");
        let pools = &mut tools.expect("made").pools;
        pools.retain(|pool| pool.name.as_str() != "gpu");
        compute.addons.retain(|addon| addon.name != "coredns");
    };
    bench
        .world
        .edit_compute(&place(), delete)
        .expect("writable");
    let sealed = planned(&bench, &wish()).await;
    insta::assert_snapshot!(outline(&sealed), @"
    pool-gpu: tools: node group gpu of g4dn.xlarge, min 0 desired 0 max 2
    addon-coredns: tools: add-on coredns   after pool-gpu
    well: tools and its add-ons are well   after addon-coredns, pool-gpu
    ");
    let (run, ended) = bench.carry_on(&sealed).await;
    assert_eq!(ended.state, State::Succeeded, "{}", bench.story(run));
    assert!(refused(&bench, &wish()).await.starts_with("nothing to do"));
}

#[tokio::test(start_paused = true)]
async fn rolling_back_removes_all_of_it_and_nothing_else() {
    for after in [5, 60, 800, 1000] {
        let bench = Bench::new().await;
        let before = bench.compute(&place(), "tools").await;
        let run = bench.open(&planned(&bench, &wish()).await).await;
        let run = run.expect("a run");
        let turn = async {
            bench.after(after).await;
            let reason = "no".into();
            bench.ask(run, &Request::RollBack { reason }).await;
        };
        let (ended, ()) = tokio::join!(bench.execute(run), turn);
        let story = bench.story(run);
        let pause = ended.pause;
        assert_eq!(
            ended.state,
            State::RolledBack,
            "{after}: {pause:?}\n{story}"
        );
        assert_eq!(ended.leftovers, Vec::<String>::new());
        bench.check_invariants(run);
        bench.after(900).await;
        let mut found = bench.compute(&place(), "tools").await;
        found.updates.clear();
        assert_eq!(found, before, "{after}");
        assert_eq!(role(&bench, "tools-eu-west-1-cluster").await, None);
        assert_eq!(role(&bench, "tools-eu-west-1-nodes").await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn nodes_that_do_not_join_leave_a_group_that_rolling_back_deletes() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish()).await;
    bench
        .world
        .set_faults("create-failed".parse().expect("faults"));
    let (run, ended) = bench.carry_out(&sealed).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::FailedStep);
    assert!(
        pause.text.contains("CREATE_FAILED: NodeCreationFailure"),
        "{}",
        pause.text
    );
    let told = refused(&bench, &wish()).await;
    assert!(
        told.contains("has to be deleted before it can be made anew"),
        "{told}"
    );
    let reason = "no".into();
    bench.ask(run, &Request::RollBack { reason }).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::RolledBack, "{}", bench.story(run));
    assert!(bench.compute(&place(), "tools").await.clusters.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_role_that_eks_does_not_know_yet_is_waited_for() {
    let bench = Bench::new().await;
    let (run, ended) = bench.carry_out(&planned(&bench, &wish()).await).await;
    assert_eq!(ended.state, State::Succeeded);
    let tried = bench.story(run);
    let tried = tried
        .lines()
        .filter(|line| line.ends_with("cluster StepTried"));
    assert!(tried.count() >= 1, "{}", bench.story(run));
}

#[tokio::test(start_paused = true)]
async fn a_foreign_cluster_of_that_name_is_never_touched() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish()).await;
    let run = bench.open(&sealed).await.expect("a run");
    // Somebody makes one of that name while the roles are made.
    let steal = |compute: &mut Compute| {
        let mut cluster = crate::model::cluster::Cluster {
            place: place(),
            name: "tools".into(),
            arn: "arn".into(),
            version: "1.34".into(),
            status: "ACTIVE".into(),
            endpoint: None,
            public_endpoint: false,
            vpc: None,
            created: None,
            issues: Vec::new(),
            pools: Vec::new(),
            tags: crate::model::Tags::new(),
        };
        cluster.tags.insert("owner".into(), "somebody".into());
        compute.clusters.push(cluster);
    };
    bench.world.edit_compute(&place(), steal).expect("writable");
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Drift);
    assert_eq!(pause.text, "cluster tools is there already and not ours");
    bench.check_invariants(run);
    let reason = "theirs".into();
    bench.ask(run, &Request::RollBack { reason }).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::RolledBack, "{}", bench.story(run));
    assert_eq!(role(&bench, "tools-eu-west-1-cluster").await, None);
    let found = bench.compute(&place(), "tools").await;
    let theirs = found.cluster(&"tools".into()).expect("still there");
    assert_eq!(theirs.tags["owner"], "somebody");
    let touched = |entry: &Entry| {
        matches!(
            entry.change,
            Change::Cluster(
                ClusterChange::CreateCluster { .. }
                    | ClusterChange::Delete {
                        object: ClusterObject::Cluster(_),
                        ..
                    }
            )
        )
    };
    assert!(!bench.done().iter().any(touched));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_wish_is_told_with_what_would_be_right() {
    let bench = Bench::new().await;
    let mut told = Vec::new();
    for (name, value) in [
        ("name", "-tools"),
        (
            "name",
            "a-name-that-is-much-too-long-for-the-roles-that-it-needs",
        ),
        ("version", "1.29"),
        ("vpc", "vpc-nope"),
        ("subnets", "nope"),
        ("public-cidrs", "10.0.0.0/8"),
        ("endpoint", "public"),
        ("logs", "api,everything"),
        ("admin", "somebody"),
        ("kms-key", "arn:aws:iam::333333333333:role/x"),
        ("main-type", "x9.huge"),
        ("gpu-type", "t3.medium"),
        ("main-desired", "1"),
        ("gpu-max", "0"),
        ("disk", "5"),
        ("account", "nobody"),
    ] {
        let refusal = refused(&bench, &wish().with(name, value)).await;
        told.push(format!("{name}={value}: {refusal}"));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    name=-tools: --name `-tools`: letters, digits, `-` and `_`, beginning with a letter or digit
    name=a-name-that-is-much-too-long-for-the-roles-that-it-needs: --name `a-name-that-is-much-too-long-for-the-roles-that-it-needs`: so short that the role a-name-that-is-much-too-long-for-the-roles-that-it-needs-eu-west-1-cluster has at most 64 characters
    version=1.29: --version `1.29`: one of 1.35, 1.34, 1.33, 1.32
    vpc=vpc-nope: account 333333333333 has no such VPC in eu-west-1; make one first, or give --vpc
    subnets=nope: --subnets `nope`: a subnet of the account, by id or name
    public-cidrs=10.0.0.0/8: --public-cidrs `10.0.0.0/8`: nothing beside --endpoint private
    endpoint=public: --public-cidrs ``: blocks such as 203.0.113.0/24 that a public endpoint is open to; 0.0.0.0/0 is everybody
    logs=api,everything: --logs `everything`: of api, audit, authenticator, controllerManager, scheduler
    admin=somebody: --admin `somebody`: an ARN of iam
    kms-key=arn:aws:iam::333333333333:role/x: --kms-key `arn:aws:iam::333333333333:role/x`: an ARN of kms
    main-type=x9.huge: --main-type `x9.huge`: an instance type that eu-west-1 offers
    gpu-type=t3.medium: --gpu-type `t3.medium`: an instance type with GPUs
    main-desired=1: --main-desired `min 2 desired 1 max 4`: min at most desired, desired at most max, and max at least 1
    gpu-max=0: --gpu-desired `min 0 desired 0 max 0`: min at most desired, desired at most max, and max at least 1
    disk=5: --disk `5`: a number from 20 to 16384
    account=nobody: no account is named `nobody`; give its twelve digits
    ");
}

#[tokio::test(start_paused = true)]
async fn an_account_at_its_quota_is_refused() {
    let bench = Bench::new().await;
    bench.world.grant(&place(), QuotaCode::CLUSTERS, 0);
    let told = refused(&bench, &wish()).await;
    assert!(told.starts_with("Clusters (L-1194D53C): 0 allowed, 0 used, 1 needed"));
    bench.world.grant(&place(), QuotaCode::CLUSTERS, 1);
    bench
        .world
        .grant(&place(), QuotaCode::ec2("L-1216C47A", ""), 3);
    let told = refused(&bench, &wish()).await;
    assert!(
        told.starts_with(
            "Running On-Demand Standard instances (L-1216C47A): 3 vCPUs allowed, 0 used, 4 needed"
        ),
        "{told}"
    );
    bench
        .world
        .grant(&place(), QuotaCode::ec2("L-1216C47A", ""), 4);
    let sealed = planned(&bench, &wish()).await;
    let told = |line: &String| line.starts_with("main cannot grow to its maximum");
    assert!(sealed.plan().warnings.iter().any(told));
}

#[tokio::test(start_paused = true)]
async fn what_it_may_need_is_what_its_plans_need() {
    let bench = Bench::new().await;
    let sealed = planned(&bench, &wish()).await;
    let operation = operations::find("provision-cluster").expect("registered");
    assert_eq!(sealed.review().permissions, operation.permissions());
}
