//! What containers have written.

use std::collections::BTreeMap;

use hyper::body::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The logs of all containers.
#[derive(Default)]
pub(crate) struct Logs {
    logs: BTreeMap<(String, String, String), Log>,
}

/// The log of one container.
#[derive(Default)]
pub(crate) struct Log {
    lines: Vec<(Timestamp, String)>,
    followers: Vec<UnboundedSender<Bytes>>,
}

impl Logs {
    pub(crate) fn of(&mut self, namespace: &str, pod: &str, container: &str) -> &mut Log {
        let key = (namespace.to_owned(), pod.to_owned(), container.to_owned());
        self.logs.entry(key).or_default()
    }
}

impl Log {
    /// Adds a line, which those that follow the log get too.
    pub(crate) fn write(&mut self, at: Timestamp, line: &str) {
        self.lines.push((at, line.into()));
        let bytes = Bytes::from(format!("{line}\n"));
        self.followers
            .retain(|follower| follower.send(bytes.clone()).is_ok());
    }

    /// The last lines.
    pub(crate) fn tail(&self, count: usize, timestamps: bool) -> String {
        let first = self.lines.len().saturating_sub(count);
        let lines = self.lines[first..].iter();
        lines
            .map(|(at, line)| {
                if timestamps {
                    format!("{at} {line}\n")
                } else {
                    format!("{line}\n")
                }
            })
            .collect()
    }

    /// `first`, and then every line to come.
    pub(crate) fn follow(&mut self, first: Bytes) -> UnboundedReceiver<Bytes> {
        let (sender, receiver) = unbounded_channel();
        // The receiver is here still.
        drop(sender.send(first));
        self.followers.push(sender);
        receiver
    }
}
