//! The way of a change out of the house: preconditions, intent, send, and again after a trouble.

use std::time::Duration;

use super::task::{Job, Next, Outside, answer, unmet};
use crate::{
    engine::machine::step,
    model::{Standing, change::Class},
    provider::{self, Kind, Sent},
};

/// How long something that the run has just made may be missing from an answer: services answer
/// from copies that lag.
const YOUNG: Duration = Duration::from_mins(1);

/// Longer than any one call may take; after it the answer counts as lost.
const PATIENCE: Duration = Duration::from_mins(1);

/// Reads again what the step rests on. If all of it holds, the intent is to be written.
pub(super) async fn precheck(job: Job, outside: Outside<'_>) -> Next {
    let envelope = match job.envelope() {
        Ok(envelope) => envelope,
        Err(error) => return job.failed(error),
    };
    match differences(&job, &envelope, outside).await {
        Err(next) => *next,
        Ok(Standing::To { made }) => job.happened([step::Event::StepSkipped {
            because: "it stands as wanted already".into(),
            made,
        }]),
        Ok(Standing::Moving(text)) => job.look_again(&text),
        Ok(Standing::Several(ids)) => job.happened([step::Event::Drift {
            lines: vec![format!(
                "several carry the mark of this step: {}",
                ids.join(", ")
            )],
        }]),
        Ok(Standing::Elsewhere(_)) if is_young(&job) => Next::nap(super::task::LOOK),
        Ok(Standing::Elsewhere(lines)) => job.happened([step::Event::Drift { lines }]),
        Ok(Standing::From) => match job.intent(&envelope) {
            Ok(intent) => job.happened([step::Event::PrecheckOk, intent]),
            Err(error) => job.failed(error),
        },
    }
}

/// Whether every precondition holds; `To` where there is nothing left to do.
async fn differences(
    job: &Job,
    envelope: &provider::Envelope,
    outside: Outside<'_>,
) -> Result<Standing, Box<Next>> {
    let mut off = unmet(job, outside).await?;
    // Last, so that nothing is older than it when the change leaves.
    let standing = answer(outside.clock, outside.control.standing(envelope)).await;
    Ok(
        match standing.map_err(|error| Box::new(Next::trouble(error)))? {
            Standing::Elsewhere(lines) => {
                off.extend(lines);
                Standing::Elsewhere(off)
            }
            Standing::From if !off.is_empty() => Standing::Elsewhere(off),
            settled => settled,
        },
    )
}

/// Sends what was intended, once.
pub(super) async fn send(job: Job, outside: Outside<'_>) -> Next {
    let envelope = match job.envelope() {
        Ok(envelope) => envelope,
        Err(error) => return job.failed(error),
    };
    match perform(&envelope, outside).await {
        Sent::Accepted(accepted) => job.happened([step::Event::Ack {
            external_id: accepted.external_id,
            request_id: accepted.request_id,
            made: accepted.made,
        }]),
        Sent::Unknown(error) => job.happened([step::Event::Ambiguous {
            error: error.trouble().message,
        }]),
        Sent::NotSent(error) | Sent::Refused(error) => {
            refused(&job, error, envelope.change.class())
        }
    }
}

fn refused(job: &Job, error: provider::Error, class: Class) -> Next {
    let message = told(&error);
    if !passes(&error) && !misses_what_is_young(job, &error) {
        // The service says that it was done before: whether by us is looked for.
        if already(&error) && matches!(class, Class::Name | Class::Token | Class::GuardedAct) {
            return job.happened([step::Event::Ambiguous { error: message }]);
        }
        return job.failed(message);
    }
    let mut next = job.happened([step::Event::StepTried { error: message }]);
    if matches!(error.kind, Kind::SignedOut { .. } | Kind::MfaNeeded { .. }) {
        next.trouble = Some(error);
    }
    next
}

/// Sends one envelope once, and calls silence by its name.
pub(super) async fn perform(envelope: &provider::Envelope, outside: Outside<'_>) -> Sent {
    tokio::select! {
        sent = outside.control.perform(envelope) => sent,
        () = outside.clock.sleep(PATIENCE) => {
            let message = format!("no answer within {} s", PATIENCE.as_secs());
            let service = envelope.change.service().into();
            Sent::Unknown(provider::Error::new(Kind::Unreachable { service, message }))
        }
    }
}

/// Sends again after a passing trouble, if there is budget left and all still holds.
pub(super) async fn retry(job: Job, outside: Outside<'_>) -> Next {
    let known = &job.known;
    if known.attempt >= job.step().attempts {
        return job.failed(format!(
            "given up after {} attempts: {}",
            known.attempt,
            known.trouble.clone().unwrap_or_default()
        ));
    }
    let pause = backoff(known.attempt);
    if let Some(left) = pause.checked_sub(job.age).filter(|left| !left.is_zero()) {
        return Next::nap(left);
    }
    let envelope = match job.envelope() {
        Ok(envelope) => envelope,
        Err(error) => return job.failed(error),
    };
    match differences(&job, &envelope, outside).await {
        Err(next) => *next,
        Ok(Standing::From) => match job.intent(&envelope) {
            Ok(intent) => job.happened([intent]),
            Err(error) => job.failed(error),
        },
        Ok(Standing::To { made }) => job.happened([step::Event::StepSkipped {
            because: "it stands as wanted, though no send of ours was accepted".into(),
            made,
        }]),
        Ok(Standing::Moving(text)) => job.look_again(&text),
        Ok(Standing::Several(ids)) => job.happened([step::Event::Drift {
            lines: vec![format!(
                "several carry the mark of this step: {}",
                ids.join(", ")
            )],
        }]),
        Ok(Standing::Elsewhere(_)) if is_young(&job) => Next::nap(super::task::LOOK),
        Ok(Standing::Elsewhere(lines)) => job.happened([step::Event::Drift { lines }]),
    }
}

/// Whether what the step is about may just not be seen everywhere yet: the run has made it, and the
/// step has not been looking for long.
pub(super) fn is_young(job: &Job) -> bool {
    job.age < YOUNG && job.refers_to_what_was_made()
}

/// A refusal in words, with what helps against it.
pub(super) fn told(error: &provider::Error) -> String {
    let trouble = error.trouble();
    match trouble.hint {
        Some(hint) if error.is_quota() => format!("{}; {hint}", trouble.message),
        _ => trouble.message,
    }
}

/// The wait before the next attempt: 2 s, 4 s, … 32 s.
pub(super) fn backoff(attempts: u32) -> Duration {
    Duration::from_secs(1 << attempts.min(5))
}

/// Whether a refusal is of the kind that goes away by itself.
pub(super) fn passes(error: &provider::Error) -> bool {
    match &error.kind {
        Kind::Throttled { .. }
        | Kind::SignedOut { .. }
        | Kind::MfaNeeded { .. }
        | Kind::Unreachable { .. } => true,
        Kind::Service { code, .. } => matches!(
            code.as_str(),
            "PriorRequestNotComplete"
                | "ServiceUnavailable"
                | "Throttling"
                | "ThrottlingException"
                | "ConcurrentModificationException"
                | "ResourceInUseException"
                | "DependencyViolation"
                | "InvalidIPAddress.InUse"
                | "IncorrectState"
        ),
        _ => false,
    }
}

/// Whether what is missing may just be too young to be seen everywhere: something that this run has
/// made and that the step refers to.
fn misses_what_is_young(job: &Job, error: &provider::Error) -> bool {
    let missing = match &error.kind {
        Kind::NotFound { .. } => true,
        // A role that was just made (IAM): "cannot be assumed", "is invalid".
        Kind::Service { code, message, .. } => {
            code.ends_with(".NotFound")
                || (message.to_lowercase().contains("role") && code.starts_with("InvalidParameter"))
        }
        _ => false,
    };
    missing && job.refers_to_what_was_made()
}

fn already(error: &provider::Error) -> bool {
    match &error.kind {
        Kind::Service { code, .. } => {
            code.contains("AlreadyExists")
                || code.contains("Duplicate")
                || code.ends_with(".Conflict")
                || code == "ResourceInUseException"
                || code == "ConflictException"
                || code == "InvalidDBInstanceState"
        }
        _ => false,
    }
}
