//! Creations: what EKS and EC2 look at before, and how long each takes.

use std::time::Duration;

use super::{
    Beside, Scene,
    ground::{Becomes, Ground, addon_path},
    machines::machine,
    refused,
};
use crate::{
    model::{
        ClusterName, Place, SubnetId, Tags,
        change::{Change, ClusterChange, Endpoint, Ref},
        cluster::Cluster,
        compute::{AccessEntry, Addon, LaunchTemplate, Reservation},
    },
    provider::{
        Envelope, Error, Result,
        demo::{
            estate::arn,
            scene::{Done, known, refusal},
        },
    },
};

/// How long an add-on takes.
const ADDON: Duration = Duration::from_secs(40);
/// The add-ons that there are.
const ADDONS: &[&str] = &[
    "vpc-cni",
    "coredns",
    "kube-proxy",
    "aws-ebs-csi-driver",
    "eks-pod-identity-agent",
];

impl Ground {
    pub(super) fn create(
        &mut self,
        scene: &Scene<'_>,
        envelope: &Envelope,
        place: &Place,
        beside: &Beside<'_>,
    ) -> Result<Done> {
        let Change::Cluster(change) = &envelope.change else {
            return Err(refused("InvalidRequestException", "no change of a cluster"));
        };
        let tagged = |own: &Tags| {
            let mut tags = own.clone();
            tags.extend(envelope.tags.clone());
            tags
        };
        match change {
            ClusterChange::CreateCluster { tags, .. } => {
                self.create_cluster(scene, change, place, beside, tagged(tags))
            }
            ClusterChange::CreateNodeGroup { tags, .. } => {
                self.create_group(scene, change, place, beside, tagged(tags))
            }
            ClusterChange::CreateAddon {
                cluster,
                addon,
                version,
                tags,
                ..
            } => {
                let cluster = self.active(scene, place, cluster)?;
                if !ADDONS.contains(&addon.as_str()) {
                    return Err(refused(
                        "InvalidParameterException",
                        format!("Addon {addon} specified is not supported"),
                    ));
                }
                if self.seen(scene, place).addon(&cluster, addon).is_some() {
                    return Err(refused("ResourceInUseException", "Addon already exists."));
                }
                self.compute
                    .addons
                    .retain(|one| one.cluster != cluster || one.name != *addon);
                self.compute.addons.push(Addon {
                    cluster: cluster.clone(),
                    name: addon.clone(),
                    version: version.clone(),
                    status: "CREATING".into(),
                    issues: Vec::new(),
                    tags: tagged(tags),
                });
                let active = Becomes::State("ACTIVE".into(), None);
                self.becomes(scene, &addon_path(&cluster, addon), active, ADDON);
                Ok(Done::made(addon))
            }
            ClusterChange::CreateAccessEntry {
                cluster,
                principal,
                tags,
                ..
            } => {
                let cluster = self.active(scene, place, cluster)?;
                if self.compute.entry(&cluster, principal).is_some() {
                    return Err(refused(
                        "ResourceInUseException",
                        "The specified access entry resource is already in use on this cluster.",
                    ));
                }
                self.compute.access.push(AccessEntry {
                    cluster,
                    principal: principal.clone(),
                    kind: "STANDARD".into(),
                    policies: Vec::new(),
                    tags: tagged(tags),
                });
                Ok(Done::made(principal.as_str()))
            }
            ClusterChange::AssociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            }
            | ClusterChange::DisassociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            } => {
                let cluster = known("eks", cluster)?;
                let mut entries = self.compute.access.iter_mut();
                let entry = entries
                    .find(|one| one.cluster == *cluster && one.principal == *principal)
                    .ok_or_else(|| {
                        refused(
                            "ResourceNotFoundException",
                            "The specified principalArn could not be found.",
                        )
                    })?;
                entry.policies.retain(|one| one != policy);
                if matches!(change, ClusterChange::AssociateAccessPolicy { .. }) {
                    entry.policies.push(policy.clone());
                }
                Ok(Done::default())
            }
            ClusterChange::CreateLaunchTemplate { name, tags, .. } => {
                if self.compute.templates.iter().any(|one| one.name == *name) {
                    return Err(refusal(
                        "ec2",
                        "InvalidLaunchTemplateName.AlreadyExistsException",
                        "Launch template name already in use.",
                    ));
                }
                let id = scene.id("lt");
                self.compute.templates.push(LaunchTemplate {
                    id: id.as_str().into(),
                    name: name.clone(),
                    version: 1,
                    tags: tagged(tags),
                });
                Ok(Done::made(id))
            }
            ClusterChange::CreateCapacityReservation {
                instance_type,
                zone,
                count,
                tags,
                ..
            } => {
                let gpus = machine(instance_type).is_some_and(|one| one.accelerator.is_some());
                let left = scene.faults.gpus_left(&place.region).filter(|_| gpus);
                let none_at_all = super::machines::to_be_had(instance_type).is_some();
                if none_at_all || left.is_some_and(|left| left < *count) {
                    return Err(refusal(
                        "ec2",
                        "InsufficientInstanceCapacity",
                        format!(
                            "There is no Spot or On-Demand capacity available that matches your \
                             request: {count} {instance_type} in {zone}."
                        ),
                    ));
                }
                let id = scene.id("cr");
                self.compute.reservations.push(Reservation {
                    id: id.as_str().into(),
                    instance_type: instance_type.clone(),
                    zone: Some(zone.clone()),
                    state: "active".into(),
                    total: *count,
                    free: *count,
                    block: false,
                    ends: None,
                    tags: tagged(tags),
                });
                Ok(Done::made(id))
            }
            ClusterChange::ScaleNodeGroup { .. } | ClusterChange::Delete { .. } => Err(refused(
                "InvalidRequestException",
                "nothing is created by that",
            )),
        }
    }

    fn create_cluster(
        &mut self,
        scene: &Scene<'_>,
        change: &ClusterChange,
        place: &Place,
        beside: &Beside<'_>,
        tags: Tags,
    ) -> Result<Done> {
        let ClusterChange::CreateCluster {
            name,
            version,
            role,
            subnets,
            endpoint,
            ..
        } = change
        else {
            return Err(refused("InvalidRequestException", "no cluster"));
        };
        if self.seen(scene, place).cluster(name).is_some() {
            return Err(refused(
                "ResourceInUseException",
                format!("Cluster already exists with name: {name}"),
            ));
        }
        if !super::machines::offers()
            .iter()
            .any(|offer| offer.version == *version)
        {
            return Err(refused(
                "InvalidParameterException",
                format!("unsupported Kubernetes version {version}"),
            ));
        }
        let role = known("eks", role)?;
        let usable = beside
            .iam
            .usable(scene, role, "eks.amazonaws.com", "AmazonEKSClusterPolicy");
        usable.map_err(parameter)?;
        let vpc = zones(beside, subnets)?;
        self.compute.clusters.retain(|one| one.name != *name);
        let (region, account) = (place.region.as_str(), place.account.to_string());
        let letters = scene
            .estate
            .seed
            .letters(&format!("eks/{}", scene.number), 24);
        self.compute.clusters.push(Cluster {
            place: place.clone(),
            name: name.clone(),
            arn: arn("eks", region, &account, &format!("cluster/{name}")),
            version: version.clone(),
            status: "CREATING".into(),
            endpoint: Some(format!("https://{letters}.gr7.{region}.eks.amazonaws.com")),
            public_endpoint: matches!(endpoint, Endpoint::Public(_)),
            vpc: Some(vpc),
            created: Some(scene.at),
            issues: Vec::new(),
            pools: Vec::new(),
            tags,
        });
        let active = Becomes::State("ACTIVE".into(), None);
        let takes = spread(scene, "cluster", 480, 420);
        self.becomes(scene, name.as_str(), active, takes);
        Ok(Done::made(name.as_str()))
    }

    /// A cluster that things can be made in.
    pub(super) fn active(
        &self,
        scene: &Scene<'_>,
        place: &Place,
        cluster: &Ref<ClusterName>,
    ) -> Result<ClusterName> {
        let name = known("eks", cluster)?;
        let seen = self.seen(scene, place);
        let found = seen.cluster(name).ok_or_else(|| {
            refused(
                "ResourceNotFoundException",
                format!("No cluster found for name: {name}."),
            )
        })?;
        if found.status != "ACTIVE" {
            return Err(refused(
                "InvalidRequestException",
                format!("Cluster '{name}' is not in ACTIVE status"),
            ));
        }
        Ok(name.clone())
    }
}

/// Refuses subnets that are not there, or that lie in one zone only; gives their VPC.
pub(super) fn zones(beside: &Beside<'_>, subnets: &[Ref<SubnetId>]) -> Result<crate::model::VpcId> {
    let mut zones = Vec::new();
    let mut vpc = None;
    for subnet in subnets {
        let id = known("eks", subnet)?;
        let found = beside.network.subnets.iter().find(|one| one.id == *id);
        let found =
            found.ok_or_else(|| parameter(format!("The subnet ID '{id}' does not exist")))?;
        zones.push(&found.zone);
        vpc = Some(found.vpc.clone());
    }
    zones.sort();
    zones.dedup();
    match vpc {
        Some(vpc) if zones.len() >= 2 => Ok(vpc),
        _ => Err(parameter(
            "Subnets specified must be in at least two different AZs".into(),
        )),
    }
}

pub(super) fn parameter(message: String) -> Error {
    refused("InvalidParameterException", message)
}

/// From `least` seconds up to `more` of them longer.
pub(super) fn spread(scene: &Scene<'_>, what: &str, least: u64, more: u32) -> Duration {
    let extra = scene
        .estate
        .seed
        .below(&format!("{what}/{}", scene.number), more);
    Duration::from_secs(least + u64::from(extra))
}
