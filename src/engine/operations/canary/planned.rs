//! The pure part: a wish and an observation give a plan or a refusal, and nothing else does.

use super::{
    super::{
        Arguments, Refusal,
        weighted::{Draft, Observed, QUICK, group, receivers, side_of, warnings, whole},
    },
    NAME,
    measured::Metrics,
    stages::{schedule, stages},
    watched::Sides,
};
use crate::{
    engine::plan::{Gate, Plan},
    model::traffic::Record,
};

pub(super) fn plan(
    wish: &Arguments,
    seen: &Observed,
    metrics: Option<&Metrics>,
) -> Result<Plan, Refusal> {
    let group = group(wish, seen)?;
    let way = schedule(wish, &group, &stages(wish.text("stages"))?)?;
    let (canary, stable) = (group[way.canary], group[way.stable]);
    let hold = wish.number("hold").unwrap_or(600);
    let end = way.stages.last().map_or(&way.from, |(_, weights)| weights);
    let mut warnings = warnings(&group, end, seen);
    // What it says of sides that are not watched by it is said once, of the end.
    receivers(&group, &way.from, end, seen, &mut warnings)?;
    let sides = Sides::of(wish, seen, (canary, stable), metrics)?;
    if metrics.is_none() {
        warnings.push(format!(
            "no metrics are compared: only the health check of {} tells whether it is well",
            side_of(canary)
        ));
    }
    let mut draft = Draft {
        seen,
        steps: Vec::new(),
    };
    let mut records: Vec<Record> = group.iter().map(|&record| record.clone()).collect();
    let ttl = group[0].ttl.unwrap_or(QUICK);
    if ttl > QUICK {
        records = draft.lower_ttl(records, ttl);
        warnings.push(format!(
            "the TTL goes from {ttl} s to {QUICK} s and stays there, so that going back is quick"
        ));
    }
    let mut before = &way.from;
    let mut last = String::new();
    for (percent, weights) in &way.stages {
        sides.tells(*percent, hold)?;
        last = format!("shift-{percent}");
        records = draft.shift(&last, records, before, weights, sides.receivers());
        draft.undone_to(&records, &way.from);
        let stage = format!("-{percent}");
        draft.converge(&stage, wish, records.clone(), ttl.min(QUICK));
        let watch = sides.watch(&draft, &last, *percent, hold);
        let why = "the canary must do as well as the stable side, or everything goes back";
        draft.bake(&format!("hold{stage}"), hold, watch, why);
        before = weights;
    }
    let mut plan = whole(NAME, draft, wish, &group, &way.from, end, warnings);
    if wish.text("promote") == "ask" {
        let question = format!(
            "{} was well so far; shall it get {} % of the answers?",
            side_of(canary),
            before[way.canary]
        );
        plan.gates.push(Gate {
            before: last.as_str().into(),
            question,
        });
    }
    Ok(plan)
}

#[cfg(test)]
mod tests;
