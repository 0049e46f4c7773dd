//! The pure part: a wish and an observation give a plan or a refusal, and nothing else does.

use super::{
    super::{
        Arguments, Refusal,
        weighted::{Draft, Observed, QUICK, group, listed, name_of, receivers, warnings, whole},
    },
    NAME,
    checks::weights,
};
use crate::{engine::plan::Plan, model::traffic::Record};

pub(super) fn plan(wish: &Arguments, seen: &Observed) -> Result<Plan, Refusal> {
    let group = group(wish, seen)?;
    let weights = weights(wish, &group)?;
    let from: Vec<u8> = group.iter().filter_map(|record| record.weight()).collect();
    if from == weights {
        return Err(Refusal::NothingToDo(format!(
            "{} has these weights already: {}",
            name_of(&group),
            listed(&group, &weights)
        )));
    }
    let mut warnings = warnings(&group, &weights, seen);
    let healthy = receivers(&group, &from, &weights, seen, &mut warnings)?;
    let ttl = group[0].ttl.unwrap_or(QUICK);
    let quick = ttl.min(QUICK);
    let bake = wish.number("bake").unwrap_or(2 * quick);
    let mut draft = Draft {
        seen,
        steps: Vec::new(),
    };
    let mut before: Vec<Record> = group.iter().map(|&record| record.clone()).collect();
    if ttl > QUICK {
        before = draft.lower_ttl(before, ttl);
        warnings.push(format!(
            "the TTL goes from {ttl} s to {QUICK} s and stays there, so that a later switch is quick"
        ));
    }
    let after = draft.shift("shift", before, &from, &weights, &healthy);
    draft.watch(wish, after, quick, bake, &healthy, &mut warnings);
    Ok(whole(NAME, draft, wish, &group, &from, &weights, warnings))
}

#[cfg(test)]
mod tests;
