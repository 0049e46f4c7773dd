//! When the requests of a recording are sent.

use jiff::{SignedDuration, Timestamp};

use super::{
    super::{history::version, recording::Step},
    PHASE,
    watching::Watching,
};

/// Milliseconds before an event at which the write that led to it was sent.
const BEFORE: i64 = 4;

/// The event of a watch that shows what a step's answer shows.
pub(super) fn event_of(watching: &Watching, step: &Step) -> Option<usize> {
    let answer = step.answer()?;
    let (uid, shown) = (&answer["metadata"]["uid"], version(answer)?);
    watching.step.events().iter().position(|(event, _)| {
        let object = &event["object"];
        object["metadata"]["uid"] == *uid && version(object) == Some(shown)
    })
}

/// How long the recorder waited before a request, by its own words: `5 s later`, `when …`.
fn pause(step: &Step) -> SignedDuration {
    let note = step.note();
    let seconds = note
        .split_once(" s later")
        .and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok());
    match seconds {
        Some(seconds) => SignedDuration::from_secs(seconds),
        None if note.starts_with("when ") => SignedDuration::from_millis(500),
        None => SignedDuration::ZERO,
    }
}

/// When to send each request: writes just before the event that they led to, everything else at the
/// second of its answer, in the order in which they were recorded.
pub(super) fn schedule(
    open: &[Watching],
    others: Vec<(String, Step)>,
    start: Timestamp,
) -> Vec<(Timestamp, String, Step)> {
    let mut last = start;
    let mut planned = Vec::new();
    for (label, step) in others {
        let event = open.iter().find_map(|watching| {
            let at = event_of(watching, &step)?;
            let (_, time) = watching.step.events()[at];
            Some(watching.began + SignedDuration::from_millis(time))
        });
        let second = step
            .date()
            .map(|date| date + SignedDuration::from_millis(PHASE));
        let second = second.unwrap_or(last).max(last + pause(&step));
        let at = match event {
            Some(event) if step.method() == "GET" => step.date().unwrap_or(event).max(event),
            Some(event) => event - SignedDuration::from_millis(BEFORE),
            None => second,
        };
        last = last.max(at);
        planned.push((last, label, step));
    }
    planned
}
