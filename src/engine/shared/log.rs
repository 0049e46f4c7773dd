//! The lines of runs.

use std::str::FromStr as _;

use super::{Error, Result, Shared};
use crate::{
    engine::{
        RunId,
        journal::{Entry, Request},
        machine::{RunView, run::State},
        plan::{Digest, Sealed, canon},
    },
    provider::{Kind, Put, When},
};

/// What became of lines that were to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    Done,
    /// Somebody else has written the line of that number.
    Taken,
}

/// A request as it lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub request: Request,
    pub by: String,
    /// Which one it is: requests may be alike.
    pub key: String,
    version: String,
}

/// Tries of a write that another one keeps from being done.
const TRIES: u32 = 8;

impl Shared {
    /// Makes a run known, with its plan, as the one that carries the plan out. Doing it again
    /// changes nothing.
    pub async fn publish(&self, run: RunId, sealed: &Sealed) -> Result<()> {
        self.probe().await??;
        self.claim(sealed.digest(), run).await?;
        let key = plan(run);
        match self.write(&key, sealed.to_file(), When::Absent).await? {
            Put::Done(_) | Put::Lost => Ok(()),
            Put::Busy => Err(busy(&key)),
        }
    }

    /// Of several runs of one plan, one gets it.
    async fn claim(&self, digest: Digest, run: RunId) -> Result<()> {
        let key = format!("plans/{digest}.json");
        let body = bytes(&key, &run)?;
        if let Put::Done(_) = self.write(&key, body.clone(), When::Absent).await? {
            return Ok(());
        }
        let Some(object) = self.objects.get(&key).await? else {
            return Err(busy(&key));
        };
        if object.body == body {
            return Ok(());
        }
        let by: RunId = serde_json::from_slice(&object.body).map_err(|error| Error::Damaged {
            key: key.clone(),
            what: error.to_string(),
        })?;
        // A run that was rejected, or whose machine died before it wrote anything, leaves the plan.
        let age = object.read.duration_since(object.modified);
        let is_free = match self.state(by).await? {
            Some(State::Rejected) => true,
            Some(_) => false,
            None => age > self.life.try_into().unwrap_or(jiff::SignedDuration::MAX),
        };
        if is_free && let Put::Done(_) = self.write(&key, body, When::Is(object.version)).await? {
            return Ok(());
        }
        Err(Error::Applied(by))
    }

    /// Writes lines, the first of which is the run's next, all of them or none.
    pub async fn append(&self, lines: &[Entry]) -> Result<Appended> {
        let Some(first) = lines.first() else {
            return Ok(Appended::Done);
        };
        let key = line(first.run, first.n);
        let body = bytes(&key, &lines)?;
        match self.write(&key, body.clone(), When::Absent).await? {
            Put::Done(_) => Ok(Appended::Done),
            Put::Busy => Err(busy(&key)),
            // Perhaps by us, and the answer was lost.
            Put::Lost => match self.objects.get(&key).await? {
                Some(object) if object.body == body => Ok(Appended::Done),
                _ => Ok(Appended::Taken),
            },
        }
    }

    /// Makes a run known that was carried on while the store could not be reached: what the store
    /// has of it must be what `lines` begin with.
    pub async fn mend(&self, run: RunId, sealed: &Sealed, lines: &[Entry]) -> Result<()> {
        self.publish(run, sealed).await?;
        let there = self.lines(run, 0).await?;
        let same = there
            .iter()
            .zip(lines)
            .all(|(one, two)| one.link == two.link);
        let Some(rest) = lines.get(there.len()..).filter(|_| same) else {
            return Err(Error::Lost);
        };
        match self.append(rest).await? {
            Appended::Done => Ok(()),
            Appended::Taken => Err(Error::Lost),
        }
    }

    /// The lines of a run after line `n`, in order.
    pub async fn lines(&self, run: RunId, n: u64) -> Result<Vec<Entry>> {
        let prefix = format!("lines/{run}/");
        let first = |key: &String| {
            let number = key.strip_prefix(&prefix)?.split('.').next()?;
            u64::from_str(number).ok()
        };
        // Batches end where they ended for whoever knows `n` lines, but for lines that were written
        // without the store and added later.
        let mut keys = self.objects.list(&prefix, &line(run, n)).await?;
        if keys.first().is_some_and(|key| first(key) != Some(n + 1)) {
            keys = self.objects.list(&prefix, "").await?;
        }
        let mut lines: Vec<Entry> = Vec::new();
        for key in keys {
            let batch: Vec<Entry> = self.read(&key).await?.unwrap_or_default();
            let next = lines
                .last()
                .map_or_else(|| first(&key).unwrap_or(1), |last| last.n + 1);
            if batch.first().is_none_or(|first| first.n != next) {
                let what = format!("line {next} should be in it");
                return Err(Error::Damaged { key, what });
            }
            lines.extend(batch);
        }
        lines.retain(|line| line.n > n);
        Ok(lines)
    }

    /// The plan of a run.
    pub async fn plan(&self, run: RunId) -> Result<Option<Sealed>> {
        let key = plan(run);
        let Some(object) = self.objects.get(&key).await? else {
            return Ok(None);
        };
        let sealed = Sealed::from_file(&object.body).map_err(|error| Error::Damaged {
            key,
            what: error.to_string(),
        })?;
        Ok(Some(sealed))
    }

    /// How a run stands; nothing of one that was never opened.
    pub(super) async fn state(&self, run: RunId) -> Result<Option<State>> {
        let Some(sealed) = self.plan(run).await? else {
            return Ok(None);
        };
        let mut view = RunView::new(sealed.plan());
        let lines = self.lines(run, 0).await?;
        for line in &lines {
            view.apply(&line.event, &line.when)
                .map_err(|illegal| Error::Damaged {
                    key: self::line(run, line.n),
                    what: illegal.to_string(),
                })?;
        }
        Ok((!lines.is_empty()).then_some(view.state))
    }

    /// Every run that was made known, oldest first.
    pub async fn runs(&self) -> Result<Vec<RunId>> {
        let keys = self.objects.list("runs/", "").await?;
        let run = |key: &String| {
            let name = key.strip_prefix("runs/")?.strip_suffix(".json")?;
            name.parse().ok()
        };
        Ok(keys.iter().filter_map(run).collect())
    }

    /// Leaves a request for whoever executes the run.
    pub async fn ask(&self, run: RunId, request: &Request, by: &str) -> Result<()> {
        // Its name is later than those before, so requests are heard in order.
        let key = format!("asked/{run}/{}.json", RunId::fresh());
        let body = bytes(&key, &(request, by))?;
        match self.write(&key, body, When::Absent).await? {
            Put::Done(_) => Ok(()),
            Put::Lost | Put::Busy => Err(busy(&key)),
        }
    }

    /// The requests that wait, oldest first.
    pub async fn asked(&self, run: RunId) -> Result<Vec<Heard>> {
        let mut waiting = Vec::new();
        for key in self.objects.list(&format!("asked/{run}/"), "").await? {
            let Some(object) = self.objects.get(&key).await? else {
                continue;
            };
            // A request of a newer version is left for a newer runner.
            if let Ok((request, by)) = serde_json::from_slice(&object.body) {
                waiting.push(Heard {
                    request,
                    by,
                    key,
                    version: object.version,
                });
            }
        }
        Ok(waiting)
    }

    /// Removes a request that was heard.
    pub async fn was_heard(&self, heard: &Heard) -> Result<()> {
        self.objects.delete(&heard.key, &heard.version).await?;
        Ok(())
    }

    /// Writes once more while another write is under way.
    pub(super) async fn write(&self, key: &str, body: Vec<u8>, when: When) -> Result<Put> {
        for _ in 0..TRIES {
            match self.objects.put(key, body.clone(), when.clone()).await? {
                Put::Busy => tokio::task::yield_now().await,
                other => return Ok(other),
            }
        }
        Ok(Put::Busy)
    }

    pub(super) async fn read<T: serde::de::DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>> {
        let Some(object) = self.objects.get(key).await? else {
            return Ok(None);
        };
        let value = serde_json::from_slice(&object.body);
        value.map(Some).map_err(|error| Error::Damaged {
            key: key.into(),
            what: error.to_string(),
        })
    }
}

fn plan(run: RunId) -> String {
    format!("runs/{run}.json")
}

/// In an order that listing keeps.
fn line(run: RunId, n: u64) -> String {
    format!("lines/{run}/{n:010}.json")
}

pub(super) fn bytes<T: serde::Serialize>(key: &str, value: &T) -> Result<Vec<u8>> {
    canon::bytes(value).map_err(|error| Error::Damaged {
        key: key.into(),
        what: error.to_string(),
    })
}

fn busy(key: &str) -> Error {
    Error::Unreachable(crate::provider::Error::new(Kind::Throttled {
        service: format!("s3 ({key})"),
        retry_after: None,
    }))
}
