//! The order of steps: what must be done before what, and that it leads back nowhere.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Edge, Plan, StepId};

/// The steps of a plan by what they wait for.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    before: BTreeMap<&'a StepId, BTreeSet<&'a StepId>>,
    order: Vec<&'a StepId>,
}

/// Steps that wait for each other, in the order of the circle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("steps wait for each other: {}", .0.join(" → "))]
pub struct Cycle(pub Vec<String>);

impl<'a> Graph<'a> {
    /// The graph of a plan. Edges that name no step of it are left out: sealing refuses them.
    pub fn of(plan: &'a Plan) -> Result<Self, Cycle> {
        let steps: Vec<&StepId> = plan.steps.iter().map(|step| &step.id).collect();
        Self::new(&steps, &plan.edges)
    }

    fn new(steps: &[&'a StepId], edges: &'a [Edge]) -> Result<Self, Cycle> {
        let mut before: BTreeMap<&StepId, BTreeSet<&StepId>> =
            steps.iter().map(|&step| (step, BTreeSet::new())).collect();
        for edge in edges.iter().filter(|edge| steps.contains(&&edge.before)) {
            if let Some(waits) = before.get_mut(&edge.after) {
                waits.insert(&edge.before);
            }
        }
        let mut order: Vec<&StepId> = Vec::with_capacity(steps.len());
        let mut placed = BTreeSet::new();
        while order.len() < steps.len() {
            // Among what is free, the plan's own order decides, so that equal plans run equally.
            let free = |step: &&&StepId| {
                !placed.contains(**step) && before[**step].iter().all(|need| placed.contains(*need))
            };
            let round: Vec<&StepId> = steps.iter().filter(free).copied().collect();
            if round.is_empty() {
                return Err(circle(steps, &before, &placed));
            }
            placed.extend(round.iter().copied());
            order.extend(round);
        }
        Ok(Self { before, order })
    }

    /// Every step after all that it waits for.
    #[must_use]
    pub fn order(&self) -> &[&'a StepId] {
        &self.order
    }

    /// What a step waits for directly.
    pub fn before(&self, step: &StepId) -> impl Iterator<Item = &'a StepId> + '_ {
        self.before.get(step).into_iter().flatten().copied()
    }

    /// Whether `first` is done whenever `then` starts.
    #[must_use]
    pub fn precedes(&self, first: &StepId, then: &StepId) -> bool {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&StepId> = self.before(then).collect();
        while let Some(step) = open.pop() {
            if step == first {
                return true;
            }
            if seen.insert(step) {
                open.extend(self.before(step));
            }
        }
        false
    }
}

/// Follows unplaced steps back until one comes again.
fn circle(
    steps: &[&StepId],
    before: &BTreeMap<&StepId, BTreeSet<&StepId>>,
    placed: &BTreeSet<&StepId>,
) -> Cycle {
    let stuck = |step: &&&StepId| !placed.contains(**step);
    let mut path: Vec<&StepId> = Vec::new();
    let mut next = steps.iter().find(stuck).copied();
    while let Some(step) = next {
        if let Some(start) = path.iter().position(|known| *known == step) {
            let mut names: Vec<String> = path[start..].iter().map(ToString::to_string).collect();
            names.push(step.to_string());
            names.reverse();
            return Cycle(names);
        }
        path.push(step);
        next = before[step].iter().find(|need| stuck(need)).copied();
    }
    Cycle(path.iter().map(ToString::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(list: &[(&str, &str)]) -> Vec<Edge> {
        let edge = |&(before, after): &(&str, &str)| Edge {
            before: before.into(),
            after: after.into(),
            why: String::new(),
        };
        list.iter().map(edge).collect()
    }

    #[test]
    fn the_order_respects_every_edge_and_else_the_plan() {
        let ids: Vec<StepId> = ["d", "c", "b", "a"].map(StepId::from).into();
        let steps: Vec<&StepId> = ids.iter().collect();
        let edges = edges(&[("a", "b"), ("b", "c")]);
        let graph = Graph::new(&steps, &edges).expect("no cycle");
        let order: Vec<&str> = graph.order().iter().map(|id| id.as_str()).collect();
        assert_eq!(order, ["d", "a", "b", "c"]);
        assert!(graph.precedes(&"a".into(), &"c".into()));
        assert!(!graph.precedes(&"c".into(), &"a".into()));
        assert!(!graph.precedes(&"d".into(), &"c".into()));
    }

    #[test]
    fn a_cycle_is_told_by_name() {
        let ids: Vec<StepId> = ["a", "b", "c"].map(StepId::from).into();
        let steps: Vec<&StepId> = ids.iter().collect();
        let round = edges(&[("a", "b"), ("b", "c"), ("c", "a")]);
        let error = Graph::new(&steps, &round).expect_err("a cycle");
        assert_eq!(
            error.to_string(),
            "steps wait for each other: a → b → c → a"
        );
        let own = edges(&[("b", "b")]);
        let error = Graph::new(&steps, &own).expect_err("a cycle");
        assert_eq!(error, Cycle(vec!["b".into(), "b".into()]));
    }
}
