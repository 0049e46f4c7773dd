//! Steps that watch for a while that what was reached stays, and stays well.

use std::time::Duration;

use super::{
    check::sample_of,
    task::{Asked, Job, Next, Outside, answer, seconds},
};
use crate::{
    engine::{
        comparison,
        machine::{
            PauseReason,
            step::{self, Verdict},
        },
        plan::{StepId, Watch, Work},
    },
    model::Standing,
    provider::Envelope,
};

/// Looks in a row that must be bad before a bake fails: one late answer is no outage.
const FAILURES: u32 = 3;
/// How much longer than it should take it is waited for what nobody can tell yet: CloudWatch is
/// minutes behind.
const GRACE: Duration = Duration::from_mins(5);

/// What one look saw.
#[derive(Default)]
struct Look {
    /// What is not well.
    bad: Vec<String>,
    /// What nobody can tell.
    unsure: Vec<String>,
    /// What is compared with is not well itself.
    without_control: bool,
    /// What somebody else changed.
    drift: Vec<String>,
}

/// Looks once at what must stay true.
pub(super) async fn bake(job: &Job, outside: Outside<'_>) -> Next {
    let Work::Bake {
        seconds: whole,
        interval_seconds,
        watch,
    } = &job.step().work
    else {
        return Next::default();
    };
    let look = match look(job, outside, watch).await {
        Ok(look) => look,
        Err(next) => return *next,
    };
    if !look.drift.is_empty() {
        return job.happened([step::Event::Drift { lines: look.drift }]);
    }
    let text = match [look.bad.as_slice(), look.unsure.as_slice()].concat() {
        seen if seen.is_empty() => "everything that is watched is well".to_owned(),
        seen => seen.join(", "),
    };
    let well = look.bad.is_empty();
    let failures = if well { 0 } else { job.reads + 1 };
    let sample = sample_of(&text);
    let ends = |verdict, text: &str| {
        let text = text.to_owned();
        [sample.clone(), step::Event::CheckVerdict { verdict, text }]
    };
    if failures >= FAILURES && !look.without_control {
        let failed = step::Event::StepFailed {
            error: text.clone(),
        };
        return job.happened(ends(Verdict::Fail, &text).into_iter().chain([failed]));
    }
    let whole = seconds(*whole);
    let left = whole.saturating_sub(job.age);
    if left.is_zero() && well && look.unsure.is_empty() {
        let done = [step::Event::StepDone];
        return job.happened(ends(Verdict::Pass, &text).into_iter().chain(done));
    }
    // With both sides sick, going back would help nobody: a person decides.
    let both_sick = failures >= FAILURES;
    if both_sick || (well && left.is_zero() && job.patience >= whole + GRACE) {
        let mut next = job
            .happened(ends(Verdict::Inconclusive, &text))
            .after_reads(0);
        next.pause = job.pause(PauseReason::Inconclusive, text).pause;
        return next;
    }
    let interval = seconds(*interval_seconds);
    let mut next = job.happened([sample]).after_reads(failures);
    next.nap = Some(if left.is_zero() {
        interval
    } else {
        left.min(interval)
    });
    next
}

async fn look(job: &Job, outside: Outside<'_>, watch: &[Watch]) -> Result<Look, Box<Next>> {
    let mut look = Look::default();
    for watch in watch {
        match watch {
            Watch::Holds { probe } | Watch::Control { probe } => {
                let seen = match job.ask(outside, probe).await {
                    Asked::Seen(seen) => seen,
                    Asked::Trouble(error) => return Err(Box::new(Next::trouble(error))),
                    Asked::Unbound(error) => return Err(Box::new(job.failed(error))),
                };
                if seen.holds == Some(true) {
                    continue;
                }
                if matches!(watch, Watch::Control { .. }) {
                    look.without_control = true;
                    look.unsure.push(seen.text);
                } else {
                    look.bad.push(seen.text);
                }
            }
            Watch::Stands { step } => stands(job, outside, step, &mut look).await?,
            Watch::Compares { comparison } => {
                let age = u32::try_from(job.age.as_secs()).unwrap_or(u32::MAX);
                let now = outside.clock.now();
                let asked = comparison::compare(outside.provider, comparison, age, now);
                match answer(outside.clock, asked).await {
                    Ok((Verdict::Pass, _)) => {}
                    Ok((Verdict::Fail, text)) => look.bad.push(text),
                    Ok((Verdict::Inconclusive, text)) => look.unsure.push(text),
                    // What is known to be sick is left even where nobody can be asked for numbers.
                    Err(error) if !look.bad.is_empty() => look.unsure.push(error.to_string()),
                    Err(error) => return Err(Box::new(Next::trouble(error))),
                }
            }
        }
    }
    Ok(look)
}

/// Whether what an earlier step changed is still so.
async fn stands(
    job: &Job,
    outside: Outside<'_>,
    step: &StepId,
    look: &mut Look,
) -> Result<(), Box<Next>> {
    let Some(envelope) = job.envelope_of(step) else {
        return Ok(());
    };
    let asked = outside.control.standing(&envelope);
    match answer(outside.clock, asked).await {
        Ok(Standing::To { .. }) => {}
        Ok(Standing::From) => look.drift.push(format!("`{step}` was taken back")),
        Ok(Standing::Moving(text)) => look.bad.push(text),
        Ok(Standing::Several(lines) | Standing::Elsewhere(lines)) => look.drift.extend(lines),
        Err(error) => return Err(Box::new(Next::trouble(error))),
    }
    Ok(())
}

impl Job {
    /// The change of another step, as it was sent.
    fn envelope_of(&self, step: &StepId) -> Option<Envelope> {
        let other = Self {
            id: step.clone(),
            ..self.clone()
        };
        other.sealed.plan().step(step)?.changes()?;
        other.envelope().ok()
    }
}
