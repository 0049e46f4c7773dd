//! Keeps a panic readable: the terminal is given back only when the deck itself panics.

use std::{panic, path::PathBuf, thread};

use super::Guard;

/// Installs the hook. Called on the thread that draws: a panic there gives the terminal back and
/// prints a short report; a panic in a task is logged and left to whoever awaits the task.
pub fn keep_screen_on_panic(log: Option<PathBuf>) {
    let deck = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        let place = info
            .location()
            .map_or_else(|| "an unknown place".into(), ToString::to_string);
        let message = info
            .payload_as_str()
            .unwrap_or("a panic without words")
            .to_owned();
        tracing::error!(%place, %message, "panic");
        if thread::current().id() == deck {
            Guard::leave();
            eprintln!("awsdeck stopped at {place}: {message}");
            eprintln!("Runs go on in processes of their own; `awsdeck runs` lists them.");
            if let Some(log) = &log {
                eprintln!("The log is {}.", log.display());
            }
        }
    }));
}
