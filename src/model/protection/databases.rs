//! The databases of one place with everything around them that a change to one of them rests on.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Database, DatabaseKind, DatabaseSnapshot};
use crate::model::{Arn, Gap, Place, VpcId, ZoneName};

/// What RDS told of one account in one region at one moment. Lists hold what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Databases {
    pub place: Place,
    /// When it was read.
    pub as_of: Timestamp,
    /// Members of clusters are among them.
    pub instances: Vec<Database>,
    pub clusters: Vec<Database>,
    pub snapshots: Vec<DatabaseSnapshot>,
    pub retained: Vec<RetainedBackup>,
    pub subnet_groups: Vec<SubnetGroup>,
    /// Names of the parameter groups of instances, of those of clusters, of the option groups.
    pub parameter_groups: Vec<String>,
    pub cluster_parameter_groups: Vec<String>,
    pub option_groups: Vec<String>,
    pub global_clusters: Vec<GlobalCluster>,
    /// Oldest first, each told once.
    pub events: Vec<DatabaseEvent>,
    pub gaps: Vec<Gap>,
}

/// What to read of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// All that [`Databases`] can hold: what planning looks at.
    Everything,
    /// These; for what is asked again and again.
    These {
        instances: BTreeSet<String>,
        clusters: BTreeSet<String>,
        global_clusters: BTreeSet<String>,
        /// With what the log tells of their failovers.
        log: bool,
        /// With how far replicas are behind.
        lag: bool,
    },
}

/// Automated backups of an instance, kept after it was deleted or beside it while it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetainedBackup {
    pub database: String,
    pub resource_id: String,
    pub kind: DatabaseKind,
    /// `active` beside its instance, `retained` after it.
    pub status: String,
    pub engine: String,
    pub engine_version: String,
    pub earliest: Option<Timestamp>,
    pub latest: Option<Timestamp>,
    pub option_group: Option<String>,
    pub encrypted: bool,
    pub size_gib: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetGroup {
    pub name: String,
    pub vpc: Option<VpcId>,
    pub zones: BTreeSet<ZoneName>,
    /// `Complete` where it can be used.
    pub status: String,
}

/// An Aurora global database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalCluster {
    pub id: String,
    pub status: String,
    pub engine: String,
    pub members: Vec<GlobalMember>,
    /// While it fails or switches over: the cluster that shall write.
    pub moving_to: Option<Arn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalMember {
    pub cluster: Arn,
    pub writer: bool,
    /// Whether a secondary has all that the primary has; `None` where not told.
    pub synchronized: Option<bool>,
}

/// One line of RDS's event log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DatabaseEvent {
    pub at: Timestamp,
    /// The id of the instance or cluster.
    pub source: String,
    /// `failover`, `maintenance`, `backup`, …
    pub categories: Vec<String>,
    pub message: String,
}

/// What an event tells of a failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failover {
    Started,
    Completed,
    Failed,
}

impl Wanted {
    /// One instance or cluster, without more.
    #[must_use]
    pub fn one(kind: DatabaseKind, id: &str) -> Self {
        let named = BTreeSet::from([id.to_owned()]);
        let (instances, clusters) = match kind {
            DatabaseKind::Instance => (named, BTreeSet::new()),
            DatabaseKind::Cluster => (BTreeSet::new(), named),
        };
        Self::These {
            instances,
            clusters,
            global_clusters: BTreeSet::new(),
            log: false,
            lag: false,
        }
    }
}

impl Databases {
    #[must_use]
    pub const fn empty(place: Place, as_of: Timestamp) -> Self {
        Self {
            place,
            as_of,
            instances: Vec::new(),
            clusters: Vec::new(),
            snapshots: Vec::new(),
            retained: Vec::new(),
            subnet_groups: Vec::new(),
            parameter_groups: Vec::new(),
            cluster_parameter_groups: Vec::new(),
            option_groups: Vec::new(),
            global_clusters: Vec::new(),
            events: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// The instance or cluster of that name; RDS does not tell cases apart.
    #[must_use]
    pub fn find(&self, kind: DatabaseKind, id: &str) -> Option<&Database> {
        let list = match kind {
            DatabaseKind::Instance => &self.instances,
            DatabaseKind::Cluster => &self.clusters,
        };
        list.iter().find(|one| one.id.eq_ignore_ascii_case(id))
    }

    #[must_use]
    pub fn instance(&self, id: &str) -> Option<&Database> {
        self.find(DatabaseKind::Instance, id)
    }

    #[must_use]
    pub fn cluster(&self, id: &str) -> Option<&Database> {
        self.find(DatabaseKind::Cluster, id)
    }

    /// What the log tells of failovers of `source` after `since`, oldest first. A line that the log
    /// repeats counts once.
    #[must_use]
    pub fn failovers(&self, source: &str, since: Option<Timestamp>) -> Vec<(Timestamp, Failover)> {
        let mut seen: BTreeSet<&DatabaseEvent> = BTreeSet::new();
        let events = self.events.iter();
        events
            .filter(|event| event.source.eq_ignore_ascii_case(source))
            .filter(|event| since.is_none_or(|since| event.at > since))
            .filter(|event| seen.insert(event))
            .filter_map(|event| Some((event.at, event.failover()?)))
            .collect()
    }

    /// When the log last told of a failover of `source`.
    #[must_use]
    pub fn last_failover(&self, source: &str) -> Option<Timestamp> {
        self.failovers(source, None).last().map(|(at, _)| *at)
    }
}

impl RetainedBackup {
    /// The backups of a database that is there; `None` where it does not tell its resource id.
    #[must_use]
    pub fn beside(database: &Database) -> Option<Self> {
        Some(Self {
            database: database.id.clone(),
            resource_id: database.resource_id.clone()?,
            kind: database.kind,
            status: "active".into(),
            engine: database.engine.clone(),
            engine_version: database.engine_version.clone(),
            earliest: database.earliest_restorable,
            latest: database.latest_restorable,
            option_group: database.option_groups.first().cloned(),
            encrypted: database.encrypted,
            size_gib: database.size_gib,
        })
    }
}

impl DatabaseEvent {
    /// By the words of "Amazon RDS event messages": `Multi-AZ instance failover started` and
    /// `completed`, `Started cross AZ failover to DB instance`, `Completed failover to DB instance`,
    /// `Cluster failover failed`.
    #[must_use]
    pub fn failover(&self) -> Option<Failover> {
        if !self.categories.iter().any(|one| one == "failover") {
            return None;
        }
        let message = self.message.to_ascii_lowercase();
        [
            ("completed", Failover::Completed),
            ("failed", Failover::Failed),
            ("started", Failover::Started),
        ]
        .into_iter()
        .find_map(|(word, what)| message.contains(word).then_some(what))
    }
}

impl GlobalCluster {
    /// The cluster that takes writes.
    #[must_use]
    pub fn writer(&self) -> Option<&Arn> {
        let writer = self.members.iter().find(|member| member.writer)?;
        Some(&writer.cluster)
    }
}
