//! The journal's tables. Versions go forward only; a newer file is refused, never guessed at.

use rusqlite::Connection;

use super::{Error, Result};

/// `PRAGMA application_id`: "awdj".
const APPLICATION: i32 = 0x6177_646a;
/// The version that this program writes.
pub(super) const VERSION: i32 = 1;

/// What brings a file from each version to the next.
const MIGRATIONS: [&str; 1] = [V1];

const V1: &str = "
CREATE TABLE plan(
  digest BLOB PRIMARY KEY,
  effect_digest BLOB NOT NULL,
  operation TEXT NOT NULL,
  title TEXT NOT NULL,
  environment TEXT NOT NULL,
  sealed_at INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE journal(
  seq INTEGER PRIMARY KEY,
  run BLOB NOT NULL,
  n INTEGER NOT NULL,
  step TEXT,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  mono INTEGER NOT NULL,
  boot TEXT NOT NULL,
  actor TEXT NOT NULL,
  fence INTEGER NOT NULL,
  body BLOB NOT NULL,
  -- The chain of the run, which proves itself wherever the run is taken.
  before BLOB NOT NULL,
  link BLOB NOT NULL UNIQUE,
  -- The chain of this file, in which no line can be left out.
  prev BLOB NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  UNIQUE(run, n)
) STRICT;
CREATE TRIGGER journal_is_not_rewritten BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append only'); END;
CREATE TRIGGER journal_is_not_erased BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append only'); END;
CREATE TRIGGER plans_are_not_rewritten BEFORE UPDATE ON plan
  BEGIN SELECT RAISE(ABORT, 'a sealed plan does not change'); END;
-- Projections of the journal: rebuilt from it and compared by `verify`.
CREATE TABLE run(
  id BLOB PRIMARY KEY,
  plan BLOB NOT NULL REFERENCES plan(digest),
  operation TEXT NOT NULL,
  title TEXT NOT NULL,
  environment TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  pause TEXT,
  fence INTEGER NOT NULL,
  updated_seq INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_run_per_plan ON run(plan) WHERE state <> 'rejected';
CREATE TABLE step(
  run BLOB NOT NULL,
  id TEXT NOT NULL,
  state TEXT NOT NULL,
  class TEXT NOT NULL,
  key TEXT NOT NULL,
  scope TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  external_id TEXT,
  made TEXT,
  touched INTEGER NOT NULL,
  PRIMARY KEY(run, id)
) STRICT;
CREATE UNIQUE INDEX one_open_intent ON step(scope)
  WHERE state IN ('intended', 'in_flight', 'ambiguous', 'locating');
-- What runs have made and not taken back: all that a rollback may remove.
CREATE VIEW created AS
  SELECT run, id AS step, scope, made FROM step WHERE made IS NOT NULL AND touched = 1;
-- What unfinished runs hold: nobody else may change it.
CREATE TABLE lease(
  scope TEXT PRIMARY KEY,
  run BLOB NOT NULL
) STRICT;
-- What other processes ask of the runner; no part of the chain until the runner acts on it.
CREATE TABLE request(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run BLOB NOT NULL,
  body TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0
) STRICT;
-- What a run waits for outside of itself, for whoever looks.
CREATE TABLE note(
  run BLOB PRIMARY KEY,
  text TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
";

/// Makes `connection` a journal that is safe to write, or says why it is none.
pub(super) fn prepare(connection: &mut Connection) -> Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    let version: i32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let application: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if version > VERSION {
        return Err(Error::Newer { version });
    }
    let objects: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && (application != 0 || objects > 0) {
        return Err(Error::Foreign);
    }
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::NoWal { mode });
    }
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    let health: String = connection.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if health != "ok" {
        return Err(Error::Damaged { what: health });
    }
    migrate(connection)
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Read again under the lock: another process may have been faster.
    let version: i32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = usize::try_from(version).unwrap_or(0);
    for step in MIGRATIONS.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    if version < VERSION {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(transaction.commit()?)
}
