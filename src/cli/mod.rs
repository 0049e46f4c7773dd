//! The same operations for scripts: text, `--output json`, exit codes.

pub mod args;
pub mod browse;
mod code;
mod config;
pub mod doctor;
pub mod operate;
mod pages;
mod policy;
mod token;

pub use args::{Cli, Command, Global};
pub use code::AtTerminal;
pub use config::config;
pub use pages::{completions, manual, version};
pub use policy::{Needs, iam_policy};
pub use token::token;

/// How a command ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    Failed = 1,
    Usage = 2,
    /// The plan has changes.
    Changes = 3,
    /// Refused: policy, drift, approval, disarmed.
    Refused = 4,
    /// Done in part: some scopes could not be read.
    Partial = 5,
    /// The deck lost its terminal (128 and SIGHUP).
    HungUp = 129,
    /// The deck was told to end (128 and SIGTERM).
    Terminated = 143,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
