//! Making node groups, and what becomes of one whose nodes do not come.

use std::time::Duration;

use super::{
    Beside, Scene,
    create::{parameter, spread, zones},
    ground::{Becomes, Ground, pool_path},
    machines::machine,
    nodes::Move,
    refused,
};
use crate::{
    model::{Place, SubnetId, Tags, change::ClusterChange, cluster::NodePool},
    provider::{
        Result,
        demo::{
            content::clusters::no_capacity,
            estate::arn,
            scene::{Done, known},
        },
    },
};

/// How long EKS waits for nodes that do not come.
const GIVEN_UP: Duration = Duration::from_mins(20);

impl Ground {
    pub(super) fn create_group(
        &mut self,
        scene: &Scene<'_>,
        change: &ClusterChange,
        place: &Place,
        beside: &Beside<'_>,
        tags: Tags,
    ) -> Result<Done> {
        let ClusterChange::CreateNodeGroup {
            cluster,
            name,
            role,
            subnets,
            sizes,
            instance_types,
            capacity,
            template,
            ..
        } = change
        else {
            return Err(refused("InvalidRequestException", "no node group"));
        };
        let cluster = self.active(scene, place, cluster)?;
        if self.seen(scene, place).pool(&cluster, name).is_some() {
            return Err(refused(
                "ResourceInUseException",
                format!("NodeGroup already exists with name {name} and cluster name {cluster}"),
            ));
        }
        let role = known("eks", role)?;
        let usable = beside.iam.usable(
            scene,
            role,
            "ec2.amazonaws.com",
            "AmazonEKSWorkerNodePolicy",
        );
        usable.map_err(parameter)?;
        if !sizes.is_whole() {
            return Err(parameter(format!("{sizes} is no size of a node group")));
        }
        let kind = instance_types.first().map_or("", String::as_str);
        let Some(machine) = machine(kind) else {
            return Err(parameter(format!(
                "The following supplied instance types do not exist: {kind}"
            )));
        };
        let template = known("eks", template)?;
        if !self.compute.templates.iter().any(|one| one.id == *template) {
            return Err(parameter(format!(
                "Launch template {template} does not exist"
            )));
        }
        zones(beside, subnets)?;
        let known_subnets = subnets.iter().map(|subnet| known("eks", subnet).cloned());
        let subnets: Vec<SubnetId> = known_subnets.collect::<Result<_>>()?;
        let mut zones: Vec<_> = beside
            .network
            .subnets
            .iter()
            .filter(|one| subnets.contains(&one.id))
            .map(|one| one.zone.clone())
            .collect();
        zones.sort();
        zones.dedup();
        let (region, account) = (place.region.as_str(), place.account.to_string());
        let id = scene
            .estate
            .seed
            .uuid(&format!("nodegroup/{}", scene.number));
        let gpus = machine.accelerator.is_some();
        let pool = NodePool {
            name: name.clone(),
            arn: arn(
                "eks",
                region,
                &account,
                &format!("nodegroup/{cluster}/{name}/{id}"),
            ),
            status: "CREATING".into(),
            instance_types: instance_types.clone(),
            capacity: *capacity,
            min: sizes.min,
            desired: sizes.desired,
            max: sizes.max,
            running: Some(0),
            subnets,
            zones,
            accelerator: machine.accelerator,
            issues: Vec::new(),
            tags,
        };
        let path = pool_path(&cluster, name);
        for one in self
            .compute
            .clusters
            .iter_mut()
            .filter(|one| one.name == cluster)
        {
            one.pools.retain(|old| old.name != *name);
            one.pools.push(pool.clone());
        }
        let since = scene.at;
        self.moves.insert(path.clone(), Move { nodes: 0, since });
        let failed = |why: String| Becomes::State("CREATE_FAILED".into(), Some(why));
        let dry = gpus && scene.faults.gpus_left(&place.region) == Some(0) && sizes.desired > 0;
        let (becomes, takes) = if scene.faults.nodes_do_not_join() {
            let why = "NodeCreationFailure: Instances failed to join the kubernetes cluster";
            (failed(why.into()), GIVEN_UP)
        } else if dry {
            (failed(no_capacity(kind)), GIVEN_UP)
        } else {
            let takes = spread(scene, "nodegroup", 180, 180);
            (Becomes::State("ACTIVE".into(), None), takes)
        };
        self.becomes(scene, &path, becomes, takes);
        Ok(Done::made(name.as_str()))
    }
}
