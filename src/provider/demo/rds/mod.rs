//! RDS as it behaves when it is written to: databases that take their minutes, names and groups that
//! must be right, standbys that take over, replicas that lag, a log that tells of it.

mod alter;
mod fail_over;
mod hand;
mod lag;
mod make;
mod observe;
mod ports;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(super) use hand::Hand;
pub use lag::ReplicaLag;

use super::{
    content::protection::{Ground, databases as content},
    scene::{Done, Scene, refusal, unbound},
};
use crate::{
    model::{
        Change, Place, Tags,
        change::{DatabaseChange, Standing},
        protection::{
            Database, DatabaseEvent,
            DatabaseKind::{self, Cluster, Instance},
            DatabaseSnapshot, GlobalCluster,
        },
    },
    provider::{Envelope, Error, Progress, Result},
};

/// How many databases an account may have in a region by default.
const QUOTA: usize = 40;
/// How long the first backup of a database takes.
const BACKING_UP: Duration = Duration::from_mins(3);

/// What differs from the databases that the seed gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Rds {
    /// By place, kind and name: the states of a database, oldest first, some of them still to come.
    databases: BTreeMap<String, Vec<Version<Option<Database>>>>,
    /// By account and name.
    globals: BTreeMap<String, Vec<Version<GlobalCluster>>>,
    /// By place: snapshots that changes have left.
    snapshots: BTreeMap<String, Vec<DatabaseSnapshot>>,
    /// By place.
    events: BTreeMap<String, Vec<DatabaseEvent>>,
    /// By the ARN of the replica: how far it is behind, where somebody has decided it.
    lags: BTreeMap<String, ReplicaLag>,
}

/// Whether RDS makes such databases: engines of the last years, in classes that have not gone.
pub(super) fn offers(engine: &str, version: &str, class: Option<&str>) -> bool {
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    let oldest = match engine {
        "mysql" | "aurora-mysql" => 8,
        "postgres" | "aurora-postgresql" => 13,
        _ => return false,
    };
    let gone = |class: &str| class.starts_with("db.m3.") || class.starts_with("db.r3.");
    major.is_some_and(|major| major >= oldest) && !class.is_some_and(gone)
}

/// A state and from when on it is so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Version<T> {
    at: Timestamp,
    is: T,
}

/// What was so at a moment.
fn newest<T>(versions: &[Version<T>], at: Timestamp) -> Option<&T> {
    let known = versions.iter().rev().find(|version| version.at <= at);
    known.or(versions.first()).map(|version| &version.is)
}

impl Rds {
    /// Performs one change; refuses what RDS would refuse.
    pub(super) fn apply(&mut self, scene: &Scene<'_>, envelope: &Envelope) -> Result<Done> {
        let Change::Database(change) = &envelope.change else {
            return Err(refused("InvalidAction", "no change of a database"));
        };
        let place = change.at().place().map_err(unbound("rds"))?;
        scene.site(place.account)?;
        let tags = |own: &Tags| {
            let mut tags = own.clone();
            tags.extend(envelope.tags.clone());
            tags
        };
        let mut desk = Desk {
            rds: self,
            scene,
            place: &place,
        };
        match change {
            DatabaseChange::Restore {
                kind,
                from,
                id,
                shape,
                tags: own,
                ..
            } => desk.restore(*kind, from, id, shape, tags(own)),
            DatabaseChange::CreateMember {
                cluster,
                id,
                class,
                tags: own,
                ..
            } => desk.create_member(cluster, id, class, tags(own)),
            DatabaseChange::CreateReplica {
                source,
                id,
                shape,
                tags: own,
                ..
            } => desk.create_replica(source, id, shape, tags(own)),
            DatabaseChange::Modify { kind, id, to, .. } => desk.modify(*kind, id, to),
            DatabaseChange::Rename { kind, from, to, .. } => desk.rename(*kind, from, to),
            DatabaseChange::Promote {
                kind,
                id,
                retention_days,
                ..
            } => desk.promote(*kind, id, *retention_days),
            DatabaseChange::FailOverCluster { id, to, .. } => {
                desk.fail_over_cluster(id, to.as_deref())
            }
            DatabaseChange::FailOverInstance { id, .. } => desk.fail_over_instance(id),
            DatabaseChange::SwitchOverGlobal { global, to, .. } => {
                desk.move_global(global, to, false)
            }
            DatabaseChange::FailOverGlobal {
                global,
                to,
                allow_data_loss,
                ..
            } => {
                if !allow_data_loss {
                    return Err(refused(
                        "InvalidParameterCombination",
                        "AllowDataLoss must be set for a failover; use a switchover to lose nothing",
                    ));
                }
                desk.move_global(global, to, true)
            }
            DatabaseChange::Delete {
                kind,
                id,
                final_snapshot,
                ..
            } => desk.delete(*kind, id, final_snapshot.as_deref()),
        }?;
        Ok(Done::default())
    }

    pub(super) fn standing(&self, scene: &Scene<'_>, envelope: &Envelope) -> Result<Standing> {
        let Change::Database(change) = &envelope.change else {
            return Err(refused("InvalidAction", "no change of a database"));
        };
        let place = change.at().place().map_err(unbound("rds"))?;
        let seen = self.databases(scene, &place, &change.wanted())?;
        Ok(change.standing(&seen, envelope.mark()))
    }

    pub(super) fn settled(&self, scene: &Scene<'_>, envelope: &Envelope) -> Result<Progress> {
        let Change::Database(change) = &envelope.change else {
            return Err(refused("InvalidAction", "no change of a database"));
        };
        let place = change.at().place().map_err(unbound("rds"))?;
        let seen = self.databases(scene, &place, &change.wanted())?;
        Ok(change.progress(&seen, envelope.mark()))
    }

    /// Every database of a kind as it was at the scene's moment.
    fn list(&self, scene: &Scene<'_>, place: &Place, kind: DatabaseKind) -> Result<Vec<Database>> {
        let site = scene.site(place.account)?;
        let ground = Ground::new(scene.estate, site, place, scene.at);
        let made = match kind {
            Instance => content::instances(&ground),
            Cluster => content::clusters(&ground),
        };
        let mut found = Vec::new();
        for database in &made {
            match self.databases.get(&key(place, kind, &database.id)) {
                None => found.push(database.clone()),
                Some(versions) => found.extend(newest(versions, scene.at).cloned().flatten()),
            }
        }
        let prefix = key(place, kind, "");
        let written = self.databases.range(prefix.clone()..);
        let written = written.take_while(|(key, _)| key.starts_with(&prefix));
        for (key, versions) in written {
            let is_made = made.iter().any(|one| key[prefix.len()..] == one.id);
            let since = versions.first().map(|first| first.at);
            if !is_made && since.is_some_and(|since| since <= scene.at) {
                found.extend(newest(versions, scene.at).cloned().flatten());
            }
        }
        for database in &mut found {
            window(database, &made, scene.at);
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    fn find(
        &self,
        scene: &Scene<'_>,
        place: &Place,
        kind: DatabaseKind,
        id: &str,
    ) -> Result<Option<Database>> {
        let mut list = self.list(scene, place, kind)?.into_iter();
        Ok(list.find(|one| one.id.eq_ignore_ascii_case(id)))
    }

    /// The state of a database from `at` on.
    fn put(&mut self, scene: &Scene<'_>, place: &Place, at: Timestamp, is: Database) {
        let (kind, id) = (is.kind, is.id.clone());
        self.write(scene, place, kind, &id, at, Some(is));
    }

    fn write(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        kind: DatabaseKind,
        id: &str,
        at: Timestamp,
        is: Option<Database>,
    ) {
        let key = key(place, kind, id);
        if !self.databases.contains_key(&key) {
            let before = self.find(scene, place, kind, id).ok().flatten();
            let first = before.map(|is| Version {
                at: Timestamp::UNIX_EPOCH,
                is: Some(is),
            });
            self.databases
                .insert(key.clone(), first.into_iter().collect());
        }
        if let Some(versions) = self.databases.get_mut(&key) {
            versions.push(Version { at, is });
            versions.sort_by_key(|version| version.at);
        }
    }
}

/// How far back a database can be restored, which moves by itself: as the seed has it, or in steps
/// of five minutes from its first backup on.
fn window(database: &mut Database, made: &[Database], at: Timestamp) {
    if database.backup_retention_days == 0 {
        database.earliest_restorable = None;
        database.latest_restorable = None;
        return;
    }
    let same = |one: &&Database| one.resource_id == database.resource_id;
    if let Some(own) = made.iter().find(same)
        && own.backup_retention_days > 0
    {
        database.earliest_restorable = own.earliest_restorable;
        database.latest_restorable = own.latest_restorable;
        return;
    }
    let shipped = at.as_second() - at.as_second().rem_euclid(300);
    let shipped = Timestamp::from_second(shipped).unwrap_or(at);
    database.latest_restorable = database
        .earliest_restorable
        .filter(|earliest| *earliest <= at)
        .map(|earliest| earliest.max(shipped));
}

fn key(place: &Place, kind: DatabaseKind, id: &str) -> String {
    format!("{place}/{kind}/{}", id.to_ascii_lowercase())
}

/// What one change works with.
struct Desk<'a> {
    rds: &'a mut Rds,
    scene: &'a Scene<'a>,
    place: &'a Place,
}

impl Desk<'_> {
    /// The database, which RDS changes only while it is available.
    fn ready(&self, kind: DatabaseKind, id: &str) -> Result<Database> {
        let found = self.there(kind, id)?;
        if found.is_available() {
            return Ok(found);
        }
        let (what, code) = match kind {
            Instance => ("instance", "InvalidDBInstanceState"),
            Cluster => ("cluster", "InvalidDBClusterStateFault"),
        };
        Err(refused(
            code,
            format!(
                "DB {what} {id} is not in available state, it is {}",
                found.status
            ),
        ))
    }

    fn there(&self, kind: DatabaseKind, id: &str) -> Result<Database> {
        let found = self.rds.find(self.scene, self.place, kind, id)?;
        found.ok_or_else(|| match kind {
            Instance => refused("DBInstanceNotFound", format!("DBInstance {id} not found.")),
            Cluster => refused(
                "DBClusterNotFoundFault",
                format!("DBCluster {id} not found."),
            ),
        })
    }

    /// One state after the other, each after that long. What is stuck keeps the first one.
    fn pass(&mut self, states: Vec<(Duration, Database)>) {
        let stuck = self.scene.faults.rds_stuck();
        let states = states.into_iter().take(if stuck { 1 } else { usize::MAX });
        for (after, is) in states {
            let at = self.after(after);
            self.rds.put(self.scene, self.place, at, is);
        }
    }

    /// The database is gone after that long.
    fn vanish(&mut self, kind: DatabaseKind, id: &str, after: Duration) {
        let at = self.after(after);
        self.rds.write(self.scene, self.place, kind, id, at, None);
    }

    fn after(&self, time: Duration) -> Timestamp {
        let at = self.scene.at.saturating_add(time);
        at.unwrap_or(Timestamp::MAX)
    }

    fn log(&mut self, source: &str, after: Duration, category: &str, message: impl Into<String>) {
        let at = self.after(after);
        let events = self.rds.events.entry(self.place.to_string()).or_default();
        events.push(DatabaseEvent {
            at,
            source: source.into(),
            categories: vec![category.into()],
            message: message.into(),
        });
        events.sort();
    }
}

fn with_status(database: &Database, status: &str) -> Database {
    Database {
        status: status.into(),
        ..database.clone()
    }
}

fn refused(code: &str, message: impl Into<String>) -> Error {
    refusal("rds", code, message)
}
