//! Faults that a test injects: what happens to which calls.

use std::time::Duration;

use super::super::status::Status;

/// What happens to a call.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// It is answered late.
    Delay(Duration),
    /// It is never answered.
    Hang,
    /// The connection is gone before anything has happened.
    Drop,
    /// What was asked for happens, and the connection is gone before the answer.
    Lose,
    /// The answer ends in the middle, after so many bytes of its body.
    Cut(usize),
    /// It is refused.
    Refuse(Status),
    /// It is answered with 200 and this body, whatever was asked for.
    Say(String),
}

/// An effect on the calls that match.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    method: &'static str,
    path: String,
    effect: Effect,
    /// How many matching calls go through before it.
    spared: usize,
    /// How many calls it still hits.
    left: usize,
}

impl Fault {
    /// An effect on the next call of `method` (empty for any) whose path and query contain `path`.
    pub(crate) fn on(method: &'static str, path: &str, effect: Effect) -> Self {
        Self {
            method,
            path: path.into(),
            effect,
            spared: 0,
            left: 1,
        }
    }

    /// Lets some calls through first.
    pub(crate) fn after(mut self, calls: usize) -> Self {
        self.spared = calls;
        self
    }

    /// Hits so many calls.
    pub(crate) fn times(mut self, calls: usize) -> Self {
        self.left = calls;
        self
    }

    /// Hits every call until the faults are cleared.
    pub(crate) fn always(self) -> Self {
        self.times(usize::MAX)
    }
}

/// The faults of a server.
#[derive(Default)]
pub(crate) struct Faults {
    faults: Vec<Fault>,
    /// How many calls were hit.
    pub(crate) hits: usize,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.faults.clear();
    }

    /// The effect on a call, which is used up by it.
    pub(super) fn take(&mut self, method: &str, path_and_query: &str) -> Option<Effect> {
        let matches = |fault: &Fault| {
            (fault.method.is_empty() || fault.method == method)
                && path_and_query.contains(&fault.path)
                && fault.left > 0
        };
        let mut matching = self.faults.iter_mut().filter(|fault| matches(fault));
        let fault = matching.next()?;
        if fault.spared > 0 {
            fault.spared -= 1;
            return None;
        }
        fault.left -= 1;
        self.hits += 1;
        Some(fault.effect.clone())
    }
}
