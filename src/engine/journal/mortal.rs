//! Where a process can be made to end, so that tests see what it leaves behind: right before and
//! right after each write of its journal becomes durable.

use std::sync::{
    LazyLock,
    atomic::{AtomicU64, Ordering},
};

use rustix::process::{Signal, getpid, kill_process};

/// At which of its moments a process kills itself: the n-th write has the moments 2n-1, when all of
/// it is written and nothing is durable, and 2n, when it is. Only builds with debug assertions look
/// for it.
pub const KILLED_AT: &str = "AWSDECK_KILLED_AT";

static MOMENTS: AtomicU64 = AtomicU64::new(0);
static LAST: LazyLock<Option<u64>> = LazyLock::new(|| {
    let told = cfg!(debug_assertions).then(|| std::env::var(KILLED_AT).ok())?;
    told?.parse().ok()
});

/// One of the moments has come. Kills this process if it is to be its last: with the signal that
/// nothing can catch, so that no destructor runs and nothing is flushed.
pub(super) fn moment() {
    let Some(last) = *LAST else { return };
    if MOMENTS.fetch_add(1, Ordering::SeqCst) + 1 == last {
        // Where a process may not kill itself, there is nothing to test.
        let _ = kill_process(getpid(), Signal::KILL);
    }
}
