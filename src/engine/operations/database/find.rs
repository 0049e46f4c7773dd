//! Finds a database or a snapshot by its name: by what was read before, else by asking all places.

use std::collections::BTreeSet;

use futures::{StreamExt as _, stream};

use super::{
    super::{Arguments, Refusal, World},
    impossible,
};
use crate::{
    model::{
        AccountStatus, Place, Region,
        protection::{
            DatabaseKind::{self, Cluster, Instance},
            Databases, Protection, Wanted,
        },
    },
    provider,
};

/// Places that are asked at once.
const AT_ONCE: usize = 10;

/// Everything about databases in the one place that has an instance or a cluster of that name, and
/// which of both it is. Members of clusters are instances.
pub(in super::super) async fn database(
    id: &str,
    wish: &Arguments,
    world: &World<'_>,
) -> Result<(Databases, DatabaseKind), Refusal> {
    let listed = |all: &Protection| {
        let mut databases = all.databases.iter();
        databases.any(|one| {
            let member = one.members.iter().any(|member| member.id == id);
            one.is(id) || member
        })
    };
    let place = locate(&format!("database `{id}`"), id, wish, world, listed).await?;
    let seen = everywhere(&place, world).await?;
    // A name may be that of an instance and of a cluster at once; the instance is meant then.
    for kind in [Instance, Cluster] {
        if seen.find(kind, bare(id)).is_some() {
            return Ok((seen, kind));
        }
    }
    impossible(format!("{place} has no database `{id}`"))
}

/// Everything about databases in the one place that has, or is shared, a snapshot of that name.
pub(in super::super) async fn snapshot(
    id: &str,
    wish: &Arguments,
    world: &World<'_>,
) -> Result<Databases, Refusal> {
    let listed = |all: &Protection| {
        let mut snapshots = all.snapshots.iter();
        snapshots.any(|one| one.id == id || one.arn.as_str() == id)
    };
    let place = locate(&format!("snapshot `{id}`"), id, wish, world, listed).await?;
    everywhere(&place, world).await
}

/// Everything about databases in the one place that has a database of that name, or backups of one
/// that is gone.
pub(in super::super) async fn backups(
    id: &str,
    wish: &Arguments,
    world: &World<'_>,
) -> Result<Databases, Refusal> {
    let listed = |all: &Protection| all.databases.iter().any(|one| one.is(id));
    let place = locate(&format!("database `{id}`"), id, wish, world, listed).await?;
    everywhere(&place, world).await
}

/// Everything about the databases of a place, read now.
pub(in super::super) async fn everywhere(
    place: &Place,
    world: &World<'_>,
) -> Result<Databases, Refusal> {
    let asked = world
        .provider
        .databases
        .databases(place, &Wanted::Everything);
    Ok(asked.await?)
}

/// The name in an ARN, or the name itself.
fn bare(id: &str) -> &str {
    if id.starts_with("arn:") {
        id.rsplit(':').next().unwrap_or(id)
    } else {
        id
    }
}

async fn locate(
    what: &str,
    id: &str,
    wish: &Arguments,
    world: &World<'_>,
    listed: impl Fn(&Protection) -> bool,
) -> Result<Place, Refusal> {
    let candidates = candidates(id, wish, world)?;
    if let [only] = candidates.as_slice() {
        return Ok(only.clone());
    }
    let mut found: BTreeSet<Place> = BTreeSet::new();
    let mut unread = Vec::new();
    for place in candidates {
        match world
            .inventory
            .protections
            .get(&place)
            .and_then(|read| read.value())
        {
            Some(read) if listed(read) => {
                found.insert(place);
            }
            Some(_) => {}
            None => unread.push(place),
        }
    }
    let ask = async |place: Place| {
        let answer = has(&place, id, world).await;
        (place, answer)
    };
    let answers: Vec<(Place, provider::Result<bool>)> = stream::iter(unread)
        .map(ask)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut silent = BTreeSet::new();
    for (place, answer) in answers {
        match answer {
            Ok(true) => {
                found.insert(place);
            }
            Ok(false) => {}
            Err(_) => {
                silent.insert(place.to_string());
            }
        }
    }
    let found: Vec<Place> = found.into_iter().collect();
    match found.as_slice() {
        [only] => Ok(only.clone()),
        [] if silent.is_empty() => impossible(format!(
            "no account has a {what}; give --account and --region if it lies elsewhere"
        )),
        [] => impossible(format!(
            "no place that could be read has a {what}; not read: {}",
            silent.into_iter().collect::<Vec<_>>().join(", ")
        )),
        several => {
            let list: Vec<String> = several.iter().map(ToString::to_string).collect();
            impossible(format!(
                "several places have a {what}: give --account and --region, one of {}",
                list.join(", ")
            ))
        }
    }
}

/// Where it can be: in the account and region that are given or that its ARN names, else in every
/// one.
fn candidates(id: &str, wish: &Arguments, world: &World<'_>) -> Result<Vec<Place>, Refusal> {
    let mut parts = id.split(':').skip(3);
    let is_arn = id.starts_with("arn:");
    let region = parts.next().filter(|_| is_arn).map(Region::from);
    let owner = parts.next().filter(|_| is_arn);
    let accounts = match (wish.get("account"), owner) {
        (Some(text), _) => vec![world.account(text)?],
        (None, Some(owner)) => vec![world.account(owner)?],
        (None, None) => {
            let all = world.organization().map_or(&[][..], |all| &all.accounts);
            let active = all.iter().filter(|one| one.status == AccountStatus::Active);
            active.map(|one| one.id).collect()
        }
    };
    let regions = match (wish.get("region").map(Region::from), region) {
        (Some(region), _) | (None, Some(region)) => vec![region],
        (None, None) => world.provider.regions.clone(),
    };
    let places = accounts.iter().flat_map(|account| {
        let regions = regions.iter().cloned();
        regions.map(|region| Place::new(*account, region))
    });
    Ok(places.collect())
}

/// Whether a place has a database or a snapshot of that name now.
async fn has(place: &Place, id: &str, world: &World<'_>) -> provider::Result<bool> {
    let id = bare(id);
    let databases = &world.provider.databases;
    let one = Wanted::These {
        instances: BTreeSet::from([id.to_owned()]),
        clusters: BTreeSet::from([id.to_owned()]),
        global_clusters: BTreeSet::new(),
        log: false,
        lag: false,
    };
    let seen = databases.databases(place, &one).await?;
    if !seen.instances.is_empty() || !seen.clusters.is_empty() {
        return Ok(true);
    }
    let seen = databases.databases(place, &Wanted::Everything).await?;
    let of_gone = seen.retained.iter().any(|one| one.database == id);
    Ok(of_gone || seen.snapshots.iter().any(|one| one.id == id))
}
