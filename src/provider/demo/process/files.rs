//! Where a world keeps its socket, its lock, its state and its last words.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::wire::VERSION;
use crate::provider::demo::{options::DemoOptions, world::State};

/// What a socket's path may be long on every Unix (`sun_path` holds 104 bytes on some).
const LONGEST: usize = 100;

/// The files of one world; other accounts, seeds or clocks are other worlds.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) socket: PathBuf,
    /// Held for as long as the process serves.
    pub(super) lock: PathBuf,
    pub(super) state: PathBuf,
    /// What the process says when it cannot go on.
    pub(super) log: PathBuf,
}

/// The kept state and what it belongs to.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    state: State,
}

impl Files {
    /// The files of `options`, in folders that only the user can enter.
    pub(super) fn of(options: &DemoOptions) -> io::Result<Self> {
        let folder = &options.state_dir;
        own_folder(folder)?;
        let what = format!("{}/{}/{}", options.size(), options.seed, options.clock);
        let name = format!("world-v{VERSION}-{}", hex(&what, 6));
        let mut socket = folder.join(format!("{name}.sock"));
        if socket.as_os_str().len() > LONGEST {
            let user = rustix::process::getuid().as_raw();
            let short = std::env::temp_dir().join(format!("awsdeck-{user}"));
            own_folder(&short)?;
            let place = hex(&folder.to_string_lossy(), 6);
            socket = short.join(format!("{place}-{name}.sock"));
        }
        Ok(Self {
            socket,
            lock: folder.join(format!("{name}.lock")),
            state: folder.join(format!("{name}.json")),
            log: folder.join(format!("{name}.log")),
        })
    }

    /// The state as it was left; `None` where there is none. One that cannot be read is put aside,
    /// because a simulation must not refuse to start over its past.
    pub(super) fn load(&self) -> Option<State> {
        let text = fs::read(&self.state).ok()?;
        match serde_json::from_slice::<Kept>(&text) {
            Ok(kept) if kept.version == VERSION => Some(kept.state),
            other => {
                let reason = other.err().map(|error| error.to_string());
                let aside = self.state.with_extension("json.unreadable");
                tracing::warn!(?reason, aside = %aside.display(), "the world's state is put aside");
                let _ = fs::rename(&self.state, aside);
                None
            }
        }
    }

    /// Keeps the state: whole or not at all.
    pub(super) fn save(&self, state: State) -> io::Result<()> {
        let kept = Kept {
            version: VERSION,
            state,
        };
        let text = serde_json::to_vec(&kept)?;
        let fresh = self.state.with_extension("json.new");
        let mut file = own_file(&fresh, true)?;
        file.write_all(&text)?;
        file.sync_data()?;
        fs::rename(&fresh, &self.state)
    }
}

/// Opens a file that only the user can read; an old one is emptied when `empty`.
pub(super) fn own_file(path: &Path, empty: bool) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(empty)
        .mode(0o600)
        .open(path)
}

/// Makes a folder that only the user can enter, and refuses one that belongs to somebody else.
fn own_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let found = fs::metadata(path)?;
    if found.uid() != rustix::process::getuid().as_raw() {
        return Err(io::Error::other("it belongs to another user"));
    }
    if found.mode() & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn hex(text: &str, bytes: usize) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(bytes)
        .fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}
