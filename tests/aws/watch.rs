//! A run of the real program, seen through its journal while it goes on.

use std::{
    fmt::Display,
    thread,
    time::{Duration, Instant},
};

use awsdeck::engine::{
    Engine, RunId,
    machine::{Event, run},
};
use futures::FutureExt as _;
use rustix::process::{Pid, Signal, kill_process};

use super::operator::Operator;

/// How long anything may take before it counts as never.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Watch {
    pub(crate) run: RunId,
    engine: Engine,
}

impl Watch {
    /// The newest run of an organization, as soon as there is one.
    pub(crate) fn over(operator: &Operator, organization: &str) -> Self {
        let folder = operator
            .home
            .path()
            .join("state/awsdeck")
            .join(organization);
        let engine = until(
            || "a run",
            || {
                let engine = folder.exists().then(|| Engine::open(&folder).ok())??;
                let some = !engine.runs().ok()?.is_empty();
                some.then_some(engine)
            },
        );
        let run = engine.runs().expect("readable")[0].id;
        Self { run, engine }
    }

    /// What has happened so far, oldest first.
    pub(crate) fn events(&self) -> Vec<Event> {
        let records = self.engine.records(self.run, 0, 10_000).expect("readable");
        records
            .into_iter()
            .map(|record| record.entry.event)
            .collect()
    }

    /// Waits until the journal has an event of a step, by its name in the journal.
    pub(crate) fn wait_for(&self, step: &str, event: &str) {
        let is = |seen: &Event| {
            let of_step = seen.step().is_some_and(|id| id.as_str() == step);
            of_step && seen.kind() == event
        };
        until(
            || format!("{event} of {step}; there was {:#?}", self.events()),
            || self.events().iter().any(is).then_some(()),
        );
    }

    /// Kills the process that executes the run, at once when `come` says so.
    pub(crate) fn kill_when(&self, come: impl Fn() -> bool) {
        let runner = until(
            || "a runner",
            || {
                let events = self.events().into_iter().rev();
                let mut leases = events.filter_map(|event| match event {
                    Event::Run(run::Event::LeaseTaken { pid, .. }) => Some(pid),
                    _ => None,
                });
                Pid::from_raw(i32::try_from(leases.next()?).expect("a process id"))
            },
        );
        until(|| "its moment", || come().then_some(()));
        kill_process(runner, Signal::KILL).expect("it was alive");
        until(
            || "its end",
            || {
                // Where no store is shared there is nothing to wait for.
                let needs = self.engine.needs_runner(self.run).now_or_never()?;
                needs.expect("readable").then_some(())
            },
        );
    }
}

fn until<T, S: Display>(what: impl Fn() -> S, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited for {}", what());
        thread::park_timeout(Duration::from_millis(1));
    }
}
