//! What several tests stand on: the real binary, alone in folders of its own, with or without a terminal.

pub(crate) mod deck;
pub(crate) mod operator;
#[cfg(feature = "aws")]
pub(crate) mod sigv4;

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// Folders of one test, in place of the user's: nothing outside of them is read or written.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("deck")
            .tempdir()
            .expect("a temporary folder");
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The variables that point a program at these folders and at no AWS account.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let below = |name: &str| self.path().join(name).display().to_string();
        vec![
            ("HOME", below("home")),
            ("XDG_CONFIG_HOME", below("config")),
            ("XDG_CACHE_HOME", below("cache")),
            ("XDG_STATE_HOME", below("state")),
            ("XDG_RUNTIME_DIR", below("run")),
            ("AWS_CONFIG_FILE", below("aws-config")),
            ("AWS_SHARED_CREDENTIALS_FILE", below("aws-credentials")),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
            ("LANG", "C.UTF-8".into()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
        ]
    }

    /// `awsdeck` with `arguments`, alone in these folders and without a terminal.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_awsdeck"));
        command
            .args(arguments)
            .env_clear()
            .envs(self.variables())
            .stdin(Stdio::null());
        command
    }

    /// Runs `awsdeck` with `arguments` to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        command.output().expect("the built binary")
    }

    /// Runs `awsdeck` and gives what it printed, once it ended with `code`.
    pub(crate) fn printed(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(
            output.status.code(),
            Some(code),
            "awsdeck {arguments:?}\n{out}\n{err}"
        );
        out
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
