//! The way from a form to a run, through the engine. Nothing else in the deck can change anything.

use std::{io, sync::Arc, time::Duration};

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    config::{Environments, settings::Addressing},
    engine::{
        Arming, Clock, Confirmation, Engine, Request, RunId, Sealed,
        operations::{Arguments, World},
    },
    inventory::Inventory,
    provider::Provider,
    tui::{Message, Severity, State, state::Access, views::Book},
};

/// Between two looks at a run that is followed.
const FOLLOW: Duration = Duration::from_millis(500);
/// After how many looks the store is asked that machines share.
const AFAR: u32 = 10;

/// What carrying out needs beside the provider.
/// Starts a process for the run of that id.
pub(super) type Spawn = Arc<dyn Fn(&str) -> io::Result<()> + Send + Sync>;

#[derive(Clone)]
pub struct Operating {
    pub engine: Arc<Engine>,
    /// Waits are counted by it.
    pub clock: Arc<dyn Clock>,
    /// Starts a process that executes a run and outlives the deck.
    pub spawn: Spawn,
}

/// All that a task works with.
#[derive(Clone)]
pub(super) struct Operator {
    pub(super) operating: Operating,
    pub(super) provider: Provider,
    pub(super) messages: UnboundedSender<Message>,
    pub(super) author: String,
}

impl Operator {
    fn fail(&self, what: &str, error: &dyn std::fmt::Display) {
        let text = format!("{what}: {error}");
        let _ = self.messages.send(Message::Note(Severity::Error, text));
    }

    pub(super) fn plan(
        self,
        operation: &'static str,
        arguments: Arguments,
        inventory: Inventory,
        environments: Environments,
        addressing: Addressing,
    ) {
        tokio::spawn(async move {
            let world = World {
                provider: &self.provider,
                inventory: &inventory,
                environments: &environments,
                addressing: &addressing,
                author: &self.author,
                now: self.operating.clock.now(),
            };
            match self
                .operating
                .engine
                .plan(operation, &arguments, &world)
                .await
            {
                Ok(sealed) => {
                    let _ = self.messages.send(Message::Planned(Arc::new(sealed)));
                }
                Err(error) => self.fail("not planned", &error),
            }
        });
    }

    /// Opens a run of a confirmed plan and leaves it to a process of its own.
    pub(super) fn apply(self, sealed: Arc<Sealed>, confirmation: Confirmation, arming: Arming) {
        tokio::spawn(async move {
            let Operating {
                engine,
                clock,
                spawn,
            } = &self.operating;
            let opened = engine
                .start(
                    &sealed,
                    &confirmation,
                    &arming,
                    &self.provider,
                    &self.author,
                    clock.as_ref(),
                )
                .await;
            match opened {
                Ok(run) => {
                    match engine.needs_runner(run).await {
                        Ok(true) => {
                            if let Err(error) = spawn(&run.to_string()) {
                                self.fail("the runner does not start", &error);
                            }
                        }
                        Ok(false) => {}
                        Err(error) => self.fail("the run's state is not known", &error),
                    }
                    self.follow().await;
                }
                Err(error) => self.fail("not carried out", &error),
            }
        });
    }

    /// Tells what the journal says, whenever something was written, until every run has ended.
    pub(super) async fn follow(&self) {
        let mut told = None;
        for look in 0_u32.. {
            if self.messages.is_closed() {
                return;
            }
            if look.is_multiple_of(AFAR) {
                self.sync().await;
            }
            let operator = self.clone();
            let look = tokio::task::spawn_blocking(move || operator.look(told)).await;
            match look {
                Ok(Some((newest, true))) => told = Some(newest),
                Ok(_) | Err(_) => return,
            }
            tokio::time::sleep(FOLLOW).await;
        }
    }

    /// Takes in what other machines have written; a silent store is told where runs are shown.
    async fn sync(&self) {
        match self.operating.engine.sync().await {
            Ok(clashes) => {
                for clash in clashes {
                    self.fail("the shared store", &clash);
                }
            }
            Err(error) => tracing::warn!(%error, "the shared store"),
        }
    }

    /// Reads the journal if it has grown since `told`; its newest line, and whether a run goes on.
    pub(super) fn look(&self, told: Option<u64>) -> Option<(u64, bool)> {
        let runs = match self.operating.engine.runs() {
            Ok(runs) => runs,
            Err(error) => {
                self.fail("the journal can't be read", &error);
                return None;
            }
        };
        let newest = runs.iter().map(|run| run.seq).max().unwrap_or(0);
        if told != Some(newest) {
            let book = Book::default().read(&self.operating.engine);
            let _ = self.messages.send(Message::Book(Box::new(book)));
        }
        Some((newest, runs.iter().any(|run| !run.state.is_terminal())))
    }

    /// Asks whoever executes the run, and starts somebody where nobody does.
    pub(super) async fn ask(&self, run: RunId, request: &Request) {
        let Operating {
            engine,
            clock,
            spawn,
        } = &self.operating;
        if let Err(error) = engine.ask(run, request, &self.author, clock.as_ref()).await {
            return self.fail("not asked", &error);
        }
        match engine.needs_runner(run).await {
            Ok(true) => {
                if let Err(error) = spawn(&run.to_string()) {
                    self.fail("the runner does not start", &error);
                }
            }
            Ok(false) => {}
            Err(error) => self.fail("the run's state is not known", &error),
        }
    }
}

/// What the deck may do, as the engine asks it.
pub(super) const fn arming(state: &State) -> Arming {
    match state.access {
        Access::ReadOnly => Arming::ReadOnly,
        Access::Disarmed => Arming::Disarmed,
        Access::Armed(None) => Arming::Always,
        Access::Armed(Some(until)) => Arming::Until(until),
    }
}
