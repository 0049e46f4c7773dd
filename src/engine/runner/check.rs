//! Steps that wait, ask and sample.

use std::{collections::BTreeMap, time::Duration};

use super::{
    bake::bake,
    task::{Asked, Job, Next, Outside, answer, seconds},
};
use crate::engine::{
    machine::{PauseReason, step},
    plan::{OnFailure, Precondition, Work},
    share,
};
use step::Verdict;

pub(super) async fn check(job: Job, outside: Outside<'_>) -> Next {
    if job.known.state != step::State::Checking {
        return begin(&job, outside).await;
    }
    match &job.step().work {
        Work::Change { .. } => Next::default(),
        Work::Wait { seconds: wait } => match seconds(*wait).checked_sub(job.age) {
            Some(left) if !left.is_zero() => Next::nap(left),
            _ => job.happened([step::Event::StepDone]),
        },
        Work::Until {
            probe,
            interval_seconds,
            limit_seconds,
        } => {
            let pace = (seconds(*interval_seconds), seconds(*limit_seconds));
            until(&job, outside, probe, pace).await
        }
        Work::Answers { .. } => sample(&job, outside).await,
        Work::Bake { .. } => bake(&job, outside).await,
    }
}

/// What the step rests on must hold before its time counts.
async fn begin(job: &Job, outside: Outside<'_>) -> Next {
    let asks = |need: &Precondition| !matches!(need, Precondition::Stands);
    if job.step().preconditions.iter().any(asks) {
        match super::task::unmet(job, outside).await {
            Err(next) => return *next,
            Ok(lines) if !lines.is_empty() => return job.happened([step::Event::Drift { lines }]),
            Ok(_) => {}
        }
    }
    job.happened([step::Event::CheckBegan])
}

pub(super) fn sample_of(text: &str) -> step::Event {
    step::Event::CheckSample {
        by_side: BTreeMap::new(),
        strange: 0,
        lost: 0,
        text: text.into(),
    }
}

/// Asks once whether what is waited for is so.
async fn until(
    job: &Job,
    outside: Outside<'_>,
    probe: &crate::engine::plan::Probe,
    (interval, limit): (Duration, Duration),
) -> Next {
    let seen = match job.ask(outside, probe).await {
        Asked::Seen(seen) => seen,
        Asked::Trouble(error) => return Next::trouble(error),
        Asked::Unbound(error) => return job.failed(error),
    };
    if seen.holds == Some(true) {
        let (verdict, text) = (Verdict::Pass, seen.text);
        return job.happened([
            step::Event::CheckVerdict { verdict, text },
            step::Event::StepDone,
        ]);
    }
    // The same answer again is not worth a line.
    let news = job.known.said.as_ref() != Some(&seen.text);
    let mut next = job.happened(news.then(|| sample_of(&seen.text)));
    let late = job.patience >= limit;
    if late && job.step().on_failure == OnFailure::RollBack {
        let error = format!("{} after {} s", seen.text, job.age.as_secs());
        next.events.extend(job.failed(error).events);
    } else if late {
        next.pause = job
            .pause(
                PauseReason::Inconclusive,
                format!("{} after {} s", seen.text, job.age.as_secs()),
            )
            .pause;
    } else {
        next.nap = Some(interval);
    }
    next
}

/// Asks the name servers once and judges.
async fn sample(job: &Job, outside: Outside<'_>) -> Next {
    let Work::Answers {
        account,
        zone,
        sides,
        samples,
        interval_seconds,
        limit_seconds,
    } = &job.step().work
    else {
        return Next::default();
    };
    let traffic = &outside.provider.traffic;
    let asked = traffic.answers(*account, zone, sides, *samples);
    let answers = match answer(outside.clock, asked).await {
        Ok(answers) => answers,
        Err(error) => return Next::trouble(error),
    };
    let (verdict, text) = share::judge(sides, &answers);
    let counted = step::Event::CheckSample {
        by_side: answers.by_side,
        strange: answers.strange,
        lost: answers.lost,
        text: text.clone(),
    };
    if verdict == Verdict::Pass {
        return job.happened([
            counted,
            step::Event::CheckVerdict { verdict, text },
            step::Event::StepDone,
        ]);
    }
    // Until everything has converged, other shares are no failure: it is waited for.
    if job.patience < seconds(*limit_seconds) {
        let mut next = job.happened([counted]);
        next.nap = Some(seconds(*interval_seconds));
        return next;
    }
    let said = format!("the answers have not the planned shares: {text}");
    let verdict = Verdict::Inconclusive;
    let mut next = job.happened([counted, step::Event::CheckVerdict { verdict, text }]);
    next.pause = job.pause(PauseReason::Inconclusive, said).pause;
    next
}
