//! Clusters made and node groups scaled by the real program, on servers that we did not write, and
//! read back by boto3. moto launches no instances for a node group: the tests play the part of its
//! Auto Scaling group.

use std::thread;

use awsdeck::model::AccountId;
use serde_json::{Value, json};

use super::{
    forward::{Forward, Which},
    moto::{Moto, boto, written},
    operator::{Operator, Planned},
    watch::Watch,
};

/// An account of the seed, and somebody who works in it.
struct Scene {
    moto: &'static Moto,
    forward: Forward,
    operator: Operator,
    account: AccountId,
    environment: &'static str,
}

impl Scene {
    fn set(environment: &'static str) -> Self {
        let moto = written();
        let forward = Forward::before(moto);
        let operator = Operator::at(forward.endpoint(), None);
        Self {
            moto,
            operator,
            account: moto.account(environment),
            environment,
            forward,
        }
    }

    /// One call by boto3, answered from what awsdeck sees too.
    fn boto(&self, service: &str, operation: &str, input: &Value) -> Value {
        let endpoint = self.forward.endpoint();
        boto(endpoint, Some(self.account), service, operation, input)
    }

    /// Makes a cluster with a group of one GPU node, which may have two.
    fn cluster(&self, name: &str) {
        let role = format!("arn:aws:iam::{}:role/eks", self.account);
        let subnets = &self.moto.made["networks"][self.environment]["subnets"];
        let subnets = json!([subnets["private-a"], subnets["private-b"]]);
        let cluster = json!({
            "name": name,
            "version": "1.33",
            "roleArn": role,
            "resourcesVpcConfig": { "subnetIds": subnets },
        });
        self.boto("eks", "create_cluster", &cluster);
        let group = json!({
            "clusterName": name,
            "nodegroupName": "gpu",
            "scalingConfig": { "minSize": 0, "desiredSize": 1, "maxSize": 2 },
            "subnets": subnets,
            "instanceTypes": ["g4dn.xlarge"],
            "nodeRole": role,
            "capacityType": "ON_DEMAND",
        });
        self.boto("eks", "create_nodegroup", &group);
    }

    /// Nodes of a group start.
    fn launch(&self, cluster: &str, pool: &str, kind: &str, count: u32) {
        let tag = |key: &str, value: &str| json!({ "Key": key, "Value": value });
        let tags = json!([
            tag("eks:cluster-name", cluster),
            tag("eks:nodegroup-name", pool),
        ]);
        let instances = json!({
            "ImageId": "ami-12345678",
            "InstanceType": kind,
            "MinCount": count,
            "MaxCount": count,
            "TagSpecifications": [{ "ResourceType": "instance", "Tags": tags }],
        });
        self.boto("ec2", "run_instances", &instances);
    }

    fn scale(&self, cluster: &str, wish: &[&str]) -> Planned {
        let pool = ["scale-pool", "--cluster", cluster, "--pool", "gpu"];
        let wish = [&pool[..], &["--reason", "load"], wish].concat();
        self.operator.plan(&wish)
    }

    fn apply(&self, plan: &Planned, code: i32) -> (String, String) {
        let Planned { digest, phrase, .. } = plan;
        let apply = ["apply", digest, "--write", "--confirm", phrase];
        self.operator.runs(code, &apply)
    }

    /// Applies, and starts nodes once the run waits for them in `step`.
    fn apply_and_launch(&self, plan: &Planned, step: &str, launch: impl FnOnce()) {
        let organization = self.moto.made["id"].as_str().expect("an id");
        thread::scope(|scope| {
            let applied = scope.spawn(|| self.apply(plan, 0));
            let watch = Watch::over(&self.operator, organization);
            watch.wait_for(step, "CheckBegan");
            launch();
            let (out, _) = applied.join().expect("it ends");
            assert!(out.trim_end().ends_with("succeeded"), "{out}");
        });
    }

    /// Fewest, wanted and most nodes.
    fn sizes(&self, cluster: &str) -> [u64; 3] {
        let group = json!({ "clusterName": cluster, "nodegroupName": "gpu" });
        let group = self.boto("eks", "describe_nodegroup", &group);
        let sizes = &group["nodegroup"]["scalingConfig"];
        ["minSize", "desiredSize", "maxSize"].map(|name| sizes[name].as_u64().expect("a number"))
    }

    fn sent(&self, operation: &str) -> usize {
        self.forward.count(&Which::call("eks", operation))
    }
}

#[test]
fn a_pool_is_scaled_once_capacity_is_held_and_its_nodes_run() {
    let scene = Scene::set("prod-ml");
    scene.cluster("grows");
    let wish = ["--desired", "2", "--reserve", "eu-west-1a"];
    let plan = scene.scale("grows", &wish);
    assert_eq!(plan.review["environment"], "prod");
    scene.apply_and_launch(&plan, "ready", || {
        assert_eq!(scene.sizes("grows"), [0, 2, 2]);
        scene.launch("grows", "gpu", "g4dn.xlarge", 2);
    });
    assert_eq!(scene.sizes("grows"), [0, 2, 2]);
    assert_eq!(scene.sent("UpdateNodegroupConfig"), 1);

    let held = scene.boto("ec2", "describe_capacity_reservations", &json!({}));
    let held = &held["CapacityReservations"];
    assert_eq!(held.as_array().map(Vec::len), Some(1));
    assert_eq!(held[0]["State"], "cancelled", "it was let go: {held}");
    assert_eq!(held[0]["TotalInstanceCount"], 1);
    let marked = |tag: &Value| tag["Key"] == "awsdeck:step" && tag["Value"] == "reserve-eu-west-1a";
    let tags = held[0]["Tags"].as_array().expect("tags");
    assert!(tags.iter().any(marked), "{tags:?}");

    let again = ["plan", "scale-pool", "--cluster", "grows", "--pool", "gpu"];
    let again = [&again[..], &["--desired", "2", "--reason", "load"]].concat();
    let (out, told) = scene.operator.runs(0, &again);
    assert!(
        format!("{out}{told}").contains("has this size already"),
        "{out}{told}"
    );
}

#[test]
fn a_lost_answer_is_looked_up_and_not_sent_again() {
    let scene = Scene::set("prod-ml");
    scene.cluster("lost");
    scene.launch("lost", "gpu", "g4dn.xlarge", 2);
    let plan = scene.scale("lost", &["--desired", "2"]);
    let update = Which::call("eks", "UpdateNodegroupConfig");
    scene.forward.lose_answer_of(update.once());
    let (out, _) = scene.apply(&plan, 0);
    assert!(out.trim_end().ends_with("succeeded"), "{out}");
    assert_eq!(scene.sizes("lost"), [0, 2, 2]);
    assert_eq!(scene.sent("UpdateNodegroupConfig"), 1);
}

#[test]
fn a_size_that_somebody_else_changed_after_the_plan_is_named_and_nothing_is_sent() {
    let scene = Scene::set("prod-ml");
    scene.cluster("drifts");
    let plan = scene.scale("drifts", &["--max", "3"]);
    let other = json!({
        "clusterName": "drifts",
        "nodegroupName": "gpu",
        "scalingConfig": { "minSize": 0, "desiredSize": 2, "maxSize": 2 },
    });
    let account = Some(scene.account);
    scene
        .moto
        .boto(account, "eks", "update_nodegroup_config", &other);
    let (_, told) = scene.apply(&plan, 4);
    assert!(
        told.contains("gpu desired: planned from 1, found 2"),
        "{told}"
    );
    assert_eq!(scene.sent("UpdateNodegroupConfig"), 0);
}

#[test]
fn without_nodes_the_size_is_set_back() {
    let scene = Scene::set("prod-ml");
    scene.cluster("starves");
    scene.launch("starves", "gpu", "g4dn.xlarge", 1);
    let plan = scene.scale("starves", &["--desired", "2", "--wait", "60s"]);
    let (out, _) = scene.apply(&plan, 0);
    assert!(out.trim_end().ends_with("rolled_back"), "{out}");
    assert_eq!(scene.sizes("starves"), [0, 1, 2]);
    assert_eq!(scene.sent("UpdateNodegroupConfig"), 2, "there and back");
}

/// A VPC with two private subnets in zones of their own.
fn vpc(scene: &Scene, name: &str, block: u8) {
    let tagged = |kind: &str, name: &str| json!([{ "ResourceType": kind, "Tags": [{ "Key": "Name", "Value": name }] }]);
    let made = scene.boto(
        "ec2",
        "create_vpc",
        &json!({
            "CidrBlock": format!("10.{block}.0.0/16"),
            "TagSpecifications": tagged("vpc", name),
        }),
    );
    let vpc = &made["Vpc"]["VpcId"];
    let names = json!({ "VpcId": vpc, "EnableDnsHostnames": { "Value": true } });
    scene.boto("ec2", "modify_vpc_attribute", &names);
    for (at, zone) in ["a", "b"].iter().enumerate() {
        let subnet = json!({
            "VpcId": vpc,
            "CidrBlock": format!("10.{block}.{at}.0/24"),
            "AvailabilityZone": format!("eu-west-1{zone}"),
            "TagSpecifications": tagged("subnet", &format!("{name}-{zone}")),
        });
        scene.boto("ec2", "create_subnet", &subnet);
    }
}

/// The plan of a cluster of that name in a VPC of that name, with somebody who administers it.
fn provision<'a>(scene: &Scene, name: &'a str, admin: &'a str) -> Vec<&'a str> {
    let place = ["provision-cluster", "--account", scene.environment];
    let wish = ["--name", name, "--vpc", name, "--admin", admin];
    [&place[..], &wish, &["--reason", "tests"]].concat()
}

#[test]
fn a_cluster_is_made_with_all_that_belongs_to_it_and_then_there_is_nothing_to_do() {
    let scene = Scene::set("dev-ml");
    vpc(&scene, "tools", 201);
    let admin = format!("arn:aws:iam::{}:role/Ops", scene.account);
    let wish = provision(&scene, "tools", &admin);
    let plan = scene.operator.plan(&wish);
    assert_eq!(plan.review["environment"], "dev");
    scene.apply_and_launch(&plan, "nodes-main", || {
        scene.launch("tools", "main", "t3.medium", 2);
    });

    let cluster = scene.boto("eks", "describe_cluster", &json!({ "name": "tools" }));
    let cluster = &cluster["cluster"];
    assert_eq!(cluster["version"], "1.34");
    let role = cluster["roleArn"].as_str().expect("an ARN");
    assert!(role.ends_with("/tools-eu-west-1-cluster"), "{role}");
    assert_eq!(cluster["tags"]["awsdeck:step"], "cluster");
    assert_eq!(cluster["resourcesVpcConfig"]["endpointPublicAccess"], false);

    let of_cluster = json!({ "clusterName": "tools" });
    let addons = scene.boto("eks", "list_addons", &of_cluster);
    assert_eq!(
        addons["addons"],
        json!(["coredns", "kube-proxy", "vpc-cni"])
    );
    let entries = scene.boto("eks", "list_access_entries", &of_cluster);
    assert_eq!(entries["accessEntries"], json!([admin]));
    let entry = json!({ "clusterName": "tools", "principalArn": admin });
    let policies = scene.boto("eks", "list_associated_access_policies", &entry);
    let policy = &policies["associatedAccessPolicies"][0]["policyArn"];
    assert_eq!(
        *policy,
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    );

    let role = json!({ "RoleName": "tools-eu-west-1-nodes" });
    let policies = scene.boto("iam", "list_attached_role_policies", &role);
    let policies = policies["AttachedPolicies"].as_array().expect("a list");
    let mut names: Vec<&str> = policies
        .iter()
        .filter_map(|policy| policy["PolicyName"].as_str())
        .collect();
    names.sort_unstable();
    let wanted = [
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
    ];
    assert_eq!(names, wanted);

    let group = json!({ "clusterName": "tools", "nodegroupName": "gpu" });
    let group = scene.boto("eks", "describe_nodegroup", &group);
    let group = &group["nodegroup"];
    assert_eq!(group["amiType"], "AL2023_x86_64_NVIDIA");
    assert_eq!(group["taints"][0]["key"], "nvidia.com/gpu");
    assert_eq!(group["scalingConfig"]["maxSize"], 2);
    let template = &group["launchTemplate"]["id"];
    let version = json!({ "LaunchTemplateId": template, "Versions": ["1"] });
    let version = scene.boto("ec2", "describe_launch_template_versions", &version);
    let data = &version["LaunchTemplateVersions"][0]["LaunchTemplateData"];
    assert_eq!(data["MetadataOptions"]["HttpTokens"], "required");
    assert_eq!(data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"], true);

    let (out, told) = scene.operator.runs(0, &[&["plan"], &wish[..]].concat());
    let told = format!("{out}{told}");
    assert!(told.contains("nothing to do"), "{told}");
}

#[test]
fn what_was_made_before_a_refusal_is_removed_on_request_and_nothing_else() {
    let scene = Scene::set("dev-ml");
    vpc(&scene, "refused", 202);
    let names = || {
        let clusters = scene.boto("eks", "list_clusters", &json!({}));
        let roles = scene.boto("iam", "list_roles", &json!({}));
        let roles = roles["Roles"].as_array().expect("a list").iter();
        let roles = roles.map(|role| role["RoleName"].to_string());
        let own = |name: &String| name.contains("refused");
        let clusters = clusters["clusters"].as_array().expect("a list").iter();
        let clusters = clusters.map(ToString::to_string);
        clusters.chain(roles).filter(own).collect::<Vec<String>>()
    };
    let admin = format!("arn:aws:iam::{}:role/Ops", scene.account);
    let plan = scene.operator.plan(&provision(&scene, "refused", &admin));
    let groups = Which::call("eks", "CreateNodegroup");
    scene.forward.deny(groups.saying("refused"));
    let (out, told) = scene.apply(&plan, 4);
    let said = format!("{out}{told}");
    assert!(said.contains("eks:CreateNodegroup"), "{said}");
    assert_eq!(names().len(), 3, "the cluster and its roles");

    scene.forward.heal();
    let run = scene.operator.newest_run();
    let run = run["run"].as_str().expect("an id");
    let back = [
        "runs",
        "rollback",
        run,
        "--write",
        "--confirm",
        &plan.phrase,
    ];
    let (out, _) = scene.operator.runs(0, &back);
    assert!(out.trim_end().ends_with("rolled_back"), "{out}");
    assert_eq!(names(), Vec::<String>::new());
    let filter = json!([{ "Name": "launch-template-name", "Values": ["refused-nodes"] }]);
    let wanted = json!({ "Filters": filter });
    let templates = scene.boto("ec2", "describe_launch_templates", &wanted);
    assert_eq!(templates["LaunchTemplates"], json!([]));
}
