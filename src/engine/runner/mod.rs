//! Executes one run: asks the schedule what is next, does it, and writes down what happened, in
//! that order for reads and in the other order for everything that is sent.

mod check;
mod lock;
mod requests;
mod send;
mod undo;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::mpsc;

pub(super) use lock::is_held;

use super::{
    RunId,
    clock::{Clock, Moment},
    graph::Graph,
    journal::{self, Asked, Journal, Stamp},
    machine::{Event, Outcome, Pause, PauseReason, RunView, run, step},
    plan::{Sealed, Step, StepId},
    schedule::{self, Command},
};
use crate::provider::{self, Control, Kind, Provider};

/// How often requests of other processes are looked for while the runner waits.
const ATTENTION: Duration = Duration::from_secs(1);
/// Passing troubles of reads that are borne in a row before the run pauses.
const PATIENCE: u32 = 8;
/// After this long without anything happening, a person looks before a guarded run goes on.
const STALE: Duration = Duration::from_mins(30);

/// Longer than any one read may take, with the provider's own retries.
const ANSWER: Duration = Duration::from_mins(2);

/// How executing a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub state: run::State,
    /// Why it stands still, where it does.
    pub pause: Option<Pause>,
    /// What is left changed after a rollback or a stop.
    pub leftovers: Vec<String>,
    /// Somebody asked this process to let go; the run can be taken up where it stands.
    pub detached: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Journal(#[from] journal::Error),
    #[error("another process executes run {0}; `awsdeck runs attach {0}` follows it")]
    Held(RunId),
    #[error("the run's lock: {0}")]
    Lock(#[source] std::io::Error),
    #[error("this session is read-only; start awsdeck without --read-only to apply")]
    ReadOnly,
}

type Result<T> = std::result::Result<T, Error>;

/// Executes `run` until it ends, pauses, or is let go. What happens is in the journal in `path`;
/// `messages` are requests from within this process, others come through the journal.
pub async fn execute(
    path: &Path,
    run: RunId,
    provider: &Provider,
    clock: &dyn Clock,
    messages: mpsc::Receiver<Asked>,
) -> Result<Ended> {
    execute_with(Journal::open(path)?, run, provider, clock, messages).await
}

/// [`execute`] with a journal that is open already.
pub(super) async fn execute_with(
    mut journal: Journal,
    run: RunId,
    provider: &Provider,
    clock: &dyn Clock,
    messages: mpsc::Receiver<Asked>,
) -> Result<Ended> {
    let control = provider.control.as_deref().ok_or(Error::ReadOnly)?;
    let lock = lock::take(&journal.lock_path(run), run, clock).await?;
    let view = &journal.standing(run)?.view;
    if view.state.is_terminal() {
        return Ok(ended(view, false));
    }
    let idle = view.last.until(&clock.moment());
    let fence = journal.take_lease(run, &lock::host(), std::process::id(), clock.moment())?;
    let standing = journal.standing(run)?.clone();
    let mut runner = Runner {
        journal: Mutex::new(journal),
        run,
        provider,
        control,
        clock,
        messages,
        sealed: standing.sealed,
        view: standing.view,
        fence,
        troubles: 0,
        reads: BTreeMap::new(),
        resumed: clock.moment(),
        detached: false,
    };
    let ended = runner.go(idle).await;
    drop(lock);
    ended
}

struct Runner<'a> {
    /// Only ever used by one at a time; the lock is what lets the runner move between threads.
    journal: Mutex<Journal>,
    run: RunId,
    provider: &'a Provider,
    control: &'a dyn Control,
    clock: &'a dyn Clock,
    messages: mpsc::Receiver<Asked>,
    sealed: Arc<Sealed>,
    /// The journal's view, and beyond it what is in flight in this process.
    view: RunView,
    fence: u64,
    /// Reads that failed in a row.
    troubles: u32,
    /// Counts per step that need not survive: reads while locating, failures while watching.
    reads: BTreeMap<StepId, u32>,
    /// When patience with slow things was last renewed.
    resumed: Moment,
    detached: bool,
}

impl Runner<'_> {
    async fn go(&mut self, idle: Duration) -> Result<Ended> {
        self.take_over(idle)?;
        loop {
            let intended = |known: &super::machine::StepView| known.state == step::State::Intended;
            // An intent that this process has just written is sent before anything else is heard.
            if !self.view.steps.values().any(intended) {
                self.listen()?;
            }
            if self.detached || self.view.state.is_terminal() {
                return Ok(ended(&self.view, self.detached));
            }
            if self.view.state == run::State::Paused {
                self.note(run::Event::LeaseReleased {
                    because: "paused".into(),
                })?;
                return Ok(ended(&self.view, false));
            }
            if self.view.state == run::State::Leased && !self.view.stopping {
                self.start().await?;
                continue;
            }
            let sealed = Arc::clone(&self.sealed);
            let graph = Graph::of(sealed.plan()).expect("a sealed plan has no cycle");
            match schedule::next(sealed.plan(), &graph, &self.view).first() {
                Some(command) => self.act(sealed.plan(), command).await?,
                None => self.nap(ATTENTION).await,
            }
        }
    }

    /// What another process left open is uncertain now; what lay still for long is looked at first.
    fn take_over(&mut self, idle: Duration) -> Result<()> {
        let error = || "the process ended before an answer came".to_owned();
        let mut events = Vec::new();
        for (id, known) in &self.view.steps {
            if known.state == step::State::Intended {
                let ambiguous = step::Event::Ambiguous { error: error() };
                events.push(Event::Step(id.clone(), ambiguous));
            }
            if known.state == step::State::Compensating && known.comp_open {
                let ambiguous = step::Event::CompAmbiguous { error: error() };
                events.push(Event::Step(id.clone(), ambiguous));
            }
        }
        let guarded = self.sealed.plan().environment.guarded_as();
        let moving = matches!(self.view.state, run::State::Running | run::State::Verifying);
        if self.view.state == run::State::Paused || self.view.state == run::State::Leased {
            return Ok(()); // nothing can be open then, or it is uncertain already
        }
        if moving && idle > STALE && guarded == crate::model::EnvironmentClass::Prod {
            events.push(Event::Run(run::Event::Paused(Pause {
                reason: PauseReason::Stale,
                step: None,
                text: format!("nothing happened for {} minutes", idle.as_secs() / 60),
            })));
        }
        self.record(&events)
    }

    /// Checks that the plan may still start and that every account is the one it was planned for.
    async fn start(&mut self) -> Result<()> {
        if self.clock.now() > self.sealed.plan().expires_at {
            return self.note(run::Event::RunDone {
                outcome: Outcome::Expired,
                leftovers: Vec::new(),
            });
        }
        let accounts = self.sealed.plan().reach.accounts.clone();
        for account in accounts {
            let asked = self.provider.identity.caller(Some(account));
            match answer(self.clock, asked).await {
                Ok(caller) if caller.account == account => self.troubles = 0,
                Ok(caller) => {
                    let text = format!(
                        "the session for {account} belongs to {}; nothing was sent",
                        caller.account
                    );
                    return self.pause(PauseReason::Credentials, None, text);
                }
                Err(error) => return self.trouble(None, &error).await,
            }
        }
        self.note(run::Event::RunStarted)
    }

    async fn act(&mut self, plan: &super::plan::Plan, command: &Command) -> Result<()> {
        let step = |id: &StepId| plan.step(id).expect("the schedule names steps of the plan");
        match command {
            Command::Ready(id) => self.happened(id, step::Event::StepReady),
            Command::Precheck(id) => self.precheck(step(id)).await,
            Command::Send(id) => self.send(step(id)).await,
            Command::Retry(id) => self.retry(step(id)).await,
            Command::Locate(id) => self.locate(step(id)).await,
            Command::Settle(id) => self.settle(step(id)).await,
            Command::Confirm(id) => self.confirm(step(id)).await,
            Command::Check(id) => self.check(step(id)).await,
            Command::Undo(id) => self.undo(step(id)).await,
            Command::Verify => self.note(run::Event::VerifyBegan),
            Command::Pause(pause) => self.note(run::Event::Paused(pause.clone())),
            Command::RollBack { because } => self.note(run::Event::RollbackBegan {
                because: because.clone(),
                by: "awsdeck".into(),
            }),
            Command::Finish { outcome, leftovers } => self.note(run::Event::RunDone {
                outcome: *outcome,
                leftovers: leftovers.clone(),
            }),
        }
    }

    /// Writes events down, then believes them.
    fn record(&mut self, events: &[Event]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let when = self.clock.moment();
        let journal = self
            .journal
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp {
            run: self.run,
            actor: "awsdeck",
            fence: self.fence,
            when: when.clone(),
        };
        journal.append(&stamp, events)?;
        for event in events {
            self.view
                .apply(event, &when)
                .map_err(journal::Error::from)?;
        }
        Ok(())
    }

    fn journal(&mut self) -> &mut Journal {
        self.journal
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&mut self, event: run::Event) -> Result<()> {
        self.record(&[event.into()])
    }

    fn happened(&mut self, step: &StepId, event: step::Event) -> Result<()> {
        self.record(&[Event::Step(step.clone(), event)])
    }

    /// Believes an event that is not worth a line.
    fn live(&mut self, step: &StepId, event: step::Event) -> Result<()> {
        let event = Event::Step(step.clone(), event);
        let when = self.clock.moment();
        Ok(self
            .view
            .apply(&event, &when)
            .map_err(journal::Error::from)?)
    }

    fn pause(&mut self, reason: PauseReason, step: Option<&StepId>, text: String) -> Result<()> {
        let step = step.cloned();
        self.note(run::Event::Paused(Pause { reason, step, text }))
    }

    /// A read failed: waits and lets the caller try again, or pauses with what a person can do.
    async fn trouble(&mut self, step: Option<&StepId>, error: &provider::Error) -> Result<()> {
        let told = error.trouble();
        let text = match told.hint {
            Some(hint) => format!("{}: {hint}", told.message),
            None => told.message,
        };
        let reason = match &error.kind {
            Kind::SignedOut { .. } | Kind::MfaNeeded { .. } => PauseReason::Credentials,
            Kind::Throttled { .. } | Kind::Unreachable { .. } | Kind::Service { .. }
                if self.troubles < PATIENCE =>
            {
                self.troubles += 1;
                let wait = Duration::from_secs(1 << self.troubles.min(5));
                self.nap(wait).await;
                return Ok(());
            }
            Kind::Throttled { .. } => PauseReason::ThrottledOut,
            Kind::Unreachable { .. } | Kind::Service { .. } => PauseReason::Inconclusive,
            Kind::Denied { .. }
            | Kind::NotFound { .. }
            | Kind::Suspended { .. }
            | Kind::Unavailable { .. } => PauseReason::FailedStep,
        };
        self.troubles = 0;
        self.pause(reason, step, text)
    }

    /// Waits, but no longer than until somebody asks for something.
    async fn nap(&mut self, duration: Duration) {
        let began = self.clock.moment();
        loop {
            let waited = began.until(&self.clock.moment());
            let Some(left) = duration.checked_sub(waited).filter(|left| !left.is_zero()) else {
                return;
            };
            if self.is_called() {
                return;
            }
            self.clock.sleep(left.min(ATTENTION)).await;
        }
    }

    /// How long ago the step came into its state.
    fn age(&self, step: &Step) -> Duration {
        self.view.step(&step.id).since.until(&self.clock.moment())
    }

    /// How long a slow thing has been waited for since a person last said to go on.
    fn patience_used(&self, step: &Step) -> Duration {
        let renewed = self.resumed.until(&self.clock.moment());
        self.age(step).min(renewed)
    }
}

/// Waits for a read, but not for ever: an endpoint that takes a call and never answers is
/// unreachable.
async fn answer<T>(
    clock: &dyn Clock,
    asked: impl Future<Output = provider::Result<T>>,
) -> provider::Result<T> {
    tokio::select! {
        told = asked => told,
        () = clock.sleep(ANSWER) => Err(provider::Error::new(Kind::Unreachable {
            service: "AWS".into(),
            message: format!("no answer within {} s", ANSWER.as_secs()),
        })),
    }
}

fn ended(view: &RunView, detached: bool) -> Ended {
    Ended {
        state: view.state,
        pause: view.pause.clone(),
        leftovers: view.leftovers.clone(),
        detached,
    }
}
