//! From a wish to a change that is proven: intent, plan, approval, apply, verify, roll back.
//! The only way to change anything.
//!
//! The way of a change, for command line and deck alike:
//!
//! 1. [`Engine::plan`] turns an operation and its [`operations::Arguments`] into a [`Sealed`] plan
//!    and keeps it. [`Engine::load`] finds one again by digest or file.
//! 2. [`Sealed::review`] is everything that is shown; [`Challenge`] is what a person must type.
//! 3. [`Engine::start`] checks arming, expiry, drift and the [`Confirmation`], and opens a run.
//! 4. [`runner::execute`] executes it, in a process of its own or in the foreground. Others follow
//!    with [`Engine::records`] and steer with [`Engine::ask`]; after a request, and after a crash,
//!    somebody starts a runner where [`Engine::needs_runner`] says so.
//! 5. [`Engine::verify`] proves the journal, [`export`] hands a run to somebody without it.
//!
//! Pure, without I/O, clock or randomness: `plan`, `graph`, `machine`, `schedule`, `locate`,
//! `share`, and the planning half of each operation.

pub mod approval;
pub mod arming;
mod budget;
pub mod clock;
mod comparison;
pub mod confirm;
mod error;
pub mod export;
mod facts;
pub mod graph;
mod identity;
pub mod journal;
mod locate;
pub mod machine;
pub mod operations;
pub mod plan;
pub mod policy;
mod probe;
pub mod runner;
mod schedule;
mod share;
pub mod shared;
mod sharing;
mod start;
mod steer;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

pub use arming::Arming;
pub use clock::{Clock, Moment, RuntimeClock, SystemClock};
pub use confirm::{Challenge, Confirmation};
pub use error::Error;
pub use identity::RunId;
pub use journal::{Record, Request, RunSummary, Standing as RunStanding, Verified};
pub use plan::{Plan, Review, Sealed};
pub use policy::Policy;
pub use shared::Shared;

use journal::Journal;
use operations::{Arguments, Refusal, World};

pub type Result<T> = std::result::Result<T, Error>;

/// The journal's name in its folder.
pub const JOURNAL: &str = "journal.sqlite";

/// The plans and runs of one organization.
pub struct Engine {
    path: PathBuf,
    journal: Mutex<Journal>,
    policy: Policy,
    shared: Option<Shared>,
}

impl Engine {
    /// Opens the journal of one organization, in `$XDG_STATE_HOME/awsdeck/<organization id>`.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(JOURNAL);
        let journal = Mutex::new(Journal::open(&path)?);
        Ok(Self {
            path,
            journal,
            policy: Policy::default(),
            shared: None,
        })
    }

    /// The same engine under these rules.
    #[must_use]
    pub fn under(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The same engine, its runs shared with other machines.
    #[must_use]
    pub fn sharing(mut self, store: Option<Shared>) -> Self {
        self.shared = store;
        self
    }

    /// Where runs are shared with other machines.
    #[must_use]
    pub const fn shared(&self) -> Option<&Shared> {
        self.shared.as_ref()
    }

    /// The rules in force.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What [`runner::execute`] is given.
    #[must_use]
    pub fn journal_path(&self) -> &Path {
        &self.path
    }

    /// Plans an operation, seals the plan and keeps it. Changes nothing outside.
    pub async fn plan(
        &self,
        operation: &str,
        wish: &Arguments,
        world: &World<'_>,
    ) -> Result<Sealed> {
        let known = operations::find(operation)
            .ok_or_else(|| Refusal::NoOperation(operation.to_owned()))?;
        let mut plan = known.plan(wish, world).await?;
        plan.accounts = world.touched(&plan.reach.accounts);
        plan.policy = self.policy.judge(&plan, world.now, &self.history(None)?);
        let sealed = Sealed::seal(plan).map_err(Refusal::from)?;
        self.journal().keep_plan(&sealed)?;
        Ok(sealed)
    }

    /// The plan that `text` names: the first digits of its digest, or a file.
    pub fn load(&self, text: &str) -> Result<Sealed> {
        let hex = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
        if text.len() >= 4 && text.bytes().all(hex) && !Path::new(text).exists() {
            return Ok(self.journal().find_plan(text)?);
        }
        let path = || text.to_owned();
        let bytes = std::fs::read(text).map_err(|cause| Error::Io {
            path: path(),
            cause,
        })?;
        let sealed = Sealed::from_file(&bytes).map_err(|cause| Error::PlanFile {
            path: path(),
            cause,
        })?;
        self.journal().keep_plan(&sealed)?;
        Ok(sealed)
    }

    /// Writes a plan to a file that [`Engine::load`] takes.
    pub fn save(sealed: &Sealed, path: &Path) -> Result<()> {
        let mut text = sealed.to_file();
        text.push(b'\n');
        std::fs::write(path, text).map_err(|cause| Error::Io {
            path: path.display().to_string(),
            cause,
        })
    }

    /// All runs, newest first.
    pub fn runs(&self) -> Result<Vec<RunSummary>> {
        Ok(self.journal().runs()?)
    }

    /// The run that `text` names: its id, or digits at its beginning or end.
    pub fn find_run(&self, text: &str) -> Result<RunId> {
        Ok(self.journal().find_run(text)?)
    }

    /// A run as it stands now, with its plan.
    pub fn standing(&self, run: RunId) -> Result<RunStanding> {
        Ok(self.journal().standing(run)?.clone())
    }

    /// What a run waits for outside of itself, if anything.
    pub fn waits_for(&self, run: RunId) -> Result<Option<String>> {
        Ok(self.journal().waits_for(run)?)
    }

    /// Tells whoever looks at a run what it waits for outside of itself.
    pub fn say(&self, run: RunId, text: &str, clock: &dyn Clock) -> Result<()> {
        Ok(self.journal().say(run, Some(text), &clock.moment())?)
    }

    /// What happened to a run after line `seq`, oldest first, at most `limit` lines.
    pub fn records(&self, run: RunId, seq: u64, limit: u32) -> Result<Vec<Record>> {
        Ok(self.journal().records(run, seq, limit)?)
    }

    /// Proves that the journal is what was written.
    pub fn verify(&self) -> Result<Verified> {
        Ok(self.journal().verify()?)
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
