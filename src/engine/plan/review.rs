//! What a person reads before saying yes, derived from the sealed plan and from nothing else.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Compensation, CostDelta, Expected, Plan, Reach, Recovery, Ruling, Sealed, Step, StepId, Work,
};
use crate::{
    engine::graph::Graph,
    model::{
        EnvironmentClass,
        change::{Difference, Verb},
        text::clean,
    },
};

/// A plan laid out for reading. All text is clean of control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Review {
    pub title: String,
    pub operation: String,
    /// All 64 hex digits.
    pub digest: String,
    /// The first eight of them.
    pub short: String,
    pub phrase: [&'static str; 4],
    pub environment: EnvironmentClass,
    pub reason: String,
    pub author: String,
    pub reach: Reach,
    pub cost: Option<CostDelta>,
    pub recovery: Option<Recovery>,
    pub policy: Vec<Ruling>,
    /// What differs afterwards, one line per value, in the order of execution.
    pub changes: Vec<ChangeLine>,
    /// In the order of execution.
    pub steps: Vec<StepReview>,
    /// What undoes it, in the order of execution.
    pub rollback: Vec<String>,
    pub points_of_no_return: Vec<StepId>,
    pub warnings: Vec<String>,
    /// IAM actions that are needed, each once.
    pub permissions: Vec<&'static str>,
    /// Where the control planes are that it needs: `route53 in us-east-1`.
    pub control_planes: Vec<String>,
    /// From start to end.
    pub expected: Expected,
    /// The steps that decide how long it takes, in order.
    pub critical_path: Vec<StepId>,
    pub sealed_at: Timestamp,
    pub expires_at: Timestamp,
}

/// One value that differs afterwards, and the step that sees to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeLine {
    pub step: StepId,
    pub verb: Verb,
    #[serde(flatten)]
    pub difference: Difference,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepReview {
    pub id: StepId,
    /// What it does to its object; `None` for what waits, asks and watches.
    pub verb: Option<Verb>,
    pub title: String,
    pub why: String,
    pub after: Vec<StepId>,
    pub expected: Expected,
    /// How it is undone, in words.
    pub undo: String,
    pub permissions: Vec<&'static str>,
    /// After it there is no way back.
    pub final_step: bool,
    /// A person is asked before it.
    pub gate: Option<String>,
}

impl StepReview {
    /// The sign before it; `…` for what waits, asks and watches.
    #[must_use]
    pub fn glyph(&self) -> char {
        self.verb.map_or('…', Verb::glyph)
    }
}

impl Sealed {
    /// The plan as it is shown for approval.
    #[must_use]
    pub fn review(&self) -> Review {
        let plan = self.plan();
        let graph = Graph::of(plan).expect("a sealed plan has no cycle");
        let ordered: Vec<&Step> = graph.order().filter_map(|id| plan.step(id)).collect();
        let mut permissions: Vec<&str> = plan.steps.iter().flat_map(Step::permissions).collect();
        permissions.sort_unstable();
        permissions.dedup();
        let undone = ordered.iter().rev().filter_map(|step| step.inverse());
        let (expected, critical_path) = critical(plan, &graph);
        Review {
            title: tidy(&plan.title),
            operation: plan.operation.clone(),
            digest: self.digest().to_string(),
            short: self.digest().short(),
            phrase: self.digest().phrase(),
            environment: plan.environment,
            reason: tidy(&plan.reason),
            author: tidy(&plan.author),
            reach: Reach {
                targets: plan.reach.targets.iter().map(|text| tidy(text)).collect(),
                ..plan.reach.clone()
            },
            cost: plan.cost.clone(),
            recovery: plan.recovery.clone(),
            policy: plan.policy.iter().map(tidy_ruling).collect(),
            changes: ordered.iter().flat_map(|step| lines(step)).collect(),
            steps: ordered.iter().map(|step| row(step, plan, &graph)).collect(),
            rollback: undone.map(|change| tidy(&change.title())).collect(),
            points_of_no_return: plan.points_of_no_return.clone(),
            warnings: plan.warnings.iter().map(|text| tidy(text)).collect(),
            permissions,
            control_planes: control_planes(plan),
            expected,
            critical_path,
            sealed_at: plan.sealed_at,
            expires_at: plan.expires_at,
        }
    }
}

fn tidy(text: &str) -> String {
    clean(text).into_owned()
}

fn tidy_ruling(ruling: &Ruling) -> Ruling {
    Ruling {
        rule: tidy(&ruling.rule),
        message: tidy(&ruling.message),
        ..ruling.clone()
    }
}

fn row(step: &Step, plan: &Plan, graph: &Graph<'_>) -> StepReview {
    let undo = match &step.compensation {
        Compensation::None { because } => because.clone(),
        Compensation::Inverse { change } => change.title(),
        Compensation::Irreversible { consequence } => format!("cannot be undone: {consequence}"),
    };
    let gate = plan.gates.iter().find(|gate| gate.before == step.id);
    StepReview {
        id: step.id.clone(),
        verb: step.changes().map(|change| change.kind().verb()),
        title: tidy(&step.title),
        why: tidy(&step.why),
        after: graph.before(&step.id).cloned().collect(),
        expected: step.expected,
        undo: tidy(&undo),
        permissions: step.permissions(),
        final_step: plan.points_of_no_return.contains(&step.id),
        gate: gate.map(|gate| tidy(&gate.question)),
    }
}

fn lines(step: &Step) -> Vec<ChangeLine> {
    let Work::Change { change } = &step.work else {
        return Vec::new();
    };
    let kind = change.kind();
    let clean = |text: Option<String>| text.map(|text| tidy(&text));
    let line = |difference: Difference| ChangeLine {
        step: step.id.clone(),
        verb: kind.verb(),
        difference: Difference {
            what: tidy(&difference.what),
            from: clean(difference.from),
            to: clean(difference.to),
        },
    };
    kind.differences().into_iter().map(line).collect()
}

/// Services without regions have their control plane in one region of the partition, and a plan
/// that needs it cannot run while that region is down.
fn control_planes(plan: &Plan) -> Vec<String> {
    let changes = plan.steps.iter().filter_map(Step::changes);
    let mut planes: Vec<String> = changes
        .map(|change| match change.region() {
            region if region == crate::model::Region::global() => {
                format!("{} in us-east-1", change.service())
            }
            region => format!("{} in {region}", change.service()),
        })
        .collect();
    planes.sort_unstable();
    planes.dedup();
    planes
}

/// The time from start to end, and the steps that decide it: those without a moment to spare.
fn critical(plan: &Plan, graph: &Graph<'_>) -> (Expected, Vec<StepId>) {
    let takes = |id: &StepId| plan.step(id).map(|step| step.expected).unwrap_or_default();
    let left = graph.ways_to_the_end(takes);
    let whole = left
        .values()
        .copied()
        .fold(Expected::default(), Expected::longer);
    let mut path = Vec::new();
    let mut choices: Vec<&StepId> = graph
        .order()
        .filter(|id| graph.before(id).next().is_none())
        .collect();
    // Of several equally long ways the one that the plan names first.
    while let Some(next) = choices
        .iter()
        .copied()
        .rev()
        .max_by_key(|id| left.get(*id).map_or(0, |way| way.slow_seconds))
    {
        path.push(next.clone());
        choices = graph.after(next).collect();
    }
    (whole, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::plan::sample;

    #[test]
    fn the_review_tells_changes_rollback_times_and_rights() {
        let review = Sealed::seal(sample::switch()).expect("whole").review();
        let text: Vec<String> = review
            .changes
            .iter()
            .map(|line| {
                let Difference { what, from, to } = &line.difference;
                let value = |value: &Option<String>| value.clone().unwrap_or_default();
                format!("{what}: {} to {}", value(from), value(to))
            })
            .collect();
        assert_eq!(text, ["blue weight: 100 to 0", "green weight: 0 to 100"]);
        assert_eq!(
            review.rollback,
            ["shop.example.com: blue 0→100, green 100→0"]
        );
        assert_eq!(review.expected.typical_seconds, 90);
        assert!(
            review
                .permissions
                .contains(&"route53:ChangeResourceRecordSets")
        );
        assert_eq!(review.control_planes, ["route53 in us-east-1"]);
        assert_eq!(review.critical_path, ["shift".into(), "aged".into()]);
        let verbs: Vec<Option<Verb>> = review.steps.iter().map(|step| step.verb).collect();
        assert_eq!(verbs, [Some(Verb::Shift), None]);
        assert_eq!(review.steps[1].after, ["shift".into()]);
    }

    #[test]
    fn text_from_outside_cannot_disguise_itself() {
        let mut plan = sample::switch();
        plan.warnings = vec!["a\u{1b}[2Jb".into()];
        plan.reason = "x\u{202e}y".into();
        let review = Sealed::seal(plan).expect("whole").review();
        assert_eq!(review.warnings, ["a\u{fffd}[2Jb"]);
        assert_eq!(review.reason, "x\u{fffd}y");
    }
}
