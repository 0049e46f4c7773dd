//! Steps in the making.

use serde_json::json;

use super::{Edge, Step, StepId, Symbol, Work, symbols};

/// Steps and what waits for what. A step that names what another makes waits for it by itself.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Draft {
    pub(in crate::engine) steps: Vec<Step>,
    pub(in crate::engine) edges: Vec<Edge>,
}

impl Draft {
    /// Adds a step that waits for everything that it refers to, and for `then`. Gives its name.
    pub(in crate::engine) fn add(&mut self, step: Step, then: &[&StepId]) -> StepId {
        let id = step.id.clone();
        let named = symbols(&json!([step.work, step.preconditions]));
        for symbol in named {
            if let Symbol::Out(before) = symbol {
                self.wait(&before, &id, "it builds on it");
            }
        }
        for before in then {
            self.wait(before, &id, "in order");
        }
        self.steps.push(step);
        id
    }

    /// Lets one step wait for another.
    pub(in crate::engine) fn wait(&mut self, before: &StepId, after: &StepId, why: &str) {
        let known = |edge: &Edge| edge.before == *before && edge.after == *after;
        if before != after && !self.edges.iter().any(known) {
            self.edges.push(Edge {
                before: before.clone(),
                after: after.clone(),
                why: why.into(),
            });
        }
    }

    /// Adds a step that waits for all changes so far: what proves them.
    pub(in crate::engine) fn prove(&mut self, step: Step) -> StepId {
        let changes = self
            .steps
            .iter()
            .filter(|step| matches!(step.work, Work::Change { .. }));
        let changes: Vec<StepId> = changes.map(|step| step.id.clone()).collect();
        self.add(step, &changes.iter().collect::<Vec<_>>())
    }

    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}
