//! What people ask of a run from other processes; the runner picks it up between two things it does.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::{Journal, Result, RunId, int, unsigned};
use crate::engine::{clock::Moment, plan::StepId};

/// A wish about a run. What it leads to is in the chain; the wish itself is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    /// Start nothing new; finish following what was sent.
    Pause,
    /// Go on: opens the failed step again.
    Resume,
    RollBack {
        reason: String,
    },
    /// End the run and keep things as they stand.
    Stop {
        reason: String,
    },
    /// Let go of the run; whoever takes it up again goes on where it stands.
    Detach,
    /// Go on with what this machine knows while the store that operators share is silent.
    BreakGlass {
        reason: String,
    },
    /// Let the run pass the gate before a step.
    PassGate {
        before: StepId,
        typed: String,
    },
    /// Leave out the step that the run stands at; while rolling back, leave as it is what cannot be
    /// taken back.
    Skip {
        step: StepId,
        reason: String,
    },
    /// Whether a change happened whose answer was lost and that leaves no trace to find.
    Answer {
        step: StepId,
        happened: bool,
        /// Which one it made, where several could be it.
        made: Option<String>,
        reason: String,
    },
}

/// A request that waits, with who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Where it stands in the journal's file; none where it came from within the process.
    pub id: Option<u64>,
    pub request: Request,
    pub by: String,
}

impl Journal {
    /// Leaves a request for whoever executes the run.
    pub fn ask(&mut self, run: RunId, request: &Request, by: &str, when: &Moment) -> Result<()> {
        let body = serde_json::to_string(request).unwrap_or_default();
        self.connection.execute(
            "INSERT INTO request(run, body, actor, at) VALUES (?1, ?2, ?3, ?4)",
            params![run.as_bytes(), body, by, when.at],
        )?;
        Ok(())
    }

    /// Requests that nobody acted on, oldest first.
    pub fn asked(&self, run: RunId) -> Result<Vec<Asked>> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, body, actor FROM request WHERE run = ?1 AND taken = 0 ORDER BY id",
        )?;
        let rows = query.query_map([run.as_bytes()], |row| {
            let body: String = row.get(1)?;
            Ok((unsigned(row.get(0)?), body, row.get(2)?))
        })?;
        let mut waiting = Vec::new();
        for row in rows {
            let (id, body, by) = row?;
            // A request of a newer version is left for a newer runner.
            if let Ok(request) = serde_json::from_str(&body) {
                let id = Some(id);
                waiting.push(Asked { id, request, by });
            }
        }
        Ok(waiting)
    }

    /// Whether another process has written anything since this was last asked; cheap enough to ask
    /// all the time. `true` where it cannot be told.
    pub fn may_have_news(&mut self) -> bool {
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut query| query.query_row([], |row| row.get(0)));
        let Ok(version) = version else { return true };
        self.seen.replace(version) != Some(version)
    }

    /// Says what the run waits for outside of itself, or that it no longer does: for whoever looks,
    /// and no part of the chain.
    pub fn say(&self, run: RunId, text: Option<&str>, when: &Moment) -> Result<()> {
        match text {
            Some(text) => self.connection.execute(
                "INSERT INTO note(run, text, at) VALUES (?1, ?2, ?3)
                 ON CONFLICT(run) DO UPDATE SET text = excluded.text, at = excluded.at",
                params![run.as_bytes(), text, when.at],
            )?,
            None => self
                .connection
                .execute("DELETE FROM note WHERE run = ?1", [run.as_bytes()])?,
        };
        Ok(())
    }

    /// Notes that a request was heard and led to nothing.
    pub fn acted_on(&mut self, asked: &Asked) -> Result<()> {
        acted_on(&self.connection, asked)
    }
}

/// Notes that a request was acted on.
pub(super) fn acted_on(connection: &Connection, asked: &Asked) -> Result<()> {
    if let Some(id) = asked.id {
        connection.execute("UPDATE request SET taken = 1 WHERE id = ?1", [int(id)])?;
    }
    Ok(())
}
