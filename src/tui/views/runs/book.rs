//! What the journal tells, read aside and handed to the screens: a frame never reads a file.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    engine::{
        Engine, Record, Result, Review, RunId, RunSummary,
        machine::{Event, RunView, run, step},
    },
    model::text::clean,
};

/// Runs that are read with their steps and lines; older ones are listed only.
const OPENED: usize = 30;
/// Lines of one run that are read.
const LINES: u32 = 1_000;

/// All runs, newest first, and the plan that waits for a yes.
#[derive(Clone, Debug, Default)]
pub struct Book {
    pub runs: Vec<Entry>,
    /// The plan under review.
    pub plan: Option<Arc<Review>>,
    /// Why the journal could not be read, if it could not.
    pub trouble: Option<String>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Entry {
    pub summary: RunSummary,
    /// `None` for runs that are only listed.
    pub standing: Option<Standing>,
}

/// A run as it stands, with what happened.
#[derive(Clone, Debug)]
pub struct Standing {
    pub review: Arc<Review>,
    pub view: RunView,
    /// Oldest first.
    pub lines: Vec<Said>,
}

/// One line of the journal in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub at: Timestamp,
    pub actor: String,
    /// The step that it is about.
    pub step: Option<String>,
    pub text: String,
}

impl Book {
    /// Reads the journal; keeps the plan that is under review.
    #[must_use]
    pub fn read(&self, engine: &Engine) -> Self {
        match Self::runs_of(engine) {
            Ok(runs) => Self {
                runs,
                plan: self.plan.clone(),
                trouble: None,
            },
            Err(error) => Self {
                trouble: Some(error.to_string()),
                ..self.clone()
            },
        }
    }

    fn runs_of(engine: &Engine) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for (index, summary) in engine.runs()?.into_iter().enumerate() {
            let standing = if index < OPENED || !summary.state.is_terminal() {
                let standing = engine.standing(summary.id)?;
                let records = engine.records(summary.id, 0, LINES)?;
                Some(Standing {
                    review: Arc::new(standing.sealed.review()),
                    view: standing.view,
                    lines: records.iter().map(Said::new).collect(),
                })
            } else {
                None
            };
            entries.push(Entry { summary, standing });
        }
        Ok(entries)
    }

    #[must_use]
    pub fn run(&self, id: RunId) -> Option<&Entry> {
        self.runs.iter().find(|entry| entry.summary.id == id)
    }
}

impl Said {
    fn new(record: &Record) -> Self {
        let text = match &record.entry.event {
            Event::Run(event) => of_run(event),
            Event::Step(_, event) => of_step(event),
        };
        Self {
            at: Timestamp::from_microsecond(record.entry.when.at).unwrap_or_default(),
            actor: clean(&record.entry.actor).into_owned(),
            step: record.entry.event.step().map(ToString::to_string),
            text: clean(&text).into_owned(),
        }
    }
}

fn of_run(event: &run::Event) -> String {
    match event {
        run::Event::RunCreated { title, reason, .. } => format!("opened: {title} ({reason})"),
        run::Event::ApprovalGiven(approval) => format!("confirmed by {}", approval.by),
        run::Event::ApprovalGranted { .. } => "everybody who is needed has confirmed".into(),
        run::Event::ApprovalExpired { because } => format!("the approval has run out: {because}"),
        run::Event::GlassBroken { by, reason } => {
            format!("{by} took the lease on this machine alone: {reason}")
        }
        run::Event::ApprovalDenied { by, reason } => format!("rejected by {by}: {reason}"),
        run::Event::LeaseTaken { host, pid, .. } => format!("taken up by process {pid} on {host}"),
        run::Event::LeaseReleased { because } => format!("let go: {because}"),
        run::Event::RunStarted => "started".into(),
        run::Event::VerifyBegan => "every change is made, watching what follows".into(),
        run::Event::Paused(pause) => format!("paused ({}): {}", pause.reason, pause.text),
        run::Event::Resumed { by } => format!("resumed by {by}"),
        run::Event::GatePassed { before, by, .. } => {
            format!("{by} let it pass the gate before {before}")
        }
        run::Event::RollbackBegan { because, by } => format!("{by} rolls back: {because}"),
        run::Event::StopAsked { by, reason } => format!("{by} stops it: {reason}"),
        run::Event::RunDone { outcome, leftovers } if leftovers.is_empty() => {
            format!("ended: {}", outcome.state())
        }
        run::Event::RunDone { outcome, leftovers } => {
            format!("ended: {}, left: {}", outcome.state(), leftovers.join("; "))
        }
    }
}

fn of_step(event: &step::Event) -> String {
    use step::Event;
    match event {
        Event::Drift { lines } => format!("reality differs: {}", lines.join("; ")),
        Event::Intent { attempt, .. } => format!("about to send, attempt {attempt}"),
        Event::Ack {
            external_id: Some(id),
            ..
        } => format!("accepted as {id}"),
        Event::Ack { .. } => "accepted".into(),
        Event::Ambiguous { error } => format!("no answer, it may have happened: {error}"),
        Event::LocatedThere { found, .. } => format!("found: {found}"),
        Event::LocatedNowhere { reads } => format!("not there after {reads} reads"),
        Event::HumanNeeded { question } => format!("asks: {question}"),
        Event::CheckSample { text, .. } | Event::CheckVerdict { text, .. } => text.clone(),
        Event::StepSkipped { because, .. } => format!("skipped: {because}"),
        Event::StepTried { error } => format!("tried, will try again: {error}"),
        Event::StepFailed { error } => format!("failed: {error}"),
        // The kind says it all: `step_done`, `settled`.
        other => {
            let kind: &'static str = other.into();
            words(kind)
        }
    }
}

/// `PrecheckOk` and `precheck_ok` as `precheck ok`.
fn words(kind: &str) -> String {
    let mut said = String::new();
    for char in kind.chars() {
        if char.is_uppercase() && !said.is_empty() {
            said.push(' ');
        }
        match char {
            '_' => said.push(' '),
            other => said.extend(other.to_lowercase()),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_in_words() {
        assert_eq!(of_step(&step::Event::StepDone), "step done");
        assert_eq!(
            of_step(&step::Event::StepFailed {
                error: "no such zone".into()
            }),
            "failed: no such zone"
        );
        assert_eq!(of_run(&run::Event::RunStarted), "started");
    }
}
