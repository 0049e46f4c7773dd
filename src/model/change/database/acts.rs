//! Witnesses of changes that are acts: what tells that one has happened, when no answer does.

use jiff::{SignedDuration, Timestamp};

use super::{super::Standing, DatabaseChange, kind::short};
use crate::model::{
    Arn, ZoneName,
    protection::{Database, Databases, Failover},
};

/// How long descriptions may tell of the time before a failover that the log tells of already
/// ("Failing over a Multi-AZ DB instance": consoles lag).
const LAG: SignedDuration = SignedDuration::from_mins(10);

/// A replica that has no source is one no more.
pub(super) fn promoted(found: &Database, source: &str) -> Standing {
    match &found.replica_of {
        None => Standing::to(),
        Some(now) if now != source && short(now) != short(source) => Standing::elsewhere(format!(
            "{} is a replica of {}, not of {}",
            found.id,
            short(now),
            short(source)
        )),
        Some(_) if found.is_available() => Standing::From,
        Some(_) => Standing::Moving(format!("{} is {}", found.id, found.status)),
    }
}

pub(super) fn zone_left(
    seen: &Databases,
    found: &Database,
    from: &ZoneName,
    to: &ZoneName,
    since: Option<Timestamp>,
) -> Standing {
    if !found.multi_az {
        return Standing::elsewhere(format!("{} is not Multi-AZ any more", found.id));
    }
    match &found.zone {
        Some(zone) if zone == to => Standing::to(),
        Some(zone) if zone == from => back_or_before(seen, found, since, &format!("in {from}")),
        zone => {
            let zone = zone.as_ref().map_or("no zone", ZoneName::as_str);
            Standing::elsewhere(format!("{} is in {zone}, not in {from}", found.id))
        }
    }
}

pub(super) fn writer_moved(
    seen: &Databases,
    found: &Database,
    from: &str,
    to: Option<&str>,
    since: Option<Timestamp>,
) -> Standing {
    let writer = found.writer().map(|member| member.id.as_str());
    match writer {
        Some(writer) if to.is_some_and(|to| to == writer) => Standing::to(),
        Some(writer) if writer == from => {
            back_or_before(seen, found, since, &format!("written by {from}"))
        }
        Some(_) if to.is_none() => Standing::to(),
        None if !found.is_available() => Standing::Moving(format!(
            "{} is {} and has no writer",
            found.id, found.status
        )),
        writer => Standing::elsewhere(format!(
            "{} is written by {}, not by {from}",
            found.id,
            writer.unwrap_or("nobody")
        )),
    }
}

/// It stands as before: because nothing has happened yet, because something is happening, or
/// because it has come back. The log tells these apart.
fn back_or_before(
    seen: &Databases,
    found: &Database,
    since: Option<Timestamp>,
    place: &str,
) -> Standing {
    let told = seen.failovers(&found.id, since);
    let of = |what| {
        let told = told.iter().filter(move |(_, told)| *told == what);
        told.map(|(at, _)| *at)
    };
    let completed: Vec<Timestamp> = of(Failover::Completed).collect();
    let newest = completed.iter().max().copied();
    if let [_, .., last] = completed.as_slice() {
        return Standing::elsewhere(format!(
            "{} is {place} again: it has failed over {} times, last at {last}",
            found.id,
            completed.len()
        ));
    }
    if !found.is_available() {
        return Standing::Moving(format!("{} is {}", found.id, found.status));
    }
    match newest {
        Some(at) if seen.as_of.duration_since(at) < LAG => Standing::Moving(format!(
            "the log of {} tells of a failover at {at}, and it is still told to be {place}",
            found.id
        )),
        Some(at) => Standing::elsewhere(format!(
            "{} is {place}, though its log tells of a failover at {at}",
            found.id
        )),
        None => match of(Failover::Started).max() {
            Some(at)
                if seen.as_of.duration_since(at) < LAG && of(Failover::Failed).max() < Some(at) =>
            {
                Standing::Moving(format!("a failover of {} has started at {at}", found.id))
            }
            _ => Standing::From,
        },
    }
}

pub(super) fn primary_moved(seen: &Databases, global: &str, from: &Arn, to: &Arn) -> Standing {
    let named =
        |one: &&crate::model::protection::GlobalCluster| one.id.eq_ignore_ascii_case(global);
    let Some(found) = seen.global_clusters.iter().find(named) else {
        return super::standing::missing(global);
    };
    if !found.members.iter().any(|member| member.cluster == *to) {
        return Standing::elsewhere(format!("{} is no member of {global}", short(to.as_str())));
    }
    match found.writer() {
        Some(writer) if writer == to && found.moving_to.is_none() => Standing::to(),
        _ if found.moving_to.as_ref() == Some(to) => {
            Standing::Moving(format!("{global} is {}", found.status))
        }
        _ if found.moving_to.is_some() => {
            Standing::elsewhere(format!("{global} is {} to another cluster", found.status))
        }
        Some(writer) if writer == from && found.status == "available" => Standing::From,
        Some(writer) if writer == from => Standing::Moving(format!("{global} is {}", found.status)),
        writer => Standing::elsewhere(format!(
            "the primary of {global} is {}",
            writer.map_or("nobody", |arn| short(arn.as_str()))
        )),
    }
}

/// What the log tells of a failover that did not come to pass.
pub(super) fn failed_since(change: &DatabaseChange, seen: &Databases) -> Option<String> {
    let (DatabaseChange::FailOverCluster { id, since, .. }
    | DatabaseChange::FailOverInstance { id, since, .. }) = change
    else {
        return None;
    };
    let (at, last) = seen.failovers(id, *since).last().copied()?;
    (last == Failover::Failed).then(|| format!("the failover of {id} has failed at {at}"))
}
