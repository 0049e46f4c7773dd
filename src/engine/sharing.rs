//! Runs of all machines in the journal of this one, and this one's among those of all.

use super::{
    Clock, Confirmation, Engine, Error, Request, Result, RunId, Sealed, journal,
    machine::{Event, run},
    runner, shared,
    shared::{Appended, Shared},
};

/// Tries of a line whose number somebody else took.
const TRIES: u32 = 5;

impl Engine {
    /// Takes in what other machines have written since, and hands on what this one wrote while the
    /// store could not be reached. Returns, one line each, what cannot be brought together.
    pub async fn sync(&self) -> Result<Vec<String>> {
        let Some(store) = self.shared() else {
            return Ok(Vec::new());
        };
        let mut clashes = Vec::new();
        let mut note = |run: RunId, done: Result<()>| match done {
            Err(Error::Shared(error)) if error.is_silence() => Err(Error::Shared(error)),
            Err(error) => {
                clashes.push(format!("run {run}: {error}"));
                Ok(())
            }
            Ok(()) => Ok(()),
        };
        for run in self.written_alone()? {
            let mended = self.mend(store, run).await;
            note(run, mended)?;
        }
        for run in store.runs().await? {
            let mut taken = self.take_in(store, run).await;
            if let Err(Error::Journal(journal::Error::ScopeHeld { by, .. })) = &taken {
                // What it holds was another run's until that ended, which is not known here yet.
                self.take_in(store, *by).await?;
                taken = self.take_in(store, run).await;
            }
            note(run, taken)?;
        }
        Ok(clashes)
    }

    /// Takes in what other machines have written about one run.
    pub async fn refresh(&self, run: RunId) -> Result<()> {
        match self.shared() {
            Some(store) => self.take_in(store, run).await,
            None => Ok(()),
        }
    }

    /// [`Engine::sync`] before something is begun: without it nothing is, unless glass is broken.
    pub(super) async fn sync_for(&self, confirmation: &Confirmation) -> Result<()> {
        match self.sync().await {
            Err(Error::Shared(error)) if error.is_silence() => match confirmation.breaks_glass() {
                Some(_) => Ok(()),
                None => Err(Error::Silent(error)),
            },
            other => other.map(drop),
        }
    }

    /// Opens the run in the store and here, or here alone where glass is broken.
    pub(super) async fn open_run(
        &self,
        sealed: &Sealed,
        opening: Vec<run::Event>,
        confirmation: &Confirmation,
        clock: &dyn Clock,
    ) -> Result<RunId> {
        let run = RunId::fresh();
        let by = match opening.first() {
            Some(run::Event::RunCreated { by, .. }) => by.clone(),
            _ => String::new(),
        };
        let opening: Vec<Event> = opening.into_iter().map(Event::from).collect();
        self.journal().keep_plan(sealed)?;
        let published = match self.shared() {
            Some(store) => store.publish(run, sealed).await,
            None => Ok(()),
        };
        match (published, confirmation.breaks_glass()) {
            (Ok(()), _) => self.write(run, &by, &opening, clock).await?,
            (Err(error), Some(reason)) if error.is_silence() => {
                let stamp = journal::Stamp {
                    run,
                    actor: &by,
                    fence: 0,
                    when: clock.moment(),
                };
                let mut journal = self.journal();
                journal.append(&stamp, &opening)?;
                let reason = reason.to_owned();
                let request = Request::BreakGlass { reason };
                journal.ask(run, &request, &by, &clock.moment())?;
            }
            (Err(error), _) => return Err(error.into()),
        }
        Ok(run)
    }

    /// Writes lines of a run that nobody executes: first in the store that machines share.
    pub(super) async fn write(
        &self,
        run: RunId,
        actor: &str,
        events: &[Event],
        clock: &dyn Clock,
    ) -> Result<()> {
        for _ in 0..TRIES {
            let lines = {
                let mut journal = self.journal();
                let fence = match journal.standing(run) {
                    Ok(standing) => standing.view.fence,
                    Err(journal::Error::NoRun(_)) => 0,
                    Err(error) => return Err(error.into()),
                };
                let stamp = journal::Stamp {
                    run,
                    actor,
                    fence,
                    when: clock.moment(),
                };
                let Some(_) = self.shared() else {
                    journal.append(&stamp, events)?;
                    return Ok(());
                };
                journal.draft(&stamp, events)?
            };
            if let Some(store) = self.shared() {
                match store.append(&lines).await? {
                    Appended::Done => {
                        self.journal().import(&lines, None)?;
                        return Ok(());
                    }
                    Appended::Taken => self.take_in(store, run).await?,
                }
            }
        }
        Err(shared::Error::Lost.into())
    }

    async fn take_in(&self, store: &Shared, run: RunId) -> Result<()> {
        let known = {
            let mut journal = self.journal();
            match journal.standing(run) {
                Ok(standing) if standing.view.state.is_terminal() => return Ok(()),
                Ok(standing) => standing.end().0,
                Err(journal::Error::NoRun(_)) => 0,
                Err(error) => return Err(error.into()),
            }
        };
        let lines = store.lines(run, known).await?;
        if known == 0 && !lines.is_empty() {
            let Some(sealed) = store.plan(run).await? else {
                return Ok(());
            };
            self.journal().keep_plan(&sealed)?;
        }
        Ok(self.journal().import(&lines, None)?)
    }

    /// Runs of this machine that the store has not heard the end of, and that nobody executes.
    fn written_alone(&self) -> Result<Vec<RunId>> {
        let mut journal = self.journal();
        let mut alone = Vec::new();
        for run in journal.runs()? {
            let broken = journal.standing(run.id)?.view.break_glass.is_some();
            if broken && !runner::is_held(&journal.lock_path(run.id)) {
                alone.push(run.id);
            }
        }
        Ok(alone)
    }

    async fn mend(&self, store: &Shared, run: RunId) -> Result<()> {
        let (sealed, lines) = {
            let mut journal = self.journal();
            let sealed = journal.standing(run)?.sealed.clone();
            (sealed, journal.entries(run)?)
        };
        Ok(store.mend(run, &sealed, &lines).await?)
    }
}
