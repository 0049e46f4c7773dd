//! Playing recordings again: the same requests at the same times, in virtual time.

mod schedule;
mod watching;

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    compare::{Comparison, without_managers},
    recording::{Recording, Step},
    tokens::Renames,
};
use crate::kubernetes::{
    client::{Client, Reply},
    server::Server,
};
use schedule::schedule;

/// Milliseconds into the second of a watch's answer at which it is taken to have begun.
const PHASE: i64 = 400;
/// Seconds by which an event may be later or earlier than recorded.
const LATE: i64 = 2;

/// What the recorder did beside the requests that it recorded.
pub(super) type Act = Box<dyn FnOnce(&Server)>;

/// A server on which recordings are played, one after the other.
pub(super) struct Stage {
    pub(super) server: Server,
    pub(super) renames: Renames,
    /// What is sent where a recording has `<token>`, one after the other.
    pub(super) tokens: VecDeque<String>,
    client: Client,
    differences: Vec<String>,
}

impl Stage {
    pub(super) fn new(server: Server) -> Self {
        let client = Client::new(server.address(), server.ca());
        Self {
            server,
            renames: Renames::default(),
            tokens: VecDeque::new(),
            client,
            differences: Vec::new(),
        }
    }

    /// Everything that was not as recorded.
    pub(super) fn differences(self) -> Vec<String> {
        self.differences
    }

    /// Moves the time on to `at`.
    fn until(&self, at: Timestamp) {
        self.server.world(|world| world.run_until(at));
    }

    /// Plays one recording; `acts` happen that many milliseconds after its beginning, and before
    /// requests of the same time.
    pub(super) async fn play(&mut self, recording: &Recording, acts: Vec<(i64, Act)>) {
        self.play_together(&[recording], acts).await;
    }

    /// Plays recordings of the same time.
    pub(super) async fn play_together(&mut self, recordings: &[&Recording], acts: Vec<(i64, Act)>) {
        let steps: Vec<(String, Step)> = recordings
            .iter()
            .flat_map(|recording| {
                let steps = recording.steps.iter().enumerate();
                steps.map(|(at, step)| (format!("{} [{at}]", recording.name), step.clone()))
            })
            .collect();
        let (watches, others): (Vec<_>, Vec<_>) = steps
            .into_iter()
            .partition(|(_, step)| step.is_watch() && step.status() == 200);
        // Where a download is, an event tells.
        let (downloads, others): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(_, step)| step.is_download());
        let dates = watches
            .iter()
            .chain(&others)
            .filter_map(|(_, step)| step.date());
        let start = dates.min().unwrap_or(self.server.now()) + SignedDuration::from_millis(PHASE);
        self.until(start);
        let start = self.server.now();
        let mut open = Vec::new();
        let mut acts = acts.into_iter().peekable();
        for (label, step) in watches {
            open.push(self.watch(label, step).await);
        }
        let mut rest = schedule(&open, others, start);
        rest.sort_by_key(|(at, ..)| *at);
        for (at, label, step) in rest {
            while let Some((time, act)) =
                acts.next_if(|(time, _)| start + SignedDuration::from_millis(*time) <= at)
            {
                self.until(start + SignedDuration::from_millis(time));
                act(&self.server);
            }
            self.until(at);
            self.wait_for_events(&open, &step);
            self.hang_up(&mut open, &step);
            self.exchange(&label, &step).await;
        }
        for (time, act) in acts {
            self.until(start + SignedDuration::from_millis(time));
            act(&self.server);
        }
        self.finish(open).await;
        for (label, step) in downloads {
            self.exchange(&label, &step).await;
        }
    }

    /// Sends a request that is no watch and compares the answer.
    async fn exchange(&mut self, label: &str, step: &Step) {
        let (path, headers) = (self.path(step), self.headers(step));
        let body = step.body().map(|body| self.renames.translate(&body));
        let reply = match path.strip_prefix("http://") {
            Some(rest) => {
                let (host, path) = rest.split_once('/').expect("a path");
                let client = Client::plain(host.parse().expect("an address"));
                client.send("GET", &format!("/{path}"), &[], None).await
            }
            None => self.client.send(step.method(), &path, &headers, body).await,
        };
        match reply {
            Ok(reply) if self.is_early(step, &reply) => {
                Box::pin(self.exchange(label, step)).await;
            }
            Ok(reply) => self.compare(label, step, &reply),
            Err(error) => self
                .differences
                .push(format!("{label}: no answer: {error}")),
        }
    }

    /// Whether a read came before what it was to show; the server does its next job then.
    fn is_early(&self, step: &Step, reply: &Reply) -> bool {
        let Some(date) = step.date().filter(|_| step.method() == "GET") else {
            return false;
        };
        let ours: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let generation = |object: &Value| object["metadata"]["generation"].as_i64();
        let theirs = step.answer().and_then(generation);
        let behind =
            theirs.is_some_and(|theirs| generation(&ours).is_some_and(|ours| ours < theirs));
        let there = reply.status == 200 && step.status() == 404;
        let limit = date + SignedDuration::from_secs(LATE);
        self.server.world(|world| {
            let next = world.agenda.next().filter(|next| *next <= limit);
            match next.filter(|_| behind || there) {
                Some(next) => {
                    world.run_until(next);
                    true
                }
                None => false,
            }
        })
    }

    fn compare(&mut self, label: &str, step: &Step, reply: &Reply) {
        let mut comparison = Comparison {
            renames: &mut self.renames,
            cut: step.is_cut(),
            differences: Vec::new(),
        };
        let status = Value::from(reply.status);
        comparison.value("status", &Value::from(step.status()), &status);
        let download = step.is_download();
        if !download {
            comparison.headers(&step.answer_headers(), &reply.headers);
        }
        let plain = if download
            || step
                .answer_headers()
                .iter()
                .any(|(name, _)| name == "content-encoding")
        {
            super::super::server::decompress(&reply.body)
        } else {
            reply.body.to_vec()
        };
        if let Some(lines) = step.answer_lines() {
            super::logs::compare(lines, &plain, &mut comparison);
        } else if let Some(theirs) = step.answer() {
            let ours = String::from_utf8_lossy(&plain);
            let mut ours: Value = match theirs {
                Value::String(_) => ours.into(),
                _ => serde_json::from_str(&ours).unwrap_or_else(|_| ours.into()),
            };
            if step.drops_managed_fields() {
                without_managers(&mut ours);
            }
            comparison.value("body", theirs, &ours);
        }
        let differences = comparison.differences;
        self.take(label, differences);
    }

    fn take(&mut self, label: &str, differences: Vec<String>) {
        let lines = differences.into_iter();
        self.differences
            .extend(lines.map(|line| format!("{label}: {line}")));
    }

    /// The path in our names and versions.
    fn path(&self, step: &Step) -> String {
        let path = self.renames.translate(step.path());
        let Some((before, after)) = path.split_once("resourceVersion=") else {
            return path;
        };
        let end = after.find('&').unwrap_or(after.len());
        let (theirs, rest) = after.split_at(end);
        let ours = theirs
            .parse()
            .ok()
            .filter(|_| step.is_watch())
            .map(|theirs: u64| {
                let now = self.server.world(|world| world.store.version());
                // One of the recorder's own time is that of now.
                let unknown = if theirs > now || theirs == 0 || self.renames.is_empty() {
                    theirs
                } else {
                    now
                };
                self.renames.version(theirs).unwrap_or(unknown)
            });
        let ours = ours.map_or(theirs.to_owned(), |ours| ours.to_string());
        format!("{before}resourceVersion={ours}{rest}")
    }

    fn headers(&mut self, step: &Step) -> Vec<(String, String)> {
        let mut headers = step.request_headers();
        for (_, value) in &mut headers {
            *value = self.renames.translate(value);
            if value.contains("<token>") {
                let token = self.tokens.pop_front().expect("a token for each request");
                *value = value.replace("<token>", &token);
            }
        }
        headers
    }
}
