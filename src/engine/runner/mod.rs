//! Executes one run: asks the schedule what is next, has it done, and writes down what happened, in
//! that order for reads and in the other order for everything that is sent.
//!
//! Steps that do not wait for each other are worked on side by side. A [`task`] works on one step
//! and only reads or sends; what it brings is written down here, in one place, and believed after.

mod bake;
mod book;
mod check;
mod follow;
mod lock;
mod requests;
mod send;
mod task;
mod undo;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    panic::AssertUnwindSafe,
    path::Path,
    sync::Arc,
    time::Duration,
};

use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use tokio::sync::mpsc;

pub(super) use lock::is_held;

use super::{
    RunId,
    budget::{Budgets, Lane},
    clock::{Clock, Moment},
    graph::Graph,
    journal::{self, Asked, Journal},
    machine::{Event, Outcome, Pause, PauseReason, RunView, Undoing, run, step},
    plan::{Plan, Sealed, Step, StepId, Work},
    policy::{self, Policy},
    schedule::{self, Command},
    shared::{self, Shared},
};
use crate::provider::{self, Kind, Provider};
use book::{Book, Kept, News};
use task::{Job, Next, Outside, answer};

/// How often requests of other processes are looked for while the runner waits.
const ATTENTION: Duration = Duration::from_secs(1);
/// Passing troubles of reads that are borne in a row before the run pauses.
const PATIENCE: u32 = 8;
/// After this long without anything happening, a person looks before a guarded run goes on.
const STALE: Duration = Duration::from_mins(30);
/// Steps that are worked on at once.
const AT_ONCE: usize = 10;

/// What a run is executed on.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub provider: &'a Provider,
    pub clock: &'a dyn Clock,
    /// The rules in force, which may have become stricter since the plan was sealed.
    pub policy: &'a Policy,
    /// Where other machines see it.
    pub shared: Option<&'a Shared>,
}

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
    #[error(transparent)]
    Shared(#[from] shared::Error),
    /// Asked to while nothing could be written.
    #[error("let go of run {0}, which can be taken up where it stands")]
    LetGo(RunId),
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
    ground: Ground<'_>,
    messages: mpsc::Receiver<Asked>,
) -> Result<Ended> {
    execute_with(Journal::open(path)?, run, ground, messages).await
}

/// [`execute`] with a journal that is open already.
pub(super) async fn execute_with(
    mut journal: Journal,
    run: RunId,
    ground: Ground<'_>,
    messages: mpsc::Receiver<Asked>,
) -> Result<Ended> {
    let provider = ground.provider;
    let clock = ground.clock;
    let control = provider.control.as_deref().ok_or(Error::ReadOnly)?;
    let lock = lock::take(&journal.lock_path(run), run, clock).await?;
    let view = &journal.standing(run)?.view;
    if view.state.is_terminal() || view.state == run::State::AwaitingApproval {
        return Ok(ended(view, false));
    }
    let idle = view.last.until(&clock.moment());
    let (mut book, wait) = Book::open(journal, run, ground).await?;
    let standing = book.journal().standing(run)?.clone();
    let mut runner = Runner {
        book,
        run,
        outside: Outside {
            provider,
            control,
            clock,
        },
        policy: ground.policy,
        messages,
        news: true,
        heard: VecDeque::new(),
        made: Arc::new(made(&standing.view)),
        sealed: standing.sealed,
        view: standing.view,
        troubles: BTreeMap::new(),
        reads: BTreeMap::new(),
        asleep: BTreeMap::new(),
        busy: BTreeSet::new(),
        budgets: Budgets::default(),
        wanted: None,
        resumed: clock.moment(),
    };
    // Whoever held the lease before may still be sending.
    runner.rest(wait).await?;
    let ended = runner.go(idle).await;
    if ended.is_ok() {
        runner.book.close(&runner.view).await;
    }
    drop(lock);
    ended
}

struct Runner<'a> {
    book: Book<'a>,
    run: RunId,
    outside: Outside<'a>,
    policy: &'a Policy,
    messages: mpsc::Receiver<Asked>,
    /// Whether somebody may have asked for something that was not heard yet.
    news: bool,
    /// Requests from within this process that wait their turn.
    heard: VecDeque<Asked>,
    sealed: Arc<Sealed>,
    /// The journal's view, and beyond it what is in flight in this process.
    view: RunView,
    /// Reads that failed in a row, by step.
    troubles: BTreeMap<StepId, u32>,
    /// Counts that need not survive: reads while locating, failures while watching.
    reads: BTreeMap<StepId, u32>,
    /// Steps that are not to be looked at before then.
    asleep: BTreeMap<StepId, (Moment, Duration)>,
    /// The ids of what steps have made.
    made: Arc<BTreeMap<StepId, String>>,
    /// Steps that a task works on.
    busy: BTreeSet<StepId>,
    budgets: Budgets,
    /// What the run does as soon as nothing is in flight; nothing new begins before.
    wanted: Option<Wanted>,
    /// When patience with slow things was last renewed.
    resumed: Moment,
}

/// Something that waits for what is in flight.
#[derive(Clone, Debug)]
struct Wanted {
    what: Wish,
    /// Who asked for it; nobody where the run found it by itself.
    asked: Option<Asked>,
}

#[derive(Clone, Debug)]
enum Wish {
    Event(run::Event),
    /// Let go of the run.
    Detach,
}

/// A task at work, and what it will bring for which step.
type Working<'t> = BoxFuture<'t, (StepId, Lane, Next)>;

impl<'a> Runner<'a> {
    async fn go(&mut self, idle: Duration) -> Result<Ended> {
        self.take_over(idle).await?;
        let clock = self.outside.clock;
        let sealed = Arc::clone(&self.sealed);
        let graph = Graph::of(sealed.plan()).expect("a sealed plan has no cycle");
        let mut tasks: FuturesUnordered<Working<'a>> = FuturesUnordered::new();
        loop {
            // An intent that this process has just written is sent before anything else is heard.
            // While the lease is too old to send it, people are heard all the same.
            if self.news && !(self.has_unsent() && self.book.may_begin(&clock.moment())) {
                if self.has_unsent() && self.book.is_let_go()? {
                    return Err(Error::LetGo(self.run));
                }
                self.listen().await?;
            }
            if tasks.is_empty()
                && !self.has_unsent()
                && let Some(ended) = self.stand_still().await?
            {
                match ended {
                    Still::Ended(ended) => return Ok(ended),
                    Still::Moved => continue,
                }
            }
            if self.begin(&graph, &mut tasks).await? {
                continue;
            }
            self.wait(&mut tasks).await?;
        }
    }

    /// What to do when nothing is in flight: the end, a wish that waited, the start.
    async fn stand_still(&mut self) -> Result<Option<Still>> {
        if let Some(Wanted { what, asked }) = self.wanted.take() {
            let (event, detached) = match what {
                Wish::Event(event) => (event, false),
                Wish::Detach => {
                    let by = asked.as_ref().map_or("nobody", |asked| &asked.by);
                    let because = format!("detached by {by}");
                    (run::Event::LeaseReleased { because }, true)
                }
            };
            self.record_for(&[event.into()], asked.as_ref()).await?;
            return Ok(Some(if detached {
                Still::Ended(ended(&self.view, true))
            } else {
                Still::Moved
            }));
        }
        if self.view.state.is_terminal() || self.view.state == run::State::AwaitingApproval {
            return Ok(Some(Still::Ended(ended(&self.view, false))));
        }
        if self.view.state == run::State::Paused {
            self.note(run::Event::LeaseReleased {
                because: "paused".into(),
            })
            .await?;
            return Ok(Some(Still::Ended(ended(&self.view, false))));
        }
        if self.view.state == run::State::Leased && !self.view.stopping {
            self.start().await?;
            return Ok(Some(Still::Moved));
        }
        Ok(None)
    }

    /// Begins what can be begun now. Whether the run itself has moved.
    async fn begin(
        &mut self,
        graph: &Graph<'_>,
        tasks: &mut FuturesUnordered<Working<'a>>,
    ) -> Result<bool> {
        let sealed = Arc::clone(&self.sealed);
        let plan = sealed.plan();
        let now = self.outside.clock.moment();
        // What is promised on disk goes out whatever else is wanted.
        for command in schedule::promised(plan, &self.view) {
            self.work_on(plan, &command, &now, tasks)?;
        }
        if self.wanted.is_some() {
            return Ok(false);
        }
        let mut readied = Vec::new();
        for command in schedule::next(plan, graph, &self.view) {
            match command {
                Command::Ready(id) => readied.push(Event::Step(id, step::Event::StepReady)),
                command => match of_run(&command) {
                    Some(event) => {
                        self.want(Wish::Event(event), None);
                        break;
                    }
                    None => self.work_on(plan, &command, &now, tasks)?,
                },
            }
        }
        self.record(&readied).await?;
        Ok(!readied.is_empty() || (self.wanted.is_some() && tasks.is_empty()))
    }

    /// Gives the step of `command` to a task, unless it is worked on, asleep or over budget.
    fn work_on(
        &mut self,
        plan: &Plan,
        command: &Command,
        now: &Moment,
        tasks: &mut FuturesUnordered<Working<'a>>,
    ) -> Result<()> {
        let Some((id, task)) = of_step(command) else {
            return Ok(());
        };
        if self.busy.contains(id) || self.busy.len() >= AT_ONCE || self.sleeps(id, now) {
            return Ok(());
        }
        if task.leads_to_sending() && !self.book.may_begin(now) {
            return Ok(());
        }
        let step = plan.step(id).expect("the schedule names steps of the plan");
        let lane = lane(step, task.sends());
        if let Err(wait) = self.budgets.take(&lane, now) {
            self.asleep.insert(id.clone(), (now.clone(), wait));
            return Ok(());
        }
        self.announce(command, id)?;
        self.asleep.remove(id);
        self.busy.insert(id.clone());
        tasks.push(start(task, self.job(id), lane, self.outside));
        Ok(())
    }

    /// Believes what is about to happen, without a line: the intent already says that it may be on
    /// its way, and reading changes nothing.
    fn announce(&mut self, command: &Command, id: &StepId) -> Result<()> {
        match command {
            Command::Send(_) => self.live(id, step::Event::Departed),
            Command::Precheck(_) if self.view.state_of(id) == step::State::Ready => {
                self.live(id, step::Event::PrecheckBegan)
            }
            _ => Ok(()),
        }
    }

    /// Waits until a task brings something, a step wakes up, or somebody may have asked something.
    async fn wait(&mut self, tasks: &mut FuturesUnordered<Working<'a>>) -> Result<()> {
        let now = self.outside.clock.moment();
        let left = |(since, nap): &(Moment, Duration)| nap.checked_sub(since.until(&now));
        let asleep = self.asleep.values().filter_map(left);
        // Whoever is awake and not at work waits for somebody who is.
        let asleep = asleep.filter(|left| !left.is_zero()).min();
        let mut wake = asleep.unwrap_or(ATTENTION);
        let clock = self.outside.clock;
        let mut brought = Vec::new();
        while brought.is_empty() && !wake.is_zero() {
            self.book.begin_keeping()?;
            let slice = wake.min(ATTENTION);
            tokio::select! {
                biased;
                Some(first) = tasks.next(), if !tasks.is_empty() => brought.push(first),
                kept = self.book.kept() => {
                    self.kept(kept).await?;
                    break;
                }
                () = clock.sleep(slice) => wake -= slice,
            }
            self.news |= self.is_called();
            if self.news {
                break;
            }
        }
        // What came at the same time is written down together.
        while let Some(Some(more)) = tasks.next().now_or_never() {
            brought.push(more);
        }
        self.take_in(brought).await
    }

    /// Waits, and keeps what is held meanwhile.
    async fn rest(&mut self, wait: Duration) -> Result<()> {
        let began = self.outside.clock.moment();
        loop {
            let waited = began.until(&self.outside.clock.moment());
            let Some(left) = wait.checked_sub(waited).filter(|left| !left.is_zero()) else {
                return Ok(());
            };
            self.book.begin_keeping()?;
            tokio::select! {
                kept = self.book.kept() => self.kept(kept).await?,
                () = self.outside.clock.sleep(left.min(ATTENTION)) => {}
            }
        }
    }

    /// What came of looking after the shared store.
    async fn kept(&mut self, kept: Kept) -> Result<()> {
        match self.book.take_in(kept).await? {
            News::Nothing => {}
            News::Asked => self.news = true,
            News::Rejoined => {
                self.book.take(None).await?;
                let standing = self.book.journal().standing(self.run)?;
                self.view.adopt(&standing.view);
            }
            News::Clash(text) => {
                let pause = Pause {
                    reason: PauseReason::LeaseLost,
                    step: None,
                    text,
                };
                self.want(Wish::Event(run::Event::Paused(pause)), None);
            }
        }
        Ok(())
    }

    async fn take_in(&mut self, brought: Vec<(StepId, Lane, Next)>) -> Result<()> {
        let now = self.outside.clock.moment();
        let mut events = Vec::new();
        let mut after = Vec::new();
        for (id, lane, next) in brought {
            self.busy.remove(&id);
            self.asleep.remove(&id);
            if let Some(reads) = next.reads {
                self.reads.insert(id.clone(), reads);
            }
            if let Some(nap) = next.nap {
                self.asleep.insert(id.clone(), (now.clone(), nap));
            }
            if next.trouble.is_none() {
                self.troubles.remove(&id);
            }
            events.extend(next.events);
            after.push((id, lane, next.trouble, next.pause));
        }
        self.record(&events).await?;
        for (id, lane, trouble, pause) in after {
            if let Some(error) = trouble {
                if matches!(error.kind, Kind::Throttled { .. }) {
                    self.budgets.throttled(&lane, &now);
                }
                self.bear(Some(&id), &error);
            }
            if let Some(pause) = pause {
                self.want(Wish::Event(run::Event::Paused(pause)), None);
            }
        }
        Ok(())
    }

    /// The first wish stays; but what a person asks for goes before what the run found by itself.
    fn want(&mut self, what: Wish, asked: Option<&Asked>) {
        let by_person = |wanted: &Wanted| wanted.asked.is_some();
        if self
            .wanted
            .as_ref()
            .is_none_or(|known| !by_person(known) && asked.is_some())
        {
            let asked = asked.cloned();
            self.wanted = Some(Wanted { what, asked });
        }
    }

    /// Whether an intent of this process waits to be sent.
    fn has_unsent(&self) -> bool {
        self.view.steps.values().any(|known| {
            known.state == step::State::Intended
                || (known.state == step::State::Compensating && known.comp == Undoing::Intended)
        })
    }

    fn sleeps(&self, id: &StepId, now: &Moment) -> bool {
        let nap = self.asleep.get(id);
        nap.is_some_and(|(since, nap)| since.until(now) < *nap)
    }

    fn job(&self, id: &StepId) -> Job {
        let now = self.outside.clock.moment();
        let known = self.view.step(id);
        let age = known.since.until(&now);
        Job {
            run: self.run,
            sealed: Arc::clone(&self.sealed),
            id: id.clone(),
            made: Arc::clone(&self.made),
            age,
            patience: age.min(self.resumed.until(&now)),
            reads: self.reads.get(id).copied().unwrap_or(0),
            ending: self.view.rolling_back || self.view.stopping,
            known,
        }
    }

    /// What another process left open is uncertain now; what lay still for long is looked at first.
    async fn take_over(&mut self, idle: Duration) -> Result<()> {
        let error = || "the process ended before an answer came".to_owned();
        let mut events = Vec::new();
        for (id, known) in &self.view.steps {
            if known.state == step::State::Intended {
                let ambiguous = step::Event::Ambiguous { error: error() };
                events.push(Event::Step(id.clone(), ambiguous));
            }
            if known.state == step::State::Compensating && known.comp == Undoing::Intended {
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
        self.record(&events).await
    }

    /// Checks that the plan may still start and that every account is the one it was planned for.
    async fn start(&mut self) -> Result<()> {
        let clock = self.outside.clock;
        if clock.now() > self.sealed.plan().expires_at {
            let expired = run::Event::RunDone {
                outcome: Outcome::Expired,
                leftovers: Vec::new(),
            };
            return self.note(expired).await;
        }
        let history = self.book.journal().history(Some(self.run))?;
        let rulings = self.policy.judge(self.sealed.plan(), clock.now(), &history);
        if let Some(denied) = policy::denials(&rulings).next() {
            let text = format!("{} ({})", denied.message, denied.rule);
            return self.pause(PauseReason::Policy, None, text).await;
        }
        for account in self.sealed.plan().visited() {
            let asked = self.outside.provider.identity.caller(Some(account));
            match answer(clock, asked).await {
                Ok(caller) if caller.account == account => {}
                Ok(caller) => {
                    let text = format!(
                        "the session for {account} belongs to {}; nothing was sent",
                        caller.account
                    );
                    return self.pause(PauseReason::Credentials, None, text).await;
                }
                Err(error) => {
                    self.bear(None, &error);
                    if self.wanted.is_none() {
                        clock.sleep(ATTENTION).await;
                    }
                    return Ok(());
                }
            }
        }
        self.note(run::Event::RunStarted).await
    }

    /// Writes events down, then believes them.
    async fn record(&mut self, events: &[Event]) -> Result<()> {
        self.record_for(events, None).await
    }

    /// Writes down what a request led to.
    async fn record_for(&mut self, events: &[Event], asked: Option<&Asked>) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let (written, when) = self.book.write(events, asked).await?;
        for event in &written {
            self.view
                .apply(event, &when)
                .map_err(journal::Error::from)?;
        }
        if written.iter().any(Event::tells_what_was_made) {
            self.made = Arc::new(made(&self.view));
        }
        Ok(())
    }

    async fn note(&mut self, event: run::Event) -> Result<()> {
        self.record(&[event.into()]).await
    }

    /// Believes an event that is not worth a line.
    fn live(&mut self, step: &StepId, event: step::Event) -> Result<()> {
        let event = Event::Step(step.clone(), event);
        let when = self.outside.clock.moment();
        Ok(self
            .view
            .apply(&event, &when)
            .map_err(journal::Error::from)?)
    }

    async fn pause(
        &mut self,
        reason: PauseReason,
        step: Option<&StepId>,
        text: String,
    ) -> Result<()> {
        let step = step.cloned();
        let pause = Pause { reason, step, text };
        self.note(run::Event::Paused(pause)).await
    }

    /// A read failed: it is tried again after a while, or the run stands still with what a person
    /// can do.
    fn bear(&mut self, step: Option<&StepId>, error: &provider::Error) {
        let told = error.trouble();
        let text = match told.hint {
            Some(hint) => format!("{}: {hint}", told.message),
            None => told.message,
        };
        let whose = step.cloned().unwrap_or_else(|| "".into());
        let troubles = self.troubles.entry(whose.clone()).or_default();
        let reason = match &error.kind {
            Kind::SignedOut { .. } | Kind::MfaNeeded { .. } => PauseReason::Credentials,
            Kind::Throttled { .. } | Kind::Unreachable { .. } | Kind::Service { .. }
                if *troubles < PATIENCE =>
            {
                *troubles += 1;
                let nap = send::backoff(*troubles);
                self.asleep
                    .insert(whose, (self.outside.clock.moment(), nap));
                return;
            }
            Kind::Throttled { .. } => PauseReason::ThrottledOut,
            Kind::Unreachable { .. } | Kind::Service { .. } => PauseReason::Inconclusive,
            Kind::Denied { .. }
            | Kind::NotFound { .. }
            | Kind::Suspended { .. }
            | Kind::Unavailable { .. } => PauseReason::FailedStep,
        };
        self.troubles.remove(&whose);
        let step = step.cloned();
        let pause = Pause { reason, step, text };
        self.want(Wish::Event(run::Event::Paused(pause)), None);
    }
}

enum Still {
    Ended(Ended),
    Moved,
}

/// What can be done for one step.
#[derive(Clone, Copy)]
enum Task {
    Precheck,
    Send,
    Retry,
    Locate,
    Settle,
    Confirm,
    Check,
    Undo,
    SendBack,
}

impl Task {
    const fn sends(self) -> bool {
        matches!(self, Self::Send | Self::SendBack)
    }

    const fn leads_to_sending(self) -> bool {
        self.sends() || matches!(self, Self::Precheck | Self::Retry | Self::Undo)
    }
}

fn of_step(command: &Command) -> Option<(&StepId, Task)> {
    Some(match command {
        Command::Precheck(id) => (id, Task::Precheck),
        Command::Send(id) => (id, Task::Send),
        Command::Retry(id) => (id, Task::Retry),
        Command::Locate(id) => (id, Task::Locate),
        Command::Settle(id) => (id, Task::Settle),
        Command::Confirm(id) => (id, Task::Confirm),
        Command::Check(id) => (id, Task::Check),
        Command::Undo(id) => (id, Task::Undo),
        Command::SendBack(id) => (id, Task::SendBack),
        Command::Ready(_)
        | Command::Verify
        | Command::Pause(_)
        | Command::RollBack { .. }
        | Command::Finish { .. } => return None,
    })
}

fn of_run(command: &Command) -> Option<run::Event> {
    Some(match command {
        Command::Verify => run::Event::VerifyBegan,
        Command::Pause(pause) => run::Event::Paused(pause.clone()),
        Command::RollBack { because } => run::Event::RollbackBegan {
            because: because.clone(),
            by: "awsdeck".into(),
        },
        Command::Finish { outcome, leftovers } => run::Event::RunDone {
            outcome: *outcome,
            leftovers: leftovers.clone(),
        },
        _ => return None,
    })
}

/// The task as a future. A panic in it is told as what it is, and the other steps go on.
fn start(task: Task, job: Job, lane: Lane, outside: Outside<'_>) -> Working<'_> {
    let id = job.id.clone();
    let work = async move {
        match task {
            Task::Precheck => send::precheck(job, outside).await,
            Task::Send => send::send(job, outside).await,
            Task::Retry => send::retry(job, outside).await,
            Task::Locate => follow::locate(job, outside).await,
            Task::Settle => follow::settle(job, outside).await,
            Task::Confirm => follow::confirm(job, outside).await,
            Task::Check => check::check(job, outside).await,
            Task::Undo => undo::undo(job, outside).await,
            Task::SendBack => undo::send_back(job, outside).await,
        }
    };
    async move {
        let next = AssertUnwindSafe(work).catch_unwind().await;
        let next = next.unwrap_or_else(|_| broken(&id, task));
        (id, lane, next)
    }
    .boxed()
}

/// What a defect in awsdeck means for the step: what was on its way is uncertain.
fn broken(id: &StepId, task: Task) -> Next {
    let error = "a defect in awsdeck ended the work on this step".to_owned();
    let event = match task {
        Task::Send => step::Event::Ambiguous { error },
        Task::SendBack => step::Event::CompAmbiguous { error },
        Task::Undo => step::Event::CompFailed { error },
        _ => {
            return Next::trouble(provider::Error::new(Kind::Service {
                service: "awsdeck".into(),
                code: "Defect".into(),
                message: error,
            }));
        }
    };
    Next {
        events: vec![Event::Step(id.clone(), event)],
        ..Next::default()
    }
}

/// Whose budget a task draws on.
fn lane(step: &Step, writes: bool) -> Lane {
    let (account, service) = match (&step.work, step.changes()) {
        (_, Some(change)) => (change.account().to_string(), change.service()),
        (Work::Answers { account, .. }, _) => (account.to_string(), "dns"),
        (Work::Until { probe, .. }, _) => (probe.account().to_string(), "probe"),
        _ => (String::new(), "none"),
    };
    Lane {
        account,
        region: step.region().to_string(),
        service: service.into(),
        writes,
    }
}

fn made(view: &RunView) -> BTreeMap<StepId, String> {
    let steps = view.steps.iter();
    let made = steps.filter_map(|(id, known)| Some((id.clone(), known.made.clone()?)));
    made.collect()
}

fn ended(view: &RunView, detached: bool) -> Ended {
    Ended {
        state: view.state,
        pause: view.pause.clone(),
        leftovers: view.leftovers.clone(),
        detached,
    }
}
