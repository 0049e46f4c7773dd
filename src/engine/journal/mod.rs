//! What was planned and what was done, on disk before it is done: append-only, chained by hashes,
//! never rewritten. The only part of the engine that touches SQLite.

mod lease;
mod mortal;
mod read;
mod record;
mod requests;
mod schema;
mod verify;
mod write;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::Connection;

pub use mortal::KILLED_AT;
pub use read::RunSummary;
pub use record::{Entry, Record};
pub use requests::{Asked, Request};
pub use verify::Verified;
pub use write::Stamp;

use super::{
    identity::RunId,
    machine::{Illegal, RunView},
    plan::{Digest, NotCanonical, Sealed, Tampered},
};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the journal's folder {path}: {cause}")]
    Folder {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    #[error(
        "the journal {path} is on a network file system ({kind}), which cannot promise that what was written stays; set XDG_STATE_HOME to a local folder"
    )]
    NetworkFileSystem { path: PathBuf, kind: &'static str },
    #[error(
        "the journal was written by a newer awsdeck (its version is {version}, this program knows {}); use that one",
        schema::VERSION
    )]
    Newer { version: i32 },
    #[error("the file is a database of another program; move it away")]
    Foreign,
    #[error("the file system does not support write-ahead logging (mode `{mode}`)")]
    NoWal { mode: String },
    /// Never repaired in silence: what is in it is evidence.
    #[error(
        "the journal is damaged: {what}; nothing was changed, keep the file and restore a copy"
    )]
    Damaged { what: String },
    #[error(
        "the journal cannot be written: {0}; nothing is sent that cannot be written down first"
    )]
    Sqlite(#[from] rusqlite::Error),
    #[error("no run `{0}`")]
    NoRun(String),
    #[error("no plan `{0}`; `awsdeck plan` makes one")]
    NoPlan(String),
    #[error("`{prefix}` fits {count} of them; give more digits")]
    Several { prefix: String, count: usize },
    #[error("the plan was already applied by run {run}, which is {state}; make a new plan")]
    AlreadyApplied { run: RunId, state: String },
    #[error("another process took the run over (fence {theirs}, ours was {ours})")]
    Fenced { ours: u64, theirs: u64 },
    /// Only after a lease was taken without the store that shares it.
    #[error(
        "run {0} went on in two places while one of them could not reach the shared store; what was written here stays here"
    )]
    Diverged(RunId),
    #[error(
        "run {by} holds `{scope}` and has not ended; end or resume it first: `awsdeck runs show {by}`"
    )]
    ScopeHeld { scope: String, by: RunId },
    #[error(transparent)]
    Illegal(#[from] Illegal),
    #[error(transparent)]
    Tampered(#[from] Tampered),
    #[error("a journal line has no canonical form: {0}")]
    NotCanonical(#[from] NotCanonical),
    /// The end of the process as tests play it.
    #[cfg(test)]
    #[error("the process ended here")]
    Crash,
}

/// An open journal. Several processes may have the same file open; each line is written by one
/// transaction that reads the end of the chain first.
pub struct Journal {
    connection: Connection,
    path: PathBuf,
    standings: HashMap<RunId, Standing>,
    /// SQLite's count of what other connections have written, as last seen.
    seen: Option<i64>,
    #[cfg(test)]
    pub(in crate::engine) crash: Option<Crash>,
}

/// A run as the journal tells it up to `seq`.
#[derive(Clone)]
pub struct Standing {
    pub sealed: Arc<Sealed>,
    pub view: RunView,
    /// The last line that went into the view.
    pub seq: u64,
    /// The end of the run's own chain.
    n: u64,
    link: Digest,
}

impl Standing {
    /// A run before its first line.
    fn before(run: RunId, sealed: Arc<Sealed>, view: RunView) -> Self {
        Self {
            sealed,
            view,
            seq: 0,
            n: 0,
            link: Entry::genesis(run),
        }
    }

    /// The number and the link of the run's last line.
    #[must_use]
    pub const fn end(&self) -> (u64, Digest) {
        (self.n, self.link)
    }

    fn take_in(&mut self, record: &Record) {
        self.seq = record.seq;
        self.n = record.entry.n;
        self.link = record.entry.link;
    }

    /// Whether the run holds what it changes.
    fn holds(&self) -> bool {
        self.view.holder.is_some() && !self.view.state.is_terminal()
    }
}

/// After how many writes the process ends, and whether before or after the last one is durable.
#[cfg(test)]
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Crash {
    pub(in crate::engine) writes_left: u32,
    pub(in crate::engine) durable: bool,
}

impl Journal {
    /// Opens the journal in `path`, making it (0600, in a folder of 0700) where it is missing.
    pub fn open(path: &Path) -> Result<Self> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let failed = |cause| Error::Folder {
            path: folder.to_path_buf(),
            cause,
        };
        private_folder(folder).map_err(failed)?;
        refuse_network(folder)?;
        private_file(path).map_err(failed)?;
        let mut connection = Connection::open(path)?;
        schema::prepare(&mut connection)?;
        Ok(Self {
            connection,
            path: path.to_path_buf(),
            standings: HashMap::new(),
            seen: None,
            #[cfg(test)]
            crash: None,
        })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file whose lock says which process executes `run`.
    #[must_use]
    pub fn lock_path(&self, run: RunId) -> PathBuf {
        self.path.with_file_name(format!("run-{run}.lock"))
    }
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    if folder.is_dir() {
        return fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(target_os = "linux")]
fn refuse_network(folder: &Path) -> Result<()> {
    // `statfs(2)`.
    const NETWORK: [(i64, &str); 5] = [
        (0x6969, "NFS"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB"),
        (0x0102_1997, "9P"),
        (0x5346_414f, "AFS"),
    ];
    let Ok(info) = rustix::fs::statfs(folder) else {
        return Ok(());
    };
    match NETWORK.iter().find(|(known, _)| *known == info.f_type) {
        None => Ok(()),
        Some((_, kind)) => Err(Error::NetworkFileSystem {
            path: folder.to_path_buf(),
            kind,
        }),
    }
}

#[cfg(not(target_os = "linux"))]
const fn refuse_network(_: &Path) -> Result<()> {
    Ok(())
}

/// SQLite counts in `i64`.
fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// What [`int`] wrote.
fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests;
