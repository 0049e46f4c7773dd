//! Calls over the socket, and the start of the world's process where nobody answers.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    net::UnixStream,
    process::{Child, Command},
    sync::Mutex,
    time::{Instant, sleep},
};

use super::{
    files::{Files, own_file},
    trouble,
    wire::{self, Question, Response, VERSION},
};
use crate::provider::{
    Error, Kind,
    demo::{
        call::{Answer, Call},
        options::DemoOptions,
        transport::{Failure, Transport},
    },
};

/// How long a world may take to come up.
const START: Duration = Duration::from_secs(15);
/// Between two looks whether it is up.
const LOOK: Duration = Duration::from_millis(15);

pub(super) struct Socket {
    pub(super) files: Files,
    /// What serves the world; `None` where somebody else starts it.
    program: Option<PathBuf>,
    arguments: Vec<String>,
    /// Held while a world is started, so that one deck starts one process.
    starting: Mutex<()>,
}

impl Socket {
    pub(super) fn new(files: Files, program: Option<PathBuf>, options: &DemoOptions) -> Self {
        Self {
            files,
            program,
            arguments: options.arguments(),
            starting: Mutex::new(()),
        }
    }

    async fn reach(&self) -> Result<UnixStream, Error> {
        if let Ok(stream) = UnixStream::connect(&self.files.socket).await {
            return Ok(stream);
        }
        let _starting = self.starting.lock().await;
        let mut child = None;
        let deadline = Instant::now() + START;
        loop {
            if let Ok(stream) = UnixStream::connect(&self.files.socket).await {
                return Ok(stream);
            }
            let ended = match &mut child {
                None => {
                    child = Some(self.start()?);
                    false
                }
                Some(child) => self.has_failed(child)?,
            };
            if ended {
                // Another one holds the lock: it is coming up, or going down and leaves us the place.
                child = None;
            }
            if Instant::now() > deadline {
                return Err(unreachable("no world came up in 15 s"));
            }
            sleep(LOOK).await;
        }
    }

    fn start(&self) -> Result<Child, Error> {
        let Some(program) = &self.program else {
            return Err(unreachable("no world runs"));
        };
        let failed = |error: &io::Error| {
            let message = format!("cannot start `{} world`: {error}", program.display());
            trouble("NotStarted", &message)
        };
        let log: File = own_file(&self.files.log, true).map_err(|error| failed(&error))?;
        // The child is waited for by the runtime when it ends before us, and lives on when it does
        // not.
        Command::new(program)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| failed(&error))
    }

    /// Whether the child has ended well, which it does when another world holds the lock.
    fn has_failed(&self, child: &mut Child) -> Result<bool, Error> {
        match child.try_wait() {
            Ok(Some(status)) if !status.success() => {
                let words = fs::read_to_string(&self.files.log).unwrap_or_default();
                let words = words.lines().last().unwrap_or("without a word");
                let message = format!("`awsdeck world` ended with {status}: {words}");
                Err(trouble("NotStarted", &message))
            }
            Ok(ended) => Ok(ended.is_some()),
            Err(_) => Ok(false),
        }
    }
}

#[async_trait]
impl Transport for Socket {
    async fn call(&self, call: Call) -> Result<Answer, Failure> {
        let answer = self.ask(&call).await;
        match answer {
            // A world that ended just then is started again; only a change must not be sent twice.
            Err(Failure::Unknown(_)) if !call.writes() => self.ask(&call).await,
            answer => answer,
        }
    }
}

impl Socket {
    async fn ask(&self, call: &Call) -> Result<Answer, Failure> {
        let mut stream = self.reach().await.map_err(Failure::NotSent)?;
        let question = Question {
            version: VERSION,
            call: call.clone(),
        };
        let lost = |error: io::Error| Failure::Unknown(unreachable(&error.to_string()));
        wire::send(&mut stream, &question).await.map_err(lost)?;
        match wire::receive(&mut stream).await.map_err(lost)? {
            Response::Answer(answer) => Ok(answer),
            Response::Refused(error) => Err(Failure::Refused(error)),
            Response::OtherVersion(version) => {
                let message = format!(
                    "the running world speaks version {version} of the protocol, this awsdeck \
                     {VERSION}; close the other awsdeck"
                );
                Err(Failure::NotSent(trouble("Version", &message)))
            }
        }
    }
}

fn unreachable(message: &str) -> Error {
    Error::new(Kind::Unreachable {
        service: "simulation".into(),
        message: message.into(),
    })
}
