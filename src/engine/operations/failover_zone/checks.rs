//! What can leave the zone, and what speaks against it.

use super::{
    super::{
        Arguments, Refusal,
        database::{impossible, list, wrong},
    },
    observe::Observed,
};
use crate::model::{
    ZoneName,
    protection::{Database, DatabaseMember},
    traffic::Target,
    zonal::ManagedResource,
};

/// The longest lag with which a reader may become the writer.
const BEHIND: u32 = 60;

/// A zone by its name, and by its id where something tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    pub(super) name: ZoneName,
    pub(super) id: Option<String>,
}

/// An instance with a standby elsewhere.
pub(super) struct Instance<'o> {
    pub(super) database: &'o Database,
    pub(super) from: ZoneName,
    pub(super) to: ZoneName,
}

/// A cluster with a reader that takes over; `None` where the engine takes no name of one.
pub(super) struct Cluster<'o> {
    pub(super) database: &'o Database,
    pub(super) writer: &'o str,
    pub(super) reader: Option<&'o str>,
}

/// All that leaves.
#[derive(Default)]
pub(super) struct Leaving<'o> {
    pub(super) instances: Vec<Instance<'o>>,
    pub(super) clusters: Vec<Cluster<'o>>,
    pub(super) balancers: Vec<&'o ManagedResource>,
}

/// The zone that is given, by its name or id.
pub(super) fn zone(wish: &Arguments, seen: &Observed) -> Result<Option<Zone>, Refusal> {
    let Some(text) = wish.get("zone") else {
        return Ok(None);
    };
    let mut subnets = seen.network.subnets.iter();
    let found = subnets
        .find(|subnet| subnet.zone.as_str() == text || subnet.zone_id.as_deref() == Some(text));
    match found {
        Some(subnet) => Ok(Some(Zone {
            name: subnet.zone.clone(),
            id: subnet.zone_id.clone(),
        })),
        None if text.starts_with(seen.seen.place.region.as_str()) => Ok(Some(Zone {
            name: text.into(),
            id: None,
        })),
        None => Err(wrong(
            "zone",
            text,
            format!("a zone of {}, by name or id", seen.seen.place.region),
        )),
    }
}

/// What shall leave, each looked at.
pub(super) fn leaving<'o>(
    wish: &Arguments,
    zone: Option<&Zone>,
    seen: &'o Observed,
    warnings: &mut Vec<String>,
) -> Result<Leaving<'o>, Refusal> {
    let mut leaving = Leaving::default();
    let alone = || {
        seen.seen
            .instances
            .iter()
            .filter(|one| one.cluster.is_none())
    };
    let Some(names) = wish.get("targets") else {
        let Some(zone) = zone else {
            return impossible("give --zone or --targets");
        };
        for database in alone().filter(|one| one.zone.as_ref() == Some(&zone.name)) {
            if database.multi_az {
                leaving.instances.push(instance(wish, database)?);
            } else {
                warnings.push(nowhere(database, zone));
            }
        }
        for database in &seen.seen.clusters {
            if writer_zone(seen, database).as_ref() != Some(&zone.name) {
                continue;
            }
            if database.members.len() > 1 {
                let found = cluster(wish, database, Some(zone), seen)?;
                leaving.clusters.push(found);
            } else {
                warnings.push(nowhere(database, zone));
            }
        }
        if let Some(id) = &zone.id {
            let there = |one: &&ManagedResource| one.zones.contains(id) && !one.away.contains(id);
            leaving.balancers = seen.resources.iter().filter(there).collect();
        } else {
            warnings.push(format!(
                "nothing tells the id of {}, so load balancers cannot be shifted away from it",
                zone.name
            ));
        }
        return Ok(leaving);
    };
    for name in list(names) {
        if let Some(database) = alone().find(|one| one.is(name)) {
            if stays(zone, database.zone.as_ref(), database)? {
                leaving.instances.push(instance(wish, database)?);
            }
        } else if let Some(database) = seen.seen.clusters.iter().find(|one| one.is(name)) {
            if stays(zone, writer_zone(seen, database).as_ref(), database)? {
                leaving.clusters.push(cluster(wish, database, zone, seen)?);
            }
        } else if let Some(found) = seen
            .resources
            .iter()
            .find(|one| one.name == name || one.arn.as_str() == name)
        {
            if balancer(zone, found)? {
                leaving.balancers.push(found);
            }
        } else {
            return Err(wrong(
                "targets",
                name,
                format!(
                    "no database and no load balancer of {} is named so",
                    seen.seen.place
                ),
            ));
        }
    }
    Ok(leaving)
}

/// Whether a database that is named is where it is to leave.
fn stays(zone: Option<&Zone>, is: Option<&ZoneName>, database: &Database) -> Result<bool, Refusal> {
    match (zone, is) {
        (Some(zone), Some(is)) if zone.name != *is => Err(Refusal::NothingToDo(format!(
            "{} is in {is}, not in {}",
            database.id, zone.name
        ))),
        _ => Ok(true),
    }
}

fn balancer(zone: Option<&Zone>, found: &ManagedResource) -> Result<bool, Refusal> {
    let Some(id) = zone.and_then(|zone| zone.id.as_ref()) else {
        return impossible(format!(
            "give --zone, by its id: {} is in {}",
            found.name,
            found.zones.iter().cloned().collect::<Vec<_>>().join(", ")
        ));
    };
    if found.away.contains(id) {
        return Err(Refusal::NothingToDo(format!(
            "{} is shifted away from {id} already",
            found.name
        )));
    }
    if !found.zones.contains(id) {
        return Err(Refusal::NothingToDo(format!(
            "{} is not in {id}",
            found.name
        )));
    }
    Ok(true)
}

fn nowhere(database: &Database, zone: &Zone) -> String {
    format!(
        "{} is in {} and stays there: it has no standby elsewhere",
        database.id, zone.name
    )
}

fn instance<'o>(wish: &Arguments, database: &'o Database) -> Result<Instance<'o>, Refusal> {
    let id = &database.id;
    if !database.multi_az {
        return impossible(format!(
            "{id} is in one zone only and has nowhere to fail over to; promote a replica or restore \
             it instead"
        ));
    }
    ready(wish, database)?;
    let (Some(from), Some(to)) = (&database.zone, &database.secondary_zone) else {
        return impossible(format!(
            "{id} does not tell in which zone its standby is; nothing would tell whether it has \
             failed over"
        ));
    };
    Ok(Instance {
        database,
        from: from.clone(),
        to: to.clone(),
    })
}

/// At rest, and with nothing that a failover would set off.
fn ready(wish: &Arguments, database: &Database) -> Result<(), Refusal> {
    let id = &database.id;
    if !database.is_available() {
        return impossible(format!(
            "{id} is {}; it can fail over once it is available",
            database.status
        ));
    }
    if !database.pending.is_empty() {
        return impossible(format!(
            "changes to {id} are not made yet: {}; wait for them",
            database.pending.join(", ")
        ));
    }
    if !database.maintenance.is_empty() && wish.text("maintenance") != "accept" {
        return impossible(format!(
            "maintenance waits for {id}: {}; a failover may start it, say --maintenance accept if \
             that may be",
            database.maintenance.join(", ")
        ));
    }
    Ok(())
}

/// The zone of the writer of a cluster.
fn writer_zone(seen: &Observed, cluster: &Database) -> Option<ZoneName> {
    let writer = cluster.writer()?;
    seen.seen.instance(&writer.id)?.zone.clone()
}

fn cluster<'o>(
    wish: &Arguments,
    database: &'o Database,
    zone: Option<&Zone>,
    seen: &'o Observed,
) -> Result<Cluster<'o>, Refusal> {
    let id = &database.id;
    ready(wish, database)?;
    let Some(writer) = database.writer() else {
        return impossible(format!("{id} has no writer to fail over from"));
    };
    let from = zone
        .map(|zone| zone.name.clone())
        .or(writer_zone(seen, database));
    let readers: Vec<&DatabaseMember> = database
        .members
        .iter()
        .filter(|member| !member.writer)
        .collect();
    if readers.is_empty() {
        return impossible(format!(
            "{id} has one member only and nowhere to fail over to; add a reader in another zone first"
        ));
    }
    if database.engine == "mysql" {
        if let Some(to) = wish.get("to") {
            return Err(wrong(
                "to",
                to,
                format!("{id} is a Multi-AZ cluster of MySQL, which chooses its writer itself"),
            ));
        }
        return Ok(Cluster {
            database,
            writer: &writer.id,
            reader: None,
        });
    }
    let elsewhere = |member: &&&DatabaseMember| {
        let found = seen.seen.instance(&member.id);
        found.is_some_and(|found| found.zone != from && found.is_available())
    };
    let reader = match wish.get("to") {
        Some(to) => {
            let Some(named) = readers.iter().find(|member| member.id == to) else {
                let names: Vec<&str> = readers.iter().map(|one| one.id.as_str()).collect();
                let expected = format!("a reader of {id}: {}", names.join(", "));
                return Err(wrong("to", to, expected));
            };
            if !elsewhere(&named) {
                return impossible(format!(
                    "{to} is not available, or in the zone that is to be left"
                ));
            }
            *named
        }
        None => {
            let fit = readers.iter().filter(elsewhere);
            let first = fit.min_by_key(|member| (member.tier, &member.id)).copied();
            let Some(first) = first else {
                return impossible(format!(
                    "no reader of {id} is available in another zone; add one first"
                ));
            };
            first
        }
    };
    if let Some(lag) = seen.lags.get(&reader.id).filter(|lag| **lag > BEHIND) {
        return impossible(format!(
            "{} is {lag} s behind; it would write too late: wait, or name another with --to",
            reader.id
        ));
    }
    Ok(Cluster {
        database,
        writer: &writer.id,
        reader: Some(&reader.id),
    })
}

/// What is left of the healthy targets of a load balancer without the zone. Targets whose zone
/// nothing tells count as elsewhere.
pub(super) fn capacity(
    found: &ManagedResource,
    zone: &Zone,
    seen: &Observed,
    warnings: &mut Vec<String>,
) -> Result<(), Refusal> {
    let groups = seen.balancers.target_groups.iter();
    for group in groups.filter(|group| group.balancers.contains(&found.arn)) {
        let healthy: Vec<&Target> = group
            .targets
            .iter()
            .filter(|target| target.state == "healthy")
            .collect();
        let there = healthy
            .iter()
            .filter(|target| in_zone(target, zone, seen))
            .count();
        let left = healthy.len() - there;
        if left == 0 {
            return impossible(format!(
                "{} would have no healthy target left: all {} of {} are in {}",
                found.name,
                healthy.len(),
                group.name,
                zone.name
            ));
        }
        if there > 0 {
            warnings.push(format!(
                "{}: {there} of {} healthy targets are in {}; the other {left} take their traffic too",
                group.name,
                healthy.len(),
                zone.name
            ));
        }
    }
    Ok(())
}

fn in_zone(target: &Target, zone: &Zone, seen: &Observed) -> bool {
    let Ok(address) = target.id.parse::<std::net::IpAddr>() else {
        return false;
    };
    let mut subnets = seen.network.subnets.iter();
    subnets.any(|subnet| {
        subnet.zone == zone.name && subnet.cidrs.iter().any(|cidr| cidr.contains(&address))
    })
}
