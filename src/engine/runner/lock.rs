//! One process per run: a lock that the kernel releases whatever happens to its holder.

use std::{fs, path::Path, time::Duration};

use super::{Error, Result};
use crate::engine::{RunId, clock::Clock};

/// How long a new runner waits for one that is about to end.
const PATIENCE: u32 = 50;
const STEP: Duration = Duration::from_millis(100);

/// Takes the lock of `run`; dropping the file releases it.
pub(super) async fn take(path: &Path, run: RunId, clock: &dyn Clock) -> Result<fs::File> {
    let file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(Error::Lock)?;
    for _ in 0..PATIENCE {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) => clock.sleep(STEP).await,
            Err(fs::TryLockError::Error(error)) => return Err(Error::Lock(error)),
        }
    }
    Err(Error::Held(run))
}

/// Whether some process executes the run whose lock is in `path`.
pub(in crate::engine) fn is_held(path: &Path) -> bool {
    fs::File::open(path)
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)))
}

/// This machine's name.
pub(super) fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}
