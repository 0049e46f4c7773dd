//! The cache file: one row for each query, and the head of the organization for the first frame.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{CacheError, codec};
use crate::{
    config::files,
    inventory::{Event, Loaded, Query, QueryKind, Tree},
    model::{ClusterId, Organization, Place, Region},
};

/// Steps from each `user_version` to the next.
const MIGRATIONS: &[&str] = &[
    "CREATE TABLE format (id INTEGER PRIMARY KEY CHECK (id = 1), fingerprint INTEGER NOT NULL);
     CREATE TABLE answer (
         query TEXT PRIMARY KEY,
         kind TEXT NOT NULL,
         account TEXT,
         region TEXT,
         read_at INTEGER NOT NULL, -- microseconds since 1970
         digest BLOB NOT NULL,
         value BLOB NOT NULL
     );",
    "CREATE TABLE head (
         id INTEGER PRIMARY KEY CHECK (id = 1),
         read_at INTEGER NOT NULL,
         value BLOB NOT NULL
     );",
];

/// An answer that has not changed gets its new time only after this, so that reading again what
/// is the same writes nothing.
const STAMP_EVERY: SignedDuration = SignedDuration::from_mins(15);

/// Accounts in the head: more than any screen has rows.
const HEAD_ACCOUNTS: usize = 200;

#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
    written: u64,
}

impl Store {
    /// Opens the file; one that is no cache is moved aside, and the notice says so.
    pub(super) fn open_or_replace(file: &Path) -> Result<(Self, Option<String>), CacheError> {
        files::make_private_file(file).map_err(|source| failed_file(file, source))?;
        let error = match Self::open(file) {
            Ok(store) => return Ok((store, None)),
            Err(error) => error,
        };
        if !is_corrupt(&error) {
            return Err(failed_database(file, error));
        }
        let aside = move_aside(file).map_err(|source| failed_file(file, source))?;
        files::make_private_file(file).map_err(|source| failed_file(file, source))?;
        let store = Self::open(file).map_err(|source| failed_database(file, source))?;
        let notice = format!(
            "the cache was unreadable ({error}); it is now {}, and a new one is begun",
            aside.display()
        );
        Ok((store, Some(notice)))
    }

    fn open(file: &Path) -> rusqlite::Result<Self> {
        let mut connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        migrate(&mut connection)?;
        Ok(Self {
            connection,
            written: 0,
        })
    }

    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// The top of the organization, decoded in well under a millisecond.
    pub(super) fn head(&self) -> Option<Event> {
        let sql = "SELECT read_at, value FROM head";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?));
        let (at, value) = self.connection.query_row(sql, [], row).optional().ok()??;
        Some(Event::Remembered {
            query: Query::Organization,
            loaded: codec::decode(QueryKind::Organization, &value).ok()?,
            at: Timestamp::from_microsecond(at - 1).ok()?,
        })
    }

    pub(super) fn recall(&self, query: &Query) -> Option<(Loaded, Timestamp)> {
        let sql = "SELECT read_at, value FROM answer WHERE query = ?1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?));
        let mut statement = self.connection.prepare_cached(sql).ok()?;
        let (at, value) = statement
            .query_row([codec::key(query)], row)
            .optional()
            .ok()??;
        let loaded = codec::decode(query.kind(), &value).ok()?;
        Some((loaded, Timestamp::from_microsecond(at).ok()?))
    }

    /// Tells all answers, the organization first; `told` says whether anybody still listens.
    pub(super) fn recall_all(&self, mut told: impl FnMut(Event) -> bool) -> rusqlite::Result<()> {
        if let Some((loaded, at)) = self.recall(&Query::Organization) {
            told(Event::Remembered {
                query: Query::Organization,
                loaded,
                at,
            });
        }
        let sql = "SELECT kind, account, region, read_at, value, query FROM answer
                   WHERE kind <> 'organization'";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let value = row.get_ref(4)?.as_blob()?;
            let query = query(
                row.get_ref(0)?.as_str()?,
                row.get_ref(1)?.as_str_or_null()?,
                row.get_ref(2)?.as_str_or_null()?,
                codec::rest(row.get_ref(5)?.as_str()?),
            );
            let at = Timestamp::from_microsecond(row.get(3)?);
            // A row that cannot be read is a row that is not there: it will be read from AWS.
            let (Some(query), Ok(at)) = (query, at) else {
                continue;
            };
            let Ok(loaded) = codec::decode(query.kind(), value) else {
                continue;
            };
            if !told(Event::Remembered { query, loaded, at }) {
                break;
            }
        }
        Ok(())
    }

    /// Writes what differs from what is kept, in one transaction.
    pub(super) fn store(&mut self, answers: &[(Query, Loaded, Timestamp)]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        let mut written = 0;
        for (query, loaded, at) in answers {
            let Ok(value) = codec::encode(loaded) else {
                continue;
            };
            let digest = codec::digest(&value);
            let key = codec::key(query);
            let known = transaction
                .prepare_cached("SELECT digest, read_at FROM answer WHERE query = ?1")?
                .query_row([&key], |row| {
                    Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?))
                })
                .optional()?;
            if let Some((kept, read_at)) = known
                && kept == digest
            {
                let due = read_at + i64::try_from(STAMP_EVERY.as_micros()).unwrap_or(i64::MAX);
                if at.as_microsecond() >= due {
                    written += transaction
                        .prepare_cached("UPDATE answer SET read_at = ?2 WHERE query = ?1")?
                        .execute(params![key, at.as_microsecond()])?;
                }
                continue;
            }
            written += transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO answer
                     (query, kind, account, region, read_at, digest, value)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    key,
                    query.kind().to_string(),
                    query.account().map(|account| account.to_string()),
                    query.region().map(Region::as_str),
                    at.as_microsecond(),
                    digest.as_slice(),
                    value,
                ])?;
            if let Loaded::Organization(organization) = loaded {
                written += keep_head(&transaction, organization, *at)?;
                written += forget_strangers(&transaction, organization)?;
            }
        }
        transaction.commit()?;
        self.written += written as u64;
        Ok(())
    }
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let newest = u32::try_from(MIGRATIONS.len()).expect("a handful of steps");
    if version > newest {
        // A newer awsdeck has been here; what it keeps is only a cache.
        transaction.execute_batch(
            "DROP TABLE IF EXISTS format; DROP TABLE IF EXISTS answer; DROP TABLE IF EXISTS head;",
        )?;
    }
    let done = if version > newest { 0 } else { version };
    for step in MIGRATIONS.iter().skip(done as usize) {
        transaction.execute_batch(step)?;
    }
    if version != newest {
        transaction.pragma_update(None, "user_version", newest)?;
    }
    let format: Option<i64> = transaction
        .query_row("SELECT fingerprint FROM format", [], |row| row.get(0))
        .optional()?;
    if format != Some(codec::FORMAT) {
        transaction.execute_batch("DELETE FROM answer; DELETE FROM head;")?;
        let sql = "INSERT OR REPLACE INTO format (id, fingerprint) VALUES (1, ?1)";
        transaction.execute(sql, [codec::FORMAT])?;
    }
    transaction.commit()
}

/// Keeps the units and the first accounts of the tree.
fn keep_head(
    connection: &Connection,
    organization: &Arc<Organization>,
    at: Timestamp,
) -> rusqlite::Result<usize> {
    let head = head_of(organization);
    let Ok(value) = postcard::to_stdvec(&head) else {
        return Ok(0);
    };
    let sql = "INSERT OR REPLACE INTO head (id, read_at, value) VALUES (1, ?1, ?2)";
    connection.execute(sql, params![at.as_microsecond(), value])
}

/// The units, and the accounts that come first when the tree is walked from the root.
fn head_of(organization: &Arc<Organization>) -> Organization {
    let tree = Tree::new(Arc::clone(organization));
    let mut accounts = Vec::new();
    let mut below: Vec<_> = organization.units.first().into_iter().collect();
    while let Some(unit) = below.pop() {
        let room = HEAD_ACCOUNTS - accounts.len();
        accounts.extend(tree.accounts_in(&unit.id).take(room).cloned());
        let mut units: Vec<_> = tree.units_in(&unit.id).collect();
        units.reverse();
        below.extend(units);
        if accounts.len() == HEAD_ACCOUNTS {
            break;
        }
    }
    Organization {
        id: organization.id.clone(),
        management_account: organization.management_account,
        units: organization.units.clone(),
        accounts,
        ..Organization::default()
    }
}

/// Forgets what was read of accounts that have left.
fn forget_strangers(
    connection: &Connection,
    organization: &Organization,
) -> rusqlite::Result<usize> {
    if organization.accounts.is_empty() {
        return Ok(0);
    }
    let members: std::collections::HashSet<String> = organization
        .accounts
        .iter()
        .map(|account| account.id.to_string())
        .collect();
    let mut gone = 0;
    let mut statement =
        connection.prepare("SELECT DISTINCT account FROM answer WHERE account IS NOT NULL")?;
    let known: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for account in known.iter().filter(|account| !members.contains(*account)) {
        gone += connection.execute("DELETE FROM answer WHERE account = ?1", [account])?;
    }
    Ok(gone)
}

fn query(
    kind: &str,
    account: Option<&str>,
    region: Option<&str>,
    rest: Option<&str>,
) -> Option<Query> {
    let account = account.and_then(|text| text.parse().ok());
    let place = || Some(Place::new(account?, region?));
    let cluster = || Some(ClusterId::new(place()?, rest?));
    Some(match kind {
        "network" => Query::Network(place()?),
        "clusters" => Query::Clusters(place()?),
        "protection" => Query::Protection(place()?),
        "balancers" => Query::Balancers(place()?),
        "zones" => Query::Zones(account?),
        "fleet" => Query::Fleet(cluster()?),
        "velero" => Query::Velero(cluster()?),
        "price" => Query::Price(place()?, rest?.to_owned()),
        "costs" => Query::Costs,
        _ => return None,
    })
}

fn is_corrupt(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(
        error.sqlite_error_code(),
        Some(DatabaseCorrupt | NotADatabase)
    )
}

/// Renames the file and forgets its side files, which belong to what it was.
fn move_aside(file: &Path) -> std::io::Result<PathBuf> {
    let seconds = Timestamp::now().as_second();
    let aside = file.with_extension(format!("broken-{seconds}"));
    std::fs::rename(file, &aside)?;
    for side in ["-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(side);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}

fn failed_file(file: &Path, source: std::io::Error) -> CacheError {
    CacheError::File {
        file: file.display().to_string(),
        source,
    }
}

fn failed_database(file: &Path, source: rusqlite::Error) -> CacheError {
    CacheError::Database {
        file: file.display().to_string(),
        source,
    }
}
