//! The steps by which a secondary cluster of a global database becomes its primary.

use super::{
    super::{
        Arguments, Refusal,
        database::{Asked, Draft, Switch, impossible},
    },
    observe::{Observed, global},
};
use crate::{
    engine::plan::{DatabaseQuestion, Probe, Step, Watch},
    model::{
        Ref, Region,
        change::{DatabaseChange, Location},
        protection::{Database, DatabaseKind::Cluster},
    },
};

/// Plans the move of the primary to `database`; what would be lost, where anybody knows.
pub(super) fn takeover(
    wish: &Arguments,
    database: &Database,
    seen: &Observed,
    draft: &mut Draft,
) -> Result<(Option<u32>, Vec<Watch>), Refusal> {
    let id = &database.id;
    let Some(found) = global(database, &seen.seen) else {
        return impossible(format!(
            "{id} is neither a replica nor a cluster of a global database"
        ));
    };
    let member = found.members.iter().find(|one| one.cluster == database.arn);
    if member.is_some_and(|member| member.writer) {
        return Err(Refusal::NothingToDo(format!(
            "{id} is the primary of {} already",
            found.id
        )));
    }
    let Some(primary) = found.writer() else {
        return impossible(format!("{} has no primary to take over from", found.id));
    };
    if found.status != "available" {
        return impossible(format!("{} is {}", found.id, found.status));
    }
    if !database.is_available() {
        return impossible(format!("{id} is {}", database.status));
    }
    if database.members.is_empty() {
        return impossible(format!(
            "{id} has no instance that could take writes; add one first"
        ));
    }
    let graceful = wish.text("mode") != "forced";
    let synchronized = member.and_then(|member| member.synchronized);
    let loss = if graceful {
        well(seen, primary.as_str(), id, synchronized)?;
        Some(0)
    } else {
        if wish.text("loss") != "accept" {
            return impossible(format!(
                "nothing tells how much of {primary} has not arrived at {id}; say --loss accept if \
                 it may be lost"
            ));
        }
        draft.warn(format!(
            "what {primary} has and {id} has not is lost, and nothing tells how much that is"
        ));
        None
    };
    let step = move_primary(seen, &found.id, primary, database, graceful);
    draft.add(step, &[], "");
    if !graceful {
        draft.without_return(
            "primary",
            format!(
                "Make {id} the primary of {} now? What has not arrived is lost.",
                found.id
            ),
            "what had not arrived is lost, and the old primary does not follow by itself",
        );
    }
    let watch = proof(seen, database, draft);
    Ok((loss, watch))
}

/// Whether a switchover, in which nothing is lost, is possible.
fn well(
    seen: &Observed,
    primary: &str,
    id: &str,
    synchronized: Option<bool>,
) -> Result<(), Refusal> {
    let source = match &seen.source {
        Ok(source) => source.seen.clusters.iter().find(|one| one.is(primary)),
        Err(why) => {
            return impossible(format!(
                "the primary cannot be asked ({why}); --mode forced takes what has arrived"
            ));
        }
    };
    if source.is_none_or(|source| !source.is_available()) {
        let is = source.map_or("gone", |source| &source.status);
        return impossible(format!(
            "{primary} is {is}; a switchover needs both to be well: --mode forced takes what has \
             arrived"
        ));
    }
    if synchronized == Some(false) {
        return impossible(format!(
            "{id} is not synchronized with its primary; wait until it is"
        ));
    }
    Ok(())
}

fn move_primary(
    seen: &Observed,
    global: &str,
    primary: &crate::model::Arn,
    database: &Database,
    graceful: bool,
) -> Step {
    let account = seen.seen.place.account;
    let (change, takes) = if graceful {
        // It is the primary that hands over.
        let home = primary.as_str().split(':').nth(3);
        let home = home.map_or_else(|| seen.seen.place.region.clone(), Region::from);
        let change = DatabaseChange::SwitchOverGlobal {
            at: Location::new(account, home),
            global: global.into(),
            from: primary.clone(),
            to: database.arn.clone(),
        };
        (change, (150, 600))
    } else {
        // It needs nothing of the region that is left.
        let change = DatabaseChange::FailOverGlobal {
            at: Location::new(account, seen.seen.place.region.clone()),
            global: global.into(),
            from: primary.clone(),
            to: database.arn.clone(),
            allow_data_loss: true,
        };
        (change, (90, 600))
    };
    let why = "the other cluster takes the writes";
    Step::change("primary", change.into(), why)
        .settling(10, 3600)
        .taking(takes.0, takes.1)
}

/// Clients, and what shows that it works.
fn proof(seen: &Observed, database: &Database, draft: &mut Draft) -> Vec<Watch> {
    let place = &seen.seen.place;
    let at = Location::new(place.account, place.region.clone());
    let of = Asked {
        at: &at,
        kind: Cluster,
        id: &database.id,
    };
    let why = "it is at rest in its new part";
    draft.until_database(
        "available",
        &of,
        DatabaseQuestion::Available,
        why,
        1800,
        &["primary"],
    );
    let mut watch = vec![
        Watch::Stands {
            step: "primary".into(),
        },
        of.watched(DatabaseQuestion::Available),
    ];
    let Some(host) = &database.endpoint else {
        return watch;
    };
    if let Some(switch) = &seen.switch {
        switch.steps(draft, Ref::Known(host.clone()), &["available"]);
        watch.push(Switch::watched());
    }
    if seen.reachable {
        let probe = Probe::Port {
            at: at.clone(),
            host: Ref::Known(host.clone()),
            port: database.listens_on(),
            what: database.id.clone(),
        };
        draft.until(
            "port",
            probe,
            "clients can connect",
            (5, 900),
            &["available"],
        );
    }
    watch
}
