//! The order of steps: what must be done before what, and that it leads back nowhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::plan::{Edge, Expected, Plan, StepId};

/// The steps of a plan by what they wait for.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    steps: Vec<&'a StepId>,
    index: BTreeMap<&'a StepId, usize>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    order: Vec<usize>,
}

/// Steps that wait for each other, in the order of the circle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("steps wait for each other: {}", .0.join(" → "))]
pub struct Cycle(pub Vec<String>);

impl<'a> Graph<'a> {
    /// The graph of a plan. Edges that name no step of it are left out: sealing refuses them.
    pub fn of(plan: &'a Plan) -> Result<Self, Cycle> {
        let steps = plan.steps.iter().map(|step| &step.id).collect();
        Self::new(steps, &plan.edges)
    }

    fn new(steps: Vec<&'a StepId>, edges: &[Edge]) -> Result<Self, Cycle> {
        let index: BTreeMap<&StepId, usize> =
            steps.iter().enumerate().map(|(at, &id)| (id, at)).collect();
        let mut before = vec![Vec::new(); steps.len()];
        let mut after = vec![Vec::new(); steps.len()];
        for edge in edges {
            let ends = (index.get(&edge.before), index.get(&edge.after));
            if let (Some(&first), Some(&then)) = ends
                && !before[then].contains(&first)
            {
                before[then].push(first);
                after[first].push(then);
            }
        }
        let mut waits: Vec<usize> = before.iter().map(Vec::len).collect();
        // Among what is free, the plan's own order decides, so that equal plans run equally.
        let mut free: VecDeque<usize> = (0..steps.len()).filter(|&at| waits[at] == 0).collect();
        let mut order = Vec::with_capacity(steps.len());
        while let Some(at) = free.pop_front() {
            order.push(at);
            for &then in &after[at] {
                waits[then] -= 1;
                if waits[then] == 0 {
                    free.push_back(then);
                }
            }
        }
        if order.len() < steps.len() {
            return Err(circle(&steps, &before, &waits));
        }
        Ok(Self {
            steps,
            index,
            before,
            after,
            order,
        })
    }

    /// Every step after all that it waits for.
    pub fn order(&self) -> impl DoubleEndedIterator<Item = &'a StepId> + '_ {
        self.order.iter().map(|&at| self.steps[at])
    }

    /// What a step waits for directly.
    pub fn before(&self, step: &StepId) -> impl Iterator<Item = &'a StepId> + '_ {
        self.next_to(step, &self.before)
    }

    /// What waits for a step directly.
    pub fn after(&self, step: &StepId) -> impl Iterator<Item = &'a StepId> + '_ {
        self.next_to(step, &self.after)
    }

    fn next_to<'s>(
        &'s self,
        step: &StepId,
        ways: &'s [Vec<usize>],
    ) -> impl Iterator<Item = &'a StepId> + 's {
        let at = self.index.get(step);
        let found = at.map_or(&[][..], |&at| ways[at].as_slice());
        found.iter().map(|&at| self.steps[at])
    }

    /// Whether `first` is done whenever `then` starts.
    #[must_use]
    pub fn precedes(&self, first: &StepId, then: &StepId) -> bool {
        let (Some(&first), Some(&then)) = (self.index.get(first), self.index.get(then)) else {
            return false;
        };
        let mut seen = vec![false; self.steps.len()];
        let mut open = self.before[then].clone();
        while let Some(at) = open.pop() {
            if at == first {
                return true;
            }
            if !std::mem::replace(&mut seen[at], true) {
                open.extend(&self.before[at]);
            }
        }
        false
    }

    /// Those of `among` on which no other of them is built.
    #[must_use]
    pub fn last_of<'s>(&self, among: &BTreeSet<&'s StepId>) -> BTreeSet<&'s StepId> {
        let wanted = |at: usize| among.contains(self.steps[at]);
        // Whether anything of `among` comes after a step.
        let mut followed = vec![false; self.steps.len()];
        for &at in self.order.iter().rev() {
            followed[at] = self.after[at]
                .iter()
                .any(|&then| followed[then] || wanted(then));
        }
        let last = |id: &&&StepId| self.index.get(**id).is_none_or(|&at| !followed[at]);
        among.iter().filter(last).copied().collect()
    }

    /// How long it takes at least from the start of each step to the end of the plan when steps
    /// that do not wait for each other run side by side, with each step's time by `takes`.
    #[must_use]
    pub fn ways_to_the_end(
        &self,
        takes: impl Fn(&StepId) -> Expected,
    ) -> BTreeMap<&'a StepId, Expected> {
        let mut left = vec![Expected::default(); self.steps.len()];
        for &at in self.order.iter().rev() {
            let rest = self.after[at].iter().map(|&then| left[then]);
            let rest = rest.fold(Expected::default(), Expected::longer);
            left[at] = takes(self.steps[at]).then(rest);
        }
        self.steps.iter().copied().zip(left).collect()
    }
}

/// Follows steps that were never free back until one comes again.
fn circle(steps: &[&StepId], before: &[Vec<usize>], waits: &[usize]) -> Cycle {
    let mut path: Vec<usize> = Vec::new();
    let mut next = waits.iter().position(|&waits| waits > 0);
    while let Some(at) = next {
        if let Some(start) = path.iter().position(|&known| known == at) {
            let mut names: Vec<String> = path[start..]
                .iter()
                .map(|&at| steps[at].to_string())
                .collect();
            names.push(steps[at].to_string());
            names.reverse();
            return Cycle(names);
        }
        path.push(at);
        next = before[at].iter().copied().find(|&need| waits[need] > 0);
    }
    Cycle(path.iter().map(|&at| steps[at].to_string()).collect())
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
        let steps = || ids.iter().collect::<Vec<&StepId>>();
        let edges = edges(&[("a", "b"), ("b", "c")]);
        let graph = Graph::new(steps(), &edges).expect("no cycle");
        let order: Vec<&str> = graph.order().map(|id| id.as_str()).collect();
        assert_eq!(order, ["d", "a", "b", "c"]);
        assert!(graph.precedes(&"a".into(), &"c".into()));
        assert!(!graph.precedes(&"c".into(), &"a".into()));
        assert!(!graph.precedes(&"d".into(), &"c".into()));
        let among = [&ids[0], &ids[1], &ids[3]].into();
        assert_eq!(graph.last_of(&among), [&ids[0], &ids[1]].into());
    }

    #[test]
    fn a_cycle_is_told_by_name() {
        let ids: Vec<StepId> = ["a", "b", "c"].map(StepId::from).into();
        let steps = || ids.iter().collect::<Vec<&StepId>>();
        let round = edges(&[("a", "b"), ("b", "c"), ("c", "a")]);
        let error = Graph::new(steps(), &round).expect_err("a cycle");
        assert_eq!(
            error.to_string(),
            "steps wait for each other: a → b → c → a"
        );
        let own = edges(&[("b", "b")]);
        let error = Graph::new(steps(), &own).expect_err("a cycle");
        assert_eq!(error, Cycle(vec!["b".into(), "b".into()]));
    }
}
