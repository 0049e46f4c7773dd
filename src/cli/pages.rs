//! What is derived from the words of the command line: completions, the manual page, the version.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Exit};

/// Writes the completions for `shell`.
pub fn completions(shell: Shell, out: &mut impl Write) -> io::Result<Exit> {
    clap_complete::generate(shell, &mut Cli::command(), "awsdeck", out);
    Ok(Exit::Done)
}

/// Writes the manual page as roff.
pub fn manual(out: &mut impl Write) -> io::Result<Exit> {
    clap_mangen::Man::new(Cli::command()).render(out)?;
    Ok(Exit::Done)
}

/// Writes the version; `verbose` adds what it was built with.
pub fn version(verbose: bool, out: &mut impl Write) -> io::Result<Exit> {
    writeln!(out, "awsdeck {}", env!("CARGO_PKG_VERSION"))?;
    if verbose {
        let features = if cfg!(feature = "aws") {
            "aws"
        } else {
            "none: the simulated organization only"
        };
        writeln!(out, "features  {features}")?;
        writeln!(
            out,
            "target    {}-{}",
            std::env::consts::ARCH,
            std::env::consts::OS
        )?;
        writeln!(out, "licence   MIT OR Apache-2.0")?;
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_gets_completions_that_know_the_commands() {
        for shell in [
            Shell::Bash,
            Shell::Zsh,
            Shell::Fish,
            Shell::PowerShell,
            Shell::Elvish,
        ] {
            let mut text = Vec::new();
            completions(shell, &mut text).expect("a buffer takes everything");
            assert!(
                String::from_utf8_lossy(&text).contains("clusters"),
                "{shell}"
            );
        }
    }

    #[test]
    fn the_manual_page_names_the_flags() {
        let mut text = Vec::new();
        manual(&mut text).expect("a buffer takes everything");
        assert!(String::from_utf8_lossy(&text).contains("read\\-only"));
    }
}
