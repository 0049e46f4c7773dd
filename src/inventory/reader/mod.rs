//! Reads many accounts at once: most wanted first, within budgets, so that no account that denies,
//! hangs or throttles holds up the rest.

mod bucket;
mod costs;
mod dispatch;
mod queue;
mod read;
mod retry;
mod source;

use tokio::sync::mpsc;

pub use source::{Clock, Learned, Limits, Source};

use super::{Event, Inventory, Loaded, Query};
use crate::model::Trouble;
use std::{collections::BTreeSet, sync::Arc};

/// How much an answer is wanted. Ordered from the most wanted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Want {
    OnScreen,
    /// Beside or below what is on screen.
    Near,
    Rest,
}

enum Command {
    Want(Vec<Query>, Want),
    Focus(Vec<Query>),
    Refresh(Vec<Query>),
}

/// Takes queries and answers with events. Reading ends when the last clone is gone.
#[derive(Clone)]
pub struct Reader {
    commands: mpsc::UnboundedSender<Command>,
}

impl Reader {
    /// Starts reading from `source`. Must be called inside a Tokio runtime.
    #[must_use]
    pub fn start(source: Source) -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (commands, asked) = mpsc::unbounded_channel();
        let (events, told) = mpsc::unbounded_channel();
        tokio::spawn(dispatch::run(source, asked, events));
        (Self { commands }, told)
    }

    /// Asks for answers that are not there yet. What is under way or fresh is not asked again;
    /// what waits moves up when it is wanted more.
    pub fn want(&self, queries: Vec<Query>, want: Want) {
        self.send(Command::Want(queries, want));
    }

    /// Says what is on screen now: it goes first, and what was on screen before goes behind it.
    pub fn focus(&self, queries: Vec<Query>) {
        self.send(Command::Focus(queries));
    }

    /// Asks again, even for what is fresh or under way; the older read then only feeds the cache.
    pub fn refresh(&self, queries: Vec<Query>) {
        self.send(Command::Refresh(queries));
    }

    /// A reader whose task is gone has nothing left to read for; the deck is closing.
    fn send(&self, command: Command) {
        self.commands.send(command).ok();
    }
}

/// What the command line reads before it prints.
#[derive(Debug, Default)]
pub struct Gathered {
    pub inventory: Inventory,
    /// The scopes that could not be read, in the order of their queries.
    pub failures: Vec<(Query, Arc<Trouble>)>,
}

/// Reads all of `queries` into `inventory` and waits for the last of them.
pub async fn gather(source: Source, inventory: Inventory, queries: Vec<Query>) -> Gathered {
    let mut open: BTreeSet<Query> = queries.iter().cloned().collect();
    let mut gathered = Gathered {
        inventory,
        failures: Vec::new(),
    };
    let organization = gathered.inventory.organization.value().cloned();
    let (reader, mut events) = Reader::start(source.once(organization));
    reader.want(queries, Want::OnScreen);
    while !open.is_empty() {
        let Some(event) = events.recv().await else {
            break;
        };
        gathered.inventory.take(&event);
        match event {
            Event::Loaded { query, .. } => {
                open.remove(&query);
            }
            Event::Failed {
                query,
                trouble,
                again: None,
            } if open.remove(&query) => gathered.failures.push((query, trouble)),
            _ => {}
        }
    }
    gathered.failures.sort_by(|a, b| a.0.cmp(&b.0));
    gathered
}

#[cfg(test)]
mod tests;
