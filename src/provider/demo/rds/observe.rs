//! What RDS tells: databases with what lies around them, as reads show it.

use std::collections::BTreeSet;

use super::{Rds, content, newest};
use crate::{
    model::{
        Place,
        protection::{
            DatabaseEvent,
            DatabaseKind::{Cluster, Instance},
            DatabaseSnapshot, Databases, GlobalCluster, Protection, RetainedBackup, Wanted,
        },
    },
    provider::{
        Result,
        demo::{content::protection::Ground, scene::Scene},
    },
};

impl Rds {
    /// What is wanted of a place, at the scene's moment.
    pub(in super::super) fn databases(
        &self,
        scene: &Scene<'_>,
        place: &Place,
        wanted: &Wanted,
    ) -> Result<Databases> {
        let site = scene.site(place.account)?;
        let ground = Ground::new(scene.estate, site, place, scene.at);
        let mut found = Databases {
            instances: self.list(scene, place, Instance)?,
            clusters: self.list(scene, place, Cluster)?,
            global_clusters: self.globals(scene, place)?,
            events: self.told(scene, place),
            ..Databases::empty(place.clone(), scene.at)
        };
        match wanted {
            Wanted::Everything => {
                found.snapshots = self.snapshots(scene, place)?;
                found.retained = self.retained(scene, place)?;
                found.subnet_groups = content::subnet_groups(&ground);
                found.parameter_groups = content::parameter_groups(&ground);
                found.cluster_parameter_groups = content::cluster_parameter_groups(&ground);
                found.option_groups = content::option_groups(&ground);
            }
            Wanted::These {
                instances,
                clusters,
                global_clusters,
                log,
                ..
            } => {
                if !log {
                    found.events.clear();
                }
                found.instances.retain(|one| named(instances, &one.id));
                found.clusters.retain(|one| named(clusters, &one.id));
                found
                    .global_clusters
                    .retain(|one| named(global_clusters, &one.id));
            }
        }
        for replica in &mut found.instances {
            if replica.replica_of.is_some() {
                replica.lag = self.lag(scene, place, replica);
            }
        }
        Ok(found)
    }

    /// Puts what was written into what overviews list.
    pub(in super::super) fn protect(
        &self,
        scene: &Scene<'_>,
        protection: &mut Protection,
    ) -> Result<()> {
        let place = protection.place.clone();
        protection.databases = self.list(scene, &place, Instance)?;
        protection.databases.retain(|one| one.cluster.is_none());
        let clusters = self.list(scene, &place, Cluster)?;
        protection.databases.extend(clusters);
        protection.snapshots = self.snapshots(scene, &place)?;
        Ok(())
    }

    pub(super) fn snapshots(
        &self,
        scene: &Scene<'_>,
        place: &Place,
    ) -> Result<Vec<DatabaseSnapshot>> {
        let site = scene.site(place.account)?;
        let ground = Ground::new(scene.estate, site, place, scene.at);
        let mut found = content::snapshots(&ground);
        let left = self.snapshots.get(&place.to_string());
        let there = |one: &&DatabaseSnapshot| one.created.is_some_and(|made| made <= scene.at);
        found.extend(left.into_iter().flatten().filter(there).cloned());
        Ok(found)
    }

    /// Automated backups beside the databases that are there, and those that outlived theirs.
    pub(super) fn retained(&self, scene: &Scene<'_>, place: &Place) -> Result<Vec<RetainedBackup>> {
        let site = scene.site(place.account)?;
        let ground = Ground::new(scene.estate, site, place, scene.at);
        let mut found: Vec<RetainedBackup> = [Instance, Cluster]
            .into_iter()
            .map(|kind| self.list(scene, place, kind))
            .collect::<Result<Vec<_>>>()?
            .iter()
            .flatten()
            .filter(|one| one.backup_retention_days > 0 && one.cluster.is_none())
            .filter_map(RetainedBackup::beside)
            .collect();
        let mut gone = content::retained(&ground);
        gone.retain(|one| one.status == "retained");
        found.extend(gone);
        Ok(found)
    }

    pub(super) fn globals(&self, scene: &Scene<'_>, place: &Place) -> Result<Vec<GlobalCluster>> {
        let site = scene.site(place.account)?;
        let ground = Ground::new(scene.estate, site, place, scene.at);
        let mut found = content::global_clusters(&ground);
        for one in &mut found {
            let versions = self.globals.get(&format!("{}/{}", place.account, one.id));
            if let Some(is) = versions.and_then(|versions| newest(versions, scene.at)) {
                one.clone_from(is);
            }
        }
        Ok(found)
    }

    /// The log, which may be late and repeat itself.
    fn told(&self, scene: &Scene<'_>, place: &Place) -> Vec<DatabaseEvent> {
        let events = self.events.get(&place.to_string());
        let late = scene.faults.event_lag();
        let there = |event: &&DatabaseEvent| {
            let seen = event.at.saturating_add(late);
            seen.is_ok_and(|seen| seen <= scene.at)
        };
        let told = events.into_iter().flatten().filter(there).cloned();
        if scene.faults.repeats_events() {
            return told.flat_map(|event| [event.clone(), event]).collect();
        }
        told.collect()
    }
}

fn named(names: &BTreeSet<String>, id: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(id))
}
