//! Reads the command line, wires a world, runs a command or opens the deck.

use std::{io, process::ExitCode};

use awsdeck::cli::{self, Cli, Command, Exit};

fn main() -> ExitCode {
    match Cli::from_arguments(std::env::args_os()) {
        Ok(cli) => run(&cli).into(),
        Err(exit) => exit.into(),
    }
}

fn run(cli: &Cli) -> Exit {
    let out = &mut io::stdout().lock();
    let written = match &cli.command {
        Some(Command::Completions { shell }) => cli::completions(*shell, out),
        Some(Command::Man) => cli::manual(out),
        Some(Command::Version { verbose }) => cli::version(*verbose, out),
        _ => Ok(Exit::Usage),
    };
    written.unwrap_or(Exit::Failed)
}
