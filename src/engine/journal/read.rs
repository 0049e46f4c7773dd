//! Reading: plans by digest, runs as they stand, lines since a sequence number.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::Serialize;

use super::{Entry, Error, Journal, Record, Result, RunId, Standing, int, unsigned, write::seq};
use crate::{
    engine::{
        clock::Moment,
        machine::{Event, Pause, RunView, run::State},
        plan::{Digest, Sealed},
        policy::History,
    },
    model::EnvironmentClass,
};

/// A run in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunSummary {
    pub id: RunId,
    pub plan: Digest,
    pub operation: String,
    pub title: String,
    pub environment: EnvironmentClass,
    pub reason: String,
    pub created_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub state: State,
    pub pause: Option<Pause>,
    /// The last line about it; grows with everything that happens.
    pub seq: u64,
}

impl Journal {
    /// The kept plan whose digest begins with `prefix`.
    pub fn find_plan(&self, prefix: &str) -> Result<Sealed> {
        let mut query = self.connection.prepare_cached(
            "SELECT digest FROM plan WHERE substr(lower(hex(digest)), 1, length(?1)) = ?1",
        )?;
        let wanted = prefix.replace('-', "").to_lowercase();
        let found: Vec<[u8; 32]> = query
            .query_map([&wanted], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        match found.as_slice() {
            [] => Err(Error::NoPlan(prefix.into())),
            [digest] if !wanted.is_empty() => plan(&self.connection, Digest::from_bytes(*digest)),
            several => Err(Error::Several {
                prefix: prefix.into(),
                count: several.len(),
            }),
        }
    }

    /// The run that `text` names: a whole id, or digits at its beginning or end.
    pub fn find_run(&self, text: &str) -> Result<RunId> {
        let wanted = text.replace('-', "").to_lowercase();
        let mut query = self.connection.prepare_cached(
            "SELECT id FROM run WHERE substr(lower(hex(id)), 1, length(?1)) = ?1
                OR substr(lower(hex(id)), -length(?1)) = ?1",
        )?;
        let found: Vec<RunId> = query
            .query_map([&wanted], |row| run_id(row, 0))?
            .collect::<rusqlite::Result<_>>()?;
        match found.as_slice() {
            [] => Err(Error::NoRun(text.into())),
            [run] if !wanted.is_empty() => Ok(*run),
            several => Err(Error::Several {
                prefix: text.into(),
                count: several.len(),
            }),
        }
    }

    /// The run as it stands now, whoever wrote to it.
    pub fn standing(&mut self, run: RunId) -> Result<&Standing> {
        let standing = match self.standings.remove(&run) {
            Some(known) => catch_up(&self.connection, run, known)?,
            None => standing(&self.connection, run)?,
        };
        Ok(self.standings.entry(run).insert_entry(standing).into_mut())
    }

    /// Lines of a run after `seq`, at most `limit`, oldest first.
    pub fn records(&self, run: RunId, after: u64, limit: u32) -> Result<Vec<Record>> {
        records(&self.connection, run, after, limit)
    }

    /// Every line of a run, oldest first.
    pub fn entries(&self, run: RunId) -> Result<Vec<Entry>> {
        let records = self.records(run, 0, u32::MAX)?;
        Ok(records.into_iter().map(|record| record.entry).collect())
    }

    /// What a run waits for outside of itself, if anything.
    pub fn waits_for(&self, run: RunId) -> Result<Option<String>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT text FROM note WHERE run = ?1")?;
        let text = query.query_row([run.as_bytes()], |row| row.get(0));
        Ok(text.optional()?)
    }

    /// All runs, newest first.
    pub fn runs(&self) -> Result<Vec<RunSummary>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, plan, operation, title, environment, reason, created_by, created_at,
                    (SELECT at FROM journal WHERE seq = updated_seq), state, pause, updated_seq
             FROM run ORDER BY id DESC",
        )?;
        let rows = query.query_map([], summary)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What ran before, as rules ask for it; `own` is not counted.
    pub fn history(&self, own: Option<RunId>) -> Result<History> {
        let runs = self.runs()?;
        let others = runs.iter().filter(|run| Some(run.id) != own);
        let unfinished = others.clone().filter(|run| {
            run.environment.guarded_as() == EnvironmentClass::Prod && !run.state.is_terminal()
        });
        let failovers = others
            .filter(|run| run.operation.starts_with("failover") && run.state == State::Succeeded);
        Ok(History {
            unfinished_prod: u32::try_from(unfinished.count()).unwrap_or(u32::MAX),
            last_failover: failovers.map(|run| run.updated_at).max(),
        })
    }

    /// The number and the hash of the last line: the whole journal in one value.
    pub fn head(&self) -> Result<(u64, Digest)> {
        head(&self.connection)
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<RunSummary> {
    let text = |at: usize| row.get::<_, String>(at);
    let pause: Option<String> = row.get(10)?;
    Ok(RunSummary {
        id: run_id(row, 0)?,
        plan: Digest::from_bytes(row.get(1)?),
        operation: text(2)?,
        title: text(3)?,
        environment: parsed(row, 4)?,
        reason: text(5)?,
        created_by: text(6)?,
        created_at: timestamp(row.get(7)?),
        updated_at: timestamp(row.get(8)?),
        state: parsed(row, 9)?,
        pause: pause.and_then(|text| serde_json::from_str(&text).ok()),
        seq: seq(row, 11)?,
    })
}

fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

/// A column that holds the name of a variant.
fn parsed<T: std::str::FromStr>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    let text: String = row.get(at)?;
    text.parse().map_err(|_| {
        let cause = format!("`{text}` is no known value").into();
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, cause)
    })
}

pub(super) fn run_id(row: &Row<'_>, at: usize) -> rusqlite::Result<RunId> {
    row.get(at).map(RunId::from_bytes)
}

pub(super) fn plan(connection: &Connection, digest: Digest) -> Result<Sealed> {
    let mut query = connection.prepare_cached("SELECT bytes FROM plan WHERE digest = ?1")?;
    let bytes: Option<Vec<u8>> = query
        .query_row([digest.as_bytes()], |row| row.get(0))
        .optional()?;
    let bytes = bytes.ok_or_else(|| Error::NoPlan(digest.to_string()))?;
    Ok(Sealed::load(&bytes, digest)?)
}

pub(super) fn head(connection: &Connection) -> Result<(u64, Digest)> {
    let mut query =
        connection.prepare_cached("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")?;
    let row = |row: &Row<'_>| Ok((seq(row, 0)?, Digest::from_bytes(row.get(1)?)));
    let last = query.query_row([], row).optional()?;
    Ok(last.unwrap_or_else(|| (0, Record::genesis())))
}

/// The run folded from its first line.
pub(super) fn standing(connection: &Connection, run: RunId) -> Result<Standing> {
    let mut query = connection.prepare_cached("SELECT plan FROM run WHERE id = ?1")?;
    let digest: Option<[u8; 32]> = query
        .query_row([run.as_bytes()], |row| row.get(0))
        .optional()?;
    let digest = digest.ok_or_else(|| Error::NoRun(run.to_string()))?;
    let sealed = Arc::new(plan(connection, Digest::from_bytes(digest))?);
    let view = RunView::new(sealed.plan());
    catch_up(connection, run, Standing::before(run, sealed, view))
}

/// Folds in what was written since.
pub(super) fn catch_up(
    connection: &Connection,
    run: RunId,
    mut known: Standing,
) -> Result<Standing> {
    for record in records(connection, run, known.seq, u32::MAX)? {
        if !record.is_intact() {
            return Err(Error::Damaged {
                what: format!("line {} does not have the hash of its content", record.seq),
            });
        }
        known.view.apply(&record.entry.event, &record.entry.when)?;
        known.take_in(&record);
    }
    Ok(known)
}

fn records(connection: &Connection, run: RunId, after: u64, limit: u32) -> Result<Vec<Record>> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM journal WHERE run = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
    ))?;
    let mut rows = query.query(rusqlite::params![run.as_bytes(), int(after), limit])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(record(row)?);
    }
    Ok(records)
}

/// What [`record`] reads.
pub(super) const COLUMNS: &str =
    "seq, run, n, step, kind, at, mono, boot, actor, fence, body, before, link, prev, hash";

pub(super) fn record(row: &Row<'_>) -> Result<Record> {
    let number = seq(row, 0)?;
    let damaged = |what: &str| Error::Damaged {
        what: format!("line {number}: {what}"),
    };
    let (step, kind): (Option<String>, String) = (row.get(3)?, row.get(4)?);
    let body: Vec<u8> = row.get(10)?;
    let event: Event =
        serde_json::from_slice(&body).map_err(|_| damaged("its body is no event"))?;
    if event.kind() != kind || event.step().map(ToString::to_string) != step {
        return Err(damaged("its columns do not fit its body"));
    }
    Ok(Record {
        seq: number,
        entry: Entry {
            run: run_id(row, 1)?,
            n: seq(row, 2)?,
            when: Moment {
                at: row.get(5)?,
                mono: unsigned(row.get(6)?),
                boot: row.get(7)?,
            },
            actor: row.get(8)?,
            fence: unsigned(row.get(9)?),
            event,
            before: Digest::from_bytes(row.get(11)?),
            link: Digest::from_bytes(row.get(12)?),
        },
        prev: Digest::from_bytes(row.get(13)?),
        hash: Digest::from_bytes(row.get(14)?),
    })
}

/// The row of a run, and the rows of its steps by their ids, as text.
pub(super) type Projection = (Vec<String>, HashMap<String, Vec<String>>);

/// The rows of one run and its steps, to be compared.
pub(super) fn projection(connection: &Connection, run: RunId) -> Result<Projection> {
    let row = connection.query_row(
        "SELECT state, fence, updated_seq FROM run WHERE id = ?1",
        [run.as_bytes()],
        |row| {
            let (fence, seq): (i64, i64) = (row.get(1)?, row.get(2)?);
            Ok(vec![row.get(0)?, fence.to_string(), seq.to_string()])
        },
    )?;
    let mut query = connection.prepare_cached(
        "SELECT id, state, class, key, scope, attempt, external_id, made, touched
         FROM step WHERE run = ?1",
    )?;
    let steps = query.query_map([run.as_bytes()], |row| {
        let (attempt, touched): (i64, bool) = (row.get(5)?, row.get(8)?);
        let (external, made): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
        let values = vec![
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            attempt.to_string(),
            external.unwrap_or_default(),
            made.unwrap_or_default(),
            touched.to_string(),
        ];
        Ok((row.get(0)?, values))
    })?;
    Ok((row, steps.collect::<rusqlite::Result<_>>()?))
}
