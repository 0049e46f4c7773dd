//! What a person reads before saying yes, derived from the sealed plan and from nothing else.

use jiff::Timestamp;
use serde::Serialize;

use super::{Compensation, Expected, Plan, Reach, Sealed, Step, StepId, Work};
use crate::{
    engine::graph::Graph,
    model::{Change, EnvironmentClass, change::TrafficChange, text::clean},
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
    /// What differs afterwards, one line per value.
    pub changes: Vec<Line>,
    /// In the order of execution.
    pub steps: Vec<StepReview>,
    /// What undoes it, in the order of execution.
    pub rollback: Vec<String>,
    pub points_of_no_return: Vec<StepId>,
    pub warnings: Vec<String>,
    /// IAM actions that are needed, each once.
    pub permissions: Vec<String>,
    /// From start to end.
    pub expected: Expected,
    pub sealed_at: Timestamp,
    pub expires_at: Timestamp,
}

/// One value that moves: `blue weight`, `100`, `0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub what: String,
    pub from: String,
    pub to: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepReview {
    pub id: StepId,
    /// `→` shift, `~` change, `…` wait or check.
    pub glyph: char,
    pub title: String,
    pub why: String,
    pub after: Vec<StepId>,
    pub expected: Expected,
    /// How it is undone, in words.
    pub undo: String,
    pub permissions: Vec<String>,
}

impl Sealed {
    /// The plan as it is shown for approval.
    #[must_use]
    pub fn review(&self) -> Review {
        let plan = self.plan();
        let graph = Graph::of(plan).expect("a sealed plan has no cycle");
        let ordered: Vec<&Step> = graph
            .order()
            .iter()
            .filter_map(|id| plan.step(id))
            .collect();
        let mut permissions: Vec<String> = plan
            .steps
            .iter()
            .flat_map(|step| step.permissions.clone())
            .collect();
        permissions.sort_unstable();
        permissions.dedup();
        let undone = ordered.iter().rev().filter_map(|step| step.inverse());
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
            changes: ordered
                .iter()
                .filter_map(|step| step.change())
                .flat_map(lines)
                .collect(),
            steps: ordered.iter().map(|step| row(step, &graph)).collect(),
            rollback: undone.map(|change| tidy(&change.title())).collect(),
            points_of_no_return: plan.points_of_no_return.clone(),
            warnings: plan.warnings.iter().map(|text| tidy(text)).collect(),
            permissions,
            expected: longest(plan, &graph),
            sealed_at: plan.sealed_at,
            expires_at: plan.expires_at,
        }
    }
}

fn tidy(text: &str) -> String {
    clean(text).into_owned()
}

fn row(step: &Step, graph: &Graph<'_>) -> StepReview {
    let undo = match &step.compensation {
        Compensation::None { because } => because.clone(),
        Compensation::Inverse { change } => change.title(),
        Compensation::Irreversible { consequence } => format!("cannot be undone: {consequence}"),
    };
    let glyph = match &step.work {
        Work::Change {
            change: Change::Traffic(TrafficChange::ShiftWeights { .. }),
        } => '→',
        Work::Change { .. } => '~',
        Work::Wait { .. } | Work::Answers { .. } | Work::Bake { .. } => '…',
    };
    StepReview {
        id: step.id.clone(),
        glyph,
        title: tidy(&step.title),
        why: tidy(&step.why),
        after: graph.before(&step.id).cloned().collect(),
        expected: step.expected,
        undo: tidy(&undo),
        permissions: step.permissions.clone(),
    }
}

fn lines(change: &Change) -> Vec<Line> {
    let name = |record: &crate::model::traffic::Record, what: &str| {
        let side = record.set_identifier.as_deref().unwrap_or(&record.name);
        tidy(&format!("{side} {what}"))
    };
    match change {
        Change::Traffic(TrafficChange::ShiftWeights { sides, .. }) => sides
            .iter()
            .map(|side| Line {
                what: name(&side.record, "weight"),
                from: side.from.to_string(),
                to: side.to.to_string(),
            })
            .collect(),
        Change::Traffic(TrafficChange::SetTtl { sides, .. }) => sides
            .iter()
            .map(|side| Line {
                what: name(&side.record, "TTL"),
                from: format!("{} s", side.from),
                to: format!("{} s", side.to),
            })
            .collect(),
    }
}

/// The longest way through the graph: steps that do not wait for each other run side by side.
fn longest(plan: &Plan, graph: &Graph<'_>) -> Expected {
    let mut done: std::collections::BTreeMap<&StepId, Expected> = std::collections::BTreeMap::new();
    for id in graph.order() {
        let before = graph.before(id).filter_map(|need| done.get(need));
        let start = before.fold(Expected::default(), |a, b| Expected {
            typical_seconds: a.typical_seconds.max(b.typical_seconds),
            slow_seconds: a.slow_seconds.max(b.slow_seconds),
        });
        let own = plan.step(id).map(|step| step.expected).unwrap_or_default();
        let end = Expected {
            typical_seconds: start.typical_seconds.saturating_add(own.typical_seconds),
            slow_seconds: start.slow_seconds.saturating_add(own.slow_seconds),
        };
        done.insert(id, end);
    }
    done.into_values()
        .fold(Expected::default(), |a, b| Expected {
            typical_seconds: a.typical_seconds.max(b.typical_seconds),
            slow_seconds: a.slow_seconds.max(b.slow_seconds),
        })
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
            .map(|line| format!("{}: {} to {}", line.what, line.from, line.to))
            .collect();
        assert_eq!(text, ["blue weight: 100 to 0", "green weight: 0 to 100"]);
        assert_eq!(
            review.rollback,
            ["shop.example.com: blue 0→100, green 100→0"]
        );
        assert_eq!(review.expected.typical_seconds, 90);
        assert_eq!(review.permissions, ["route53:ChangeResourceRecordSets"]);
        let glyphs: String = review.steps.iter().map(|step| step.glyph).collect();
        assert_eq!(glyphs, "→…");
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
