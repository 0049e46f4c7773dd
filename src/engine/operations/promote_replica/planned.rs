//! The pure part: a wish and an observation give a plan or a refusal, and nothing else does.

use super::{
    super::{
        Arguments, Refusal,
        database::{Draft, Whole, impossible},
    },
    NAME,
    checks::replica,
    draft::Takeover,
    global,
    observe::Observed,
};
use crate::{
    engine::plan::{CostDelta, Plan, Source},
    model::{
        change::Location,
        protection::{Database, DatabaseKind},
    },
};

pub(super) fn plan(wish: &Arguments, seen: &Observed) -> Result<Plan, Refusal> {
    let Some(database) = seen.seen.find(seen.kind, &seen.id) else {
        return impossible(format!("{} is not there", seen.id));
    };
    let mut draft = Draft::default();
    let source = Source::Database {
        place: seen.seen.place.clone(),
        kind: seen.kind,
        id: seen.id.clone(),
    };
    seen.ground.fact(&mut draft, &seen.id, source, &seen.seen)?;
    if seen.kind == DatabaseKind::Cluster {
        if database.replica_of.is_some() {
            return impossible(format!(
                "{} follows another cluster by its log, and nothing tells how far it is behind; \
                 promote it in the console, where that is shown",
                seen.id
            ));
        }
        let (loss, watch) = global::takeover(wish, database, seen, &mut draft)?;
        let basis = match loss {
            Some(_) => "a switchover waits until all has arrived".to_owned(),
            None => format!("what has not arrived at {}", seen.id),
        };
        bake(&mut draft, wish, watch);
        return Ok(finish(draft, wish, seen, database, (loss, basis)));
    }
    let mut warnings = Vec::new();
    let replica = replica(wish, database, seen, &mut warnings)?;
    let lag = Source::ReplicaLag {
        place: seen.seen.place.clone(),
        id: seen.id.clone(),
    };
    seen.ground.fact(&mut draft, "lag", lag, &seen.seen)?;
    draft.warnings.append(&mut warnings);
    let place = &seen.seen.place;
    let mut takeover = Takeover {
        wish,
        seen,
        replica: &replica,
        at: Location::new(place.account, place.region.clone()),
        draft,
        watch: Vec::new(),
    };
    let ready = takeover.prepare();
    takeover.promote(&ready);
    takeover.settle_in()?;
    let Takeover {
        mut draft, watch, ..
    } = takeover;
    bake(&mut draft, wish, watch);
    let basis = if replica.graceful {
        format!("the promotion waits until {} has all", seen.id)
    } else {
        format!("replica lag of {}, and how old it is", seen.id)
    };
    let loss = (Some(replica.loss), basis);
    Ok(finish(draft, wish, seen, database, loss))
}

fn bake(draft: &mut Draft, wish: &Arguments, watch: Vec<crate::engine::plan::Watch>) {
    let ends = draft.ends();
    let ends: Vec<&str> = ends.iter().map(String::as_str).collect();
    draft.bake(wish.number("bake").unwrap_or(60), watch, &ends);
}

fn finish(
    draft: Draft,
    wish: &Arguments,
    seen: &Observed,
    database: &Database,
    loss: (Option<u32>, String),
) -> Plan {
    let place = &seen.seen.place;
    let mut accounts = vec![place.account];
    let mut targets = vec![format!("{} in {place}", database.id)];
    if let Ok(source) = &seen.source {
        accounts.push(source.seen.place.account);
    }
    if let Some(switch) = &seen.switch {
        accounts.push(switch.account());
        targets.push(switch.name().to_owned());
    }
    let mut basis = Vec::new();
    if draft.steps.iter().any(|step| step.id == "standby".into()) {
        basis.push(format!("a standby of {}: not priced", database.id));
    }
    let replicas = wish.get("replicas").map(super::super::database::list);
    for name in replicas.unwrap_or_default() {
        basis.push(format!("{name}, like {}: not priced", database.id));
    }
    let cost = (!basis.is_empty()).then(|| CostDelta {
        currency: "USD".into(),
        monthly: None,
        once: None,
        basis,
    });
    let whole = Whole {
        operation: NAME,
        title: format!("let {} take the writes", database.id),
        accounts,
        targets,
        cost,
        loss,
    };
    seen.ground.finish(draft, wish, whole)
}
