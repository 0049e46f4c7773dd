//! The steps that make one cluster, or what is missing of it: for the operation itself, and as a part
//! of larger ones.

use super::pieces::{Blueprint, PoolWish, Present};
use crate::{
    engine::plan::{ClusterProbe, Draft, Expected, Probe, Step, StepId, Work},
    model::{
        Arn, Change, ClusterName, LaunchTemplateId, Ref, RoleName, Tags,
        change::{ClusterChange, IdentityChange, Taint},
        identity::{Role, trust_of},
    },
};

/// Sends that are borne while IAM has not told everybody of a new role: two minutes of them.
const ROLE_ATTEMPTS: u32 = 8;
/// What the nodes of a cluster need before the first of them can be Ready.
const BEFORE_NODES: [&str; 2] = ["vpc-cni", "kube-proxy"];

/// Steps and edges; nothing for what is there already. Steps are named with the blueprint's prefix,
/// and wait for the steps that it names.
pub(in crate::engine) fn compose(blueprint: &Blueprint, present: &Present) -> Draft {
    let mut maker = Maker {
        blueprint,
        present,
        made: None,
        draft: Draft::default(),
    };
    maker.all();
    maker.draft
}

struct Maker<'a> {
    blueprint: &'a Blueprint,
    present: &'a Present,
    /// The step that makes the cluster; none where it is there.
    made: Option<StepId>,
    draft: Draft,
}

/// A role, and the steps after which it can be used.
struct Usable {
    arn: Ref<Arn>,
    after: Vec<StepId>,
}

impl Maker<'_> {
    fn all(&mut self) {
        let own = self.role(
            "cluster-role",
            &self.blueprint.cluster_role(),
            "eks.amazonaws.com",
            &[("cluster-role-policy", "AmazonEKSClusterPolicy")],
            self.present.cluster_role.as_ref(),
        );
        let nodes = self.role(
            "node-role",
            &self.blueprint.node_role(),
            "ec2.amazonaws.com",
            &[
                ("node-role-worker", "AmazonEKSWorkerNodePolicy"),
                ("node-role-cni", "AmazonEKS_CNI_Policy"),
                ("node-role-images", "AmazonEC2ContainerRegistryPullOnly"),
            ],
            self.present.node_role.as_ref(),
        );
        self.cluster(&own);
        self.admin();
        let before_nodes: Vec<StepId> = BEFORE_NODES
            .into_iter()
            .filter_map(|name| self.addon(name, &[]))
            .collect();
        let (template, version) = self.template();
        let mut pools = Vec::new();
        for pool in &self.blueprint.pools {
            let after: Vec<&StepId> = nodes.after.iter().chain(&before_nodes).collect();
            pools.extend(self.pool(pool, &nodes.arn, (&template, version), &after));
        }
        let others: Vec<String> = self
            .blueprint
            .addons
            .iter()
            .filter(|name| !BEFORE_NODES.contains(&name.as_str()))
            .cloned()
            .collect();
        for name in others {
            // Its pods need a node to run on.
            let after: Vec<&StepId> = pools.iter().collect();
            self.addon(&name, &after);
        }
        if !self.draft.is_empty() {
            self.prove();
        }
    }

    /// The cluster by its name, which is chosen here: what is made in it is locked by that name.
    fn name(&self) -> Ref<ClusterName> {
        Ref::Known(self.blueprint.name.clone())
    }

    /// Adds a change in the cluster, which has to be there by then.
    fn add_inside(&mut self, step: Step, then: &[&StepId]) -> StepId {
        let id = self.draft.add(step, then);
        if let Some(made) = &self.made {
            self.draft.wait(made, &id, "it is made in the cluster");
        }
        id
    }

    fn id(&self, what: &str) -> String {
        format!("{}{what}", self.blueprint.prefix)
    }

    fn role(
        &mut self,
        id: &str,
        name: &RoleName,
        service: &str,
        policies: &[(&str, &str)],
        found: Option<&Role>,
    ) -> Usable {
        let account = self.blueprint.at.account.clone();
        let made = found.is_none().then(|| {
            let change = IdentityChange::CreateRole {
                account: account.clone(),
                name: name.clone(),
                description: format!("for the EKS cluster {}", self.blueprint.name),
                trust: trust_of(service),
                tags: self.blueprint.tags.clone(),
            };
            let why = "what EKS may do in the account";
            let step = Step::change(&self.id(id), Change::Identity(change), why).taking(2, 15);
            self.draft.add(step, &[])
        });
        let arn = match (found, &made) {
            (Some(role), _) => Ref::Known(role.arn.clone()),
            (None, Some(step)) => Ref::output(step.as_str()),
            (None, None) => Ref::output(&self.id(id)),
        };
        let mut after: Vec<StepId> = made.into_iter().collect();
        for (step, policy) in policies {
            let partition = self.blueprint.at.region.partition();
            let policy = Arn::from(format!("arn:{partition}:iam::aws:policy/{policy}"));
            if found.is_some_and(|role| role.policies.contains(&policy)) {
                continue;
            }
            let change = IdentityChange::AttachRolePolicy {
                account: account.clone(),
                role: name.clone(),
                arn: arn.clone(),
                policy,
            };
            let why = "AWS's own policy for it";
            let step = Step::change(&self.id(step), Change::Identity(change), why).taking(2, 15);
            after.push(self.draft.add(step, &[]));
        }
        Usable { arn, after }
    }

    fn cluster(&mut self, role: &Usable) {
        let name = self.blueprint.name.clone();
        if self.present.compute.cluster(&name).is_some() {
            return;
        }
        let change = ClusterChange::CreateCluster {
            at: self.blueprint.at.clone(),
            name,
            version: self.blueprint.version.clone(),
            role: role.arn.clone(),
            subnets: self.blueprint.subnets.clone(),
            endpoint: self.blueprint.endpoint.clone(),
            logs: self.blueprint.logs.clone(),
            key: self.blueprint.key.clone(),
            creator_is_admin: self.blueprint.admin.is_none(),
            tags: self.blueprint.tags.clone(),
        };
        let why = "the control plane, which EKS runs over several zones";
        let mut step = Step::change(&self.id("cluster"), Change::Cluster(change), why)
            .settling(20, 2400)
            .taking(600, 900);
        step.attempts = ROLE_ATTEMPTS;
        let after = self.blueprint.after.clone();
        let after: Vec<&StepId> = role.after.iter().chain(&after).collect();
        self.made = Some(self.draft.add(step, &after));
    }

    fn admin(&mut self) {
        let Some(principal) = self.blueprint.admin.clone() else {
            return;
        };
        let at = self.blueprint.at.clone();
        let partition = at.region.partition();
        let policy = Arn::from(format!(
            "arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
        ));
        let found = self.present.compute.entry(&self.blueprint.name, &principal);
        let has = found.is_some_and(|entry| entry.policies.contains(&policy));
        let made = found.is_none().then(|| {
            let change = ClusterChange::CreateAccessEntry {
                at: at.clone(),
                cluster: self.name(),
                principal: principal.clone(),
                tags: self.blueprint.tags.clone(),
            };
            let why = "nobody gets in without an entry";
            let step = Step::change(&self.id("admin"), Change::Cluster(change), why);
            self.add_inside(step, &[])
        });
        if !has {
            let change = ClusterChange::AssociateAccessPolicy {
                at,
                cluster: self.name(),
                principal,
                policy,
            };
            let why = "an entry alone allows nothing";
            let step = Step::change(&self.id("admin-policy"), Change::Cluster(change), why);
            let then: Vec<&StepId> = made.iter().collect();
            self.add_inside(step, &then);
        }
    }

    /// The step that makes an add-on; none where it is there or not wanted.
    fn addon(&mut self, name: &str, then: &[&StepId]) -> Option<StepId> {
        let wanted = self.blueprint.addons.iter().any(|addon| addon == name);
        let found = self.present.compute.addon(&self.blueprint.name, name);
        if !wanted || found.is_some() {
            return None;
        }
        let change = ClusterChange::CreateAddon {
            at: self.blueprint.at.clone(),
            cluster: self.name(),
            addon: name.into(),
            version: None,
            tags: self.blueprint.tags.clone(),
        };
        let why = "as an add-on it can be read, updated and taken back";
        let id = self.id(&format!("addon-{}", name.to_ascii_lowercase()));
        let step = Step::change(&id, Change::Cluster(change), why)
            .settling(10, 1200)
            .taking(45, 180);
        Some(self.add_inside(step, then))
    }

    /// The launch template and its version.
    fn template(&mut self) -> (Ref<LaunchTemplateId>, u32) {
        let name = self.blueprint.template();
        let known = self.present.compute.templates.iter();
        if let Some(found) = known.into_iter().find(|one| one.name == name) {
            return (found.id.clone().into(), found.version);
        }
        // Only for groups that are still to be made.
        let mut missing = self.blueprint.pools.iter();
        let id = self.id("template");
        if missing.any(|pool| !self.has(pool)) {
            let mut instance_tags = self.blueprint.tags.clone();
            instance_tags.insert("Name".into(), name.clone());
            let change = ClusterChange::CreateLaunchTemplate {
                at: self.blueprint.at.clone(),
                name,
                disk_gib: self.blueprint.disk_gib,
                instance_tags,
                tags: self.blueprint.tags.clone(),
            };
            let why = "encrypted disks, and instance metadata only by session";
            let step = Step::change(&id, Change::Cluster(change), why);
            self.draft.add(step, &[]);
        }
        (Ref::output(&id), 1)
    }

    fn has(&self, pool: &PoolWish) -> bool {
        let found = self.present.compute.pool(&self.blueprint.name, &pool.name);
        found.is_some()
    }

    fn pool(
        &mut self,
        pool: &PoolWish,
        role: &Ref<Arn>,
        (template, template_version): (&Ref<LaunchTemplateId>, u32),
        after: &[&StepId],
    ) -> Option<StepId> {
        if self.has(pool) {
            return None;
        }
        let change = ClusterChange::CreateNodeGroup {
            at: self.blueprint.at.clone(),
            cluster: self.name(),
            name: pool.name.clone(),
            role: role.clone(),
            subnets: self.blueprint.subnets.clone(),
            sizes: pool.sizes,
            instance_types: vec![pool.instance_type.clone()],
            capacity: pool.capacity,
            image: pool.image().into(),
            template: template.clone(),
            template_version,
            labels: pool.labels(),
            taints: pool.taints(),
            tags: self.blueprint.tags.clone(),
        };
        let why = if pool.gpus > 0 {
            "nodes with GPUs, which only pods that ask for one may use"
        } else {
            "nodes for everything else"
        };
        let id = self.id(&format!("pool-{}", pool.name));
        let mut step = Step::change(&id, Change::Cluster(change), why)
            .settling(15, 2400)
            .taking(240, 360);
        step.attempts = ROLE_ATTEMPTS;
        Some(self.add_inside(step, after))
    }

    /// What shows that it works: everything is well, and the nodes are there.
    fn prove(&mut self) {
        let at = self.blueprint.at.clone();
        let probe = Probe::Cluster(ClusterProbe::Well {
            at: at.clone(),
            cluster: self.name(),
        });
        let why = "what EKS says of its health, and of every add-on's";
        let step = self.until("well", probe, why);
        let well = self.draft.prove(step);
        for pool in &self.blueprint.pools {
            if pool.sizes.desired == 0 || self.has(pool) {
                continue;
            }
            let probe = Probe::Cluster(ClusterProbe::Nodes {
                at: at.clone(),
                cluster: self.name(),
                pool: pool.name.clone(),
                least: pool.sizes.desired,
                most: u32::MAX,
                gpus_each: pool.gpus,
            });
            let why = "a group that is active may still lack nodes, or their GPUs";
            let step = self.until(&format!("nodes-{}", pool.name), probe, why);
            self.draft.add(step, &[&well]);
        }
    }

    fn until(&self, id: &str, probe: Probe, why: &str) -> Step {
        let title = probe.title();
        let work = Work::Until {
            probe,
            interval_seconds: 15,
            limit_seconds: 1200,
        };
        Step::read(&self.id(id), title, why, work, Expected::new(15, 120))
    }
}

impl PoolWish {
    /// EKS's image for the processor and the accelerator.
    fn image(&self) -> &'static str {
        match (self.arm, self.gpus > 0) {
            (false, false) => "AL2023_x86_64_STANDARD",
            (false, true) => "AL2023_x86_64_NVIDIA",
            (true, false) => "AL2023_ARM_64_STANDARD",
            (true, true) => "AL2023_ARM_64_NVIDIA",
        }
    }

    fn labels(&self) -> Tags {
        let mut labels = Tags::from([("pool".into(), self.name.to_string())]);
        if self.gpus > 0 {
            labels.insert("nvidia.com/gpu.present".into(), "true".into());
        }
        labels
    }

    fn taints(&self) -> Vec<Taint> {
        let gpu = (self.gpus > 0).then(|| Taint {
            key: "nvidia.com/gpu".into(),
            value: "present".into(),
            effect: "NO_SCHEDULE".into(),
        });
        gpu.into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
