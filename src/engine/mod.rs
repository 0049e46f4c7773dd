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

use std::{
    collections::{BTreeMap, btree_map},
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

use crate::{
    model::Standing,
    provider::{Control, Envelope, Provider},
};
use journal::Journal;
use machine::Action;
use operations::{Arguments, Refusal, World};

pub type Result<T> = std::result::Result<T, Error>;

/// How long a yes holds for effects that have not begun.
const APPROVED: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// The journal's name in its folder.
pub const JOURNAL: &str = "journal.sqlite";

/// The plans and runs of one organization.
pub struct Engine {
    path: PathBuf,
    journal: Mutex<Journal>,
    policy: Policy,
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
        })
    }

    /// The same engine under these rules.
    #[must_use]
    pub fn under(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
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

    /// Opens a run of a confirmed plan. Refused when it was applied before, has expired, is not
    /// confirmed, the session may not write, or what it was made from has changed. Sends nothing:
    /// a runner does that.
    pub async fn start(
        &self,
        sealed: &Sealed,
        confirmation: &Confirmation,
        arming: &Arming,
        provider: &Provider,
        by: &str,
        clock: &dyn Clock,
    ) -> Result<RunId> {
        if let Some((run, state)) = self.journal().run_of(sealed.digest())? {
            return Err(journal::Error::AlreadyApplied { run, state }.into());
        }
        let now = clock.now();
        arming.permit(now)?;
        let control = provider.control.as_deref().ok_or(runner::Error::ReadOnly)?;
        if confirmation.plan() != sealed.digest() {
            let wanted = Challenge::of(sealed).wanted();
            let typed = confirmation.typed().to_owned();
            return Err(confirm::NotConfirmed { typed, wanted }.into());
        }
        if now > sealed.plan().expires_at {
            return Err(Error::Expired(sealed.plan().expires_at));
        }
        if let Some((by, scope)) = self.journal().holder(&sealed.scopes())? {
            return Err(journal::Error::ScopeHeld { scope, by }.into());
        }
        let rulings = self.permit(sealed, now, None)?;
        let warned = policy::warnings(&rulings).filter(|rule| !confirmation.knows(rule));
        let warned: Vec<String> = warned.map(str::to_owned).collect();
        if !warned.is_empty() {
            return Err(Error::Unacknowledged(warned));
        }
        still_holds(sealed, control).await?;
        let needed = self.policy.people(sealed.plan(), &rulings);
        let yes = approval_of(sealed, by, confirmation, now);
        Ok(self
            .journal()
            .open_run(sealed, yes, needed, clock.moment())?)
    }

    /// Adds another person's yes to a run that waits for it.
    pub fn approve(
        &self,
        run: RunId,
        confirmation: &Confirmation,
        by: &str,
        clock: &dyn Clock,
    ) -> Result<()> {
        let standing = self.standing(run)?;
        let (sealed, view) = (&standing.sealed, &standing.view);
        self.expects(run, view.state, Action::Approve)?;
        if confirmation.plan() != sealed.digest() {
            let wanted = Challenge::of(sealed).wanted();
            let typed = confirmation.typed().to_owned();
            return Err(confirm::NotConfirmed { typed, wanted }.into());
        }
        let same =
            |known: &machine::Approval| approval::principal(&known.by) == approval::principal(by);
        if view.approvals.iter().any(same) {
            return Err(Error::SamePerson { by: by.into() });
        }
        self.permit(sealed, clock.now(), Some(run))?;
        let yes = approval_of(sealed, by, confirmation, clock.now());
        let mut events = vec![machine::run::Event::ApprovalGiven(yes).into()];
        if view.approvals.len() + 1 >= view.needed as usize {
            let plan = sealed.digest();
            events.push(machine::run::Event::ApprovalGranted { plan }.into());
        }
        self.write(run, view.fence, by, &events, clock)
    }

    /// Says no to a run that waits for a yes.
    pub fn reject(&self, run: RunId, by: &str, reason: &str, clock: &dyn Clock) -> Result<()> {
        let view = self.standing(run)?.view;
        self.expects(run, view.state, Action::Reject)?;
        let event = machine::run::Event::ApprovalDenied {
            by: by.into(),
            reason: reason.into(),
        };
        self.write(run, view.fence, by, &[event.into()], clock)
    }

    fn write(
        &self,
        run: RunId,
        fence: u64,
        actor: &str,
        events: &[machine::Event],
        clock: &dyn Clock,
    ) -> Result<()> {
        let stamp = journal::Stamp {
            run,
            actor,
            fence,
            when: clock.moment(),
        };
        self.journal().append(&stamp, events)?;
        Ok(())
    }

    fn expects(&self, run: RunId, state: machine::run::State, wanted: Action) -> Result<()> {
        if state.actions().contains(&wanted) {
            return Ok(());
        }
        let asked = wanted.to_string();
        Err(Error::NotNow { run, state, asked })
    }

    /// What the rules in force say now of a plan, unless they forbid it.
    fn permit(
        &self,
        sealed: &Sealed,
        now: jiff::Timestamp,
        own: Option<RunId>,
    ) -> Result<Vec<plan::Ruling>> {
        let rulings = self.policy.judge(sealed.plan(), now, &self.history(own)?);
        let denied = policy::denials(&rulings);
        let denied = denied.map(|ruling| format!("{} ({})", ruling.message, ruling.rule));
        let denied: Vec<String> = denied.collect();
        if denied.is_empty() {
            Ok(rulings)
        } else {
            Err(Error::Forbidden(denied))
        }
    }

    /// What ran before, `own` not counted.
    fn history(&self, own: Option<RunId>) -> Result<policy::History> {
        Ok(self.journal().history(own)?)
    }

    /// Leaves a request for whoever executes the run.
    pub fn ask(&self, run: RunId, request: &Request, by: &str, clock: &dyn Clock) -> Result<()> {
        let mut journal = self.journal();
        let view = journal.standing(run)?.view.clone();
        let wanted = match request {
            Request::Pause => Action::Pause,
            Request::Resume => Action::Resume,
            Request::RollBack { .. } => Action::RollBack,
            Request::Stop { .. } => Action::Stop,
            Request::Detach => Action::Detach,
            Request::PassGate { .. } => Action::PassGate,
            Request::Skip { .. } => Action::Skip,
            Request::Answer { .. } => Action::Answer,
        };
        self.expects(run, view.state, wanted)?;
        if let Request::PassGate { before, typed } = request {
            let sealed = &journal.standing(run)?.sealed;
            Challenge::answer(sealed, typed)?;
            let stands = view.pause.as_ref().and_then(|pause| pause.step.as_ref());
            if stands != Some(before) {
                let asked = format!("pass the gate before {before}");
                let state = view.state;
                return Err(Error::NotNow { run, state, asked });
            }
        }
        Ok(journal.ask(run, request, by, &clock.moment())?)
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

    /// What happened to a run after line `seq`, oldest first, at most `limit` lines.
    pub fn records(&self, run: RunId, seq: u64, limit: u32) -> Result<Vec<Record>> {
        Ok(self.journal().records(run, seq, limit)?)
    }

    /// Whether the run has work to do, or a request to answer, and nobody who does it.
    pub fn needs_runner(&self, run: RunId) -> Result<bool> {
        let mut journal = self.journal();
        let state = journal.standing(run)?.view.state;
        let waits = match state {
            machine::run::State::Paused => journal.asked(run)?.is_empty(),
            machine::run::State::AwaitingApproval => true,
            _ => false,
        };
        Ok(!state.is_terminal() && !waits && !runner::is_held(&journal.lock_path(run)))
    }

    /// Proves that the journal is what was written.
    pub fn verify(&self) -> Result<Verified> {
        Ok(self.journal().verify()?)
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn approval_of(
    sealed: &Sealed,
    by: &str,
    confirmation: &Confirmation,
    now: jiff::Timestamp,
) -> machine::Approval {
    let hour = now.checked_add(APPROVED).unwrap_or(now);
    machine::Approval {
        plan: sealed.digest(),
        by: by.into(),
        typed: confirmation.typed().into(),
        proof: if by.starts_with("arn:") {
            "sts"
        } else {
            "user"
        }
        .into(),
        expires: hour.min(sealed.plan().expires_at).as_microsecond(),
    }
}

/// Whether the plan's changes can still be made from what is there, and are not made already. What
/// refers to something that the run has yet to make is looked at when its turn comes.
async fn still_holds(sealed: &Sealed, control: &dyn Control) -> Result<()> {
    // Of several changes to one thing, the first tells whether it stands as planned from, and the
    // last whether it stands as wanted.
    let mut ends: BTreeMap<String, (Envelope, Envelope)> = BTreeMap::new();
    let mut later = false;
    for step in &sealed.plan().steps {
        let Some(change) = step.changes() else {
            continue;
        };
        if !plan::symbols(&serde_json::json!(change)).is_empty() {
            later = true;
            continue;
        }
        let envelope = Envelope {
            change: change.clone(),
            key: sealed.key(step),
            tags: sealed.tags(&step.id),
            reference: format!("plan {}/{}", sealed.digest().short(), step.id),
        };
        match ends.entry(change.scope()) {
            btree_map::Entry::Vacant(entry) => {
                entry.insert((envelope.clone(), envelope));
            }
            btree_map::Entry::Occupied(mut entry) => entry.get_mut().1 = envelope,
        }
    }
    let mut drift = Vec::new();
    let mut done = true;
    for (first, last) in ends.values() {
        let now = control.standing(last).await.map_err(Error::Unseen)?;
        if matches!(now, Standing::To { .. }) {
            continue;
        }
        done = false;
        let now = control.standing(first).await.map_err(Error::Unseen)?;
        if let Standing::Elsewhere(lines) | Standing::Several(lines) = now {
            drift.extend(lines);
        }
    }
    if !drift.is_empty() {
        return Err(Error::Drift(drift));
    }
    if done && !later && !ends.is_empty() {
        return Err(Error::NothingToDo);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
