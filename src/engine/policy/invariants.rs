//! What no setting switches off.

use crate::{
    engine::plan::{Plan, Precondition, Ruling, Step, Verdict},
    model::{Change, EnvironmentClass, change::TrafficChange},
};

/// What the engine itself has against a plan.
pub(super) fn judge(plan: &Plan) -> Vec<Ruling> {
    let mut rulings = Vec::new();
    let mut deny = |rule: &str, message: String| {
        rulings.push(Ruling {
            rule: rule.into(),
            verdict: Verdict::Deny,
            message,
        });
    };
    for step in &plan.steps {
        let Some(change) = step.changes() else {
            continue;
        };
        // What a change says of itself, whichever service it is of.
        for objection in change.kind().objections() {
            deny(objection.rule, format!("`{}`: {}", step.id, objection.why));
        }
        if let Change::Traffic(TrafficChange::ShiftWeights { sides, .. }) = change {
            if sides.iter().all(|side| side.to == 0) {
                let message = format!(
                    "`{}`: all weights 0 is an equal split, not nothing",
                    step.id
                );
                deny("not-all-weights-zero", message);
            }
            let unproven = sides.iter().find(|side| {
                let check = side.record.health_check.as_ref();
                side.to > side.from && check.is_some_and(|check| !proves(step, check))
            });
            if let Some(side) = unproven {
                let name = side.record.set_identifier.as_deref().unwrap_or("a side");
                let message = format!(
                    "`{}`: {name} gets traffic and its health is not read right before",
                    step.id
                );
                deny("a-healthy-answer", message);
            }
        }
    }
    let guarded = plan.environment.guarded_as() == EnvironmentClass::Prod;
    for last in plan.points_of_no_return.iter().filter(|_| guarded) {
        if !plan.gates.iter().any(|gate| gate.before == *last) {
            let message = format!("nobody is asked before `{last}`, which cannot be undone");
            deny("a-gate-before-no-return", message);
        }
    }
    rulings
}

/// Whether the step reads that check right before it is sent.
fn proves(step: &Step, check: &crate::model::HealthCheckId) -> bool {
    step.preconditions.iter().any(|need| {
        matches!(
            need,
            Precondition::Holds {
                probe: crate::engine::plan::Probe::Healthy { check: read, .. },
            } if read == check
        )
    })
}
