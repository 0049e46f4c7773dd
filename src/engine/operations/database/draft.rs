//! A plan in the making: steps, what waits for what, where people are asked, what cannot be undone.

use std::collections::BTreeMap;

use super::super::super::plan::{
    Compensation, DatabaseQuestion, Edge, Expected, Fact, FactId, Gate, Precondition, Probe, Step,
    StepId, Watch, Work,
};
use crate::model::{change::Location, protection::DatabaseKind};

#[derive(Default)]
pub(in super::super) struct Draft {
    pub(in super::super) steps: Vec<Step>,
    pub(in super::super) edges: Vec<Edge>,
    pub(in super::super) gates: Vec<Gate>,
    pub(in super::super) no_return: Vec<StepId>,
    pub(in super::super) facts: BTreeMap<FactId, Fact>,
    pub(in super::super) warnings: Vec<String>,
}

/// A database that steps ask about.
pub(in super::super) struct Asked<'a> {
    pub(in super::super) at: &'a Location,
    pub(in super::super) kind: DatabaseKind,
    pub(in super::super) id: &'a str,
}

impl Draft {
    /// One more step, after those of these names. Gives its name.
    pub(in super::super) fn add(&mut self, step: Step, after: &[&str], why: &str) -> String {
        let id = step.id.clone();
        for before in after {
            self.edges.push(Edge {
                before: (*before).into(),
                after: id.clone(),
                why: why.into(),
            });
        }
        self.steps.push(step);
        id.to_string()
    }

    /// Asks until the answer is yes.
    pub(in super::super) fn until(
        &mut self,
        id: &str,
        probe: Probe,
        why: &str,
        (interval_seconds, limit_seconds): (u32, u32),
        after: &[&str],
    ) -> String {
        let title = format!("wait until {}", probe.title());
        let work = Work::Until {
            probe,
            interval_seconds,
            limit_seconds,
        };
        let expected = Expected::new(interval_seconds, limit_seconds / 4);
        let step = Step::read(id, title, why, work, expected);
        self.add(step, after, "it is asked afterwards")
    }

    /// Asks until it holds of a database.
    pub(in super::super) fn until_database(
        &mut self,
        id: &str,
        of: &Asked<'_>,
        asked: DatabaseQuestion,
        why: &str,
        limit_seconds: u32,
        after: &[&str],
    ) -> String {
        let probe = of.probe(asked);
        self.until(id, probe, why, (15, limit_seconds), after)
    }

    /// Watches that everything stays as it should be; nothing for no time.
    pub(in super::super) fn bake(&mut self, seconds: u32, watch: Vec<Watch>, after: &[&str]) {
        if seconds == 0 || watch.is_empty() {
            self.warnings
                .push("no bake: nobody watches afterwards".into());
            return;
        }
        let work = Work::Bake {
            seconds,
            interval_seconds: (seconds / 12).clamp(5, 60),
            watch,
        };
        let title = format!("watch for {seconds} s");
        let why = "what was reached must stay so";
        let step = Step::read("bake", title, why, work, Expected::new(seconds, seconds));
        self.add(step, after, "it is watched afterwards");
    }

    /// A person is asked before the step.
    pub(in super::super) fn gate(&mut self, before: &str, question: impl Into<String>) {
        self.gates.push(Gate {
            before: before.into(),
            question: question.into(),
        });
    }

    /// The step cannot be taken back, and a person is asked before it.
    pub(in super::super) fn without_return(
        &mut self,
        id: &str,
        question: impl Into<String>,
        consequence: impl Into<String>,
    ) {
        let known = StepId::from(id);
        if let Some(step) = self.steps.iter_mut().find(|step| step.id == known) {
            step.compensation = Compensation::Irreversible {
                consequence: consequence.into(),
            };
        }
        self.gate(id, question);
        self.no_return.push(known);
    }

    /// Every step that nothing waits for.
    pub(in super::super) fn ends(&self) -> Vec<String> {
        let waits = |step: &&Step| !self.edges.iter().any(|edge| edge.before == step.id);
        let ends = self.steps.iter().filter(waits);
        ends.map(|step| step.id.to_string()).collect()
    }

    pub(in super::super) fn warn(&mut self, text: impl Into<String>) {
        self.warnings.push(text.into());
    }
}

impl Asked<'_> {
    pub(in super::super) fn probe(&self, asked: DatabaseQuestion) -> Probe {
        Probe::Database {
            at: self.at.clone(),
            kind: self.kind,
            database: self.id.into(),
            asked,
        }
    }

    pub(in super::super) fn holds(&self, asked: DatabaseQuestion) -> Precondition {
        Precondition::Holds {
            probe: self.probe(asked),
        }
    }

    pub(in super::super) fn watched(&self, asked: DatabaseQuestion) -> Watch {
        Watch::Holds {
            probe: self.probe(asked),
        }
    }
}
