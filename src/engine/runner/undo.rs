//! Taking a step back: the inverse change, with the same care as the change itself.

use std::time::Duration;

use super::{
    send::{backoff, passes, perform, told},
    task::{Job, Next, Outside, answer, request, seconds},
};
use crate::{
    engine::{
        locate::{Finding, judge},
        machine::{PauseReason, Undoing, step},
    },
    model::Standing,
    provider::{Accepted, Envelope, Progress, Sent},
};

/// Between two looks at something on its way.
const LOOK: Duration = Duration::from_secs(2);
/// After this long on its way through the service, an undoing change pauses the run.
const LIMIT: Duration = Duration::from_mins(15);

/// Sees how it stands and what is needed next.
pub(super) async fn undo(job: Job, outside: Outside<'_>) -> Next {
    let inverse = match job.undoing() {
        Ok(inverse) => inverse,
        Err(error) => return job.happened([step::Event::CompFailed { error }]),
    };
    let standing = match answer(outside.clock, outside.control.standing(&inverse)).await {
        Ok(standing) => standing,
        Err(error) => return Next::trouble(error),
    };
    match standing {
        Standing::Elsewhere(lines) | Standing::Several(lines) => {
            let error = format!("somebody changed it since: {}", lines.join("; "));
            job.happened([step::Event::CompFailed { error }])
        }
        Standing::To { .. } => is_back(&job, &inverse, outside).await,
        Standing::Moving(text) => wait(&job, &text),
        // Accepted and not to be seen: an old copy answered.
        Standing::From
            if job.known.comp == Undoing::Acked && job.age < seconds(job.step().window_seconds) =>
        {
            Next::nap(LOOK)
        }
        Standing::From if job.known.comp == Undoing::Doubtful => {
            let reads = job.reads + 1;
            let window = seconds(job.step().window_seconds);
            let class = inverse.change.class();
            match judge(class, &Standing::From, job.age, window, reads) {
                Finding::Nowhere => intend(&job, &inverse),
                _ => Next::nap(LOOK).after_reads(reads),
            }
        }
        Standing::From => intend(&job, &inverse),
    }
}

/// It stands as before; done once all of the service has that.
async fn is_back(job: &Job, inverse: &Envelope, outside: Outside<'_>) -> Next {
    if let Some(external_id) = &job.known.comp_external_id {
        let accepted = Accepted {
            external_id: Some(external_id.clone()),
            ..Accepted::default()
        };
        match answer(outside.clock, outside.control.settled(inverse, &accepted)).await {
            Err(error) => return Next::trouble(error),
            Ok(Progress::Working(text)) => return wait(job, &text),
            Ok(Progress::Failed(error)) => {
                return job.happened([step::Event::CompFailed { error }]);
            }
            Ok(Progress::Settled { .. }) => {}
        }
    }
    job.happened([step::Event::CompDone])
}

fn wait(job: &Job, text: &str) -> Next {
    if job.patience > LIMIT {
        let text = format!("taking it back is still on its way through the service: {text}");
        return job.pause(PauseReason::Inconclusive, text);
    }
    Next::nap(LOOK)
}

/// The line that must be on disk before it is taken back.
fn intend(job: &Job, inverse: &Envelope) -> Next {
    let known = &job.known;
    if known.comp_attempt >= job.step().attempts {
        let error = format!(
            "given up after {} attempts: {}",
            known.comp_attempt,
            known.trouble.clone().unwrap_or_default()
        );
        return job.happened([step::Event::CompFailed { error }]);
    }
    match request(&inverse.change) {
        Ok(request) => job
            .happened([step::Event::CompIntent {
                request,
                key: inverse.key.clone(),
                attempt: known.comp_attempt + 1,
            }])
            .after_reads(0),
        Err(error) => job.happened([step::Event::CompFailed { error }]),
    }
}

/// Sends what was intended, once.
pub(super) async fn send_back(job: Job, outside: Outside<'_>) -> Next {
    let inverse = match job.undoing() {
        Ok(inverse) => inverse,
        Err(error) => return job.happened([step::Event::CompFailed { error }]),
    };
    let event = match perform(&inverse, outside).await {
        Sent::Accepted(accepted) => step::Event::CompAck {
            external_id: accepted.external_id,
            request_id: accepted.request_id,
        },
        Sent::Unknown(error) => step::Event::CompAmbiguous {
            error: error.trouble().message,
        },
        Sent::NotSent(error) | Sent::Refused(error) => {
            let message = told(&error);
            if passes(&error) {
                let mut next = job.happened([step::Event::CompTried { error: message }]);
                next.nap = Some(backoff(job.known.comp_attempt));
                return next;
            }
            step::Event::CompFailed { error: message }
        }
    };
    job.happened([event])
}
