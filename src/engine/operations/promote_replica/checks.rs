//! Whether a replica may be promoted, and how its source is kept from taking more writes.

use super::{
    super::{
        Arguments, Refusal,
        database::{fence_group, impossible, wrong},
    },
    observe::Observed,
};
use crate::model::{
    SecurityGroupId,
    protection::{Database, RPO},
};

/// How the source takes no more writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// It gets this security group and no other.
    Group(SecurityGroupId),
    /// Somebody sees to it and says so.
    ByHand,
    /// It is out of reach.
    Dark,
}

/// A replica with what is known of its source.
pub(super) struct Replica<'o> {
    pub(super) database: &'o Database,
    /// The source, by the name or ARN that the replica knows it by.
    pub(super) of: &'o str,
    /// Nothing where it cannot be read.
    pub(super) source: Option<&'o Database>,
    pub(super) graceful: bool,
    pub(super) fence: Fence,
    /// What would be lost by what is known, in seconds.
    pub(super) loss: u32,
}

pub(super) fn replica<'o>(
    wish: &Arguments,
    database: &'o Database,
    seen: &'o Observed,
    warnings: &mut Vec<String>,
) -> Result<Replica<'o>, Refusal> {
    let id = &database.id;
    let Some(of) = &database.replica_of else {
        return Err(Refusal::NothingToDo(format!(
            "{id} is no replica: it takes writes already"
        )));
    };
    if !database.is_available() {
        return impossible(format!(
            "{id} is {}; it can be promoted once it is available",
            database.status
        ));
    }
    let graceful = wish.text("mode") != "forced";
    let source = match &seen.source {
        Ok(source) => source.seen.instances.iter().find(|one| one.is(of)),
        Err(why) if graceful => {
            return impossible(format!(
                "the source of {id} cannot be asked ({why}), so nothing shows that all has arrived; \
                 --mode forced takes what has"
            ));
        }
        Err(_) => None,
    };
    if graceful && source.is_none_or(|source| !source.is_available()) {
        let is = source.map_or("gone", |source| &source.status);
        return impossible(format!(
            "{of}, the source of {id}, is {is}; --mode forced takes what has arrived"
        ));
    }
    if let Some(first) = source.and_then(|source| source.replica_of.as_deref()) {
        let text = format!(
            "{id} follows {of}, which is a replica of {first} itself: what has not arrived there is \
             not counted"
        );
        if graceful {
            return impossible(format!("{text}; promote {of} instead"));
        }
        warnings.push(text);
    }
    let fence = fence(wish, source, seen, graceful)?;
    let loss = loss(wish, database, seen, graceful)?;
    compare(database, source, warnings);
    Ok(Replica {
        database,
        of,
        source,
        graceful,
        fence,
        loss,
    })
}

fn fence(
    wish: &Arguments,
    source: Option<&Database>,
    seen: &Observed,
    graceful: bool,
) -> Result<Fence, Refusal> {
    match wish.get("fence") {
        None => impossible(
            "--fence is needed: how the source is kept from taking writes that would be lost: a \
             security group that lets nobody in, or by-hand, or dark where it is out of reach",
        ),
        Some("by-hand") => Ok(Fence::ByHand),
        Some("dark") if graceful => Err(wrong(
            "fence",
            "dark",
            "a security group or by-hand: a graceful promotion needs the source",
        )),
        Some("dark") => match source {
            Some(source) => impossible(format!(
                "{} is not dark: it is {}; fence it",
                source.id, source.status
            )),
            None => Ok(Fence::Dark),
        },
        Some(group) => {
            let Ok(read) = &seen.source else {
                return impossible(format!(
                    "the source cannot be reached to be given {group}; say --fence dark if it is out \
                     of reach for its clients too"
                ));
            };
            fence_group(group, source, &read.network).map(Fence::Group)
        }
    }
}

/// How much would be lost. A graceful promotion waits until it is nothing.
fn loss(
    wish: &Arguments,
    database: &Database,
    seen: &Observed,
    graceful: bool,
) -> Result<u32, Refusal> {
    let id = &database.id;
    let Some(lag) = database.lag else {
        return impossible(format!(
            "nobody knows how far {id} is behind its source, so nobody knows what would be lost; see \
             its ReplicaLag in CloudWatch"
        ));
    };
    if graceful {
        return Ok(0);
    }
    let loss = lag.seconds.saturating_add(seen.ground.age(lag.at));
    let most = u32::try_from(RPO.as_secs()).unwrap_or(u32::MAX);
    if loss > most && wish.text("loss") != "accept" {
        return impossible(format!(
            "{id} was {} s behind at {}: up to {loss} s of writes would be lost, more than the {most} s \
             of the objective; say --loss accept if that is how it is",
            lag.seconds, lag.at
        ));
    }
    Ok(loss)
}

/// What a writer should have that this replica has not.
fn compare(database: &Database, source: Option<&Database>, warnings: &mut Vec<String>) {
    let id = &database.id;
    if let Some(source) = source {
        if database.class != source.class {
            warnings.push(format!(
                "{id} is {}, its source {}: it may be too small for the writes",
                database.class.as_deref().unwrap_or("of unknown class"),
                source.class.as_deref().unwrap_or("of unknown class")
            ));
        }
        let name = |of: &Database| of.parameter_groups.first().map(|group| group.name.clone());
        if name(database) != name(source) {
            warnings.push(format!(
                "{id} has another parameter group than its source: {} instead of {}",
                name(database).unwrap_or_default(),
                name(source).unwrap_or_default()
            ));
        }
        let others = source.replicas.len().saturating_sub(1);
        if others > 0 {
            warnings.push(format!(
                "{others} other replicas of {} go on following it and not {id}",
                source.id
            ));
        }
    }
    for group in database.awaiting_restart() {
        warnings.push(format!(
            "the promotion restarts {id}, which brings {group} into force"
        ));
    }
}
