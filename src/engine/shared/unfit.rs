//! Whether a store keeps its word: one that ignores conditions would let two machines execute one run.

use uuid::Uuid;

use super::{Result, Shared};
use crate::provider::{Put, When};

/// Why a store cannot be shared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("{0} let two writers both be the first: it ignores `If-None-Match`")]
    TwoFirst(String),
    #[error("{0} replaced an object that was another version already: it ignores `If-Match`")]
    StaleReplaced(String),
    #[error("{0} removed an object that was another version already: it ignores `If-Match`")]
    StaleRemoved(String),
    #[error("{0} does not give back what was written to it")]
    Forgets(String),
}

impl Shared {
    /// Tries the store with objects of its own, and removes them.
    pub async fn probe(&self) -> Result<std::result::Result<(), Unfit>> {
        let key = format!("probe/{}", Uuid::now_v7());
        let name = || self.name();
        let (one, two) = tokio::join!(
            self.write(&key, b"one".to_vec(), When::Absent),
            self.write(&key, b"two".to_vec(), When::Absent),
        );
        let first = match (one?, two?) {
            (Put::Done(_), Put::Done(_)) => return Ok(Err(Unfit::TwoFirst(name()))),
            (Put::Done(version), _) | (_, Put::Done(version)) => version,
            _ => return Ok(Err(Unfit::Forgets(name()))),
        };
        let when = When::Is(first.clone());
        let Put::Done(second) = self.write(&key, b"three".to_vec(), when.clone()).await? else {
            return Ok(Err(Unfit::Forgets(name())));
        };
        if let Put::Done(_) = self.write(&key, b"four".to_vec(), when).await? {
            return Ok(Err(Unfit::StaleReplaced(name())));
        }
        if let Put::Done(_) = self.objects.delete(&key, &first).await? {
            return Ok(Err(Unfit::StaleRemoved(name())));
        }
        let read = self.objects.get(&key).await?;
        if read.is_none_or(|object| object.body != b"three") {
            return Ok(Err(Unfit::Forgets(name())));
        }
        self.objects.delete(&key, &second).await?;
        Ok(Ok(()))
    }
}
