//! The ways out, and the signals that ask for them.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Woken;

/// How the deck was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// By the reader.
    Left,
    /// SIGTERM.
    Terminated,
    /// SIGHUP, or the terminal is gone.
    HungUp,
}

impl Outcome {
    /// The exit code: 128 and the signal's number, as shells have it.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Left => 0,
            Self::Terminated => 143,
            Self::HungUp => 129,
        }
    }
}

/// The signals that concern the deck.
pub(super) struct Signals {
    terminate: Signal,
    hang_up: Signal,
    stop: Signal,
    proceed: Signal,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            proceed: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    pub(super) async fn next(&mut self) -> Woken {
        tokio::select! {
            _ = self.terminate.recv() => Woken::Exit(Outcome::Terminated),
            _ = self.hang_up.recv() => Woken::Exit(Outcome::HungUp),
            _ = self.stop.recv() => Woken::Stop,
            _ = self.proceed.recv() => Woken::Continued,
        }
    }
}
