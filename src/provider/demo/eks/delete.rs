//! Deletions, which EKS refuses while something depends on the object.

use std::time::Duration;

use super::{
    Scene,
    ground::{Becomes, Ground, addon_path, pool_path},
    refused,
};
use crate::{
    model::{Place, change::ClusterObject},
    provider::{
        Error, Result,
        demo::scene::{known, refusal},
    },
};

const CLUSTER: Duration = Duration::from_mins(4);
const GROUP: Duration = Duration::from_secs(150);
const ADDON: Duration = Duration::from_secs(20);

impl Ground {
    pub(super) fn delete(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        object: &ClusterObject,
    ) -> Result<()> {
        let seen = self.seen(scene, place);
        match object {
            ClusterObject::Cluster(name) => {
                let name = known("eks", name)?;
                let found = seen.cluster(name).ok_or_else(|| absent("cluster", name))?;
                if !found.pools.is_empty() {
                    return Err(refused(
                        "ResourceInUseException",
                        "Cluster has nodegroups attached",
                    ));
                }
                let mut clusters = self.compute.clusters.iter_mut();
                if let Some(own) = clusters.find(|one| one.name == *name) {
                    own.status = "DELETING".into();
                }
                self.becomes(scene, name.as_str(), Becomes::Gone, CLUSTER);
            }
            ClusterObject::NodeGroup { cluster, pool } => {
                let cluster = known("eks", cluster)?;
                if seen.pool(cluster, pool).is_none() {
                    return Err(absent("node group", pool));
                }
                if let Some(own) = self.pool_mut(cluster, pool) {
                    own.status = "DELETING".into();
                }
                self.becomes(scene, &pool_path(cluster, pool), Becomes::Gone, GROUP);
            }
            ClusterObject::Addon { cluster, addon } => {
                let cluster = known("eks", cluster)?;
                if seen.addon(cluster, addon).is_none() {
                    return Err(absent("addon", addon));
                }
                let mut addons = self.compute.addons.iter_mut();
                if let Some(own) = addons.find(|one| one.cluster == *cluster && one.name == *addon)
                {
                    own.status = "DELETING".into();
                }
                self.becomes(scene, &addon_path(cluster, addon), Becomes::Gone, ADDON);
            }
            ClusterObject::AccessEntry { cluster, principal } => {
                let cluster = known("eks", cluster)?;
                if seen.entry(cluster, principal).is_none() {
                    return Err(absent("access entry", principal));
                }
                self.compute
                    .access
                    .retain(|one| one.cluster != *cluster || one.principal != *principal);
            }
            ClusterObject::LaunchTemplate(id) => {
                let id = known("ec2", id)?;
                if !seen.templates.iter().any(|one| one.id == *id) {
                    return Err(refusal(
                        "ec2",
                        "InvalidLaunchTemplateId.NotFound",
                        format!(
                            "The specified launch template, with template ID {id}, does not exist."
                        ),
                    ));
                }
                self.compute.templates.retain(|one| one.id != *id);
            }
            ClusterObject::Reservation(id) => {
                let id = known("ec2", id)?;
                let mut all = self.compute.reservations.iter_mut();
                let own = all.find(|one| one.id == *id).ok_or_else(|| {
                    refusal(
                        "ec2",
                        "InvalidCapacityReservationId.NotFound",
                        format!("The capacity reservation '{id}' does not exist"),
                    )
                })?;
                own.state = "cancelled".into();
                own.free = 0;
            }
        }
        Ok(())
    }
}

fn absent(what: &str, name: impl std::fmt::Display) -> Error {
    refused(
        "ResourceNotFoundException",
        format!("No {what} found for name: {name}."),
    )
}
