//! After a send: looking for what got no answer, following what was accepted, seeing that it stands.

use std::time::Duration;

use super::{
    send::is_young,
    task::{Job, LOOK, Next, Outside, answer, seconds},
};
use crate::{
    engine::{
        locate::{Finding, judge},
        machine::{PauseReason, step},
    },
    model::{Change, Class, Standing},
    provider::{Accepted, Progress},
};

/// How long a change without an id to follow must stand before it counts as settled (Route 53:
/// "changes generally propagate to all servers within 60 seconds").
const UNFOLLOWED: Duration = Duration::from_mins(1);

/// Looks for a change whose answer was lost.
pub(super) async fn locate(job: Job, outside: Outside<'_>) -> Next {
    let envelope = match job.envelope() {
        Ok(envelope) => envelope,
        Err(error) => return job.failed(error),
    };
    if job.known.state == step::State::Ambiguous {
        return job.happened([step::Event::LocateBegan]).after_reads(0);
    }
    let standing = match answer(outside.clock, outside.control.standing(&envelope)).await {
        Ok(standing) => standing,
        Err(error) => return Next::trouble(error),
    };
    let reads = job.reads + 1;
    let window = seconds(job.step().window_seconds);
    match judge(job.step().class(), &standing, job.age, window, reads) {
        Finding::There(made) => job.happened([step::Event::LocatedThere {
            found: envelope.change.title(),
            made,
        }]),
        Finding::LookAgain => match &standing {
            Standing::Moving(text) => job.look_again(text).after_reads(reads),
            _ => Next::nap(LOOK).after_reads(reads),
        },
        Finding::Drift(lines) => job.happened([step::Event::Drift { lines }]),
        Finding::Several(ids) => job.happened([step::Event::HumanNeeded {
            question: format!(
                "several things carry the mark of `{}`: {}; which one is right?",
                job.step().title,
                ids.join(", ")
            ),
        }]),
        Finding::AskHuman => job.happened([step::Event::HumanNeeded {
            question: format!(
                "did `{}` happen? A second send would do harm",
                job.step().title
            ),
        }]),
        Finding::Nowhere => nowhere(&job, &envelope, reads),
    }
}

fn nowhere(job: &Job, envelope: &crate::provider::Envelope, reads: u32) -> Next {
    let failed = |error: &str| step::Event::StepFailed {
        error: error.into(),
    };
    // The service refuses an act that has happened, so one more send does no harm; a third would
    // only repeat what did not work.
    let most = match envelope.change.class() {
        Class::GuardedAct => job.step().attempts.min(2),
        _ => job.step().attempts,
    };
    let then = if job.ending {
        failed("it never happened and is not sent again")
    } else if job.known.attempt >= most {
        failed("no send of it took effect, however often it was sent")
    } else {
        match job.intent(envelope) {
            Ok(intent) => intent,
            Err(error) => failed(&error),
        }
    };
    job.happened([step::Event::LocatedNowhere { reads }, then])
}

/// Follows an accepted change until all of the service has it.
pub(super) async fn settle(job: Job, outside: Outside<'_>) -> Next {
    let Some(rule) = &job.step().settle else {
        return job.happened([step::Event::Settled { made: None }]);
    };
    if job.known.state == step::State::Acked {
        return job.happened([step::Event::SettleBegan]);
    }
    let envelope = match job.envelope() {
        Ok(envelope) => envelope,
        Err(error) => return job.failed(error),
    };
    let accepted = Accepted {
        request_id: job.known.request_id.clone(),
        external_id: job.known.external_id.clone(),
        made: job.known.made.clone(),
    };
    // Route 53 tells of a change only by the id that its answer had; all else is seen on the object.
    let by_id = matches!(envelope.change, Change::Traffic(_));
    let progress = if !by_id || accepted.external_id.is_some() {
        answer(outside.clock, outside.control.settled(&envelope, &accepted)).await
    } else if job.age >= UNFOLLOWED {
        // The answer with the id to follow was lost.
        Ok(Progress::settled())
    } else {
        Ok(Progress::Working("the id to follow it by was lost".into()))
    };
    match progress {
        Err(error) => Next::trouble(error),
        Ok(Progress::Settled { made }) => job.happened([step::Event::Settled { made }]),
        Ok(Progress::Failed(error)) => job.failed(error),
        Ok(Progress::Working(text)) if job.patience > seconds(rule.limit_seconds) => job.pause(
            PauseReason::Inconclusive,
            format!(
                "still on its way through the service after {} s: {text}",
                job.age.as_secs()
            ),
        ),
        Ok(Progress::Working(_)) => Next::nap(seconds(rule.interval_seconds)),
    }
}

/// Sees that what was accepted and settled is really there.
pub(super) async fn confirm(job: Job, outside: Outside<'_>) -> Next {
    let envelope = match job.envelope() {
        Ok(envelope) => envelope,
        Err(error) => return job.failed(error),
    };
    let drift = |lines| job.happened([step::Event::Drift { lines }]);
    match answer(outside.clock, outside.control.standing(&envelope)).await {
        Err(error) => Next::trouble(error),
        Ok(Standing::To { .. }) => job.happened([step::Event::StepDone]),
        Ok(Standing::Moving(text)) => job.look_again(&text),
        // An old copy answered.
        Ok(Standing::From) if job.age < seconds(job.step().window_seconds) => Next::nap(LOOK),
        Ok(Standing::From) => drift(vec!["the change was accepted and is not there".into()]),
        Ok(Standing::Several(ids)) => drift(vec![format!(
            "it was made more than once: {}",
            ids.join(", ")
        )]),
        Ok(Standing::Elsewhere(_)) if is_young(&job) => Next::nap(LOOK),
        Ok(Standing::Elsewhere(lines)) => drift(lines),
    }
}
