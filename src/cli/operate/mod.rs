//! Changing things from scripts: `plan`, `apply`, `runs`, and the process that executes a run.

mod apply;
mod plan;
mod runs;
mod wish;

use std::{
    io::{self, Write},
    sync::Arc,
};

pub use wish::Wish;

use super::{Command, Exit, args::Output};
use crate::{
    config::{Environments, settings::Addressing},
    engine::{Arming, Clock, Engine, Error},
    inventory::Inventory,
    provider::Provider,
};

/// What operating stands on.
pub struct Bench<'a> {
    pub engine: &'a Engine,
    pub provider: &'a Provider,
    /// The organization at least, so that accounts have names and classes.
    pub inventory: &'a Inventory,
    pub environments: &'a Environments,
    pub addressing: &'a Addressing,
    /// Who acts: the caller's ARN.
    pub author: &'a str,
    pub clock: Arc<dyn Clock>,
    /// What this session may change without `--write`.
    pub arming: Arming,
    pub output: Output,
    /// Starts a process that executes a run and outlives this one.
    pub spawn: &'a (dyn Fn(&str) -> io::Result<()> + Sync),
}

/// Runs `command` when it is one of this family.
pub async fn run(command: &Command, bench: &Bench<'_>, out: &mut impl Write) -> io::Result<Exit> {
    match command {
        Command::Plan { operation } => plan::plan(operation, bench, out).await,
        Command::Apply(wanted) => apply::apply(wanted, bench, out).await,
        Command::Runs(wanted) => runs::runs(wanted.what.as_ref(), bench, out).await,
        Command::Runner { run } => match bench.engine.find_run(run) {
            Ok(run) => apply::execute(run, bench).await,
            Err(error) => Ok(refused(&error)),
        },
        _ => Ok(Exit::Usage),
    }
}

/// Says why the engine did not; the exit code tells refusal from failure.
fn refused(error: &Error) -> Exit {
    if error.is_nothing_to_do() {
        eprintln!("{error}");
        return Exit::Done;
    }
    eprintln!("error: {error}");
    if error.is_mistake() {
        Exit::Usage
    } else if error.is_refusal() {
        Exit::Refused
    } else {
        Exit::Failed
    }
}
