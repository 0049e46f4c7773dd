//! Asks for the code of a multi-factor device at the terminal, as the AWS CLI does.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, IsTerminal, Write},
};

use async_trait::async_trait;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::{model::text::clean, provider::Prompt};

/// Asks whoever sits at the terminal; what is typed is not shown.
#[derive(Debug)]
pub struct AtTerminal;

impl AtTerminal {
    /// An asker, where somebody can be asked.
    #[must_use]
    pub fn new() -> Option<Self> {
        (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Self)
    }
}

#[async_trait]
impl Prompt for AtTerminal {
    async fn mfa_code(&self, device: &str, problem: Option<&str>) -> Option<String> {
        let device = clean(device).into_owned();
        let problem = problem.map(|problem| clean(problem).into_owned());
        let asked = move || ask(&device, problem.as_deref());
        let code = tokio::task::spawn_blocking(asked).await.ok()?.ok()?;
        Some(code).filter(|code| !code.is_empty())
    }
}

/// Not by standard input and output, which may be a pipe's.
fn ask(device: &str, problem: Option<&str>) -> io::Result<String> {
    let mut terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    if let Some(problem) = problem {
        writeln!(terminal, "that code did not work: {problem}")?;
    }
    write!(terminal, "code of {device} (empty gives up): ")?;
    let silence = Silence::keep(&terminal)?;
    let mut line = String::new();
    BufReader::new(&terminal).read_line(&mut line)?;
    drop(silence);
    writeln!(terminal)?;
    Ok(line.trim().to_owned())
}

/// Keeps the terminal from showing what is typed, until dropped.
struct Silence<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Silence<'a> {
    fn keep(terminal: &'a File) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes -= LocalModes::ECHO;
        tcsetattr(terminal, OptionalActions::Now, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        // A terminal that is gone needs no echo.
        tcsetattr(self.terminal, OptionalActions::Now, &self.before).ok();
    }
}
