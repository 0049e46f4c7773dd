//! The pure part: a wish and an observation give a plan or a refusal, and nothing else does.

use std::collections::BTreeMap;

use super::{
    super::{Arguments, Refusal, World, outline::Outline, price::Bill},
    checks,
    draft::Steps,
    observe::Observed,
};
use crate::{
    engine::{
        facts::cluster::{identity_value, pool_value, vcpus_value},
        plan::{ClusterSource, Fact, FactId, Gate, Plan, Source},
    },
    model::compute::Sizes,
};

pub(super) fn plan(wish: &Arguments, seen: &Observed, world: &World<'_>) -> Result<Plan, Refusal> {
    checks::state(seen)?;
    let (to, autoscaled) = checks::sizes(wish, seen)?;
    let from = seen.pool.sizes();
    let more = to.desired.saturating_sub(from.desired);
    let mut warnings = checks::warnings(seen, to, autoscaled);
    warnings.extend(
        seen.compute
            .gaps
            .iter()
            .map(|gap| format!("not read: {gap}")),
    );
    checks::room(wish, seen, more, &mut warnings)?;
    let reserve = checks::reserve(wish, seen, more)?;
    let steps = Steps {
        seen,
        wish,
        to,
        autoscaled,
    };
    let draft = steps.draft(&reserve);
    let (cluster, pool) = (&seen.cluster, &seen.pool.name);
    let outline = Outline {
        operation: "scale-pool",
        title: format!("{cluster}/{pool}: {from} to {to}"),
        targets: vec![format!(
            "node group {pool} of {cluster} in {} ({}), {}",
            world.name(seen.place.account),
            seen.place.account,
            seen.place.region
        )],
        accounts: vec![seen.place.account],
        facts: facts(seen, autoscaled),
        cost: Some(cost(seen, to, !reserve.is_empty())),
        warnings,
    };
    let mut plan = outline.around(draft, wish, world);
    if to.desired < from.desired {
        let fewer = from.desired - to.desired;
        plan.points_of_no_return = vec!["scale".into()];
        plan.gates = vec![Gate {
            before: "scale".into(),
            question: format!(
                "{fewer} of {} nodes of {pool} go, with every pod on them; which pods those are is \
                 not known from here. Go on?",
                from.desired
            ),
        }];
    }
    Ok(plan)
}

/// What the plan rests on, as it was read.
fn facts(seen: &Observed, autoscaled: bool) -> BTreeMap<FactId, Fact> {
    let mut facts = BTreeMap::new();
    let mut add = |name: &str, source, value, volatile| {
        let fact = Fact {
            source: Source::Cluster(source),
            value,
            observed_at: seen.now,
            volatile,
        };
        facts.insert(FactId::from(name), fact);
    };
    let place = seen.place.clone();
    if let Some(cluster) = seen.compute.cluster(&seen.cluster) {
        let source = ClusterSource::Identity {
            place: place.clone(),
            cluster: seen.cluster.clone(),
        };
        add("cluster", source, identity_value(cluster), false);
    }
    let source = ClusterSource::Pool {
        place: place.clone(),
        cluster: seen.cluster.clone(),
        pool: seen.pool.name.clone(),
    };
    add("pool", source, pool_value(&seen.pool), autoscaled);
    if let (Ok((limit, used)), Some(kind)) = (&seen.quota, seen.pool.instance_types.first()) {
        let source = ClusterSource::Vcpus {
            place,
            instance_type: kind.clone(),
            capacity: seen.pool.capacity,
        };
        add("quota", source, vcpus_value(*limit, *used), true);
    }
    facts
}

fn cost(seen: &Observed, to: Sizes, reserved: bool) -> crate::engine::plan::CostDelta {
    let pool = &seen.pool;
    let kind = pool.instance_types.first().map_or("", String::as_str);
    let mut bill = Bill::default();
    let count = i64::from(to.desired) - i64::from(pool.desired);
    bill.nodes(&seen.place.region, kind, pool.capacity, count);
    if pool.instance_types.len() > 1 {
        bill.note(format!(
            "priced as {kind}, the first of {} types",
            pool.instance_types.len()
        ));
    }
    if to.max > to.desired {
        bill.note(format!("an autoscaler may take it up to {} nodes", to.max));
    }
    if reserved {
        bill.note("a reservation costs as much as its instances while nobody uses it".into());
    }
    bill.delta()
}

#[cfg(test)]
mod tests;
