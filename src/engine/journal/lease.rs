//! Who holds what: the scopes of unfinished runs on this machine. A run holds all that it changes
//! from its first runner to its end, however often it pauses or its process dies.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _};

use super::{Error, Journal, Result, RunId, read};

impl Journal {
    /// The unfinished run that holds something of `scopes`, and what.
    pub fn holder(&self, scopes: &BTreeSet<String>) -> Result<Option<(RunId, String)>> {
        holder(&self.connection, scopes, None)
    }
}

/// Takes all of `scopes` for `run` or none of them.
pub(super) fn take(connection: &Connection, run: RunId, scopes: &BTreeSet<String>) -> Result<()> {
    if let Some((by, scope)) = holder(connection, scopes, Some(run))? {
        return Err(Error::ScopeHeld { scope, by });
    }
    // In lexical order, as everybody takes them.
    for scope in scopes {
        connection.execute(
            "INSERT INTO lease(scope, run) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            rusqlite::params![scope, run.as_bytes()],
        )?;
    }
    Ok(())
}

/// Somebody else than `own` who holds a scope, one within it, or one around it.
fn holder(
    connection: &Connection,
    scopes: &BTreeSet<String>,
    own: Option<RunId>,
) -> Result<Option<(RunId, String)>> {
    let own = own.map(|run| *run.as_bytes()).unwrap_or_default();
    let mut query = connection.prepare_cached(
        "SELECT run, scope FROM lease WHERE run <> ?2 AND (
           scope = ?1
           OR substr(scope, 1, length(?1) + 1) = ?1 || '/'
           OR substr(?1, 1, length(scope) + 1) = scope || '/')
         LIMIT 1",
    )?;
    for scope in scopes {
        let row = |row: &rusqlite::Row<'_>| Ok((read::run_id(row, 0)?, row.get(1)?));
        let held = query.query_row(rusqlite::params![scope, own], row);
        if let Some(held) = held.optional()? {
            return Ok(Some(held));
        }
    }
    Ok(None)
}

/// Who holds which scope, as the file lists it.
pub(super) fn listed(connection: &Connection) -> Result<BTreeSet<(String, RunId)>> {
    let mut query = connection.prepare("SELECT scope, run FROM lease")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, read::run_id(row, 1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
