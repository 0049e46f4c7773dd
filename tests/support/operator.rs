//! Somebody who works with the real program: folders of their own, settings, a fast clock.

use std::process::Command;

use awsdeck::engine::clock::FACTOR;
use serde_json::Value;

use super::{Home, text};

/// A minute passes in two seconds, and no answer of a busy server counts as lost.
const PACE: u32 = 30;

pub(crate) struct Operator {
    pub(crate) home: Home,
    /// What goes before every command: which world it is about.
    world: &'static [&'static str],
}

/// A plan as `awsdeck plan --output json` tells it.
pub(crate) struct Planned {
    /// The beginning of its digest, as `apply` takes it.
    pub(crate) digest: String,
    /// What must be typed.
    pub(crate) phrase: String,
    pub(crate) review: Value,
}

impl Operator {
    /// With nothing set up yet, in the world that `world` leads to.
    pub(crate) fn of(world: &'static [&'static str]) -> Self {
        let home = Home::new();
        Self { home, world }
    }

    pub(crate) fn variables() -> [(&'static str, String); 2] {
        [(FACTOR, PACE.to_string()), ("USER", "ann".into())]
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(&[self.world, arguments].concat());
        command.envs(Self::variables());
        command
    }

    /// Runs `awsdeck` until it ended with `code`; what it printed, and what it complained of.
    pub(crate) fn runs(&self, code: i32, arguments: &[&str]) -> (String, String) {
        let output = self.command(arguments).output().expect("the built binary");
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let ended = output.status.code();
        assert_eq!(ended, Some(code), "awsdeck {arguments:?}\n{out}\n{err}");
        (out, err)
    }

    /// What `awsdeck` prints as JSON, ended with `code`.
    pub(crate) fn json(&self, code: i32, arguments: &[&str]) -> Value {
        let (out, _) = self.runs(code, &[arguments, &["--output", "json"]].concat());
        serde_json::from_str(&out).expect("JSON")
    }

    /// Plans an operation that has something to do.
    pub(crate) fn plan(&self, operation: &[&str]) -> Planned {
        let told = self.json(3, &[&["plan"], operation].concat());
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Planned {
            digest: text(&told["plan"]["short"]),
            phrase: text(&told["confirm"]),
            review: told["plan"].clone(),
        }
    }

    /// Everything that the journal has of the newest run.
    pub(crate) fn newest_run(&self) -> Value {
        let runs = self.json(0, &["runs", "list"]);
        let run = runs["items"][0]["id"].as_str().expect("a run").to_owned();
        self.json(0, &["runs", "show", &run])
    }
}
