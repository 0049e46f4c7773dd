//! What was read, kept on disk with its time, so that the next start shows it before any call.

mod codec;
mod meter;
mod store;
mod worker;

use std::{
    path::{Path, PathBuf},
    sync::mpsc,
};

use jiff::Timestamp;
use tokio::sync::{mpsc::UnboundedSender, oneshot};

pub use meter::{Meter, Refused, Spent};

use super::{Event, Loaded, Query};
use store::Store;

/// A handle on the cache file. All work is done on one thread of its own; the last handle that
/// goes waits for nothing, [`Cache::flush`] does.
#[derive(Clone, Debug)]
pub struct Cache {
    jobs: mpsc::Sender<Job>,
}

/// What opening the cache brought at once.
#[derive(Debug, Default)]
pub struct Opened {
    /// The top of the organization, enough for a first screen; dated a moment before the whole,
    /// so that the whole takes its place.
    pub head: Option<Event>,
    /// What the user should know: a cache that was unreadable and has been moved aside.
    pub notice: Option<String>,
}

/// Why there is no cache. Everything works without one, only slower.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error("the cache {file} cannot be made: {source}")]
    File {
        file: String,
        source: std::io::Error,
    },
    #[error("the cache {file} cannot be used: {source}")]
    Database {
        file: String,
        source: rusqlite::Error,
    },
}

enum Job {
    /// The file of a cache that waits for one.
    Place(PathBuf),
    Store(Query, Loaded, Timestamp),
    Recall(Query, oneshot::Sender<Option<(Loaded, Timestamp)>>),
    RecallAll(UnboundedSender<Event>),
    /// How many rows were written since the cache was opened.
    Flush(mpsc::Sender<u64>),
}

impl Cache {
    /// Opens or makes the cache file. Quick enough to be done before the first frame.
    pub fn open(file: &Path) -> Result<(Self, Opened), CacheError> {
        let (store, notice) = Store::open_or_replace(file)?;
        let opened = Opened {
            head: store.head(),
            notice,
        };
        let cache = Self::at_work(Some(store)).map_err(|source| CacheError::File {
            file: file.display().to_string(),
            source,
        })?;
        Ok((cache, opened))
    }

    /// A cache whose file is not known yet, because nobody knows which organization this is. What
    /// it is given waits in memory until [`Cache::place`].
    pub fn waiting() -> std::io::Result<Self> {
        Self::at_work(None)
    }

    /// Says which file it was that [`Cache::waiting`] waits for; later calls change nothing.
    pub fn place(&self, file: &Path) {
        self.jobs.send(Job::Place(file.to_owned())).ok();
    }

    fn at_work(store: Option<Store>) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel();
        std::thread::Builder::new()
            .name("cache".into())
            .spawn(move || worker::work(store, &waiting))?;
        Ok(Self { jobs })
    }

    /// Keeps an answer; written soon, and only when it differs from what is kept.
    pub fn store(&self, query: &Query, loaded: &Loaded, at: Timestamp) {
        let job = Job::Store(query.clone(), loaded.clone(), at);
        self.jobs.send(job).ok();
    }

    /// The kept answer to one query.
    pub async fn recall(&self, query: &Query) -> Option<(Loaded, Timestamp)> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job::Recall(query.clone(), answer)).ok()?;
        answered.await.ok().flatten()
    }

    /// Tells everything that is kept, the organization first, then [`Event::Recalled`].
    pub fn recall_all(&self, events: UnboundedSender<Event>) {
        self.jobs.send(Job::RecallAll(events)).ok();
    }

    /// Waits until everything is written; how many rows were since the cache was opened. Blocks:
    /// for the end of the program and for tests.
    #[must_use]
    pub fn flush(&self) -> u64 {
        let (done, waited) = mpsc::channel();
        self.jobs.send(Job::Flush(done)).ok();
        waited.recv().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
