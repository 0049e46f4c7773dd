//! The server's time, and what is to happen when.
//!
//! Everything that a cluster does by itself (controllers, watch timeouts, Velero) is a job in the
//! [`Agenda`], so a test that moves the clock runs hours of cluster life in a moment, in a fixed order.

use std::{collections::BTreeMap, time::Instant};

use jiff::{SignedDuration, Timestamp};

use super::world::World;

/// How the server's time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// With the wall clock.
    Real,
    /// With the wall clock, but nobody waits for the cluster's own work: time leaps to it.
    Leaping,
    /// Only when a test moves it.
    Manual,
}

/// What time it is.
pub(crate) struct Clock {
    pace: Pace,
    base: Timestamp,
    started: Instant,
    /// How far leaps and tests have moved the time.
    moved: SignedDuration,
}

impl Clock {
    /// A clock that shows `base` now.
    pub(crate) fn new(pace: Pace, base: Timestamp) -> Self {
        Self {
            pace,
            base,
            started: Instant::now(),
            moved: SignedDuration::ZERO,
        }
    }

    pub(crate) fn pace(&self) -> Pace {
        self.pace
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.unleaped() + self.moved
    }

    /// The time that clients share: leaps to the cluster's own work are left out, or every token
    /// would be from the past after a few of them.
    pub(crate) fn shared(&self) -> Timestamp {
        match self.pace {
            Pace::Leaping => self.unleaped(),
            Pace::Real | Pace::Manual => self.now(),
        }
    }

    fn unleaped(&self) -> Timestamp {
        match self.pace {
            Pace::Manual => self.base,
            Pace::Real | Pace::Leaping => {
                let elapsed = SignedDuration::try_from(self.started.elapsed());
                self.base + elapsed.unwrap_or(SignedDuration::MAX)
            }
        }
    }

    /// Moves on to `at`; time never runs backwards.
    pub(crate) fn advance_to(&mut self, at: Timestamp) {
        let ahead = at.duration_since(self.now());
        if ahead.is_positive() {
            self.moved += ahead;
        }
    }
}

/// A job on the agenda.
pub(crate) type Appointment = (Timestamp, u64);

type Job = Box<dyn FnOnce(&mut World) + Send>;

/// What will happen, in the order in which it will.
#[derive(Default)]
pub(crate) struct Agenda {
    jobs: BTreeMap<Appointment, (Urgency, Job)>,
    count: u64,
}

/// Whether a leaping clock goes to a job, or waits for it as everybody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A step of the cluster's own work.
    Work,
    /// A timeout, a period: only there because time passes.
    Timer,
}

impl Agenda {
    pub(crate) fn add(
        &mut self,
        at: Timestamp,
        urgency: Urgency,
        job: impl FnOnce(&mut World) + Send + 'static,
    ) -> Appointment {
        self.count += 1;
        let appointment = (at, self.count);
        self.jobs.insert(appointment, (urgency, Box::new(job)));
        appointment
    }

    pub(crate) fn cancel(&mut self, appointment: Appointment) {
        self.jobs.remove(&appointment);
    }

    /// When the next job is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.jobs.keys().next().map(|(at, _)| *at)
    }

    /// When the next step of work is due.
    pub(crate) fn next_work(&self) -> Option<Timestamp> {
        let mut jobs = self.jobs.iter();
        jobs.find(|(_, (urgency, _))| *urgency == Urgency::Work)
            .map(|((at, _), _)| *at)
    }

    /// Takes the first job that is due at `until`.
    pub(crate) fn take(&mut self, until: Timestamp) -> Option<(Timestamp, Job)> {
        let (at, _) = *self.jobs.keys().next().filter(|(at, _)| *at <= until)?;
        let (_, (_, job)) = self.jobs.pop_first()?;
        Some((at, job))
    }
}
