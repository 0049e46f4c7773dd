//! The watches of a recording.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::{
    super::{
        compare::{Comparison, without_managers},
        history::version,
        recording::Step,
    },
    LATE, Stage,
    schedule::event_of,
};
use crate::kubernetes::{
    client::{Failure, Reply, read},
    server::World,
};

/// Milliseconds for which nothing more may come after the last event.
const QUIET: i64 = 20;

/// An open watch of a recording.
pub(super) struct Watching {
    pub(super) step: Step,
    label: String,
    pub(super) began: Timestamp,
    /// Its number on the server.
    number: u64,
    /// Whether the recorder has closed it.
    hung_up: bool,
    reply: JoinHandle<Result<Reply, Failure>>,
}

impl Stage {
    /// Opens a watch.
    pub(super) async fn watch(&mut self, label: String, step: Step) -> Watching {
        let (path, headers) = (self.path(&step), self.headers(&step));
        let response = self.client.open(step.method(), &path, &headers, None).await;
        let reply = tokio::spawn(async move { read(response?).await });
        let number = self
            .server
            .world(|world| world.watches.keys().next_back().copied());
        Watching {
            step,
            label,
            began: self.server.now(),
            number: number.unwrap_or_default(),
            hung_up: false,
            reply,
        }
    }

    /// A request waits for what watches had told before its answer.
    pub(super) fn wait_for_events(&self, open: &[Watching], step: &Step) {
        let Some(shown) = step.answer().and_then(version) else {
            return;
        };
        let reads = step.method() == "GET";
        for watching in open {
            let events = watching.step.events().into_iter();
            let versions = events.filter_map(|(event, _)| version(&event["object"]));
            let before = versions.filter(|told| *told < shown || reads && *told == shown);
            self.run_until_sent(watching, before.count());
        }
    }

    /// A write of which no watch tells came when those that had told everything were closed.
    pub(super) fn hang_up(&self, open: &mut [Watching], step: &Step) {
        let told = open
            .iter()
            .any(|watching| event_of(watching, step).is_some());
        if step.method() == "GET" || told || step.answer().and_then(version).is_none() {
            return;
        }
        for watching in open {
            let by_client = watching.step.closed_after().is_none();
            let all = watching.step.events().len();
            self.server.world(|world| {
                if by_client && sent(world, watching.number) == all {
                    world.watches.remove(&watching.number);
                    watching.hung_up = true;
                }
            });
        }
    }

    fn run_until_sent(&self, watching: &Watching, count: usize) {
        let times: Vec<i64> = watching
            .step
            .events()
            .into_iter()
            .map(|(_, time)| time)
            .collect();
        let last = count.checked_sub(1).and_then(|last| times.get(last));
        let last = last.copied().unwrap_or_default();
        let limit =
            watching.began + SignedDuration::from_millis(last) + SignedDuration::from_secs(LATE);
        self.server.world(|world| {
            while sent(world, watching.number) < count
                && let Some(next) = world.agenda.next().filter(|next| *next <= limit)
            {
                world.run_until(next);
            }
        });
    }

    /// Runs to the end of every watch and compares what came.
    pub(super) async fn finish(&mut self, open: Vec<Watching>) {
        for watching in &open {
            let recorded = watching.step.events().len();
            self.run_until_sent(watching, recorded.max(1));
            let told = self.server.world(|world| sent(world, watching.number));
            if told < recorded {
                self.differences.push(format!(
                    "{}: {told} of {recorded} events in time",
                    watching.label
                ));
            }
        }
        let ends = open.iter().filter_map(|watching| {
            let after = watching.step.closed_after()?;
            Some(watching.began + SignedDuration::from_millis(after + QUIET))
        });
        let quiet = self.server.now() + SignedDuration::from_millis(QUIET);
        let timed: Vec<(String, Vec<i64>)> =
            open.iter().map(|watching| self.times(watching)).collect();
        self.until(ends.max().map_or(quiet, |end| end.max(quiet)));
        for watching in &open {
            // What the client closed is open still; what the server closed must be closed by now.
            self.server.world(|world| {
                let here = world.watches.remove(&watching.number).is_some();
                let server_closed = watching.step.closed_after().is_some();
                if here == server_closed
                    && !watching.hung_up
                    && !watching
                        .step
                        .events()
                        .iter()
                        .any(|(event, _)| event["type"] == "ERROR")
                {
                    self.differences
                        .push(format!("{}: closed by the other side", watching.label));
                }
            });
        }
        for (label, late) in timed {
            if late.iter().any(|late| late.abs() > LATE * 1_000) {
                self.differences
                    .push(format!("{label}: events off by {late:?} ms"));
            }
        }
        for watching in open {
            match watching.reply.await.expect("a task that does not panic") {
                Ok(reply) => self.compare_events(&watching.label, &watching.step, &reply),
                Err(error) => {
                    self.differences
                        .push(format!("{}: no answer: {error}", watching.label));
                }
            }
        }
    }

    /// By how many milliseconds events were later than recorded.
    fn times(&self, watching: &Watching) -> (String, Vec<i64>) {
        let recorded = watching.step.events();
        let late = self.server.world(|world| {
            let sent = world
                .watches
                .get(&watching.number)
                .map(|watch| watch.sent.clone());
            let sent = sent.unwrap_or_default();
            let pairs = sent.iter().zip(&recorded);
            pairs
                .map(|(sent, (_, time))| {
                    let after = sent.duration_since(watching.began).as_millis();
                    i64::try_from(after).unwrap_or_default() - time
                })
                .collect()
        });
        (watching.label.clone(), late)
    }

    fn compare_events(&mut self, label: &str, step: &Step, reply: &Reply) {
        let recorded = step.events();
        let ours: Vec<Value> = reply
            .body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).expect("an event"))
            .collect();
        let mut comparison = Comparison {
            renames: &mut self.renames,
            cut: false,
            differences: Vec::new(),
        };
        comparison.value("status", &step.status().into(), &reply.status.into());
        comparison.headers(&step.answer_headers(), &reply.headers);
        if recorded.len() != ours.len() {
            let kinds: Vec<String> = ours
                .iter()
                .map(|event| format!("{} {}", event["type"], event["object"]["status"]))
                .collect();
            comparison.differences.push(format!(
                "{} events recorded, {} here: {}",
                recorded.len(),
                ours.len(),
                kinds.join("\n    ")
            ));
        }
        for (at, ((theirs, _), mut ours)) in recorded.into_iter().zip(ours).enumerate() {
            if step.drops_managed_fields() {
                without_managers(&mut ours);
            }
            comparison.value(&format!("event-{at}"), &theirs, &ours);
        }
        let differences = comparison.differences;
        self.take(label, differences);
    }
}

fn sent(world: &World, number: u64) -> usize {
    world
        .watches
        .get(&number)
        .map_or(usize::MAX, |watch| watch.sent.len())
}
