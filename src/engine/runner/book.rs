//! Where a run's lines are written: in the journal of this machine, and before that in the store
//! that operators share, where there is one.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{FutureExt as _, future::BoxFuture};

use super::{Error, Ground, Result, lock, send};
use crate::engine::{
    RunId,
    clock::{Clock, Moment},
    journal::{Asked, Entry, Journal, Request, Stamp},
    machine::{Event, RunView, run},
    plan::Sealed,
    shared::{self, Appended, Heard, Holder, Lease, Shared, Taken},
};

/// How often the shared store is asked for requests, and the lease looked at.
const KEEP: Duration = Duration::from_secs(5);

pub(super) struct Book<'a> {
    /// Only ever used by one at a time; the lock is what lets the runner move between threads.
    journal: Mutex<Journal>,
    run: RunId,
    fence: u64,
    clock: &'a dyn Clock,
    share: Option<Share>,
}

/// A run whose lines others see.
struct Share {
    store: Shared,
    sealed: Arc<Sealed>,
    holder: Holder,
    /// None while a person has said to go on without the store.
    lease: Option<Lease>,
    /// What goes on with the store beside the run's own work.
    keeping: Option<BoxFuture<'static, Kept>>,
    kept: Moment,
    /// Since when the store has not answered.
    silent: Option<Moment>,
    /// Requests that are in the journal of this machine by now.
    heard: Vec<Heard>,
    known: BTreeSet<String>,
    /// Somebody else has gone on with it meanwhile: a person has to look.
    clashed: bool,
}

/// What came of keeping.
pub(super) enum Kept {
    Renewed(Lease, Vec<Heard>),
    /// The store answers again, and has everything up to that line.
    Rejoined(Lease, u64),
    Failed(shared::Error),
}

/// What the runner has to know of it.
pub(super) enum News {
    Nothing,
    /// Somebody may have asked something.
    Asked,
    /// The store answers again; whoever executes is to be written down anew.
    Rejoined,
    /// Others went on while the store could not be reached.
    Clash(String),
}

impl<'a> Book<'a> {
    /// Takes the run over, with everything that it changes: every line under an older fence is
    /// refused from now on, and so is every other run that changes any of it. With how long to wait
    /// before anything is looked for or sent.
    pub(super) async fn open(
        journal: Journal,
        run: RunId,
        ground: Ground<'a>,
    ) -> Result<(Self, Duration)> {
        let mut book = Self {
            journal: Mutex::new(journal),
            run,
            fence: 0,
            clock: ground.clock,
            share: None,
        };
        let mut wait = Duration::ZERO;
        let mut glass = None;
        if let Some(store) = ground.shared {
            let holder = book.holder()?;
            match join(store, book.journal(), &holder, ground.clock).await {
                Ok(taken) => {
                    wait = taken.wait;
                    book.share(store, taken.lease.holder().clone(), Some(taken.lease))?;
                }
                Err(Error::Shared(error)) if error.is_silence() => {
                    glass = book.broken_glass()?;
                    if glass.is_none() {
                        return Err(error.into());
                    }
                    book.share(store, holder, None)?;
                }
                Err(other) => return Err(other),
            }
        }
        book.take(glass).await?;
        Ok((book, wait))
    }

    /// Writes down who executes the run from now on.
    pub(super) async fn take(&mut self, glass: Option<(Asked, String)>) -> Result<()> {
        let (host, pid) = (lock::host(), std::process::id());
        loop {
            let run = self.run;
            let fence = self.journal().standing(run)?.view.fence + 1;
            let lease = self.share.as_ref().and_then(|share| share.lease.as_ref());
            self.fence = lease.map_or(fence, |lease| lease.holder().fence.max(fence));
            let taken = run::Event::LeaseTaken {
                host: host.clone(),
                pid,
                fence: self.fence,
            };
            let mut events = vec![taken.into()];
            let mut asked = None;
            if let Some((request, reason)) = &glass {
                let by = request.by.clone();
                let reason = reason.clone();
                events.push(run::Event::GlassBroken { by, reason }.into());
                asked = Some(request);
            }
            let actor = format!("runner {pid} on {host}");
            match self.write_as(&actor, &events, asked).await {
                // Whoever was given up for dead wrote one more line: it counts.
                Err(Error::Shared(shared::Error::Lost)) => self.catch_up().await?,
                other => return other.map(drop),
            }
        }
    }

    pub(super) fn journal(&mut self) -> &mut Journal {
        self.journal
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes events down. What was written, in order: a person may have said meanwhile to go on
    /// without the store.
    pub(super) async fn write(
        &mut self,
        events: &[Event],
        asked: Option<&Asked>,
    ) -> Result<(Vec<Event>, Moment)> {
        self.write_as("awsdeck", events, asked).await
    }

    async fn write_as(
        &mut self,
        actor: &str,
        events: &[Event],
        asked: Option<&Asked>,
    ) -> Result<(Vec<Event>, Moment)> {
        let when = self.clock.moment();
        let stamp = Stamp {
            run: self.run,
            actor,
            fence: self.fence,
            when: when.clone(),
        };
        let mut written = events.to_vec();
        if self
            .share
            .as_ref()
            .is_none_or(|share| share.lease.is_none())
        {
            self.journal().append_for(&stamp, events, asked)?;
            return Ok((written, when));
        }
        let lines = self.journal().draft(&stamp, events)?;
        let glass = self.append(&lines).await?;
        self.journal().import(&lines, asked)?;
        if let Some((request, reason)) = glass {
            // The lines may have reached the store all the same: they stay the run's next ones.
            let by = request.by.clone();
            let broken: Event = run::Event::GlassBroken { by, reason }.into();
            self.journal()
                .append_for(&stamp, std::slice::from_ref(&broken), Some(&request))?;
            written.push(broken);
        }
        Ok((written, when))
    }

    /// Writes lines to the store, however long it takes it to answer; or hears from a person that
    /// the run is to go on without it.
    async fn append(&mut self, lines: &[Entry]) -> Result<Option<(Asked, String)>> {
        let mut tries = 0;
        loop {
            let Some(share) = &mut self.share else {
                return Ok(None);
            };
            match share.store.append(lines).await {
                Ok(Appended::Done) => {
                    if share.silent.take().is_some() {
                        self.say(None)?;
                    }
                    return Ok(None);
                }
                Ok(Appended::Taken) => return Err(shared::Error::Lost.into()),
                Err(error) if error.is_silence() => self.bear(&error)?,
                Err(error) => return Err(error.into()),
            }
            tries += 1;
            self.clock.sleep(send::backoff(tries)).await;
            if let Some(glass) = self.glass_asked()? {
                self.go_alone()?;
                return Ok(Some(glass));
            }
            if self.is_let_go()? {
                return Err(Error::LetGo(self.run));
            }
        }
    }

    /// Whether something new may be begun now: not with a lease that others may believe to be over.
    pub(super) fn may_begin(&self, now: &Moment) -> bool {
        let lease = self.share.as_ref().and_then(|share| share.lease.as_ref());
        lease.is_none_or(|lease| lease.is_fresh(now))
    }

    /// Goes on without the store, if it is silent.
    pub(super) fn break_glass(&mut self) -> Result<bool> {
        let silent = self
            .share
            .as_ref()
            .is_some_and(|share| share.silent.is_some());
        if silent {
            self.go_alone()?;
        }
        Ok(silent)
    }

    fn go_alone(&mut self) -> Result<()> {
        if let Some(share) = &mut self.share {
            share.lease = None;
            share.keeping = None;
        }
        self.say(None)
    }

    /// Whether what is kept in the store should be looked after now; begins with it.
    pub(super) fn begin_keeping(&mut self) -> Result<()> {
        let now = self.clock.moment();
        let run = self.run;
        let Some(share) = &mut self.share else {
            return Ok(());
        };
        if share.keeping.is_some() || share.clashed || share.kept.until(&now) < KEEP {
            return Ok(());
        }
        share.kept = now.clone();
        let store = share.store.clone();
        let work = if let Some(lease) = share.lease.clone() {
            let heard = std::mem::take(&mut share.heard);
            keep(store, lease, heard, now).boxed()
        } else {
            let (sealed, holder) = (Arc::clone(&share.sealed), share.holder.clone());
            let lines = self.journal().entries(run)?;
            rejoin(store, sealed, holder, lines, now).boxed()
        };
        if let Some(share) = &mut self.share {
            share.keeping = Some(work);
        }
        Ok(())
    }

    /// What came of looking after the store; never, when nothing is under way.
    pub(super) async fn kept(&mut self) -> Kept {
        let keeping = self.share.as_mut().and_then(|share| share.keeping.as_mut());
        match keeping {
            Some(keeping) => keeping.await,
            None => std::future::pending().await,
        }
    }

    pub(super) async fn take_in(&mut self, kept: Kept) -> Result<News> {
        let when = self.clock.moment();
        let run = self.run;
        let Some(share) = &mut self.share else {
            return Ok(News::Nothing);
        };
        share.keeping = None;
        match kept {
            Kept::Renewed(lease, heard) => {
                share.lease = share.lease.is_some().then_some(lease);
                let fresh = |heard: &Heard| !share.known.contains(&heard.key);
                let fresh: Vec<Heard> = heard.into_iter().filter(fresh).collect();
                share
                    .known
                    .extend(fresh.iter().map(|heard| heard.key.clone()));
                share.heard.extend(fresh.iter().cloned());
                if share.silent.take().is_some() {
                    self.say(None)?;
                }
                for heard in &fresh {
                    self.journal().ask(run, &heard.request, &heard.by, &when)?;
                }
                Ok(if fresh.is_empty() {
                    News::Nothing
                } else {
                    News::Asked
                })
            }
            Kept::Rejoined(lease, upto) => {
                let store = share.store.clone();
                let rest = self.journal().entries(run)?;
                let rest = rest.get(usize::try_from(upto).unwrap_or(usize::MAX)..);
                match store.append(rest.unwrap_or_default()).await {
                    Ok(Appended::Done) => {}
                    Ok(Appended::Taken) => return Ok(self.clash(&shared::Error::Lost)),
                    Err(error) if error.is_silence() => return Ok(News::Nothing),
                    Err(error) => return Ok(self.clash(&error)),
                }
                if let Some(share) = &mut self.share {
                    share.lease = Some(lease);
                    share.silent = None;
                }
                self.say(None)?;
                Ok(News::Rejoined)
            }
            Kept::Failed(error) if error.is_silence() => {
                self.bear(&error)?;
                Ok(News::Nothing)
            }
            Kept::Failed(error) if share.lease.is_none() => Ok(self.clash(&error)),
            Kept::Failed(error) => Err(error.into()),
        }
    }

    fn clash(&mut self, error: &shared::Error) -> News {
        if let Some(share) = &mut self.share {
            share.clashed = true;
        }
        News::Clash(format!(
            "while the shared store could not be reached: {error}"
        ))
    }

    /// Lets go of the lease in good order; where the store is silent it runs out by itself.
    pub(super) async fn close(&mut self, view: &RunView) {
        if self
            .share
            .as_ref()
            .is_some_and(|share| share.keeping.is_some())
        {
            let kept = self.kept().await;
            if let Err(error) = self.take_in(kept).await {
                tracing::warn!(run = %self.run, %error, "the lease was lost at the end");
            }
        }
        let Some(share) = &self.share else { return };
        let Some(lease) = &share.lease else { return };
        let closed = async {
            for heard in &share.heard {
                share.store.was_heard(heard).await?;
            }
            if view.state.is_terminal() {
                let scopes = share.sealed.scopes();
                share.store.let_go_of(self.run, &scopes).await?;
                share.store.release(lease).await
            } else {
                share.store.park(lease).await
            }
        };
        if let Err(error) = closed.await {
            tracing::warn!(run = %self.run, %error, "the lease runs out by itself");
        }
    }

    fn share(&mut self, store: &Shared, holder: Holder, lease: Option<Lease>) -> Result<()> {
        let (run, now) = (self.run, self.clock.moment());
        self.share = Some(Share {
            store: store.clone(),
            sealed: Arc::clone(&self.journal().standing(run)?.sealed),
            holder,
            silent: lease.is_none().then(|| now.clone()),
            lease,
            keeping: None,
            kept: now,
            heard: Vec::new(),
            known: BTreeSet::new(),
            clashed: false,
        });
        Ok(())
    }

    fn holder(&mut self) -> Result<Holder> {
        let (run, now) = (self.run, self.clock.now());
        let view = &self.journal().standing(run)?.view;
        let by = view.approvals.first();
        Ok(Holder {
            run,
            by: by.map_or_else(|| "awsdeck".into(), |yes| yes.by.clone()),
            host: lock::host(),
            pid: std::process::id(),
            nonce: uuid::Uuid::now_v7().to_string(),
            fence: view.fence + 1,
            since: now,
            parked: false,
        })
    }

    /// What others have written meanwhile.
    async fn catch_up(&mut self) -> Result<()> {
        let run = self.run;
        let Some(share) = &self.share else {
            return Ok(());
        };
        let store = share.store.clone();
        let (n, _) = self.journal().standing(run)?.end();
        let lines = store.lines(run, n).await?;
        Ok(self.journal().import(&lines, None)?)
    }

    /// A person's word that the run goes on without the store: asked now, or in force since before.
    fn broken_glass(&mut self) -> Result<Option<(Asked, String)>> {
        let run = self.run;
        let known = self.journal().standing(run)?.view.break_glass.clone();
        if let Some((by, reason)) = known {
            let request = Request::BreakGlass {
                reason: reason.clone(),
            };
            let id = None;
            return Ok(Some((Asked { id, request, by }, reason)));
        }
        self.glass_asked()
    }

    fn glass_asked(&mut self) -> Result<Option<(Asked, String)>> {
        let run = self.run;
        let asked = self.journal().asked(run)?;
        Ok(asked.into_iter().find_map(|asked| match &asked.request {
            Request::BreakGlass { reason } => Some((asked.clone(), reason.clone())),
            _ => None,
        }))
    }

    /// Whether somebody asked this process to let go of the run.
    pub(super) fn is_let_go(&mut self) -> Result<bool> {
        let run = self.run;
        for asked in self.journal().asked(run)? {
            if asked.request == Request::Detach {
                self.journal().acted_on(&asked)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn bear(&mut self, error: &shared::Error) -> Result<()> {
        let now = self.clock.moment();
        let Some(share) = &mut self.share else {
            return Ok(());
        };
        if share.lease.is_none() {
            return Ok(());
        }
        let since = share.silent.get_or_insert(now).timestamp();
        let text = format!(
            "{error}; nothing new is begun since {}; `awsdeck runs break-glass {} --reason …` goes on without it",
            since.strftime("%H:%M:%SZ"),
            self.run
        );
        self.say(Some(&text))
    }

    fn say(&mut self, text: Option<&str>) -> Result<()> {
        let (run, when) = (self.run, self.clock.moment());
        Ok(self.journal().say(run, text, &when)?)
    }
}

/// Brings the journal of this machine up to the store, and takes what the run changes and the run.
async fn join(
    store: &Shared,
    journal: &mut Journal,
    holder: &Holder,
    clock: &dyn Clock,
) -> Result<Taken> {
    let run = holder.run;
    let standing = journal.standing(run)?.clone();
    if standing.view.break_glass.is_some() {
        store
            .mend(run, &standing.sealed, &journal.entries(run)?)
            .await?;
    }
    let lines = store.lines(run, standing.end().0).await?;
    journal.import(&lines, None)?;
    store.hold(run, &standing.sealed.scopes()).await?;
    Ok(store.take(holder.clone(), clock.moment()).await?)
}

/// Renews the lease where it is time, and hears what others ask.
async fn keep(store: Shared, mut lease: Lease, heard: Vec<Heard>, now: Moment) -> Kept {
    let run = lease.holder().run;
    let kept = async {
        if lease.is_due(&now) {
            store.renew(&mut lease, now).await?;
        }
        for heard in &heard {
            store.was_heard(heard).await?;
        }
        store.asked(run).await
    };
    match kept.await {
        Ok(asked) => Kept::Renewed(lease, asked),
        Err(error) => Kept::Failed(error),
    }
}

/// Tells the store what happened without it, and takes the lease there.
async fn rejoin(
    store: Shared,
    sealed: Arc<Sealed>,
    holder: Holder,
    lines: Vec<Entry>,
    now: Moment,
) -> Kept {
    let run = holder.run;
    let upto = lines.last().map_or(0, |line| line.n);
    let joined = async {
        store.mend(run, &sealed, &lines).await?;
        store.hold(run, &sealed.scopes()).await?;
        store.take(holder, now).await
    };
    match joined.await {
        Ok(taken) => Kept::Rejoined(taken.lease, upto),
        Err(error) => Kept::Failed(error),
    }
}
