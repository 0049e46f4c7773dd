//! What alters databases: settings, names, promotion, deletion.

use std::time::Duration;

use super::{BACKING_UP, Desk, content, refused, with_status};
use crate::{
    model::{
        Place,
        change::Settings,
        protection::{
            Database,
            DatabaseKind::{self, Cluster, Instance},
            DatabaseSnapshot,
        },
    },
    provider::Result,
};

/// How long most settings take.
const MODIFYING: Duration = Duration::from_secs(40);
/// How long a standby takes to be made.
const STANDBY: Duration = Duration::from_mins(9);
const RENAMING: Duration = Duration::from_mins(2);
/// How long a promotion takes: the log is replayed, then the instance restarts.
const REPLAYING: Duration = Duration::from_mins(3);
const PROMOTING: Duration = Duration::from_mins(6);
const DELETING: Duration = Duration::from_mins(4);

impl Desk<'_> {
    pub(super) fn modify(&mut self, kind: DatabaseKind, id: &str, to: &Settings) -> Result<()> {
        let before = self.ready(kind, id)?;
        let mut done = before.clone();
        if let Some(groups) = &to.security_groups {
            done.security_groups.clone_from(groups);
        }
        if let Some(on) = to.deletion_protection {
            done.deletion_protection = on;
        }
        if let (Some(name), Some(group)) = (&to.parameter_group, done.parameter_groups.first_mut())
            && group.name != *name
        {
            group.name.clone_from(name);
            group.status = "pending-reboot".into();
        }
        let mut takes = MODIFYING;
        let mut under_way = with_status(&done, "modifying");
        if let Some(on) = to.multi_az.filter(|on| *on != before.multi_az) {
            under_way.pending.push(format!("multi_az: {on}"));
            done.multi_az = on;
            done.secondary_zone = on.then(|| other_zone(&before)).flatten();
            takes = STANDBY;
        }
        let mut first_backup = false;
        if let Some(days) = to
            .retention_days
            .filter(|days| *days != before.backup_retention_days)
        {
            under_way
                .pending
                .push(format!("backup_retention_period: {days}"));
            done.backup_retention_days = days;
            first_backup = before.backup_retention_days == 0 && days > 0;
        }
        let mut states = vec![(Duration::ZERO, under_way)];
        if first_backup {
            states.push((takes, with_status(&done, "backing-up")));
            takes += BACKING_UP;
            done.earliest_restorable = Some(self.after(takes));
        }
        states.push((takes, done));
        self.pass(states);
        Ok(())
    }

    pub(super) fn rename(&mut self, kind: DatabaseKind, from: &str, to: &str) -> Result<()> {
        let before = self.ready(kind, from)?;
        self.free(kind, to)?;
        let (estate, place) = (self.scene.estate, self.place);
        let (resource, endpoint) = match kind {
            Instance => ("db", content::endpoint(estate, place, to)),
            Cluster => ("cluster", content::cluster_endpoint(estate, place, to)),
        };
        let after = Database {
            id: to.into(),
            arn: self.arn(resource, to),
            endpoint: Some(endpoint),
            ..before.clone()
        };
        self.pass(vec![(Duration::ZERO, with_status(&before, "renaming"))]);
        if self.scene.faults.rds_stuck() {
            return Ok(());
        }
        self.vanish(kind, from, RENAMING);
        let at = self.after(RENAMING);
        self.rds.put(self.scene, self.place, at, after.clone());
        self.follow_the_name(&before, &after)
    }

    /// Members and replicas know their cluster and their source by its new name.
    fn follow_the_name(&mut self, before: &Database, after: &Database) -> Result<()> {
        let at = self.after(RENAMING);
        for member in self.rds.list(self.scene, self.place, Instance)? {
            if before.kind == Cluster && member.cluster.as_deref() == Some(before.id.as_str()) {
                let member = Database {
                    cluster: Some(after.id.clone()),
                    ..member
                };
                self.rds.put(self.scene, self.place, at, member);
            }
        }
        for name in &before.replicas {
            let (place, id) = located(self.place, name);
            if let Some(replica) = self.rds.find(self.scene, &place, Instance, &id)? {
                let source = if place == *self.place {
                    after.id.clone()
                } else {
                    after.arn.to_string()
                };
                let replica = Database {
                    replica_of: Some(source),
                    ..replica
                };
                self.rds.put(self.scene, &place, at, replica);
            }
        }
        Ok(())
    }

    pub(super) fn promote(&mut self, kind: DatabaseKind, id: &str, days: u32) -> Result<()> {
        let before = self.ready(kind, id)?;
        let Some(source) = before.replica_of.clone() else {
            return Err(refused(
                "InvalidDBInstanceState",
                format!("DB Instance {id} is not a read replica"),
            ));
        };
        let mut alone = Database {
            replica_of: None,
            backup_retention_days: days,
            ..before.clone()
        };
        let mut states = vec![
            (Duration::ZERO, with_status(&before, "modifying")),
            (REPLAYING, with_status(&before, "rebooting")),
        ];
        let mut takes = PROMOTING;
        if days > 0 {
            states.push((takes, with_status(&alone, "backing-up")));
            takes += BACKING_UP;
            alone.earliest_restorable = Some(self.after(takes));
        }
        states.push((takes, alone));
        self.pass(states);
        self.log(id, PROMOTING, "notification", "Replica promoted.");
        if self.scene.faults.rds_stuck() {
            return Ok(());
        }
        let (place, id_of_source) = located(self.place, &source);
        let found = self.rds.find(self.scene, &place, Instance, &id_of_source)?;
        if let Some(mut source) = found {
            source.replicas.retain(|replica| !before.is(replica));
            let at = self.after(PROMOTING);
            self.rds.put(self.scene, &place, at, source);
        }
        Ok(())
    }

    pub(super) fn delete(
        &mut self,
        kind: DatabaseKind,
        id: &str,
        final_snapshot: Option<&str>,
    ) -> Result<()> {
        let found = self.there(kind, id)?;
        if found.deletion_protection {
            return Err(refused(
                "InvalidParameterCombination",
                format!(
                    "Cannot delete protected DB Instance {id}, please disable deletion protection \
                         and try again."
                ),
            ));
        }
        if !found.members.is_empty() {
            return Err(refused(
                "InvalidDBClusterStateFault",
                "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
            ));
        }
        if !found.is_available() && !found.has_failed() {
            return Err(refused(
                "InvalidDBInstanceState",
                format!("DB instance {id} is {}", found.status),
            ));
        }
        let resource = match kind {
            Instance => "snapshot",
            Cluster => "cluster-snapshot",
        };
        if let Some(name) = final_snapshot.filter(|_| !found.has_failed()) {
            let snapshot = DatabaseSnapshot {
                created: Some(self.after(DELETING / 2)),
                engine: found.engine.clone(),
                engine_version: found.engine_version.clone(),
                option_group: found.option_groups.first().cloned(),
                size_gib: found.size_gib,
                encrypted: found.encrypted,
                kms_key: found.kms_key.clone(),
                ..DatabaseSnapshot::named(kind, name, self.arn(resource, name), id)
            };
            let place = self.place.to_string();
            self.rds.snapshots.entry(place).or_default().push(snapshot);
        }
        self.pass(vec![(Duration::ZERO, with_status(&found, "deleting"))]);
        self.vanish(kind, id, DELETING);
        let Some(cluster) = &found.cluster else {
            return Ok(());
        };
        if let Some(mut of) = self.rds.find(self.scene, self.place, Cluster, cluster)? {
            of.members.retain(|member| member.id != id);
            if let Some(first) = of.members.first_mut() {
                first.writer = true;
            }
            let at = self.after(DELETING);
            self.rds.put(self.scene, self.place, at, of);
        }
        Ok(())
    }
}

/// Where a database is that another one names, by its id or its ARN.
pub(super) fn located(home: &Place, name: &str) -> (Place, String) {
    let id = name.rsplit(':').next().unwrap_or(name).to_owned();
    let region = name
        .strip_prefix("arn:")
        .and_then(|rest| rest.split(':').nth(2));
    let place = region.map_or_else(|| home.clone(), |region| Place::new(home.account, region));
    (place, id)
}

/// The zone in which the standby is made.
fn other_zone(database: &Database) -> Option<crate::model::ZoneName> {
    let zone = database.zone.as_ref()?.as_str();
    let (region, letter) = zone.split_at(zone.len().checked_sub(1)?);
    let other = if letter == "a" { "b" } else { "a" };
    Some(format!("{region}{other}").into())
}
