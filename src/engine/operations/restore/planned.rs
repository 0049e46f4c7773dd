//! The pure part: a wish and an observation give a plan or a refusal, and nothing else does.

use std::collections::BTreeSet;

use super::{
    super::{
        Arguments, Refusal,
        database::{
            Chosen, Draft, Made, Move, Whole, choose, default_name, fence_group, free_name,
            impossible, wrong,
        },
    },
    cut_over::CutOver,
    draft::Restore,
    observe::{From, Observed, class},
};
use crate::{
    engine::plan::{CostDelta, Plan, Source},
    model::{
        SecurityGroupId,
        change::Location,
        protection::{Database, DatabaseKind::Cluster, is_identifier},
    },
};

pub(super) fn plan(
    operation: &'static str,
    wish: &Arguments,
    seen: &Observed,
) -> Result<Plan, Refusal> {
    let old = seen.seen.find(seen.kind, &seen.database);
    restorable(seen)?;
    let id = target(wish, seen)?;
    let (engine, engine_version) = seen.origin.engine();
    let class = class(wish, old, &seen.seen);
    let made = Made {
        kind: seen.kind,
        engine,
        engine_version,
        old,
        class: class.as_deref(),
    };
    let chosen = choose(wish, &made, &seen.seen, &seen.network)?;
    let isolated = isolation(wish, seen)?;
    let fence = match wish.get("fence") {
        Some(group) => Some(fence_group(group, old, &seen.network)?),
        None => None,
    };
    consistent(seen, old, fence.as_ref(), isolated.as_ref())?;
    let place = &seen.seen.place;
    let mut restore = Restore {
        seen,
        at: Location::new(place.account, place.region.clone()),
        members: members(wish, seen, old, &id, class.as_deref())?,
        id,
        chosen: &chosen,
        isolated,
        draft: Draft::default(),
    };
    rest_on(&mut restore, old)?;
    restore.warn();
    let ready = restore.make();
    let cut = CutOver {
        old,
        former: former(seen),
        fence,
        clients: &seen.clients,
    };
    let watch = restore.cut_over(&cut, &ready);
    let ends = restore.draft.ends();
    let ends: Vec<&str> = ends.iter().map(String::as_str).collect();
    restore
        .draft
        .bake(wish.number("bake").unwrap_or(60), watch, &ends);
    let Restore { draft, id, .. } = restore;
    Ok(finish(operation, draft, wish, seen, &id, &chosen))
}

/// Whether what it is made from can be restored at all.
fn restorable(seen: &Observed) -> Result<(), Refusal> {
    let (engine, version) = seen.origin.engine();
    if seen.offered == Some(false) {
        return impossible(format!(
            "RDS does not run {engine} {version} in that class in {} any more: give another --class, \
             or upgrade the snapshot first",
            seen.seen.place.region
        ));
    }
    match &seen.origin {
        From::Snapshot(snapshot) => {
            if snapshot.status != "available" {
                return impossible(format!(
                    "the snapshot {} is {}; it can be restored once it is available",
                    snapshot.id, snapshot.status
                ));
            }
            Ok(())
        }
        From::Moment(backup, moment) => {
            let (name, told) = (&backup.database, &moment.told);
            let (Some(earliest), Some(latest)) = (backup.earliest, backup.latest) else {
                return impossible(format!("{name} has no backup that can be restored yet"));
            };
            let now = seen.ground.now;
            if moment.at > now {
                return impossible(format!("{told} is not yet: it is {now}"));
            }
            if moment.at > latest {
                return impossible(format!(
                    "{told} cannot be restored yet: the backups of {name} reach until {latest}, and \
                     further in some minutes"
                ));
            }
            if moment.at < earliest {
                return impossible(format!(
                    "{told} cannot be restored any more: the backups of {name} reach back to \
                     {earliest}"
                ));
            }
            Ok(())
        }
    }
}

/// The name of the new database.
fn target(wish: &Arguments, seen: &Observed) -> Result<String, Refusal> {
    let list = match seen.kind {
        Cluster => &seen.seen.clusters,
        crate::model::protection::DatabaseKind::Instance => &seen.seen.instances,
    };
    let taken: BTreeSet<&str> = list.iter().map(|one| one.id.as_str()).collect();
    if let Some(id) = wish.get("to") {
        is_identifier(id).map_err(|why| wrong("to", id, why))?;
        if taken.contains(id) {
            return Err(wrong("to", id, "a name that no database of the place has"));
        }
        return Ok(id.to_owned());
    }
    let moment = seen.origin.moment().unwrap_or(seen.ground.now);
    Ok(free_name(&default_name(&seen.database, moment), &taken))
}

/// The name of the old database after it has given its own away.
fn former(seen: &Observed) -> String {
    let moment = seen.origin.moment().unwrap_or(seen.ground.now);
    let taken: BTreeSet<&str> = seen
        .seen
        .instances
        .iter()
        .chain(&seen.seen.clusters)
        .map(|one| one.id.as_str())
        .collect();
    let name = default_name(&format!("{}-old", seen.database), moment);
    free_name(&name.replacen("-old-r-", "-old-", 1), &taken)
}

fn isolation(wish: &Arguments, seen: &Observed) -> Result<Option<SecurityGroupId>, Refusal> {
    let Some(id) = wish.get("isolate") else {
        return Ok(None);
    };
    if matches!(seen.clients, Move::None) {
        return impossible(
            "--isolate goes with a --cut-over, which ends it; without one give --security-groups",
        );
    }
    let known = |one: &crate::model::network::SecurityGroup| one.id.as_str() == id;
    if !seen.network.security_groups.iter().any(known) {
        return Err(wrong(
            "isolate",
            id,
            format!("a security group of {}", seen.network.place),
        ));
    }
    Ok(Some(id.into()))
}

/// Whether what was asked for goes together.
fn consistent(
    seen: &Observed,
    old: Option<&Database>,
    fence: Option<&SecurityGroupId>,
    isolated: Option<&SecurityGroupId>,
) -> Result<(), Refusal> {
    if fence.is_some() && (old.is_none() || matches!(seen.clients, Move::None)) {
        return impossible("--fence goes with a --cut-over from a database that is there");
    }
    match &seen.clients {
        Move::ByHand if isolated.is_none() => impossible(
            "--isolate is needed with --cut-over by-hand: without it nothing tells from when on the \
             new database takes writes, and a rollback would delete them",
        ),
        Move::None | Move::ByHand => Ok(()),
        Move::Rename => match old {
            Some(old) if !old.is_available() => impossible(format!(
                "{} is {}; it can give its name away once it is available",
                old.id, old.status
            )),
            Some(old) if old.resource_id.is_none() => impossible(format!(
                "{} does not tell its resource id, by which it is known under its new name",
                old.id
            )),
            _ => Ok(()),
        },
        Move::Record(switch) => {
            let host = old.and_then(|old| old.endpoint.as_deref());
            match host {
                Some(host) if switch.leads_to() != host => impossible(format!(
                    "{} leads to {}, not to {host}: it is not the name by which clients find {}",
                    switch.name(),
                    switch.leads_to(),
                    seen.database
                )),
                _ => Ok(()),
            }
        }
    }
}

/// The members of a cluster of Aurora, like those of the old one.
fn members(
    wish: &Arguments,
    seen: &Observed,
    old: Option<&Database>,
    id: &str,
    class: Option<&str>,
) -> Result<Vec<(String, String)>, Refusal> {
    let aurora = seen.origin.engine().0.starts_with("aurora");
    if seen.kind != Cluster || !aurora {
        return match wish.get("members") {
            Some(count) => Err(wrong(
                "members",
                count,
                "a cluster of Aurora to be restored",
            )),
            None => Ok(Vec::new()),
        };
    }
    let Some(class) = class else {
        return impossible("--class is needed: that of the members of the new cluster");
    };
    let before = old.map_or(1, |old| old.members.len().max(1));
    let count = wish
        .number("members")
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(before);
    let taken: BTreeSet<&str> = seen
        .seen
        .instances
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    let member = |number: usize| {
        let name: String = id.chars().take(60).collect();
        let name = format!("{}-{number}", name.trim_end_matches('-'));
        (free_name(&name, &taken), class.to_owned())
    };
    Ok((1..=count).map(member).collect())
}

fn rest_on(restore: &mut Restore<'_>, old: Option<&Database>) -> Result<(), Refusal> {
    let seen = restore.seen;
    let place = seen.seen.place.clone();
    let draft = &mut restore.draft;
    match &seen.origin {
        From::Snapshot(snapshot) => {
            let source = Source::Snapshot {
                place: place.clone(),
                id: snapshot.id.clone(),
            };
            seen.ground.fact(draft, "snapshot", source, &seen.seen)?;
        }
        From::Moment(backup, _) => {
            let source = Source::RestoreWindow {
                place: place.clone(),
                resource_id: backup.resource_id.clone(),
            };
            seen.ground.fact(draft, "window", source, &seen.seen)?;
        }
    }
    if let Some(old) = old {
        let source = Source::Database {
            place,
            kind: old.kind,
            id: old.id.clone(),
        };
        seen.ground.fact(draft, &old.id, source, &seen.seen)?;
    }
    Ok(())
}

fn finish(
    operation: &'static str,
    draft: Draft,
    wish: &Arguments,
    seen: &Observed,
    id: &str,
    chosen: &Chosen,
) -> Plan {
    let place = &seen.seen.place;
    let mut accounts = vec![place.account];
    let mut targets = vec![format!("{id} in {place}")];
    match &seen.clients {
        Move::None => {}
        Move::Record(switch) => {
            accounts.push(switch.account());
            targets.push(switch.name().to_owned());
        }
        Move::Rename | Move::ByHand => targets.push(format!("{} in {place}", seen.database)),
    }
    let from = match &seen.origin {
        From::Snapshot(snapshot) => format!("snapshot {}", snapshot.id),
        From::Moment(backup, moment) => format!("{} at {}", backup.database, moment.told),
    };
    let title = match &seen.clients {
        Move::None => format!("restore {id} from {from}"),
        _ => format!(
            "restore {id} from {from} and let it take the place of {}",
            seen.database
        ),
    };
    let class = chosen
        .shape
        .class
        .as_deref()
        .unwrap_or("as its members are");
    let standby = if chosen.multi_az {
        ", with a standby"
    } else {
        ""
    };
    let loss = seen.origin.moment().map(|moment| seen.ground.age(moment));
    let whole = Whole {
        operation,
        title,
        accounts,
        targets,
        cost: Some(CostDelta {
            currency: "USD".into(),
            monthly: None,
            once: None,
            basis: vec![format!(
                "{id}, {class}{standby}, beside {} until one of them is deleted: not priced",
                seen.database
            )],
        }),
        loss: (loss, format!("everything since {from}")),
    };
    seen.ground.finish(draft, wish, whole)
}
