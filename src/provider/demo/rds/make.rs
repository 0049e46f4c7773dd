//! What makes databases: restores, members of clusters, replicas.

use std::time::Duration;

use jiff::Timestamp;

use super::{BACKING_UP, Desk, QUOTA, content, refused, with_status};
use crate::{
    model::{
        Arn, Tags,
        change::{Origin, Shape},
        protection::{
            Database,
            DatabaseKind::{self, Cluster, Instance},
            DatabaseMember, GroupStatus, is_identifier,
        },
    },
    provider::{
        Result,
        demo::{content::protection::Ground, estate::arn},
    },
};

/// How long an instance and a cluster are `creating`.
const INSTANCE: Duration = Duration::from_mins(11);
const CLUSTER: Duration = Duration::from_mins(6);
const MEMBER: Duration = Duration::from_mins(7);

/// What a restore takes from its origin.
struct Source {
    engine: String,
    engine_version: String,
    size_gib: Option<u32>,
    kms_key: Option<String>,
    retention_days: u32,
}

impl Desk<'_> {
    pub(super) fn restore(
        &mut self,
        kind: DatabaseKind,
        from: &Origin,
        id: &str,
        shape: &Shape,
        tags: Tags,
    ) -> Result<()> {
        self.free(kind, id)?;
        let source = match from {
            Origin::Snapshot(name) => self.of_snapshot(kind, name)?,
            Origin::Moment {
                resource_id, time, ..
            } => self.of_moment(kind, resource_id, *time)?,
        };
        self.fits(kind, shape)?;
        let mut made = self.blank(kind, id, shape, tags);
        made.engine = source.engine;
        made.engine_version = source.engine_version;
        made.size_gib = source.size_gib;
        made.encrypted = source.kms_key.is_some();
        made.kms_key = source.kms_key;
        made.backup_retention_days = source.retention_days.max(u32::from(kind == Cluster));
        self.come_up(made, if kind == Instance { INSTANCE } else { CLUSTER });
        Ok(())
    }

    pub(super) fn create_member(
        &mut self,
        cluster: &str,
        id: &str,
        class: &str,
        tags: Tags,
    ) -> Result<()> {
        self.free(Instance, id)?;
        let of = self.ready(Cluster, cluster)?;
        let taken = self.rds.list(self.scene, self.place, Instance)?;
        let taken = taken
            .iter()
            .filter(|one| one.cluster.as_deref() == Some(cluster));
        let letter = content_zone(taken.count());
        let zone = format!("{}{letter}", self.place.region);
        let shape = Shape {
            engine: of.engine.clone(),
            engine_version: of.engine_version.clone(),
            class: Some(class.into()),
            subnet_group: of.subnet_group.clone().unwrap_or_default(),
            security_groups: of.security_groups.clone(),
            parameter_group: of
                .parameter_groups
                .first()
                .map(|group| group.name.clone())
                .unwrap_or_default(),
            option_group: None,
            port: of.listens_on(),
            public: of.public,
        };
        let mut made = self.blank(Instance, id, &shape, tags);
        made.cluster = Some(of.id.clone());
        made.kms_key.clone_from(&of.kms_key);
        made.encrypted = of.encrypted;
        made.zone = Some(zone.into());
        let creating = Database {
            endpoint: None,
            ..with_status(&made, "creating")
        };
        self.pass(vec![(Duration::ZERO, creating), (MEMBER, made)]);
        self.join(&of.id, id, MEMBER)
    }

    /// The first member of a cluster writes, those after it read.
    fn join(&mut self, cluster: &str, id: &str, after: Duration) -> Result<()> {
        let at = self.after(after);
        let scene = super::Scene { at, ..*self.scene };
        let found = self.rds.find(&scene, self.place, Cluster, cluster)?;
        let Some(mut of) = found else {
            return Ok(());
        };
        of.members.push(DatabaseMember {
            id: id.into(),
            writer: of.members.is_empty(),
            tier: Some(1),
        });
        of.multi_az = of.members.len() > 1;
        self.rds.put(self.scene, self.place, at, of);
        Ok(())
    }

    pub(super) fn create_replica(
        &mut self,
        source: &str,
        id: &str,
        shape: &Shape,
        tags: Tags,
    ) -> Result<()> {
        self.free(Instance, id)?;
        let (home, of) = self.source(source)?;
        if of.backup_retention_days == 0 {
            return Err(refused(
                "InvalidDBInstanceState",
                "Automated backups are not enabled for this database instance. To enable automated \
                 backups, use ModifyDBInstance to set the backup retention period to a non-zero \
                 value.",
            ));
        }
        self.fits(Instance, shape)?;
        let made = Database {
            replica_of: Some(source.into()),
            size_gib: of.size_gib,
            encrypted: of.encrypted,
            kms_key: of.kms_key.clone(),
            ..self.blank(Instance, id, shape, tags)
        };
        let name = if home == *self.place {
            made.id.clone()
        } else {
            made.arn.to_string()
        };
        self.come_up(made, INSTANCE);
        let at = self.after(INSTANCE);
        let mut after = of;
        after.replicas.push(name);
        self.rds.put(self.scene, &home, at, after);
        Ok(())
    }

    /// Where a source is, by its id here or its ARN anywhere.
    fn source(&self, source: &str) -> Result<(crate::model::Place, Database)> {
        let region = source
            .strip_prefix("arn:")
            .and_then(|rest| rest.split(':').nth(2));
        let id = source.rsplit(':').next().unwrap_or(source);
        let place = match region {
            None => self.place.clone(),
            Some(region) => crate::model::Place::new(self.place.account, region),
        };
        let found = self.rds.find(self.scene, &place, Instance, id)?;
        match found {
            Some(found) if found.is_available() => Ok((place, found)),
            Some(found) => Err(refused(
                "InvalidDBInstanceState",
                format!(
                    "DB instance {id} is not in available state, it is {}",
                    found.status
                ),
            )),
            None => Err(refused(
                "DBInstanceNotFound",
                format!("DBInstance {id} not found."),
            )),
        }
    }

    /// `creating` without an endpoint, then its first backup, then available.
    fn come_up(&mut self, made: Database, takes: Duration) {
        let creating = Database {
            endpoint: None,
            zone: None,
            ..with_status(&made, "creating")
        };
        let mut states = vec![(Duration::ZERO, creating)];
        if made.backup_retention_days > 0 && made.kind == Instance {
            let done = takes + BACKING_UP;
            let backed_up = Database {
                earliest_restorable: Some(self.after(done)),
                ..made.clone()
            };
            states.push((takes, with_status(&made, "backing-up")));
            states.push((done, backed_up));
        } else {
            let earliest = (made.backup_retention_days > 0).then(|| self.after(takes));
            let made = Database {
                earliest_restorable: earliest,
                ..made
            };
            states.push((takes, made));
        }
        self.pass(states);
    }

    fn blank(&self, kind: DatabaseKind, id: &str, shape: &Shape, tags: Tags) -> Database {
        let (estate, place) = (self.scene.estate, self.place);
        let made = format!("made/{}", self.scene.number);
        let letters = estate.seed.letters(&made, 24);
        let (prefix, resource, endpoint) = match kind {
            Instance => ("db", "db", content::endpoint(estate, place, id)),
            Cluster => (
                "cluster",
                "cluster",
                content::cluster_endpoint(estate, place, id),
            ),
        };
        Database {
            resource_id: Some(format!("{prefix}-{letters}")),
            engine: shape.engine.clone(),
            engine_version: shape.engine_version.clone(),
            class: shape.class.clone(),
            zone: (kind == Instance).then(|| format!("{}a", place.region).into()),
            endpoint: Some(endpoint),
            port: Some(shape.port),
            public: shape.public,
            subnet_group: Some(shape.subnet_group.clone()),
            security_groups: shape.security_groups.clone(),
            parameter_groups: vec![GroupStatus {
                name: shape.parameter_group.clone(),
                status: "in-sync".into(),
            }],
            option_groups: shape.option_group.clone().into_iter().collect(),
            created: Some(self.scene.at),
            tags,
            ..Database::named(kind, id, self.arn(resource, id))
        }
    }

    pub(super) fn arn(&self, resource: &str, id: &str) -> Arn {
        let account = self.place.account.to_string();
        let resource = format!("{resource}:{id}");
        arn("rds", self.place.region.as_str(), &account, &resource)
    }

    /// A name that is right and not taken, and room for one more.
    pub(super) fn free(&self, kind: DatabaseKind, id: &str) -> Result<()> {
        is_identifier(id).map_err(|why| refused("InvalidParameterValue", why))?;
        let list = self.rds.list(self.scene, self.place, kind)?;
        if list.iter().any(|one| one.id.eq_ignore_ascii_case(id)) {
            let (code, message) = match kind {
                Instance => ("DBInstanceAlreadyExists", "DB instance already exists"),
                Cluster => ("DBClusterAlreadyExistsFault", "DB cluster already exists"),
            };
            return Err(refused(code, message));
        }
        if list.len() >= QUOTA {
            return Err(refused(
                "InstanceQuotaExceeded",
                "the request would exceed the allowed number of DB instances",
            ));
        }
        Ok(())
    }

    fn of_snapshot(&self, kind: DatabaseKind, name: &str) -> Result<Source> {
        let snapshots = self.rds.snapshots(self.scene, self.place)?;
        let mut snapshots = snapshots.into_iter();
        let found = snapshots.find(|one| one.id == name || one.arn.as_str() == name);
        let found = found.filter(|one| one.of == kind).ok_or_else(|| {
            let code = match kind {
                Instance => "DBSnapshotNotFound",
                Cluster => "DBClusterSnapshotNotFoundFault",
            };
            refused(code, format!("snapshot {name} not found"))
        })?;
        if found.status != "available" {
            return Err(refused(
                "InvalidDBSnapshotState",
                format!("the snapshot is {}", found.status),
            ));
        }
        let ground = self.ground()?;
        if found.kms_key.as_deref() == Some(content::retired_key(&ground).as_str()) {
            return Err(refused(
                "KMSKeyNotAccessibleFault",
                "The specified KMS key does not exist, is not enabled or you do not have permissions \
                 to access it.",
            ));
        }
        let list = self.rds.list(self.scene, self.place, kind)?;
        let of = list.iter().find(|one| one.id == found.database);
        Ok(Source {
            engine: found.engine,
            engine_version: found.engine_version,
            size_gib: found.size_gib,
            kms_key: found.kms_key,
            retention_days: of.map_or(1, |of| of.backup_retention_days),
        })
    }

    fn of_moment(&self, kind: DatabaseKind, resource: &str, time: Timestamp) -> Result<Source> {
        let kept = self.rds.retained(self.scene, self.place)?;
        let found = kept.iter().find(|one| one.resource_id == resource);
        let (Some(found), true) = (found, kind == Instance || found.is_some()) else {
            return Err(refused(
                "PointInTimeRestoreNotEnabled",
                "automated backups are not enabled for the source",
            ));
        };
        let within = found.earliest.is_some_and(|earliest| earliest <= time)
            && found.latest.is_some_and(|latest| time <= latest);
        if !within {
            return Err(refused(
                "InvalidRestoreFault",
                "the specified time is not within the restorable window of the source",
            ));
        }
        let list = self.rds.list(self.scene, self.place, kind)?;
        let of = list
            .iter()
            .find(|one| one.resource_id.as_deref() == Some(resource));
        Ok(Source {
            engine: found.engine.clone(),
            engine_version: found.engine_version.clone(),
            size_gib: found.size_gib,
            kms_key: of.and_then(|of| of.kms_key.clone()),
            retention_days: of.map_or(1, |of| of.backup_retention_days),
        })
    }

    fn ground(&self) -> Result<Ground<'_>> {
        let site = self.scene.site(self.place.account)?;
        Ok(Ground::new(
            self.scene.estate,
            site,
            self.place,
            self.scene.at,
        ))
    }

    /// Groups that are there.
    fn fits(&self, kind: DatabaseKind, shape: &Shape) -> Result<()> {
        let ground = self.ground()?;
        let name = &shape.subnet_group;
        if !content::subnet_groups(&ground)
            .iter()
            .any(|group| group.name == *name)
        {
            return Err(refused(
                "DBSubnetGroupNotFoundFault",
                format!("DBSubnetGroup {name} not found."),
            ));
        }
        let groups = match kind {
            Instance => content::parameter_groups(&ground),
            Cluster => content::cluster_parameter_groups(&ground),
        };
        let name = &shape.parameter_group;
        if !groups.contains(name) {
            return Err(refused(
                "DBParameterGroupNotFound",
                format!("DBParameterGroup not found: {name}"),
            ));
        }
        match &shape.option_group {
            Some(name) if !content::option_groups(&ground).contains(name) => Err(refused(
                "OptionGroupNotFoundFault",
                format!("Specified OptionGroupName: {name} not found."),
            )),
            _ => Ok(()),
        }
    }
}

/// The zone of the next member of a cluster.
fn content_zone(taken: usize) -> char {
    ['a', 'b', 'c'][taken % 3]
}
