//! Reads what a database is made from, what it replaces, and what it would lie in.

use jiff::Timestamp;

use super::{
    super::{
        Arguments, Refusal, World,
        database::{self, Ground, Move, impossible},
    },
    moment::{self, Moment},
};
use crate::{
    model::{
        change::Origin,
        network::Network,
        protection::{
            Database,
            DatabaseKind::{self, Cluster, Instance},
            DatabaseSnapshot, Databases, RetainedBackup,
        },
    },
    provider::Port,
};

/// Everything that the plan is made from.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) ground: Ground,
    pub(super) seen: Databases,
    pub(super) network: Network,
    pub(super) origin: From,
    pub(super) kind: DatabaseKind,
    /// The name of the database that it is made from, which may be gone.
    pub(super) database: String,
    pub(super) clients: Move,
    /// Whether the port of the old database answers to this machine.
    pub(super) reachable: bool,
    /// Whether RDS still runs the engine in its version; `None` where nobody knows.
    pub(super) offered: Option<bool>,
}

/// What it is made from.
#[derive(Clone, Debug)]
pub(super) enum From {
    Snapshot(DatabaseSnapshot),
    Moment(RetainedBackup, Moment),
}

impl From {
    pub(super) fn origin(&self) -> Origin {
        match self {
            Self::Snapshot(snapshot) => Origin::Snapshot(if snapshot.kind == "shared" {
                snapshot.arn.to_string()
            } else {
                snapshot.id.clone()
            }),
            Self::Moment(backup, moment) => Origin::Moment {
                database: backup.database.clone(),
                resource_id: backup.resource_id.clone(),
                gone: backup.status == "retained",
                time: moment.at,
            },
        }
    }

    /// The moment whose data it has.
    pub(super) const fn moment(&self) -> Option<Timestamp> {
        match self {
            Self::Snapshot(snapshot) => snapshot.created,
            Self::Moment(_, moment) => Some(moment.at),
        }
    }

    pub(super) fn engine(&self) -> (&str, &str) {
        match self {
            Self::Snapshot(one) => (&one.engine, &one.engine_version),
            Self::Moment(one, _) => (&one.engine, &one.engine_version),
        }
    }

    pub(super) const fn size_gib(&self) -> Option<u32> {
        match self {
            Self::Snapshot(one) => one.size_gib,
            Self::Moment(one, _) => one.size_gib,
        }
    }
}

pub(super) async fn of_snapshot(wish: &Arguments, world: &World<'_>) -> Result<Observed, Refusal> {
    let name = wish.text("snapshot");
    let seen = database::snapshot(name, wish, world).await?;
    let mut snapshots = seen.snapshots.iter();
    let found = snapshots.find(|one| one.id == name || one.arn.as_str() == name);
    let Some(found) = found.cloned() else {
        return impossible(format!(
            "{} has no snapshot `{name}`, and none of that name is shared with it",
            seen.place
        ));
    };
    let (kind, database) = (found.of, found.database.clone());
    around(wish, world, seen, From::Snapshot(found), kind, database).await
}

pub(super) async fn of_moment(wish: &Arguments, world: &World<'_>) -> Result<Observed, Refusal> {
    let name = wish.text("database");
    let seen = database::backups(name, wish, world).await?;
    let kinds = [Instance, Cluster];
    let alive = kinds.into_iter().find_map(|kind| seen.find(kind, name));
    let backup = match alive {
        Some(database) => {
            if let Some(cluster) = &database.cluster {
                return impossible(format!(
                    "{name} is a member of {cluster}: clusters are restored whole"
                ));
            }
            if database.backup_retention_days == 0 {
                return impossible(format!(
                    "the automated backups of {name} are off: restore a snapshot of it instead"
                ));
            }
            RetainedBackup::beside(database)
        }
        None => {
            let mut kept = seen.retained.iter();
            kept.find(|one| one.database == name && one.status == "retained")
                .cloned()
        }
    };
    let Some(backup) = backup else {
        return impossible(format!(
            "there is no database `{name}` in {} and no backups of one that was",
            seen.place
        ));
    };
    let moment = moment::read(wish.text("time"), wish.get("time-zone"), backup.latest)?;
    let (kind, database) = (backup.kind, backup.database.clone());
    let from = From::Moment(backup, moment);
    around(wish, world, seen, from, kind, database).await
}

async fn around(
    wish: &Arguments,
    world: &World<'_>,
    seen: Databases,
    origin: From,
    kind: DatabaseKind,
    database: String,
) -> Result<Observed, Refusal> {
    let provider = world.provider;
    let network = provider.networks.network(&seen.place).await?;
    let clients = Move::of(wish, world).await?;
    let old = seen.find(kind, &database);
    let reachable = match old.and_then(|old| Some((old.endpoint.as_ref()?, old.listens_on()))) {
        Some((host, port)) => provider.ports.port(host, port).await == Port::Accepts,
        None => false,
    };
    let class = class(wish, old, &seen);
    let (engine, version) = origin.engine();
    let asked = provider
        .databases
        .offers(&seen.place, engine, version, class.as_deref());
    let offered = asked.await.ok();
    let mut accounts = vec![seen.place.account];
    if let Move::Record(switch) = &clients {
        accounts.push(switch.account());
    }
    Ok(Observed {
        ground: Ground::new(world, &accounts),
        network,
        origin,
        kind,
        database,
        clients,
        reachable,
        offered,
        seen,
    })
}

/// The class of the new database: as given, else that of the old one or of its writer.
pub(super) fn class(wish: &Arguments, old: Option<&Database>, seen: &Databases) -> Option<String> {
    if let Some(class) = wish.get("class") {
        return Some(class.to_owned());
    }
    let old = old?;
    let of_writer = old.writer().and_then(|writer| seen.instance(&writer.id));
    old.class.clone().or_else(|| of_writer?.class.clone())
}
