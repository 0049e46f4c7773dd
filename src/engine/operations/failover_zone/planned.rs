//! The pure part: a wish and an observation give a plan or a refusal, and nothing else does.

use jiff::SignedDuration;
use rust_decimal::Decimal;

use super::{
    super::{
        Arguments, Refusal,
        database::{Draft, Whole, impossible, step_id},
    },
    NAME,
    checks::{Leaving, Zone, capacity, leaving, zone},
    draft::Leave,
    observe::Observed,
};
use crate::{
    engine::plan::{CostDelta, Plan, Precondition, Source},
    model::{
        change::Location,
        protection::DatabaseKind::{Cluster, Instance},
    },
};

/// How soon after a failover another one deserves a second thought.
const SOON: SignedDuration = SignedDuration::from_mins(30);

pub(super) fn plan(wish: &Arguments, seen: &Observed) -> Result<Plan, Refusal> {
    let mut warnings = Vec::new();
    let zone = zone(wish, seen)?;
    let leaving = leaving(wish, zone.as_ref(), seen, &mut warnings)?;
    if leaving.instances.is_empty() && leaving.clusters.is_empty() && leaving.balancers.is_empty() {
        let what = zone.map_or("that".to_owned(), |zone| zone.name.to_string());
        return Err(Refusal::NothingToDo(format!(
            "nothing that can leave {what} is in it"
        )));
    }
    if wish.get("to").is_some() && leaving.clusters.len() != 1 {
        return impossible("--to goes with one cluster among --targets");
    }
    let minutes = wish.number("for").unwrap_or(3600).div_ceil(60);
    let mut leave = Leave {
        seen,
        at: Location::new(seen.seen.place.account, seen.seen.place.region.clone()),
        draft: Draft {
            warnings,
            ..Draft::default()
        },
        watch: Vec::new(),
    };
    if let Some(zone) = &zone {
        for one in &leaving.balancers {
            capacity(one, zone, seen, &mut leave.draft.warnings)?;
            leave.balancer(one, zone, minutes);
        }
    }
    leaving.instances.iter().for_each(|one| leave.instance(one));
    leaving.clusters.iter().for_each(|one| leave.cluster(one));
    let Leave {
        mut draft, watch, ..
    } = leave;
    rest_on(&mut draft, &leaving, seen)?;
    caution(&mut draft, &leaving, seen);
    let ends = draft.ends();
    let ends: Vec<&str> = ends.iter().map(String::as_str).collect();
    draft.bake(wish.number("bake").unwrap_or(60), watch, &ends);
    Ok(finish(draft, wish, seen, &leaving, zone.as_ref()))
}

/// What a failover rests on beside where things stand: that it is the same database as it was.
fn rest_on(draft: &mut Draft, leaving: &Leaving<'_>, seen: &Observed) -> Result<(), Refusal> {
    let instances = leaving.instances.iter().map(|one| (Instance, one.database));
    let clusters = leaving.clusters.iter().map(|one| (Cluster, one.database));
    for (kind, database) in instances.chain(clusters) {
        let id = database.id.clone();
        let source = Source::Database {
            place: seen.seen.place.clone(),
            kind,
            id: id.clone(),
        };
        seen.ground.fact(draft, &id, source, &seen.seen)?;
        if kind == Instance {
            let step = step_id("fail-over", &id).as_str().into();
            let mut steps = draft.steps.iter_mut();
            if let Some(step) = steps.find(|known| known.id == step) {
                let fact = id.as_str().into();
                step.preconditions.push(Precondition::Unchanged { fact });
            }
        }
    }
    Ok(())
}

fn caution(draft: &mut Draft, leaving: &Leaving<'_>, seen: &Observed) {
    let instances = leaving.instances.iter().map(|one| one.database);
    let clusters = leaving.clusters.iter().map(|one| one.database);
    for database in instances.chain(clusters) {
        let id = &database.id;
        if let Some(last) = seen.seen.last_failover(id)
            && seen.ground.now.duration_since(last) < SOON
        {
            draft.warn(format!("{id} has failed over at {last}, a short while ago"));
        }
        if !seen.connections.contains_key(id) {
            draft.warn(format!("how many clients {id} has is not known"));
        }
    }
    for one in &leaving.clusters {
        if one.reader.is_none() {
            draft.warn(format!(
                "{} takes no name of a member: if the answer to the failover is lost and nothing \
                 tells whether it happened, a person is asked",
                one.database.id
            ));
        } else if one
            .reader
            .is_some_and(|reader| !seen.lags.contains_key(reader))
        {
            draft.warn(format!(
                "how far {} is behind is not known",
                one.reader.unwrap_or_default()
            ));
        }
    }
    if !leaving.instances.is_empty() || !leaving.clusters.is_empty() {
        draft.warn(
            "clients that keep the old address of a database longer than its TTL of 5 s have to be \
             restarted",
        );
    }
    for unread in &seen.unread {
        draft.warn(format!("could not be read: {unread}"));
    }
}

fn finish(
    draft: Draft,
    wish: &Arguments,
    seen: &Observed,
    leaving: &Leaving<'_>,
    zone: Option<&Zone>,
) -> Plan {
    let place = &seen.seen.place;
    let instances = leaving.instances.iter().map(|one| &one.database.id);
    let clusters = leaving.clusters.iter().map(|one| &one.database.id);
    let databases: Vec<&String> = instances.chain(clusters).collect();
    let balancers = leaving.balancers.iter().map(|one| &one.name);
    let names: Vec<&str> = databases
        .iter()
        .copied()
        .chain(balancers)
        .map(String::as_str)
        .collect();
    let left = zone.map(|zone| zone.name.to_string());
    let left = left.or_else(|| leaving.instances.first().map(|one| one.from.to_string()));
    let title = match left {
        Some(zone) => format!("leave {zone} with {}", names.join(", ")),
        None => format!("fail over {}", names.join(", ")),
    };
    // Standbys and readers are written before a commit is answered.
    let loss = if databases.is_empty() {
        "no database is touched"
    } else {
        "standbys and the storage of clusters have all that was committed"
    };
    let whole = Whole {
        operation: NAME,
        title,
        accounts: vec![place.account],
        targets: names
            .iter()
            .map(|name| format!("{name} in {place}"))
            .collect(),
        cost: Some(CostDelta {
            currency: "USD".into(),
            monthly: Some(Decimal::ZERO),
            once: Some(Decimal::ZERO),
            basis: vec!["nothing is added or removed".into()],
        }),
        loss: (Some(0), loss.into()),
    };
    seen.ground.finish(draft, wish, whole)
}
