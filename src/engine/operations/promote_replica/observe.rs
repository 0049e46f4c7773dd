//! Reads the copy, what it is a copy of, and how clients find both.

use std::time::Duration;

use tokio::time::timeout;

use super::super::{
    Arguments, Refusal, World,
    database::{self, Ground, Switch},
};
use crate::{
    model::{
        Place, Region,
        network::Network,
        protection::{Database, DatabaseKind, Databases, GlobalCluster},
    },
    provider::Port,
};

/// A region that does not answer within this time is dark.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that the plan is made from.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) ground: Ground,
    /// The place of the copy.
    pub(super) seen: Databases,
    pub(super) kind: DatabaseKind,
    pub(super) id: String,
    /// The place of what it is a copy of; why it cannot be read where it cannot.
    pub(super) source: Result<Source, String>,
    pub(super) switch: Option<Switch>,
    /// Whether the copy's port answers to this machine.
    pub(super) reachable: bool,
}

/// The databases and the network around the source.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) seen: Databases,
    pub(super) network: Network,
}

pub(super) async fn observe(wish: &Arguments, world: &World<'_>) -> Result<Observed, Refusal> {
    let name = wish.text("replica");
    let (seen, kind) = database::database(name, wish, world).await?;
    let id = name.rsplit(':').next().unwrap_or(name);
    let found = seen.find(kind, id);
    let found = found.ok_or_else(|| Refusal::Impossible(format!("no database `{name}`")))?;
    let mut accounts = vec![seen.place.account];
    let home = home_of_source(found, &seen);
    let source = match home {
        Some(home) if home == seen.place => source(&home, Some(&seen), world).await,
        Some(home) => {
            accounts.push(home.account);
            source(&home, None, world).await
        }
        None => Err("it has none".into()),
    };
    let switch = Switch::find(wish, world).await?;
    accounts.extend(switch.as_ref().map(Switch::account));
    let reachable = match &found.endpoint {
        Some(host) => {
            let port = world.provider.ports.port(host, found.listens_on()).await;
            port == Port::Accepts
        }
        None => false,
    };
    Ok(Observed {
        ground: Ground::new(world, &accounts),
        kind,
        id: found.id.clone(),
        seen,
        source,
        switch,
        reachable,
    })
}

/// Where what it is a copy of is: by the ARN of the source, or of the primary of its global database.
fn home_of_source(found: &Database, seen: &Databases) -> Option<Place> {
    let of = match global(found, seen) {
        Some(global) => global.writer()?.to_string(),
        None => found.replica_of.clone()?,
    };
    let mut parts = of.split(':').skip(3);
    let arn = of.starts_with("arn:");
    let region = parts.next().filter(|_| arn).map(Region::from);
    let account = parts.next().filter(|_| arn);
    Some(Place::new(
        account
            .and_then(|account| account.parse().ok())
            .unwrap_or(seen.place.account),
        region.unwrap_or_else(|| seen.place.region.clone()),
    ))
}

/// The global database that a cluster belongs to.
pub(super) fn global<'s>(found: &Database, seen: &'s Databases) -> Option<&'s GlobalCluster> {
    let mut all = seen.global_clusters.iter();
    all.find(|global| {
        global
            .members
            .iter()
            .any(|member| member.cluster == found.arn)
    })
}

async fn source(
    home: &Place,
    known: Option<&Databases>,
    world: &World<'_>,
) -> Result<Source, String> {
    let told = |error: &dyn std::fmt::Display| format!("{home} cannot be read: {error}");
    let seen = match known {
        Some(seen) => seen.clone(),
        None => {
            let asked = timeout(PATIENCE, database::everywhere(home, world));
            let seen = asked.await.map_err(|error| told(&error))?;
            seen.map_err(|error| told(&error))?
        }
    };
    let asked = timeout(PATIENCE, world.provider.networks.network(home));
    let network = asked.await.map_err(|error| told(&error))?;
    let network = network.map_err(|error| told(&error))?;
    Ok(Source { seen, network })
}
