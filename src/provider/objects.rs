//! A place for objects that many can write to at once without overwriting each other (S3 with
//! conditional writes): what operators on several machines share.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Result;

/// Objects by key, such as `runs/0190…/lease.json`.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Where it is, for people: `s3://bucket/prefix`.
    fn name(&self) -> String;
    /// The region that it depends on.
    fn region(&self) -> crate::model::Region;
    async fn get(&self, key: &str) -> Result<Option<Object>>;
    /// Writes only under the condition; what the answer does not tell (a timeout) is an error, and
    /// the caller reads to find out.
    async fn put(&self, key: &str, body: Vec<u8>, when: When) -> Result<Put>;
    /// Removes the object if it is still that version.
    async fn delete(&self, key: &str, version: &str) -> Result<Put>;
    /// Keys that begin with `prefix` and come after `after`, in order.
    async fn list(&self, prefix: &str, after: &str) -> Result<Vec<String>>;
}

/// An object as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    pub body: Vec<u8>,
    /// Changes with every write (ETag).
    pub version: String,
    /// When it was written, by the clock of the store.
    pub modified: Timestamp,
    /// When it was read, by the clock of the store: no local clock has a say in ages.
    pub read: Timestamp,
}

/// Under which condition something is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Nothing is there (`If-None-Match: *`).
    Absent,
    /// This version is there (`If-Match`).
    Is(String),
}

/// What became of a conditional write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Put {
    /// It is written; its version, nothing for a removal.
    Done(String),
    /// The condition does not hold (412).
    Lost,
    /// Another write is under way (409): worth another try.
    Busy,
}
