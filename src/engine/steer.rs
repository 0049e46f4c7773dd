//! What people ask of a run that goes on, here or on another machine.

use super::{
    Challenge, Clock, Engine, Error, Request, Result, RunId, RunStanding, Shared,
    machine::{Action, run::State},
    runner,
    shared::Holder,
};

impl Engine {
    /// Leaves a request for whoever executes the run.
    pub async fn ask(
        &self,
        run: RunId,
        request: &Request,
        by: &str,
        clock: &dyn Clock,
    ) -> Result<()> {
        let RunStanding { sealed, view, .. } = self.standing(run)?;
        let wanted = match request {
            Request::Pause => Action::Pause,
            Request::Resume => Action::Resume,
            Request::RollBack { .. } => Action::RollBack,
            Request::Stop { .. } => Action::Stop,
            Request::Detach => Action::Detach,
            Request::PassGate { .. } => Action::PassGate,
            Request::Skip { .. } => Action::Skip,
            Request::Answer { .. } => Action::Answer,
            Request::BreakGlass { .. } => Action::BreakGlass,
        };
        expects(run, view.state, wanted)?;
        if let Request::PassGate { before, typed } = request {
            Challenge::answer(&sealed, typed)?;
            let stands = view.pause.as_ref().and_then(|pause| pause.step.as_ref());
            if stands != Some(before) {
                let asked = format!("pass the gate before {before}");
                let state = view.state;
                return Err(Error::NotNow { run, state, asked });
            }
        }
        if let Some(store) = self.elsewhere(run).await? {
            return Ok(store.ask(run, request, by).await?);
        }
        Ok(self.journal().ask(run, request, by, &clock.moment())?)
    }

    /// Whether the run has work to do, or a request to answer, and nobody who does it.
    pub async fn needs_runner(&self, run: RunId) -> Result<bool> {
        let state = self.standing(run)?.view.state;
        let waits = match state {
            State::Paused => self.journal().asked(run)?.is_empty(),
            State::AwaitingApproval => true,
            _ => false,
        };
        if state.is_terminal() || waits || self.is_executed_here(run) {
            return Ok(false);
        }
        Ok(self.elsewhere(run).await?.is_none())
    }

    /// Whether something was asked of the run that nobody has taken up yet.
    pub fn is_asked(&self, run: RunId) -> Result<bool> {
        Ok(!self.journal().asked(run)?.is_empty())
    }

    /// Who executes the run on another machine, as far as that can be told now.
    pub async fn holder(&self, run: RunId) -> Result<Option<Holder>> {
        match self.elsewhere(run).await? {
            Some(store) => Ok(store.holder(run).await?),
            None => Ok(None),
        }
    }

    /// Whether a process of this machine executes the run.
    fn is_executed_here(&self, run: RunId) -> bool {
        runner::is_held(&self.journal().lock_path(run))
    }

    /// The store through which another machine that executes the run can be spoken to. What cannot
    /// be told while the store is silent is left to this machine, whose runner will see.
    async fn elsewhere(&self, run: RunId) -> Result<Option<&Shared>> {
        let Some(store) = self.shared().filter(|_| !self.is_executed_here(run)) else {
            return Ok(None);
        };
        match store.holder(run).await {
            Ok(holder) => Ok(holder.map(|_| store)),
            Err(error) if error.is_silence() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Refuses what cannot be asked of a run in that state.
pub(super) fn expects(run: RunId, state: State, wanted: Action) -> Result<()> {
    if state.actions().contains(&wanted) {
        return Ok(());
    }
    let asked = wanted.to_string();
    Err(Error::NotNow { run, state, asked })
}
