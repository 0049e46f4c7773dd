//! Standbys, readers and secondary clusters that take over.

use std::time::Duration;

use super::{Desk, Version, refused, with_status};
use crate::{
    model::{
        Arn,
        protection::{
            Database,
            DatabaseKind::{Cluster, Instance},
            GlobalCluster,
        },
    },
    provider::Result,
};

/// How long the standby of a Multi-AZ instance takes ("typically 60–120 seconds").
const INSTANCE: Duration = Duration::from_secs(75);
/// How long a reader takes ("typically under 35 seconds").
const CLUSTER: Duration = Duration::from_secs(25);
/// How long a secondary cluster takes, planned and not.
const SWITCH_OVER: Duration = Duration::from_secs(150);
const FAIL_OVER: Duration = Duration::from_secs(90);
/// A world whose failovers come back does so after that long.
const COMES_BACK: Duration = Duration::from_mins(2);

impl Desk<'_> {
    pub(super) fn fail_over_instance(&mut self, id: &str) -> Result<()> {
        let before = self.ready(Instance, id)?;
        if !before.multi_az {
            return Err(refused(
                "InvalidParameterCombination",
                "You cannot failover a DB instance that is not Multi-AZ",
            ));
        }
        self.swap_zones(&before, Duration::ZERO);
        if self.scene.faults.flips_back() {
            let there = swapped(&before);
            self.swap_zones(&there, COMES_BACK);
        }
        Ok(())
    }

    /// The two zones of an instance change places, beginning after that long.
    pub(super) fn swap_zones(&mut self, before: &Database, begin: Duration) {
        let done = begin + INSTANCE;
        self.pass(vec![
            (begin, with_status(before, "rebooting")),
            (done, swapped(before)),
        ]);
        self.log(
            &before.id,
            begin,
            "failover",
            "Multi-AZ instance failover started.",
        );
        if !self.scene.faults.rds_stuck() {
            self.log(
                &before.id,
                done,
                "failover",
                "Multi-AZ instance failover completed.",
            );
        }
    }

    pub(super) fn fail_over_cluster(&mut self, id: &str, to: Option<&str>) -> Result<()> {
        let before = self.ready(Cluster, id)?;
        if to.is_some() && before.engine == "mysql" {
            return Err(refused(
                "InvalidParameterCombination",
                "TargetDBInstanceIdentifier isn't supported for RDS for MySQL Multi-AZ DB clusters",
            ));
        }
        let mut readers = before.members.iter().filter(|member| !member.writer);
        let target = match to {
            Some(to) => readers.find(|member| member.id == to),
            None => readers.min_by_key(|member| member.tier),
        };
        let Some(target) = target else {
            return Err(refused(
                "InvalidDBClusterStateFault",
                format!("DB cluster {id} has no such reader to fail over to"),
            ));
        };
        let target = target.id.clone();
        let mut after = before.clone();
        for member in &mut after.members {
            member.writer = member.id == target;
        }
        self.pass(vec![
            (Duration::ZERO, with_status(&before, "failing-over")),
            (CLUSTER, after.clone()),
        ]);
        self.log(
            id,
            Duration::ZERO,
            "failover",
            format!("Started cross AZ failover to DB instance: {target}"),
        );
        if self.scene.faults.rds_stuck() {
            return Ok(());
        }
        self.log(
            id,
            CLUSTER,
            "failover",
            format!("Completed failover to DB instance: {target}"),
        );
        if self.scene.faults.flips_back() {
            let back = COMES_BACK + CLUSTER;
            self.pass(vec![
                (COMES_BACK, with_status(&after, "failing-over")),
                (back, before),
            ]);
            self.log(id, back, "failover", "Completed failover to DB instance");
        }
        Ok(())
    }

    /// Another cluster of a global database becomes its primary.
    pub(super) fn move_global(&mut self, global: &str, to: &Arn, forced: bool) -> Result<()> {
        let found = self.rds.globals(self.scene, self.place)?;
        let found = found.into_iter().find(|one| one.id == global);
        let before = found.ok_or_else(|| {
            refused(
                "GlobalClusterNotFoundFault",
                format!("Global cluster {global} not found."),
            )
        })?;
        let invalid = |why: String| Err(refused("InvalidGlobalClusterStateFault", why));
        if before.status != "available" {
            return invalid(format!("global cluster {global} is {}", before.status));
        }
        let Some(target) = before.members.iter().find(|member| member.cluster == *to) else {
            return Err(refused(
                "DBClusterNotFoundFault",
                format!("{to} is not a member of {global}"),
            ));
        };
        if target.writer {
            return invalid(format!("{to} is the primary already"));
        }
        if !forced {
            for member in &before.members {
                let (place, id) = super::alter::located(self.place, member.cluster.as_str());
                let cluster = self.rds.find(self.scene, &place, Cluster, &id)?;
                let status = cluster.map_or("gone".to_owned(), |cluster| cluster.status);
                if status != "available" {
                    return invalid(format!(
                        "{id} is {status}; a switchover needs all to be well"
                    ));
                }
            }
        }
        let (word, takes) = if forced {
            ("failing-over", FAIL_OVER)
        } else {
            ("switching-over", SWITCH_OVER)
        };
        let moving = GlobalCluster {
            status: word.into(),
            moving_to: Some(to.clone()),
            ..before.clone()
        };
        let mut after = before;
        for member in &mut after.members {
            member.writer = member.cluster == *to;
            member.synchronized = (!member.writer).then_some(true);
        }
        self.put_global(Duration::ZERO, moving);
        if self.scene.faults.rds_stuck() {
            return Ok(());
        }
        for member in &after.members {
            self.give_writer(&member.cluster, member.writer, takes)?;
        }
        self.put_global(takes, after);
        Ok(())
    }

    /// A cluster of a global database has a writer from then on, or none.
    fn give_writer(&mut self, cluster: &Arn, writes: bool, after: Duration) -> Result<()> {
        let (place, id) = super::alter::located(self.place, cluster.as_str());
        let Some(mut found) = self.rds.find(self.scene, &place, Cluster, &id)? else {
            return Ok(());
        };
        let first = found.members.iter().min_by_key(|member| member.tier);
        let first = first.filter(|_| writes).map(|member| member.id.clone());
        for member in &mut found.members {
            member.writer = first.as_ref() == Some(&member.id);
        }
        let at = self.after(after);
        self.rds.put(self.scene, &place, at, found);
        Ok(())
    }

    fn put_global(&mut self, after: Duration, is: GlobalCluster) {
        let at = self.after(after);
        let key = format!("{}/{}", self.place.account, is.id);
        if !self.rds.globals.contains_key(&key) {
            let before = self.rds.globals(self.scene, self.place).unwrap_or_default();
            let before = before.into_iter().find(|one| one.id == is.id);
            let first = before.map(|is| Version {
                at: jiff::Timestamp::UNIX_EPOCH,
                is,
            });
            self.rds
                .globals
                .insert(key.clone(), first.into_iter().collect());
        }
        let versions = self.rds.globals.entry(key).or_default();
        versions.push(Version { at, is });
        versions.sort_by_key(|version| version.at);
    }
}

fn swapped(database: &Database) -> Database {
    Database {
        zone: database.secondary_zone.clone(),
        secondary_zone: database.zone.clone(),
        status: "available".into(),
        ..database.clone()
    }
}
